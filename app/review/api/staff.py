"""Staff apply at the resident's wish, decide reviews, and decide on requests to reopen."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic_core import to_json

from app.core.access import Actor, Permission
from app.core.errors import Problem
from app.core.http import Read, ThisCall, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.paging import ThisPage
from app.intake.actions import Receipt, show, with_code
from app.intake.schemas import ReceiptOut
from app.reference.actions import ActionContext
from app.reference.queries import Reference
from app.review import actions, queries
from app.review.schemas import ReopeningPage, ReviewIn

router = APIRouter(prefix="/v1", tags=["review"])
Rules = Annotated[Reference, Depends(reference)]


@router.post(
    "/cases/{case_id}/reviews", status_code=201, response_model=ReceiptOut, summary="Apply for review or re-review"
)
async def file_review(
    case_id: uuid.UUID, sent: ReviewIn, conn: Write, call: ThisCall, rules: Rules,
    actor: Annotated[Actor, Depends(requires(Permission.CASE_REGISTER))],
) -> Response:  # fmt: skip
    """At the resident's wish, shown by their query code or a signed paper, against the latest written opinion on the matter.
    The receipt is that of a new case with a query code of its own, led by the authority one tier above the one that decided;
    never taken by that unit itself, nor by who has no part in the case."""

    done: list[Receipt] = []

    async def act() -> tuple[int, bytes, str | None]:
        step = ActionContext(conn, rules, actor, call.now, 0)
        filed = await actions.apply_for(
            step, case_id, reasons=sent.reasons, channel=sent.channel.value, code=sent.code, paper=sent.paper
        )
        if isinstance(filed, Problem):  # told and kept: the record of having asked is committed with it
            return filed.status, to_json(filed.document(call.language, f"/v1/cases/{case_id}/reviews")), None
        done.append(filed.receipt)
        return 201, to_json(show(filed.receipt, rules, actor, call.language, call.now)), None

    kept = await once(conn, call, act)
    for receipt in done:  # in this answer alone: the one that is kept for a repeat holds no code
        return reply(201, to_json(with_code(show(receipt, rules, actor, call.language, call.now), receipt)))
    return kept


@router.get("/reopening_requests", summary="Requests to take a case up again")
async def list_reopening_requests(
    actor: Annotated[Actor, Depends(requires(Permission.CASE_REOPEN))], conn: Read, page: ThisPage,
    state: Annotated[Literal["open", "granted", "declined"], Query()] = "open",
) -> ReopeningPage:  # fmt: skip
    """Of cases that the caller may see, the oldest first. Decided by the steps `grant_reopening` and `decline_reopening`,
    by somebody who neither handled nor closed the case."""
    rows = await queries.list_requests(conn, actor=actor, state=state, after=page.after_instant(), limit=page.most)
    return ReopeningPage(items=page.of(rows, lambda asked: [asked.asked_at, asked.id]))
