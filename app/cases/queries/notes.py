"""Texts of a case, opened."""

from typing import Annotated

from pydantic import BeforeValidator

from app.cases.queries.one import opened_note

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
