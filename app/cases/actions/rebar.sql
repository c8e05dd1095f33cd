-- Who is kept out of cases that stand together ($1) follows from whom they concern; gives those for which it changed. The
-- city's intake desk sees what it leads, whatever is said about it. `waits_above`: see withheld_from.
with said as (
    select array_agg(distinct k.unit) filter (where k.unit is not null and (k.staff is null or k.relation = 'concerns'))
            as units,
        array_agg(distinct k.staff) filter (where k.staff is not null) as staff, bool_or(k.sealed is not null) as words
    from case_concern k where k.case_id = any($1::uuid[]) and k.ended_at is null
), follows as (
    select c.id, s.staff, case when l.kind = 'intake_desk' then nullif(array_remove(s.units, l.code), '{}') else s.units end
            as units,
        case when s.words then coalesce(c.waits_above, case when c.rule = 'review' then 'city' end, (
            select case when c.petition_class = 'accusation' and u.tier = 'city' then 'county' else u.tier end from unit u
            where u.code = c.lead_unit or u.code in (select a.unit from assignment a
                where a.case_id = c.id and a.part = 'lead' and a.state = 'offered')
            order by tier_rank(u.tier) desc limit 1)) end as waits
    from cases c join unit l on l.code = c.lead_unit cross join said s where c.id = any($1::uuid[])
)
update cases c set barred_units = f.units, barred_staff = f.staff, waits_above = f.waits from follows f
where f.id = c.id and (c.barred_units is distinct from f.units or c.barred_staff is distinct from f.staff
    or c.waits_above is distinct from f.waits)
returning c.id, coalesce(c.barred_units, '{}') as units, coalesce(c.barred_staff, '{}') as staff
