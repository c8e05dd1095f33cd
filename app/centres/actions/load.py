"""Loading many centres as places at once, from before anybody kept them here."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from app.centres.actions.rota import Plan
from app.centres.rules import RoomKind, Span, Stationing
from app.core.access import SYSTEM
from app.core.database import Connection, copy_rows


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room to load."""

    code: str
    name: str
    kind: RoomKind
    seats: int


@dataclass(frozen=True, slots=True)
class Seat:
    """How a unit is stationed."""

    unit: str
    how: Stationing
    weekdays: Sequence[int] = ()
    window: str | None = None
    call_in: str | None = None
    respond_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A centre as a place to load; `week` holds the hours by ISO weekday, `windows` names by number."""

    centre: str
    windows: Mapping[str, str] = field(default_factory=dict)
    rooms: tuple[RoomRow, ...] = ()
    seats: tuple[Seat, ...] = ()
    week: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)


async def load_places(conn: Connection, places: Iterable[PlaceRow], *, since: datetime, space: uuid.UUID) -> None:
    """Add what these centres have, from `since` on; ids follow from `space` and what they stand for."""
    rows = list(places)
    valid, days = asyncpg.Range(since, None), asyncpg.Range(since.date(), None)
    by = SYSTEM.id

    def named(*parts: object) -> uuid.UUID:
        return uuid.uuid5(space, " ".join(map(str, parts)))

    await copy_rows(
        conn, "service_window", ("id", "centre", "code", "name", "valid", "set_by"),
        [(named("window", p.centre, c), p.centre, c, name, valid, by) for p in rows for c, name in p.windows.items()],
    )  # fmt: skip
    rooms = [(named("room", p.centre, room.code), p.centre, room) for p in rows for room in p.rooms]
    await copy_rows(
        conn, "room", ("id", "centre", "code", "valid", "set_by"),
        [(made, centre, room.code, valid, by) for made, centre, room in rooms],
    )  # fmt: skip
    await copy_rows(
        conn, "room_version", ("id", "room", "name", "kind", "seats", "valid", "set_by"),
        [(made, made, room.name, room.kind.value, room.seats, valid, by) for made, _, room in rooms],
    )  # fmt: skip
    await copy_rows(
        conn, "station",
        ("id", "centre", "unit", "how", "weekdays", "window_code", "call_in", "respond_minutes", "valid", "set_by"),
        [(named("station", p.centre, s.unit), p.centre, s.unit, s.how.value, list(s.weekdays), s.window, s.call_in,
          s.respond_minutes, valid, by) for p in rows for s in p.seats],
    )  # fmt: skip
    await copy_rows(
        conn, "opening_hours", ("id", "centre", "weekday", "minutes", "days", "set_at", "set_by"),
        [(named("hours", p.centre, day), p.centre, day, [asyncpg.Range(*span) for span in spans], days, since, by)
         for p in rows for day, spans in p.week.items()],
    )  # fmt: skip


async def load_rota(conn: Connection, plans: Iterable[tuple[str, Plan]], *, at: datetime, space: uuid.UUID) -> None:
    """Add shifts by centre, as planned at `at`; raises an error of the database where somebody is on two at once."""
    await copy_rows(
        conn, "duty_shift", ("id", "centre", "unit", "staff", "window_code", "period", "set_at", "set_by"),
        [(uuid.uuid5(space, f"shift {p.staff} {p.period.since.isoformat()}"), centre, p.unit, p.staff, p.window,
          asyncpg.Range(p.period.since, p.period.until), at, SYSTEM.id) for centre, p in plans],
    )  # fmt: skip
