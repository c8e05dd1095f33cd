"""The file of a case as one PDF."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.cases.queries.file import compose_file
from app.cases.queries.standing import require_involved, require_unrestricted
from app.cases.schemas.taken import RevealIn
from app.core.access import Actor, Permission
from app.core.http import DatabaseToRead, ThisCall, ThisDatabase, reference, requires
from app.core.idempotency import once
from app.core.looks import look_in_clear
from app.core.openapi import gives_pdf
from app.notices.actions import PRINTS, printed
from app.reference.queries import Reference

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]
Rules = Annotated[Reference, Depends(reference)]


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.get("/file.pdf", response_class=Response, summary="The file of a case as PDF", responses=gives_pdf())
async def get_case_file(case_id: uuid.UUID, actor: CanRead, database: DatabaseToRead, rules: Rules) -> Response:
    """Cover, contents, matter, parties, limits, timeline, texts, and every notice as it was; names masked."""
    async with PRINTS.turn(actor.id):
        async with database.connection() as conn:
            text = await compose_file(conn, case_id, actor=actor, reference=rules)
        return _pdf(await printed(text, "案卷"))


@router.post("/file", response_class=Response, summary="The file with names in clear", responses=gives_pdf())
async def print_case_file(
    case_id: uuid.UUID, sent: RevealIn, database: ThisDatabase, call: ThisCall, actor: CanReveal, rules: Rules
) -> Response:
    """For the archive, a review or a court. Who took it, when and why is kept."""
    texts: list[str] = []
    async with PRINTS.turn(actor.id):
        async with database.gathering() as conn:

            async def act() -> tuple[int, bytes, str | None]:
                await require_involved(conn, case_id, Permission.PARTY_REVEAL, actor=actor)
                await require_unrestricted(conn, case_id, sent.reason)
                texts.append(await compose_file(conn, case_id, actor=actor, reference=rules, clear=True))
                await look_in_clear(conn, case_id, "file", sent.reason, actor=actor, now=call.now)
                return 200, b"", None

            await once(conn, call, act, keep=False)
        return _pdf(await printed(texts[0], "案卷"))
