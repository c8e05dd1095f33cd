"""Handing over for a person who leaves or goes on leave: preview, one transaction, record."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic_core import to_json

from app.core.access import Actor, Permission
from app.core.errors import Invalid
from app.core.http import Now, Read, ThisCall, WriteAccounts, requires
from app.core.idempotency import once
from app.core.texts import Code
from app.handover import queries
from app.handover.actions import deciding, handing
from app.handover.actions import seats as giving
from app.handover.rules import Move
from app.handover.schemas import (
    HandoverIn,
    HandoverItemOut,
    HandoverList,
    HandoverOut,
    SeatGivenList,
    SeatGivenOut,
    SeatIn,
)
from app.reference.actions import ActionContext
from app.reference.runner import Rules

router = APIRouter(prefix="/v1/staff/{staff_id}", tags=["staff"])
seats = APIRouter(prefix="/v1/posts/{post_id}", tags=["staff"])
routers = (router, seats)
MayHandOver = Annotated[Actor, Depends(requires(Permission.STAFF_HANDOVER))]


@router.post(
    "/handover", response_model=HandoverOut, summary="Hand over all that a person holds",
    responses={202: {"model": HandoverOut, "description": "Waits for a second person"}},
)  # fmt: skip
async def hand_over_work(
    staff_id: uuid.UUID, sent: HandoverIn, conn: WriteAccounts, call: ThisCall, actor: MayHandOver, rules: Rules
) -> Response:  # fmt: skip
    """By who stands above the person: of their unit and a higher rank, or of a unit above and no lower rank. Where nobody does,
    and for auditors and administrators, by two persons from two offices (head, administrator, auditor): what the first asks for
    is answered 202 and waits a week for the same from the second. One's own leave may be arranged by oneself.

    With `dry_run` nothing happens: the answer lists all that is held, what becomes of each and to whom it would go. The same body
    with `items` in place of `dry_run` carries out exactly that, in one transaction, or says (409) what was `added`, is `gone` or
    has `changed` since. What belongs to cases that the caller does not see goes by the same rules and is not listed.
    """
    context = ActionContext(conn, rules, actor, call.now, 0)
    asked = handing.Handover(staff_id, sent.why, sent.until, sent.to)

    async def act() -> tuple[int, bytes, str | None]:
        if sent.dry_run:
            return 200, to_json(_shown(context, asked, (None, None), await handing.preview(context, asked))), None
        approved = {f"{item.kind}:{item.ref}": item.to for item in sent.items or ()}
        if len(approved) < len(sent.items or ()):
            raise Invalid("items 中有重复。", "An item stands twice.", pointer="#/body/items")
        handover, asked_by, moves = await handing.hand_over(context, asked, approved)
        return 200 if handover else 202, to_json(_shown(context, asked, (handover, asked_by), moves)), None

    return await once(conn, call, act, keep=not sent.dry_run)


def _shown(
    act: ActionContext, asked: handing.Handover, done: tuple[uuid.UUID | None, str | None], moves: Sequence[Move]
) -> HandoverOut:
    handover, asked_by = done
    made_by, made_at = (act.actor.who, act.now) if handover else (None, None)
    items = [
        HandoverItemOut(held.kind, held.ref, held.state, held.case, held.number, m.becomes, m.to)
        for m in moves
        for held in (m.held,)
        if held.seen
    ]
    return HandoverOut(handover, asked.staff, asked.why, asked.until, asked.to, asked_by, made_by, made_at, items)


@router.get("/handovers", summary="What was handed over of a person")
async def list_handovers(staff_id: uuid.UUID, conn: Read, at: Now, actor: MayHandOver, rules: Rules) -> HandoverList:
    """Who handed over what of theirs, to whom and when; the latest first."""
    await deciding.check_record(ActionContext(conn, rules, actor, at, 0), staff_id)
    return HandoverList(items=await queries.list_handovers(conn, staff_id, actor=actor))


@seats.post(
    "/holder", response_model=SeatGivenOut, summary="Give an empty seat to somebody",
    responses={202: {"model": SeatGivenOut, "description": "Waits for a second person"}},
)  # fmt: skip
async def give_seat(
    post_id: Code, sent: SeatIn, conn: WriteAccounts, call: ThisCall, actor: MayHandOver, rules: Rules
) -> Response:  # fmt: skip
    """By who stands above the seat, to somebody of their unit or of one under it; where nobody does, by two persons as for a
    hand-over. Nobody gives a seat to themselves.
    """
    context = ActionContext(conn, rules, actor, call.now, 0)

    async def act() -> tuple[int, bytes, str | None]:
        given = await giving.give_seat(context, post_id, sent.staff)
        return 200 if given.given_by else 202, to_json(given), None

    return await once(conn, call, act)


@seats.get("/holders", summary="Who was given a seat")
async def list_holders(post_id: Code, conn: Read, _: MayHandOver) -> SeatGivenList:
    """Whom it was given to, by whom and when; the latest first."""
    return SeatGivenList(items=await queries.list_given(conn, post_id))
