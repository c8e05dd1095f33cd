"""How a notice was served: each record replaces the one before."""

import uuid
from datetime import datetime

from app.core.database import Connection

_NO_LONGER = "update service_record set replaced_at = $2 where notice = $1 and replaced_at is null"
_RECORD = """
    insert into service_record (case_id, notice, outcome, method, at, article, note, recorded_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_STATE = "update notice set state = $2 where id = $1"
_APPROVE = """
    update service_record set approved_by = $2, approved_at = $3 where notice = $1 and replaced_at is null
"""


async def record_service(
    conn: Connection, case_id: uuid.UUID, notice: uuid.UUID, *, outcome: str, method: str, at: datetime,
    article: str | None, note: uuid.UUID, by: str, now: datetime,
) -> None:  # fmt: skip
    """It was served, waived or attempted `at`; `note` holds the proof."""
    await conn.execute(_NO_LONGER, notice, now)
    await conn.execute(_RECORD, case_id, notice, outcome, method, at, article, note, by)
    await conn.execute(_STATE, notice, outcome)


async def approve_service(conn: Connection, notice: uuid.UUID, *, by: str, now: datetime) -> None:
    """Somebody else accepts that it could not be handed over."""
    await conn.execute(_APPROVE, notice, by, now)
    await conn.execute(_STATE, notice, "approved")
