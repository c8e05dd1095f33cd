-- Who would lead a case ($1) and who would answer for it, were it registered now: as the statement of registration finds them.
-- `untouched`: no person has sent it anywhere, nobody has taken it up, nobody stands in for its lead. Whom it concerns is said by it or a case joined to it ($2).
with found as (
    select c.barred_units, coalesce(cell.centre, (select u.code from unit u join area a on a.code = u.area
            where u.kind = 'centre' and a.path @> c.area_path order by nlevel(a.path) desc limit 1)) as receiving,
        (select r.unit from route r where r.area = coalesce(c.township, c.county, c.city) and r.category = c.category
            and r.kind = c.kind and r.petition_class = coalesce(c.petition_class, '')) as target,
        (select code from unit where kind = 'intake_desk') as desk,
        (select coalesce(max(tier_rank(u.tier)), 0) from case_concern k join unit u on u.code = k.unit
            where k.case_id = any($2::uuid[]) and k.ended_at is null and (k.staff is null or k.relation = 'concerns')) as height,
        c.petition_class is distinct from 'accusation' and c.status = 'registered' and c.waits_above is null
            and c.escalated_to is null and not exists (select from assignment a where a.case_id = c.id and a.part = 'lead'
                and (a.note is not null or a.returned_at is not null or a.taken_at is not null and a.state = 'done'
                    or a.state in ('signed', 'done', 'refused') and a.answered_by <> 'system' and a.stands_in_for is null))
            as untouched
    from cases c left join cell on cell.code = c.cell where c.id = $1
), moved as (
    select f.*, exists (
        select from unit u where u.code in (f.receiving, f.target) and withheld_from(f.barred_units, u.path)) as moved
    from found f
)
select m.untouched, coalesce(led.code, m.desk) as lead,
    coalesce(answers.code, case when not m.moved then led.code end, m.desk) as answering
from moved m
left join lateral (
    select up.code from unit up join unit u on u.code = m.receiving
    where up.path @> u.path and (not m.moved and up.code = u.code
        or m.moved and tier_rank(up.tier) > m.height and not withheld_from(m.barred_units, up.path))
    order by nlevel(up.path) desc limit 1
) led on true
left join lateral (
    select up.code from unit up join unit u on u.code = coalesce(m.target, case when m.moved then m.desk end)
    where up.path @> u.path and (not m.moved and up.code = u.code
        or m.moved and tier_rank(up.tier) > m.height and not withheld_from(m.barred_units, up.path))
    order by nlevel(up.path) desc limit 1
) answers on true
