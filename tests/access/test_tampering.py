"""Whoever changes the record past the service is found out, and where: every table of a case, chain and checkpoint."""

import random
import re
from datetime import datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.checkpoints.actions.nightly import verify_nightly
from app.checkpoints.actions.signing import copy_out, read_copy, sign_record, trusted_keys
from app.checkpoints.actions.verifying import Report
from app.checkpoints.queries.tables import BESIDE, WRITTEN_ONCE, CaseTable, list_tables
from app.checkpoints.rules import faults, read
from app.checkpoints.settings import CheckpointSettings
from app.core.database import Database
from app.core.roles import LoginRole
from app.core.settings import reread, section
from tests.access.looking import batched, look, meddle, mighty, rows_of, spoilt, undone, unfound
from tests.access.tampering import FORGERIES, go_on, list_columns, list_everything, list_roles, tamper
from tests.access.town import Town, in_city, off_loop
from tests.conftest import CITY
from tests.support.clock import present
from tests.support.each import each
from tests.support.tiers import Amount

TAMPERINGS = Amount("tamperings with the rows of cases", short=20, long=100, setting="GRIDCASE_TAMPERINGS")
EVERY = 1 if TAMPERINGS > 100 else 3  # of the tables and cases that a test goes through
AT_ONCE = 5  # how many one look must find, each at a place of its own


async def sign(force: bool = True) -> int:
    """What the runner does."""
    database = await Database.open(CITY, LoginRole.RUNNER, size=2)
    try:
        return await sign_record(database, present(), force=force)
    finally:
        await database.close()


@pytest.fixture(scope="module")
def copies(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The town's record, signed, with its checkpoints in a folder outside the database."""
    folder = tmp_path_factory.mktemp("checkpoints")
    before = section(CheckpointSettings).checkpoint_folder
    section(CheckpointSettings).checkpoint_folder = folder
    assert off_loop(sign()) >= len(town.plants)
    yield folder
    section(CheckpointSettings).checkpoint_folder = before
    reread()


def test_a_record_that_nobody_touched_holds(copies: Path, town: Town) -> None:
    async def work() -> Report:
        async with mighty() as conn:
            return await look(conn, copies=copies)

    report = off_loop(work())
    assert report.findings == []
    assert report.cases >= len(town.plants)
    assert report.through >= 1


@TAMPERINGS.mark
def test_a_tampered_row_is_found_and_located(copies: Path, town: Town) -> None:
    """By the administrator, the owner and each role; where it was signed, and where it is newer than the last signature (then
    with what was registered and done since); with and without a true step on the very row before anybody looks. Of several
    that one look must find, each is at a place of its own."""
    chance = random.Random(20261130)
    off_loop(sign())
    young = [fresh(town) for _ in range(3)]
    for case in young:
        write(town, case, "来电催问")

    async def work() -> list[str]:
        missed, done = [], 0
        async with mighty() as conn:
            tables, roles = await list_everything(conn), await list_roles(conn)
            while done < TAMPERINGS:
                planted: dict[str, str] = {}
                async with undone(conn):
                    while len(planted) < AT_ONCE:
                        async with undone(conn) as keep:
                            told = await tamper(conn, tables, chance, chance.choice(roles))
                            if told is not None and told.where not in planted.keys() | spoilt:
                                if later := chance.random() < 0.3:
                                    await go_on(conn, told, present())
                                planted[told.where] = f"{told.what}{' and a step' * later}"
                                keep()
                    missed += await unfound(conn, planted)
                done += len(planted)
        return missed

    assert off_loop(work()) == []


@TAMPERINGS.mark
def test_rows_that_no_checkpoint_has_seen_are_bound_too(copies: Path, town: Town) -> None:
    """Cases of this minute, all alike: of each another row changed, or taken away."""

    def taken_in() -> str:
        case = fresh(town)
        write(town, case, "刚刚来电")
        return case

    async def tries(case: str) -> list[tuple[CaseTable, int, Any]]:
        async with mighty() as conn:
            made = []
            for table in [table for table in await list_tables(conn) if table.table != "event"][::EVERY]:
                column = random.Random(1).choice(await list_columns(conn, table.table))
                made += [
                    (table, n, how) for n in range(len(await rows_of(conn, table, case))) for how in (None, column)
                ]
            return made

    done: set[str] = set()  # tables with a row that was changed or taken away

    async def work(wanted: list[tuple[str, tuple[CaseTable, int, Any]]]) -> list[str]:
        missed = []
        async with mighty() as conn:
            for part in batched(wanted, len(wanted) if EVERY > 1 else 1):
                async with undone(conn):
                    planted = {}
                    for case, tried in part:
                        if what := await meddle(conn, case, *tried):
                            planted[case] = what
                            done.add(tried[0].table)
                    missed += await unfound(conn, planted)
        return missed

    planned = off_loop(tries(taken_in()))
    assert off_loop(work([(taken_in(), tried) for tried in planned])) == []
    assert done == {table.table for table, _, _ in planned}
    assert len(done) > 2


def test_what_nobody_vouched_for_stays_found_after_it_is_signed(copies: Path, town: Town) -> None:
    """Changed past the service, then a true step writes that row, then it is signed: the checkpoint itself says so."""
    case = fresh(town)
    off_loop(sign())
    in_city(lambda conn: conn.execute("update cases set channel = 'letter' where id = $1", case))
    write(town, case, "再来电")
    off_loop(sign())
    write(town, case, "三来电")
    off_loop(sign())

    async def work() -> list[str]:
        async with mighty() as conn:
            return [f.what for f in (await look(conn)).findings if f.where == case]

    assert f"cases {case} had been written past the service" in off_loop(work())
    spoilt.add(case)


FORGED_ACT = """
    insert into act (xid, txid, nonce, said, seal)
    select x, x, n, act_said(x), act_seal(n, act_said(x), x::text)
    from (select full_xid(p.xmin, pg_current_xact_id()::text::bigint) as x, '\\x010203040506070809101112'::bytea as n
        from party p where case_id = $1 limit 1) made
"""


def test_a_forged_seal_is_not_believed(copies: Path, town: Town) -> None:
    """Whoever owns the database writes down an act of their own; they have no key."""
    case = fresh(town)

    async def work() -> list[str]:
        async with mighty() as conn:
            await conn.execute("update party set role = 'agent' where case_id = $1", case)
            await conn.execute(FORGED_ACT, case)
            return [f.what for f in (await look(conn)).findings]

    assert "the service did not vouch for this" in off_loop(work())


@TAMPERINGS.mark
def test_a_forged_chain_or_checkpoint_is_found_and_located(copies: Path, town: Town) -> None:
    """Forged chains each of a case of its own, which one look must find, or, at full length, each alone; what is done to a
    checkpoint, alone."""
    cases = [plant.id for plant in town.plants if plant.id not in spoilt]
    beside = [how for how in FORGERIES if "checkpoint" in how]
    chains = [how for how in FORGERIES if how not in beside]

    async def work(forged: dict[str, str]) -> list[str]:
        async with mighty() as conn:
            bodies = await conn.fetch("select n, body from checkpoint order by n")
            planted = {}
            for case, how in forged.items():
                number = next(int(row["n"]) for row in bodies if case in row["body"])
                planted[f"checkpoint {number}" if how in beside else case] = how
                for statement in FORGERIES[how].split(";")[:-1]:
                    await conn.execute(statement.replace("$1", f"'{case}'"))
            return await unfound(conn, planted, copies=copies)

    together = dict(zip(cases, chains, strict=False))
    for lot in each([{case: how} for case, how in together.items()] if EVERY == 1 else [together]):
        assert off_loop(work(lot)) == []
    for case, how in each(product(cases[: 3 if EVERY == 1 else 1], beside)):
        assert off_loop(work({case: how})) == []


def test_a_checkpoint_signed_with_another_key_is_not_believed(copies: Path) -> None:
    async def work() -> Report:
        async with mighty() as conn:
            return await look(conn, keys=["AAAA"])

    assert {f.what for f in off_loop(work()).findings} == {"it is signed with a key that is not trusted"}


def fresh(town: Town) -> str:
    """A request that li.window took in: its id."""
    plant = next(p for p in town.plants if p.sent["kind"] == "request" and not p.secret)
    reply = town.cast("li.window").post("/v1/cases", {k: v for k, v in plant.sent.items() if k != "source"})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def write(town: Town, case: str, text: str) -> None:
    """A true step."""
    note = town.cast("li.window").post(f"/v1/cases/{case}/notes", {"text": text})
    assert note.status_code == 201, note.text


def test_what_was_signed_stays_while_cases_go_on(copies: Path, town: Town) -> None:
    """A step after the checkpoint is no finding; a later checkpoint binds it; what was written once stays bound."""
    off_loop(sign())
    case = fresh(town)
    write(town, case, "来电催问")

    async def work(before: str = "") -> list[str]:
        async with mighty() as conn:
            if before:
                await conn.execute(before)
            return [f"{f.where}: {f.what}" for f in (await look(conn, copies=copies)).findings]

    async def beside() -> tuple[int, int]:
        """While somebody else's transaction is under way, what was bound is not bound again."""
        async with mighty() as conn:
            await conn.fetchval("select pg_current_xact_id()")
            return await sign(), await sign()

    assert off_loop(work()) == []
    assert off_loop(beside()) == (1, 0)
    quiet = f"update case_note set sealed = sealed || '\\x01' where case_id = '{case}'"
    assert [f for f in off_loop(work(quiet)) if "rows of case_note" in f]
    assert off_loop(work()) == []
    assert off_loop(sign()) == 0, "nothing is new"
    assert off_loop(sign(force=False)) == 0


def test_what_is_written_once_is_missed_even_after_a_true_step(copies: Path, town: Town) -> None:
    """Changed past the service, and then the case goes on and is signed again: the earlier checkpoint knows the row."""
    off_loop(sign())
    case = fresh(town)
    assert off_loop(sign()) == 1
    in_city(lambda conn: conn.execute("update case_text set title = title || 'x' where case_id = $1", case))
    write(town, case, "再次来电")
    assert off_loop(sign()) == 1

    async def work() -> list[str]:
        async with mighty() as conn:
            return [f.what for f in (await look(conn)).findings if f.where == case]

    assert "a row that is written once was changed or taken away" in off_loop(work())
    spoilt.add(case)


def correct(town: Town, case: str, **what: Any) -> None:
    """A true correction."""
    person = town.cast("li.window")
    version = person.get(f"/v1/cases/{case}").json()["version"]
    done = person.post(f"/v1/cases/{case}/actions/correct", {"reason": "登记有误", **what}, version=version)
    assert done.status_code == 200, done.text


def findings(case: str) -> list[str]:
    async def work() -> list[str]:
        async with mighty() as conn:
            return [f.what for f in (await look(conn)).findings if f.where == case]

    return list(off_loop(work()))


def test_a_correction_writes_anew_what_is_written_once_and_no_more_than_it_says(copies: Path, town: Town) -> None:
    off_loop(sign())
    case = fresh(town)
    assert off_loop(sign()) == 1
    (party,) = town.cast("li.window").get(f"/v1/cases/{case}").json()["parties"]
    correct(town, case, title="停暖三天", party={"id": party["id"], "name": "张三丰"})
    assert off_loop(sign()) == 1
    assert findings(case) == []
    correct(town, case, title="停暖四天")
    in_city(lambda conn: conn.execute("update party set sealed = sealed || 'x' where case_id = $1", case))
    assert off_loop(sign()) == 1
    assert "a row that is written once was changed or taken away" in findings(case)
    spoilt.add(case)


# By a correction, whose event says how many; by an erasure, which leaves a tombstone.
ERASED = "app/cases/actions/erasure.py"
REWRITTEN = {"case_text": [ERASED, "app/cases/actions/texts.py"], "party": [ERASED, "app/cases/actions/parties.py"]}


def test_what_is_written_once_is_changed_only_by_corrections_and_erasures() -> None:
    sources = {str(path): path.read_text() for kind in ("py", "sql") for path in Path("app").rglob(f"*.{kind}")}
    for table in each(WRITTEN_ONCE):
        changing = re.compile(rf'(update|delete from) {table}\b|change_row\([^)]*"{table}"')
        found = sorted(path for path, text in sources.items() if changing.search(text))
        assert found == REWRITTEN.get(table, []), table


def test_the_copies_alone_are_a_chain_that_anybody_can_verify(copies: Path) -> None:
    """With the public key and nothing else."""
    off_loop(_copy_again())
    before, cases = b"", 0
    for n, path in enumerate(sorted(copies.glob("*.json")), 1):
        checkpoint = read_copy(path)
        assert list(faults(checkpoint, before, n, trusted_keys())) == []
        before, cases = checkpoint.hash, cases + len(read(checkpoint.body).leaves)
    assert cases > 0


async def _copy_again() -> None:
    database = await Database.open(CITY, LoginRole.RUNNER, size=1)
    try:
        await copy_out(database)
    finally:
        await database.close()


def test_the_runner_looks_once_a_night_and_tells_the_auditors(copies: Path, town: Town) -> None:
    case, tz = town.plants[0].id, ZoneInfo("Asia/Shanghai")
    night = datetime.combine(present().astimezone(tz).date() + timedelta(days=1), time(2, 30), tz)

    async def looked(at: datetime) -> int:
        database = await Database.open(CITY, LoginRole.RUNNER, size=2)
        try:
            return await verify_nightly(database, at, tz)
        finally:
            await database.close()

    def changed(by: int) -> None:
        sql = f"update cases set registered_at = registered_at + {by} * interval '1 hour' where id = '{case}'"
        in_city(lambda conn: conn.execute(sql))

    def told() -> Any:
        return in_city(lambda conn: conn.fetch("select grantee, facts from message where template = 'record_broken'"))

    assert off_loop(looked(night - timedelta(hours=1))) == 0
    changed(1)
    found = off_loop(looked(night))
    assert found >= 1
    assert off_loop(looked(night)) == 0, "once a night"
    auditors = in_city(lambda conn: conn.fetch("select 'post:' || id as grantee from post where role = 'auditor'"))
    assert sorted(m["grantee"] for m in told()) == sorted(row["grantee"] for row in auditors) != []
    assert {m["facts"]["found"] for m in told()} == {found}
    changed(-1)
    assert off_loop(looked(night + timedelta(days=1))) == found - 1
    spoilt.add(case)


def test_every_table_with_a_case_is_bound_or_named(town: Town) -> None:
    async def work() -> tuple[set[str], set[str]]:
        async with mighty() as conn:
            bound = {kept.table for kept in await list_tables(conn)}
            rows = await conn.fetch(
                "select c.table_name::text from information_schema.columns c join information_schema.tables t"
                " using (table_schema, table_name) where table_schema = $1 and column_name = 'case_id'"
                " and table_type = 'BASE TABLE'", CITY,
            )  # fmt: skip
            return bound, {row["table_name"] for row in rows}

    bound, with_case = off_loop(work())
    assert with_case - bound == set(BESIDE)
    assert {"cases", "event", "hearing_seat", "note_mention", "proxy_errand", "clock_extension"} <= bound
