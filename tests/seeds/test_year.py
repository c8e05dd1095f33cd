"""The demo's year: what a copy holds is what the actions leave at that place and time; the city is alive on its day, and the
same at every try."""

import asyncio
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import pytest

from app.cases.queries.tasks import list_tasks
from app.cases.rules import LIVE, Status
from app.core.access import ROLE_PERMISSIONS, Permission, Role
from app.core.crypto import Sealed, keys
from app.core.database import connect
from app.core.settings import settings
from app.reference import queries as reference
from app.reference.queries import Reference
from app.staff.queries import get_actor
from app.supervision.queries import list_mine
from seeds.hohhot.chance import stream
from seeds.hohhot.city import City, build_city
from seeds.hohhot.records import CastMember
from seeds.hohhot.wording import texts
from seeds.reference.load import ReferenceDataError, read_categories
from seeds.year import check, city_hash, load_year, loading
from seeds.year.copying import Copier, Copy
from seeds.year.fingerprint import LEFT_OUT, NOT_THE_CITY
from seeds.year.living import Cast, Life, Living
from seeds.year.loading import live_all
from seeds.year.pattern import SEALED, Stage
from seeds.year.plan import IN_HAND, Planner
from seeds.year.rows import RowReader, Table, Values, list_tables
from seeds.year.scripts import FILE, Script, scripts
from seeds.year.time import LOCAL
from tests import databases
from tests.support.each import each
from tests.support.tiers import some

END = datetime(2026, 11, 1, 12, tzinfo=LOCAL)
# A Sunday; the spring festival of a year that is not announced; a day that is not in every year; a holiday, at night.
ENDS = pytest.mark.parametrize("end", some(
    [END, datetime(2026, 11, 29, 9, 30, tzinfo=LOCAL), datetime(2027, 2, 14, 12, tzinfo=LOCAL),
     datetime(2028, 2, 29, 18, tzinfo=LOCAL), datetime(2026, 10, 2, 0, 20, tzinfo=LOCAL)],
    every=5, what="days that the demo's year ends on"), ids=lambda end: f"{end:%Y-%m-%dT%H:%M}")  # fmt: skip
# Same seed, same day, same city. Who changes what the demo holds, or a column, pins the new one.
HASH_OF_1500 = "be51c2d6d672c5fc0d393a74bbdd0ce55f552f66c019c50c6c9dd74f3770be09"
Ask = Callable[[Callable[[asyncpg.Connection], Any]], Any]
NEVER = (
    "民族", "汉族", "蒙族", "回族", "满族", "宗教", "信教", "教会", "教堂", "清真", "寺庙", "佛教", "伊斯兰", "基督",
    "党员", "政党", "党委", "政治", "选举", "上访户", "重点人员", "贪污", "受贿", "腐败",
)  # fmt: skip


def nobody_told(*_: Any) -> None:
    """For loads that nobody watches."""


@pytest.fixture(scope="module")
def pristine(database: str, worker_id: str) -> Iterator[Ask]:
    """The demo city as it is before its first case: `pristine(work)` runs `work(conn)` as its owner, and undoes it."""
    url = databases.clone_database("template", f"pristine_{worker_id}")

    async def in_it(work: Callable[[asyncpg.Connection], Any]) -> Any:
        conn = await connect("hohhot", "owner")
        transaction = conn.transaction()
        await transaction.start()
        try:
            return await work(conn)
        finally:
            await transaction.rollback()
            await conn.close()

    def ask(work: Callable[[asyncpg.Connection], Any]) -> Any:
        _point_to(url)
        try:
            return asyncio.run(in_it(work))
        finally:
            _point_to(database)

    yield ask
    databases.drop_database(f"pristine_{worker_id}")


def _point_to(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()


class Lived:
    """What was lived, for tests that need no database any more."""

    def __init__(self, city: City, rules: Reference, tables: dict[str, Table], stages: list[Stage]) -> None:
        self.city, self.rules, self.tables, self.stages = city, rules, tables, stages

    @cache  # noqa: B019 (there is one)
    def plan(self, end: datetime, count: int = 20_000) -> tuple[Copier, list[Copy]]:
        """The copies of a year."""
        copier = Copier(self.city, self.rules, 1)
        copier.digits = [f"{serial:07d}" for serial in range(1, 2 * count)]
        return copier, Planner(copier, self.stages, end=end, count=count).copies()


@pytest.fixture(scope="module")
def loaded(pristine: Ask) -> dict[str, Any]:
    """What a small year holds, and under "lived" what was lived for it: every life once for all tests."""
    found: dict[str, Any] = {}

    async def remembering(*given: Any) -> list[Stage]:
        stages = await live_all(*given)
        _, city, rules, tables, _ = given
        found["lived"] = Lived(city, rules, tables, stages)
        return stages

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "live_all", remembering)
        return {**pristine(_look_at_a_load), **found}


@pytest.fixture(scope="module")
def lived(loaded: dict[str, Any]) -> Lived:
    """Every life once."""
    found: Lived = loaded["lived"]
    return found


# --- The lives


def test_the_lives_are_of_every_kind_and_come_to_every_end(lived: Lived) -> None:
    final = [stage for stage in lived.stages if stage.number + 1 == len(stage.life.acts)]
    assert {status for stage in lived.stages for status in stage.statuses} == {status.value for status in Status}
    assert not {status for stage in final for status in stage.statuses} & LIVE
    written = {stage.life.script.category.code for stage in final}
    assert written == {category.code for category in read_categories()}, "a category has no life"
    assert len({stage.life.script.procedure for stage in final}) >= 11
    actions = {act.action for stage in final for act in stage.life.acts}
    assert actions >= {
        "refuse", "rule_return", "offer", "extend", "merge", "reopen", "withdraw", "approve_attempt", "rate",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "other", "wrong"),
    [
        ("action: accept,", "action: acept,", "lives 1, steps 2, action: acept is no action"),
        (
            "text: replies.unfounded.0",
            "text: replies.unfounded.9",
            "lives 1, steps 4, text: texts.yaml says nothing at",
        ),
        ("result: unfounded}", "result: unfound}", "lives 1, steps 4, result"),
        ("case: 1, text", "cas: 1, text", "cas: Unexpected keyword argument"),
        ("heating.fees, rated]", "heating.fees, ratet]", "ratet"),
        ("petitioner, respondent", "petitioner, respondant", "parties 2: Input should be"),
        ("channel: window", "channel: door", "channel: Input should be"),
    ],
)
def test_what_the_lives_may_not_say_is_named(tmp_path: Path, told: str, other: str, wrong: str) -> None:
    said = FILE.read_text(encoding="utf-8")
    assert told in said
    (tmp_path / "year.yaml").write_text(said.replace(told, other), encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=re.escape(wrong)):
        scripts(tmp_path / "year.yaml")


def test_texts_leave_out_what_does_not_belong_here() -> None:
    everything = json.dumps(texts(), ensure_ascii=False)
    assert not [word for word in NEVER if word in everything]


def test_every_category_has_texts_for_each_of_its_kinds() -> None:
    entries = texts()["categories"]
    for category in each(read_categories()):
        entry = entries[category.code]
        assert ("dispute" in category.kinds) == bool(entry.get("disputes") and entry.get("dispute_details"))
        assert bool({"petition", "request", "event"} & set(category.kinds)) == bool(
            entry.get("matters") and entry.get("details")
        )


# --- A copy is what the actions would leave


def test_copies_are_what_the_actions_leave_at_that_place_and_time(pristine: Ask, lived: Lived) -> None:
    copier, copies = lived.plan(END, 4000)
    chance = stream(7, "sample")
    chosen = [copies[int(chance.random() * len(copies))] for _ in range(14)]
    again = [_script_of(copy, n) for n, copy in enumerate(chosen)]

    async def work(conn: asyncpg.Connection) -> list[Life]:
        await conn.execute("set local timezone = 'UTC'")
        living = Living(conn, lived.rules, Cast(lived.city), RowReader(conn, lived.tables))
        return await living.live(again, nobody_told)

    for copy, life in each(zip(chosen, pristine(work), strict=True)):
        found = _canonical(lived.tables, _read(copier.rows(copy)))
        wanted = _canonical(lived.tables, [row for rows in life.rows[-1] for row in rows])
        assert found == wanted, copy.stage.life.script.name


def _script_of(copy: Copy, number: int) -> Script:
    """The script of a copy up to its stage, at its own place and time."""
    script, stage = copy.stage.life.script, copy.stage
    moved = json.loads(_moved(json.dumps(script.bodies[: len(stage.statuses)]), script.home, copy.cell.code))
    for body in moved:
        if "point" in body["location"] and copy.stage.cases[0]["cell"]:
            middle = copy.cell.boundary.representative_point()
            body["location"]["point"]["coordinates"] = (middle.x, middle.y)
        if "source" in body:
            body["source"]["external_id"] += f"-{number}"
    taken = stage.life.acts[: stage.number + 1]
    return replace(
        script, name=f"{script.name} {number}", bodies=tuple(moved), home=copy.cell.code,
        desks=tuple(_moved(desk, script.home, copy.cell.code) for desk in script.desks[: len(moved)]),
        registered=tuple(at + copy.shift for at in stage.registered),
        steps=tuple(replace(act, at=act.at + copy.shift) for act in taken if act.action != "register"),
    )  # fmt: skip


def _moved(text: str, home: str, cell: str) -> str:
    for digits in (15, 12, 9, 6):
        text = re.sub(rf"(?<!\d){home[:digits]}(?!\d)", cell[:digits], text)
    return text


def _read(rows: dict[str, str]) -> Iterator[tuple[str, Values]]:
    """Rows as COPY would read them."""
    for name, text in rows.items():
        for line in text.split("\n"):
            values = (None if value == "\\N" else value.replace("\\\\", "\\") for value in line.split("\t"))
            yield name, tuple(values)


def _canonical(tables: dict[str, Table], rows: Iterable[tuple[str, Values]]) -> list[str]:
    """Rows as text: contents opened; ids, numbers, names and words give way to their place; what is drawn or made with keys is
    only there or not."""
    lines: list[tuple[str, dict[str, str | None]]] = []
    said: list[str] = []
    for name, values in rows:
        row = dict(zip(tables[name].columns, values, strict=True))
        if row.get("sealed") is not None:
            words, column = SEALED[name]
            key, body = (bytes.fromhex((row[part] or "")[2:]) for part in ("seal_key", "sealed"))
            row["sealed"] = json.dumps(keys().unseal(Sealed(key, body), f"{words} {row[column]}"), ensure_ascii=False)
        if name in ("case_text", "party"):
            content = json.loads(row["sealed"] or "{}")
            said += [word for word in (row.get("title"), row.get("description"), row.get("address")) if word]
            said += [content[part] for part in ("title", "description", "name", "phone") if part in content]
        if name == "cases":
            said.append(row["number"] or "")
            said += [row["external_id"]] if row["external_id"] else []
            row["point"] = row["point"] and "a point"
        lines.append((name, {column: value for column, value in row.items() if column != tables[name].serial}))
    text = "\n".join(f"{name} {row}" for name, row in lines)
    for number, word in sorted(enumerate(said), key=lambda one: -len(one[1])):  # a title may stand in its description
        text = text.replace(word, f"<{number}>")
    own: dict[str, str] = {}
    staff = {str(post.staff) for post in build_city().posts}
    uuid = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    text = re.sub(uuid, lambda u: u[0] if u[0] in staff else own.setdefault(u[0], f"id {len(own)}"), text)
    text = re.sub(r"\\\\x[0-9a-f]*|[0-9a-f]{64}", "<bytes>", text)
    return sorted(re.sub(r"'clock': '\d+'", "'clock': <one>", text).split("\n"))


# --- Alive on its day


@ENDS
def test_the_city_is_alive_on_its_day(lived: Lived, end: datetime) -> None:
    _, copies = lived.plan(end)
    assert sum(len(copy.stage.statuses) for copy in copies) == 20_000
    in_hand = [copy for copy in copies if copy.stage.statuses[0] in LIVE]
    assert len(in_hand) == pytest.approx(IN_HAND * 20_000, rel=0.02)
    due = [copy.limits.due(0) for copy in in_hand]
    assert sum(at is not None and at < end for at in due) / len(due) == pytest.approx(0.06, abs=0.01)
    soon = [at for at in due if at is not None and end <= at <= end + timedelta(days=3)]
    assert len(soon) / len(due) == pytest.approx(0.15, abs=0.01)
    assert min(at for at in due if at) > end - timedelta(days=8)
    begun = [copy.stage.registered[0] + copy.shift for copy in copies]
    assert end - timedelta(days=365) < min(begun)
    assert max(copy.stage.acts[-1] + copy.shift for copy in copies) <= end
    assert sum(at >= end.replace(hour=0, minute=0) for at in begun) >= 3
    assert 200 < sum(at > end - timedelta(days=7) for at in begun) < 900
    townships = Counter(copy.cell.code[:9] for copy in in_hand)
    assert 5 <= median(townships[area.code] for area in lived.city.areas if area.tier == "township") <= 15
    states = Counter(status for copy in copies for status in copy.stage.statuses)
    assert set(states) == {status.value for status in Status}
    assert min(states.values()) >= 20


@ENDS
def test_nothing_absurd_is_in_hand(lived: Lived, end: datetime) -> None:
    _, copies = lived.plan(end)
    for copy in each(copies):
        if copy.stage.statuses[0] in LIVE:
            age = end - copy.stage.registered[0] - copy.shift
            most = {"request_emergency": 1, "request_utility": 4}
            assert age < timedelta(days=most.get(copy.stage.life.script.procedure, 120)), copy.stage.life.script.name


# --- The same year every time


async def _load(conn: asyncpg.Connection, moved: Callable[[int, int], None]) -> None:
    await load_year(conn, build_city(), end=END, count=1500, told=nobody_told, moved=moved)


def test_an_interrupted_load_leaves_nothing(pristine: Ask) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    async def work(conn: asyncpg.Connection) -> list[str]:
        before = await city_hash(conn)
        with pytest.raises(KeyboardInterrupt):
            async with conn.transaction():
                await _load(conn, interrupt)
        return [before, await city_hash(conn)]

    before, after = pristine(work)
    assert before == after


async def _look_at_a_load(conn: asyncpg.Connection) -> dict[str, Any]:
    await _load(conn, nobody_told)
    found: dict[str, Any] = {"hash": await city_hash(conn), "wrong": await check(conn, findings=[], cases=1500)}
    found["states"] = {row["status"] for row in await conn.fetch("select status from cases")}
    late = "select count(*) from cases where due < $1 and status = any($2::text[])"
    found["late"] = await conn.fetchval(late, END, list(LIVE))
    found["pressed"] = await conn.fetchval("select array_agg(kind) from event where actor = 'system:clock'")
    found["waiting"] = {member.login: await _tasks(conn, member) for member in build_city().cast}
    found["to check"] = [len(await _supervisions(conn, m)) for m in build_city().cast if m.role == Role.SUPERVISOR]
    forged = found["forged"] = await conn.fetchval("select id from cases order by id limit 1")
    await conn.execute("update event set body = replace(body, 'registered', 'forgotten') where case_id = $1", forged)
    return {**found, "broken": await check(conn, findings=[], cases=1501)}


def test_a_load_is_the_same_every_time_and_something_waits_for_everybody(loaded: dict[str, Any]) -> None:
    found = loaded
    assert found["wrong"] == []
    assert found["states"] == {status.value for status in Status}
    assert found["late"] == round(0.06 * round(IN_HAND * 1500))
    assert "urge" in found["pressed"], "what the runner would have done about those that are late"
    for member in build_city().cast:
        if Permission.CASE_SIGN in ROLE_PERMISSIONS[Role(member.role)]:
            assert found["waiting"][member.login] >= 3, member.login
    # Auditor and administrator have no list of work: they look up what was read and kept, whenever they want to.
    assert found["to check"] == [2], "answers to what the supervisor asked"
    assert [line.split(":")[0] for line in found["broken"]] == ["诉求 cases", "事件链 chain"]
    assert str(found["forged"]) in found["broken"][1]
    assert found["hash"] == HASH_OF_1500, f"'{found['hash']}' == '{HASH_OF_1500}'"


async def _tasks(conn: asyncpg.Connection, member: CastMember) -> int:
    actor = replace(await get_actor(conn, member.staff), at=END)
    return len(await list_tasks(conn, actor=actor, after=None, limit=5, now=END))


async def _supervisions(conn: asyncpg.Connection, member: CastMember) -> list[Any]:
    actor = replace(await get_actor(conn, member.staff), at=END)
    return [*await list_mine(conn, actor=actor, after=None, limit=5)]


def test_a_city_with_cases_of_its_own_is_left_alone(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        rules, tables = await reference.load(conn, END), await list_tables(conn)
        living = Living(conn, rules, Cast(build_city()), RowReader(conn, tables))
        await living.live(scripts()[:1], nobody_told)
        with pytest.raises(RuntimeError, match="cases of its own"):
            await load_year(conn, build_city(), end=END, count=1500, told=nobody_told, moved=nobody_told)

    pristine(work)


def test_the_hash_leaves_out_columns_that_exist(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        return await conn.fetch(
            "select table_name, column_name from information_schema.columns where table_schema = current_schema()"
        )

    columns = {(row["table_name"], row["column_name"]) for row in pristine(work)}
    assert {(table, column) for table, left in LEFT_OUT.items() for column in left} <= columns
    assert set(NOT_THE_CITY) <= {table for table, _ in columns}
