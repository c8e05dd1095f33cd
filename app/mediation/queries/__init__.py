"""A mediation as read for a decision, and as shown with everything that hangs on it.

What one side said alone is shown to the mediators and the lead."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE, NoteText
from app.cases.queries.one import masked, open_parties
from app.cases.queries.visible import require_visible
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.rows import fetch_all, fetch_one, read_sql, shown
from app.core.workflow import Refusal, Transition
from app.mediation.rules import (
    AFTER_BREACH,
    CHANNEL_WORDS,
    OTHER_ROUTES,
    STATE_WORDS,
    WORKFLOW,
    MediationChannel,
    MediationState,
    ObligationState,
    missing,
)
from app.mediation.schemas.shown import (
    AgreementOut,
    ConsentOut,
    MediationItem,
    MediationOut,
    MediatorOut,
    SessionOut,
    SideOut,
)

LIVE_ONE = "select exists (select from mediation where case_id = $1 and ended_at is null)"


@dataclass(frozen=True, slots=True)
class ActiveMediator:
    """Somebody who mediates now, and when they declared that nothing ties them to a party."""

    staff: uuid.UUID
    declared_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoadedAgreement:
    """The agreement that is drafted or effective; `confirming`: the court was applied to."""

    id: uuid.UUID
    state: str
    effective_at: datetime | None
    confirming: bool


@dataclass(frozen=True, slots=True)
class LoadedMediation:
    """A mediation, whose consent counts (`sides`: party → role), who mediates, and its agreement."""

    id: uuid.UUID
    case_id: uuid.UUID
    lead_unit: str
    channel: MediationChannel
    state: MediationState
    procedure_before: str
    opened_at: datetime
    started_at: datetime | None
    version: int
    sides: dict[str, str]
    mediators: list[ActiveMediator]
    agreement: LoadedAgreement | None

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing beyond the state."""

    def stands(self, actor: Actor, step: Transition[MediationState]) -> bool:
        """In the lead unit, or as one of its mediators."""
        leads = self.lead_unit in actor.units_with(Permission.MEDIATION_WORK)
        return (step.by != "mediator" and leads) or (step.by != "lead" and self.is_mediator(actor))

    def is_mediator(self, actor: Actor) -> bool:
        """Whether the actor mediates it now."""
        return actor.kind == "staff" and any(str(m.staff) == actor.id for m in self.mediators)

    def lacking(self, parties: set[str]) -> list[str]:
        """The parties of both sides that are not among these."""
        return missing(self.sides, parties)


async def load(conn: Connection, mediation: uuid.UUID) -> LoadedMediation:
    """One; raises NotFound. The caller judges who may know of it."""
    found = await fetch_one(conn, LoadedMediation, read_sql(__package__, "mediation"), mediation)
    if found is None:
        raise NotFound
    return found


_ITEM = """
    select m.id, m.case_id, c.number, c.lead_unit, m.channel, m.origin, m.state, m.unit, m.opened_at, m.consented_at,
        m.started_at, m.ended_at, m.version
    from mediation m join cases c on c.id = m.case_id
"""


@dataclass(frozen=True, slots=True)
class _Page(MediationItem):
    """One with all that hangs on it."""

    opened_by: str
    refused_by: uuid.UUID | None
    request: NoteText
    reason: NoteText
    consents: list[ConsentOut]
    mediators: list[MediatorOut]
    sessions: list[SessionOut]
    agreement: AgreementOut | None


def _told(page: _Page) -> Words | None:
    """What stays open to the parties, after a failure or a breach."""
    if page.state in (MediationState.FAILED, MediationState.ENDED):
        return OTHER_ROUTES
    owed = page.agreement.obligations if page.agreement else []
    missed = any(one.breached_at and one.state is not ObligationState.PERFORMED for one in owed)
    return AFTER_BREACH if missed else None


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[MediationItem]:
    """All mediations of one case, the oldest first; raises NotFound for a case that the actor may not know exists."""
    await require_visible(conn, case_id, actor=actor)
    return await fetch_all(conn, MediationItem, f"{_ITEM} where m.case_id = $1 order by m.opened_at, m.id", case_id)


async def list_mine(conn: Connection, *, actor: Actor, after: list[str] | None, limit: int) -> list[MediationItem]:
    """Those that the actor mediates now, of cases they may see; the newest first."""
    p = Parameters([uuid.UUID(actor.id) if actor.kind == "staff" else None])
    where = [
        "exists (select from mediator a where a.mediation = m.id and a.staff = $1::uuid and a.relieved_at is null)",
        visible_to(actor, p),
    ]
    if after is not None:
        where.append(f"m.id < {p.add(uuid.UUID(after[0]))}::uuid")
    statement = f"{_ITEM} where {' and '.join(where)} order by m.id desc limit {p.add(limit)}"
    return await fetch_all(conn, MediationItem, statement, *p)


_PAGE = read_sql(__package__, "page").format(
    request=NOTE.format("m.request"), reason=NOTE.format("m.reason"), minutes=NOTE.format("t.minutes"),
    facts=NOTE.format("g.facts"), terms=NOTE.format("g.terms"), act=NOTE.format("o.act"), words=NOTE.format("f.note"),
)  # fmt: skip


async def get_mediation(
    conn: Connection, mediation: uuid.UUID, *, actor: Actor, now: datetime, language: str
) -> MediationOut:
    """One, names masked; raises NotFound for one of a case that the actor may not know exists."""
    its = await load(conn, mediation)
    inside = its.is_mediator(actor) or its.lead_unit in actor.units_with(Permission.MEDIATION_WORK)
    p = Parameters([mediation, inside, now])
    page = await fetch_one(conn, _Page, f"{_PAGE} and {visible_to(actor, p)}", *p)
    if page is None:
        raise NotFound
    parties = [masked(party) for party in await open_parties(conn, page.case_id)]
    told = _told(page)
    return shown(
        MediationOut,
        page,
        channel_text=CHANNEL_WORDS[page.channel].say(language),
        state_text=STATE_WORDS[page.state].say(language),
        told=told.say(language) if told else None,
        parties=[SideOut(id=x["id"], role=x["role"], name=x.get("name")) for x in parties],
        available_actions=WORKFLOW.available(its, actor, now),
    )
