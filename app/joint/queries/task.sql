select t.id, t.case_id, c.number, c.kind as case_kind, c.category, c.status, x.title, c.lead_unit,
    coalesce(c.petition_class = 'accusation', false) as secret, t.source, t.whistle, t.meeting, t.unit, t.asked_by_unit,
    t.asked_at, t.due, t.state in ('open', 'returned') and t.due < $2::timestamptz as overdue, t.state,
    t.assignment, coalesce(a.state, 'signed') as taken, {text} as text,
    {result} as result_text, {waiver} as waiver_text, case when a.state = 'refused' then {refusal} end as refusal_text,
    t.first_answered_at, t.answered_at, t.ended_at, t.version,
    array(select f.attachment from task_file f where f.task = t.id order by f.attachment) as files,
    k.arrived_at, st_x(k.arrival_point) as arrival_lon, st_y(k.arrival_point) as arrival_lat, k.objection,
    {objection} as objection_text, k.ruler, k.ruling, {ruling} as ruling_text, l.due as arrive_by,
    l.breached_at as arrival_breached_at,
    coalesce(w.state = 'settled', false) as settled
from task t
join cases c on c.id = t.case_id
left join assignment a on a.id = t.assignment
left join case_text x on x.case_id = c.id
left join whistle w on w.id = t.whistle
left join whistle_call k on k.task = t.id
left join clock l on k.task is not null and l.case_id = t.case_id and l.kind = 'arrival' and l.subject = t.id::text
