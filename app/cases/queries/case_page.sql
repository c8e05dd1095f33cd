-- A case as its page shows it; which one follows. merged_seen: whether the caller may know of another case (alias m),
-- clear: whether they see the address as it was given; sealed, note: which texts are opened, and how. What is said in words, and what the caller may do next, is filled in afterwards.
select c.id, c.number, c.kind, c.petition_class, c.category, c.channel, c.procedure, c.procedure_version, c.status,
    c.queue, case when w.id is not null then jsonb_build_object('id', w.id, 'name', w.name) end as worker,
    c.centre, c.lead_unit, c.routed_unit, nullif(c.due, 'infinity') as due, c.received_at, c.registered_at, c.accepted_at,
    c.concluded_at, c.closed_at, c.updated_at, c.result, c.reopened, c.escalated_to,
    (select m.id from cases m where m.id = c.merged_into and {merged_seen}) as merged_into,
    c.source_system, c.external_id, c.imported, c.head_seq as version,
    case when {sealed} then jsonb_build_array(t.place, 'title', t.sealed, t.key) else to_jsonb(x.title) end as title,
    case when {sealed} or x.description is null and x.sealed is not null
        then jsonb_build_array(t.place, {description}, t.sealed, t.key) else to_jsonb(x.description) end as description,
    '' as status_text, null as category_name, null as dispute_kind, '{{}}'::jsonb as names, '[]'::jsonb as available_actions,
    jsonb_build_object('located_by', c.located_by, 'crs', c.crs, 'accuracy_m', c.accuracy_m::float8,
        'address', jsonb_build_object('clear', {clear}, 'text', case when {sealed}
            then jsonb_build_array(t.place, 'location.address', t.sealed, t.key) else to_jsonb(x.address) end),
        'point', case when c.point is not null then jsonb_build_object('type', 'Point', 'coordinates',
        jsonb_build_array(st_x(c.point), st_y(c.point))) end) as location,
    case when c.cell is not null then jsonb_build_object('code', c.cell) end as cell,
    jsonb_build_object('city', c.city, 'county', c.county, 'township', c.township, 'community', c.community) as areas,
    jsonb_build_object('rule', c.rule, 'guarded', c.guarded) as routing,
    (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'role', p.role, 'sealed', encode(p.sealed, 'base64'),
        'seal_key', encode(key_of(p.seal_key), 'base64'), 'tell_by', p.tell_by) order by p.id), '[]')
     from party p where p.case_id = c.id) as parties,
    (select coalesce(jsonb_agg(jsonb_build_object('relation', k.relation, 'unit', k.unit, 'staff', k.staff,
        'text', jsonb_build_array('case_concern ' || c.id, 'text', encode(k.sealed, 'base64'), encode(key_of(k.seal_key), 'base64')))
        order by k.id), '[]')
     from case_concern k where k.case_id = c.id and k.ended_at is null) as concerns,
    (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'at', k.at, 'fields', k.fields) order by k.at, k.id), '[]')
     from correction k where k.case_id = c.id) as corrections,
    (select coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'rule', k.rule, 'basis', k.basis, 'start', k.start,
        'due', k.due, 'due_unrolled', k.due_unrolled, 'provisional', k.provisional, 'met_at', k.met_at,
        'stopped_at', k.stopped_at, 'breached_at', k.breached_at, 'paused_at', k.paused_at, 'owner', k.owner,
        'extensions', k.extensions) order by k.id), '[]')
     from clock k where k.case_id = c.id) as clocks,
    (select coalesce(jsonb_agg(jsonb_build_object('unit', a.unit, 'staff', a.staff, 'part', a.part,
        'state', a.state, 'offered_at', a.offered_at, 'answered_at', a.answered_at, 'returned_at', a.returned_at,
        'ruling', a.ruling) order by a.id), '[]')
     from assignment a where a.case_id = c.id) as assignments,
    (select jsonb_build_object('outcome', s.outcome, 'method', s.method, 'at', s.at, 'article', s.article,
        'recorded_by', s.recorded_by, 'approved_by', s.approved_by)
     from service_record s join notice n on n.id = s.notice
     where s.case_id = c.id and s.replaced_at is null and n.state <> 'replaced' and n.kind in ({closing})) as service,
    (select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'state', n.state,
        'drafted_at', n.drafted_at, 'served_at', s.at, 'method', s.method, 'title', '') order by n.drafted_at, n.id), '[]')
     from notice n left join service_record s on s.notice = n.id and s.replaced_at is null
     where n.case_id = c.id) as notices,
    (select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'author', n.author, 'at', n.at,
        'body', {note}) order by n.at, n.id), '[]')
     from case_note n where n.case_id = c.id and n.kind <> all({hidden}::text[])) as notes,
    (select coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'state', h.state, 'scheduled_at', h.scheduled_at,
        'place', h.place, 'began_at', h.began_at, 'ended_at', h.ended_at, 'participants',
        (select coalesce(jsonb_agg(jsonb_build_object('role', s.role, 'staff', s.staff, 'name',
            jsonb_build_array('hearing_seat ' || h.id, 'name', encode(s.sealed, 'base64'), encode(key_of(s.seal_key), 'base64')))
            order by s.id), '[]')
         from hearing_seat s where s.hearing = h.id)) order by h.made_at, h.id), '[]')
     from hearing h where h.case_id = c.id) as hearings,
    (select jsonb_build_object('retention', f.retention, 'kept_until', f.kept_until, 'archived_at', f.archived_at)
     from archive f where f.case_id = c.id and f.taken_out_at is null) as archive,
    exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held,
    (select coalesce(jsonb_agg(m.id order by m.id), '[]') from cases m
     where m.merged_into = c.id and {merged_seen}) as merged,
    (select coalesce(jsonb_agg(jsonb_build_object('relation', l.relation, 'later', l.other = c.id, 'case', m.id,
        'made_at', l.made_at, 'settled_at', l.settled_at) order by l.id), '[]')
     from case_link l join cases m on m.id = case when l.other = c.id then l.case_id else l.other end
     where (l.case_id = c.id or l.other = c.id) and l.undone_at is null and {merged_seen}) as links,
    (select jsonb_build_object('invited_at', r.invited_at, 'window_ends', r.window_ends, 'rated_at', r.rated_at,
        'satisfaction', r.satisfaction, 'solved', r.solved, 'firm_at', r.firm_at)
     from rating r where r.case_id = c.id and r.superseded_at is null) as rating,
    (select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'cause', q.cause, 'state', q.state,
        'asked_at', q.asked_at, 'decided_at', q.decided_at) order by q.asked_at, q.id), '[]')
     from reopening_request q where q.case_id = c.id) as reopening_requests,
    (select coalesce(jsonb_agg(jsonb_build_object('at', v.at, 'method', v.method, 'reached', v.reached,
        'confirmed', v.confirmed) order by v.id), '[]') from return_visit v where v.case_id = c.id) as visits,
    (select jsonb_build_object('route', p.route, 'body', p.body, 'stage', p.stage, 'filed_on', p.filed_on,
        'accepted_on', p.accepted_on, 'ended_on', p.ended_on, 'next_rule', p.next_rule, 'next_due', p.next_due)
     from outside_procedure p where p.case_id = c.id) as outside
from cases c
join case_text x on x.case_id = c.id
cross join lateral (select 'case_text ' || c.id as place, encode(x.sealed, 'base64') as sealed,
    encode(key_of(x.seal_key), 'base64') as key) t
left join staff w on w.id = c.worker
