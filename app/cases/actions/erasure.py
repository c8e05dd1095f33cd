"""清除个人信息: a case is forgotten, and the record still holds.

Its data keys are destroyed, so what is sealed opens nowhere, in no backup of the rows either; what lies in clear is emptied,
and the salts with which a digest could be tried. What stays is the skeleton: numbers, times, units, results, the chain of
events, and a tombstone that says who erased it, when, and on which ground.
"""

import hashlib
import hmac
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cases.actions.record import record_all
from app.cases.rules.retention import Basis, Stands, erase_refused
from app.cases.rules.terms import Status
from app.core.calls import forget_given_at
from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import ActionRefused
from app.core.registry import Registry
from app.core.rekeying import destroy_keys
from app.core.rows import fetch_all
from app.messages.actions import ERASE as ERASE_MESSAGES
from app.notices.actions import ERASE as ERASE_NOTICES

# What lies in clear, by what it is called: statements of whose table it is, $1 the cases. Capabilities register theirs.
CLEAR: Registry[str, str] = Registry("erasure of what lies in clear")
CLEAR.add({
    "texts": "update case_text set title = null, description = null, address = null, sealed = coalesce(sealed, ''),"
    " seal_key = coalesce(seal_key, '') where case_id = any($1::uuid[])",
    "phones": "update party set phone_index = null where case_id = any($1::uuid[])",
    "codes": "delete from code_request r using cases c where c.id = any($1::uuid[]) and r.number = c.number",
    "messages": ERASE_MESSAGES,
    "notices": ERASE_NOTICES,
    "hearings": "update hearing set place = '' where case_id = any($1::uuid[])",
})  # fmt: skip
_LOCKED = """
    select c.id, c.status, c.located_by = 'point' as measured,
        exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held
    from cases c where c.id = any($1::uuid[]) and not exists (select from tombstone t where t.case_id = c.id)
    order by c.id for update of c
"""
_PLACES = """
    update cases set point = null, accuracy_m = null, crs = null, query_hash = null,
        located_by = case located_by when 'point' then 'address' else located_by end
    where id = any($1::uuid[])
"""
_ORDER = """
    insert into erasure_order (case_id, at, by, basis, mark) values ($1, $2, $3, $4, $5) on conflict (case_id) do nothing
"""
_TOMBSTONE = "insert into tombstone (case_id, seq, at, by, basis, mark) values ($1, $2, $3, $4, $5, $6)"


@dataclass(frozen=True, slots=True)
class _Case:
    id: uuid.UUID
    status: Status
    measured: bool
    held: bool


@dataclass(frozen=True, slots=True)
class _Head:
    id: uuid.UUID
    seq: int


async def order_erasure(conn: Connection, case_id: uuid.UUID, *, basis: Basis, by: str, at: datetime) -> None:
    """Have the personal data of a case erased: the runner does it within a minute, once the case has ended and is not held.
    Asked twice, it is done once. `by` is `staff:UUID` or the like; the caller has judged who may.

    The service itself cannot destroy a key: an error in one of its statements must not be able to erase a city.
    """
    await conn.execute(_ORDER, case_id, at, by, basis.value, mark_of(case_id, None, at, by, basis))


async def erase(
    conn: Connection, cases: Collection[uuid.UUID], *, basis: Basis, by: str, at: datetime
) -> list[uuid.UUID]:
    """Erase the personal data of cases in the caller's transaction, all or none; gives those that were still there. Runs as
    the runner or the owner. Raises ActionRefused under legal hold, and while a case is being handled."""
    found = await fetch_all(conn, _Case, _LOCKED, list(cases))
    for case in found:
        if refused := erase_refused(Stands(case.status, case.held)):
            raise ActionRefused(refused.zh, refused.en)
    ids = [case.id for case in found]
    if not ids:
        return []
    await destroy_keys(conn, ids)
    for statement in CLEAR.values():
        await conn.execute(statement, ids)
    # An answer was kept at the instant of the step that it is about.
    steps = await conn.fetch("select distinct at from event where case_id = any($1::uuid[])", ids)
    await forget_given_at(conn, [at for (at,) in steps])
    await conn.execute(_PLACES, ids)
    moved = {"located_by": "address", "crs": None}
    facts = [(case.id, {"set": moved if case.measured else {}, "basis": basis.value}) for case in found]
    await record_all(conn, facts, "erase", actor=by, at=at)
    heads = await fetch_all(conn, _Head, "select id, head_seq as seq from cases where id = any($1::uuid[])", ids)
    rows = [(h.id, h.seq, at, by, basis.value, mark_of(h.id, h.seq, at, by, basis)) for h in heads]
    await conn.executemany(_TOMBSTONE, rows)
    await conn.execute("select forget_words($1)", ids)
    return ids


def mark_of(case_id: uuid.UUID, seq: int | None, at: datetime, by: str, basis: Basis) -> bytes:
    """What a tombstone bears (an order, without the event), so that it can be told from a forged one."""
    text = f"{case_id} {'ordered' if seq is None else seq} {at.astimezone(UTC).isoformat()} {by} {basis.value}"
    return hmac.new(keys().derive("tombstone"), text.encode(), hashlib.sha256).digest()
