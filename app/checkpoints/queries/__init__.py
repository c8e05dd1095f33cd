"""What the database holds now, as digests, and the checkpoints that are kept of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.rules.retention import Basis
from app.checkpoints.queries.tables import CaseTable, list_tables
from app.checkpoints.rules import Checkpoint, Finding, Leaf, Span
from app.core.database import Connection
from app.core.rekeying import SEALED
from app.core.rows import fetch_all, fetch_one, read_sql

__all__ = ["CaseTable", "list_tables"]
# The digest of the rows of a case in one table does not depend on their order.
_DIGEST = """
    select x.case_id, '{table}' as name,
        rtrim(encode(substr(sha256(string_agg(x.digest, ''::bytea order by x.digest)), 1, 16), 'base64'), '=') as digest,
        count(*)::int as rows, {written} as written
    from (select {case} as case_id, sha256(convert_to(({row})::text, 'UTF8')) as digest
        from {table} t{joins} where {case} = any($1::uuid[])) x group by 1
"""
_WRITTEN = "array_agg(encode(substr(x.digest, 1, 12), 'base64') order by x.digest)"


_KEYLESS = """
    select distinct x.case_id::text as "where", 'contents in {table} have no data key' as what, null::int as since
    from (select {key} as id, {case} as case_id from {table} t) x
    where length(x.id) = 16 and not exists (select from data_key k where k.id = x.id)
        and ($1::uuid is null or x.case_id = $1) order by 1
"""


@dataclass(frozen=True, slots=True)
class _Digest:
    case_id: UUID
    name: str
    digest: str
    rows: int
    written: list[str]


@dataclass(frozen=True, slots=True)
class _Head:
    id: UUID
    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Last:
    """The newest checkpoint, without the cases it binds."""

    n: int
    at: datetime
    hash: bytes
    epoch: int
    since: str | None
    until: str
    after: UUID | None
    base: str | None

    def span(self) -> Span:
        """What it looked at."""
        return Span(self.epoch, self.since, self.until, self.after)


@dataclass(frozen=True, slots=True)
class Horizon:
    """`epoch`: that of the newest event; `until`: the snapshot of this moment."""

    epoch: int
    until: str


async def get_horizon(conn: Connection) -> Horizon:
    """What can be seen now."""
    found = await fetch_one(
        conn, Horizon,
        "select coalesce((select epoch from event order by epoch desc, txid desc limit 1), 1) as epoch,"
        " pg_current_snapshot()::text as until",
    )  # fmt: skip
    assert found is not None  # noqa: S101 (a row without a table)
    return found


async def get_last(conn: Connection) -> Last | None:
    """The newest checkpoint, if there is one."""
    return await fetch_one(
        conn, Last,
        "select n, at, hash, (span->>0)::int as epoch, span->>1 as since, span->>2 as until,"
        " (span->>3)::uuid as after, base from (select n, at, hash, body::jsonb->'span' as span,"
        " body::jsonb->'rest'->>'base' as base from checkpoint order by n desc limit 1) newest",
    )  # fmt: skip


async def list_changed(conn: Connection, span: Span, limit: int) -> list[UUID]:
    """The cases of a span with something new, by id; from the beginning, all of them."""
    return [case for (case,) in await conn.fetch(
        read_sql(__package__, "changed"), span.epoch, span.since, span.after, limit)]  # fmt: skip


async def make_leaves(
    conn: Connection, tables: Sequence[CaseTable], cases: Collection[UUID], since: str | None
) -> list[Leaf]:
    """These cases as they stand now, by id, and how many rows more than at snapshot `since`. Instants are written in UTC,
    whatever the session's zone."""
    await conn.execute("set local timezone = 'UTC'")
    rows: dict[UUID, list[_Digest]] = {}
    for kept in tables:
        written = _WRITTEN if kept.written_once else "'{}'::text[]"
        digest = _DIGEST.format(table=kept.table, case=kept.case, joins=kept.joins, row=kept.row, written=written)
        for row in await fetch_all(conn, _Digest, digest, list(cases)):
            rows.setdefault(row.case_id, []).append(row)
    heads = await fetch_all(
        conn, _Head,
        "select id, head_seq as seq, encode(head_hash, 'hex') as head from cases where id = any($1::uuid[]) order by id",
        list(cases),
    )  # fmt: skip
    more = await _grown(conn, cases, since)
    return [_leaf(head, sorted(rows[head.id], key=lambda row: row.name), more) for head in heads]


async def _grown(conn: Connection, cases: Collection[UUID], since: str | None) -> dict[tuple[UUID, str], int]:
    """(case, table) → how many rows more by what the service did since a snapshot."""
    if since is None:
        return {}
    found = await conn.fetch(read_sql(__package__, "grown"), since, list(cases))
    return {(row["case_id"], row["name"]): row["more"] for row in found}


def _leaf(head: _Head, rows: Sequence[_Digest], more: Mapping[tuple[UUID, str], int]) -> Leaf:
    digests = {row.name: row.digest for row in rows}
    counts = {row.name: [row.rows, more.get((head.id, row.name), 0)] for row in rows}
    counts |= {name: [0, by] for (case, name), by in more.items() if case == head.id and name not in counts}
    return Leaf(head.id, head.seq, head.head, digests, [tag for row in rows for tag in row.written], counts)


async def list_checkpoints(conn: Connection, *, after: int, limit: int) -> list[Checkpoint]:
    """Checkpoints above a number, in their order."""
    return await fetch_all(
        conn, Checkpoint,
        "select n, at, body, hash, key, signature from checkpoint where n > $1 order by n limit $2", after, limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """What the newest checkpoint says of a case."""

    case_id: UUID
    seq: int
    head: str
    tables: dict[str, str]
    written: list[str]
    counts: dict[str, list[int]]
    n: int


async def make_room(conn: Connection) -> None:
    """Tables of this transaction for what the checkpoints say."""
    await conn.execute(read_sql(__package__, "leaf"))


async def take_in(conn: Connection) -> list[Finding]:
    """Hold the leaves of the next checkpoint against those before and against the chains, and keep them."""
    found = await fetch_all(conn, Finding, read_sql(__package__, "lost"))
    await conn.execute("truncate incoming")
    return found


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a case says of its erasure."""

    case_id: UUID
    seq: int | None
    at: datetime
    by: str
    basis: Basis
    mark: bytes


async def list_tombstones(conn: Connection, case: UUID | None) -> list[Tombstone]:
    """Those of the city, or of one case; orders to erase, which bear a mark too, without an event."""
    return await fetch_all(
        conn, Tombstone,
        "select case_id, seq, at, by, basis, mark from tombstone where $1::uuid is null or case_id = $1 union all"
        " select case_id, null, at, by, basis, mark from erasure_order where $1::uuid is null or case_id = $1 order by 1, 2",
        case,
    )  # fmt: skip


async def list_false_erasures(conn: Connection, case: UUID | None) -> list[Finding]:
    """What looks erased and is not: no true tombstone, or contents whose data key is gone without a word."""
    found = await fetch_all(conn, Finding, read_sql(__package__, "erasures"), case)
    for table, kept in SEALED.items():
        found += await fetch_all(conn, Finding, _KEYLESS.format(table=table, case=kept.case, key=kept.key), case)
    return found


async def list_unknown(conn: Connection, span: Span) -> list[Finding]:
    """What was signed and is gone, and what claims to be older than the last checkpoint."""
    return await fetch_all(conn, Finding, read_sql(__package__, "unknown"), span.epoch, span.until)


async def list_odd_clocks(conn: Connection, now: datetime, case: UUID | None) -> list[Finding]:
    """Clocks whose marks do not follow from their times."""
    return await fetch_all(conn, Finding, read_sql(__package__, "clocks"), now, case)


async def list_signed(conn: Connection, after: UUID | None, limit: int) -> list[Signed]:
    """The next cases that have nothing newer than the newest checkpoint, by id."""
    return await fetch_all(conn, Signed, read_sql(__package__, "signed"), after, limit)


async def find_case(conn: Connection, number: str) -> UUID | None:
    """The case with a number."""
    found: UUID | None = await conn.fetchval("select id from cases where number = $1", number)
    return found


async def is_verified_since(conn: Connection, at: datetime) -> bool:
    """Whether the runner has looked at the whole record since then."""
    return bool(await conn.fetchval("select exists (select from verification where at >= $1)", at))


async def list_auditors(conn: Connection) -> list[str]:
    """The posts that are told what does not hold."""
    found = await conn.fetch("select id from post where role = 'auditor' and staff is not null order by id")
    return [post for (post,) in found]
