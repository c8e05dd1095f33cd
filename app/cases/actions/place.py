"""Placing a case that came with an address alone, or lay outside every cell."""

import uuid

from app.cases.actions.offering import end_offer, offer_instead
from app.cases.actions.step import advance, begin
from app.cases.queries.one import LoadedCase
from app.core import errors
from app.core.geometry import Crs, to_wgs84
from app.core.rows import read_sql
from app.reference.actions import ActionContext

_PLACE = read_sql(__package__, "place")


async def place(
    act: ActionContext, case_id: uuid.UUID, *, lon: float | None, lat: float | None, crs: Crs | None, code: str | None
) -> None:
    """Give a queued case its cell or area, by point or by a code a person chose; it is routed anew.

    The area it stands in becomes that of the place; the present lead keeps it until the competent unit signs for it.
    A guarded case, or one that bars units, keeps its units: only its place changes.
    """
    case = await begin(act, case_id, "place")
    if lon is not None and lat is not None and crs is not None:
        lon, lat = to_wgs84(lon, lat, crs)
    found = await act.conn.fetchrow(_PLACE, case_id, lon, lat, code, act.now)
    if found is None:
        raise errors.Invalid(
            "该位置不在任何网格内，代码也不存在。", "The point lies in no cell, and there is no such code.",
            pointer="#/body",
        )  # fmt: skip
    columns: dict[str, object] = {
        name: found[name] for name in ("cell", "county", "township", "community", "area_path")
    }
    columns["queue"] = "no_worker" if found["cell"] and found["worker"] is None else None
    if lon is not None:
        await act.conn.execute(
            "update cases set point = st_setsrid(st_makepoint($2, $3), 4326), located_by = 'point' where id = $1",
            case_id, lon, lat,
        )  # fmt: skip
        columns |= {"located_by": "point", "crs": crs}
    elif not found["measured"]:  # a measured point stays what it is; the person says which cell it belongs to
        columns["located_by"] = "person"
    if not (found["guarded"] or found["barred"]):
        columns |= {"worker": found["worker"], "centre": found["centre"]}
        await _offer_anew(act, case, found["unit"], found["centre"], case.facts.lead_unit, columns)
    await advance(act, case, "place", columns=columns)


async def _offer_anew(
    act: ActionContext, case: LoadedCase, unit: str | None, centre: str, lead: str, columns: dict[str, object]
) -> None:
    """The open offer, made without a place, gives way to one for the unit that the place names."""
    target = unit or centre
    columns["routed_unit"] = target
    if target == lead:
        await end_offer(act, case.facts.id)
    else:
        await offer_instead(act, case, target)
