"""Everything that a case's page shows, read in one statement and opened; personal data masked."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pydantic import Base64Bytes

from app.cases.queries.access import visible_to
from app.core.access import Actor
from app.core.crypto import opened
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.masking import mask_address, mask_email, mask_name, mask_phone
from app.core.rows import fetch_one, read_sql
from app.notices.rules import CLOSING

# Of a talk with one side: for the mediators and the lead, whom their own room shows it (RMTJ 15).
CONFIDENTIAL = "mediation_separate_talk"
_CLOSING = ", ".join(f"'{kind.value}'" for kind in sorted(CLOSING))


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
    filed_on: date
    accepted_on: date | None
    ended_on: date | None
    next_rule: str | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is shown as it is stored."""

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    channel: str
    procedure: str
    procedure_version: int
    status: str
    located_by: str
    crs: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    cell: str | None
    city: str
    county: str | None
    township: str | None
    community: str | None
    queue: str | None
    worker: uuid.UUID | None
    centre: str | None
    lead_unit: str
    routed_unit: str | None
    rule: str
    guarded: bool
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
    worker_name: str | None
    title: str | None
    description: str | None
    address: str | None
    clocks: tuple[ClockShown, ...]
    assignments: tuple[AssignmentShown, ...]
    service: ServiceShown | None
    notices: tuple[NoticeShown, ...]
    archive: ArchiveShown | None
    held: bool
    merged: tuple[uuid.UUID, ...]
    links: tuple[LinkShown, ...]
    rating: RatingShown | None
    reopening_requests: tuple[ReopeningShown, ...]
    visits: tuple[VisitShown, ...]
    outside: OutsideShown | None


@dataclass(frozen=True, slots=True)
class _Stored(_Shared):
    """The row as it is read."""

    sealed: bytes | None
    seal_key: bytes | None
    parties: tuple[SealedParty, ...]
    concerns: tuple[Concern, ...]
    notes: tuple[SealedNote, ...]
    hearings: tuple[HearingRow, ...]


@dataclass(frozen=True, slots=True)
class CasePage(_Shared):
    """A case as its page shows it."""

    parties: tuple[Party, ...]
    concerns: tuple[ConcernShown, ...]
    notes: tuple[NoteShown, ...]
    hearings: tuple[HearingShown, ...]


async def read_page(conn: Connection, case_id: uuid.UUID, *, actor: Actor, clear: bool = False) -> CasePage:
    """The page, parties masked unless `clear` (which the caller logs); raises NotFound."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    statement = read_sql(__package__, "case_page").format(
        merged_seen=visible_to(actor, parameters, alias="m"), closing=_CLOSING, confidential=CONFIDENTIAL
    )
    row = await fetch_one(conn, _Stored, f"{statement} where c.id = $1 and {where}", *parameters)
    if row is None:
        raise NotFound
    shared = {name: getattr(row, name) for name in _Shared.__dataclass_fields__}
    if row.sealed is not None:
        text = opened(row.sealed, row.seal_key, f"case_text {case_id}")
        shared |= {"title": text.get("title"), "description": text.get("description")}
        shared["address"] = (text.get("location") or {}).get("address")
    parties = tuple(party.open() for party in row.parties)
    return CasePage(
        **shared,
        parties=parties if clear else tuple(party.masked() for party in parties),
        concerns=tuple(_concern(case_id, concern) for concern in row.concerns),
        notes=tuple(_note(note) for note in row.notes),
        hearings=tuple(_hearing(hearing) for hearing in row.hearings),
    )


def _concern(case_id: uuid.UUID, stored: Concern) -> ConcernShown:
    text = None
    if stored.sealed is not None:
        text = opened(stored.sealed, stored.seal_key, f"case_concern {case_id}").get("text")
    return ConcernShown(stored.relation, stored.unit, stored.staff, text)


def _note(stored: SealedNote) -> NoteShown:
    body = stored.body
    if stored.sealed is not None:
        body = opened(stored.sealed, stored.seal_key, f"case_note {stored.id}").get("body")
    return NoteShown(stored.id, stored.kind, stored.author, stored.at, body)


def _hearing(stored: HearingRow) -> HearingShown:
    return HearingShown(
        stored.id, stored.state, stored.scheduled_at, stored.place, stored.began_at, stored.ended_at,
        tuple(_seat(stored.id, seat) for seat in stored.participants),
    )  # fmt: skip


def _seat(hearing: uuid.UUID, stored: SealedSeat) -> SeatShown:
    name: Any = None
    if stored.sealed is not None:
        name = opened(stored.sealed, stored.seal_key, f"hearing_seat {hearing}").get("name")
    return SeatShown(stored.role, stored.staff, mask_name(name) if name else None)
