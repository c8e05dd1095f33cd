"""Wrapping data keys anew while the service runs, in batches, each of which may be the last; and destroying them.

No content is opened, and no row of a case changes.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.crypto import BEFORE_RINGS, Unsealable, keys
from app.core.database import Connection
from app.core.keyring import DERIVED, SealingKey
from app.core.registry import Registry
from app.core.rows import fetch_all

AT_ONCE = 1_000
Moved = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """Of a table with sealed contents: SQL of the words under which a row t is sealed, of its case, and of its key."""

    place: str
    case: str = "t.case_id"
    key: str = "t.seal_key"


_REASON = "decode(split_part(t.reason, '.', 1), 'base64')"
# Every table with sealed contents; capabilities register theirs.
SEALED: Registry[str, SealedTable] = Registry("sealed table")
SEALED.add({
    "read_log": SealedTable("'read_log ' || t.case_id", key=_REASON),
    "reveal_lift": SealedTable("'reveal_lift ' || t.actor", "null::uuid", _REASON),
    "idempotency": SealedTable("'idempotency ' || t.caller || ' ' || t.key", "null::uuid", "t.response_key"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A data key, and the words under which its content is sealed."""

    id: bytes
    case_id: UUID | None
    key: bytes
    place: str


@dataclass(frozen=True, slots=True)
class Under:
    """How many data keys are wrapped under a key of the ring; under none: destroyed."""

    key: bytes
    number: int


_NEXT = """
    select id, case_id, key, '' as place from data_key where id > $1 and key <> '' and substr(key, 1, 4) <> $2
    order by id limit $3
"""
# Never over what was destroyed or wrapped meanwhile.
_CHANGE = """
    update data_key d set key = n.fresh from unnest($1::bytea[], $2::bytea[], $3::bytea[]) n(id, was, fresh)
    where d.id = n.id and d.key = n.was
"""
# Of what was sealed before keys lay apart, the row holds the wrapped key: it becomes the name.
_IN_ROWS = """
    select distinct on (x.id) x.id, x.case_id, x.id as key, x.place
    from (select {key} as id, {case} as case_id, {place} as place from {table} t) x
    where length(x.id) = $1 and x.id > $2 and not exists (select from data_key k where k.id = x.id) order by x.id limit $3
"""
_ADOPT = """
    insert into data_key (id, case_id, key) select n.* from unnest($1::bytea[], $2::uuid[], $3::bytea[]) n
    on conflict (id) do nothing
"""
_DESTROY = "update data_key set key = '' where case_id = any($1::uuid[]) and key <> ''"
# Nobody takes what a row holds from before for a key any more.
_DESTROY_IN_ROWS = """
    insert into data_key (id, case_id, key) select distinct x.id, x.case_id, ''::bytea
    from (select {key} as id, {case} as case_id from {table} t) x
    where x.case_id = any($1::uuid[]) and length(x.id) = $2 on conflict (id) do nothing
"""


async def wrap_anew(conn: Connection, moved: Moved = lambda _: None) -> int:
    """Wrap every data key under the current key of the ring; gives how many could not be opened."""
    lost, last, current = await _adopt(conn, moved), b"", keys().sealing[-1].id
    while found := await fetch_all(conn, _Wrapped, _NEXT, last, current, AT_ONCE):
        fresh = _fresh(found)
        await conn.execute(_CHANGE, [w.id for w, _ in fresh], [w.key for w, _ in fresh], [key for _, key in fresh])
        lost, last = lost + len(found) - len(fresh), found[-1].id
        moved(len(fresh))
    return lost


async def _adopt(conn: Connection, moved: Moved) -> int:
    lost = 0
    for table, kept in SEALED.items():
        statement, last = _IN_ROWS.format(table=table, key=kept.key, case=kept.case, place=kept.place), b""
        while found := await fetch_all(conn, _Wrapped, statement, BEFORE_RINGS, last, AT_ONCE):
            fresh = _fresh(found)
            await conn.execute(
                _ADOPT, [w.id for w, _ in fresh], [w.case_id for w, _ in fresh], [key for _, key in fresh]
            )
            lost, last = lost + len(found) - len(fresh), found[-1].id
            moved(len(fresh))
    return lost


def _fresh(found: list[_Wrapped]) -> list[tuple[_Wrapped, bytes]]:
    """Those that open, wrapped under the current key."""
    fresh = []
    for wrapped in found:
        try:
            fresh.append((wrapped, keys().wrapped_anew(wrapped.key, wrapped.place)))
        except Unsealable:
            continue
    return fresh


async def destroy_keys(conn: Connection, cases: Collection[UUID]) -> None:
    """Leave no data key of these cases."""
    await conn.execute(_DESTROY, cases)
    for table, kept in SEALED.items():
        statement = _DESTROY_IN_ROWS.format(table=table, key=kept.key, case=kept.case)
        await conn.execute(statement, cases, BEFORE_RINGS)


async def count_wrapped(conn: Connection) -> dict[bytes, int]:
    """How many data keys are wrapped under each key, by its id; under the empty one, those that were destroyed."""
    counts = await fetch_all(
        conn, Under, "select substr(key, 1, 4) as key, count(*)::int as number from data_key group by 1 order by 1"
    )
    found = {under.key: under.number for under in counts}
    if first := next((key.id for key in keys().sealing if key.line == DERIVED), None):
        for table, kept in SEALED.items():
            statement = _IN_ROWS.format(table=table, key=kept.key, case=kept.case, place=kept.place)
            found[first] = found.get(first, 0) + len(
                await fetch_all(conn, _Wrapped, statement, BEFORE_RINGS, b"", AT_ONCE)
            )
    return found


async def forbid(conn: Connection, key: SealingKey, now: datetime) -> int:
    """From the end of this transaction nothing is wrapped under a key, unless something still is: gives how many."""
    await conn.execute(
        "lock table data_key in share mode"
    )  # who is writing ends first; who comes finds the key forbidden
    left = (await count_wrapped(conn)).get(key.id, 0)
    if not left:
        await conn.execute("insert into retired_key (id, at) values ($1, $2) on conflict (id) do nothing", key.id, now)
    return left
