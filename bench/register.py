"""register_http and register_http_bare: registering one case over HTTP against pgbench running the same statement, and
against pgbench doing the least that could be called registering: locate, insert the case, insert its event."""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from app.core.crypto import NAME, WRAPPED
from app.core.database import connect
from app.intake.actions.register import Entry, Report, columns_of, prepare, statement
from app.intake.schemas import ReportIn
from app.reference import queries as reference
from bench import city
from bench.drive import Measured, against_neighbours, http, median, pgbench, write_plan
from bench.ground import as_owner, run, say
from bench.report import Row
from scripts.service import Service

CITY = "bench"
BODIES = 20_000
ROUNDS = 4

# kind, petition class, category: one of each kind, as a window takes them
SORTS: tuple[tuple[str, str | None, str], ...] = (
    ("request", None, "heating.outage"), ("dispute", None, "neighbour.noise"), ("petition", "appeal", "wage.arrears"),
)  # fmt: skip


def body(sort: tuple[str, str | None, str], point: tuple[float, float], number: int) -> dict[str, Any]:
    """A report as a window clerk sends it."""
    kind, petition_class, category = sort
    sent: dict[str, Any] = {
        "kind": kind, "category": category, "channel": "window", "title": f"测量用来件第{number}号",
        "description": "住户反映的情况，请核实并尽快处理，谢谢。",
        "location": {"point": {"type": "Point", "coordinates": list(point)}, "crs": "WGS84", "accuracy_m": 12.0,
                     "address": f"示范路{number % 900 + 1}号"},
        "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000"}],
    }  # fmt: skip
    if petition_class:
        sent["petition_class"] = petition_class
    return sent


def write_requests(home: Path, number: int = BODIES) -> Path:
    """The plan of the HTTP client: distinct bodies, eight clerks in turn."""
    chance = Random(1)
    places = city.points(number, chance)
    bodies = [json.dumps(body(SORTS[n % 3], place, n), ensure_ascii=False).encode() for n, place in enumerate(places)]
    speaking = city.tokens(city.clerks(8), CITY, datetime.now(UTC))
    return write_plan(home / "register.plan", speaking, [("POST", "/v1/cases", sent) for sent in bodies])


def _prepared(sort: tuple[str, str | None, str]) -> Report:
    """What the application makes of a report before it goes to PostgreSQL."""

    async def work() -> Report:
        conn = await connect(CITY, "app")
        try:
            rules = await reference.load(conn, datetime.now(UTC))
        finally:
            await conn.close()
        clerk = city.clerks(1)[0]
        sent = ReportIn.model_validate(body(sort, (111.67, 40.82), 1))
        entry = Entry(f"staff:{clerk.id}", "key", uuid.uuid4().bytes * 2)
        return prepare(sent, rules, actor=clerk, now=datetime.now(UTC), entry=entry)

    return run(work())


def literal(values: Sequence[Any]) -> str:
    """A PostgreSQL array as text."""
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        value = f"\\x{value.hex()}"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


# pgbench draws numbers only: an id is the time in milliseconds and 80 random bits, a point lies in a random square.
DRAW = f"""\\set a random(0, 1099511627775)
\\set b random(0, 1099511627775)
\\set c random(0, 1099511627775)
\\set s random(1, {city.SQUARES})
\\set x random(-1000000, 1000000)
\\set y random(-1000000, 1000000)
"""
_ID = (
    "lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') ||"
    " lpad(to_hex(:a::bigint), 10, '0') || lpad(to_hex(:{0}::bigint), 10, '0')"
)
CASE_ID, PARTY_ID = _ID.format("b"), _ID.format("c")


def draw_point() -> str:
    """Draw `lon` and `lat` in a random square, as `city.points` does."""
    lines = []
    for name, axis, shift in (("lon", "lon", "x"), ("lat", "lat", "y")):
        for what in (axis, "reach"):
            cases = " ".join(f"when :s = {n} then {getattr(s, what)}" for n, s in enumerate(city.squares(), 1))
            lines.append(f"\\set {what} case {cases} end")
        lines.append(f"\\set {name} :{axis} + :{shift} * :reach / 1000000.0")
    return "\n".join(lines) + "\n"


def full_floor() -> tuple[dict[str, str], dict[str, str]]:
    """pgbench scripts that run the application's own statement, and their variables: one script a sort of report."""
    scripts, variables = {}, {}
    for kind, *_ in SORTS:
        report = _prepared(next(sort for sort in SORTS if sort[0] == kind))
        columns = columns_of([report])
        drawn: Mapping[int, str] = {
            columns.index([report.id]): CASE_ID,
            columns.index(["key"]): "'bench-' || to_hex(:a::bigint) || to_hex(:b::bigint)",
            **{n: f":{name}::text" for n, name in _coordinates(columns)},
            columns.index([report.people[0][0]]): PARTY_ID,
            **{n: _named_anew(key, n) for n, key in _keys(columns)},
        }
        for n, values in enumerate(columns):
            variables[f"{kind}_{n}"] = literal(values)

        def filled(found: re.Match[str], kind: str = kind, drawn: Mapping[int, str] = drawn) -> str:
            n = int(found.group(1)) - 1
            return f"('{{' || {drawn[n]} || '}}')" if n in drawn else f":{kind}_{n}"

        text = re.sub(r"\$(\d+)", filled, statement("live", "live_tail"))
        scripts[kind] = f"{DRAW}{draw_point()}{text};\n"
    return scripts, variables


def _coordinates(columns: Sequence[Sequence[Any]]) -> list[tuple[int, str]]:
    floats = [n for n, values in enumerate(columns) if values and isinstance(values[0], float)]
    return [(floats[0], "lon"), (floats[1], "lat")]


def _keys(columns: Sequence[Sequence[object]]) -> list[tuple[int, bytes]]:
    firsts = ((n, values[0]) for n, values in enumerate(columns) if values)
    return [(n, first) for n, first in firsts if isinstance(first, bytes) and len(first) == NAME + WRAPPED]


def _named_anew(key: bytes, column: int) -> str:
    """A data key under a name that is drawn, since each name is used once."""
    return rf"""'"\\x' || substr({CASE_ID}, 1, 30) || '{column:02x}{key[NAME:].hex()}"'"""


BARE = """
with located as (
    select v.cell as code from cell_version v
    where st_covers(v.boundary, st_setsrid(st_makepoint(:lon::float8, :lat::float8), 4326)) and v.valid @> now()
    order by v.cell limit 1
), filed as (
    insert into cases (id, number, kind, category, channel, procedure, procedure_version, status, located_by, crs, point,
        cell, city, county, township, community, area_path, centre, lead_unit, routed_unit, rule, guarded, received_at,
        registered_at, updated_at, registrar, head_seq, head_hash)
    select (CASE_ID)::uuid, 'bare' || to_hex(:a::bigint) || to_hex(:b::bigint), 'request', 'heating.outage', 'window',
        'request_utility', 1, 'registered', 'point', 'WGS84', st_setsrid(st_makepoint(:lon::float8, :lat::float8), 4326),
        c.code, c.city, c.county, c.township, c.community, c.path, c.centre, c.centre, c.centre, 'bare', false, now(),
        now(), now(), 'bench', 1, '\\x00'
    from located l join cell c on c.code = l.code
    returning id
)
insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
select id, 1, 'registered', now(), 'bench', '{}', '', '\\x00' from filed;
"""


def bare_floor() -> dict[str, str]:
    """Locate, insert the case, insert an event: the same tables, indexes and foreign keys, nothing else."""
    return {"bare": DRAW + draw_point() + BARE.replace("CASE_ID", CASE_ID)}


def measure(home: Path) -> list[Row]:
    """Both rows, in turn: full floor, bare floor, HTTP, and again."""
    city.build(CITY)
    plan = write_requests(home)
    scripts, variables = full_floor()
    full: list[Measured] = []
    bare: list[Measured] = []
    over_http: list[Measured] = []
    service = Service(CITY, home / "register.log")
    service.start()
    try:
        http(home, service, plan, run="warm", seconds=3)
        for n in range(ROUNDS + 1):
            say(f"register, round {n + 1} of {ROUNDS + 1}")
            full.append(pgbench(home, CITY, scripts, variables))
            bare.append(pgbench(home, CITY, bare_floor(), {}))
            if n < ROUNDS:
                over_http.append(http(home, service, plan, run=f"http{n}"))
    finally:
        service.stop()
    _check(len(over_http), over_http)
    value, raw = median(over_http), {"http": [m.told() for m in over_http]}
    return [
        Row("register_http", against_neighbours(over_http, full), median(full).per_second, value.per_second, "req/s",
            {**raw, "pgbench_same_statement": [m.told() for m in full]}),
        Row("register_http_bare", against_neighbours(over_http, bare), median(bare).per_second, value.per_second, "req/s",
            {**raw, "pgbench_bare": [m.told() for m in bare]}),
    ]  # fmt: skip


def _check(runs: int, over_http: Sequence[Measured]) -> None:
    """What was answered is in the tables (wrk does not count what is under way when it ends)."""
    stored = as_owner(CITY, lambda conn: conn.fetchval("select count(*) from idempotency where key like 'http%'"))
    answered = sum(round(m.per_second * m.seconds) for m in over_http)
    if not 0 <= stored - answered <= runs * 16:
        raise RuntimeError(f"{answered} cases were answered and {stored} are stored")
