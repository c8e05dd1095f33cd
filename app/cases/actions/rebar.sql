-- Who is kept out of cases that stand together ($1) follows from whom they concern; gives those for which it changed. The
-- city's intake desk sees what it leads, whatever is said about it.
with said as (
    select array_agg(distinct k.unit) filter (where k.unit is not null and (k.staff is null or k.relation = 'concerns'))
            as units,
        array_agg(distinct k.staff) filter (where k.staff is not null) as staff
    from case_concern k where k.case_id = any($1::uuid[])
), follows as (
    select c.id, s.staff, case when l.kind = 'intake_desk' then nullif(array_remove(s.units, l.code), '{}') else s.units end
            as units
    from cases c join unit l on l.code = c.lead_unit cross join said s where c.id = any($1::uuid[])
)
update cases c set barred_units = f.units, barred_staff = f.staff from follows f
where f.id = c.id and (c.barred_units is distinct from f.units or c.barred_staff is distinct from f.staff)
returning c.id, coalesce(c.barred_units, '{}') as units, coalesce(c.barred_staff, '{}') as staff
