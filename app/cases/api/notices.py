"""Notices: what waits to be served, and each one as it was made, on the screen and on paper."""

import uuid
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from app.cases import actions
from app.cases.queries import notices as queries
from app.cases.schemas.notices import NoticeOut, NoticePage, NoticesOut
from app.cases.schemas.taken import RevealIn
from app.core.access import Actor, Permission
from app.core.http import DatabaseToRead, Language, Read, ThisCall, ThisDatabase, requires
from app.core.idempotency import once
from app.core.openapi import gives_pdf
from app.core.paging import ThisPage
from app.core.texts import Code
from app.notices.actions import PRINTS, masked_text, printed
from app.notices.rules import NoticeKind

router = APIRouter(prefix="/v1", tags=["notices"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]
Waiting = Literal["drafted", "failed", "attempted"]


def _shown(notice: NoticeOut, said: str) -> NoticeOut:
    """With its title, and its addressees masked."""
    html = notice.html and masked_text(notice.html)
    return replace(notice, title=notice.kind.words.say(said), html=html)


def _pdf(content: bytes, name: uuid.UUID) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/notices", summary="Notices that wait")
async def list_notices(
    actor: CanRead, conn: Read, said: Language, page: ThisPage,
    state: Annotated[list[Waiting] | None, Query(description="To serve, to mend, to approve; default all", max_length=3)] = None,
    unit: Annotated[Code | None, Query(description="Unit that leads the case")] = None,
) -> NoticePage:  # fmt: skip
    """To be served, to be redrafted because their template failed, or attempts to be approved; the oldest first."""
    states, after = state or ["drafted", "failed", "attempted"], page.after_instant()
    found = await queries.list_due(conn, actor=actor, states=states, unit=unit, after=after, limit=page.most)
    shown = page.of(found, lambda notice: (notice.drafted_at, notice.id))
    return NoticePage(items=[replace(notice, title=notice.kind.words.say(said)) for notice in shown])


@router.get("/cases/{case_id}/notices", summary="Notices of a case")
async def list_case_notices(case_id: uuid.UUID, actor: CanRead, conn: Read, said: Language) -> NoticesOut:
    """Every notice of the case as it was made, also those replaced, with how it was served; addressees masked."""
    return NoticesOut(items=[_shown(notice, said) for notice in await queries.list_of_case(conn, case_id, actor=actor)])


@router.get("/notices/{notice_id}.pdf", response_class=Response, summary="A notice as PDF", responses=gives_pdf())
async def get_notice_pdf(notice_id: uuid.UUID, actor: CanRead, database: DatabaseToRead) -> Response:
    """As it was made, on A4 with its font inside; addressees masked. `print` gives the one to be served."""
    async with PRINTS.turn(actor.id):
        async with database.connection() as conn:
            notice = await queries.get_notice(conn, notice_id, actor=actor)
        if notice.html is None:
            raise queries.no_text()
        return _pdf(await printed(masked_text(notice.html), notice.kind.words.zh), notice_id)


@router.get("/notices/{notice_id}", summary="A notice as it was made")
async def get_notice(notice_id: uuid.UUID, actor: CanRead, conn: Read, said: Language) -> NoticeOut:
    """Its text as HTML with addressees masked, its digest as the event keeps it, and how it was served."""
    return _shown(await queries.get_notice(conn, notice_id, actor=actor), said)


@router.post(
    "/notices/{notice_id}/print", response_class=Response, summary="Print a notice to be served", responses=gives_pdf()
)  # fmt: skip
async def print_notice(
    notice_id: uuid.UUID, sent: RevealIn, database: ThisDatabase, call: ThisCall, actor: CanReveal
) -> Response:  # fmt: skip
    """The PDF with its addressees in clear. Who printed it, when and why is kept."""
    opened: list[tuple[str, NoticeKind]] = []
    async with PRINTS.turn(actor.id):
        async with database.gathering() as conn:

            async def act() -> tuple[int, bytes, str | None]:
                look = actions.open_notice(conn, notice_id, reason=sent.reason, actor=actor, now=call.now)
                opened.append(await look)
                return 200, b"", None

            await once(conn, call, act, keep=False)
        ((text, kind),) = opened
        return _pdf(await printed(text, kind.words.zh), notice_id)
