"""When rooms are taken. By what, only the unit that took them is told, and of a booking for a case not even that here."""

import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from app.centres.queries.places import HOLDS, hours_around
from app.centres.rules import Hours, Period, free_within, openings
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import NotFound
from app.reference.queries import Reference


async def list_taken(
    conn: Connection, rooms: list[uuid.UUID], since: datetime, until: datetime
) -> dict[uuid.UUID, list[Period]]:
    """room → when it is taken within a time, in order."""
    rows = await conn.fetch(
        "select room, lower(period) as since, upper(period) as until from room_booking where room = any($1::uuid[])"
        " and period && tstzrange($2, $3) and released_at is null order by room, lower(period)",
        rooms, since, until,
    )  # fmt: skip
    taken: dict[uuid.UUID, list[Period]] = defaultdict(list)
    for row in rows:
        taken[row["room"]].append(Period(row["since"], row["until"]))
    return taken


async def free_slots(
    conn: Connection, room: uuid.UUID, centre: str, period: Period, now: datetime, rules: Reference
) -> list[Period]:  # fmt: skip
    """When else on the day of `period` the room is free for as long, from now on, while the centre is open."""
    tz = rules.city.tz
    day = period.since.astimezone(tz).date()
    hours = (await hours_around(conn, [centre], day)).get(centre, Hours())
    begins = now.astimezone(UTC)
    within = [
        Period(max(o.opens, begins), o.closes) for o in openings(day, 1, hours, rules.calendar, tz) if o.closes > now
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
_OWN = f"{_BOOKING} where b.case_id is null and b.unit = any($1::text[])"


async def get_booking(conn: Connection, booking: uuid.UUID, *, actor: Actor) -> Any:
    """A booking of the caller's own unit that is not for a case; raises NotFound."""
    row = await conn.fetchrow(f"{_OWN} and b.id = $2", sorted(actor.units_with(Permission.ROOM_BOOK)), booking)
    if row is None:
        raise NotFound
    return row


async def list_bookings(
    conn: Connection, *, actor: Actor, now: datetime, after: list[Any] | None, limit: int
) -> list[Any]:  # fmt: skip
    """Those of the caller's own units that are not over and not for a case, in order."""
    begins, last = (datetime.fromisoformat(after[0]), uuid.UUID(after[1])) if after else (None, None)
    return await conn.fetch(
        f"{_OWN} and b.released_at is null and upper(b.period) > $2"
        " and ($3::timestamptz is null or (lower(b.period), b.id) > ($3, $4)) order by lower(b.period), b.id limit $5",
        sorted(actor.units_with(Permission.ROOM_BOOK)), now, begins, last, limit,
    )  # fmt: skip


async def list_for_case(conn: Connection, case: uuid.UUID) -> list[Any]:
    """The rooms taken for a case, in order; that the caller sees the case is judged before."""
    return await conn.fetch(f"{_BOOKING} where b.case_id = $1 order by lower(b.period), b.id", case)


async def using_unit(conn: Connection, centre: str, *, actor: Actor, now: datetime) -> str | None:
    """The unit in whose name this actor may use rooms: of the centre, above it, or stationed there."""
    units = sorted(actor.units_with(Permission.ROOM_BOOK))
    found: str | None = await conn.fetchval(
        "select u.code from unit c join unit u on u.path @> c.path or exists (select from station s"
        f" where s.centre = c.code and s.unit = u.code and s.{HOLDS.format(at='$3')})"
        " where c.code = $1 and u.code = any($2::text[]) order by u.code limit 1",
        centre, units, now,
    )  # fmt: skip
    return found
