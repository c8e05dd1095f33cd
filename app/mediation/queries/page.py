"""One mediation with everything that hangs on it. What one side said alone is shown to the mediators and the lead."""

import uuid
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.one import masked, open_parties
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.rows import fetch_all, fetch_one, read_sql
from app.mediation.queries import load
from app.mediation.rules import (
    AFTER_BREACH,
    CHANNEL_WORDS,
    OTHER_ROUTES,
    STATE_WORDS,
    WORKFLOW,
    MediationChannel,
    MediationState,
    ObligationState,
)
from app.mediation.schemas import MediationItem, MediationOut
from app.mediation.schemas.shown import AgreementOut, ConsentOut, MediatorOut, NoteText, SessionOut, SideOut

_ITEM = """
    select m.id, m.case_id, c.number, c.lead_unit, m.channel, m.origin, m.state, m.unit, m.opened_at, m.consented_at,
        m.started_at, m.ended_at, m.version
    from mediation m join cases c on c.id = m.case_id
"""


@dataclass(frozen=True, slots=True)
class _Item:
    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    lead_unit: str
    channel: MediationChannel
    origin: str
    state: MediationState
    unit: str
    opened_at: datetime
    consented_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class _Page(_Item):
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
    p = Parameters([case_id])
    where = visible_to(actor, p)
    if not await conn.fetchval(f"select exists (select from cases c where c.id = $1 and {where})", *p):
        raise NotFound
    found = await fetch_all(conn, _Item, f"{_ITEM} where m.case_id = $1 order by m.opened_at, m.id", case_id)
    return [MediationItem(**asdict(one)) for one in found]


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
    return [MediationItem(**asdict(one)) for one in await fetch_all(conn, _Item, statement, *p)]


# The text of a note as an array, sealed or not (`NoteText` opens it).
_NOTE = """(select jsonb_build_array(n.id, n.body, encode(n.sealed, 'hex'), encode(n.seal_key, 'hex'))
    from case_note n where n.id = {})"""


async def get_mediation(
    conn: Connection, mediation: uuid.UUID, *, actor: Actor, now: datetime, language: str
) -> MediationOut:
    """One, names masked; raises NotFound for one of a case that the actor may not know exists."""
    its = await load(conn, mediation)
    inside = its.is_mediator(actor) or its.lead_unit in actor.units_with(Permission.MEDIATION_WORK)
    p = Parameters([mediation, inside, now])
    statement = read_sql(__package__, "page").format(
        request=_NOTE.format("m.request"),
        reason=_NOTE.format("m.reason"),
        minutes=_NOTE.format("t.minutes"),
        facts=_NOTE.format("g.facts"),
        terms=_NOTE.format("g.terms"),
        act=_NOTE.format("o.act"),
        words=_NOTE.format("f.note"),
    )
    page = await fetch_one(conn, _Page, f"{statement} and {visible_to(actor, p)}", *p)
    if page is None:
        raise NotFound
    parties = [masked(party) for party in await open_parties(conn, page.case_id)]
    told = _told(page)
    return MediationOut(
        **{field.name: getattr(page, field.name) for field in fields(page)},
        channel_text=CHANNEL_WORDS[page.channel].say(language),
        state_text=STATE_WORDS[page.state].say(language),
        told=told.say(language) if told else None,
        parties=[SideOut(id=x["id"], role=x["role"], name=x.get("name")) for x in parties],
        available_actions=WORKFLOW.available(its, actor, now),
    )
