"""Many cases at once, as a city would hold them: set-wise, with their texts, access, lead and first event."""

import asyncio

import asyncpg

from app.core.settings import settings
from bench.ground import run, say

TABLES = ("cases", "case_text", "case_access", "assignment", "event")

# n-th case; chance(k) is in [0, 1), the same for the same n and k. A closed case has no open limit.
_DRAWN = """
create unlogged table drawn as
with mapped as materialized (
    select c.*, w.staff as worker, st_pointonsurface(v.boundary) as middle,
        row_number() over (order by c.code) - 1 as serial, count(*) over () as cells
    from cell c join cell_version v on v.cell = c.code and upper_inf(v.valid)
    join cell_worker w on w.cell = c.code and upper_inf(w.during)
    where $1::text[] is null or c.township = any($1)
), rolled as (
    select n, (hashint8extended(n, 1) & 1048575) / 1048576.0 as a, (hashint8extended(n, 2) & 1048575) / 1048576.0 as b,
        (hashint8extended(n, 3) & 1048575) / 1048576.0 as c, (hashint8extended(n, 4) & 1048575) / 1048576.0 as d,
        now() - interval '1 year' * (1 - n / $2::float8) as at, md5(n::text) as h
    from generate_series(1, $2::int) n
), sorted as (
    select *, case when a < 0.62 then 'request' when a < 0.82 then 'event' when a < 0.93 then 'dispute' else 'petition'
            end as kind,
        case when b < 0.08 then 'registered' when b < 0.20 then 'accepted' when b < 0.36 then 'handling'
            when b < 0.45 then 'concluded' else 'closed' end as status
    from rolled
), placed as materialized (
    select s.*, floor(s.c * (select max(cells) from mapped))::bigint as serial,
        case s.kind when 'request' then (array['heating.outage', 'water.outage', 'road.damage', 'noise.construction',
                'waste.collection', 'property.service'])[1 + floor(s.d * 6)::int]
            when 'event' then (array['manhole.missing', 'waste.litter', 'greenery.damage'])[1 + floor(s.d * 3)::int]
            when 'dispute' then (array['neighbour.noise', 'wage.arrears', 'property.fees'])[1 + floor(s.d * 3)::int]
            else (array['wage.arrears', 'housing.deed'])[1 + floor(s.d * 2)::int] end as category
    from sorted s
), located as materialized (  -- before the route is looked up: the planner would begin with every township's
    select p.*, l.code as cell, l.city, l.county, l.township, l.community, l.path, l.centre, l.worker, l.middle
    from placed p join mapped l on l.serial = p.serial
)
select p.n, (lpad(to_hex((extract(epoch from p.at) * 1000)::bigint), 12, '0') || '7' || substr(p.h, 1, 3) || '8'
        || substr(p.h, 4, 15))::uuid as id,
    to_char(p.at, 'YY') || lpad(p.n::text, 8, '0') as number, p.kind,
    case when p.kind = 'petition' then 'appeal' end as petition_class, p.category, p.status, p.at, p.d, p.cell,
    p.city, p.county, p.township, p.community, p.path as area_path, p.centre, r.unit as routed, r.rule,
    case when p.status in ('registered', 'accepted') then p.centre else r.unit end as lead, p.worker,
    case p.kind when 'request' then 'request_ordinary' when 'event' then 'grid_event'
        when 'dispute' then 'centre_dispute_ordinary' else 'appeal' end as procedure,
    case when p.status = 'closed' then 'infinity' else p.at + interval '3 days' + interval '60 days' * p.d end as due,
    case when p.kind in ('request', 'event') then array[p.city, p.county, p.township, p.community] end as areas,
    st_translate(p.middle, (p.a - p.b) * 1e-5, (p.c - p.d) * 1e-5) as point
from located p
join route r on r.area = p.township and r.category = p.category and r.kind = p.kind
    and r.petition_class = case when p.kind = 'petition' then 'appeal' else '' end
"""

_FILED = (
    """
    create unlogged table told as
    select id, event_body(id, 1, 'registered', at, 'bench', jsonb_build_object('status', status)) as body from drawn
    """,
    """
    insert into cases (id, number, kind, petition_class, category, channel, procedure, procedure_version, status,
        located_by, crs, point, cell, city, county, township, community, area_path, worker, centre, lead_unit, routed_unit,
        rule, guarded, due, received_at, registered_at, closed_at, updated_at, registrar, head_seq, head_hash)
    select id, number, kind, petition_class, category, 'window', procedure, 1, status, 'point', 'WGS84', point, cell, city,
        county, township, community, area_path, worker, centre, lead, routed, rule, false, due, at, at,
        case when status = 'closed' then at + interval '9 days' end, at, 'system:bench', 1, event_hash('', body)
    from drawn join told using (id) order by id
    """,
    """
    insert into case_text (case_id, title, description, address, by_area)
    select id, (array['家中停暖', '楼上夜间噪声', '路面破损', '拖欠工资', '井盖丢失', '垃圾未清运', '物业不作为', '小区停水'])
            [1 + floor(d * 8)::int] || '第' || n || '号', '请核实并尽快处理。', '示范路' || n % 900 + 1 || '号',
        kind in ('request', 'event')
    from drawn order by id
    """,
    """
    insert into case_access (case_id, grantee, part, due, areas, outside)
    select given.*, outside(given.grantee, given.areas) from (
        select id, 'unit:' || lead as grantee, 'lead', due, areas from drawn
        union all select id, 'unit:' || centre, 'former', due, areas from drawn where lead <> centre
        union all select id, 'unit:' || routed, 'offer', due, areas from drawn where lead <> routed
        union all select id, 'staff:' || worker, 'task', due, areas from drawn where kind in ('request', 'event')
    ) given
    """,
    """
    insert into assignment (case_id, unit, part, state, offered_by, offered_at, answered_by, answered_at, by_area)
    select id, lead, 'lead', case when status = 'closed' then 'done' else 'signed' end, 'bench', at, 'bench', at,
        kind in ('request', 'event')
    from drawn
    """,
    """
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select id, 1, 'registered', at, 'bench', body, '', event_hash('', body) from drawn join told using (id) order by id
    """,
)


def fill(city: str, number: int, townships: list[str] | None = None) -> None:
    """Put `number` cases into an empty city, in all its cells or those of some townships."""
    say(f"{city}: {number:,} cases")
    run(_fill(city, number, townships))


async def _fill(city: str, number: int, townships: list[str] | None) -> None:
    admin = await asyncpg.connect(settings().database_url, server_settings={"search_path": f'"{city}", extensions'})
    try:
        await admin.execute("set session_replication_role = replica; set synchronous_commit = off; set jit = off")
        indexes = await _take_down(admin)
        await admin.execute(_DRAWN.replace("$1", _array(townships)).replace("$2", str(number)))
        await admin.execute("analyze drawn")
        filed = 0
        for statement in _FILED:
            filed = max(filed, int((await admin.execute(statement)).split()[-1]))
        for definition in indexes:
            await admin.execute(definition)
        if await admin.fetchval("select count(*) from cases") != number:
            raise RuntimeError(f"{city}: some of the {number} cases found no route or worker")
        await admin.execute("drop table drawn, told")
        await admin.execute("reset session_replication_role")
        await admin.execute(f"vacuum analyze {', '.join(TABLES)}")
        await admin.execute("checkpoint")
    finally:
        await asyncio.wait_for(admin.close(), 60)


async def _take_down(admin: asyncpg.Connection) -> list[str]:
    """Drop the indexes that hold up no constraint; their definitions, to build them again over all rows."""
    rows = await admin.fetch(
        "select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i"
        " where i.indrelid = any($1::text[]::regclass[]) and not exists"
        " (select from pg_constraint c where c.conindid = i.indexrelid)",
        list(TABLES),
    )
    for row in rows:
        await admin.execute(f"drop index {row['name']}")
    return [row["definition"] for row in rows]


def _array(values: list[str] | None) -> str:
    if values is None:
        return "null"
    return "array[" + ", ".join(f"'{value}'" for value in values) + "]"
