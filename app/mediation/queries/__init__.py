"""A mediation as read for a decision, and as shown with everything that hangs on it.

What one side said alone is shown to the mediators and the lead."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.case_page import open_parties
from app.cases.queries.notes import NOTE, ORIGINAL, NoteText
from app.cases.queries.visible import require_visible
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.rows import fetch_all, fetch_one, read_sql, shown
from app.core.workflow import Refusal, Transition
from app.mediation.rules import (
    AFTER_BREACH,
    OTHER_ROUTES,
    WORKFLOW,
    MediationState,
    ObligationState,
    missing,
)
from app.mediation.schemas import shown as schemas

LIVE_ONE = "select exists (select from mediation where case_id = $1 and ended_at is null)"


_ITEM = """
    select m.id, m.case_id, c.number, c.lead_unit, m.channel, m.origin, m.state, m.unit, m.opened_at, m.consented_at,
        m.started_at, m.ended_at, m.version
    from mediation m join cases c on c.id = m.case_id
"""
# Found by the mediator, so that nobody else's are gone through.
_ITEM_OF_MINE = _ITEM.replace(
    "from mediation m",
    """
    from (select distinct mediation from mediator where staff = $1::uuid and relieved_at is null) a
    cross join lateral (select * from mediation where id = a.mediation offset 0) m""",
)


@dataclass(frozen=True, slots=True)
class Mediation(schemas.MediationItem):
    """One with all that hangs on it, for decisions and for its page; `sides` whose consent counts (party → role)."""

    procedure_before: str
    opened_by: str
    refused_by: uuid.UUID | None
    request: NoteText
    reason: NoteText
    sides: dict[str, str]
    consents: list[schemas.ConsentOut]
    mediators: list[schemas.MediatorOut]
    sessions: list[schemas.SessionOut]
    agreement: schemas.AgreementOut | None

    @property
    def active(self) -> list[schemas.MediatorOut]:
        """Who mediates now."""
        return [mediator for mediator in self.mediators if mediator.relieved_at is None]

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing beyond the state."""

    def stands(self, actor: Actor, step: Transition[MediationState]) -> bool:
        """In the lead unit, or as one of its mediators."""
        leads = self.lead_unit in actor.units_with(Permission.MEDIATION_WORK)
        return (step.by != "mediator" and leads) or (step.by != "lead" and self.is_mediator(actor))

    def is_mediator(self, actor: Actor) -> bool:
        """Whether the actor mediates it now."""
        return actor.kind == "staff" and any(str(m.staff) == actor.id for m in self.active)

    def lacking(self, parties: set[str]) -> list[str]:
        """The parties of both sides that are not among these."""
        return missing(self.sides, parties)

    @property
    def told(self) -> Words | None:
        """What stays open to the parties, after a failure or a breach."""
        if self.state in (MediationState.FAILED, MediationState.ENDED):
            return OTHER_ROUTES
        owed = self.agreement.obligations if self.agreement else []
        missed = any(one.breached_at and one.state is not ObligationState.PERFORMED for one in owed)
        return AFTER_BREACH if missed else None


_PAGE, _PAGE_AS_WRITTEN = (
    read_sql(__package__, "page").format(
        request=note.format("m.request"), reason=note.format("m.reason"), minutes=note.format("t.minutes"),
        facts=note.format("g.facts"), terms=note.format("g.terms"), act=note.format("o.act"), words=note.format("f.note"),
    )
    for note in (NOTE, ORIGINAL)
)  # fmt: skip


async def load(
    conn: Connection, mediation: uuid.UUID, *, actor: Actor, now: datetime, judged: bool = False,
    clear: bool = False,
) -> Mediation:  # fmt: skip
    """One, with what one side said alone for its mediators and the lead only, texts as written where `clear`; raises
    NotFound, also for one of a case that the actor may not know exists, unless the caller has `judged` that."""
    me = uuid.UUID(actor.id) if actor.kind == "staff" else None
    p = Parameters([mediation, me, sorted(actor.units_with(Permission.MEDIATION_WORK)), now])
    page = _PAGE_AS_WRITTEN if clear else _PAGE
    found = await fetch_one(conn, Mediation, f"{page} and {'true' if judged else visible_to(actor, p)}", *p)
    if found is None:
        raise NotFound
    return found


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[schemas.MediationItem]:
    """All mediations of one case, the oldest first; raises NotFound for a case that the actor may not know exists."""
    await require_visible(conn, case_id, actor=actor)
    return await fetch_all(
        conn, schemas.MediationItem, f"{_ITEM} where m.case_id = $1 order by m.opened_at, m.id", case_id
    )


async def list_mine(
    conn: Connection, *, actor: Actor, after: list[str] | None, limit: int
) -> list[schemas.MediationItem]:
    """Those that the actor mediates now, of cases they may see; the newest first."""
    p = Parameters([uuid.UUID(actor.id) if actor.kind == "staff" else None])
    where = [visible_to(actor, p)]
    if after is not None:
        where.append(f"m.id < {p.add(uuid.UUID(after[0]))}::uuid")
    statement = f"{_ITEM_OF_MINE} where {' and '.join(where)} order by m.id desc limit {p.add(limit)}"
    return await fetch_all(conn, schemas.MediationItem, statement, *p)


async def get_mediation(
    conn: Connection, mediation: uuid.UUID, *, actor: Actor, now: datetime, language: str, clear: bool = False
) -> schemas.MediationOut:
    """Its page, names masked, texts as written where `clear` (which the caller logs); raises NotFound for one of a case that
    the actor may not know exists."""
    its = await load(conn, mediation, actor=actor, now=now, clear=clear)
    parties = [party.masked() for party in await open_parties(conn, its.case_id)]
    return shown(
        schemas.MediationOut,
        its,
        channel_text=its.channel.words.say(language),
        state_text=its.state.words.say(language),
        told=its.told.say(language) if its.told else None,
        parties=[schemas.SideOut(id=party.id, role=party.role, name=party.name) for party in parties],
        available_actions=WORKFLOW.available(its, actor, now),
    )
