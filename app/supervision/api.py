"""Routes of supervision: issuing, answering, the board."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic_core import to_json

from app.cases.queries.filters import area_filter
from app.cases.queries.one import get_facts
from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Call, Language, Now, Read, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries
from app.core.texts import Code
from app.reference.actions import ActionContext
from app.reference.queries import Reference
from app.supervision import actions, queries
from app.supervision.rules import KIND_WORDS, PROBLEM_WORDS, ProblemType, SupervisionKind, SupervisionState
from app.supervision.schemas import (
    AnswerIn,
    ReturnIn,
    SuperviseIn,
    SupervisionCountsOut,
    SupervisionItem,
    SupervisionOut,
    SupervisionPage,
    WithdrawIn,
)

router = APIRouter(prefix="/v1", tags=["supervision"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanIssue = Annotated[Actor, Depends(requires(Permission.SUPERVISION_ISSUE))]
CanAnswer = Annotated[Actor, Depends(requires(Permission.SUPERVISION_ANSWER))]
Rules = Annotated[Reference, Depends(reference)]
Tier = Literal["city", "county", "township", "community"]


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
    states = tuple(s.value for s in dict.fromkeys(state or ()))
    return queries.Asked(area=area, tier=tier, unit=unit, issuer=issuer, kind=kind, states=states, overdue=overdue)


ThisBoard = Annotated[queries.Asked, Depends(board)]


@router.get("/supervisions", response_model=SupervisionPage, summary="The supervision board")
async def list_supervisions(
    asked: ThisBoard, actor: CanRead, conn: Read, at: Now, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> SupervisionPage:  # fmt: skip
    """What is still owed (or has the states given) on cases that the caller may see, by the time it is owed."""
    after = paging.decode(cursor, 2, uuids=True)
    rows = await queries.list_supervisions(conn, asked, actor=actor, after=after, limit=limit + 1, now=at)
    return _page(rows, limit, request, response)


@router.get("/supervisions/counts", response_model=SupervisionCountsOut, summary="Count supervisions")
async def count_supervisions(
    asked: ThisBoard, actor: CanRead, conn: Read, at: Now,
    by: Annotated[Literal["tier", "state", "kind", "level", "problem", "target_unit"], Query()] = "tier",
) -> SupervisionCountsOut:  # fmt: skip
    """The board in figures, by tier of the unit asked or another property; the same filters as the board."""
    rows = await queries.count_supervisions(conn, asked, actor=actor, by=by, now=at)
    return SupervisionCountsOut.model_validate({"by": by, "items": [dict(row) for row in rows]})


@router.get("/me/supervisions", response_model=SupervisionPage, summary="Which supervisions wait for me?")
async def list_my_supervisions(
    actor: CanRead, conn: Read, at: Now, request: Request, response: Response, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None,
) -> SupervisionPage:  # fmt: skip
    """Those that the caller's units have to answer, and answers to what they asked that they have to verify."""
    after = paging.decode(cursor, 2, uuids=True)
    rows = await queries.list_mine(conn, actor=actor, after=after, limit=limit + 1, now=at)
    return _page(rows, limit, request, response)


@router.get("/cases/{case_id}/supervisions", response_model=SupervisionPage, summary="Supervisions of a case")
async def list_case_supervisions(
    case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, rules: Rules, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> SupervisionPage:  # fmt: skip
    """All of them, ended ones too."""
    await get_facts(conn, case_id, rules, actor=actor)
    after = paging.decode(cursor, 2, uuids=True)
    asked = queries.Asked(case=case_id)
    rows = await queries.list_supervisions(conn, asked, actor=actor, after=after, limit=limit + 1, now=at)
    return _page(rows, limit, request, response)


def _page(rows: list[Any], limit: int, request: Request, response: Response) -> SupervisionPage:
    if len(rows) > limit:
        last = rows[limit - 1]
        response.headers.update(paging.link(request, paging.encode([last["sort_due"], str(last["id"])])))
    return SupervisionPage(items=[SupervisionItem.model_validate(dict(row)) for row in rows[:limit]])


@router.get(
    "/supervisions/{supervision_id}", response_model=SupervisionOut, summary="One supervision",
    responses={200: carries("ETag")},
)  # fmt: skip
async def get_supervision(supervision_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> Response:
    """What was asked, the last answer, and what this caller may do. The ETag is its version."""
    shown = await _shown(conn, supervision_id, actor, at, said)
    return reply(200, to_json(shown), str(shown["version"]))


async def _shown(conn: Connection, supervision: uuid.UUID, actor: Actor, at: Any, language: str) -> dict[str, Any]:
    row = await queries.get_supervision(conn, supervision, actor=actor, now=at)
    row["kind_text"] = KIND_WORDS[SupervisionKind(row["kind"])].say(language)
    row["problem_text"] = PROBLEM_WORDS[ProblemType(row["problem"])].say(language) if row["problem"] else None
    return {name: row[name] for name in SupervisionOut.model_fields}


@router.post(
    "/cases/{case_id}/supervisions", response_model=SupervisionOut, summary="Urge, supervise, order or instruct",
    status_code=201, responses={201: carries("ETag")},
)  # fmt: skip
async def issue_supervision(
    case_id: uuid.UUID, sent: SuperviseIn, conn: Write, call: ThisCall, rules: Rules, actor: CanIssue
) -> Response:
    """Ask a unit with a part in the case for a written answer (XF 39, 40). Downwards only, and never the own unit.

    It gives the issuer no sight of anything new: the case must be seen already. The case's version moves on.
    """
    demand = actions.Demand(sent.kind, sent.text, sent.unit, sent.level, sent.problem, sent.answer_by)

    async def act() -> tuple[int, bytes, str | None]:
        made = await actions.issue(ActionContext(conn, rules, actor, call.now, 0), case_id, demand)
        shown = await _shown(conn, made, actor, call.now, call.language)
        return 201, to_json(shown), str(shown["version"])

    return await once(conn, call, act)


class Move:
    """One change of a supervision: replays first, then the version, then the step; the reply is its page."""

    def __init__(
        self, supervision_id: uuid.UUID, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules
    ) -> None:  # fmt: skip
        self.id, self.conn, self.call = supervision_id, conn, call
        self.act = ActionContext(conn, rules, call.actor, call.now, version)

    async def take(self, step: Callable[[ActionContext, uuid.UUID], Awaitable[Any]]) -> Response:
        """Take the step once and show the supervision as it is then."""
        call: Call = self.call

        async def act() -> tuple[int, bytes, str | None]:
            await step(self.act, self.id)
            shown = await _shown(self.conn, self.id, call.actor, call.now, call.language)
            return 200, to_json(shown), str(shown["version"])

        return await once(self.conn, call, act)


ThisMove = Annotated[Move, Depends(Move, scope="function")]
_AT = "/supervisions/{supervision_id}/actions"


@router.post(f"{_AT}/answer", response_model=SupervisionOut, summary="Answer in writing")
async def answer_supervision(sent: AnswerIn, move: ThisMove, _: CanAnswer) -> Response:
    """By the unit that was asked; with an urging, this ends it (XF 40)."""
    return await move.take(lambda act, found: actions.answer(act, found, text=sent.text))


@router.post(f"{_AT}/verify", response_model=SupervisionOut, summary="Verify the answer")
async def verify_supervision(move: ThisMove, _: CanIssue) -> Response:
    """By the issuer's side, never by whoever answered: the answer holds, the correction was made."""
    return await move.take(actions.verify)


@router.post(f"{_AT}/return", response_model=SupervisionOut, summary="Return the answer")
async def return_supervision(sent: ReturnIn, move: ThisMove, _: CanIssue) -> Response:
    """By the issuer's side: another answer is owed. The date first ordered stays on the record."""
    return await move.take(
        lambda act, found: actions.give_back(act, found, reason=sent.reason, answer_by=sent.answer_by)
    )


@router.post(f"{_AT}/withdraw", response_model=SupervisionOut, summary="Withdraw the supervision")
async def withdraw_supervision(sent: WithdrawIn, move: ThisMove, _: CanIssue) -> Response:
    """By the issuer's side, with the reason: nothing more is owed."""
    return await move.take(lambda act, found: actions.withdraw(act, found, reason=sent.reason))
