"""A case as its page shows it."""

import uuid
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel


class PointOut(BaseModel):
    """A GeoJSON point: longitude, latitude in degrees (WGS84)."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class LocationOut(BaseModel):
    """Where it is and how that is known; `crs` is the system the point was given in."""

    located_by: str
    crs: str | None
    accuracy_m: float | None
    address: str | None
    point: PointOut | None


class CellRef(BaseModel):
    """The cell it was filed in."""

    code: str


class AreasOut(BaseModel):
    """The areas it was filed in, tier by tier."""

    city: str
    county: str | None
    township: str | None
    community: str | None


class WorkerOut(BaseModel):
    """The cell's worker."""

    id: uuid.UUID
    name: str


class RoutingOut(BaseModel):
    """Which rule sent it where; `guarded` when it was moved away from a unit that it concerns."""

    rule: str
    guarded: bool
    reason: str | None = None


class PartyOut(BaseModel):
    """A party; masked unless revealed. An erased party keeps only its role."""

    id: uuid.UUID
    role: str
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    email: str | None = None


class ConcernOut(BaseModel):
    """Whom the matter is about, or who must not be involved (`not_to`)."""

    relation: Literal["concerns", "not_to"]
    unit: str | None
    staff: uuid.UUID | None
    text: str | None


class LimitOut(BaseModel):
    """A clock: `due` decides lateness, `due_unrolled` is the day before any roll over days off; `breached_at` the limit
    that was missed. `owner` says whose limit it is: the authority's, or the resident's to exercise a right."""

    kind: str
    rule: str
    basis: str
    start: datetime
    due: datetime
    due_unrolled: datetime
    provisional: bool
    met_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    paused_at: datetime | None
    owner: str
    extensions: int


class AssignmentOut(BaseModel):
    """Responsibility offered, signed for, refused, recalled or done; `returned_at` that the unit returned it, `ruling` what
    the unit that sent it ruled (upheld, rejected; designated without a return)."""

    id: int
    unit: str
    staff: uuid.UUID | None
    part: str
    state: str
    offered_at: datetime
    answered_at: datetime | None
    returned_at: datetime | None
    ruling: Literal["upheld", "rejected", "designated"] | None


class ServiceOut(BaseModel):
    """How the notice of the result reached the resident."""

    outcome: str
    method: str
    at: datetime
    article: str | None
    recorded_by: str
    approved_by: str | None


class NoticeRef(BaseModel):
    """A written notice of the case; `GET /v1/notices/{id}` shows it."""

    id: uuid.UUID
    kind: str
    title: str
    state: str
    drafted_at: datetime
    served_at: datetime | None
    method: str | None


class ArchiveOut(BaseModel):
    """A file that is kept; `kept_until` is null for one kept for ever."""

    retention: str
    kept_until: date | None
    archived_at: datetime


class NoteOut(BaseModel):
    """A text written while the case was worked: a reply, a reason, a proof."""

    id: uuid.UUID
    kind: str
    author: str
    at: datetime
    body: str


class LinkOut(BaseModel):
    """Another case of the same matter: `later` when that one came after this. Its id for who may see it."""

    relation: str
    later: bool
    case: uuid.UUID | None
    made_at: datetime
    settled_at: datetime | None


class RatingOut(BaseModel):
    """The invitation to rate, and what the resident said. Nobody else can rate."""

    invited_at: datetime
    window_ends: datetime
    rated_at: datetime | None
    satisfaction: str | None
    solved: str | None


class AskedToReopenOut(BaseModel):
    """The resident asked for the case to be taken up again; the words are read where it is decided."""

    id: uuid.UUID
    cause: str
    state: str
    asked_at: datetime
    decided_at: datetime | None


class ParticipantOut(BaseModel):
    """A seat at a hearing; the name of who is no staff is masked."""

    role: str
    staff: uuid.UUID | None
    name: str | None


class HearingOut(BaseModel):
    """A hearing: scheduled, opened, held or cancelled."""

    id: uuid.UUID
    state: str
    scheduled_at: datetime
    place: str
    began_at: datetime | None
    ended_at: datetime | None
    participants: list[ParticipantOut]


class VisitOut(BaseModel):
    """A visit or call after closing."""

    at: datetime
    method: str
    reached: bool
    confirmed: bool | None


class OutsideOut(BaseModel):
    """The procedure outside that the case was referred to. `next_due` is the other body's limit, and no breach here."""

    route: str
    body: str
    stage: str
    filed_on: date
    accepted_on: date | None
    ended_on: date | None
    next_rule: str | None
    next_due: datetime | None


class CaseOut(BaseModel):
    """A case as its page shows it: personal data masked, texts in the caller's language, codes with their names.
    Of a dispute, `GET /v1/dispute_kinds/{dispute_kind}` has the checklist."""

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    category_name: str | None
    dispute_kind: str | None
    channel: str
    procedure: str
    procedure_version: int
    status: str
    status_text: str
    title: str | None
    description: str | None
    location: LocationOut
    cell: CellRef | None
    areas: AreasOut
    queue: str | None
    worker: WorkerOut | None
    centre: str | None
    lead_unit: str
    routed_unit: str
    routing: RoutingOut
    parties: list[PartyOut]
    concerns: list[ConcernOut]
    clocks: list[LimitOut]
    assignments: list[AssignmentOut]
    service: ServiceOut | None
    notices: list[NoticeRef]
    archive: ArchiveOut | None
    held: bool
    result: str | None
    notes: list[NoteOut]
    reopened: int
    escalated_to: str | None
    merged_into: uuid.UUID | None
    merged: list[uuid.UUID]
    links: list[LinkOut]
    rating: RatingOut | None
    reopening_requests: list[AskedToReopenOut]
    hearings: list[HearingOut]
    visits: list[VisitOut]
    outside: OutsideOut | None
    source_system: str | None
    external_id: str | None
    imported: bool
    due: datetime | None
    received_at: datetime
    registered_at: datetime
    accepted_at: datetime | None
    concluded_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    names: dict[str, str]
    available_actions: list[str]
    version: int


class UnseenOut(BaseModel):
    """The step was taken, and ended the caller's access to the case."""

    id: uuid.UUID
    version: int
    seen: Literal[False]
