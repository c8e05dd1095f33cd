-- A case as its resident asks for it; sections of capabilities above and `from cases c` follow.
-- An emergency's own limits bind units alone and are not told.
select c.id, c.number, c.status, c.lead_unit, c.petition_class,
    (select min(k.due) from running_clock k where k.case_id = c.id and k.owner = 'organ' and k.kind <> 'emergency') as due,
    (select jsonb_agg(jsonb_build_array(e.kind, e.at, e.data) order by e.seq) from event e where e.case_id = c.id) as steps,
    (select n.body from case_note n where n.case_id = c.id and n.kind = 'reply' order by n.at desc limit 1) as reply,
    (select max(k.due) from open_clock k where k.case_id = c.id and k.kind = 'apply_review') as review_until,
    (select jsonb_build_array(r.window_ends, r.rated_at) from rating r
     where r.case_id = c.id and r.superseded_at is null) as rating,
    (select jsonb_build_array(q.state, (select n.body from case_note n where n.id = q.note)) from reopening_request q
     where q.case_id = c.id order by q.asked_at desc limit 1) as reopening,
    (select jsonb_build_array(l.relation, o.number, o.lead_unit, o.status,
        (select min(k.due) from running_clock k where k.case_id = o.id and k.owner = 'organ' and k.kind <> 'emergency'))
     from case_link l join cases o on o.id = l.case_id where l.other = c.id and l.opinion_at is not null
        and l.undone_at is null order by l.id desc limit 1) as review,
    (select jsonb_build_array(o.lead_unit, o.status,
        (select min(k.due) from running_clock k where k.case_id = o.id and k.owner = 'organ' and k.kind <> 'emergency')) from case_link l
     join cases o on o.id = l.other where l.case_id = c.id and l.relation = 'repeat' and l.undone_at is null) as repeats,
    (select jsonb_build_array(h.scheduled_at, h.place) from hearing h
     where h.case_id = c.id and h.state = 'scheduled') as hearing
