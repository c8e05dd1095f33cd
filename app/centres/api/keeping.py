"""Keeping a centre: each step names the version it was based on, and answers with the page as it is then."""

from contextlib import suppress

from fastapi import APIRouter, Response
from pydantic_core import to_json

from app.centres.actions import hours, rota, stations
from app.centres.actions.rota import Line, Plan
from app.centres.queries.page import get_page
from app.centres.queries.places import get_centre
from app.centres.rules import CENTRES
from app.centres.schemas.shown import CentreOut, ImportReport, LineOut
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
from app.core.idempotency import once
from app.core.texts import Code
from app.reference.actions import ActionContext
from app.reference.runner import ThisRunner, step_route, step_routes

router = APIRouter(prefix="/v1", tags=["centres"])
_AT = "/centres/{code}"


async def _show(act: ActionContext, code: str, language: str) -> CentreOut:
    """At the instant of the last change, which may be a trifle ahead of the call's."""
    centre = await get_centre(act.conn, code)
    at = max(act.now, centre.changed_at or act.now)
    return await get_page(act.conn, centre, actor=act.actor, at=at, reference=act.reference, language=language)


step_routes(
    router,
    CENTRES,
    _AT,
    {
        "set_hours": (hours.set_hours, SetHoursIn),
        "set_day": (hours.set_day, SetDayIn),
        "clear_day": (hours.clear_day, ClearDayIn),
        "set_window": (stations.set_window, SetWindowIn),
        "close_window": (stations.close_window, CentrePlaceIn),
        "set_room": (stations.set_room, SetRoomIn),
        "close_room": (stations.close_room, CentrePlaceIn),
        "station": (stations.station, StationIn),
        "unstation": (stations.unstation, UnstationIn),
        "plan_shift": (rota.plan_shift, CentreShiftIn),
        "cancel_shift": (rota.cancel_shift, CancelShiftIn),
        "swap_shifts": (rota.swap_shifts, SwapShiftsIn),
    },
    answer=CentreOut,
    show=_show,
    key="code",
    kind=Code,
    names={"station": "station_unit", "unstation": "unstation_unit"},
)


@step_route(router, CENTRES, _AT, "import_rota", ImportReport)
async def import_rota(code: Code, sent: ImportRotaIn, runner: ThisRunner) -> Response:
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


def _report(dry_run: bool, lines: list[Line], version: int, language: str) -> ImportReport:
    counted = [line.status for line in lines]
    added, standing = counted.count(201), counted.count(200)
    shown = [
        LineOut(
            number, line.status, None if dry_run and line.status == 201 else line.shift,
            line.why.say(language) if line.why else None,
        )
        for number, line in enumerate(lines, 1)
    ]  # fmt: skip
    return ImportReport(
        dry_run=dry_run,
        added=added,
        standing=standing,
        refused=len(lines) - added - standing,
        lines=shown,
        version=version,
    )
