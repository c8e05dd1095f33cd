"""The steps: one route an action, each a call of the action of the same name."""

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic_core import to_json

from app.cases import actions
from app.cases.queries.page import show_case
from app.cases.rules import TRANSITIONS
from app.cases.schemas import (
    CaseOut,
    CodeOut,
    ConcludeIn,
    DecideReviewIn,
    ExtendIn,
    GuidanceIn,
    MergeIn,
    NothingIn,
    OfferIn,
    OtherCasesOut,
    PartiesOut,
    PlaceIn,
    ReasonIn,
    ReclassifyIn,
    RevealIn,
    RouteIn,
    RulingIn,
    SamePhoneIn,
    ServeIn,
    ToUnitIn,
    UnseenOut,
    WhichNoticeIn,
)  # fmt: skip
from app.core.access import Actor, Permission
from app.core.http import Call, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once
from app.reference.actions import ActionContext
from app.reference.queries import Reference

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["steps"])


class Step:
    """One write on one case: replays first, then the version, then the step; the reply is the case's page."""

    def __init__(
        self, case_id: uuid.UUID, conn: Write, call: ThisCall, version: ThisVersion,
        rules: Annotated[Reference, Depends(reference)],
    ) -> None:  # fmt: skip
        self.case_id = case_id
        self.conn, self.call, self.rules = conn, call, rules
        self.act = ActionContext(conn, rules, call.actor, call.now, version)

    async def take(self, step: Callable[[ActionContext, uuid.UUID], Awaitable[Any]]) -> Response:
        """Run the step once and show the case as it is then; when the step ends the caller's sight, say so."""

        async def act() -> tuple[int, bytes, str | None]:
            await step(self.act, self.case_id)
            version = self.act.version + 1
            if self.call.actor.may(Permission.CASE_READ) and await self._still_seen():
                page = await show_case(
                    self.conn, self.case_id, actor=self.call.actor, reference=self.rules, language=self.call.language,
                    now=self.call.now,
                )  # fmt: skip
                return 200, to_json(page), str(page["version"])
            return 200, to_json({"id": self.case_id, "version": version, "seen": False}), str(version)

        return await once(self.conn, self.call, act)

    async def _still_seen(self) -> bool:
        return await actions.still_seen(self.conn, self.case_id, actor=self.call.actor)


ThisStep = Annotated[Step, Depends(Step, scope="function")]
Nothing = NothingIn | None


def may(action: str) -> Any:
    """The permission the table asks for this step, declared on its route."""
    return Depends(requires(TRANSITIONS[action].permission))


NAMES = {
    "sign_for": "sign_for_offer", "refuse": "refuse_offer", "recall": "recall_offer", "extend": "extend_limit",
    "escalate": "escalate_case", "go_up": "take_case_up", "send_back": "send_case_back",
    "dispute_competence": "dispute_competence", "rule_competence": "rule_competence", "flag_urgent": "flag_urgent",
    "report_upward": "report_upward",
    "serve": "serve_notice", "approve_attempt": "approve_attempt", "redraft": "redraft_notice", "release_hold": "release_hold",
}  # fmt: skip


def step_route(action: str) -> Callable[..., Any]:
    """The route of one step: its permission, words and answer are the table's."""
    step = TRANSITIONS[action]
    return router.post(
        f"/actions/{action}", response_model=CaseOut | UnseenOut, summary=step.title.en, dependencies=[may(action)],
        description=f"{step.title.zh}。{step.basis}", name=NAMES.get(action, action if "_" in action else f"{action}_case"),
    )  # fmt: skip


@step_route("offer")
async def offer(sent: OfferIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.offer(act, case, unit=sent.unit, reason=sent.reason))


@step_route("sign_for")
async def sign_for(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.sign_for)


@step_route("refuse")
async def refuse(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.refuse(act, case, reason=sent.reason))


@step_route("rule_return")
async def rule_return(sent: RulingIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.rule_return(act, case, upheld=sent.upheld, reason=sent.reason))


@step_route("recall")
async def recall(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.recall)


@step_route("place")
async def place(sent: PlaceIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.place(act, case, lon=sent.lon, lat=sent.lat, crs=sent.crs, code=sent.code)
    )


@step_route("accept")
async def accept(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.accept)


@step_route("decline")
async def decline(sent: RouteIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.decline(act, case, route=sent.route, reason=sent.reason))


@step_route("refer")
async def refer(sent: RouteIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.refer(act, case, route=sent.route, reason=sent.reason))


@step_route("handle")
async def handle(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.handle)


@step_route("extend")
async def extend(sent: ExtendIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.extend_clock(act, case, days=sent.days, reason=sent.reason))


@step_route("conclude")
async def conclude(sent: ConcludeIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.conclude(act, case, result=sent.result, reply=sent.reply))


@step_route("decide_review")
async def decide_review(sent: DecideReviewIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.decide_review(
            act, case, outcome=sent.outcome, reply=sent.reply, directions=sent.directions, result=sent.result
        )
    )


@step_route("serve")
async def serve(sent: ServeIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.serve(
            act,
            case,
            outcome=sent.outcome,
            method=sent.method,
            at=sent.at,
            proof=sent.proof,
            article=sent.article,
            kind=sent.kind,
        )
    )


@step_route("approve_attempt")
async def approve_attempt(step: ThisStep, sent: WhichNoticeIn | None = None) -> Response:
    kind = sent.kind if sent else None
    return await step.take(lambda act, case: actions.approve_attempt(act, case, kind=kind))


@step_route("redraft")
async def redraft(step: ThisStep, sent: WhichNoticeIn | None = None) -> Response:
    kind = sent.kind if sent else None
    return await step.take(lambda act, case: actions.redraft(act, case, kind=kind))


@step_route("close")
async def close(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.close)


@step_route("archive")
async def archive(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.archive)


@step_route("hold")
async def hold(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.hold(act, case, reason=sent.reason))


@step_route("release_hold")
async def release_hold(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.release_hold(act, case, reason=sent.reason))


@step_route("reopen")
async def reopen(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.reopen(act, case, reason=sent.reason))


@step_route("grant_reopening")
async def grant_reopening(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.grant_reopening(act, case, reason=sent.reason))


@step_route("decline_reopening")
async def decline_reopening(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.decline_reopening(act, case, reason=sent.reason))


@step_route("withdraw")
async def withdraw(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.withdraw(act, case, reason=sent.reason))


@step_route("escalate")
async def escalate(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.escalate(act, case, reason=sent.reason))


@step_route("go_up")
async def go_up(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.go_up(act, case, reason=sent.reason))


@step_route("send_back")
async def send_back(sent: GuidanceIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.send_back(act, case, guidance=sent.guidance))


@step_route("dispute_competence")
async def dispute_competence(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.dispute_competence(act, case, reason=sent.reason))


@step_route("rule_competence")
async def rule_competence(sent: ToUnitIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.rule_competence(act, case, unit=sent.unit, reason=sent.reason))


@step_route("flag_urgent")
async def flag_urgent(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.flag_urgent(act, case, reason=sent.reason))


@step_route("report_upward")
async def report_upward(sent: ToUnitIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.report_upward(act, case, unit=sent.unit, reason=sent.reason))


@step_route("reclassify")
async def reclassify(sent: ReclassifyIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.reclassify(
            act, case, category=sent.category, petition_class=sent.petition_class, complexity=sent.complexity,
            simple=sent.simple, reason=sent.reason,
        )
    )  # fmt: skip


@step_route("merge")
async def merge(sent: MergeIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.merge(act, case, into=sent.into, reason=sent.reason))


@step_route("unmerge")
async def unmerge(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.unmerge(act, case, reason=sent.reason))


@router.post(
    "/actions/reissue_code", response_model=CodeOut, summary="Issue a new query code",
    description="重发查询码，旧码失效。The code before stops working.", dependencies=[may("reissue_code")],
)  # fmt: skip
async def reissue_code(step: ThisStep, _: Nothing = None) -> Response:
    async def act() -> tuple[int, bytes, str | None]:
        number, code, version = await actions.reissue_code(step.act, step.case_id)
        body = {"number": number, "query_code": code}
        return 200, json.dumps(body).encode(), str(version)

    return await once(step.conn, step.call, act)


CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]


@router.post("/reveal", response_model=PartiesOut, summary="Parties in clear, with a reason that is logged")
async def reveal_parties(case_id: uuid.UUID, sent: RevealIn, conn: Write, call: ThisCall, actor: CanReveal) -> Response:
    """Names, phones and addresses in clear. Who saw them, when and why is kept."""

    async def act() -> tuple[int, bytes, str | None]:
        items = await actions.reveal(conn, case_id, reason=sent.reason, actor=actor, now=call.now)
        return 200, to_json({"items": items}), None

    return await once(conn, call, act, keep=False)


@router.post("/same_phone", response_model=OtherCasesOut, summary="Other cases with a party's phone")
async def find_same_phone(
    case_id: uuid.UUID, sent: SamePhoneIn, conn: Write, call: ThisCall, actor: CanReveal
) -> Response:
    """From a live case only; shows what the caller may see anyway; logged."""
    return await once(conn, call, lambda: _same_phone(case_id, sent, conn, call, actor), keep=False)


async def _same_phone(
    case_id: uuid.UUID, sent: SamePhoneIn, conn: Any, call: Call, actor: Actor
) -> tuple[int, bytes, str | None]:
    rows = await actions.same_phone(conn, case_id, party=sent.party, reason=sent.reason, actor=actor, now=call.now)
    return 200, to_json({"items": [dict(row) for row in rows]}), None
