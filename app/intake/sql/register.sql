-- The one statement by which a case comes to exist. It reads as the business does: what is already known, where it is,
-- who must not touch it, who answers for it, what number it gets; then file it and everything that belongs to it.
--
-- A head comes before it (live arrays, or located staging) and gives four relations:
--   report  one row a report, numbered n, with `found_cell`/`found_area` where a point was located, and the `number_key`
--   person  parties: n, id, role, sealed, seal_key, phone_index
--   said    whom it concerns or who must not be involved: n, relation, unit, staff, sealed, seal_key
--   known   n, case_id, how: reports that repeat an earlier one
--   vouched nonce, key: what the service seals with that it was this statement which filed
, named_unit as (  -- a member of staff counts as every unit they hold a post in; 'not_to' bars the person alone
    select s.n, s.relation, u.code, u.path, u.tier, a.path as area_path, s.staff, s.sealed is not null as words
    from said s
    left join lateral (
        select p.unit from post p where p.staff = s.staff and s.relation = 'concerns'
        union select st.unit from staff st where st.id = s.staff and s.relation = 'concerns'
    ) held on true
    left join unit u on u.code = coalesce(s.unit, held.unit)
    left join area a on a.code = u.area
), barred as (
    select n, array_agg(distinct code) filter (where code is not null) as units,
        array_agg(distinct staff) filter (where staff is not null) as staff,
        max(tier_rank(tier)) as height, bool_or(words) as words,
        array_agg(distinct area_path) filter (where area_path is not null and relation = 'concerns') as areas
    from named_unit group by n
), spot as materialized (  -- where it is: the cell, or the nearest tier that holds it
    select r.*, b.units as barred_units, b.staff as barred_staff, b.height, b.words, b.areas as barred_areas,
        cell.code as cell, cell.centre as cell_centre, whole.time_zone,
        coalesce(cell.city, here.code_city, whole.code) as city,
        coalesce(cell.county, here.code_county) as county,
        coalesce(cell.township, here.code_township) as township,
        coalesce(cell.community, here.code_community) as community,
        coalesce(cell.path, here.path, whole.path) as area_path,
        case
            when r.petition_class = 'accusation' or r.status = 'closed' then null
            when r.located_by = 'address' then 'address_only'
            when r.located_by = 'point' and cell.code is null and here.path is null then 'outside_city'
            when r.located_by = 'point' and cell.code is null then 'outside_cells'
        end as queue,
        case when r.chosen is not null and cell.code is null and here.path is null then 'unknown_place'
            when exists (select from said s
                where s.n = r.n and (s.unit is not null and not exists (select from unit where code = s.unit)
                    or s.staff is not null and not exists (select from staff where id = s.staff)))
            then 'unknown_concern'
        end as problem
    from report r
    cross join (select a.code, a.path, c.time_zone from city c join area a on a.code = c.code) whole
    left join barred b on b.n = r.n
    left join cell on cell.code = coalesce(r.found_cell, r.chosen) and r.petition_class <> 'accusation'
    left join lateral (
        select a.path, ltree2text(subpath(a.path, 0, 1)) as code_city,
            case when nlevel(a.path) > 1 then ltree2text(subpath(a.path, 1, 1)) end as code_county,
            case when nlevel(a.path) > 2 then ltree2text(subpath(a.path, 2, 1)) end as code_township,
            case when nlevel(a.path) > 3 then ltree2text(subpath(a.path, 3, 1)) end as code_community
        from area a
        where cell.code is null and a.code = coalesce(r.found_area, r.chosen) and r.petition_class <> 'accusation'
    ) here on true
    where not exists (select from known k where k.n = r.n)
), routed as (  -- who receives it, who answers for it by the compiled rules, who works the cell
    select s.*, desk.code as intake_desk, coalesce(s.cell_centre, near.code) as receiving,
        route.unit as target, coalesce(route.rule, 'no_route') as rule, w.staff as cell_worker
    from spot s
    cross join (select code from unit where kind = 'intake_desk') desk
    left join route on route.area = coalesce(s.township, s.county, s.city) and route.category = s.category
        and route.kind = s.kind and route.petition_class = s.petition_class
    left join lateral (
        select u.code from unit u join area a on a.code = u.area
        where s.cell_centre is null and u.kind = 'centre' and a.path @> s.area_path
        order by nlevel(a.path) desc limit 1
    ) near on true
    left join lateral (
        select staff from cell_worker cw
        where cw.cell = s.cell and cw.during @> s.at and not s.imported order by cw.role limit 1
    ) w on true
    where s.problem is null
), guarded as (  -- no unit leads a matter that concerns it or a unit above it; none left: the city's intake desk. Where words
    -- say whom it concerns, it waits above all units that would have it in hand until somebody has named the one meant.
    select r.*, w.waits_above, g.moved,
        case when r.led_by is not null then r.led_by  -- a review: the organ above the one that decided
            when r.petition_class = 'accusation' then coalesce((
                select d.code from unit d join area a on a.code = d.area
                where d.kind = 'discipline_desk' and not withheld_from(r.barred_units, d.path)
                    and (d.tier = 'city' or w.waits_above is null and r.barred_areas is not null and not exists (
                        select from unnest(r.barred_areas) c(path) where not a.path @> c.path)
                        and tier_rank(d.tier) > r.height)
                order by nlevel(a.path) desc, d.code limit 1), r.intake_desk)
            when g.moved then coalesce((
                select up.code from unit up join unit u on u.code = r.receiving
                where up.path @> u.path and not withheld_from(r.barred_units, w.waits_above, up.path, up.tier)
                    and tier_rank(up.tier) > coalesce(r.height, 0)
                order by nlevel(up.path) desc limit 1), r.intake_desk)
            else coalesce(r.receiving, r.intake_desk) end as lead,
        case when r.led_by is not null then r.led_by
            when r.petition_class = 'accusation' or w.waits_above is not null then null
            when g.moved then coalesce((
                select up.code from unit up join unit u on u.code = coalesce(r.target, r.intake_desk)
                where up.path @> u.path and not withheld_from(r.barred_units, up.path)
                    and tier_rank(up.tier) > r.height
                order by nlevel(up.path) desc limit 1), r.intake_desk)
            else coalesce(r.target, r.receiving, r.intake_desk) end as answering,
        case when r.cell_worker = any(r.barred_staff) or r.barred_units is not null and exists (
                select from staff st join unit u on u.code = st.unit
                where st.id = r.cell_worker and withheld_from(r.barred_units, u.path))
            then null else r.cell_worker end as worker
    from routed r
    cross join lateral (
        select case when r.words is not true then null when r.led_by is not null then 'city'
            when r.petition_class = 'accusation' then 'county'
            else coalesce((select u.tier from unit u where u.code in (r.receiving, r.target)
                order by tier_rank(u.tier) desc limit 1), 'city') end as waits_above
    ) w
    cross join lateral (
        select r.petition_class <> 'accusation' and r.led_by is null and (w.waits_above is not null
            or r.barred_units is not null and exists (select from unit u where u.code in (r.receiving, r.target)
                and withheld_from(r.barred_units, u.path))) as moved
    ) g
), numbered as materialized (
    select g.*, g.digits || substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', 1 + (g.digits::bigint % 31)::int, 1) as number,
        coalesce(g.answering, g.lead) as routed_unit, g.petition_class = 'accusation' as secret,
        case when g.petition_class = 'accusation' then 'accusation' when g.led_by is not null then 'review'
            else g.rule end as sent_by,
        case when g.led_by is not null then g.waits when g.queue is null and g.cell is not null and g.worker is null and not g.imported then 'no_worker'
            else g.queue end as queued,
        case when g.kind in ('request', 'event') and not g.imported and g.waits_above is null then g.worker end as helper
    from (
        select s.*, to_char(s.at at time zone s.time_zone, 'YY') || case_digits(s.serial, s.number_key) as digits
        -- serials follow the order of the reports, whatever the plan: the demo city is the same at every load
        from (select o.*, nextval('case_number') as serial from (select * from guarded order by n) o) s
    ) g
), written as materialized (  -- the receipt is part of the first event, so that a repeat can show it again
    select w.*, event_hash(''::bytea, w.body) as hash
    from (
        select n.*, event_body(n.id, 1, 'registered', n.at, n.registrar, jsonb_build_object(
            'receipt', jsonb_build_object('id', n.id, 'number', n.number, 'status', n.status) || case when n.secret
                then '{}' else jsonb_build_object('kind', n.kind, 'petition_class', nullif(n.petition_class, ''),
                    'category', n.category, 'procedure', n.procedure, 'cell',
                    case when n.cell is not null then jsonb_build_object('code', n.cell) end, 'areas',
                    jsonb_build_object('city', n.city, 'county', n.county, 'township', n.township,
                        'community', n.community),
                    'queue', n.queued, 'worker', n.worker, 'centre', n.lead, 'lead_unit', n.lead,
                    'offered_to', nullif(n.routed_unit, n.lead), 'routing',
                    jsonb_build_object('rule', n.sent_by, 'guarded', n.moved),
                    'clocks', n.running) end,
            'status', n.status, 'lead_unit', n.lead, 'digest', n.digest)) as body
        from (
            select m.*, case when m.imported then '[]' when m.offered then m.clocks
                else jsonb_path_query_array(m.clocks, '$[*] ? (@.kind != "sign_for")') end as running
            from (select o.*, o.routed_unit <> o.lead and not o.secret and not o.imported as offered from numbered o) m
        ) n
    ) w
), filed as (
    insert into cases (id, number, kind, petition_class, category, channel, procedure, procedure_version, status,
        located_by, crs, point, accuracy_m, cell, city, county, township, community, area_path, queue, worker, centre,
        lead_unit, routed_unit, rule, guarded, barred_units, barred_staff, waits_above, due, received_at, registered_at, closed_at,
        updated_at, source_system, external_id, registrar, query_hash, imported, head_seq, head_hash)
    select id, number, kind, nullif(petition_class, ''), category, channel, procedure, procedure_version, status,
        case when secret then 'address' else located_by end, crs, case when not secret then point end, accuracy_m, cell,
        city, county, township, community, area_path, queued, worker, case when not secret then lead end, lead,
        routed_unit, sent_by, moved,
        -- the last resort sees what it leads, whatever the report says about it: a case is never without anyone
        case when lead = intake_desk then nullif(array_remove(barred_units, intake_desk), '{}') else barred_units end,
        barred_staff, waits_above, case when imported then 'infinity'
            else least(due, (select min((k->>'due')::timestamptz) from jsonb_array_elements(running) k
                where k->>'kind' = 'sign_for')) end,
        received_at, at, closed_at, coalesce(closed_at, at), source_system, external_id, registrar, query_hash, imported,
        1, hash
    from written
    order by source_system, external_id, id  -- two batches that share rows would otherwise deadlock
    on conflict do nothing
    returning id, due as due_first, xmin::text::bigint as xid
), made as (  -- what was really filed: everything below belongs to these
    select w.*, f.due_first, f.xid, w.kind in ('request', 'event') as by_area,
        case when w.kind in ('request', 'event') and w.waits_above is null
            then array[w.city, w.county, w.township, w.community] end as areas
    from filed f join written w using (id)
), texted as (
    insert into case_text (case_id, title, description, address, sealed, seal_key, by_area)
    select id, title, description, address, sealed, seal_key, by_area from made
), named as (
    insert into party (id, case_id, role, sealed, seal_key, phone_index, by_area, tell_by)
    select p.id, m.id, p.role, p.sealed, p.seal_key, case when not m.secret then p.phone_index end, m.by_area, p.tell_by
    from made m join person p on p.n = m.n
    returning case_id
), concerned as (
    insert into case_concern (case_id, relation, unit, staff, sealed, seal_key)
    select m.id, s.relation, coalesce(s.unit, u.code), s.staff, s.sealed, s.seal_key
    from made m join said s on s.n = m.n
    left join lateral (
        select p.unit as code from post p where p.staff = s.staff
        union select st.unit from staff st where st.id = s.staff
    ) u on s.staff is not null
    returning case_id
), opened as (
    insert into case_access (case_id, grantee, part, due, areas, outside)
    select given.*, outside(given.grantee, given.areas) from (
    select id, 'unit:' || lead as grantee, 'lead', due_first, areas from made where not secret
    union all select id, 'unit:' || routed_unit, 'offer', due_first, areas from made where offered
    union all select id, 'staff:' || helper, 'task', due_first, areas from made where helper is not null
    union all select m.id, 'unit:' || u.code, 'queue', m.due_first, m.areas from made m  -- a cell without a worker: the township's coordinator
        join unit u on u.kind = 'centre' and u.area = m.township and u.code <> m.lead
        where m.queued = 'no_worker' and m.kind in ('request', 'event')
            and not withheld_from(m.barred_units, m.waits_above, u.path, u.tier)
    union all select id, registrar, 'registrar', due_first, areas from made
        where not secret and not imported and registrar not like 'resident:%'
    union all select m.id, 'post:' || p.id, 'lead', m.due_first, m.areas from made m
        join post p on m.secret and p.unit = m.lead and p.role in ('discipline_officer', 'coordinator')
    ) given
    returning case_id
), assigned as (
    insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at, answered_by, answered_at, by_area)
    select id, lead, null::uuid, 'lead', 'signed', actor, at, 'system', at, by_area from made where status = 'registered'
    union all select id, routed_unit, null, 'lead', 'offered', actor, at, null, null, by_area
        from made where offered
    union all select m.id, st.unit, m.helper, 'co', 'offered', m.actor, m.at, null, null, m.by_area
        from made m join staff st on st.id = m.helper
    returning case_id
), clocked as (
    insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, provisional, subject, level, next_at)
    select m.id, c.kind, c.rule, m.procedure_version, c.basis, m.at, c.due, c.due_unrolled, c.provisional,
        case when c.kind = 'sign_for' then m.routed_unit else '' end, c.level, c.next_at
    from made m cross join lateral jsonb_to_recordset(m.running)
        c(kind text, rule text, basis text, due timestamptz, due_unrolled timestamptz, provisional boolean,
            level smallint, next_at timestamptz)
    returning case_id
), counted as (  -- what was filed with each, so that nobody takes a row away unseen
    select case_id, count(*) filter (where t = 1) as parties, count(*) filter (where t = 2) as concerns,
        count(*) filter (where t = 3) as parts, count(*) filter (where t = 4) as offers, count(*) filter (where t = 5) as clocks
    from (select case_id, 1 as t from named union all select case_id, 2 from concerned union all select case_id, 3 from opened
        union all select case_id, 4 from assigned union all select case_id, 5 from clocked) row group by 1
), told as (
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash, filed, seal)
    select m.id, 1, 'registered', m.at, m.registrar, m.body, ''::bytea, m.hash, f.filed,
        v.nonce || act_seal(v.key, m.hash, f.filed::text)
    from made m cross join vouched v left join counted c on c.case_id = m.id
    cross join lateral (select array[m.xid, coalesce(c.parties, 0), coalesce(c.concerns, 0), coalesce(c.parts, 0),
        coalesce(c.offers, 0), coalesce(c.clocks, 0)] as filed) f
    order by m.id
)
