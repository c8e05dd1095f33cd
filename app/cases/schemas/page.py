"""A case as its page shows it: read in one statement (`case_page.sql`), answered as it is."""

import uuid
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal

import pydantic
from pydantic import BaseModel, BeforeValidator, Field

from app.cases.rules import Status
from app.cases.schemas.sealed import AddressByPart, MaskedName, OpenedText
from app.core.crypto import opened
from app.core.masking import mask_address, mask_email, mask_name, mask_phone
from app.notices.rules import NoticeKind

# The driver stores the first day of the calendar as `-infinity`.
Day = Annotated[date, BeforeValidator(lambda day: date.min if day == "-infinity" else day)]
Given = Annotated[str | None, Field(exclude_if=lambda given: given is None)]


@dataclass(frozen=True, slots=True)
class PointOut:
    """A GeoJSON point: longitude, latitude in degrees (WGS84)."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LocationOut:
    """Where it is and how that is known; `crs` is the system the point was given in. The address is masked but for who
    works on the case."""

    located_by: str
    crs: str | None
    accuracy_m: float | None
    address: AddressByPart
    point: PointOut | None


@dataclass(frozen=True, slots=True)
class CellRef:
    """The cell it was filed in."""

    code: str


@dataclass(frozen=True, slots=True)
class AreasOut:
    """The areas it was filed in, tier by tier."""

    city: str
    county: str | None
    township: str | None
    community: str | None


@dataclass(frozen=True, slots=True)
class WorkerOut:
    """The cell's worker."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class RoutingOut:
    """Which rule sent it where; `guarded` when it was moved away from a unit that it concerns."""

    rule: str
    guarded: bool
    reason: str | None = None


@pydantic.dataclasses.dataclass(frozen=True, slots=True)
class PartyOut:
    """A party; masked unless revealed. What was not given is left out; an erased party keeps only its role."""

    id: uuid.UUID
    role: str
    name: Given = None
    phone: Given = None
    address: Given = None
    email: Given = None
    tell_by: Given = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _open(cls, stored: object) -> object:
        match stored:
            case {"id": found, "role": role, "sealed": str(sealed), "seal_key": key, "tell_by": way}:
                said = opened(b64decode(sealed), b64decode(key or ""), f"party {found}")
                return {**said, "id": found, "role": role, **({"tell_by": way} if way else {})}
        return stored

    def masked(self) -> "PartyOut":
        """As everybody who sees the case sees them."""
        return replace(
            self,
            name=mask_name(self.name) if self.name else self.name,
            phone=mask_phone(self.phone) if self.phone else self.phone,
            address=mask_address(self.address) if self.address else self.address,
            email=mask_email(self.email) if self.email else self.email,
        )


@dataclass(frozen=True, slots=True)
class PartiesOut:
    """Parties in clear."""

    items: tuple[PartyOut, ...]


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """The report as it was written."""

    title: OpenedText
    description: OpenedText


@dataclass(frozen=True, slots=True)
class WrittenNoteOut:
    """A note that holds numbers of people, as it was written; null once that was erased."""

    id: uuid.UUID
    body: OpenedText


@dataclass(frozen=True, slots=True)
class RevealedOut:
    """What lies with stars or sealed, as it was written: parties, the place, the report, notes that hold numbers of people."""

    items: tuple[PartyOut, ...]
    address: OpenedText
    text: WrittenOut
    notes: tuple[WrittenNoteOut, ...]


@dataclass(frozen=True, slots=True)
class CorrectionRef:
    """Something of it was corrected; `GET /v1/cases/{id}/corrections` has what stood before."""

    id: uuid.UUID
    at: datetime
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConcernOut:
    """Whom the matter is about, or who must not be involved (`not_to`)."""

    relation: Literal["concerns", "not_to"]
    unit: str | None
    staff: uuid.UUID | None
    text: OpenedText


@dataclass(frozen=True, slots=True)
class LimitOut:
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


@dataclass(frozen=True, slots=True)
class AssignmentOut:
    """Responsibility offered, signed for, refused, recalled or done; `returned_at` that the unit returned it, `ruling` what
    the unit that sent it ruled (upheld, rejected; designated without a return)."""

    unit: str
    staff: uuid.UUID | None
    part: str
    state: str
    offered_at: datetime
    answered_at: datetime | None
    returned_at: datetime | None
    ruling: Literal["upheld", "rejected", "designated"] | None


@dataclass(frozen=True, slots=True)
class ServiceOut:
    """How the notice of the result reached the resident."""

    outcome: str
    method: str
    at: datetime
    article: str | None
    recorded_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """A written notice of the case; `GET /v1/notices/{id}` shows it."""

    id: uuid.UUID
    kind: NoticeKind
    state: str
    drafted_at: datetime
    served_at: datetime | None
    method: str | None
    title: str


@dataclass(frozen=True, slots=True)
class ArchiveOut:
    """A file that is kept; `kept_until` is null for one kept for ever."""

    retention: str
    kept_until: date | None
    archived_at: datetime


@dataclass(frozen=True, slots=True)
class NoteOut:
    """A text written while the case was worked: a reply, a reason, a proof; null once it was erased."""

    id: uuid.UUID
    kind: str
    author: str
    at: datetime
    body: OpenedText


@dataclass(frozen=True, slots=True)
class LinkOut:
    """Another case of the same matter, which the caller may see: `later` when that one came after this."""

    relation: str
    later: bool
    case: uuid.UUID
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class RatingOut:
    """The invitation to rate, and what the resident said. Nobody else can rate. It counts from `firm_at` on; until then who was
    told of it may take it back."""

    invited_at: datetime
    window_ends: datetime
    rated_at: datetime | None
    satisfaction: str | None
    solved: str | None
    firm_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedToReopenOut:
    """The resident asked for the case to be taken up again; the words are read where it is decided."""

    id: uuid.UUID
    cause: str
    state: str
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParticipantOut:
    """A seat at a hearing; the name of who is no staff is masked."""

    role: str
    staff: uuid.UUID | None
    name: MaskedName


@dataclass(frozen=True, slots=True)
class HearingOut:
    """A hearing: scheduled, opened, held or cancelled."""

    id: uuid.UUID
    state: str
    scheduled_at: datetime
    place: str
    began_at: datetime | None
    ended_at: datetime | None
    participants: tuple[ParticipantOut, ...]


@dataclass(frozen=True, slots=True)
class VisitOut:
    """A visit or call after closing."""

    at: datetime
    method: str
    reached: bool
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class OutsideOut:
    """The procedure outside that the case was referred to. `next_due` is the other body's limit, and no breach here."""

    route: str
    body: str
    stage: str
    filed_on: Day
    accepted_on: date | None
    ended_on: date | None
    next_rule: str | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class CaseOut:
    """A case as its page shows it: personal data masked, texts in the caller's language, codes with their names.
    Of a dispute, `GET /v1/dispute_kinds/{dispute_kind}` has the checklist."""

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    channel: str
    procedure: str
    procedure_version: int
    status: Status
    queue: str | None
    worker: WorkerOut | None
    centre: str | None
    lead_unit: str
    routed_unit: str
    due: datetime | None
    received_at: datetime
    registered_at: datetime
    accepted_at: datetime | None
    concluded_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    result: str | None
    reopened: int
    escalated_to: str | None
    merged_into: uuid.UUID | None
    source_system: str | None
    external_id: str | None
    imported: bool
    version: int
    title: OpenedText
    description: OpenedText
    clocks: tuple[LimitOut, ...]
    assignments: tuple[AssignmentOut, ...]
    service: ServiceOut | None
    notices: tuple[NoticeRef, ...]
    archive: ArchiveOut | None
    held: bool
    merged: tuple[uuid.UUID, ...]
    links: tuple[LinkOut, ...]
    rating: RatingOut | None
    reopening_requests: tuple[AskedToReopenOut, ...]
    visits: tuple[VisitOut, ...]
    outside: OutsideOut | None
    parties: tuple[PartyOut, ...]
    concerns: tuple[ConcernOut, ...]
    corrections: tuple[CorrectionRef, ...]
    notes: tuple[NoteOut, ...]
    hearings: tuple[HearingOut, ...]
    status_text: str
    category_name: str | None
    dispute_kind: str | None
    location: LocationOut
    cell: CellRef | None
    areas: AreasOut
    routing: RoutingOut
    names: dict[str, str]
    available_actions: tuple[str, ...]


class UnseenOut(BaseModel):
    """The step was taken, and ended the caller's access to the case."""

    id: uuid.UUID
    version: int
    seen: Literal[False]
