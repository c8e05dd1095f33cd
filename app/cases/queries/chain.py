"""Verifying the record."""

import uuid
from typing import Any

from app.core.database import Connection
from app.core.rows import read_sql

_BREAKS = read_sql(__package__, "chain")


async def list_breaks(conn: Connection, case_id: uuid.UUID | None = None) -> list[Any]:
    """Every place where a chain does not hold (at most 100); none means that the record is whole.

    The bytes that were hashed are read again; nothing is serialised anew.
    """
    return await conn.fetch(_BREAKS, case_id)
