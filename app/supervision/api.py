"""Routes of supervision: issuing, answering, the board."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from app.areas.rules import Tier
from app.cases.queries.filters import area_filter
from app.cases.queries.one import get_facts
from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.core.openapi import carries
from app.core.paging import Page, ThisPage
from app.core.texts import Code
from app.reference.actions import ActionContext
from app.reference.runner import Rules, StepAction, ThisCreator, ThisReader, step_routes
from app.supervision import actions, queries, schemas
from app.supervision.rules import WORKFLOW, SupervisionKind, SupervisionState

router = APIRouter(prefix="/v1", tags=["supervision"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


async def board(
    rules: Rules,
    area: Annotated[Code | None, Query(description="Of the unit asked: area code of any tier")] = None,
    tier: Annotated[Tier | None, Query(description="Of the unit asked")] = None,
    unit: Annotated[Code | None, Query(description="The unit asked")] = None,
    issuer: Annotated[Code | None, Query(description="The unit that asks")] = None,
    kind: SupervisionKind | None = None,
    state: Annotated[
        list[SupervisionState] | None, Query(description="What is still owed, unless given", max_length=5)
    ] = None,
    overdue: Annotated[bool | None, Query(description="The answer is late")] = None,
) -> queries.Asked:
    """The filters of the board."""
    area_filter(area, rules.tiers)
    states = tuple(dict.fromkeys(state or ()))
    return queries.Asked(area=area, tier=tier, unit=unit, issuer=issuer, kind=kind, states=states, overdue=overdue)


ThisBoard = Annotated[queries.Asked, Depends(board)]


@router.get("/supervisions", summary="The supervision board")
async def list_supervisions(asked: ThisBoard, actor: CanRead, conn: Read, page: ThisPage) -> schemas.SupervisionPage:
    """What is still owed (or has the states given) on cases that the caller may see, by the time it is owed."""
    rows = await queries.list_supervisions(conn, asked, actor=actor, after=page.after_instant(), limit=page.most)
    return _page(page, rows)


@router.get("/supervisions/counts", summary="Count supervisions")
async def count_supervisions(
    asked: ThisBoard, actor: CanRead, conn: Read,
    by: Annotated[Literal["tier", "state", "kind", "level", "problem", "target_unit"], Query()] = "tier",
) -> schemas.SupervisionCountsOut:  # fmt: skip
    """The board in figures, by tier of the unit asked or another property; the same filters as the board."""
    return schemas.SupervisionCountsOut(by=by, items=await queries.count_supervisions(conn, asked, actor=actor, by=by))


@router.get("/me/supervisions", summary="Which supervisions wait for me?")
async def list_my_supervisions(actor: CanRead, conn: Read, page: ThisPage) -> schemas.SupervisionPage:
    """Those that the caller's units have to answer, and answers to what they asked that they have to verify."""
    return _page(page, await queries.list_mine(conn, actor=actor, after=page.after_instant(), limit=page.most))


@router.get("/cases/{case_id}/supervisions", summary="Supervisions of a case")
async def list_case_supervisions(
    case_id: uuid.UUID, actor: CanRead, conn: Read, rules: Rules, page: ThisPage
) -> schemas.SupervisionPage:
    """All of them, ended ones too."""
    await get_facts(conn, case_id, rules, actor=actor)
    asked = queries.Asked(case=case_id)
    rows = await queries.list_supervisions(conn, asked, actor=actor, after=page.after_instant(), limit=page.most)
    return _page(page, rows)


def _page(page: Page, rows: list[schemas.SupervisionItem]) -> schemas.SupervisionPage:
    return schemas.SupervisionPage(items=page.of(rows, lambda row: (row.due, row.id)))


@router.get(
    "/supervisions/{supervision_id}", response_model=schemas.SupervisionOut, summary="One supervision",
    responses={200: carries("ETag")},
)  # fmt: skip
async def get_supervision(supervision_id: uuid.UUID, _: CanRead, reader: ThisReader) -> Response:
    """What was asked, the last answer, and what this caller may do. The ETag is its version."""
    return await reader.show(supervision_id, _show)


async def _show(act: ActionContext, supervision: uuid.UUID, language: str) -> schemas.SupervisionOut:
    return await queries.get_supervision(act.conn, supervision, actor=act.actor, language=language)


@router.post(
    "/cases/{case_id}/supervisions", response_model=schemas.SupervisionOut, summary="Urge, supervise, order or instruct",
    status_code=201, responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.SUPERVISION_ISSUE))],
)  # fmt: skip
async def issue_supervision(case_id: uuid.UUID, sent: schemas.SuperviseIn, creator: ThisCreator) -> Response:
    """Ask a unit with a part in the case for a written answer (XF 39, 40). Downwards only, and never the own unit.

    It gives the issuer no access to anything new: the case must be seen already. The case's version moves on.
    """
    return await creator.run(lambda act: actions.issue(act, case_id, **dict(sent)), _show)


STEPS: dict[str, StepAction] = {
    "answer": (actions.answer, schemas.AnswerIn),
    "verify": (actions.verify, None),
    "return": (actions.give_back, schemas.ReturnIn),
    "withdraw": (actions.withdraw, schemas.WithdrawIn),
}
step_routes(
    router, WORKFLOW, "/supervisions/{supervision_id}", STEPS, answer=schemas.SupervisionOut, show=_show,
    key="supervision_id",
)  # fmt: skip
