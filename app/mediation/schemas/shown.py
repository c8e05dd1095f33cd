"""Mediations as shown."""

import uuid
from datetime import date, datetime

from pydantic import BaseModel, Field


class MediationItem(BaseModel):
    """A mediation in a list."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    lead_unit: str
    channel: str
    origin: str
    state: str
    unit: str
    opened_at: datetime
    consented_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    version: int


class MediationPage(BaseModel):
    """One page; the `Link` header leads to the next."""

    items: list[MediationItem]


class MediationsOut(BaseModel):
    """Those of a case, the oldest first."""

    items: list[MediationItem]


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
    name: str | None


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
    minutes: str | None
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
    words: str | None
    visitor: str
    at: datetime


class ObligationOut(BaseModel):
    """What is owed, how far it was kept; `breached_at` stays when it was kept late."""

    id: uuid.UUID
    number: int
    debtor: uuid.UUID
    creditor: uuid.UUID
    duty: str
    amount_cents: int | None
    currency: str
    act: str | None
    due: date
    manner: str
    paid_cents: int
    state: str
    performed_at: datetime | None
    breached_at: datetime | None
    performances: list[PerformanceOut]
    follow_ups: list[FollowUpOut]


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
    facts: str | None
    terms: str | None
    drafted_by: str
    drafted_at: datetime
    effective_at: datetime | None
    confirm_until: datetime | None
    obligations: list[ObligationOut]
    signatures: list[SignatureOut]
    confirmation: CourtOut | None


class MediationOut(MediationItem):
    """One with all that hangs on it, and what this caller may do."""

    channel_text: str
    state_text: str
    request: str | None
    reason: str | None
    opened_by: str
    refused_by: uuid.UUID | None
    told: str | None = Field(description="What stays open to the parties, after a failure or a breach")
    parties: list[SideOut]
    consents: list[ConsentOut]
    mediators: list[MediatorOut]
    sessions: list[SessionOut]
    agreement: AgreementOut | None
    available_actions: list[str]
