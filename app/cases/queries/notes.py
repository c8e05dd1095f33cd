"""Texts of a case, opened."""

import uuid
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator

from app.cases.queries.one import opened_note
from app.core.database import Connection

_NOTES = "select id, body, sealed, seal_key from case_note where id = any($1::uuid[])"


async def read_notes(conn: Connection, notes: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, str | None]:
    """The texts of notes, by their ids; None is the text of None."""
    rows = await conn.fetch(_NOTES, list({note for note in notes if note is not None}))
    return {None: None, **{row["id"]: opened_note(row) for row in rows}}


# A note inside a statement, sealed or not: `NOTE.format("t.wish")`, read into a field of type `NoteText`.
NOTE = """(select jsonb_build_array(n.id, n.body, encode(n.sealed, 'hex'), encode(n.seal_key, 'hex'))
    from case_note n where n.id = {})"""


def _opened(note: object) -> object:
    if not isinstance(note, list):
        return note
    found, body, sealed, key = note
    unhex = bytes.fromhex
    return opened_note({
        "id": found, "body": body, "sealed": unhex(sealed) if sealed else None, "seal_key": unhex(key) if key else None
    })  # fmt: skip


NoteText = Annotated[str | None, BeforeValidator(_opened)]
