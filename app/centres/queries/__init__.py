"""What a centre has: windows, rooms, stations, hours, who is on duty, who changed what; and the list of centres."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg

from app.centres.rules import (
    CENTRES,
    Hours,
    KeptCentre,
    Span,
    Stationing,
    Weekly,
    duty_state,
    next_opening,
    opening_at,
    openings,
    weekday_of,
)
from app.centres.schemas import shown as schemas
from app.core.access import Actor
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, fetch_one, read_sql, shown
from app.reference.queries import Reference

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


async def list_centres(
    conn: Connection, *, tier: str | None, area: str | None, words: str | None, at: datetime, after: str, limit: int
) -> list[schemas.CentreItem]:
    """Centres by code with how much they hold at `at` (not whether they are open); `area` takes everything
    below it, `words` any part of a name."""
    return await fetch_all(
        conn, schemas.CentreItem,
        "select u.code, u.name, u.name_en, u.tier, u.area, u.parent, null as open_now,"
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


async def list_windows(conn: Connection, centre: str, at: datetime) -> list[schemas.WindowOut]:
    """The windows that stand at `at`."""
    statement = f"select code, name from service_window where centre = $1 and {HOLDS.format(at='$2')} order by code"
    return await fetch_all(conn, schemas.WindowOut, statement, centre, at)


async def list_rooms(conn: Connection, centre: str, at: datetime) -> list[schemas.RoomOut]:
    """The rooms that stand at `at`."""
    return await fetch_all(
        conn, schemas.RoomOut,
        "select r.id, r.code, v.name, v.kind, v.seats from room r join room_version v on v.room = r.id"
        f" where r.centre = $1 and r.{HOLDS.format(at='$2')} and v.{HOLDS.format(at='$2')} order by r.code",
        centre, at,
    )  # fmt: skip


async def list_stations(conn: Connection, centre: str, at: datetime) -> list[schemas.Stationed]:
    """The units stationed at `at`: resident ones first, then rotating, then on call."""
    return await fetch_all(
        conn, schemas.Stationed,
        "select s.unit, u.name, s.how, s.weekdays, w.code as window, s.call_in, s.respond_minutes"
        " from station s join unit u on u.code = s.unit left join service_window w on w.centre = s.centre"
        f" and w.code = s.window_code and w.{HOLDS.format(at='$2')}"
        f" where s.centre = $1 and s.{HOLDS.format(at='$2')}"
        " order by array_position('{resident,rotating,on_call}'::text[], s.how), s.unit",
        centre, at,
    )  # fmt: skip


async def list_special_days(conn: Connection, centre: str, since: date) -> list[schemas.SpecialDayOut]:
    """The special days from `since` on."""
    rows = await conn.fetch(
        "select day, minutes, reason from special_day where centre = $1 and withdrawn_at is null and day >= $2"
        " order by day limit 400",
        centre, since,
    )  # fmt: skip
    return [schemas.SpecialDayOut(day, _clocks(_spans(minutes)), reason) for day, minutes, reason in rows]


async def list_changes(conn: Connection, centre: str, *, after: Mark, limit: int) -> list[schemas.ChangeRow]:
    """Who changed what of the place, the newest first."""
    return await fetch_all(
        conn, schemas.ChangeRow, read_sql(__package__, "changes"), centre, *(after or (None, None)), limit
    )


async def get_page(
    conn: Connection, centre: Centre, *, actor: Actor, at: datetime, reference: Reference, language: str
) -> schemas.CentreOut:
    """What the centre offers at `at`."""
    code, calendar, tz = centre.code, reference.calendar, reference.city.tz
    today = at.astimezone(tz).date()
    hours = (await hours_around(conn, [code], today)).get(code)
    known = hours or Hours()
    now_open = opening_at(at, known, calendar, tz)
    return shown(
        schemas.CentreOut, centre,
        open_now=now_open is not None if hours else None,
        closes=now_open.closes if now_open else None,
        next_opening=next_opening(at, known, calendar, tz),
        today=[schemas.OpeningOut(o.opens, o.closes) for o in openings(today, 1, known, calendar, tz)],
        hours=[schemas.WeekdayHours(day, _clocks(spans)) for day, spans in sorted(known.on(today).items())],
        special_days=await list_special_days(conn, code, today),
        units=[
            shown(schemas.StationOut, station, how_text=station.how.words.say(language))
            for station in await list_stations(conn, code, at)
        ],
        windows=await list_windows(conn, code, at),
        rooms=await list_rooms(conn, code, at),
        available_actions=CENTRES.available(centre.kept, actor, at),
    )  # fmt: skip


def _clocks(spans: Sequence[Span]) -> list[schemas.Hours]:
    return [schemas.Hours(opens=schemas.clock(opens), closes=schemas.clock(closes)) for opens, closes in spans]


async def list_duty(
    conn: Connection, centre: Centre, at: datetime, reference: Reference, language: str
) -> tuple[bool, list[schemas.DutyItem]]:
    """Whether the centre is open at `at`, and each unit there, its own people first, as resident there."""
    tz = reference.city.tz
    hours = (await hours_around(conn, [centre.code], at.astimezone(tz).date())).get(centre.code, Hours())
    opening = opening_at(at, hours, reference.calendar, tz)
    day = opening.day if opening else at.astimezone(tz).date()
    weekday = weekday_of(day, reference.calendar, hours.on(day))
    people = await _on_shift(conn, centre.code, at)
    own = schemas.Stationed(centre.code, centre.name, Stationing.RESIDENT, [], None, None, None)
    items = []
    for station in (own, *await list_stations(conn, centre.code, at)):
        there = people[station.unit]
        state = duty_state(
            station.how, open_now=opening is not None, weekday=weekday, weekdays=station.weekdays,
            rostered=bool(there),
        )  # fmt: skip
        said = {"how_text": station.how.words.say(language), "state_text": state.words.say(language)}
        items.append(shown(schemas.DutyItem, station, state=state, people=there, **said))
    return opening is not None, items


async def _on_shift(conn: Connection, centre: str, at: datetime) -> dict[str, list[schemas.OnShift]]:
    """unit → who of it is on a shift, at which of the windows that stand."""
    people: dict[str, list[schemas.OnShift]] = defaultdict(list)
    for shift in await fetch_all(
        conn, schemas.CentreShiftOut,
        "select d.id, d.unit, d.staff, s.name, w.code as window, lower(d.period) as since, upper(d.period) as until"
        " from duty_shift d join staff s on s.id = d.staff left join service_window w on w.centre = d.centre"
        f" and w.code = d.window_code and w.{HOLDS.format(at='$2')}"
        " where d.centre = $1 and d.period @> $2::timestamptz and d.withdrawn_at is null and s.active"
        " order by d.unit, s.name, d.staff",
        centre, at,
    ):  # fmt: skip
        people[shift.unit].append(shift)
    return people


async def list_shifts(
    conn: Connection, centre: str, *, since: datetime, until: datetime, unit: str | None, after: Mark, limit: int
) -> list[schemas.CentreShiftOut]:
    """The rota over a time, in its order."""
    return await fetch_all(
        conn, schemas.CentreShiftOut,
        "select d.id, d.unit, d.staff, s.name, d.window_code as window, lower(d.period) as since,"
        " upper(d.period) as until from duty_shift d join staff s on s.id = d.staff"
        " where d.centre = $1 and d.period && tstzrange($2, $3) and d.withdrawn_at is null"
        " and ($4::text is null or d.unit = $4)"
        " and ($5::timestamptz is null or (lower(d.period), d.id) > ($5, $6::uuid))"
        " order by lower(d.period), d.id limit $7",
        centre, since, until, unit, *(after or (None, None)), limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Competent:
    """A unit, and what it answers for in a category and area."""

    unit: str
    name: str
    answers_for: list[schemas.AnswersFor]


# The routes of a category for an area: a community uses its township's.
_COMPETENT = """
    select r.unit, u.name, jsonb_agg(jsonb_build_object('kind', r.kind, 'petition_class', nullif(r.petition_class, ''),
        'rule', r.rule) order by r.kind, r.petition_class) as answers_for
    from area a join area up on up.path @> a.path join route r on r.area = up.code join unit u on u.code = r.unit
    where a.code = $1 and r.category = $2 and ($3::text is null or r.kind = $3)
    and up.tier = case when a.tier = 'community' then 'township' else a.tier end
    group by r.unit, u.name, u.tier order by tier_rank(u.tier), r.unit
"""


async def list_competent(conn: Connection, area: str, category: str, kind: str | None) -> list[Competent]:
    """The units that answer for a category in an area, the nearest first."""
    return await fetch_all(conn, Competent, _COMPETENT, area, category, kind)


async def stationed_elsewhere(
    conn: Connection, units: Collection[str], centre: str, at: datetime
) -> dict[str, list[str]]:
    """unit → the other centres in which it is stationed, without being on call there."""
    rows = await conn.fetch(
        "select unit, array_agg(centre order by centre) from station where unit = any($1::text[])"
        f" and centre <> $2 and how <> '{Stationing.ON_CALL}' and {HOLDS.format(at='$3')} group by unit",
        list(units), centre, at,
    )  # fmt: skip
    return {unit: centres for unit, centres in rows}
