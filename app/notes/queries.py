"""Notes on cases that the caller may see."""

import uuid

from app.cases.queries.notes import NOTE
from app.cases.queries.visible import require_visible
from app.core.access import Actor
from app.core.database import Connection
from app.core.rows import fetch_all
from app.notes.schemas import CaseNoteOut

KIND = "work_note"
_NOTES = f"""
    select w.id, w.case_id, s.id as author, s.name as author_name, w.at, {NOTE.format("w.id")} as text,
        (select coalesce(jsonb_agg(jsonb_build_object('staff', m.staff, 'name', p.name) order by p.name, m.staff), '[]')
         from note_mention m join staff p on p.id = m.staff where m.note = w.id) as mentions, 1 as version
    from case_note w join staff s on w.author = 'staff:' || s.id
    where w.case_id = $1 and w.kind = '{KIND}' and ($2::uuid is null or w.id = $2) order by w.at, w.id
"""


async def list_notes(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, note: uuid.UUID | None = None
) -> list[CaseNoteOut]:
    """The notes of a case (or one of them), the oldest first; raises NotFound for a case that the actor does not see."""
    await require_visible(conn, case_id, actor=actor)
    return await fetch_all(conn, CaseNoteOut, _NOTES, case_id, note)
