"""When rooms are taken. By what, only the unit that took them is told, and of a booking for a case not even that here."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from app.centres.queries import hours_around
from app.centres.rules import Booking, Hours, Period, free_within, openings
from app.centres.schemas.shown import BookingOut
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one
from app.reference.queries import Reference


async def list_taken(
    conn: Connection, rooms: Sequence[uuid.UUID], since: datetime, until: datetime
) -> dict[uuid.UUID, list[Period]]:
    """room → when it is taken within a time, in order."""
    taken: dict[uuid.UUID, list[Period]] = defaultdict(list)
    for room, begins, ends in await conn.fetch(
        "select room, lower(period), upper(period) from room_booking where room = any($1::uuid[])"
        " and period && tstzrange($2, $3) and released_at is null order by room, lower(period)",
        rooms, since, until,
    ):  # fmt: skip
        taken[room].append(Period(begins, ends))
    return taken


async def free_slots(
    conn: Connection, room: uuid.UUID, centre: str, period: Period, now: datetime, reference: Reference
) -> list[Period]:
    """When else on the day of `period` the room is free for as long, from now on, while the centre is open."""
    tz = reference.city.tz
    day = period.since.astimezone(tz).date()
    hours = (await hours_around(conn, [centre], day)).get(centre, Hours())
    begins = now.astimezone(UTC)
    within = [
        Period(max(o.opens, begins), o.closes)
        for o in openings(day, 1, hours, reference.calendar, tz)
        if o.closes > now
    ]
    if not within:
        return []
    taken = await list_taken(conn, [room], within[0].since, within[-1].until)
    return free_within(within, taken[room], period.until - period.since)


_BOOKING = """
    select b.id, b.room, r.code as room_code, r.centre, b.purpose, b.unit, lower(b.period) as since,
        upper(b.period) as until, b.booked_at, b.booked_by, b.released_at, b.version
    from room_booking b join room r on r.id = b.room
"""
_OWN = "b.case_id is null and b.unit = any($1::text[])"


def _units(actor: Actor) -> list[str]:
    return sorted(actor.units_with(Permission.ROOM_BOOK))


async def get_booking(conn: Connection, booking: uuid.UUID, *, actor: Actor) -> BookingOut:
    """A booking of the caller's own unit that is not for a case; raises NotFound."""
    found = await fetch_one(conn, BookingOut, f"{_BOOKING} where {_OWN} and b.id = $2", _units(actor), booking)
    if found is None:
        raise NotFound
    return found


async def get_for_change(conn: Connection, booking: uuid.UUID, *, actor: Actor) -> Booking:
    """The same for decisions, locked."""
    found = await fetch_one(
        conn, Booking,
        "select b.unit, upper(b.period) as until, b.released_at, b.version from room_booking b"
        f" where {_OWN} and b.id = $2 for update",
        _units(actor), booking,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


async def list_bookings(conn: Connection, *, actor: Actor, after: Mark, limit: int) -> list[BookingOut]:
    """Those of the caller's own units that are not over and not for a case, in order."""
    return await fetch_all(
        conn, BookingOut,
        f"{_BOOKING} where {_OWN} and b.released_at is null and upper(b.period) > $2"
        " and ($3::timestamptz is null or (lower(b.period), b.id) > ($3, $4::uuid))"
        " order by lower(b.period), b.id limit $5",
        _units(actor), actor.at, *(after or (None, None)), limit,
    )  # fmt: skip


async def list_for_case(conn: Connection, case: uuid.UUID) -> list[BookingOut]:
    """The rooms taken for a case, in order; that the caller sees the case is judged before."""
    return await fetch_all(conn, BookingOut, f"{_BOOKING} where b.case_id = $1 order by lower(b.period), b.id", case)
