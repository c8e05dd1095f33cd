"""Windows, rooms, and the units stationed at a centre. What changes is ended and set anew: the rows are the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.centres.actions.setup import Change
from app.centres.queries.places import has_window
from app.centres.queries.rooms import list_taken
from app.centres.rules import MOST_AHEAD, RoomKind, Stationing
from app.core import errors
from app.core.database import uuid7


async def set_window(change: Change, code: str, name: str) -> None:
    """Open a window, or give the one of that number another name."""
    await _end(change, "service_window", centre=change.centre, code=code)
    await _set(change, "service_window", centre=change.centre, code=code, name=name)


async def close_window(change: Change, code: str) -> None:
    """The window is no more; units that sat there stay, without one."""
    if await _end(change, "service_window", centre=change.centre, code=code) is None:
        raise errors.Conflict("没有这个窗口。", "There is no such window.")


async def set_room(change: Change, code: str, name: str, kind: RoomKind, seats: int) -> None:
    """A room anew, or another name, kind or size of the one of that number; its bookings stay."""
    room = await _room(change, code) or await _set(change, "room", centre=change.centre, code=code)
    await _end(change, "room_version", room=room)
    await _set(change, "room_version", room=room, name=name, kind=kind.value, seats=seats)


async def close_room(change: Change, code: str) -> None:
    """The room is no more; refused while it is booked for a time to come."""
    room = await _room(change, code)
    if room is None:
        raise errors.Conflict("没有这个房间。", "There is no such room.")
    taken = await list_taken(change.conn, [room], change.now, change.now + MOST_AHEAD)
    if taken[room]:
        raise errors.Conflict(
            "该房间还有预订，请先改约或等待其结束。", "The room is booked; move the bookings, or wait until they are over.",
            taken=[{"since": p.since.isoformat(), "until": p.until.isoformat()} for p in taken[room][:20]],
        )  # fmt: skip
    await _end(change, "room_version", room=room)
    await _end(change, "room", id=room)


async def _room(change: Change, code: str) -> Any:
    """The room of that number, locked against bookings."""
    return await change.conn.fetchval(
        "select id from room where centre = $1 and code = $2 and upper_inf(valid) for no key update",
        change.centre,
        code,
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """How a unit is stationed."""

    unit: str
    how: Stationing
    weekdays: Sequence[int] = ()
    window: str | None = None
    call_in: str | None = None
    respond_minutes: int | None = None


async def station(change: Change, seat: Seat) -> None:
    """Station a unit, or change how it is stationed. Raises Invalid for an unknown unit or window."""
    known = await change.conn.fetchval("select exists (select from unit where code = $1)", seat.unit)
    if not known or seat.unit == change.centre:
        raise errors.Invalid(
            "没有这个单位，或它就是本中心。",
            "There is no such unit, or it is the centre itself.",
            pointer="#/body/unit",
        )
    await require_window(change, seat.window)
    await _end(change, "station", centre=change.centre, unit=seat.unit)
    await _set(
        change, "station", centre=change.centre, unit=seat.unit, how=seat.how.value,
        weekdays=sorted(set(seat.weekdays)), window_code=seat.window, call_in=seat.call_in,
        respond_minutes=seat.respond_minutes,
    )  # fmt: skip


async def unstation(change: Change, unit: str) -> None:
    """The unit leaves; its shifts to come are withdrawn."""
    if await _end(change, "station", centre=change.centre, unit=unit) is None:
        raise errors.Conflict("该单位没有进驻本中心。", "The unit is not stationed here.")
    await change.conn.execute(
        "update duty_shift set withdrawn_at = $3, withdrawn_by = $4"
        " where centre = $1 and unit = $2 and lower(period) > $3 and withdrawn_at is null",
        change.centre, unit, change.now, change.actor.id,
    )  # fmt: skip


async def require_window(change: Change, code: str | None, pointer: str = "#/body/window") -> None:
    """Raises Invalid for a number that no window has."""
    if code is not None and not await has_window(change.conn, change.centre, code, change.now):
        raise errors.Invalid("没有这个窗口。", "There is no such window.", pointer=pointer)


async def _end(change: Change, table: str, **key: Any) -> Any:
    """End the row that holds, if there is one; gives its id."""
    where = " and ".join(f"{column} = ${number}" for number, column in enumerate(key, 3))
    return await change.conn.fetchval(
        f"update {table} set valid = tstzrange(lower(valid), $1), ended_by = $2"
        f" where {where} and upper_inf(valid) returning id",
        change.now, change.actor.id, *key.values(),
    )  # fmt: skip


async def _set(change: Change, table: str, **values: Any) -> Any:
    """Set a row from now on; gives its id."""
    marks = ", ".join(f"${place}" for place in range(4, len(values) + 4))
    return await change.conn.fetchval(
        f"insert into {table} (id, valid, set_by, {', '.join(values)})"
        f" values ($1, tstzrange($2, null), $3, {marks}) returning id",
        uuid7(), change.now, change.actor.id, *values.values(),
    )  # fmt: skip
