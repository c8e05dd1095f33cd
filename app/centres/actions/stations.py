"""Windows, rooms, and the units stationed at a centre. What changes is ended and set anew: the rows are the record."""

import uuid
from collections.abc import Sequence

from app.centres.actions.change import Change, begin
from app.centres.queries.places import list_windows
from app.centres.queries.rooms import list_taken
from app.centres.rules import MOST_AHEAD, RoomKind, Stationing
from app.core import errors
from app.core.database import uuid7
from app.reference.actions import ActionContext


async def set_window(act: ActionContext, centre: str, *, code: str, name: str) -> None:
    """A window is known by the number on its sign."""
    change = await begin(act, centre, "set_window")
    await _end(change, "service_window", centre=centre, code=code)
    await _set(change, "service_window", centre=centre, code=code, name=name)


async def close_window(act: ActionContext, centre: str, *, code: str) -> None:
    """Units that sat there stay, without one."""
    change = await begin(act, centre, "close_window")
    if await _end(change, "service_window", centre=centre, code=code) is None:
        raise errors.Conflict("没有这个窗口。", "There is no such window.")


async def set_room(act: ActionContext, centre: str, *, code: str, name: str, kind: RoomKind, seats: int) -> None:
    """Its id and its bookings stay when it is changed."""
    change = await begin(act, centre, "set_room")
    room = await _room(change, code) or await _set(change, "room", centre=centre, code=code)
    await _end(change, "room_version", room=room)
    await _set(change, "room_version", room=room, name=name, kind=kind, seats=seats)


async def close_room(act: ActionContext, centre: str, *, code: str) -> None:
    """Refused while it is booked for a time to come; `taken` says for when."""
    change = await begin(act, centre, "close_room")
    room = await _room(change, code)
    if room is None:
        raise errors.Conflict("没有这个房间。", "There is no such room.")
    taken = await list_taken(act.conn, [room], change.now, change.now + MOST_AHEAD)
    if taken[room]:
        raise errors.Conflict(
            "该房间还有预订，请先改约或等待其结束。", "The room is booked; move the bookings, or wait until they are over.",
            taken=[{"since": p.since.isoformat(), "until": p.until.isoformat()} for p in taken[room][:20]],
        )  # fmt: skip
    await _end(change, "room_version", room=room)
    await _end(change, "room", id=room)


async def _room(change: Change, code: str) -> uuid.UUID | None:
    """The room of that number, locked against bookings."""
    found: uuid.UUID | None = await change.conn.fetchval(
        "select id from room where centre = $1 and code = $2 and upper_inf(valid) for no key update",
        change.centre, code,
    )  # fmt: skip
    return found


async def station(
    act: ActionContext, centre: str, *, unit: str, how: Stationing, weekdays: Sequence[int], window: str | None,
    call_in: str | None, respond_minutes: int | None,
) -> None:  # fmt: skip
    """Resident, rotating or on call, at a window or none; or change how it is stationed."""
    change = await begin(act, centre, "station")
    if unit == centre or not await act.conn.fetchval("select exists (select from unit where code = $1)", unit):
        raise errors.Invalid(
            "没有这个单位，或它就是本中心。",
            "There is no such unit, or it is the centre itself.",
            pointer="#/body/unit",
        )
    if window is not None and window not in {w.code for w in await list_windows(act.conn, centre, change.now)}:
        raise errors.Invalid("没有这个窗口。", "There is no such window.", pointer="#/body/window")
    await _end(change, "station", centre=centre, unit=unit)
    await _set(
        change, "station", centre=centre, unit=unit, how=how, weekdays=sorted(set(weekdays)), window_code=window,
        call_in=call_in, respond_minutes=respond_minutes,
    )  # fmt: skip


async def unstation(act: ActionContext, centre: str, *, unit: str) -> None:
    """Its shifts to come are withdrawn."""
    change = await begin(act, centre, "unstation")
    if await _end(change, "station", centre=centre, unit=unit) is None:
        raise errors.Conflict("该单位没有进驻本中心。", "The unit is not stationed here.")
    await act.conn.execute(
        "update duty_shift set withdrawn_at = $3, withdrawn_by = $4"
        " where centre = $1 and unit = $2 and lower(period) > $3 and withdrawn_at is null",
        centre, unit, change.now, change.by,
    )  # fmt: skip


async def _end(change: Change, table: str, **key: object) -> uuid.UUID | None:
    """End the row that holds, if there is one; gives its id."""
    where = " and ".join(f"{column} = ${number}" for number, column in enumerate(key, 3))
    found: uuid.UUID | None = await change.conn.fetchval(
        f"update {table} set valid = tstzrange(lower(valid), $1), ended_by = $2"
        f" where {where} and upper_inf(valid) returning id",
        change.now, change.by, *key.values(),
    )  # fmt: skip
    return found


async def _set(change: Change, table: str, **values: object) -> uuid.UUID:
    """Set a row from now on; gives its id."""
    made = uuid7()
    marks = ", ".join(f"${place}" for place in range(4, len(values) + 4))
    await change.conn.execute(
        f"insert into {table} (id, valid, set_by, {', '.join(values)}) values ($1, tstzrange($2, null), $3, {marks})",
        made, change.now, change.by, *values.values(),
    )  # fmt: skip
    return made
