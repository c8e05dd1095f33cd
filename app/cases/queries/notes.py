"""Texts of a case: as staff read them, numbers starred, and as they were written."""

import uuid

from app.cases.schemas.sealed import OpenedText
from app.core.crypto import opened

# A note inside a statement: `NOTE.format("t.wish")`, read into a field of type `NoteText`. It lies sealed: NOTE gives
# it with numbers of people starred, ORIGINAL as it was written, for the resident and for notices. `body` holds notes from
# before all were sealed: as they are, or with stars where what was written lies sealed beside.
_OPENED = (
    "jsonb_build_array('case_note ' || n.id, '{}', encode(n.sealed, 'base64'), encode(key_of(n.seal_key), 'base64'))"
)
NOTE_TEXT = f"coalesce(to_jsonb(n.body), {_OPENED.format('shown|body')})"
ORIGINAL_TEXT = f"case when n.sealed is null then to_jsonb(n.body) else {_OPENED.format('body')} end"
NOTE = f"(select {NOTE_TEXT} from case_note n where n.id = {{}})"
ORIGINAL = f"(select {ORIGINAL_TEXT} from case_note n where n.id = {{}})"
NoteText = OpenedText


def opened_note(note: uuid.UUID | None, body: str | None, sealed: bytes | None, seal_key: bytes | None) -> str | None:
    """The text of a note as it was written; None once it was erased."""
    return body if sealed is None else opened(sealed, seal_key, f"case_note {note}").get("body")


def shown_note(note: uuid.UUID, body: str | None, sealed: bytes | None, seal_key: bytes | None) -> str | None:
    """The text of a note as staff read it; None once it was erased."""
    if body is not None:
        return body
    content = opened(sealed, seal_key, f"case_note {note}")
    text: str | None = content.get("shown", content.get("body"))
    return text
