"""Sealing keys are changed while the service works: nothing is lost, and a retired key opens nothing and seals nothing."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from app.cli.keys import keys_app
from app.core import rekeying
from app.core.crypto import Keys, keys, reread_keys
from app.core.database import connect
from app.core.settings import reread
from tests.cast import CITY, Cast, Lives
from tests.support.each import each

EXAMPLE = Path(__file__).parents[2] / "examples" / "key-program.sh"
Ask = Callable[..., list[Any]]
PERSON = {"role": "petitioner", "name": "韩轮换", "phone": "13800009911"}


@pytest.fixture(scope="module", autouse=True)
def ring(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Path]:
    """A ring of this module's own, kept by a program: other tests seal at the same time."""
    path = tmp_path_factory.mktemp("vault") / "ring"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDCASE_KEY_COMMAND", f"sh {EXAMPLE} {path}")
        reread()
        reread_keys()
        yield path
    reread()
    reread_keys()


@pytest.fixture(autouse=True)
def _first_key(ring: Path, sql: Ask) -> None:
    """Each test finds the key that follows from the master key, as if none had retired it."""
    if "master" not in ring.read_text():
        ring.write_text("master\n" + ring.read_text())
    sql("delete from retired_key")
    reread_keys()


def gridcase(*words: str) -> str:
    done = CliRunner().invoke(keys_app, words)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words: str) -> str:
    done = CliRunner().invoke(keys_app, words)
    assert done.exit_code != 0, done.output
    return done.output + done.stderr


def under(sql: Ask) -> set[bytes]:
    return {row["key"] for row in sql("select distinct substr(key, 1, 4) as key from data_key where key <> ''")}


def names(cast: Cast, case: str) -> list[str]:
    chen = cast("chen.housing")
    shown = chen.post(f"/v1/cases/{case}/reveal", {"reason": "电话联系核对"})
    assert shown.status_code == 200, shown.text
    return [party["name"] for party in shown.json()["items"]]


def test_a_ring_turns_while_cases_are_registered(cast: Cast, lives: Lives, sql: Ask) -> None:
    case = lives.handling(parties=[PERSON])["id"]
    gridcase("rotate")
    old = keys().sealing[-1]
    assert under(sql) == {old.id}
    gridcase("add")
    new = keys().sealing[-1]
    assert new.id != old.id
    assert names(cast, case) == ["韩轮换"]
    assert "needs it" in refused("retire", old.id.hex())

    with ThreadPoolExecutor(max_workers=1) as beside:
        registered = beside.submit(lambda: [cast("li.window").register(parties=[PERSON])["id"] for _ in range(20)])
        gridcase("rotate")
        filed = registered.result(timeout=60)
    gridcase("rotate")
    assert under(sql) == {new.id}
    gridcase("retire", old.id.hex())
    assert old.id not in {key.id for key in keys().sealing}
    assert names(cast, case) == ["韩轮换"]
    assert sql("select count(*) as n from party where case_id = any($1::uuid[])", filed)[0]["n"] == 20
    assert new.id.hex() in gridcase("list")


def test_who_still_has_a_retired_key_in_memory_is_refused(cast: Cast, lives: Lives, sql: Ask) -> None:
    lives.registered(parties=[PERSON])
    stale = keys()
    gridcase("add")
    gridcase("rotate")
    gridcase("retire", stale.sealing[-1].id.hex())
    sealed = stale.seal({"body": "late"}, "case_note late")

    async def write() -> None:
        conn = await connect(CITY, "app")
        try:
            await conn.execute("select put_key_apart($1, null)", sealed.key)
        finally:
            await conn.close()

    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="retired"):
        asyncio.run(write())


def test_the_current_key_and_an_unknown_one_are_not_retired() -> None:
    assert "current" in refused("retire", keys().sealing[-1].id.hex())
    assert "no key" in refused("retire", "00000000")


def test_what_lies_in_rows_from_before_is_taken_along(cast: Cast, lives: Lives, sql: Ask) -> None:
    """A party as versions before sealed it: its key in its row. The row stays as it is, and so what was signed of it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    case = lives.handling(parties=[PERSON])["id"]
    (party,) = sql("select id, key_of(seal_key) as key from party where case_id = $1::uuid", case)
    data_key = keys()._unwrap(party["key"], b"")
    old = b"w" * 12 + AESGCM(Keys(keys().master).derive("seal")).encrypt(
        b"w" * 12, data_key, f"party {party['id']}".encode()
    )
    sql("update party set seal_key = $2 where id = $1", party["id"], old)
    assert names(cast, case) == ["韩轮换"]
    (first,) = (key for key in keys().sealing if key.line == "master")
    gridcase("add")
    assert "needs it" in refused("retire", first.id.hex())
    gridcase("rotate")
    gridcase("retire", first.id.hex())
    assert names(cast, case) == ["韩轮换"]
    assert sql("select seal_key from party where id = $1", party["id"])[0]["seal_key"] == old


def test_a_rotation_that_was_cut_off_goes_on(
    cast: Cast, lives: Lives, sql: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "AT_ONCE", 2)
    gridcase("rotate")
    for _ in range(3):
        lives.registered(parties=[PERSON])
    gridcase("add")

    class Cut(Exception):
        pass

    def cut(number: int) -> None:
        if number:
            raise Cut

    async def half() -> None:
        conn = await connect(CITY, "owner")
        try:
            await rekeying.wrap_anew(conn, cut)
        finally:
            await conn.close()

    with pytest.raises(Cut):
        asyncio.run(half())
    assert len(under(sql)) == 2
    gridcase("rotate")
    assert under(sql) == {keys().sealing[-1].id}


def test_every_sealed_column_is_known(sql: Ask) -> None:
    """A table that has keys, and that rotation would forget, is found here."""
    held = sql(
        "select table_name as name from information_schema.columns where table_schema = current_schema()"
        " and column_name in ('seal_key', 'response_key')"
    )
    assert {row["name"] for row in held} | {"read_log", "reveal_lift"} == set(rekeying.SEALED)
    for row in held:
        triggers = sql("select tgname as name from pg_trigger where tgrelid = $1::regclass", row["name"])
        assert {t["name"] for t in triggers} & {"key_apart", "answer_apart"}, row["name"]


def test_a_key_in_the_ring_is_never_shown() -> None:
    gridcase("add")
    said = gridcase("list")
    for key in each(keys().sealing):
        assert base64.b64encode(key.key).decode() not in said
