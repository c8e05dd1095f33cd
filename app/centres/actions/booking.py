"""Booking a room and giving it back: what mediation sessions, hearings and joint meetings stand on."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.centres.queries.rooms import free_slots, get_for_change, list_taken
from app.centres.rules import BOOKINGS, BookingPurpose, Period, unfit_booking
from app.core import errors
from app.core.access import Permission
from app.core.database import Connection, uuid7
from app.core.rows import fetch_one
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class _Room:
    """The centre of a room, and the unit in whose name the actor may use rooms there: of the centre, above it, or stationed."""

    centre: str
    unit: str | None


# Bookings of one room stand in line here, so that all but the first are told what is free; the constraint guards.
_ROOM = """
    select r.centre, (
        select u.code from unit c join unit u on u.path @> c.path or exists (
            select from station s where s.centre = c.code and s.unit = u.code and s.valid @> $2::timestamptz)
        where c.code = r.centre and u.code = any($3::text[]) order by u.code limit 1) as unit
    from room r where r.id = $1 and r.valid @> $2::timestamptz for no key update of r
"""


async def book(
    act: ActionContext, room: uuid.UUID, period: Period, purpose: BookingPurpose, *, case: uuid.UUID | None = None,
    pointer: str = "#/body",
) -> uuid.UUID:  # fmt: skip
    """Take a room for a period, for a case or for the unit itself; gives the booking.

    Whoever books for a case has judged before that the actor may act on it. Raises NotFound (no such room now), Forbidden
    (neither of the centre, above it, nor stationed there), Invalid (the period), or Conflict when it is taken, with the
    slots that are `free` that day.
    """
    if wrong := unfit_booking(period, act.now):
        raise errors.Invalid(wrong.zh, wrong.en, pointer=pointer)
    units = sorted(act.actor.units_with(Permission.ROOM_BOOK))
    found = await fetch_one(act.conn, _Room, _ROOM, room, act.now, units)
    if found is None:
        raise errors.NotFound
    if found.unit is None:
        raise errors.Forbidden(
            "房间供本中心、上级中心和进驻单位使用。",
            "Rooms are for the centre, those above it and units stationed there.",
        )
    if (await list_taken(act.conn, [room], period.since, period.until))[room]:
        free = await free_slots(act.conn, room, found.centre, period, act.now, act.reference)
        raise errors.Conflict(
            "该时段房间已被占用；当日空闲时段见 free。", "The room is taken then; `free` tells what is left of that day.",
            free=[{"since": slot.since.isoformat(), "until": slot.until.isoformat()} for slot in free],
        )  # fmt: skip
    made = uuid7()
    await act.conn.execute(
        "insert into room_booking (id, room, period, purpose, case_id, unit, booked_at, booked_by)"
        " values ($1, $2, tstzrange($3, $4), $5, $6, $7, $8, $9)",
        made, room, period.since, period.until, purpose, case, found.unit, act.now, act.actor.id,
    )  # fmt: skip
    return made


async def release(act: ActionContext, booking: uuid.UUID) -> None:
    """By the unit that took it, not for a case; the time is free again at once."""
    found = await get_for_change(act.conn, booking, actor=act.actor)
    BOOKINGS.check(found, "release", act.actor, act.now, version=act.version)
    await give_back(act.conn, [booking], by=act.actor.id, at=act.now)


async def give_back(conn: Connection, bookings: Collection[uuid.UUID], *, by: str, at: datetime) -> None:
    """Free the rooms of what will not take place; what is over or was given back stays as it is. For capabilities above,
    which judge who may."""
    await conn.execute(
        "update room_booking set released_at = $2, released_by = $3, version = version + 1"
        " where id = any($1::uuid[]) and released_at is null and upper(period) > $2",
        list(bookings), at, by,
    )  # fmt: skip
