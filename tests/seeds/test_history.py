"""The demo's year: lived set-wise it is what the same steps leave one by one, and it is the same year every time."""

import asyncio
import hashlib
import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from app.cases.queries.chain import list_breaks
from app.cases.rules import TRANSITIONS
from app.core import provision
from app.core.crypto import Sealed, keys
from app.core.database import connect
from app.core.settings import settings
from app.notices.actions import opened
from app.reference import queries as reference
from seeds.history import check, city_hash, load_history
from seeds.history.fingerprint import LEFT_OUT, NOT_THE_CITY
from seeds.history.lives import Step, live, steps_of
from seeds.history.moves import MOVES
from seeds.history.reports import as_sent, file_reports
from seeds.hohhot.cases import DemoConcern, DemoReport, demo_reports
from seeds.hohhot.city import build_city
from tests import databases
from tests.cast import CITY, HOME_CELL, Cast, Person
from tests.support.application import application
from tests.support.clock import present, standing

AS_OF = date(2026, 11, 1)
# Same seed, same day, same city. Who changes what the demo holds, or a column, pins the new one.
HASH_OF_1500 = "e40dac664ed826084649164241c49506140a53cc96572102e09a7d93f4ced55a"
Ask = Callable[[Callable[[asyncpg.Connection], Any]], Any]


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


@contextmanager
def city_of_its_own(name: str) -> Iterator[tuple[Cast, Callable[[datetime], None]]]:
    """The service over a city in which no other test moved people; the instants that requests see are set as by `at`."""
    before, url = settings().database_url, databases.clone_database("template", name)
    _point_to(url)
    with databases.alone("roles"):
        asyncio.run(provision.create_schema_and_roles(CITY))
    app = application()
    try:
        with TestClient(app, raise_server_exceptions=False) as client, standing() as at:
            yield Cast(client), at
    finally:
        _point_to(before)
        databases.drop_database(name)


def _point_to(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()


def nobody_told(*_: Any) -> None:
    """For loads that nobody watches."""


# --- The same lives both ways


def invented(like: DemoReport, number: int, **changes: Any) -> DemoReport:
    """A report at the cast's home cell, brought to the window of its township."""
    at = datetime(2026, 3, 2, 9, number, tzinfo=like.received_at.tzinfo)
    return replace(
        like, id=uuid.uuid5(like.id, str(number)), kind="petition", petition_class="appeal", simple=False,
        category="heating.temperature", channel="window", cell=HOME_CELL, point=None, accuracy_m=None, area=None,
        concerns=(), not_to=(), source_system=None, external_id=None, machine=None,
        post="C150102001.window_clerk.1", received_at=at, steps=(), **changes,
    )  # fmt: skip


def life(report: DemoReport, *steps: tuple[str, dict[str, Any]]) -> list[Step]:
    """Steps an hour and a day apart."""
    start = report.received_at + timedelta(hours=1)
    return [Step(report.id, action, start + timedelta(days=n), **more) for n, (action, more) in enumerate(steps)]


SERVED = {"outcome": "served", "method": "phone", "text": "电话告知，当事人已知悉。"}
ATTEMPTED = {"outcome": "attempted", "method": "posted", "text": "挂号信退回。"}
WHY = {"text": "另有主管单位。"}
EXTENSION = {"days": 10, "text": "需进一步检测。"}
CONCLUSION = {"result": "supported", "text": "已修复，室温达标。"}


def written_lives(like: DemoReport) -> tuple[list[DemoReport], list[Step]]:
    """What the demo's lives leave out: refusals, recalls, new offers, extensions, and steps that come to nothing."""
    passed_on = invented(like, 1)
    barred = replace(invented(like, 2), not_to=("D150102_housing",))
    sealed = replace(
        invented(like, 3), petition_class="accusation", category="conduct.service", cell=None, area="150102",
        address=None, concerns=(DemoConcern(unit="C150102001"),), parties=(),
    )  # fmt: skip
    impatient = invented(like, 4)
    other_kind = replace(invented(like, 5), kind="dispute", petition_class=None, category="neighbour.noise")
    twin = invented(like, 6)
    joined = replace(invented(like, 7), not_to=("C150105",))
    steps = [
        *life(passed_on, ("refuse", WHY), ("offer", {"unit": "P150102", **WHY}), ("recall", {}),
              ("offer", {"unit": "D150102_housing", **WHY}), ("sign_for", {}), ("accept", {}), ("handle", {}),
              ("extend", EXTENSION), ("extend", EXTENSION), ("serve", {**SERVED, "kind": "acceptance"}),
              ("conclude", CONCLUSION), ("close", {}), ("serve", {**SERVED, "kind": "extension"}),
              ("serve", {**ATTEMPTED, "kind": "transfer"}), ("serve", {**SERVED, "kind": "transfer"}), ("close", {}),
              ("serve", ATTEMPTED), ("close", {}), ("approve_attempt", {}), ("close", {}), ("reopen", WHY),
              ("conclude", CONCLUSION), ("serve", SERVED), ("close", {})),
        *life(barred, ("recall", {}), ("offer", {"unit": "D150102_housing", **WHY}),
              ("offer", {"unit": "C150102001001", **WHY}), ("offer", {"unit": "P150102", **WHY}), ("sign_for", {}),
              ("accept", {}), ("extend", {**EXTENSION, "days": 31}), ("withdraw", WHY), ("reopen", WHY),
              ("conclude", CONCLUSION)),
        *life(sealed, ("offer", {"unit": "P150102", **WHY}), ("offer", {"unit": "X150100", **WHY}), ("refuse", WHY),
              ("offer", {"unit": "X150100", **WHY}), ("sign_for", {}), ("accept", {}), ("handle", {}),
              ("extend", EXTENSION), ("conclude", CONCLUSION), ("serve", SERVED), ("close", {})),
        *life(impatient, ("handle", {}), ("conclude", CONCLUSION), ("sign_for", {}), ("sign_for", {}),
              ("refer", {"route": "litigation", **WHY})),
        *life(twin, ("sign_for", {})),
        *life(joined, ("sign_for", {}), ("merge", {"into": other_kind.id, **WHY}), ("merge", {"into": twin.id, **WHY}),
              ("accept", {})),
    ]  # fmt: skip
    return [passed_on, barred, sealed, impatient, other_kind, twin, joined], steps


def varied(reports: list[DemoReport], wanted: int) -> list[DemoReport]:
    """Lives that differ in kind or course; a merged one brings the one it joins."""
    known = {report.id: report for report in reports}
    chosen: dict[Any, DemoReport] = {}
    for report in reports:
        course = tuple((step.action, step.outcome) for step in report.steps)
        chosen.setdefault((report.kind, report.petition_class, course), report)
    picked = dict.fromkeys(list(chosen.values())[:wanted])
    picked |= dict.fromkeys(known[report.merged_into] for report in list(picked) if report.merged_into)
    return sorted(picked, key=lambda report: report.received_at)


def test_set_wise_lives_are_what_single_steps_leave(
    worker_id: str, pristine: Ask, sql: Callable[..., list[Any]]
) -> None:  # fmt: skip
    city = build_city()
    whole_year = list(demo_reports(city, as_of=AS_OF, count=3000))
    chosen = varied(whole_year, 36)
    written, more_steps = written_lives(chosen[0])
    reports = sorted([*chosen, *written], key=lambda report: report.received_at)
    steps = [*steps_of(chosen), *more_steps]
    ids = [report.id for report in reports]

    async def set_wise(conn: asyncpg.Connection) -> Any:
        rules = await reference.load(conn, present())
        await file_reports(conn, rules, city, reports, len(reports), moved=nobody_told)
        void = await live(conn, rules, city, steps, moved=nobody_told)
        assert await list_breaks(conn) == []
        return await story(conn, ids), void, await conn.fetch("select case_id, kind, at, actor from event")

    wanted, void, events = pristine(set_wise)
    assert {step.action for step in steps} == set(MOVES)
    assert void["offer"] == 3
    assert void["extend"] == 2
    actors = {(e["case_id"], e["kind"], e["at"]): e["actor"] for e in events}

    async def single(conn: asyncpg.Connection) -> Any:
        for case in ids:
            assert await list_breaks(conn, case) == []
        return await story(conn, ids)

    with city_of_its_own(f"lived_{worker_id}") as (cast, at):
        play(cast, at, sql, reports, steps, actors)
        found = asyncio.run(_as_owner(single))
    for table, rows in wanted.items():
        assert found[table] == rows, table
    assert min(len(rows) for rows in wanted.values()) > 0


async def _as_owner(work: Callable[[asyncpg.Connection], Any]) -> Any:
    conn = await connect("hohhot", "owner")
    try:
        return await work(conn)
    finally:
        await conn.close()


def play(
    cast: Cast, at: Callable[[datetime], None], sql: Callable[..., list[Any]], reports: Iterable[DemoReport],
    steps: Iterable[Step], actors: dict[Any, str],
) -> None:  # fmt: skip
    """The same over HTTP, each at its instant and by the same person; what came to nothing is refused here too."""
    seats = {f"staff:{post.staff}": post.id for post in build_city().posts}
    in_unit = {post.unit: post.id for post in reversed(build_city().posts) if post.role != "grid_worker"}
    order: list[Any] = sorted(
        [*reports, *steps], key=lambda one: one.received_at if isinstance(one, DemoReport) else one.at
    )
    for one in order:
        if isinstance(one, DemoReport):
            at(one.received_at)
            who = cast.machine() if one.machine else cast.seat(str(one.post))
            reply = who.post("/v1/cases", as_sent(one))
            assert reply.status_code == 201, reply.text
            continue
        at(one.at)
        actor = actors.get((one.case, one.action, one.at))
        lead = sql("select lead_unit from cases where id = $1", one.case)[0]["lead_unit"]
        who = cast.seat(seats[actor] if actor else in_unit[lead])
        reply = take(who, one)
        assert (reply.status_code == 200) == bool(actor), (one, who.login, reply.status_code, reply.text)
        assert reply.status_code < 500


def take(who: Person, step: Step) -> Any:
    """The step as a client sends it."""
    sent = {
        "reason": step.text, "reply": step.text, "proof": step.text, "result": step.result, "route": step.route,
        "outcome": step.outcome, "method": step.method, "article": step.article, "unit": step.unit, "days": step.days,
        "at": step.at.isoformat(), "kind": step.kind, "into": str(step.into) if step.into else None,
    }  # fmt: skip
    asked = (
        *TRANSITIONS[step.action].required,
        *(["article"] if step.article else []),
        *(["kind"] if step.kind else []),
    )
    return who.act(str(step.case), step.action, {field: sent[field] for field in asked} or None)


_STORY = {
    "cases": "select to_jsonb(t) - '{number,head_hash}'::text[] from cases t where id = any($1)",
    "case_text": "select to_jsonb(t) - '{sealed,seal_key}'::text[] from case_text t where case_id = any($1)",
    "case_concern": "select to_jsonb(t) - '{id,sealed,seal_key}'::text[] from case_concern t where case_id = any($1)",
    # Sight ends at the instant of the step; single steps take the database's own clock, which is that instant then.
    "case_access": "select to_jsonb(t) - 'until' || jsonb_build_object('ended', until is not null) from case_access t"
    " where case_id = any($1)",
    "party": "select to_jsonb(t) - '{id,sealed,seal_key}'::text[] from party t where case_id = any($1)",
    "assignment": "select to_jsonb(t) - '{id}'::text[] from assignment t where case_id = any($1)",
    "service_record": "select to_jsonb(t) - '{id}'::text[] from service_record t where case_id = any($1)",
    "notice": "select to_jsonb(t) - '{sealed,seal_key,salt,digest}'::text[] from notice t where case_id = any($1)",
    "rating": "select to_jsonb(t) - '{id}'::text[] from rating t where case_id = any($1)",
    "clock": "select to_jsonb(t) - '{id}'::text[] from clock t where case_id = any($1)",
    "clock_extension": "select to_jsonb(t) - '{id,clock}'::text[] || jsonb_build_object('case', k.case_id)"
    " from clock_extension t join clock k on k.id = t.clock where k.case_id = any($1)",
    "event": "select to_jsonb(t) - '{id,txid,prev_hash,hash,data}'::text[] from event t where case_id = any($1)",
}


async def story(conn: asyncpg.Connection, ids: list[uuid.UUID]) -> dict[str, list[str]]:
    """Every row of the cases by table, as sorted text; numbers, note ids and digests give way to what they stand for."""
    notes, known = await conn.fetch("select * from case_note where case_id = any($1)", ids), {}
    numbers = {r["id"]: r["number"] for r in await conn.fetch("select id, number from cases where id = any($1)", ids)}
    for note in notes:
        body = note["body"]
        if body is None:
            body = keys().unseal(Sealed(note["seal_key"], note["sealed"]), f"case_note {note['id']}")["body"]
        known[str(note["id"])] = body
        known[hashlib.sha256(note["salt"] + body.encode()).hexdigest()] = f"digest of {body}"
    for row in await conn.fetch("select * from notice where case_id = any($1)", ids):
        text = opened(row)
        assert text is not None, row["kind"]
        known[str(row["id"])] = text.replace(numbers[row["case_id"]], "number")
        known[row["digest"].hex()] = f"digest of {known[str(row['id'])]}"
    known |= dict.fromkeys(numbers.values(), "number")
    told = {
        table: sorted(_told(row[0], known) for row in await conn.fetch(statement, ids))
        for table, statement in _STORY.items()
    }
    told["case_note"] = sorted(
        f"{n['case_id']} {n['at']} {n['kind']} {n['author']} {known[str(n['id'])]}" for n in notes
    )
    return told


def _told(row: dict[str, Any], known: dict[str, str]) -> str:
    return re.sub(r"[0-9A-Za-z-]+", lambda word: known.get(word[0], word[0]), repr(sorted(row.items())))


# --- The same year every time


def test_an_interrupted_load_leaves_nothing_and_the_next_one_is_the_same_city(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        before = await city_hash(conn)
        with pytest.raises(KeyboardInterrupt):
            async with conn.transaction():
                await load_history(conn, build_city(), as_of=AS_OF, count=1500, told=nobody_told, moved=interrupt)
        assert await city_hash(conn) == before
        return await load_history(conn, build_city(), as_of=AS_OF, count=1500, told=nobody_told, moved=nobody_told)

    def interrupt(done: int, total: int) -> None:
        if total > 1500 and done > total / 2:
            raise KeyboardInterrupt

    async def load_and_look(conn: asyncpg.Connection) -> tuple[Any, ...]:
        void = await work(conn)
        wrong = await check(conn, findings=[], cases=1500)
        states = await conn.fetch("select status, count(*) as n from cases group by status")
        return void, wrong, Counter({row["status"]: row["n"] for row in states}), await city_hash(conn)

    void, wrong, states, found = pristine(load_and_look)
    assert wrong == []
    assert states.total() == 1500
    assert min(states.values()) >= 1
    assert states["closed"] > 1000
    assert void.keys() <= {"sign_for", "merge", "approve_attempt", "reopen", "conclude", "serve", "close"}
    assert found == HASH_OF_1500


def test_the_gate_names_what_is_wrong(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        rules, reports = (
            await reference.load(conn, present()),
            list(demo_reports(build_city(), as_of=AS_OF, count=40)),
        )
        await file_reports(conn, rules, build_city(), reports, 40, moved=nobody_told)
        await conn.execute(
            "update event set body = replace(body, 'registered', 'forgotten') where case_id = $1", reports[3].id
        )
        return reports[3].id, await check(conn, findings=[], cases=41)

    forged, wrong = pristine(work)
    assert [line.split(":")[0] for line in wrong] == ["诉求 cases", "事件链 chain"]
    assert str(forged) in wrong[1]


def test_a_city_with_cases_of_its_own_is_left_alone(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        reports = list(demo_reports(build_city(), as_of=AS_OF, count=40))
        await file_reports(conn, await reference.load(conn, present()), build_city(), reports, 40, moved=nobody_told)
        with pytest.raises(RuntimeError, match="cases of its own"):
            await load_history(conn, build_city(), as_of=AS_OF, count=40, told=nobody_told, moved=nobody_told)

    pristine(work)


def test_the_hash_leaves_out_columns_that_exist(pristine: Ask) -> None:
    async def work(conn: asyncpg.Connection) -> Any:
        return await conn.fetch(
            "select table_name, column_name from information_schema.columns where table_schema = current_schema()"
        )

    columns = {(row["table_name"], row["column_name"]) for row in pristine(work)}
    assert {(table, column) for table, left in LEFT_OUT.items() for column in left} <= columns
    assert set(NOT_THE_CITY) <= {table for table, _ in columns}
