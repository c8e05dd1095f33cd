"""Everything that a case's page shows, read in one statement and opened; personal data masked."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.page_parts import (
    ArchiveShown,
    AssignmentShown,
    ClockShown,
    Concern,
    ConcernShown,
    HearingRow,
    HearingShown,
    LinkShown,
    NoteShown,
    NoticeShown,
    OutsideShown,
    Party,
    RatingShown,
    ReopeningShown,
    SealedNote,
    SealedParty,
    SealedSeat,
    SeatShown,
    ServiceShown,
    VisitShown,
)
from app.core.access import Actor
from app.core.crypto import opened
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.masking import mask_name
from app.core.rows import fetch_one, read_sql
from app.notices.rules import CLOSING

# Of a talk with one side: for the mediators and the lead, whom their own room shows it (RMTJ 15).
CONFIDENTIAL = "mediation_separate_talk"
_CLOSING = ", ".join(f"'{kind.value}'" for kind in sorted(CLOSING))


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
