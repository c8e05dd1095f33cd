"""Requests about one's own data for staff: taking, deciding, handing over, serving."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from app.cases.queries.visible import require_visible
from app.cases.schemas.page import UnseenOut
from app.core.access import Actor, Permission
from app.core.http import Read, ThisCall, ThisVersion, Write, requires
from app.core.idempotency import once
from app.core.openapi import carries
from app.core.paging import Page, ThisPage
from app.core.texts import Code
from app.privacy import actions, queries, schemas
from app.privacy.rules import WORKFLOW, Asked, RequestState
from app.reference.actions import ActionContext
from app.reference.runner import Rules, StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["privacy"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


async def narrowed(
    unit: Annotated[Code | None, Query(description="The unit that leads the case")] = None,
    asked: Asked | None = None,
    state: Annotated[list[RequestState] | None, Query(description="Open ones, unless given", max_length=4)] = None,
    overdue: Annotated[bool | None, Query(description="Answered late, or late and not answered")] = None,
) -> queries.Wanted:
    """The filters."""
    return queries.Wanted(unit=unit, asked=asked, states=tuple(dict.fromkeys(state or ())), overdue=overdue)


Narrowed = Annotated[queries.Wanted, Depends(narrowed)]


@router.get("/data_requests", summary="Requests about personal data")
async def list_data_requests(wanted: Narrowed, actor: CanRead, conn: Read, page: ThisPage) -> schemas.DataRequestPage:
    """What is still to be answered (or has the states given) on cases that the caller may see, by the time it is owed."""
    rows = await queries.list_requests(conn, wanted, actor=actor, after=page.after_instant(), limit=page.most)
    return _page(page, rows)


@router.get("/data_requests/counts", summary="Count requests about personal data")
async def count_data_requests(
    wanted: Narrowed, actor: CanRead, conn: Read,
    by: Annotated[Literal["state", "asked", "ground", "lead_unit"], Query()] = "asked",
) -> schemas.DataRequestCountsOut:  # fmt: skip
    """The same in figures, with those late."""
    return schemas.DataRequestCountsOut(by=by, items=await queries.count_requests(conn, wanted, actor=actor, by=by))


@router.get("/cases/{case_id}/data_requests", summary="Requests about personal data on a case")
async def list_case_data_requests(
    case_id: uuid.UUID, actor: CanRead, conn: Read, page: ThisPage
) -> schemas.DataRequestPage:
    """All of them, ended ones too; nothing for a case that the caller may not see."""
    wanted = queries.Wanted(case=case_id)
    await require_visible(conn, case_id, actor=actor)
    rows = await queries.list_requests(conn, wanted, actor=actor, after=page.after_instant(), limit=page.most)
    return _page(page, rows)


def _page(page: Page, rows: list[schemas.DataRequestItem]) -> schemas.DataRequestPage:
    return schemas.DataRequestPage(items=page.of(rows, lambda row: (row.due, row.id)))


@router.get(
    "/data_requests/{request_id}", response_model=schemas.DataRequestOut, summary="One request about personal data",
    responses={200: carries("ETag")},
)  # fmt: skip
async def get_data_request(request_id: uuid.UUID, _: CanRead, reader: ThisReader) -> Response:
    """What was asked, what was answered, and what this caller may do. The ETag is its version."""
    return await reader.show(request_id, _show)


async def _show(act: ActionContext, request: uuid.UUID, language: str) -> schemas.DataRequestOut:
    return await queries.get_request(act.conn, request, actor=act.actor, language=language)


@router.post(
    "/cases/{case_id}/data_requests", response_model=schemas.DataRequestOut, summary="Take a request about personal data",
    status_code=201, responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_REGISTER))],
)  # fmt: skip
async def take_data_request(case_id: uuid.UUID, sent: schemas.DataRequestIn, creator: ThisCreator) -> Response:
    """At a window, for a party of the case or a close relative of a dead one (个人信息保护法 44 to 49), by staff who have to do
    with the case. It is decided by somebody else."""
    return await creator.run(lambda act: actions.ask_at_window(act, case_id, **dict(sent)), _show)


STEPS: dict[str, StepAction] = {
    "grant": (actions.grant, schemas.GrantIn),
    "refuse": (actions.refuse, schemas.RefuseIn),
    "serve": (actions.serve, schemas.AnswerServedIn),
}
step_routes(
    router, WORKFLOW, "/data_requests/{request_id}", STEPS, answer=schemas.DataRequestOut | UnseenOut, show=_show,
    key="request_id", names={"serve": "serve_data_answer"},
)  # fmt: skip


@router.post(
    "/data_requests/{request_id}/actions/hand_over", response_model=schemas.CopyOut, summary="Hand over the copy",
    dependencies=[Depends(requires(WORKFLOW["hand_over"].permission))],
)  # fmt: skip
async def hand_over_copy(
    request_id: uuid.UUID, sent: schemas.HandOverIn, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules
) -> Response:
    """交付个人信息副本。All that the case holds of the person, to who asked at the window: once, within its days. Who saw it is
    kept; a repeat of the call shows nothing again."""

    async def act() -> tuple[int, bytes, str | None]:
        context = ActionContext(conn, rules, call.actor, call.now, version)
        copy, moved = await actions.hand_over(context, request_id, reason=sent.reason)
        return 200, to_json(copy), str(moved)

    return await once(conn, call, act, keep=False)
