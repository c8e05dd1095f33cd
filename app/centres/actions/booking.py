"""Booking a room and giving it back: what mediation sessions, hearings and joint meetings stand on."""

import uuid
from datetime import datetime

from app.centres.queries.rooms import free_slots, list_taken, using_unit
from app.centres.rules import BookingPurpose, Period, unfit_booking
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, uuid7
from app.reference.queries import Reference


async def book(
    conn: Connection, room: uuid.UUID, period: Period, purpose: BookingPurpose, *, actor: Actor, now: datetime,
    rules: Reference, case: uuid.UUID | None = None, pointer: str = "#/body",
) -> uuid.UUID:  # fmt: skip
    """Take a room for a period, for a case or for the unit itself; gives the booking.

    Within a transaction. Whoever books for a case has judged before that the actor may act on it. Raises NotFound (no
    such room now), Forbidden (neither of the centre, above it, nor stationed there), Invalid (the period), or Conflict
    when it is taken, with the slots that are `free` that day.
    """
    if wrong := unfit_booking(period, now):
        raise errors.Invalid(wrong.zh, wrong.en, pointer=pointer)
    # Bookings of one room stand in line here, so that all but the first are told what is free; the constraint guards.
    centre = await conn.fetchval(
        "select centre from room where id = $1 and valid @> $2::timestamptz for no key update", room, now
    )
    if centre is None:
        raise errors.NotFound
    unit = await using_unit(conn, centre, actor=actor, now=now)
    if unit is None:
        raise errors.Forbidden(
            "房间供本中心、上级中心和进驻单位使用。",
            "Rooms are for the centre, those above it and units stationed there.",
        )
    if (await list_taken(conn, [room], period.since, period.until))[room]:
        free = await free_slots(conn, room, centre, period, now, rules)
        raise errors.Conflict(
            "该时段房间已被占用；当日空闲时段见 free。", "The room is taken then; `free` tells what is left of that day.",
            free=[{"since": slot.since.isoformat(), "until": slot.until.isoformat()} for slot in free],
        )  # fmt: skip
    made = uuid7()
    await conn.execute(
        "insert into room_booking (id, room, period, purpose, case_id, unit, booked_at, booked_by)"
        " values ($1, $2, tstzrange($3, $4), $5, $6, $7, $8, $9)",
        made, room, period.since, period.until, purpose.value, case, unit, now, actor.id,
    )  # fmt: skip
    return made


async def release(
    conn: Connection, booking: uuid.UUID, *, actor: Actor, now: datetime, case: uuid.UUID | None = None
) -> None:
    """Give the room back; a booking for a case is released by whoever may act on that case, which the caller judges.

    Raises NotFound (no such booking of this case), Conflict when it is over or was released.
    """
    row = await conn.fetchrow(
        "select released_at is null and upper(period) > $3 as stands from room_booking"
        " where id = $1 and case_id is not distinct from $2 for update",
        booking, case, now,
    )  # fmt: skip
    if row is None:
        raise errors.NotFound
    if not row["stands"]:
        raise errors.Conflict("该预订已结束或已取消。", "The booking is over, or was released.")
    await conn.execute(
        "update room_booking set released_at = $2, released_by = $3, version = version + 1 where id = $1",
        booking, now, actor.id,
    )  # fmt: skip
