"""Texts of a case: as staff read them, numbers starred, and as they were written."""

import uuid

from app.cases.schemas.sealed import OpenedText
from app.core.crypto import opened

# A note inside a statement: `NOTE.format("t.wish")`, read into a field of type `NoteText`. What holds numbers of people lies
# in `body` with stars and sealed beside it; NOTE gives the stars, ORIGINAL what was written, for the resident and for notices.
_OPENED = (
    "jsonb_build_array('case_note ' || n.id, 'body', encode(n.sealed, 'base64'), encode(key_of(n.seal_key), 'base64'))"
)
NOTE_TEXT = f"coalesce(to_jsonb(n.body), {_OPENED})"
ORIGINAL_TEXT = f"case when n.sealed is null then to_jsonb(n.body) else {_OPENED} end"
NOTE = f"(select {NOTE_TEXT} from case_note n where n.id = {{}})"
ORIGINAL = f"(select {ORIGINAL_TEXT} from case_note n where n.id = {{}})"
NoteText = OpenedText


def opened_note(note: uuid.UUID | None, body: str | None, sealed: bytes | None, seal_key: bytes | None) -> str | None:
    """The text of a note as it was written; None once it was erased."""
    return body if sealed is None else opened(sealed, seal_key, f"case_note {note}").get("body")
