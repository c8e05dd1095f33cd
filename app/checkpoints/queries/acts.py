"""Whether what is newer than the first checkpoint was written by transactions for which the service vouches."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.checkpoints.queries.tables import STANDING, CaseTable
from app.checkpoints.rules import Finding, Standing
from app.core.acts import NONCE, Act
from app.core.database import Connection
from app.core.rows import fetch_all, read_sql

# Rows whose transaction nobody vouches for: it has no act, nor did it register their case.
_FOREIGN = """
    select {case}::text as "where", '{table} ' || ({named})::text || ' was written past the service' as what, null::int as since
    from {table} t{joins}
    where t.xmin::text::bigint > 2 and not pg_visible_in_snapshot(full_xid(t.xmin, $2), $1::text::pg_snapshot)
        and ($3::uuid is null or {case} = $3)
        and not exists (select from act a where a.xid = full_xid(t.xmin, $2)){registered}
    order by 1, 2
"""
_REGISTERED = """
        and not exists (select from event f where f.case_id = {case} and f.seq = 1 and f.filed[1] = t.xmin::text::bigint)"""
# Rows that the service added since a snapshot, did not take away again, and that are not there.
_GONE = """
    select coalesce(n.case_id::text, n.name) as "where", n.name || ' ' || n.key || ' was taken away past the service' as what,
        null::int as since
    from trace n
    where n.txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(n.txid, $1::text::pg_snapshot)
        and n.done = 'insert' and n.name = '{table}' and ($2::uuid is null or n.case_id = $2)
        and not exists (select from trace d where d.txid >= n.txid and d.name = n.name and d.key = n.key and d.id > n.id
            and d.done = 'delete')
        and not exists (select from {table} t{joins} where {case} = n.case_id and ({named})::text = n.key)
    order by 1, 2
"""
_RECENT = "txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $1::text::pg_snapshot)"
_RECENT = "txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $1::text::pg_snapshot)"
_TAGGED = """
    select name, key, tag from standing_rows()
    where $1::text::pg_snapshot is null or not pg_visible_in_snapshot(full_xid(xid, $2), $1::text::pg_snapshot)
    order by 1, 2
"""
_FOREIGN_STANDING = """
    select name as "where", name || ' ' || key || ' was written past the service' as what, null::int as since
    from standing_rows()
    where xid::text::bigint > 2 and not pg_visible_in_snapshot(full_xid(xid, $2), $1::text::pg_snapshot)
        and not exists (select from act a where a.xid = full_xid(standing_rows.xid, $2))
    order by 1, 2
"""
_GONE_STANDING = f"""
    select n.name as "where", n.name || ' ' || n.key || ' was taken away past the service' as what, null::int as since
    from trace n
    where {_RECENT} and n.done = 'insert' and n.name = any($2::text[])
        and not exists (select from trace d where d.txid >= n.txid and d.name = n.name and d.key = n.key and d.id > n.id
            and d.done = 'delete')
        and not exists (select from standing_rows() r where r.name = n.name and r.key = n.key)
    order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: what snapshot `since` did not see; `base` is what the first checkpoint saw, `near` a transaction of
    this time."""

    base: str
    since: str
    near: int


async def get_near(conn: Connection) -> int:
    """A transaction of this time: what rows hold of theirs is completed by it."""
    return int(await conn.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))


async def list_foreign(
    conn: Connection, tables: Sequence[CaseTable], window: Window, case: UUID | None = None
) -> list[Finding]:
    """Rows that were written past the service since the first checkpoint."""
    found: list[Finding] = []
    for kept in tables:
        statement = _FOREIGN.format(
            table=kept.table, named=kept.named, joins=kept.joins, case=kept.case,
            registered=_REGISTERED.format(case=kept.case),
        )  # fmt: skip
        found += await fetch_all(conn, Finding, statement, window.base, window.near, case)
    if case is None:
        found += await fetch_all(conn, Finding, _FOREIGN_STANDING, window.base, window.near)
    return found


async def list_recent(
    conn: Connection, tables: Sequence[CaseTable], window: Window, case: UUID | None = None
) -> list[Finding]:
    """What does not hold of the traces since a snapshot: rows that are gone, that were changed past the service before it
    changed them, that nobody vouches for."""
    found = await fetch_all(conn, Finding, read_sql(__package__, "recent"), window.since, window.base, case)
    found += await fetch_all(conn, Finding, read_sql(__package__, "tally"), window.since, case)
    for kept in tables:
        statement = _GONE.format(table=kept.table, named=kept.named, joins=kept.joins, case=kept.case)
        found += await fetch_all(conn, Finding, statement, window.since, case)
    if case is None:
        found += await fetch_all(conn, Finding, _GONE_STANDING, window.since, list(STANDING))
    return found


async def list_standing_rows(conn: Connection, since: str | None, near: int) -> list[Standing]:
    """Rows of who may act: all of them, or those that a snapshot did not see, and what was taken away since."""
    await conn.execute("set local timezone = 'UTC'")
    rows: list[Standing] = [(name, key, tag) for name, key, tag in await conn.fetch(_TAGGED, since, near)]
    if since is not None:
        there = {(name, key) for name, key, _ in rows}
        gone = await conn.fetch(read_sql(__package__, "left_standing"), since, list(STANDING))
        rows += [(name, key, None) for name, key in gone if (name, key) not in there]
    return rows


async def list_touched(conn: Connection, since: str) -> set[tuple[str, str]]:
    """(table, key) of what the service changed since a snapshot."""
    found = await conn.fetch(f"select distinct name, key from trace where {_RECENT}", since)
    return {(row["name"], row["key"]) for row in found}


async def list_traced(conn: Connection, since: str | None, cases: Sequence[UUID]) -> set[UUID]:
    """Those of these cases of which the service changed a row since a snapshot."""
    statement = f"select distinct case_id from trace where {_RECENT} and case_id = any($2::uuid[])"
    return {case for (case,) in await conn.fetch(statement, since, cases)}


async def digest_acts(conn: Connection, since: str | None, until: str) -> str:
    """The digest of the seals that one snapshot did not see and another sees; empty without any."""
    return str(await conn.fetchval(read_sql(__package__, "act_digest"), since, until))


@dataclass(frozen=True, slots=True)
class _Sealed:
    place: str
    name: str
    nonce: bytes
    seal: bytes
    over: bytes


async def list_unsealed(conn: Connection, case: UUID | None = None) -> list[Finding]:
    """Acts and registrations whose seal was not made with the key of this installation. Reads all of them."""
    found: list[Finding] = []
    seals = conn.cursor(read_sql(__package__, "seals"), case, NONCE, prefetch=1000)  # type: ignore[union-attr]  # a snapshot
    async for row in seals:
        sealed = _Sealed(**dict(row))
        key = Act.named(sealed.nonce).key
        if hashlib.sha256(key + sealed.over + sealed.name.encode() + key).digest() != sealed.seal:
            found.append(Finding(sealed.place, "the service did not vouch for this", None))
    return found
