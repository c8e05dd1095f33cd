-- Head for reports that come over HTTP: arrays, one report or up to 500. The place is found here, by the edge rule:
-- covered by the boundary, then the smallest code; outside every cell the nearest tier that holds the point. `is true`
-- keeps the planner from the index of the exclusion constraint, in which every present boundary is valid.
with sent as materialized (
    select n::int, id, kind, petition_class, category, channel, procedure, procedure_version, title, description, address,
        sealed, seal_key, case when lon is not null then st_setsrid(st_makepoint(lon, lat), 4326) end as point, crs,
        accuracy_m, chosen, located_by, source_system, external_id, query_hash, actor, registrar, at, received_at, due,
        clocks::jsonb as clocks, digest, caller, idem_key, request_hash, led_by, waits
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[], $9::text[],
        $10::text[], $11::bytea[], $12::bytea[], $13::float8[], $14::float8[], $15::text[], $16::real[], $17::text[],
        $18::text[], $19::text[], $20::text[], $21::bytea[], $22::text[], $23::text[], $24::timestamptz[],
        $25::timestamptz[], $26::timestamptz[], $27::text[], $28::text[], $29::text[], $30::text[], $31::bytea[], $32::text[],
        $33::text[])
        with ordinality as t(id, kind, petition_class, category, channel, procedure, procedure_version, title,
            description, address, sealed, seal_key, lon, lat, crs, accuracy_m, chosen, located_by, source_system,
            external_id, query_hash, actor, registrar, at, received_at, due, clocks, digest, caller, idem_key,
            request_hash, led_by, waits, n)
), person as (
    select * from unnest($34::int[], $35::uuid[], $36::text[], $37::bytea[], $38::bytea[], $39::bytea[], $40::text[])
        as t(n, id, role, sealed, seal_key, phone_index, tell_by)
), said as (
    select * from unnest($41::int[], $42::text[], $43::text[], $44::uuid[], $45::bytea[], $46::bytea[])
        as t(n, relation, unit, staff, sealed, seal_key)
), vouched as (
    select ($47::bytea[])[2] as nonce, ($47::bytea[])[3] as key
), locked as materialized (  -- one request at a time under a key: a second INSERT would wait, a try-lock does not
    select n, idem_key is null or pg_try_advisory_xact_lock(hashtextextended(caller || ' ' || idem_key, 0)) as free
    from sent
), known as materialized (
    select s.n, i.case_id, case when i.request_hash = s.request_hash then 'key' else 'key_reused' end as how
    from sent s join idempotency i on i.caller = s.caller and i.key = s.idem_key
    union all
    select l.n, null, 'in_flight' from locked l where not l.free
    union all
    select s.n, c.id, 'id' from sent s join cases c on c.id = s.id
    union all
    select s.n, c.id, 'source' from sent s
        join cases c on c.source_system = s.source_system and c.external_id = s.external_id
), report as (
    select s.*, in_cell.code as found_cell, in_area.code as found_area, 'registered' as status, false as imported,
        null::timestamptz as closed_at, ($47::bytea[])[1] as number_key
    from sent s
    left join lateral (
        select v.cell as code from cell_version v
        where st_covers(v.boundary, s.point) and (v.valid @> s.at) is true
        order by v.cell limit 1
    ) in_cell on true
    left join lateral (
        select w.area as code from area_version w join area a on a.code = w.area
        where in_cell.code is null and st_covers(w.boundary, s.point) and (w.valid @> s.at) is true
        order by nlevel(a.path) desc, a.code limit 1
    ) in_area on true
)
