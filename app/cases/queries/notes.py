"""Texts of a case, opened."""

import uuid
from collections.abc import Iterable

from app.cases.queries.one import opened_note
from app.core.database import Connection

_NOTES = "select id, body, sealed, seal_key from case_note where id = any($1::uuid[])"


async def read_notes(conn: Connection, notes: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, str | None]:
    """The texts of notes, by their ids; None is the text of None."""
    rows = await conn.fetch(_NOTES, list({note for note in notes if note is not None}))
    return {None: None, **{row["id"]: opened_note(row) for row in rows}}
