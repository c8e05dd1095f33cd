"""Handing over for a person who leaves or goes on leave: preview, one transaction, record."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic_core import to_json

from app.core.access import Actor, Permission
from app.core.errors import Invalid
from app.core.http import Now, Read, ThisCall, Write, requires
from app.core.idempotency import once
from app.handover import actions, queries
from app.handover.rules import Move
from app.handover.schemas import HandoverIn, HandoverItemOut, HandoverList, HandoverOut
from app.reference.actions import ActionContext
from app.reference.runner import Rules

router = APIRouter(prefix="/v1/staff/{staff_id}", tags=["staff"])
MayHandOver = Annotated[Actor, Depends(requires(Permission.STAFF_HANDOVER))]


@router.post("/handover", response_model=HandoverOut, summary="Hand over all that a person holds")
async def hand_over_work(
    staff_id: uuid.UUID, sent: HandoverIn, conn: Write, call: ThisCall, actor: MayHandOver, rules: Rules
) -> Response:  # fmt: skip
    """By a coordinator or head of the person's unit, or of one above it. With `dry_run` nothing happens: the answer lists
    all that is held, what becomes of each and to whom it would go. The same body with `items` in place of `dry_run` carries out
    exactly that, in one transaction, or says (409) what was `added`, is `gone` or has `changed` since.
    """
    context = ActionContext(conn, rules, actor, call.now, 0)
    asked = actions.Handover(staff_id, sent.why, sent.until, sent.to)

    async def act() -> tuple[int, bytes, str | None]:
        if sent.dry_run:
            return 200, to_json(_shown(context, asked, None, await actions.preview(context, asked))), None
        approved = {f"{item.kind}:{item.ref}": item.to for item in sent.items or ()}
        if len(approved) < len(sent.items or ()):
            raise Invalid("items 中有重复。", "An item stands twice.", pointer="#/body/items")
        handover, moves = await actions.hand_over(context, asked, approved)
        return 200, to_json(_shown(context, asked, handover, moves)), None

    return await once(conn, call, act, keep=not sent.dry_run)


def _shown(
    act: ActionContext, asked: actions.Handover, handover: uuid.UUID | None, moves: Sequence[Move]
) -> HandoverOut:
    made_by, made_at = (act.actor.who, act.now) if handover else (None, None)
    items = [
        HandoverItemOut(held.kind, held.ref, held.state, held.case if held.seen else None, held.number, m.becomes, m.to)
        for m in moves
        for held in (m.held,)
    ]
    return HandoverOut(handover, asked.staff, asked.why, asked.until, asked.to, made_by, made_at, items)


@router.get("/handovers", summary="What was handed over of a person")
async def list_handovers(staff_id: uuid.UUID, conn: Read, at: Now, actor: MayHandOver) -> HandoverList:
    """Who handed over what of theirs, to whom and when; the latest first."""
    await actions.check_reach(conn, staff_id, actor=actor, now=at)
    return HandoverList(items=await queries.list_handovers(conn, staff_id, actor=actor))
