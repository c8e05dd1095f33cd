"""Mediations as shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, computed_field

from app.cases.queries.notes import NoteText
from app.core.bodies import Items
from app.core.crypto import Sealed, Unsealable, keys
from app.core.masking import mask_name
from app.mediation.rules import Duty, MediationChannel, MediationState, ObligationState, obligation_state


def open_guest(session: uuid.UUID | str, sealed: bytes | None, key: bytes | None) -> str | None:
    """The name of somebody invited, in clear; None for staff, and once it was erased."""
    if sealed is None or key is None:
        return None
    try:
        return keys().unseal(Sealed(key, sealed), f"mediation_seat {session}").get("name")
    except Unsealable:
        return None


def _masked_guest(seat: object) -> object:
    if not isinstance(seat, list):
        return seat
    session, sealed, key = seat
    name = open_guest(session, bytes.fromhex(sealed), bytes.fromhex(key)) if sealed else None
    return mask_name(name) if name else None


class SideOut(BaseModel):
    """A party, the name masked."""

    id: uuid.UUID
    role: str
    name: str | None


class ConsentOut(BaseModel):
    """What a party said."""

    about: str
    party: uuid.UUID
    given: bool
    how: str
    evidence: uuid.UUID | None
    recorded_at: datetime


class MediatorOut(BaseModel):
    """Who mediates or did, whether they declared to be free of ties, and why they do no more."""

    staff: uuid.UUID
    name: str
    how: str
    assigned_at: datetime
    declared_at: datetime | None
    relation: str | None
    relieved_at: datetime | None


class GuestOut(BaseModel):
    """Somebody invited; the name of an outsider masked."""

    role: str
    staff: uuid.UUID | None
    name: Annotated[str | None, BeforeValidator(_masked_guest)]


class SessionOut(BaseModel):
    """A talk. `withheld`: its minutes are for the mediators and the lead."""

    id: uuid.UUID
    kind: str
    party: uuid.UUID | None
    state: str
    since: datetime
    until: datetime
    place: str | None
    centre: str | None
    room: uuid.UUID | None
    room_code: str | None
    began_at: datetime | None
    ended_at: datetime | None
    minutes: NoteText
    withheld: bool
    invited: list[GuestOut]


class PerformanceOut(BaseModel):
    """A payment or an act."""

    amount_cents: int | None
    performed_on: date
    receipt: uuid.UUID | None
    recorded_by: str
    recorded_at: datetime


class FollowUpOut(BaseModel):
    """A visit or call about an obligation."""

    method: str
    reached: bool
    words: NoteText
    visitor: str
    at: datetime


class ObligationOut(BaseModel):
    """What is owed, how far it was kept; `breached_at` stays when it was kept late."""

    id: uuid.UUID
    number: int
    debtor: uuid.UUID
    creditor: uuid.UUID
    duty: Duty
    amount_cents: int | None
    currency: str
    act: NoteText
    due: date
    manner: str
    paid_cents: int
    performed_at: datetime | None
    breached_at: datetime | None
    performances: list[PerformanceOut]
    follow_ups: list[FollowUpOut]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def state(self) -> ObligationState:
        """How far it was kept."""
        return obligation_state(self.duty, self.amount_cents, self.paid_cents, done=self.performed_at is not None)


class SignatureOut(BaseModel):
    """A signature and the file that shows it."""

    signer: str
    party: uuid.UUID | None
    staff: uuid.UUID | None
    evidence: uuid.UUID
    signed_at: datetime


class CourtOut(BaseModel):
    """The application to the court."""

    id: uuid.UUID
    court: str
    state: str
    evidence: uuid.UUID | None
    ruling: uuid.UUID | None
    applied_on: date
    decided_on: date | None


class AgreementOut(BaseModel):
    """The agreement; `confirm_until` while both sides may still apply to the court."""

    id: uuid.UUID
    form: str
    state: str
    facts: NoteText
    terms: NoteText
    drafted_by: str
    drafted_at: datetime
    effective_at: datetime | None
    confirm_until: datetime | None
    obligations: list[ObligationOut]
    signatures: list[SignatureOut]
    confirmation: CourtOut | None


@dataclass(frozen=True, slots=True)
class MediationItem:
    """A mediation in a list."""

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
class MediationOut(MediationItem):
    """One with all that hangs on it, and what this caller may do."""

    channel_text: str
    state_text: str
    request: NoteText
    reason: NoteText
    opened_by: str
    refused_by: uuid.UUID | None
    told: Annotated[str | None, Field(description="What stays open to the parties, after a failure or a breach")]
    parties: list[SideOut]
    consents: list[ConsentOut]
    mediators: list[MediatorOut]
    sessions: list[SessionOut]
    agreement: AgreementOut | None
    available_actions: list[str]


class MediationPage(Items[MediationItem]):
    """One page; the `Link` header leads to the next."""


class MediationsOut(Items[MediationItem]):
    """Those of a case, the oldest first."""
