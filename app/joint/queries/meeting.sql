select t.id, t.case_id, c.number, c.category, c.status, c.lead_unit,
    coalesce(c.petition_class = 'accusation', false) as secret, t.unit, t.called_at, t.at, t.until, t.booking,
    r.centre || ' ' || r.code as room, t.place, t.state, t.ended_at, t.version, {agenda} as agenda_text,
    {minutes} as minutes_text,
    (
        select coalesce(jsonb_agg(jsonb_build_object('unit', s.unit, 'state', s.state, 'answered_at', s.answered_at)
            order by s.unit), '[]')
        from meeting_seat s where s.meeting = t.id
    ) as seats,
    (
        select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'unit', o.unit, 'due', o.due, 'state', o.state)
            order by o.id), '[]')
        from task o where o.meeting = t.id
    ) as decisions
from meeting t
join cases c on c.id = t.case_id
left join room_booking b on b.id = t.booking
left join room r on r.id = b.room
