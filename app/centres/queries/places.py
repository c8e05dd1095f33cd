"""A centre's page, the list of centres, and the record of who changed what."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from app.centres.rules import Hours, Weekly
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import NotFound

HOLDS = "valid @> {at}::timestamptz"

_CENTRE = """
    select u.code, u.name, u.name_en, u.tier, u.area, u.parent, u.path::text as path, coalesce(c.version, 0) as version
    from unit u left join centre c on c.unit = u.code where u.code = $1 and u.kind = 'centre'
"""


async def get_centre(conn: Connection, code: str) -> Any:
    """The unit and the version of its set-up; raises NotFound."""
    row = await conn.fetchrow(_CENTRE, code)
    if row is None:
        raise NotFound("没有这个中心。", "There is no such centre.")
    return row


def manages(actor: Actor, path: str) -> bool:
    """Whether this actor keeps the centre at the end of a line of units: it, or one above it, is theirs."""
    return not actor.units_with(Permission.CENTRE_MANAGE).isdisjoint(path.split("."))


async def list_centres(
    conn: Connection, *, tier: str | None, area: str | None, words: str | None, at: datetime, after: str, limit: int
) -> list[Any]:
    """Centres by code with how much they hold at `at`; `area` takes everything below it, `words` any part of a name."""
    return await conn.fetch(
        "select u.code, u.name, u.name_en, u.tier, u.area, u.parent,"
        f" (select count(*) from station s where s.centre = u.code and s.{HOLDS.format(at='$4')}) as units,"
        f" (select count(*) from service_window w where w.centre = u.code and w.{HOLDS.format(at='$4')}) as windows,"
        f" (select count(*) from room r where r.centre = u.code and r.{HOLDS.format(at='$4')}) as rooms"
        " from unit u join area a on a.code = u.area where u.kind = 'centre' and ($1::text is null or u.tier = $1)"
        " and ($2::text is null or a.path <@ (select path from area where code = $2))"
        " and ($3::text is null or strpos(lower(u.name), lower($3)) > 0 or strpos(lower(u.name_en), lower($3)) > 0)"
        " and u.code > $5 order by u.code limit $6",
        tier, area, words, at, after, limit,
    )  # fmt: skip


async def read_hours(conn: Connection, centres: Sequence[str], first: date, last: date) -> dict[str, Hours]:
    """The hours of centres over the days from `first` to `last`; centres that never set any are not in it."""
    week: dict[str, list[Weekly]] = defaultdict(list)
    special: dict[str, dict[date, Any]] = defaultdict(dict)
    for row in await conn.fetch(
        "select centre, weekday, minutes, days from opening_hours where centre = any($1::text[])"
        " and withdrawn_at is null and days && daterange($2, $3, '[]') order by centre, weekday",
        centres, first, last,
    ):  # fmt: skip
        spans = tuple((span.lower, span.upper) for span in row["minutes"])
        week[row["centre"]].append(Weekly(row["weekday"], spans, row["days"].lower, row["days"].upper))
    for row in await conn.fetch(
        "select centre, day, minutes from special_day where centre = any($1::text[]) and withdrawn_at is null"
        " and day between $2 and $3",
        centres, first, last,
    ):  # fmt: skip
        special[row["centre"]][row["day"]] = tuple((span.lower, span.upper) for span in row["minutes"])
    return {code: Hours(tuple(week[code]), special[code]) for code in week.keys() | special.keys()}


async def hours_around(conn: Connection, centres: Sequence[str], day: date) -> dict[str, Hours]:
    """Their hours from the day before `day` to as far ahead as anybody asks."""
    return await read_hours(conn, centres, day - timedelta(days=1), day + timedelta(days=70))


async def list_windows(conn: Connection, centre: str, at: datetime) -> list[Any]:
    """The windows that stand at `at`."""
    return await conn.fetch(
        f"select id, code, name from service_window where centre = $1 and {HOLDS.format(at='$2')} order by code",
        centre, at,
    )  # fmt: skip


async def list_rooms(conn: Connection, centre: str, at: datetime) -> list[Any]:
    """The rooms that stand at `at`."""
    return await conn.fetch(
        "select r.id, r.code, v.name, v.kind, v.seats from room r join room_version v on v.room = r.id"
        f" where r.centre = $1 and r.{HOLDS.format(at='$2')} and v.{HOLDS.format(at='$2')} order by r.code",
        centre, at,
    )  # fmt: skip


async def list_stations(conn: Connection, centre: str, at: datetime) -> list[Any]:
    """The units stationed at `at`: resident ones first, then rotating, then on call."""
    return await conn.fetch(
        "select s.unit, u.name, s.how, s.weekdays, w.code as window, s.call_in, s.respond_minutes"
        " from station s join unit u on u.code = s.unit left join service_window w on w.centre = s.centre"
        f" and w.code = s.window_code and w.{HOLDS.format(at='$2')}"
        f" where s.centre = $1 and s.{HOLDS.format(at='$2')}"
        " order by array_position('{resident,rotating,on_call}'::text[], s.how), s.unit",
        centre, at,
    )  # fmt: skip


async def own_people(conn: Connection, centre: str) -> dict[str, Any]:
    """The centre's own people, as a unit resident there."""
    name = await conn.fetchval("select name from unit where code = $1", centre)
    return {
        "unit": centre, "name": name, "how": "resident", "weekdays": [], "window": None, "call_in": None,
        "respond_minutes": None,
    }  # fmt: skip


async def list_special_days(conn: Connection, centre: str, since: date) -> list[Any]:
    """The special days from `since` on."""
    return await conn.fetch(
        "select day, minutes, reason from special_day where centre = $1 and withdrawn_at is null and day >= $2"
        " order by day limit 400",
        centre, since,
    )  # fmt: skip


# Each row of the place tells of one change when it was made, and of another when it was ended or withdrawn.
_CHANGES = """
    with kept as (
        select 'window' as what, id, code || ' ' || name as about, lower(valid) as set_at, set_by,
            upper(valid) as ended_at, ended_by
        from service_window where centre = $1
        union all select 'room', v.id, r.code || ' ' || v.name || ' ' || v.kind || ' ' || v.seats, lower(v.valid), v.set_by,
            upper(v.valid), v.ended_by
        from room r join room_version v on v.room = r.id where r.centre = $1
        union all select 'station', id, unit || ' ' || how, lower(valid), set_by, upper(valid), ended_by
        from station where centre = $1
        union all select 'hours', id, weekday || ' ' || minutes || ' ' || days, set_at, set_by, withdrawn_at, withdrawn_by
        from opening_hours where centre = $1
        union all select 'special_day', id, day || ' ' || minutes, set_at, set_by, withdrawn_at, withdrawn_by
        from special_day where centre = $1
        union all select 'shift', id, unit || ' ' || staff, set_at, set_by, withdrawn_at, withdrawn_by
        from duty_shift where centre = $1
    ),
    told as (
        select what, id, about, 'set' as change, set_at as at, set_by as by, md5('set' || id)::uuid as mark from kept
        union all select what, id, about, 'ended', ended_at, ended_by, md5('ended' || id)::uuid from kept
        where ended_at is not null
    )
    select what, id, about, change, at, by, mark from told
    where $2::timestamptz is null or (at, mark) < ($2, $3) order by at desc, mark desc limit $4
"""


async def list_changes(conn: Connection, centre: str, *, after: list[Any] | None, limit: int) -> list[Any]:
    """Who changed what of the place, the newest first."""
    at, mark = (datetime.fromisoformat(after[0]), uuid.UUID(after[1])) if after else (None, None)
    return await conn.fetch(_CHANGES, centre, at, mark, limit)


async def has_window(conn: Connection, centre: str, code: str, at: datetime) -> bool:
    """Whether a window of that number stands."""
    return bool(
        await conn.fetchval(
            "select exists (select from service_window where centre = $1 and code = $2"
            f" and {HOLDS.format(at='$3')})",
            centre, code, at,
        )
    )  # fmt: skip
