"""Reading: which centres there are, what one offers, who is on duty, who could take a matter, who changed what."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime
from pydantic_core import to_json

from app.centres.api.shown import in_words, page
from app.centres.queries import duty, places
from app.centres.rules import INSTEAD_WORDS, STATE_WORDS, Hours, instead, opening_at
from app.centres.schemas.shown import (
    CentreDutyOut,
    CentreItem,
    CentreOut,
    CentrePage,
    CentreShiftOut,
    ChangeOut,
    ChangePage,
    ReceptionOut,
    RotaPage,
)
from app.core import errors, paging
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, reference, requires
from app.core.idempotency import reply
from app.core.openapi import carries
from app.core.texts import Code, Searched
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["centres"])
CanRead = Annotated[Actor, Depends(requires(Permission.MAP_READ))]
CanSeeStaff = Annotated[Actor, Depends(requires(Permission.STAFF_READ))]
CanRegister = Annotated[Actor, Depends(requires(Permission.CASE_REGISTER))]
Rules = Annotated[Reference, Depends(reference)]
Tier = Literal["city", "county", "township", "community"]
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
    _: CanRead, conn: Read, at: Now, rules: Rules, request: Request, response: Response, tier: Tier | None = None,
    area: Annotated[Code | None, Query(description="With everything below it")] = None,
    q: Annotated[Searched | None, Query(description="Part of a name, Chinese or English")] = None,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> CentrePage:  # fmt: skip
    """By code, with whether each is open now and how many units, windows and rooms it has."""
    last = paging.decode(cursor, 1)
    rows = await places.list_centres(
        conn, tier=tier, area=area, words=q or None, at=at, after=last[0] if last else "", limit=limit + 1
    )
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([rows[limit - 1]["code"]])))
    shown, tz = rows[:limit], rules.city.tz
    hours = await places.hours_around(conn, [row["code"] for row in shown], at.astimezone(tz).date())

    def is_open(known: Hours | None) -> bool | None:
        return None if known is None else opening_at(at, known, rules.calendar, tz) is not None

    return CentrePage(items=[CentreItem(**dict(row), open_now=is_open(hours.get(row["code"]))) for row in shown])


@router.get(
    "/centres/{code}", response_model=CentreOut, summary="What a centre offers", responses={200: carries("ETag")}
)
async def get_centre(code: Code, actor: CanRead, conn: Read, at: Now, rules: Rules, said: Language) -> Response:
    """Units stationed and how, windows, rooms, hours, today's openings. The ETag is the version of its set-up."""
    shown = await page(conn, code, actor=actor, at=at, rules=rules, language=said)
    return reply(200, to_json(shown), str(shown["version"]))


@router.get("/centres/{code}/duty", response_model=CentreDutyOut, summary="Who is on duty?")
async def read_duty(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, rules: Rules, said: Language, at: At = None
) -> CentreDutyOut:  # fmt: skip
    """Resident units while the centre is open, rotating ones on their days or by rota, on-call ones by rota."""
    await places.get_centre(conn, code)
    instant = near(at, now)
    is_open, items = await duty.list_duty(conn, code, instant, rules)
    units = [{**in_words(item, said), "state_text": STATE_WORDS[item["state"]].say(said)} for item in items]
    return CentreDutyOut.model_validate({"centre": code, "at": instant, "open": is_open, "units": units})


@router.get("/centres/{code}/rota", response_model=RotaPage, summary="The duty rota of a centre")
async def list_rota(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, request: Request, response: Response,
    unit: Annotated[Code | None, Query()] = None, since: From = None, until: To = None,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> RotaPage:  # fmt: skip
    """Shifts that touch a time, by when they begin."""
    await places.get_centre(conn, code)
    begins, ends = within(since, until, now)
    after = paging.decode(cursor, 2, uuids=True)
    rows = await duty.list_shifts(conn, code, since=begins, until=ends, unit=unit, after=after, limit=limit + 1)
    if len(rows) > limit:
        last = rows[limit - 1]
        response.headers.update(paging.link(request, paging.encode([last["since"].isoformat(), str(last["id"])])))
    return RotaPage(items=[CentreShiftOut(**dict(row)) for row in rows[:limit]])


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
    instant, place = near(at, now), area or centre["area"]
    competent = await duty.list_competent(conn, place, category, kind)
    if not competent:
        raise errors.Invalid(
            "没有这样的类别、种类或区域。", "No such category, kind and area together; see /v1/categories.",
            pointer="#/query/category",
        )  # fmt: skip
    is_open, items = await duty.list_duty(conn, code, instant, rules)
    elsewhere = await duty.stationed_elsewhere(conn, list(competent), code, instant)
    here = {item["unit"]: item for item in items}
    units = [{**unit, **_here(here.get(name), said), "stationed_at": elsewhere.get(name, [])}
             for name, unit in competent.items()]  # fmt: skip
    found = {"centre": code, "category": category, "area": place, "at": instant, "open": is_open, "units": units}
    return ReceptionOut.model_validate(found)


def _here(item: dict[str, Any] | None, language: str) -> dict[str, Any]:
    """How a competent unit is found at this centre; a shift's window goes before the unit's own."""
    step = instead(item["state"] if item else None)
    shown: dict[str, Any] = {
        name: item[name] if item else None for name in ("how", "state", "call_in", "respond_minutes")
    }
    window = None
    if item and item["state"] == "on_duty":
        window = next((person["window"] for person in item["people"] if person["window"]), item["window"])
    return {**shown, "window": window, "instead": step, "instead_text": INSTEAD_WORDS[step].say(language)}


@router.get("/centres/{code}/changes", response_model=ChangePage, summary="Who changed what of a centre")
async def list_changes(
    code: Code, _: CanSeeStaff, conn: Read, request: Request, response: Response, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None,
) -> ChangePage:  # fmt: skip
    """What was set or ended of windows, rooms, stations, hours and rota, the newest first; never a booking."""
    await places.get_centre(conn, code)
    after = paging.decode(cursor, 2, uuids=True)
    rows = await places.list_changes(conn, code, after=after, limit=limit + 1)
    if len(rows) > limit:
        last = rows[limit - 1]
        response.headers.update(paging.link(request, paging.encode([last["at"].isoformat(), str(last["mark"])])))
    return ChangePage(items=[ChangeOut(**{n: row[n] for n in ChangeOut.model_fields}) for row in rows[:limit]])
