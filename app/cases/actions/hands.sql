-- In whose hands a case ($1) is, and whether it keeps them out. `stand_in` leads where the lead may not: of the case's areas
-- (an accusation: of its desk's) the lowest centre (desk) above everybody it concerns, else the city's intake desk.
-- `free`: what was taken from units that it keeps out no more.
select c.lead_unit as lead, withheld_from(c.barred_units, l.path) as away,
    coalesce((
        select u.code from unit u join area a on a.code = u.area
        where u.kind = case when c.petition_class = 'accusation' then 'discipline_desk' else 'centre' end
            and a.path @> case when c.petition_class = 'accusation' then la.path else c.area_path end
            and not withheld_from(c.barred_units, u.path)
            and (tier_rank(u.tier) > height.most or u.kind = 'discipline_desk' and u.tier = 'city')
        order by nlevel(a.path) desc, u.code limit 1), desk.code) as stand_in,
    (select a.id from assignment a where a.case_id = c.id and a.part = 'lead' and a.state = 'signed') as leading,
    exists (select from assignment a where a.case_id = c.id and a.part = 'lead' and a.state = 'offered') as open,
    (select a.id from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.part = 'lead'
        and a.state = 'offered' and withheld_from(c.barred_units, u.path)) as offer,
    (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'unit', a.unit, 'offered', a.state = 'recalled',
        'stood_in', exists (select from assignment s where s.stands_in_for = a.id and s.state = 'signed' and s.part = 'lead'))
        order by a.id), '[]')
     from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.taken_at is not null
        and not withheld_from(c.barred_units, u.path)) as free
from cases c join unit l on l.code = c.lead_unit join area la on la.code = l.area
cross join (select code from unit where kind = 'intake_desk') desk
cross join lateral (select coalesce(max(tier_rank(u.tier)), 0) as most from case_concern k join unit u on u.code = k.unit
    where k.case_id = c.id and k.relation = 'concerns') height
where c.id = $1
