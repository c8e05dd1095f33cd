"""Texts of a case, each kept in a row of its own, sealed; events name them by id and digest alone.

Where a text holds numbers of people, what staff read (`shown`, with stars) is sealed beside what was written; an accusation's
is read as it was written.
"""

import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.crypto import keys
from app.core.database import uuid7
from app.core.numbers import starred
from app.reference.actions import ActionContext

_KEEP = """
    insert into case_note (id, case_id, kind, sealed, seal_key, salt, author, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


class OnCase(Protocol):
    """A case, or something that belongs to one."""

    @property
    def case_id(self) -> uuid.UUID:
        """The case."""

    @property
    def secret(self) -> bool:
        """Whether it is an accusation by now: its texts are sealed."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text as it was kept; `digest` is salted."""

    id: uuid.UUID
    digest: str

    @property
    def said(self) -> dict[str, str]:
        """What an event may say of it."""
        return {"note": str(self.id), "digest": self.digest}


async def keep_note(act: ActionContext, on: OnCase, kind: str, body: str) -> Note:
    """Keep one text."""
    (note,) = await keep_notes(act, on, kind, [body])
    return note


async def write_note(act: ActionContext, on: OnCase, kind: str, body: str) -> tuple[uuid.UUID, dict[str, str]]:
    """The same; gives its id and what an event may say of it."""
    note = await keep_note(act, on, kind, body)
    return note.id, note.said


async def keep_notes(act: ActionContext, on: OnCase, kind: str, bodies: Sequence[str]) -> list[Note]:
    """Keep texts of one kind."""
    notes, rows = [], []
    for body in bodies:
        note, salt = uuid7(), os.urandom(16)
        shown = body if on.secret else starred(body)
        said = {"body": body} if shown == body else {"body": body, "shown": shown}
        sealed = keys().seal(said, f"case_note {note}")
        rows.append((note, on.case_id, kind, sealed.body, sealed.key, salt, act.actor.who, act.now))
        notes.append(Note(note, hashlib.sha256(salt + body.encode()).hexdigest()))
    if len(rows) == 1:
        await act.conn.execute(_KEEP, *rows[0])
    else:
        await act.conn.executemany(_KEEP, rows)
    return notes
