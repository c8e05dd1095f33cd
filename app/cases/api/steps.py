"""The steps of a case, and what is looked up in clear from it."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic_core import to_json

from app.cases import actions
from app.cases.queries.page import show_case
from app.cases.rules import CASE_STEPS
from app.cases.schemas.correcting import CorrectIn, InClearOut
from app.cases.schemas.further import HearingIn, HearingRecordIn, LinkIn, LinkRepeatIn, OutsideIn, VisitIn
from app.cases.schemas.page import CaseOut, UnseenOut
from app.cases.schemas.shown import CodeOut, OtherCasesOut
from app.cases.schemas.taken import (
    ConcludeIn,
    DecideReviewIn,
    ExtendIn,
    GuidanceIn,
    LiftConcernedIn,
    MendConcernedIn,
    MergeIn,
    NameConcernedIn,
    OfferIn,
    PlaceIn,
    ReasonIn,
    ReclassifyIn,
    RevealIn,
    RouteIn,
    RulingIn,
    SamePhoneIn,
    ServeIn,
    ToUnitIn,
    WhichNoticeIn,
    WishedIn,
)
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Call, ThisCall, Write, requires
from app.core.idempotency import once, reply
from app.reference.actions import ActionContext
from app.reference.runner import NothingIn, StepAction, ThisRunner, step_routes

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["steps"])
STEPS: dict[str, StepAction] = {
    "offer": (actions.offer, OfferIn),
    "sign_for": (actions.sign_for, None),
    "refuse": (actions.refuse, ReasonIn),
    "rule_return": (actions.rule_return, RulingIn),
    "recall": (actions.recall, None),
    "place": (actions.place, PlaceIn),
    "accept": (actions.accept, None),
    "decline": (actions.decline, RouteIn),
    "refer": (actions.refer, RouteIn),
    "handle": (actions.handle, None),
    "extend": (actions.extend_clock, ExtendIn),
    "conclude": (actions.conclude, ConcludeIn),
    "decide_review": (actions.decide_review, DecideReviewIn),
    "serve": (actions.serve, ServeIn),
    "approve_attempt": (actions.approve_attempt, WhichNoticeIn),
    "redraft": (actions.redraft, WhichNoticeIn),
    "close": (actions.close, None),
    "archive": (actions.archive, None),
    "hold": (actions.hold, ReasonIn),
    "release_hold": (actions.release_hold, ReasonIn),
    "reopen": (actions.reopen, ReasonIn),
    "grant_reopening": (actions.grant_reopening, ReasonIn),
    "decline_reopening": (actions.decline_reopening, ReasonIn),
    "withdraw": (actions.withdraw, WishedIn),
    "escalate": (actions.escalate, ReasonIn),
    "go_up": (actions.go_up, WishedIn),
    "send_back": (actions.send_back, GuidanceIn),
    "dispute_competence": (actions.dispute_competence, ReasonIn),
    "rule_competence": (actions.rule_competence, ToUnitIn),
    "flag_urgent": (actions.flag_urgent, ReasonIn),
    "report_upward": (actions.report_upward, ToUnitIn),
    "reclassify": (actions.reclassify, ReclassifyIn),
    "merge": (actions.merge, MergeIn),
    "unmerge": (actions.unmerge, ReasonIn),
    "link": (actions.link, LinkIn),
    "link_repeat": (actions.link_repeat, LinkRepeatIn),
    "unlink": (actions.unlink, ReasonIn),
    "name_concerned": (actions.name_concerned, NameConcernedIn),
    "mend_concerned": (actions.mend_concerned, MendConcernedIn),
    "lift_concerned": (actions.lift_concerned, LiftConcernedIn),
    "schedule_hearing": (actions.schedule_hearing, HearingIn),
    "hold_hearing": (actions.hold_hearing, None),
    "record_hearing": (actions.record_hearing, HearingRecordIn),
    "cancel_hearing": (actions.cancel_hearing, ReasonIn),
    "record_visit": (actions.record_visit, VisitIn),
    "track_outside": (actions.track_outside, OutsideIn),
    "correct": (actions.correct, CorrectIn),
}
NAMES = {
    "sign_for": "sign_for_offer", "refuse": "refuse_offer", "recall": "recall_offer", "extend": "extend_limit",
    "go_up": "take_case_up", "send_back": "send_case_back", "serve": "serve_notice", "redraft": "redraft_notice",
}  # fmt: skip


async def show(act: ActionContext, case_id: Any, language: str) -> CaseOut:
    """The page of the case, as its step left it."""
    return await show_case(act.conn, case_id, actor=act.actor, reference=act.reference, language=language, now=act.now)


step_routes(
    router, CASE_STEPS, "", STEPS, answer=CaseOut | UnseenOut, show=show, names=NAMES, key="case_id", looks=True
)


@router.post(
    "/actions/reissue_code", response_model=CodeOut, summary="Issue a new query code",
    description="重发查询码，旧码失效。The code before stops working; the new one goes to the petitioner's phone, or is printed.",
    dependencies=[Depends(requires(CASE_STEPS["reissue_code"].permission))],
)  # fmt: skip
async def reissue_code(case_id: uuid.UUID, runner: ThisRunner, _: NothingIn | None = None) -> Response:
    printed: list[dict[str, object]] = []

    async def act() -> tuple[int, bytes, str | None]:
        made, code, version = await actions.reissue_code(runner.context, case_id)
        said = {"number": made.number, "delivered": made.delivered}
        printed.extend([{**said, "query_code": code}] if code else [])
        return 200, to_json(said), str(version)

    kept = await once(runner.context.conn, runner.call, act)
    for said in printed:  # in this answer alone: the one that is kept for a repeat holds no code
        return reply(200, to_json(said), kept.headers["etag"].strip('"'))
    return kept


CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]


@router.post("/reveal", response_model=InClearOut, summary="In clear, with a reason that is logged")
async def reveal_parties(case_id: uuid.UUID, sent: RevealIn, conn: Write, call: ThisCall, actor: CanReveal) -> Response:
    """Names, phones, the place, texts that hold numbers of people, and what stood before a correction, in clear. Who saw them,
    when and why is kept."""

    async def act() -> tuple[int, bytes, str | None]:
        shown = await actions.reveal(conn, case_id, reason=sent.reason, actor=actor, now=call.now)
        return 200, to_json(shown), None

    return await once(conn, call, act, keep=False)


@router.post("/same_phone", response_model=OtherCasesOut, summary="Other cases with a party's phone")
async def find_same_phone(
    case_id: uuid.UUID, sent: SamePhoneIn, conn: Write, call: ThisCall, actor: CanReveal
) -> Response:
    """From a live case only; shows what the caller may see anyway; logged."""
    return await once(conn, call, lambda: _same_phone(case_id, sent, conn, call, actor), keep=False)


async def _same_phone(
    case_id: uuid.UUID, sent: SamePhoneIn, conn: Connection, call: Call, actor: Actor
) -> tuple[int, bytes, str | None]:
    rows = await actions.same_phone(conn, case_id, party=sent.party, reason=sent.reason, actor=actor, now=call.now)
    return 200, to_json({"items": rows}), None
