select t.id, t.case_id, c.number, c.category, c.status, c.lead_unit,
    coalesce(c.petition_class = 'accusation', false) as secret, t.unit, t.occasion, t.blown_at, t.state, t.ended_at,
    t.version, {note} as text, {settlement} as settlement_text,
    coalesce(st_x(t.point), st_x(c.point)) as lon,
    coalesce(st_y(t.point), st_y(c.point)) as lat,
    (
        select coalesce(jsonb_agg(jsonb_build_object('task', k.task, 'unit', k.unit, 'taken', coalesce(a.state, 'signed'),
            'state', o.state, 'arrive_by', l.due, 'arrived_at', k.arrived_at, 'arrival_breached_at', l.breached_at,
            'answered_at', o.answered_at, 'objected_at', k.objected_at, 'ruling', k.ruling) order by k.unit), '[]')
        from whistle_call k join task o on o.id = k.task
        left join assignment a on a.id = o.assignment
        left join clock l on l.case_id = t.case_id and l.kind = 'arrival' and l.subject = o.id::text
        where k.whistle = t.id
    ) as calls
from whistle t
join cases c on c.id = t.case_id
