"""Notices in their table: kept as they were made, opened again, replaced."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from app.core.database import Connection, uuid7
from app.notices.actions.filling import Draft, Made, make

COLUMNS = (
    "id", "case_id", "kind", "version", "state", "meets", "note", "facts", "sealed", "seal_key", "salt", "digest",
    "drafted_at", "drafted_by",
)  # fmt: skip
_KEEP = f"insert into notice ({', '.join(COLUMNS)}) values ({', '.join(f'${n + 1}' for n in range(len(COLUMNS)))})"
_REPLACE = "update notice set state = 'replaced' where id = any($1::uuid[])"
_NO_LONGER = "update service_record set replaced_at = $2 where notice = any($1::uuid[]) and replaced_at is null"

# Of these cases ($1): what a digest could be tried with.
ERASE = "update notice set salt = '' where case_id = any($1::uuid[])"


def as_row(
    draft: Draft, made: Made, *, notice: uuid.UUID, case_id: uuid.UUID, meets: str | None, note: uuid.UUID | None,
    at: datetime, by: str,
) -> tuple[object, ...]:  # fmt: skip
    """The values of COLUMNS."""
    sealed = made.sealed
    return (
        notice, case_id, draft.kind.value, made.version, made.state, meets, note, dict(draft.facts),
        sealed.body if sealed else None, sealed.key if sealed else None, made.salt, made.digest, at, by,
    )  # fmt: skip


async def draft(
    conn: Connection, case_id: uuid.UUID, draft: Draft, *, meets: str | None, note: uuid.UUID | None, now: datetime,
    by: str,
) -> tuple[uuid.UUID, Made]:  # fmt: skip
    """Make a notice and keep it; gives its id and what became of it. `by` is `staff:UUID`."""
    notice = uuid7()
    made = make(draft, notice)
    await conn.execute(
        _KEEP, *as_row(draft, made, notice=notice, case_id=case_id, meets=meets, note=note, at=now, by=by)
    )
    return notice, made


async def replace(conn: Connection, notices: Sequence[uuid.UUID], *, now: datetime) -> None:
    """These count no more, nor does how they were served."""
    if notices:
        await conn.execute(_NO_LONGER, notices, now)
        await conn.execute(_REPLACE, notices)
