-- Head for imports: a batch in the temporary table `staged`, already located into `placed` (see stage.sql).
-- $1 source system, $2 system of the points, $3 actor, $4 registrar, $5 first transaction of this run, $6 the key
-- of numbers, $7 and $8 what the service seals with.
with report as materialized (
    select s.n, s.id, s.kind, s.petition_class, s.category, s.channel, s.procedure, s.procedure_version, s.title,
        s.description, s.address, s.sealed, s.seal_key, s.point,
        case when s.point is not null then $2::text end as crs, null::real as accuracy_m, s.chosen, s.located_by,
        $1::text as source_system, s.external_id, null::bytea as query_hash, $3::text as actor, $4::text as registrar,
        s.at, s.received_at, null::timestamptz as due, null::jsonb as clocks, s.digest, p.cell as found_cell,
        p.area as found_area, s.status, true as imported, s.closed_at, null::text as led_by, null::text as waits,
        $6::bytea as number_key
    from staged s left join placed p on p.n = s.n
), person as (
    select null::int as n, null::uuid as id, null::text as role, null::bytea as sealed, null::bytea as seal_key,
        null::bytea as phone_index, null::text as tell_by
    where false
), said as (
    select null::int as n, null::text as relation, null::text as unit, null::uuid as staff, null::bytea as sealed,
        null::bytea as seal_key
    where false
), vouched as (
    select $7::bytea as nonce, $8::bytea as key
), known as materialized (
    select s.n, c.id as case_id, 'source' as how
    from staged s
    cross join lateral (  -- by the index, however many cases there are (OFFSET 0 keeps the planner from scanning them)
        select id from cases where source_system = $1::text and external_id = s.external_id offset 0
    ) c
)
