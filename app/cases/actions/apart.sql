-- Whether one of two cases ($1, $2) bars somebody who has the other in hand, as a unit or in person, or words of one wait to
-- be named: then they are not joined. Asked both ways round, at the instant $3.
select exists (
    select from (values ($1::uuid, $2::uuid), ($2, $1)) pair(one, other)
    join cases c on c.id = pair.one
    join cases o on o.id = pair.other
    cross join lateral (
        select o.worker as staff, null::text as unit
        union all select null, unnest(array[o.lead_unit, o.routed_unit])
        union all select a.staff, a.unit from assignment a where a.case_id = o.id and a.state in ('offered', 'signed')
        union all select case when x.grantee like 'staff:%' then substr(x.grantee, 7)::uuid end,
            case when x.grantee like 'unit:%' then substr(x.grantee, 6) end
        from case_access x where x.case_id = o.id and (x.until is null or x.until > $3)
            and x.part not in ('registrar', 'informed', 'queue', 'receiving')
    ) hand
    where c.waits_above is not null or hand.staff = any(c.barred_staff) or exists (
        select from unit u where withheld_from(c.barred_units, c.waits_above, u.path, u.tier) and (u.code = hand.unit
            or u.code in (select s.unit from staff s where s.id = hand.staff
                union all select p.unit from post p where p.staff = hand.staff)))
)
