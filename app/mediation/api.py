"""Routes of mediation: opening it, each act, its page, its file."""

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.cases.queries.standing import require_unrestricted
from app.cases.queries.visible import require_visible
from app.cases.schemas.page import UnseenOut
from app.cases.schemas.taken import RevealIn
from app.centres.queries.rooms import list_for_case
from app.centres.schemas.shown import BookingPage
from app.core.access import Actor, Permission
from app.core.http import DatabaseToRead, Now, Read, ThisCall, ThisDatabase, requires
from app.core.idempotency import once
from app.core.looks import look_in_clear
from app.core.openapi import carries, gives_pdf
from app.core.paging import ThisPage
from app.mediation import queries
from app.mediation.actions import agree, keep, opening, talks
from app.mediation.queries.file import compose_mediation_file
from app.mediation.rules import WORKFLOW
from app.mediation.schemas import taken
from app.mediation.schemas.shown import MediationOut, MediationPage, MediationsOut
from app.notices.actions import PRINTS, printed
from app.reference.actions import ActionContext
from app.reference.runner import Rules, StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["mediation"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanMediate = Annotated[Actor, Depends(requires(Permission.MEDIATION_WORK))]
CanReveal = Annotated[Actor, Depends(requires(Permission.PARTY_REVEAL))]


@router.get("/cases/{case_id}/bookings", summary="Rooms taken for a case")
async def list_case_bookings(case_id: uuid.UUID, actor: CanRead, conn: Read) -> BookingPage:
    """For whoever sees the case, those given back too; everybody else learns at most that a room is taken."""
    await require_visible(conn, case_id, actor=actor)
    return BookingPage(items=await list_for_case(conn, case_id))


@router.get("/cases/{case_id}/mediations", summary="Mediations of a case")
async def list_case_mediations(case_id: uuid.UUID, actor: CanRead, conn: Read) -> MediationsOut:
    """All of them, ended ones too, the oldest first."""
    return MediationsOut(items=await queries.list_of_case(conn, case_id, actor=actor))


@router.get("/me/mediations", summary="What do I mediate?")
async def list_my_mediations(actor: CanRead, conn: Read, page: ThisPage) -> MediationPage:
    """Those that the caller was chosen or appointed for, the newest first."""
    found = await queries.list_mine(conn, actor=actor, after=page.after(1, uuids=True), limit=page.most)
    return MediationPage(items=page.of(found, lambda one: (one.id,)))


@router.get(
    "/mediations/{mediation_id}", response_model=MediationOut, summary="One mediation", responses={200: carries("ETag")}
)  # fmt: skip
async def get_mediation(mediation_id: uuid.UUID, _: CanRead, reader: ThisReader) -> Response:
    """Consents, mediators, talks, the agreement and how it is kept; names masked. What one side said alone is shown to
    the mediators and the lead. The ETag is its version."""
    return await reader.show(mediation_id, _show)


async def _show(act: ActionContext, mediation: uuid.UUID, language: str) -> MediationOut:
    return await queries.get_mediation(act.conn, mediation, actor=act.actor, now=act.now, language=language)


@router.post(
    "/cases/{case_id}/mediations", response_model=MediationOut, summary="Apply for or propose mediation", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def open_mediation(case_id: uuid.UUID, sent: taken.MediateIn, _: CanMediate, creator: ThisCreator) -> Response:
    """By the lead, of a dispute without a result; one at a time. The limits of its channel run from now (M1, L1)."""
    return await creator.run(lambda act: opening.open_mediation(act, case_id, **dict(sent)), _show)


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers={"Cache-Control": "no-store"})


@router.get(
    "/mediations/{mediation_id}/file.pdf", response_class=Response, summary="The file of a mediation as PDF",
    responses=gives_pdf(),
)  # fmt: skip
async def get_mediation_file(
    mediation_id: uuid.UUID, actor: CanRead, database: DatabaseToRead, at: Now, rules: Rules
) -> Response:
    """卷宗, in the order such files have, names masked. What one side said alone is kept apart from it."""
    async with PRINTS.turn(actor.id):
        async with database.connection() as conn:
            _, text = await compose_mediation_file(conn, mediation_id, actor=actor, reference=rules, now=at)
        return _pdf(await printed(text, "调解卷宗"))


@router.post(
    "/mediations/{mediation_id}/file", response_class=Response, summary="The file of a mediation with names in clear",
    responses=gives_pdf(),
)  # fmt: skip
async def print_mediation_file(
    mediation_id: uuid.UUID, sent: RevealIn, database: ThisDatabase, call: ThisCall, actor: CanReveal, rules: Rules
) -> Response:
    """For the archive or a court. Who took it, when and why is kept."""
    texts: list[str] = []
    async with PRINTS.turn(actor.id):
        async with database.gathering() as conn:

            async def act() -> tuple[int, bytes, str | None]:
                case_id, text = await compose_mediation_file(
                    conn, mediation_id, actor=actor, reference=rules, now=call.now, clear=True
                )
                await require_unrestricted(conn, case_id, sent.reason)
                await look_in_clear(conn, case_id, "mediation file", sent.reason, actor=actor, now=call.now)
                texts.append(text)
                return 200, b"", None

            await once(conn, call, act, keep=False)
        return _pdf(await printed(texts[0], "调解卷宗"))


STEPS: Mapping[str, StepAction] = {
    "consent": (opening.consent, taken.SaidIn),
    "refuse": (opening.refuse, taken.RefusalIn),
    "assign": (talks.assign, taken.AssignIn),
    "relieve": (talks.relieve, taken.RelieveIn),
    "declare": (talks.declare, taken.DeclareIn),
    "start": (opening.start, None),
    "extend": (opening.extend, taken.LongerIn),
    "suspend": (opening.suspend, taken.WhyIn),
    "resume": (opening.resume, taken.WhyIn),
    "schedule_session": (talks.schedule_session, taken.SessionIn),
    "open_session": (talks.open_session, taken.ThisSessionIn),
    "record_session": (talks.record_session, taken.MinutesIn),
    "cancel_session": (talks.cancel_session, taken.CancelIn),
    "draft_agreement": (agree.draft_agreement, taken.AgreementIn),
    "sign": (agree.sign, taken.SignIn),
    "agree_orally": (agree.agree_orally, taken.AgreementIn),
    "fail": (opening.fail, taken.WhyIn),
    "record_performance": (keep.record_performance, taken.PerformIn),
    "follow_up": (keep.follow_up, taken.FollowUpIn),
    "apply_confirmation": (keep.apply_confirmation, taken.ConfirmIn),
    "decide_confirmation": (keep.decide_confirmation, taken.CourtRulingIn),
}
step_routes(
    router,
    WORKFLOW,
    "/mediations/{mediation_id}",
    STEPS,
    answer=MediationOut | UnseenOut,
    show=_show,
    key="mediation_id",
)
