"""Routes of centres: which there are, what one offers, who is on duty, who could take a matter; keeping them; their rooms."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime
from pydantic_core import to_json

from app.areas.rules import Tier
from app.centres import queries
from app.centres.actions import keeping, rota
from app.centres.actions.booking import book, release
from app.centres.actions.rota import Line, Plan
from app.centres.queries import rooms
from app.centres.rules import BOOKINGS, CENTRES, DutyState, Hours, instead, opening_at
from app.centres.schemas import shown as schemas
from app.centres.schemas import taken
from app.core import errors
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.core.rows import shown
from app.core.texts import Code, Searched
from app.reference.actions import ActionContext
from app.reference.runner import Rules, StepAction, ThisCreator, ThisReader, ThisRunner, step_route, step_routes

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


@router.get("/centres", summary="Centres")
async def list_centres(
    _: CanRead, conn: Read, at: Now, rules: Rules, page: ThisPage, tier: Tier | None = None,
    area: Annotated[Code | None, Query(description="With everything below it")] = None,
    q: Annotated[Searched | None, Query(description="Part of a name, Chinese or English")] = None,
) -> schemas.CentrePage:  # fmt: skip
    """By code, with whether each is open now and how many units, windows and rooms it has."""
    rows = await queries.list_centres(
        conn, tier=tier, area=area, words=q or None, at=at, after=page.after_code(), limit=page.most
    )
    found, tz = page.of(rows, lambda row: [row.code]), rules.city.tz
    hours = await queries.hours_around(conn, [row.code for row in found], at.astimezone(tz).date())

    def is_open(known: Hours | None) -> bool | None:
        return None if known is None else opening_at(at, known, rules.calendar, tz) is not None

    return schemas.CentrePage(items=[replace(row, open_now=is_open(hours.get(row.code))) for row in found])


@router.get(
    "/centres/{code}",
    response_model=schemas.CentreOut,
    summary="What a centre offers",
    responses={200: carries("ETag")},
)
async def get_centre(code: Code, actor: CanRead, conn: Read, at: Now, rules: Rules, said: Language) -> Response:
    """Units stationed and how, windows, rooms, hours, today's openings. The ETag is the version of its set-up."""
    centre = await queries.get_centre(conn, code)
    page = await queries.get_page(conn, centre, actor=actor, at=at, reference=rules, language=said)
    return reply(200, to_json(page), str(page.version))


@router.get("/centres/{code}/duty", summary="Who is on duty?")
async def read_duty(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, rules: Rules, said: Language, at: At = None
) -> schemas.CentreDutyOut:  # fmt: skip
    """Resident units while the centre is open, rotating ones on their days or by rota, on-call ones by rota."""
    centre, instant = await queries.get_centre(conn, code), near(at, now)
    is_open, items = await queries.list_duty(conn, centre, instant, rules, said)
    return schemas.CentreDutyOut(centre=code, at=instant, open=is_open, units=items)


@router.get("/centres/{code}/rota", summary="The duty rota of a centre")
async def list_rota(
    code: Code, _: CanSeeStaff, conn: Read, now: Now, page: ThisPage, unit: Annotated[Code | None, Query()] = None,
    since: From = None, until: To = None,
) -> schemas.RotaPage:  # fmt: skip
    """Shifts that touch a time, by when they begin."""
    await queries.get_centre(conn, code)
    begins, ends = within(since, until, now)
    rows = await queries.list_shifts(
        conn, code, since=begins, until=ends, unit=unit, after=page.after_instant(), limit=page.most
    )
    return schemas.RotaPage(items=page.of(rows, lambda row: (row.since, row.id)))


@router.get("/centres/{code}/reception", summary="Who could take this matter here, now?")
async def read_reception(
    code: Code, _: CanRegister, conn: Read, now: Now, rules: Rules, said: Language,
    category: Annotated[Code, Query(description="What the matter is about")],
    kind: Annotated[Literal["petition", "dispute", "request", "event"] | None, Query()] = None,
    area: Annotated[Code | None, Query(description="Where the matter lies; the centre's own area if left out")] = None,
    at: At = None,
) -> schemas.ReceptionOut:  # fmt: skip
    """The units competent by the routing rules: at which window here and now, else what saves a second trip.

    So that one visit serves every unit (只进一扇门、最多跑一地). It decides nothing: registering routes the case.
    """
    centre = await queries.get_centre(conn, code)
    instant, place = near(at, now), area or centre.area
    competent = await queries.list_competent(conn, place, category, kind)
    if not competent:
        raise errors.Invalid(
            "没有这样的类别、种类或区域。", "No such category, kind and area together; see /v1/categories.",
            pointer="#/query/category",
        )  # fmt: skip
    is_open, items = await queries.list_duty(conn, centre, instant, rules, said)
    elsewhere = await queries.stationed_elsewhere(conn, [unit.unit for unit in competent], code, instant)
    here = {item.unit: item for item in items}
    units = [_reception(unit, here.get(unit.unit), elsewhere.get(unit.unit, []), said) for unit in competent]
    return schemas.ReceptionOut(centre=code, category=category, area=place, at=instant, open=is_open, units=units)


def _reception(
    unit: queries.Competent, here: schemas.DutyItem | None, elsewhere: list[str], language: str
) -> schemas.ReceptionUnit:
    """How a competent unit is found at this centre; a shift's window goes before the unit's own."""
    state = here.state if here else None
    step, window = instead(state), None
    if here and here.state is DutyState.ON_DUTY:
        window = next((person.window for person in here.people if person.window), here.window)
    return schemas.ReceptionUnit(
        unit=unit.unit, name=unit.name, answers_for=unit.answers_for, how=here.how if here else None, state=state,
        window=window, instead=step, instead_text=step.words.say(language),
        call_in=here.call_in if here else None, respond_minutes=here.respond_minutes if here else None,
        stationed_at=elsewhere,
    )  # fmt: skip


@router.get("/centres/{code}/changes", summary="Who changed what of a centre")
async def list_changes(code: Code, _: CanSeeStaff, conn: Read, page: ThisPage) -> schemas.ChangePage:
    """What was set or ended of windows, rooms, stations, hours and rota, the newest first; never a booking."""
    await queries.get_centre(conn, code)
    rows = await queries.list_changes(conn, code, after=page.after_instant(), limit=page.most)
    return schemas.ChangePage(items=[*page.of(rows, lambda row: (row.at, row.mark))])


_AT = "/centres/{code}"


async def _show_centre(act: ActionContext, code: str, language: str) -> schemas.CentreOut:
    """At the instant of the last change, which may be a trifle ahead of the call's."""
    centre = await queries.get_centre(act.conn, code)
    at = max(act.now, centre.changed_at or act.now)
    return await queries.get_page(act.conn, centre, actor=act.actor, at=at, reference=act.reference, language=language)


STEPS: dict[str, StepAction] = {
    "set_hours": (keeping.set_hours, taken.SetHoursIn),
    "set_day": (keeping.set_day, taken.SetDayIn),
    "clear_day": (keeping.clear_day, taken.ClearDayIn),
    "set_window": (keeping.set_window, taken.SetWindowIn),
    "close_window": (keeping.close_window, taken.CentrePlaceIn),
    "set_room": (keeping.set_room, taken.SetRoomIn),
    "close_room": (keeping.close_room, taken.CentrePlaceIn),
    "station": (keeping.station, taken.StationIn),
    "unstation": (keeping.unstation, taken.UnstationIn),
    "plan_shift": (rota.plan_shift, taken.CentreShiftIn),
    "cancel_shift": (rota.cancel_shift, taken.CancelShiftIn),
    "swap_shifts": (rota.swap_shifts, taken.SwapShiftsIn),
}
step_routes(
    router, CENTRES, _AT, STEPS, answer=schemas.CentreOut, show=_show_centre, key="code", kind=Code,
    names={"station": "station_unit", "unstation": "unstation_unit"},
)  # fmt: skip


@step_route(router, CENTRES, _AT, "import_rota", schemas.ImportReport)
async def import_rota(code: Code, sent: taken.ImportRotaIn, runner: ThisRunner) -> Response:
    """Good lines are kept, the others reported; a line that stands already is left alone, so that it may be repeated."""
    plans = [Plan(item.unit, item.staff, item.period, item.window) for item in sent.items]
    context = runner.context

    async def act() -> tuple[int, bytes, str | None]:
        lines: list[Line] = []
        with suppress(_OnlyTriedError):
            async with context.conn.transaction():
                lines = await rota.import_rota(context, code, plans=plans)
                if sent.dry_run:
                    raise _OnlyTriedError
        version = context.version if sent.dry_run else context.version + 1
        return 200, to_json(_report(sent.dry_run, lines, version, runner.call.language)), str(version)

    return await once(context.conn, runner.call, act)


class _OnlyTriedError(Exception):
    """Takes back what a dry run wrote."""


def _report(dry_run: bool, lines: list[Line], version: int, language: str) -> schemas.ImportReport:
    counted = [line.status for line in lines]
    added, standing = counted.count(201), counted.count(200)
    shown = [
        schemas.LineOut(
            number, line.status, None if dry_run and line.status == 201 else line.shift,
            line.why.say(language) if line.why else None,
        )
        for number, line in enumerate(lines, 1)
    ]  # fmt: skip
    return schemas.ImportReport(
        dry_run=dry_run,
        added=added,
        standing=standing,
        refused=len(lines) - added - standing,
        lines=shown,
        version=version,
    )


CanBook = Annotated[Actor, Depends(requires(Permission.ROOM_BOOK))]


@router.get("/centres/{code}/rooms", summary="When are rooms free?")
async def list_rooms(
    code: Code, _: CanRead, conn: Read, now: Now, since: From = None, until: To = None
) -> schemas.RoomsOut:
    """Each room of a centre and when it is taken; by whom or for what is told to nobody here."""
    await queries.get_centre(conn, code)
    begins, ends = within(since, until, now)
    found = await queries.list_rooms(conn, code, now)
    busy_at = await rooms.list_taken(conn, [room.id for room in found], begins, ends)
    busy = [
        shown(schemas.RoomBusy, room, taken=[schemas.Taken(p.since, p.until) for p in busy_at[room.id]])
        for room in found
    ]
    return schemas.RoomsOut(centre=code, since=begins, until=ends, rooms=busy)


async def _show_booking(act: ActionContext, booking: uuid.UUID, _: str) -> schemas.BookingOut:
    return await rooms.get_booking(act.conn, booking, actor=act.actor)


@router.post(
    "/rooms/{room_id}/bookings", response_model=schemas.BookingOut, status_code=201, summary="Book a room",
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.ROOM_BOOK))],
)  # fmt: skip
async def book_room(room_id: uuid.UUID, sent: taken.BookIn, creator: ThisCreator) -> Response:
    """For the caller's own unit: of the centre, above it, or stationed there. Taken: 409, and `free` says when else."""
    return await creator.run(lambda act: book(act, room_id, sent.period, sent.purpose), _show_booking)


@router.get("/me/bookings", summary="Which rooms has my unit taken?")
async def list_my_bookings(actor: CanBook, conn: Read, page: ThisPage) -> schemas.BookingPage:
    """Bookings of the caller's units that are not over. Those for a case stand with the case."""
    rows = await rooms.list_bookings(conn, actor=actor, after=page.after_instant(), limit=page.most)
    return schemas.BookingPage(items=page.of(rows, lambda row: (row.since, row.id)))


@router.get(
    "/bookings/{booking_id}", response_model=schemas.BookingOut, summary="One booking", responses={200: carries("ETag")}
)
async def get_booking(booking_id: uuid.UUID, _: CanBook, reader: ThisReader) -> Response:
    """Of the caller's own unit. The ETag is its version."""
    return await reader.show(booking_id, _show_booking)


step_routes(
    router, BOOKINGS, "/bookings/{booking_id}", {"release": (release, None)}, answer=schemas.BookingOut, show=_show_booking,
    key="booking_id",
)  # fmt: skip
