"""What a centre offers, on one page."""

from collections.abc import Sequence
from datetime import datetime

from app.centres.queries import places
from app.centres.queries.places import Centre
from app.centres.rules import CENTRES, HOW_WORDS, Hours, Span, next_opening, opening_at, openings
from app.centres.schemas import clocks
from app.centres.schemas.shown import CentreOut, OpeningOut, SpecialDayOut, Stationed, StationOut, WeekdayHours
from app.core.access import Actor
from app.core.database import Connection
from app.reference.queries import Reference


async def get_page(
    conn: Connection, centre: Centre, *, actor: Actor, at: datetime, reference: Reference, language: str
) -> CentreOut:
    """What the centre offers at `at`."""
    code, calendar, tz = centre.code, reference.calendar, reference.city.tz
    today = at.astimezone(tz).date()
    hours = (await places.hours_around(conn, [code], today)).get(code)
    known = hours or Hours()
    now_open = opening_at(at, known, calendar, tz)
    return CentreOut(
        code=code, name=centre.name, name_en=centre.name_en, tier=centre.tier, area=centre.area, parent=centre.parent,
        version=centre.version,
        open_now=now_open is not None if hours else None,
        closes=now_open.closes if now_open else None,
        next_opening=next_opening(at, known, calendar, tz),
        today=[OpeningOut(o.opens, o.closes) for o in openings(today, 1, known, calendar, tz)],
        hours=[WeekdayHours(day, _clocks(spans)) for day, spans in sorted(known.on(today).items())],
        special_days=[
            SpecialDayOut(special.day, _clocks(special.spans), special.reason)
            for special in await places.list_special_days(conn, code, today)
        ],
        units=[in_words(station, language) for station in await places.list_stations(conn, code, at)],
        windows=await places.list_windows(conn, code, at),
        rooms=await places.list_rooms(conn, code, at),
        available_actions=CENTRES.available(centre.kept, actor, at),
    )  # fmt: skip


def in_words(station: Stationed, language: str) -> StationOut:
    """A station with how it is there in words."""
    return StationOut(
        station.unit, station.name, station.how, station.weekdays, station.window, station.call_in,
        station.respond_minutes, HOW_WORDS[station.how].say(language),
    )  # fmt: skip


def _clocks(spans: Sequence[Span]) -> list[clocks.Hours]:
    return [clocks.Hours(opens=clocks.clock(opens), closes=clocks.clock(closes)) for opens, closes in spans]
