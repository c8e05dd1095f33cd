"""Notices: what waits to be served, and each one as it was made, on the screen and on paper."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.cases import actions
from app.cases.queries import notices as queries
from app.cases.schemas import NoticeItem, NoticeOut, NoticePage, NoticesOut, RevealIn
from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Language, Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.core.openapi import gives_pdf
from app.core.texts import Code
from app.notices.actions import masked_text, opened, printed
from app.notices.rules import TITLES, NoticeKind

router = APIRouter(prefix="/v1", tags=["notices"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]
Waiting = Literal["drafted", "failed", "attempted"]


def _title(kind: str, said: str) -> str:
    return TITLES[NoticeKind(kind)].say(said)


def _pdf(content: bytes, name: uuid.UUID) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/notices", response_model=NoticePage, summary="Notices that wait")
async def list_notices(
    actor: CanRead, conn: Read, said: Language, request: Request, response: Response,
    state: Annotated[list[Waiting] | None, Query(description="To serve, to mend, to approve; default all", max_length=3)] = None,
    unit: Annotated[Code | None, Query(description="Unit that leads the case")] = None,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> NoticePage:  # fmt: skip
    """To be served, to be redrafted because their template failed, or attempts to be approved; the oldest first."""
    states = state or ["drafted", "failed", "attempted"]
    after = paging.decode(cursor, 2, uuids=True)
    rows = await queries.list_due(conn, actor=actor, states=states, unit=unit, after=after, limit=limit + 1)
    if len(rows) > limit:
        last = rows[limit - 1]
        cursor = paging.encode([last["drafted_at"].isoformat(), str(last["id"])])
        response.headers.update(paging.link(request, cursor))
    return NoticePage(items=[NoticeItem(title=_title(row["kind"], said), **dict(row)) for row in rows[:limit]])


@router.get("/cases/{case_id}/notices", response_model=NoticesOut, summary="Notices of a case")
async def list_case_notices(case_id: uuid.UUID, actor: CanRead, conn: Read, said: Language) -> NoticesOut:
    """Every notice of the case as it was made, also those replaced, with how it was served; addressees masked."""
    rows = await queries.list_of_case(conn, case_id, actor=actor)
    return NoticesOut(items=[NoticeOut(**shown) for shown in await _shown(conn, rows, said)])


async def _shown(conn: Any, rows: list[Any], said: str) -> list[dict[str, Any]]:
    services = await queries.list_services(conn, [row["id"] for row in rows])
    found = []
    for row in rows:
        text = opened(row)
        kept = {k: v for k, v in dict(row).items() if k not in ("sealed", "seal_key", "digest")}
        digest = row["digest"].hex() if row["digest"] else None
        html = masked_text(text) if text is not None else None
        service = services[row["id"]]
        found.append({**kept, "digest": digest, "title": _title(row["kind"], said), "html": html, "service": service})
    return found


@router.get("/notices/{notice_id}.pdf", response_class=Response, summary="A notice as PDF", responses=gives_pdf())
async def get_notice_pdf(notice_id: uuid.UUID, actor: CanRead, conn: Read) -> Response:
    """As it was made, on A4 with its font inside; addressees masked. `print` gives the one to be served."""
    row = await queries.get_notice(conn, notice_id, actor=actor)
    text = opened(row)
    if text is None:
        raise queries.no_text()
    return _pdf(await printed(masked_text(text), _title(row["kind"], "zh")), notice_id)


@router.get("/notices/{notice_id}", response_model=NoticeOut, summary="A notice as it was made")
async def get_notice(notice_id: uuid.UUID, actor: CanRead, conn: Read, said: Language) -> NoticeOut:
    """Its text as HTML with addressees masked, its digest as the event keeps it, and how it was served."""
    row = await queries.get_notice(conn, notice_id, actor=actor)
    (shown,) = await _shown(conn, [row], said)
    return NoticeOut(**shown)


@router.post(
    "/notices/{notice_id}/print", response_class=Response, summary="Print a notice to be served", responses=gives_pdf()
)  # fmt: skip
async def print_notice(
    notice_id: uuid.UUID, sent: RevealIn, conn: Write, call: ThisCall, actor: CanReveal
) -> Response:  # fmt: skip
    """The PDF with its addressees in clear. Who printed it, when and why is kept."""
    pages: list[bytes] = []

    async def act() -> tuple[int, bytes, str | None]:
        text, kind = await actions.open_notice(conn, notice_id, reason=sent.reason, actor=actor, now=call.now)
        pages.append(await printed(text, _title(kind, "zh")))
        return 200, b"", None

    await once(conn, call, act, keep=False)
    return _pdf(pages[0], notice_id)
