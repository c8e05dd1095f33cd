"""Placing a case that came with an address alone, or lay outside every cell; and moving one that was placed wrongly."""

import uuid
from dataclasses import dataclass

from app.cases.actions.access import change
from app.cases.actions.offering import end_offer, offer_instead
from app.cases.actions.step import advance, begin
from app.cases.queries.one import LoadedCase
from app.cases.rules import OPEN_KINDS, Status
from app.core import errors
from app.core.geometry import Crs, to_wgs84
from app.core.rows import fetch_one, read_sql
from app.reference.actions import ActionContext

_PLACE = read_sql(__package__, "place")
_MEASURED = "update cases set point = st_setsrid(st_makepoint($2, $3), 4326), located_by = 'point' where id = $1"
_NOT_MEASURED = "update cases set point = null, accuracy_m = null, located_by = 'person' where id = $1"
_TASK_ENDS = """
    update assignment set state = 'recalled', answered_by = $3, answered_at = $4
    where case_id = $1 and staff = $2 and part = 'co' and state = 'offered' returning id
"""
_TASK_BEGINS = """
    insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at)
    select $1, s.unit, s.id, 'co', 'offered', $3, $4 from staff s where s.id = $2
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the case lies by the point or code given, and who is competent there. `worker_before`, `before`: as it was."""

    id: uuid.UUID
    cell: str | None
    city: str
    county: str | None
    township: str | None
    community: str | None
    area_path: str
    centre: str
    unit: str | None
    worker: uuid.UUID | None
    worker_before: uuid.UUID | None
    before: dict[str, str]
    guarded: bool
    barred: bool
    measured: bool


async def place(
    act: ActionContext, case_id: uuid.UUID, *, lon: float | None, lat: float | None, crs: Crs | None, code: str | None
) -> None:
    """Give a queued case its cell or area, by point or by a code a person chose; it is routed anew.

    The area it stands in becomes that of the place; the present lead keeps it until the competent unit signs for it.
    A guarded case, or one that bars units, keeps its units: only its place changes.
    """
    case = await begin(act, case_id, "place")
    found = await _find(act, case_id, lon, lat, crs, code, pointer="#/body")
    columns = _columns(found, crs if lon is not None else None)
    # A measured point stays what it is; the person says which cell it belongs to.
    if lon is None and not found.measured:
        columns["located_by"] = "person"
    if not (found.guarded or found.barred):
        columns |= {"worker": found.worker, "centre": found.centre}
        await _offer_anew(act, case, found.unit, found.centre, case.facts.lead_unit, columns)
    await advance(act, case, "place", columns=columns)


async def move(
    act: ActionContext, case: LoadedCase, *, lon: float | None, lat: float | None, crs: Crs | None, code: str | None
) -> tuple[dict[str, object], dict[str, str]]:
    """The same for a case that was placed wrongly: gives the columns that change, and the place before. Once it was accepted
    the unit that did answers for it, and offers it on itself. A task that the cell's worker has not signed for goes to the
    right one."""
    case_id = case.facts.id
    found = await _find(act, case_id, lon, lat, crs, code, pointer="#/body/place")
    columns = _columns(found, crs if lon is not None else None)
    if lon is None:
        await act.conn.execute(_NOT_MEASURED, case_id)
        columns |= {"located_by": "person", "crs": None}
    if not (found.guarded or found.barred):
        columns |= {"worker": found.worker, "centre": found.centre}
        if case.facts.status is Status.REGISTERED:
            await _offer_anew(act, case, found.unit, found.centre, case.facts.lead_unit, columns)
        await _task_anew(act, case, found.worker_before, found.worker)
    return columns, found.before


async def _find(
    act: ActionContext, case_id: uuid.UUID, lon: float | None, lat: float | None, crs: Crs | None, code: str | None, *,
    pointer: str,
) -> _Found:  # fmt: skip
    if lon is not None and lat is not None and crs is not None:
        lon, lat = to_wgs84(lon, lat, crs)
    found = await fetch_one(act.conn, _Found, _PLACE, case_id, lon, lat, code, act.now)
    if found is None:
        raise errors.Invalid(
            "该位置不在任何网格内，代码也不存在。", "The point lies in no cell, and there is no such code.",
            pointer=pointer,
        )  # fmt: skip
    if lon is not None:
        await act.conn.execute(_MEASURED, case_id, lon, lat)
    return found


def _columns(found: _Found, crs: Crs | None) -> dict[str, object]:
    columns: dict[str, object] = {
        name: getattr(found, name) for name in ("cell", "county", "township", "community", "area_path")
    }
    columns["queue"] = "no_worker" if found.cell and found.worker is None else None
    return {**columns, "located_by": "point", "crs": crs} if crs is not None else columns


async def _offer_anew(
    act: ActionContext, case: LoadedCase, unit: str | None, centre: str, lead: str, columns: dict[str, object]
) -> None:
    """The open offer, made for no place or the wrong one, gives way to one for the unit that the place names."""
    target = unit or centre
    columns["routed_unit"] = target
    if target == lead:
        await end_offer(act, case.facts.id)
    elif case.facts.lead_offer is None or case.facts.lead_offer.unit != target:
        await offer_instead(act, case, target)


async def _task_anew(act: ActionContext, case: LoadedCase, before: uuid.UUID | None, worker: uuid.UUID | None) -> None:
    """Only requests and events are a worker's by their cell."""
    case_id = case.facts.id
    if before is None or before == worker or case.facts.kind not in OPEN_KINDS:
        return
    if not await act.conn.fetch(_TASK_ENDS, case_id, before, act.actor.id, act.now):
        return
    given = [(f"staff:{worker}", "task")] if worker else []
    if worker is not None:
        await act.conn.execute(_TASK_BEGINS, case_id, worker, act.actor.id, act.now)
    await change(act.conn, case_id, act.now, given=given, taken=[(f"staff:{before}", "task")])
