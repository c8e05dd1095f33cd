-- A case as its resident asks for it, with the sections of capabilities above.
select c.number, c.status, c.lead_unit, c.petition_class, {due} as due,
    (select coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.at, 'data', e.data) order by e.seq), '[]')
     from event e where e.case_id = c.id) as steps,
    (select {note} from case_note n where n.case_id = c.id and n.kind = 'reply' order by n.at desc limit 1) as reply,
    (select max(k.due) from open_clock k where k.case_id = c.id and k.kind = 'apply_review') as review_until,
    (select r.window_ends from rating r
     where r.case_id = c.id and r.superseded_at is null and r.rated_at is null) as rate_until,
    (select jsonb_build_object('state', q.state, 'reason',
        case q.state when 'declined' then (select {note} from case_note n where n.id = q.note) end)
     from reopening_request q where q.case_id = c.id order by q.asked_at desc limit 1) as reopening,
    (select jsonb_build_object('relation', l.relation, 'number', o.number, 'lead_unit', o.lead_unit, 'status', o.status,
        'due', {other_due})
     from case_link l join cases o on o.id = l.case_id where l.other = c.id and l.opinion_at is not null
        and l.undone_at is null order by l.id desc limit 1) as review,
    (select jsonb_build_object('relation', l.relation, 'number', o.number, 'lead_unit', o.lead_unit, 'status', o.status,
        'due', {other_due})
     from case_link l join cases o on o.id = l.other
     where l.case_id = c.id and l.relation = 'repeat' and l.undone_at is null) as repeats,
    (select jsonb_build_object('at', h.scheduled_at, 'place', h.place) from hearing h
     where h.case_id = c.id and h.state = 'scheduled') as hearing,
    jsonb_build_object({sections}) as brought
from cases c where c.number = $1 and c.query_hash = $2
