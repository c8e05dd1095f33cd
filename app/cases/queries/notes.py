"""Texts of a case, opened."""

import uuid

from app.cases.schemas.sealed import OpenedText
from app.core.crypto import opened

# A note inside a statement, sealed or not: `NOTE.format("t.wish")`, read into a field of type `NoteText`.
NOTE = """(select coalesce(to_jsonb(n.body), jsonb_build_array('case_note ' || n.id, 'body', encode(n.sealed, 'base64'),
    encode(n.seal_key, 'base64'))) from case_note n where n.id = {})"""
NoteText = OpenedText


def opened_note(note: uuid.UUID | None, body: str | None, sealed: bytes | None, seal_key: bytes | None) -> str | None:
    """The text of a note as it is stored, sealed or not; None once it was erased."""
    return body if sealed is None else opened(sealed, seal_key, f"case_note {note}").get("body")
