"""Verifying the record."""

import uuid
from dataclasses import dataclass

from app.core.database import Connection
from app.core.rows import fetch_all, read_sql


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and how."""

    case_id: uuid.UUID
    seq: int
    broken: str


async def list_breaks(conn: Connection, case_id: uuid.UUID | None = None, *, limit: int | None = 100) -> list[Break]:
    """Every place where a chain does not hold (at most `limit`); none means that the record is whole.

    The bytes that were hashed are read again; nothing is serialised anew.
    """
    return await fetch_all(conn, Break, read_sql(__package__, "chain"), case_id, limit)
