"""Reading: which centres there are, what one offers, who is on duty, who could take a matter, who changed what."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime
from pydantic_core import to_json

from app.areas.rules import Tier
from app.centres.queries import duty, places
from app.centres.queries.duty import Competent, Duty
from app.centres.queries.page import get_page, in_words
from app.centres.rules import INSTEAD_WORDS, STATE_WORDS, DutyState, Hours, instead, opening_at
from app.centres.schemas.shown import (
    CentreDutyOut,
    CentreItem,
    CentreOut,
    CentrePage,
    ChangePage,
    DutyItem,
    ReceptionOut,
    ReceptionUnit,
    RotaPage,
)
from app.core import errors
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, requires
from app.core.idempotency import reply
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.core.texts import Code, Searched
from app.reference.runner import Rules

router = APIRouter(prefix="/v1", tags=["centres"])
CanRead = Annotated[Actor, Depends(requires(Permission.MAP_READ))]
CanSeeStaff = Annotated[Actor, Depends(requires(Permission.STAFF_READ))]
CanRegister = Annotated[Actor, Depends(requires(Permission.CASE_REGISTER))]
At = Annotated[AwareDatetime | None, Query(description="The instant; now if left out")]
From = Annotated[AwareDatetime | None, Query(description="Now if left out")]
To = Annotated[AwareDatetime | None, Query(description="A week after `since` if left out; 62 days at most")]
WEEK, LONGEST = timedelta(days=7), timedelta(days=62)


def within(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The time asked about; raises Invalid."""
    first = near(since, now, "since")
    last = until or first + WEEK
    if not timedelta(0) < last - first <= LONGEST:
        raise errors.Invalid(
            "起止时间应先后有序，最多 62 天。",
            "From an instant to a later one, 62 days at most.",
            pointer="#/query/until",
        )
    return first, last


def near(at: datetime | None, now: datetime, name: str = "at") -> datetime:
    """The instant asked about, within ten years; raises Invalid."""
    if at is not None and abs(at - now) > timedelta(days=3660):
        raise errors.Invalid("只能查十年之内的时刻。", "An instant within ten years.", pointer=f"#/query/{name}")
    return at or now


@router.get("/centres", response_model=CentrePage, summary="Centres")
async def list_centres(
    _: CanRead, conn: Read, at: Now, rules: Rules, page: ThisPage, tier: Tier | None = None,
    area: Annotated[Code | None, Query(description="With everything below it")] = None,
    q: Annotated[Searched | None, Query(description="Part of a name, Chinese or English")] = None,
) -> CentrePage:  # fmt: skip
    """By code, with whether each is open now and how many units, windows and rooms it has."""
    rows = await places.list_centres(
        conn, tier=tier, area=area, words=q or None, at=at, after=page.after_code(), limit=page.most
    )
    shown, tz = page.of(rows, lambda row: [row.code]), rules.city.tz
    hours = await places.hours_around(conn, [row.code for row in shown], at.astimezone(tz).date())

    def is_open(known: Hours | None) -> bool | None:
        return None if known is None else opening_at(at, known, rules.calendar, tz) is not None

    return CentrePage(items=[CentreItem(**asdict(row), open_now=is_open(hours.get(row.code))) for row in shown])


@router.get(
    "/centres/{code}", response_model=CentreOut, summary="What a centre offers", responses={200: carries("ETag")}
)
async def get_centre(code: Code, actor: CanRead, conn: Read, at: Now, rules: Rules, said: Language) -> Response:
    """Units stationed and how, windows, rooms, hours, today's openings. The ETag is the version of its set-up."""
    centre = await places.get_centre(conn, code)
    shown = await get_page(conn, centre, actor=actor, at=at, reference=rules, language=said)
    return reply(200, to_json(shown), str(shown.version))


@router.get("/centres/{code}/duty", response_model=CentreDutyOut, summary="Who is on duty?")
async def read_duty(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, rules: Rules, said: Language, at: At = None
) -> CentreDutyOut:  # fmt: skip
    """Resident units while the centre is open, rotating ones on their days or by rota, on-call ones by rota."""
    centre, instant = await places.get_centre(conn, code), near(at, now)
    is_open, items = await duty.list_duty(conn, centre, instant, rules)
    units = [
        DutyItem(
            **asdict(in_words(item.station, said)), state=item.state, state_text=STATE_WORDS[item.state].say(said),
            people=item.people,
        )
        for item in items
    ]  # fmt: skip
    return CentreDutyOut(centre=code, at=instant, open=is_open, units=units)


@router.get("/centres/{code}/rota", response_model=RotaPage, summary="The duty rota of a centre")
async def list_rota(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, page: ThisPage, unit: Annotated[Code | None, Query()] = None,
    since: From = None, until: To = None,
) -> RotaPage:  # fmt: skip
    """Shifts that touch a time, by when they begin."""
    await places.get_centre(conn, code)
    begins, ends = within(since, until, now)
    rows = await duty.list_shifts(
        conn, code, since=begins, until=ends, unit=unit, after=page.after_instant(), limit=page.most
    )
    return RotaPage(items=page.of(rows, lambda row: (row.since, row.id)))


@router.get("/centres/{code}/reception", response_model=ReceptionOut, summary="Who could take this matter here, now?")
async def read_reception(
    code: Code, _: CanRegister, conn: Read, now: Now, rules: Rules, said: Language,
    category: Annotated[Code, Query(description="What the matter is about")],
    kind: Annotated[Literal["petition", "dispute", "request", "event"] | None, Query()] = None,
    area: Annotated[Code | None, Query(description="Where the matter lies; the centre's own area if left out")] = None,
    at: At = None,
) -> ReceptionOut:  # fmt: skip
    """The units competent by the routing rules: at which window here and now, else what saves a second trip.

    So that one visit serves every unit (只进一扇门、最多跑一地). It decides nothing: registering routes the case.
    """
    centre = await places.get_centre(conn, code)
    instant, place = near(at, now), area or centre.area
    competent = await duty.list_competent(conn, place, category, kind)
    if not competent:
        raise errors.Invalid(
            "没有这样的类别、种类或区域。", "No such category, kind and area together; see /v1/categories.",
            pointer="#/query/category",
        )  # fmt: skip
    is_open, items = await duty.list_duty(conn, centre, instant, rules)
    elsewhere = await duty.stationed_elsewhere(conn, [unit.unit for unit in competent], code, instant)
    here = {item.station.unit: item for item in items}
    units = [_reception(unit, here.get(unit.unit), elsewhere.get(unit.unit, []), said) for unit in competent]
    return ReceptionOut(centre=code, category=category, area=place, at=instant, open=is_open, units=units)


def _reception(unit: Competent, here: Duty | None, elsewhere: list[str], language: str) -> ReceptionUnit:
    """How a competent unit is found at this centre; a shift's window goes before the unit's own."""
    station, state = (here.station, here.state) if here else (None, None)
    step, window = instead(state), None
    if here and here.state is DutyState.ON_DUTY:
        window = next((person.window for person in here.people if person.window), here.station.window)
    return ReceptionUnit(
        unit=unit.unit, name=unit.name, answers_for=unit.answers_for, how=station.how if station else None, state=state,
        window=window, instead=step, instead_text=INSTEAD_WORDS[step].say(language),
        call_in=station.call_in if station else None, respond_minutes=station.respond_minutes if station else None,
        stationed_at=elsewhere,
    )  # fmt: skip


@router.get("/centres/{code}/changes", response_model=ChangePage, summary="Who changed what of a centre")
async def list_changes(code: Code, _: CanSeeStaff, conn: Read, page: ThisPage) -> ChangePage:
    """What was set or ended of windows, rooms, stations, hours and rota, the newest first; never a booking."""
    await places.get_centre(conn, code)
    rows = await places.list_changes(conn, code, after=page.after_instant(), limit=page.most)
    return ChangePage(items=[*page.of(rows, lambda row: (row.at, row.mark))])
