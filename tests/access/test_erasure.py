"""Whoever is erased is found nowhere: tables, indexes, files, answers, older backups; the record holds, and forgeries do not."""

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from app.attachments.actions import Store, collect
from app.cases.actions.erasure import erase, order_erasure
from app.cases.actions.record import record
from app.cases.actions.retention_sweep import erase_due
from app.cases.rules import LIVE
from app.cases.rules.retention import Basis
from app.checkpoints.actions.signing import sign_record, trusted_keys
from app.checkpoints.actions.verifying import Trust, verify
from app.cli.keys import keys_app
from app.core.access import CLOCK
from app.core.crypto import Unsealable, keys, reread_keys
from app.core.database import Connection, Database, _prepare
from app.core.errors import ActionRefused
from app.core.rekeying import SEALED
from app.core.roles import LoginRole
from app.core.settings import reread, settings
from tests.access.planting import Plant
from tests.access.town import Town, in_city, off_loop
from tests.cast import CITY, report
from tests.support.backups import backup, restored
from tests.support.clock import present
from tests.support.each import each
from tests.support.tiers import Amount

ERASURES = Amount("cases erased", short=30, long=1_000, setting="GRIDCASE_ERASURES")
EXAMPLE = Path(__file__).parents[2] / "examples" / "key-program.sh"
SPARED = 8  # every so-many-th planted case stays
BY = "staff:00000000-0000-7000-8000-00000000000e"


@dataclass
class Erased:
    """What was erased, what stayed, and backups of the day before: whole, and the rows without their keys."""

    ids: list[uuid.UUID]
    marks: list[str]
    spared: list[Plant]
    whole: str
    rows: str


@pytest.fixture(scope="module", autouse=True)
def _ring(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[None]:
    """A ring of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDCASE_KEY_COMMAND", f"sh {EXAMPLE} {tmp_path_factory.mktemp('vault') / 'ring'}")
        reread()
        reread_keys()
        yield
    reread()
    reread_keys()


def gridcase(*words: str) -> None:
    done = CliRunner().invoke(keys_app, words)
    assert done.exit_code == 0, done.output


async def opening(conn: Connection, cases: Sequence[uuid.UUID]) -> dict[str, int]:
    """How many contents of these cases have a data key that the ring opens, by table."""
    found: dict[str, int] = {}
    for table, kept in SEALED.items():
        rows = await conn.fetch(
            f"select {kept.place} as place, key_of({kept.key}) as key from {table} t where {kept.case} = any($1::uuid[])",
            cases,
        )
        for row in rows:
            try:
                keys().wrapped_anew(row["key"] or b"", row["place"])
                found[table] = found.get(table, 0) + 1
            except Unsealable:
                continue
    return found


def opened_in(url: str, cases: Sequence[uuid.UUID]) -> dict[str, int]:
    async def work() -> dict[str, int]:
        conn = await asyncpg.connect(url)
        try:
            await conn.execute(f"set search_path to {CITY}, extensions")
            return await opening(conn, cases)
        finally:
            await conn.close()

    found: dict[str, int] = off_loop(work())
    return found


def more_persons(town: Town, number: int) -> list[tuple[str, list[str]]]:
    """Ordinary cases, each with marks of its own: id and marks."""
    li, made = town.cast("li.window"), []
    for n in range(number):
        one = uuid.uuid4().hex[:10]
        marks = [f"隐{what}{one}" for what in ("题", "述", "址", "名", "户")]
        kind = ("dispute", "petition", "request")[n % 3]
        body = report(
            kind, {"dispute": "neighbour.noise"}.get(kind, "heating.temperature"), title=marks[0], description=marks[1],
            location={"address": f"{marks[2]}巷"},
            parties=[{"role": "petitioner", "name": marks[3], "phone": f"186{n:08d}", "address": marks[4]}],
        )  # fmt: skip
        made.append((li.register(body)["id"], [*marks, f"186{n:08d}"]))
    return made


async def end_all(conn: Connection, cases: Sequence[uuid.UUID]) -> None:
    """As if each of these had been withdrawn."""
    live = await conn.fetch(
        "select id from cases where id = any($1::uuid[]) and status = any($2::text[])", cases, [s.value for s in LIVE]
    )
    async with conn.transaction():
        for row in live:
            await record(conn, row["id"], "withdraw", actor=CLOCK, at=present(), columns={"status": "withdrawn"})


@asynccontextmanager
async def opened(role: LoginRole = LoginRole.RUNNER) -> AsyncIterator[Database]:
    database = await Database.open(CITY, role, size=2, patient=role is LoginRole.RUNNER)
    try:
        yield database
    finally:
        await database.close()


async def sign() -> None:
    async with opened() as database:
        await sign_record(database, present(), force=True)


async def run_out() -> int:
    """What the runner does."""
    async with opened() as database:
        return await erase_due(database, present())


async def findings(conn: Any) -> list[str]:
    async with conn.transaction(isolation="repeatable_read"):
        found = await verify(conn, Trust(trusted_keys()), present())
    return [f"{one.where}: {one.what}" for one in found.findings]


@pytest.fixture(scope="module")
def erased(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Planted persons, backed up, signed; then erased, signed again."""
    folder = tmp_path_factory.mktemp("backups")
    spared = town.plants[::SPARED]
    gone = [plant for n, plant in enumerate(town.plants) if n % SPARED]
    more = more_persons(town, max(0, ERASURES - len(gone)))
    ids = [uuid.UUID(plant.id) for plant in gone] + [uuid.UUID(case) for case, _ in more]
    kept = {mark for plant in spared for mark in plant.marks.values()}  # a review has the people of the case before it
    marks = [mark for plant in gone for name, mark in plant.marks.items() if name != "external" and mark not in kept]
    marks += [mark for _, own in more for mark in own]
    in_city(lambda conn: end_all(conn, ids))
    off_loop(sign())
    whole = backup(f"--schema={CITY}", to=folder / "whole.dump")
    rows = backup(f"--schema={CITY}", f"--exclude-table-data={CITY}.data_key", to=folder / "rows.dump")
    assert opened_in(restored(whole), ids)["party"] >= len(ids), "the backup opens while its keys live"

    async def order() -> None:
        async with opened(LoginRole.SERVICE) as database, database.transaction() as conn:
            for case in [*ids, *ids]:
                await order_erasure(conn, case, basis=Basis.REQUEST, by=BY, at=present())

    off_loop(order())
    assert off_loop(run_out()) == len(ids)
    assert off_loop(run_out()) == 0
    in_city(lambda conn: collect(conn, Store.of(CITY), before=datetime.max.replace(tzinfo=UTC)))
    off_loop(sign())
    return Erased(ids, marks, spared, whole, rows)


async def _every_value(conn: Connection) -> bytes:
    """Every column of every table, as text."""
    parts = []
    for (table,) in await conn.fetch(
        "select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'"
    ):
        parts += [f"{table} {row[0]}" for row in await conn.fetch(f"select t::text from {table} t")]
    return "\n".join(parts).encode()


def holds(text: bytes, marks: Sequence[str]) -> set[str]:
    """Which marks a text holds, in clear or in hexadecimal."""
    return {mark for mark in marks if mark.encode() in text or mark.encode().hex().encode() in text}


@ERASURES.mark
def test_no_table_holds_anything_of_them(erased: Erased) -> None:
    text = in_city(_every_value)
    assert holds(text, erased.marks) == set()
    assert holds(text, [plant.marks["title"] for plant in erased.spared]), "what stayed is found by the same search"
    assert in_city(lambda conn: opening(conn, erased.ids)) == {}


def test_no_phone_of_theirs_is_found_by_its_index(erased: Erased) -> None:
    phones = [mark for mark in erased.marks if mark.isdigit()]
    indexes = [keys().phone_index(phone) for phone in phones]
    text: bytes = in_city(_every_value)
    assert phones
    assert not [index for index in indexes if index.hex().encode() in text]


@ERASURES.mark
def test_no_file_of_the_database_holds_anything_of_them(erased: Erased) -> None:
    """Heaps, indexes and what lies beside them, read past the server once it has tidied up."""

    async def files() -> list[bytes]:
        conn = await asyncpg.connect(settings().database_url)
        try:
            await conn.execute(f"set search_path to {CITY}, extensions")
            for (table,) in await conn.fetch(
                "select oid::regclass::text from pg_class where relnamespace = $1::regnamespace and relkind = 'r'", CITY
            ):
                await conn.execute(f"vacuum (full) {table}")
            await conn.execute("checkpoint")
            rows = await conn.fetch(
                "select pg_read_binary_file(pg_relation_filepath(oid)) from pg_class"
                " where relkind in ('r', 'i', 't') and pg_relation_filepath(oid) is not null"
                " and (relnamespace = $1::regnamespace or relnamespace = 'pg_toast'::regnamespace)", CITY,
            )  # fmt: skip
            return [row[0] for row in rows]
        finally:
            await conn.close()

    everything = b"\n".join(off_loop(files()))
    assert holds(everything, erased.marks) == set()
    assert holds(everything, [plant.marks["title"] for plant in erased.spared])


def test_their_files_are_gone_and_those_of_others_are_there(erased: Erased, sql: Any) -> None:
    rows = sql("select case_id, file from attachment")
    assert {row["case_id"] for row in rows if row["file"] is None} <= set(erased.ids)
    named = {row["file"] for row in rows if row["file"]}
    store = Store.of(CITY)
    there = {name for n in range(256) for name in store.list_prefix(f"{n:02x}")}
    assert there == named


meddled_with: set[str] = set()  # cases whose rows a test has written past the service
PARTS = ("/timeline", "/file.pdf", "/notices", "/attachments", "/notes")


@ERASURES.mark
def test_no_answer_shows_anything_of_them(erased: Erased, town: Town) -> None:
    """In the short tier each caller reads one part beside the page, every next caller another."""
    gone, whole = set(erased.ids), ERASURES > 100
    sample = [plant for plant in town.plants if uuid.UUID(plant.id) in gone][:: 6 if whole else 20]
    parts = cycle(PARTS)
    for plant in each(sample):
        for caller in each(town.callers.values()):
            page = f"/v1/cases/{plant.id}"
            seen = caller.person.get(page).status_code == 200
            beside = () if not seen else PARTS if whole else (next(parts),)
            for part in each(("", *beside)):
                reply = caller.person.get(page + part)
                assert reply.status_code < 500, f"{page}{part} {reply.text}"
                assert not holds(reply.content, [m for name, m in plant.marks.items() if name != "external"]), part
    for caller in each(town.callers.values()):
        assert not holds(caller.person.get("/v1/cases?limit=200").content, erased.marks)


@ERASURES.mark
def test_an_older_backup_of_the_rows_does_not_open_and_serves_who_stayed(erased: Erased, tmp_path: Path) -> None:
    spared = [uuid.UUID(plant.id) for plant in erased.spared]
    now = backup("--data-only", f"--table={CITY}.data_key", to=tmp_path / "keys.dump")
    alone, with_keys = restored(erased.rows), restored(erased.rows, now)
    assert opened_in(alone, [*erased.ids, *spared]) == {}
    assert opened_in(with_keys, erased.ids) == {}
    assert opened_in(with_keys, spared)["party"] >= len(spared)


@ERASURES.mark
def test_an_older_backup_of_everything_is_closed_by_turning_the_ring(erased: Erased, tmp_path: Path) -> None:
    old = keys().sealing[-1]
    gridcase("add")
    gridcase("rotate", "--quiet")
    gridcase("retire", old.id.hex())
    spared = [uuid.UUID(plant.id) for plant in erased.spared]
    url = restored(erased.whole)
    assert opened_in(url, [*erased.ids, *spared]) == {}
    now = backup("--data-only", f"--table={CITY}.data_key", to=tmp_path / "keys.dump")
    with_keys = restored(erased.rows, now)
    assert opened_in(with_keys, erased.ids) == {}
    assert opened_in(with_keys, spared)["party"] >= len(spared)
    assert in_city(lambda conn: opening(conn, spared))["party"] >= len(spared)


def test_the_record_holds_and_says_that_they_were_erased(erased: Erased, sql: Any) -> None:
    assert [one for one in in_city(findings) if not one.startswith(tuple(meddled_with))] == []
    stones = sql("select * from tombstone where case_id = any($1::uuid[])", erased.ids)
    assert {(stone["basis"], stone["by"]) for stone in stones} == {("request", BY)}
    assert len(stones) == len(erased.ids)


FORGERIES = {
    "keys destroyed": "update data_key set key = '' where case_id = $1",
    "keys taken away": "delete from data_key where case_id = $1",
    "a tombstone of one's own": "insert into tombstone"
    " select id, head_seq, updated_at, 'staff:x', 'order', '\\x00' from cases where id = $1",
    "an event of one's own": "select append_events(array[$1::uuid], 'erase', '2026-12-01Z', 'staff:x', array['{}'::jsonb])",
    "another's tombstone": "update tombstone set case_id = $1 where case_id = $2",
    "texts emptied": "update case_text set title = null, sealed = '', seal_key = '' where case_id = $1",
    "people taken away": "delete from party where case_id = $1",
}
WHOLE = Amount("forged erasures looked for in the whole city", short=1, long=len(FORGERIES))


@WHOLE.mark
@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_erasure_is_found(erased: Erased, how: str) -> None:
    case = next(uuid.UUID(p.id) for p in erased.spared if p.ledger.kind == "request" or not p.secret)
    alone = case if list(FORGERIES).index(how) >= WHOLE else None

    async def forge() -> list[str]:
        conn = await asyncpg.connect(settings().database_url)
        await _prepare(conn)
        try:
            await conn.execute(f"set search_path to {CITY}, extensions; set session_replication_role to replica")
            transaction = conn.transaction(isolation="repeatable_read")
            await transaction.start()
            both = [case, erased.ids[0]]
            await conn.execute(FORGERIES[how], *both[: 2 if "$2" in FORGERIES[how] else 1])
            report = await verify(conn, Trust(trusted_keys(), case=alone), present())
            await transaction.rollback()
            return [f"{one.where}: {one.what}" for one in report.findings]
        finally:
            await conn.close()

    found = off_loop(forge())
    assert any(str(case) in one for one in found), found


def test_what_is_handled_or_held_waits_and_a_forged_order_is_none(erased: Erased, town: Town, sql: Any) -> None:
    li = town.cast("li.window")
    live, forged = (
        li.register(report(title=f"在办{n}", parties=[{"role": "petitioner", "name": "在办人"}]))["id"] for n in "ab"
    )

    meddled_with.update((live, forged))

    async def work(conn: Connection) -> None:
        with pytest.raises(ActionRefused, match="handled"):
            await erase(conn, [uuid.UUID(live)], basis=Basis.ORDER, by=BY, at=present())
        await order_erasure(conn, uuid.UUID(live), basis=Basis.ORDER, by=BY, at=present())
        await conn.execute(
            "insert into erasure_order values ($1, $2, 'staff:x', 'order', '')", uuid.UUID(forged), present()
        )

    def titles() -> list[str | None]:
        rows = sql("select title from case_text where case_id = any($1::uuid[]) order by case_id", [live, forged])
        return [row["title"] for row in rows]

    in_city(work)
    assert off_loop(run_out()) == 0
    in_city(lambda conn: end_all(conn, [uuid.UUID(live), uuid.UUID(forged)]))
    sql(
        "insert into case_note select gen_random_uuid(), $1::uuid, 'hold_reason', '调卷', null, null, '', 'staff:x', now()",
        live,
    )
    sql("insert into legal_hold (case_id, note, placed_by, placed_at) select case_id, id, 'staff:x', at from case_note"
        " where case_id = $1::uuid and kind = 'hold_reason'", live)  # fmt: skip
    assert off_loop(run_out()) == 0
    assert titles() == ["在办a", "在办b"]
    sql("update legal_hold set released_at = now(), released_by = 'staff:x' where case_id = $1::uuid", live)
    assert off_loop(run_out()) == 1
    assert titles() == [None, "在办b"]
    assert any(forged in one and "order" in one for one in in_city(findings))
    sql("delete from erasure_order where case_id = $1::uuid", forged)


def test_logs_hold_nothing_of_them(
    erased: Erased, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    said = capsys.readouterr()
    assert not holds((said.out + said.err + caplog.text).encode(), erased.marks)
