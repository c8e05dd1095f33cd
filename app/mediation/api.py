"""Routes of mediation: opening it, each act, its page, its file."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import to_json

from app.cases.actions import still_seen
from app.cases.actions.resident import log_reading
from app.cases.schemas import RevealIn, UnseenOut
from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Call, Language, Now, Read, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries, gives_pdf
from app.mediation import actions
from app.mediation.queries import page as queries
from app.mediation.queries.file import compose_mediation_file
from app.mediation.rules import (
    AFTER_BREACH,
    CHANNEL_WORDS,
    MOVES,
    OTHER_ROUTES,
    STATE_WORDS,
    ConfirmationState,
    MediationChannel,
    MediationState,
)
from app.mediation.schemas import (
    AgreementIn,
    AssignIn,
    CancelIn,
    ConfirmIn,
    CourtRulingIn,
    DeclareIn,
    FollowUpIn,
    LongerIn,
    MediateIn,
    MediationItem,
    MediationOut,
    MediationPage,
    MediationsOut,
    MinutesIn,
    PerformIn,
    RefusalIn,
    RelieveIn,
    SaidIn,
    SessionIn,
    SignIn,
    ThisSessionIn,
    WhyIn,
)
from app.notices.actions import printed
from app.reference.actions import ActionContext
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["mediation"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanMediate = Annotated[Actor, Depends(requires(Permission.MEDIATION_WORK))]
CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]
Rules = Annotated[Reference, Depends(reference)]


@router.get("/cases/{case_id}/mediations", response_model=MediationsOut, summary="Mediations of a case")
async def list_case_mediations(case_id: uuid.UUID, actor: CanRead, conn: Read) -> MediationsOut:
    """All of them, ended ones too, the oldest first."""
    rows = await queries.list_of_case(conn, case_id, actor=actor)
    return MediationsOut(items=[MediationItem.model_validate(dict(row)) for row in rows])


@router.get("/me/mediations", response_model=MediationPage, summary="What do I mediate?")
async def list_my_mediations(
    actor: CanRead, conn: Read, request: Request, response: Response, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None,
) -> MediationPage:  # fmt: skip
    """Those that the caller was chosen or appointed for, the newest first."""
    after = paging.decode(cursor, 1, uuids=True)
    rows = await queries.list_mine(conn, actor=actor, after=after, limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["id"])])))
    return MediationPage(items=[MediationItem.model_validate(dict(row)) for row in rows[:limit]])


@router.get(
    "/mediations/{mediation_id}", response_model=MediationOut, summary="One mediation", responses={200: carries("ETag")}
)  # fmt: skip
async def get_mediation(mediation_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> Response:
    """Consents, mediators, talks, the agreement and how it is kept; names masked. What one side said alone is shown to
    the mediators and the lead. The ETag is its version."""
    shown = await _shown(conn, mediation_id, actor, at, said)
    return reply(200, to_json(shown), str(shown["version"]))


async def _shown(conn: Connection, mediation: uuid.UUID, actor: Actor, at: Any, language: str) -> dict[str, Any]:
    page = await queries.get_mediation(conn, mediation, actor=actor, now=at)
    state, agreement = MediationState(page["state"]), page["agreement"]
    page["channel_text"] = CHANNEL_WORDS[MediationChannel(page["channel"])].say(language)
    page["state_text"] = STATE_WORDS[state].say(language)
    missed = agreement is not None and any(o["breached_at"] and not o["performed_at"] for o in agreement["obligations"])
    told = OTHER_ROUTES if state in (MediationState.FAILED, MediationState.ENDED) else AFTER_BREACH if missed else None
    page["told"] = told.say(language) if told else None
    return {name: page[name] for name in MediationOut.model_fields}


@router.post(
    "/cases/{case_id}/mediations", response_model=MediationOut, summary="Apply for or propose mediation", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def open_mediation(
    case_id: uuid.UUID, sent: MediateIn, conn: Write, call: ThisCall, rules: Rules, actor: CanMediate
) -> Response:
    """By the lead, of a dispute without a result; one at a time. The limits of its channel run from now (M1, L1)."""
    others = [actions.NewParty(p.name, p.phone, p.address) for p in sent.respondents]

    async def act() -> tuple[int, bytes, str | None]:
        made = await actions.open_mediation(
            ActionContext(conn, rules, actor, call.now, 0), case_id, channel=sent.channel, origin=sent.origin, text=sent.text,
            respondents=others,
        )  # fmt: skip
        shown = await _shown(conn, made, actor, call.now, call.language)
        return 201, to_json(shown), str(shown["version"])

    return await once(conn, call, act)


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.get(
    "/mediations/{mediation_id}/file.pdf", response_class=Response, summary="The file of a mediation as PDF",
    responses=gives_pdf(),
)  # fmt: skip
async def get_mediation_file(mediation_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, rules: Rules) -> Response:
    """卷宗, in the order such files have, names masked. What one side said alone is kept apart from it."""
    _, text = await compose_mediation_file(conn, mediation_id, actor=actor, reference=rules, now=at)
    return _pdf(await printed(text, "调解卷宗"))


@router.post(
    "/mediations/{mediation_id}/file", response_class=Response, summary="The file of a mediation with names in clear",
    responses=gives_pdf(),
)  # fmt: skip
async def print_mediation_file(
    mediation_id: uuid.UUID, sent: RevealIn, conn: Write, call: ThisCall, actor: CanReveal, rules: Rules
) -> Response:
    """For the archive or a court. Who took it, when and why is kept."""
    pages: list[bytes] = []

    async def act() -> tuple[int, bytes, str | None]:
        case_id, text = await compose_mediation_file(
            conn, mediation_id, actor=actor, reference=rules, now=call.now, clear=True
        )
        await log_reading(conn, case_id, "mediation file", sent.reason, actor=actor, now=call.now)
        pages.append(await printed(text, "调解卷宗"))
        return 200, b"", None

    await once(conn, call, act, keep=False)
    return _pdf(pages[0])


class Move:
    """One act on a mediation: replays first, then the version, then the act; the reply is its page."""

    def __init__(
        self, mediation_id: uuid.UUID, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules, _: CanMediate
    ) -> None:  # fmt: skip
        self.id, self.conn, self.call = mediation_id, conn, call
        self.act = ActionContext(conn, rules, call.actor, call.now, version)

    async def take(self, step: Callable[[ActionContext, uuid.UUID], Awaitable[Any]]) -> Response:
        """Take the act once and show the mediation as it is then; when it ends the caller's access, say so."""
        call: Call = self.call

        async def act() -> tuple[int, bytes, str | None]:
            await step(self.act, self.id)
            case_id = await self.conn.fetchval("select case_id from mediation where id = $1", self.id)
            if not await still_seen(self.conn, case_id, actor=call.actor):
                version = self.act.version + 1
                return 200, to_json({"id": self.id, "version": version, "seen": False}), str(version)
            shown = await _shown(self.conn, self.id, call.actor, call.now, call.language)
            return 200, to_json(shown), str(shown["version"])

        return await once(self.conn, call, act)


ThisMove = Annotated[Move, Depends(Move, scope="function")]
Handler = Callable[..., Awaitable[Response]]


def _route(action: str) -> Callable[[Handler], Handler]:
    """`POST …/actions/{action}`, with what the table says of it."""
    step = MOVES[action]
    return router.post(
        f"/mediations/{{mediation_id}}/actions/{action}", response_model=MediationOut | UnseenOut, summary=step.title.en
    )


def _said(sent: SaidIn) -> actions.Said:
    return actions.Said(sent.party, sent.how, sent.evidence)


def _terms(sent: AgreementIn) -> actions.Terms:
    promises = [
        actions.Promise(o.debtor, o.creditor, o.duty, o.due, o.manner, o.amount_cents, o.act) for o in sent.obligations
    ]
    return actions.Terms(sent.facts, sent.terms, promises)


@_route("consent")
async def consent_to_mediation(sent: SaidIn, move: ThisMove) -> Response:
    """Of one party (RMTJ 17). With the last of both sides it is consented to, and they are told rights and duties."""
    return await move.take(lambda act, found: actions.consent(act, found, _said(sent)))


@_route("refuse")
async def refuse_mediation(sent: RefusalIn, move: ThisMove) -> Response:
    """One party's clear refusal ends it, at any time before an agreement (RMTJ 17)."""
    return await move.take(lambda act, found: actions.refuse(act, found, _said(sent), reason=sent.reason))


@_route("assign")
async def assign_mediator(sent: AssignIn, move: ThisMove) -> Response:
    """Chosen by the parties or appointed (RMTJ 19); checked for recusal. It gives them access to the case."""
    return await move.take(lambda act, found: actions.assign(act, found, staff=sent.staff, how=sent.how))


@_route("declare")
async def declare_relations(sent: DeclareIn, move: ThisMove) -> Response:
    """By each mediator. Who is related to a party mediates no more, and sees the case no more."""
    return await move.take(
        lambda act, found: actions.declare(act, found, relation=sent.relation, words=sent.words)
    )  # fmt: skip


@_route("relieve")
async def relieve_mediator(sent: RelieveIn, move: ThisMove) -> Response:
    """At a party's objection, or for another reason; their access ends."""
    return await move.take(
        lambda act, found: actions.relieve(act, found, staff=sent.staff, relation=sent.relation, reason=sent.reason)
    )


@_route("start")
async def start_mediation(move: ThisMove) -> Response:
    """Once rights and duties were told and every mediator declared to be free of ties (RMTJ 22, 23)."""
    return await move.take(actions.start)


@_route("extend")
async def extend_mediation(sent: LongerIn, move: ThisMove) -> Response:
    """With the agreement of every party on record, once, before the limit (M2)."""
    agreed = [_said(one) for one in sent.agreed]
    return await move.take(
        lambda act, found: actions.extend(act, found, length=sent.length, agreed=agreed, reason=sent.reason)
    )


@_route("suspend")
async def suspend_mediation(sent: WhyIn, move: ThisMove) -> Response:
    """A side does not want to go on at present."""
    return await move.take(lambda act, found: actions.with_reason(act, found, "suspend", reason=sent.reason))


@_route("resume")
async def resume_mediation(sent: WhyIn, move: ThisMove) -> Response:
    """Both sides go on; mediators are checked again."""
    return await move.take(lambda act, found: actions.with_reason(act, found, "resume", reason=sent.reason))


@_route("fail")
async def end_without_agreement(sent: WhyIn, move: ThisMove) -> Response:
    """No agreement was reached; the reply tells the routes that stay open (RMTJ 26)."""
    return await move.take(lambda act, found: actions.with_reason(act, found, "fail", reason=sent.reason))


@_route("schedule_session")
async def schedule_mediation_session(sent: SessionIn, move: ThisMove) -> Response:
    """In a room that is free then (it is booked), or elsewhere; joint, or separate with one `party`."""
    invited = [actions.Seat(g.role, g.staff, g.name) for g in sent.invited]
    talk = actions.Talk(sent.since, sent.until, sent.room, sent.place, sent.party, invited, sent.agreed_by)
    return await move.take(lambda act, found: actions.schedule_session(act, found, talk))


@_route("open_session")
async def open_mediation_session(sent: ThisSessionIn, move: ThisMove) -> Response:
    """It begins; every mediator is checked for recusal once more."""
    return await move.take(lambda act, found: actions.open_session(act, found, sent.session))


@_route("record_session")
async def record_mediation_session(sent: MinutesIn, move: ThisMove) -> Response:
    """It is over, and this was said (RMTJ 27)."""
    return await move.take(lambda act, found: actions.record_session(act, found, sent.session, minutes=sent.minutes))


@_route("cancel_session")
async def cancel_mediation_session(sent: CancelIn, move: ThisMove) -> Response:
    """The room is free again at once."""
    return await move.take(lambda act, found: actions.cancel_session(act, found, sent.session, reason=sent.reason))


@_route("draft_agreement")
async def draft_agreement(sent: AgreementIn, move: ThisMove) -> Response:
    """A written one, to be signed; it replaces a draft that stands (RMTJ 29)."""
    return await move.take(lambda act, found: actions.draft_agreement(act, found, _terms(sent)))


@_route("agree_orally")
async def agree_orally(sent: AgreementIn, move: ThisMove) -> Response:
    """It holds from now on; recorded by a mediator (RMTJ 28, 30)."""
    return await move.take(lambda act, found: actions.agree_orally(act, found, _terms(sent)))


@_route("sign")
async def sign_agreement(sent: SignIn, move: ThisMove) -> Response:
    """Each party, a mediator and the seal, each with its file; with the last one it holds (RMTJ 29)."""
    return await move.take(
        lambda act, found: actions.sign(act, found, signer=sent.signer, party=sent.party, evidence=sent.evidence)
    )


@_route("record_performance")
async def record_performance(sent: PerformIn, move: ThisMove) -> Response:
    """Part payments add up; more than is owed is refused."""
    return await move.take(
        lambda act, found: actions.record_performance(
            act, found, obligation=sent.obligation, on=sent.on, amount_cents=sent.amount_cents, receipt=sent.receipt
        )
    )


@_route("follow_up")
async def follow_up_performance(sent: FollowUpIn, move: ThisMove) -> Response:
    """回访: is it kept? Once somebody was reached after the agreed day, its reminder is over (RMTJ 31)."""
    return await move.take(
        lambda act, found: actions.follow_up(
            act, found, obligation=sent.obligation, method=sent.method, reached=sent.reached, words=sent.words
        )
    )


@_route("apply_confirmation")
async def apply_for_confirmation(sent: ConfirmIn, move: ThisMove) -> Response:
    """By both sides, within thirty days of effect (RMTJ 33)."""
    return await move.take(
        lambda act, found: actions.apply_confirmation(
            act, found, court=sent.court, on=sent.on, parties=sent.parties, evidence=sent.evidence
        )
    )


@_route("decide_confirmation")
async def record_confirmation(sent: CourtRulingIn, move: ThisMove) -> Response:
    """What the court decided, or that the parties withdrew."""
    state = ConfirmationState(sent.state)
    return await move.take(
        lambda act, found: actions.decide_confirmation(act, found, state=state, on=sent.on, ruling=sent.ruling)
    )
