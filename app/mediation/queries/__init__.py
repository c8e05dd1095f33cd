"""A mediation as read for a decision."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import fetch_one, read_sql
from app.core.workflow import Refusal, Transition
from app.mediation.rules import MediationChannel, MediationState, missing

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
