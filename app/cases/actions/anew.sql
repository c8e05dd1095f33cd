-- Who would lead a case ($1) and who would answer for it, were it registered now: the centre of its place and the unit that
-- the rules name, each moved up to the first that nothing keeps out, above whom it concerns where it had to be moved.
with found as (
    select c.id, c.barred_units, c.waits_above, coalesce(cell.centre, (select u.code from unit u join area a on a.code = u.area
            where u.kind = 'centre' and a.path @> c.area_path order by nlevel(a.path) desc limit 1)) as receiving,
        (select r.unit from route r where r.area = coalesce(c.township, c.county, c.city) and r.category = c.category
            and r.kind = c.kind and r.petition_class = coalesce(c.petition_class, '')) as target,
        (select code from unit where kind = 'intake_desk') as desk,
        (select coalesce(max(tier_rank(u.tier)), 0) from case_concern k join unit u on u.code = k.unit
            where k.case_id = c.id and k.ended_at is null) as height,
        c.petition_class is distinct from 'accusation' and c.status = 'registered' and c.waits_above is null
            and not exists (select from assignment a where a.case_id = c.id and a.part = 'lead'
                and a.state in ('signed', 'done', 'refused') and (a.answered_by <> 'system' or a.taken_at is not null))
            as untouched
    from cases c left join cell on cell.code = c.cell where c.id = $1
), moved as (
    select f.*, exists (select from unit u where u.code in (f.receiving, f.target)
        and withheld_from(f.barred_units, null, u.path, u.tier)) as moved
    from found f
)
select m.untouched, coalesce(led.code, m.desk) as lead, coalesce(answers.code, led.code, m.desk) as answering
from moved m
left join lateral (
    select up.code from unit up join unit u on u.code = m.receiving
    where up.path @> u.path and (not m.moved and up.code = u.code
        or m.moved and tier_rank(up.tier) > m.height and not withheld_from(m.barred_units, null, up.path, up.tier))
    order by nlevel(up.path) desc limit 1
) led on true
left join lateral (
    select up.code from unit up join unit u on u.code = m.target
    where up.path @> u.path and (not m.moved and up.code = u.code
        or m.moved and tier_rank(up.tier) > m.height and not withheld_from(m.barred_units, null, up.path, up.tier))
    order by nlevel(up.path) desc limit 1
) answers on true
