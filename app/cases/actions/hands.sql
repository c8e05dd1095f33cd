-- In whose hands a case ($1) is, and whether it keeps them out. `stand_in` leads where the lead may not: of the case's areas
-- (an accusation: of its desk's) the lowest centre (desk) above everybody whom it, or a case joined to it ($2), concerns, else the city's intake desk.
-- `free`: what was taken from units that it keeps out no more, the last first; an offer on a case that may be taken apart again
-- waits for that. A review stays with its organ until a unit is named.
with recursive lead as (
    select c.*, s.id as leading, s.stands_in_for, s.answered_at, coalesce(s.unit, c.lead_unit) as unit
    from cases c left join assignment s on s.case_id = c.id and s.part = 'lead' and s.state = 'signed' where c.id = $1
), stood_in as (  -- for whom the lead stands in, and for whom those had stood in
    select stands_in_for as id from lead where stands_in_for is not null
    union all
    select s.stands_in_for from stood_in i join assignment s on s.id = i.id where s.stands_in_for is not null
)
select c.unit as lead,
    withheld_from(c.barred_units, case when c.rule <> 'review' then c.waits_above end, l.path, l.tier) as away,
    coalesce((
        select u.code from unit u join area a on a.code = u.area
        where u.kind = case when c.petition_class = 'accusation' then 'discipline_desk' else 'centre' end
            and a.path @> case when c.petition_class = 'accusation' then la.path else c.area_path end
            and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
            and (tier_rank(u.tier) > height.most or u.kind = 'discipline_desk' and u.tier = 'city')
        order by nlevel(a.path) desc, u.code limit 1), desk.code) as stand_in,
    c.leading,
    exists (select from assignment a where a.case_id = c.id and a.part = 'lead' and a.state = 'offered') as open,
    (select a.id from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.part = 'lead'
        and a.state = 'offered' and withheld_from(c.barred_units, c.waits_above, u.path, u.tier)) as offer,
    (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'unit', a.unit, 'offered', a.state = 'recalled',
        'late', c.stands_in_for is null and coalesce(c.answered_at > a.taken_at, false), 'stands_in', a.stands_in_for is not null, 'stood_in', a.id in (select id from stood_in))
        order by a.taken_at desc, a.id desc), '[]')
     from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.taken_at is not null
        and (a.state <> 'recalled' or c.status not in ('merged', 'declined'))
        and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)) as free
from lead c join unit l on l.code = c.unit join area la on la.code = l.area
cross join (select code from unit where kind = 'intake_desk') desk
cross join lateral (select coalesce(max(tier_rank(u.tier)), 0) as most from case_concern k join unit u on u.code = k.unit
    where k.case_id = any($2::uuid[]) and k.ended_at is null and (k.staff is null or k.relation = 'concerns')) height
