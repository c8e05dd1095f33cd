"""A centre's windows, rooms, stations and hours, the list of centres, and the record of who changed what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg

from app.centres.rules import Hours, KeptCentre, Span, Weekly
from app.centres.schemas.shown import ChangeRow, RoomOut, Stationed, WindowOut
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one, read_sql

HOLDS = "valid @> {at}::timestamptz"


@dataclass(frozen=True, slots=True)
class Centre:
    """The unit, with the version of its set-up and when that last changed."""

    code: str
    name: str
    name_en: str
    tier: str
    area: str
    parent: str | None
    path: str
    version: int
    changed_at: datetime | None

    @property
    def kept(self) -> KeptCentre:
        """The same for decisions."""
        return KeptCentre(self.path, self.version)


async def get_centre(conn: Connection, code: str) -> Centre:
    """Raises NotFound."""
    found = await fetch_one(
        conn, Centre,
        "select u.code, u.name, u.name_en, u.tier, u.area, u.parent, u.path::text as path,"
        " coalesce(c.version, 0) as version, c.changed_at"
        " from unit u left join centre c on c.unit = u.code where u.code = $1 and u.kind = 'centre'",
        code,
    )  # fmt: skip
    if found is None:
        raise NotFound("没有这个中心。", "There is no such centre.")
    return found


@dataclass(frozen=True, slots=True)
class ListedCentre:
    """A centre with how many units, windows and rooms it has."""

    code: str
    name: str
    name_en: str
    tier: str
    area: str
    parent: str | None
    units: int
    windows: int
    rooms: int


async def list_centres(
    conn: Connection, *, tier: str | None, area: str | None, words: str | None, at: datetime, after: str, limit: int
) -> list[ListedCentre]:
    """Centres by code with how much they hold at `at`; `area` takes everything below it, `words` any part of a name."""
    return await fetch_all(
        conn, ListedCentre,
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


def _spans(minutes: Sequence["asyncpg.Range[int]"]) -> tuple[Span, ...]:
    return tuple((span.lower or 0, span.upper or 0) for span in minutes)  # none is unbounded


async def read_hours(conn: Connection, centres: Sequence[str], first: date, last: date) -> dict[str, Hours]:
    """The hours of centres over the days from `first` to `last`; centres that never set any are not in it."""
    week: dict[str, list[Weekly]] = defaultdict(list)
    special: dict[str, dict[date, tuple[Span, ...]]] = defaultdict(dict)
    for centre, weekday, minutes, days in await conn.fetch(
        "select centre, weekday, minutes, days from opening_hours where centre = any($1::text[])"
        " and withdrawn_at is null and days && daterange($2, $3, '[]') order by centre, weekday",
        centres, first, last,
    ):  # fmt: skip
        week[centre].append(Weekly(weekday, _spans(minutes), days.lower, days.upper))
    for centre, day, minutes in await conn.fetch(
        "select centre, day, minutes from special_day where centre = any($1::text[]) and withdrawn_at is null"
        " and day between $2 and $3",
        centres, first, last,
    ):  # fmt: skip
        special[centre][day] = _spans(minutes)
    return {code: Hours(tuple(week[code]), special[code]) for code in week.keys() | special.keys()}


async def hours_around(conn: Connection, centres: Sequence[str], day: date) -> dict[str, Hours]:
    """Their hours from the day before `day` to as far ahead as anybody asks."""
    return await read_hours(conn, centres, day - timedelta(days=1), day + timedelta(days=70))


async def list_windows(conn: Connection, centre: str, at: datetime) -> list[WindowOut]:
    """The windows that stand at `at`."""
    statement = f"select code, name from service_window where centre = $1 and {HOLDS.format(at='$2')} order by code"
    return await fetch_all(conn, WindowOut, statement, centre, at)


async def list_rooms(conn: Connection, centre: str, at: datetime) -> list[RoomOut]:
    """The rooms that stand at `at`."""
    return await fetch_all(
        conn, RoomOut,
        "select r.id, r.code, v.name, v.kind, v.seats from room r join room_version v on v.room = r.id"
        f" where r.centre = $1 and r.{HOLDS.format(at='$2')} and v.{HOLDS.format(at='$2')} order by r.code",
        centre, at,
    )  # fmt: skip


async def list_stations(conn: Connection, centre: str, at: datetime) -> list[Stationed]:
    """The units stationed at `at`: resident ones first, then rotating, then on call."""
    return await fetch_all(
        conn, Stationed,
        "select s.unit, u.name, s.how, s.weekdays, w.code as window, s.call_in, s.respond_minutes"
        " from station s join unit u on u.code = s.unit left join service_window w on w.centre = s.centre"
        f" and w.code = s.window_code and w.{HOLDS.format(at='$2')}"
        f" where s.centre = $1 and s.{HOLDS.format(at='$2')}"
        " order by array_position('{resident,rotating,on_call}'::text[], s.how), s.unit",
        centre, at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with hours of its own; none: closed."""

    day: date
    spans: tuple[Span, ...]
    reason: str


async def list_special_days(conn: Connection, centre: str, since: date) -> list[SpecialDay]:
    """The special days from `since` on."""
    rows = await conn.fetch(
        "select day, minutes, reason from special_day where centre = $1 and withdrawn_at is null and day >= $2"
        " order by day limit 400",
        centre, since,
    )  # fmt: skip
    return [SpecialDay(day, _spans(minutes), reason) for day, minutes, reason in rows]


async def list_changes(conn: Connection, centre: str, *, after: Mark, limit: int) -> list[ChangeRow]:
    """Who changed what of the place, the newest first."""
    return await fetch_all(conn, ChangeRow, read_sql(__package__, "changes"), centre, *(after or (None, None)), limit)
