"""The parts of a case's page: what is stored, and what of it is shown."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Base64Bytes, BeforeValidator

from app.core.crypto import opened
from app.core.masking import mask_address, mask_email, mask_name, mask_phone

# The driver stores the first day of the calendar as `-infinity`.
Day = Annotated[date, BeforeValidator(lambda day: date.min if day == "-infinity" else day)]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody's part in the case; of an erased party only the role is left."""

    id: uuid.UUID
    role: str
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    email: str | None = None

    def masked(self) -> "Party":
        """As everybody who sees the case sees them."""
        return replace(
            self,
            name=mask_name(self.name) if self.name else self.name,
            phone=mask_phone(self.phone) if self.phone else self.phone,
            address=mask_address(self.address) if self.address else self.address,
            email=mask_email(self.email) if self.email else self.email,
        )


@dataclass(frozen=True, slots=True)
class SealedParty:
    """A party as it is stored."""

    id: uuid.UUID
    role: str
    sealed: Base64Bytes
    seal_key: Base64Bytes

    def open(self) -> Party:
        """In clear."""
        said = opened(self.sealed, self.seal_key, f"party {self.id}")
        return Party(self.id, self.role, said.get("name"), said.get("phone"), said.get("address"), said.get("email"))


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom the case concerns or who is not to be involved: a unit, a member of staff, or words (sealed)."""

    relation: str
    unit: str | None
    staff: uuid.UUID | None
    sealed: Base64Bytes | None
    seal_key: Base64Bytes | None


@dataclass(frozen=True, slots=True)
class ConcernShown:
    """The same, opened."""

    relation: str
    unit: str | None
    staff: uuid.UUID | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ClockShown:
    """One limit."""

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
class AssignmentShown:
    """A unit's or a person's part in the work."""

    id: int
    unit: str
    staff: uuid.UUID | None
    part: str
    state: str
    offered_at: datetime
    answered_at: datetime | None
    returned_at: datetime | None
    ruling: str | None


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """How the notice that closes the matter reached the resident."""

    outcome: str
    method: str
    at: datetime
    article: str | None
    recorded_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice, without its text."""

    id: uuid.UUID
    kind: str
    state: str
    drafted_at: datetime
    served_at: datetime | None
    method: str | None


@dataclass(frozen=True, slots=True)
class SealedNote:
    """A text of the case as it is stored."""

    id: uuid.UUID
    kind: str
    author: str
    at: datetime
    body: str | None
    sealed: Base64Bytes | None
    seal_key: Base64Bytes | None


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A text of the case; None once it was erased."""

    id: uuid.UUID
    kind: str
    author: str
    at: datetime
    body: str | None


@dataclass(frozen=True, slots=True)
class SealedSeat:
    """Who sits in a hearing: staff, or somebody by name (sealed)."""

    role: str
    staff: uuid.UUID | None
    sealed: Base64Bytes | None
    seal_key: Base64Bytes | None


@dataclass(frozen=True, slots=True)
class SeatShown:
    """The same; the name of who is no staff is masked."""

    role: str
    staff: uuid.UUID | None
    name: str | None


@dataclass(frozen=True, slots=True)
class HearingRow:
    """A hearing as it is stored."""

    id: uuid.UUID
    state: str
    scheduled_at: datetime
    place: str
    began_at: datetime | None
    ended_at: datetime | None
    participants: tuple[SealedSeat, ...]


@dataclass(frozen=True, slots=True)
class HearingShown:
    """The same, with who sits where."""

    id: uuid.UUID
    state: str
    scheduled_at: datetime
    place: str
    began_at: datetime | None
    ended_at: datetime | None
    participants: tuple[SeatShown, ...]


@dataclass(frozen=True, slots=True)
class ArchiveShown:
    """Where its file is kept."""

    retention: str
    kept_until: date | None
    archived_at: datetime


@dataclass(frozen=True, slots=True)
class LinkShown:
    """Another case of the same matter."""

    relation: str
    later: bool
    case: uuid.UUID | None
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class RatingShown:
    """What the resident was asked and said."""

    invited_at: datetime
    window_ends: datetime
    rated_at: datetime | None
    satisfaction: str | None
    solved: str | None


@dataclass(frozen=True, slots=True)
class ReopeningShown:
    """A request to reopen."""

    id: uuid.UUID
    cause: str
    state: str
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitShown:
    """A return visit."""

    at: datetime
    method: str
    reached: bool
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class OutsideShown:
    """How the legal route that it was referred to stands."""

    route: str
    body: str
    stage: str
    filed_on: Day
    accepted_on: date | None
    ended_on: date | None
    next_rule: str | None
    next_due: datetime | None
