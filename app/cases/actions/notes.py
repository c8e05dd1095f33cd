"""Texts of a case, each kept in a row of its own; events name them by id and digest alone.

What holds numbers of people is kept with stars, and sealed beside as it was written; an accusation's sealed alone.
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
    insert into case_note (id, case_id, kind, body, sealed, seal_key, salt, author, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
        shown = None if on.secret else starred(body)
        sealed = keys().seal({"body": body}, f"case_note {note}") if shown != body else None
        rows.append((
            note, on.case_id, kind, shown, sealed.body if sealed else None, sealed.key if sealed else None, salt,
            act.actor.who, act.now,
        ))  # fmt: skip
        notes.append(Note(note, hashlib.sha256(salt + body.encode()).hexdigest()))
    if len(rows) == 1:
        await act.conn.execute(_KEEP, *rows[0])
    else:
        await act.conn.executemany(_KEEP, rows)
    return notes
