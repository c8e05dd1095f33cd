select s.active, coalesce(s.id = any(c.barred_staff), false) or exists (
        select from unit u where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
    ) as barred,
    exists (
        select from post p join area a on a.code = p.area
        where p.staff = s.id and p.role = any($3::text[]) and a.path @> c.area_path
    ) as reaches,
    exists (
        select from event e where e.case_id = c.id and e.actor = 'staff:' || s.id::text
            and e.kind in ('conclude', 'decide_review', 'serve', 'close')
    ) as worked
from staff s, cases c where s.id = $1 and c.id = $2
