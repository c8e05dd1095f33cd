"""Keeping a centre: each step names the version it was based on, and answers with the page as it is then."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic_core import to_json

from app.centres.actions import Change, begin, rota, setup, stations
from app.centres.actions.rota import Line, Plan
from app.centres.api.shown import page
from app.centres.schemas.shown import CentreOut, ImportReport
from app.centres.schemas.taken import (
    CancelShiftIn,
    CentrePlaceIn,
    CentreShiftIn,
    ClearDayIn,
    ImportRotaIn,
    SetDayIn,
    SetHoursIn,
    SetRoomIn,
    SetWindowIn,
    StationIn,
    SwapShiftsIn,
    UnstationIn,
)
from app.core.access import Actor, Permission
from app.core.http import ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once
from app.core.texts import Code
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["centres"])
CanKeep = Annotated[Actor, Depends(requires(Permission.CENTRE_MANAGE))]
Rules = Annotated[Reference, Depends(reference)]


class Keeping:
    """One change of a centre: replays first, then who, then the version, then the step."""

    def __init__(
        self, code: Code, _: CanKeep, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules
    ) -> None:  # fmt: skip
        self.code, self.conn, self.call, self.version, self.rules = code, conn, call, version, rules

    async def begin(self) -> Change:
        """The centre, locked."""
        return await begin(
            self.conn, self.code, actor=self.call.actor, version=self.version, now=self.call.now, rules=self.rules
        )

    async def take(self, step: Callable[[Change], Awaitable[Any]]) -> Response:
        """Take the step once and show the centre as it is then."""

        async def act() -> tuple[int, bytes, str | None]:
            change = await self.begin()
            await step(change)
            shown = await page(
                self.conn,
                self.code,
                actor=self.call.actor,
                at=change.now,
                rules=self.rules,
                language=self.call.language,
            )
            return 200, to_json(shown), str(change.version)

        return await once(self.conn, self.call, act)


ThisKeeping = Annotated[Keeping, Depends(Keeping, scope="function")]
_AT = "/centres/{code}/actions"


@router.post(f"{_AT}/set_hours", response_model=CentreOut, summary="Set the hours of the week")
async def set_hours(sent: SetHoursIn, keeping: ThisKeeping) -> Response:
    """The whole week from a day on. The legal calendar closes holidays and opens swapped weekend days by itself."""
    week = {day.weekday: [hours.span for hours in day.spans] for day in sent.week}
    return await keeping.take(lambda change: setup.set_hours(change, week, since=sent.since))


@router.post(f"{_AT}/set_day", response_model=CentreOut, summary="Set a day that differs")
async def set_day(sent: SetDayIn, keeping: ThisKeeping) -> Response:
    """Other hours, or closed, whatever the week and the calendar say."""
    spans = [hours.span for hours in sent.spans]
    return await keeping.take(lambda change: setup.set_day(change, sent.day, spans, reason=sent.reason))


@router.post(f"{_AT}/clear_day", response_model=CentreOut, summary="Let a day follow the week again")
async def clear_day(sent: ClearDayIn, keeping: ThisKeeping) -> Response:
    """What was set for that day is withdrawn."""
    return await keeping.take(lambda change: setup.clear_day(change, sent.day))


@router.post(f"{_AT}/set_window", response_model=CentreOut, summary="Open or rename a window")
async def set_window(sent: SetWindowIn, keeping: ThisKeeping) -> Response:
    """A window is known by the number on its sign."""
    return await keeping.take(lambda change: stations.set_window(change, sent.code, sent.name))


@router.post(f"{_AT}/close_window", response_model=CentreOut, summary="Close a window")
async def close_window(sent: CentrePlaceIn, keeping: ThisKeeping) -> Response:
    """Units that sat there stay, without one."""
    return await keeping.take(lambda change: stations.close_window(change, sent.code))


@router.post(f"{_AT}/set_room", response_model=CentreOut, summary="Open or change a room")
async def set_room(sent: SetRoomIn, keeping: ThisKeeping) -> Response:
    """Its id and its bookings stay when it is changed."""
    return await keeping.take(lambda change: stations.set_room(change, sent.code, sent.name, sent.kind, sent.seats))


@router.post(f"{_AT}/close_room", response_model=CentreOut, summary="Close a room")
async def close_room(sent: CentrePlaceIn, keeping: ThisKeeping) -> Response:
    """Refused while it is booked; `taken` says for when."""
    return await keeping.take(lambda change: stations.close_room(change, sent.code))


@router.post(f"{_AT}/station", response_model=CentreOut, summary="Station a unit")
async def station_unit(sent: StationIn, keeping: ThisKeeping) -> Response:
    """Resident, rotating or on call, at a window or none; or change how it is stationed."""
    seat = stations.Seat(**sent.model_dump())
    return await keeping.take(lambda change: stations.station(change, seat))


@router.post(f"{_AT}/unstation", response_model=CentreOut, summary="End the stationing of a unit")
async def unstation_unit(sent: UnstationIn, keeping: ThisKeeping) -> Response:
    """Its shifts to come are withdrawn."""
    return await keeping.take(lambda change: stations.unstation(change, sent.unit))


def _plan(sent: CentreShiftIn) -> Plan:
    return Plan(sent.unit, sent.staff, sent.period, sent.window)


@router.post(f"{_AT}/plan_shift", response_model=CentreOut, summary="Put somebody on duty")
async def plan_shift(sent: CentreShiftIn, keeping: ThisKeeping) -> Response:
    """Somebody of a unit stationed here, or of the centre; nobody is on two shifts at once."""
    return await keeping.take(lambda change: rota.plan_shift(change, _plan(sent)))


@router.post(f"{_AT}/cancel_shift", response_model=CentreOut, summary="Withdraw a shift")
async def cancel_shift(sent: CancelShiftIn, keeping: ThisKeeping) -> Response:
    """A shift that is not over."""
    return await keeping.take(lambda change: rota.cancel_shift(change, sent.shift))


@router.post(f"{_AT}/swap_shifts", response_model=CentreOut, summary="Swap two shifts")
async def swap_shifts(sent: SwapShiftsIn, keeping: ThisKeeping) -> Response:
    """Two people of one unit take each other's place."""
    return await keeping.take(lambda change: rota.swap_shifts(change, sent.shift, sent.other))


@router.post(f"{_AT}/import_rota", response_model=ImportReport, summary="Bring a month's rota")
async def import_rota(sent: ImportRotaIn, keeping: ThisKeeping) -> Response:
    """Good lines are kept, the others reported; a line that stands already is left alone, so that it may be repeated."""
    plans = [_plan(item) for item in sent.items]

    async def act() -> tuple[int, bytes, str | None]:
        attempt = keeping.conn.transaction()
        await attempt.start()
        change = await keeping.begin()
        lines = await rota.import_rota(change, plans)
        if sent.dry_run:
            await attempt.rollback()
        else:
            await attempt.commit()
        version = keeping.version if sent.dry_run else change.version
        return 200, to_json(_report(sent.dry_run, lines, version, keeping.call.language)), str(version)

    return await once(keeping.conn, keeping.call, act)


def _report(dry_run: bool, lines: list[Line], version: int, language: str) -> dict[str, Any]:
    counted = [line.status for line in lines]
    added, standing = counted.count(201), counted.count(200)
    return {
        "dry_run": dry_run, "added": added, "standing": standing, "refused": len(lines) - added - standing,
        "lines": [
            {"line": number, "status": line.status, "shift": None if dry_run and line.status == 201 else line.shift,
             "detail": line.why.say(language) if line.why else None}
            for number, line in enumerate(lines, 1)
        ],
        "version": version,
    }  # fmt: skip
