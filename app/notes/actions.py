"""Writing a note on a case."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.standing import require_involved
from app.cases.queries.visible import lock_case, require_visible
from app.core import errors
from app.core.access import Permission
from app.messages.actions import queue
from app.notes.queries import KIND
from app.reference.actions import ActionContext
from app.staff.queries import get_actor


async def write(act: ActionContext, case_id: uuid.UUID, *, text: str, mentions: Sequence[uuid.UUID]) -> uuid.UUID:
    """Keep the note, append the event, and send each person mentioned a message; gives the note's id.

    A note opens no case: whoever is mentioned must see it already. Raises NotFound, Forbidden, and Invalid for somebody who does
    not (the same as for somebody who does not exist).
    """
    case = await lock_case(act.conn, case_id, actor=act.actor)
    await require_involved(act.conn, case_id, Permission.CASE_SIGN, actor=act.actor)
    people = list(dict.fromkeys(mentions))
    for place, staff in enumerate(people):
        reader = replace(await get_actor(act.conn, staff), at=act.now)
        try:
            await require_visible(act.conn, case_id, actor=reader)
        except errors.NotFound:
            raise errors.Invalid(
                "没有能看到本件的这名工作人员。", "No such member of staff sees this case.",
                pointer=f"#/body/mentions/{place}",
            ) from None  # fmt: skip
    note = await keep_note(act, case, KIND, text)
    await act.conn.execute("insert into note_mention (note, staff) select $1, unnest($2::uuid[])", note.id, people)
    facts = {"mentions": [str(staff) for staff in people], **note.said}
    await record(act.conn, case_id, "write_note", actor=act.actor, at=act.now, facts=facts)
    for staff in people:
        grantee = f"staff:{staff}"
        await queue(act.conn, f"note {note.id} {grantee}", "mentioned", now=act.now, grantee=grantee, case_id=case_id)
    return note.id
