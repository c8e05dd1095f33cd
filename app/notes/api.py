"""Notes on a case: writing one, and reading them."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.openapi import carries
from app.notes import actions, queries
from app.notes.schemas import CaseNoteOut, CaseNotesOut, NoteIn
from app.reference.actions import ActionContext
from app.reference.runner import ThisCreator

router = APIRouter(prefix="/v1/cases/{case_id}/notes", tags=["notes"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanWrite = Annotated[Actor, Depends(requires(Permission.CASE_SIGN))]


@router.get("", summary="Notes on a case")
async def list_case_notes(case_id: uuid.UUID, actor: CanRead, conn: Read) -> CaseNotesOut:
    """What colleagues wrote about it, the oldest first. The resident is not shown them."""
    return CaseNotesOut(items=await queries.list_notes(conn, case_id, actor=actor))


@router.post(
    "", response_model=CaseNoteOut, summary="Write a note on a case", status_code=201, responses={201: carries("ETag")}
)
async def write_case_note(case_id: uuid.UUID, sent: NoteIn, creator: ThisCreator, _: CanWrite) -> Response:
    """For colleagues who see the case; whoever is mentioned gets a message. It changes nothing else, and is never
    changed itself."""

    async def show(act: ActionContext, note: uuid.UUID, _: str) -> CaseNoteOut:
        (found,) = await queries.list_notes(act.conn, case_id, actor=act.actor, note=note)
        return found

    return await creator.run(lambda act: actions.write(act, case_id, text=sent.text, mentions=sent.mentions), show)
