"""Mediations of cases that the caller may see, and what acts need to know of them."""

import uuid

from app.core.access import Actor, Permission
from app.core.database import Connection
from app.mediation.rules import LIVE, MOVES, SIDES, MediationState, Signatures, move_refused

LIVE_ONE = (
    "select exists (select from mediation where case_id = $1 and state in"
    f" ({', '.join(sorted(repr(s.value) for s in LIVE))}))"
)  # fmt: skip
EFFECTIVE = "select id, effective_at, form from mediation_agreement where mediation = $1 and state = 'effective'"
CONFIRMING = "select exists (select from judicial_confirmation where agreement = $1 and state <> 'withdrawn')"


async def sides(conn: Connection, case_id: uuid.UUID) -> dict[str, str]:
    """The parties whose consent and signature count: id → role."""
    rows = await conn.fetch(
        "select id, role from party where case_id = $1 and role = any($2::text[]) order by id", case_id, list(SIDES)
    )
    return {str(row["id"]): row["role"] for row in rows}


async def consents(conn: Connection, mediation: uuid.UUID, about: str) -> list[str]:
    """The parties that gave theirs."""
    rows = await conn.fetch(
        "select party from mediation_consent where mediation = $1 and about = $2 and given", mediation, about
    )
    return [str(row["party"]) for row in rows]


async def signatures(conn: Connection, agreement: uuid.UUID) -> Signatures:
    """Who has signed."""
    rows = await conn.fetch("select signer, party from mediation_signature where agreement = $1", agreement)
    signers = {row["signer"] for row in rows}
    parties = frozenset(str(row["party"]) for row in rows if row["party"])
    return Signatures(parties, "mediator" in signers, "seal" in signers)


async def mediates(conn: Connection, mediation: uuid.UUID, actor: Actor) -> bool:
    """Whether the actor is a mediator of it now."""
    if actor.kind != "staff":
        return False
    found: bool = await conn.fetchval(
        "select exists (select from mediator where mediation = $1 and staff = $2 and relieved_at is null)",
        mediation, uuid.UUID(actor.id),
    )  # fmt: skip
    return found


def actions_for(actor: Actor, lead_unit: str, state: str, *, mediates: bool) -> list[str]:
    """What this actor may do with a mediation now, in the table's order: the lead whatever the table has (a declaration
    is the mediators' own), its mediators all but what is the lead's."""
    leads = lead_unit in actor.units_with(Permission.MEDIATION_WORK)
    found = []
    for action, its in MOVES.items():
        mine = mediates and its.mediators and actor.may(Permission.MEDIATION_WORK)
        theirs = leads and action != "declare"
        if (mine or theirs) and move_refused(action, MediationState(state)) is None:
            found.append(action)
    return found
