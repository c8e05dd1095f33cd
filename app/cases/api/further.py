"""The steps around a case: links to others, hearings, visits, procedures outside."""

from fastapi.responses import Response

from app.cases import actions
from app.cases.actions import Seat
from app.cases.api.steps import Nothing, ThisStep, step_route
from app.cases.rules import Relation
from app.cases.schemas import HearingIn, HearingRecordIn, LinkIn, LinkRepeatIn, OutsideIn, ReasonIn, VisitIn


@step_route("link")
async def link(sent: LinkIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.link(
            act, case, other=sent.other, relation=Relation(sent.relation), reason=sent.reason
        )
    )


@step_route("link_repeat")
async def link_repeat(sent: LinkRepeatIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.link_repeat(
            act, case, other=sent.other, number=sent.number, code=sent.code, reason=sent.reason
        )
    )


@step_route("unlink")
async def unlink(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.unlink(act, case, reason=sent.reason))


@step_route("schedule_hearing")
async def schedule_hearing(sent: HearingIn, step: ThisStep) -> Response:
    seats = [Seat(p.role, p.staff, p.name) for p in sent.participants]
    return await step.take(
        lambda act, case: actions.schedule_hearing(
            act, case, at=sent.at, place=sent.place, purpose=sent.purpose, participants=seats
        )
    )


@step_route("hold_hearing")
async def hold_hearing(step: ThisStep, _: Nothing = None) -> Response:
    return await step.take(actions.hold_hearing)


@step_route("record_hearing")
async def record_hearing(sent: HearingRecordIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.record_hearing(act, case, record=sent.record))


@step_route("cancel_hearing")
async def cancel_hearing(sent: ReasonIn, step: ThisStep) -> Response:
    return await step.take(lambda act, case: actions.cancel_hearing(act, case, reason=sent.reason))


@step_route("record_visit")
async def record_visit(sent: VisitIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.record_visit(
            act, case, method=sent.method, reached=sent.reached, confirmed=sent.confirmed, words=sent.words
        )
    )


@step_route("track_outside")
async def track_outside(sent: OutsideIn, step: ThisStep) -> Response:
    return await step.take(
        lambda act, case: actions.track_outside(
            act, case, body=sent.body, stage=sent.stage, filed_on=sent.filed_on, accepted_on=sent.accepted_on,
            ended_on=sent.ended_on, extended=sent.extended, simple=sent.simple, words=sent.words,
        )
    )  # fmt: skip
