"""Placing a case that came with an address alone, or lay outside every cell."""

import uuid
from typing import Any

from app.cases.actions.offering import end_offer, make_offer
from app.cases.actions.step import advance, begin
from app.cases.queries.one import LoadedCase
from app.core import errors
from app.core.geometry import Crs, to_wgs84
from app.reference.actions import ActionContext

_PLACE = """
    with spot as (select case when $2::float8 is not null then st_setsrid(st_makepoint($2, $3), 4326) end as point),
    cell_code as (
        select coalesce((select v.cell from cell_version v, spot where st_covers(v.boundary, spot.point)
            and (v.valid @> $5::timestamptz) is true order by v.cell limit 1), $4) as code
    )
    select c.id, cell.code as cell, coalesce(cell.city, c.city) as city, coalesce(cell.county, a.county) as county,
        coalesce(cell.township, a.township) as township, coalesce(cell.community, a.community) as community,
        coalesce(cell.path, a.path)::text as area_path,
        coalesce(cell.centre, (select u.code from unit u join area ua on ua.code = u.area
            where u.kind = 'centre' and ua.path @> a.path order by nlevel(ua.path) desc limit 1)) as centre,
        (select r.unit from route r where r.area = coalesce(cell.township, a.township, cell.county, a.county, c.city)
            and r.category = c.category and r.kind = c.kind and r.petition_class = coalesce(c.petition_class, '')) as unit,
        (select w.staff from cell_worker w where w.cell = cell.code and w.during @> $5::timestamptz
            and not coalesce(w.staff = any(c.barred_staff), false) order by w.role limit 1) as worker,
        c.guarded, c.barred_units is not null as barred, c.point is not null as measured
    from cases c cross join cell_code
    left join cell on cell.code = cell_code.code
    left join lateral (
        select path, case when nlevel(path) > 1 then ltree2text(subpath(path, 1, 1)) end as county,
            case when nlevel(path) > 2 then ltree2text(subpath(path, 2, 1)) end as township,
            case when nlevel(path) > 3 then ltree2text(subpath(path, 3, 1)) end as community
        from area where cell.code is null and area.code = $4
    ) a on true
    where c.id = $1 and (cell.code is not null or a.path is not null)
"""


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
    columns: dict[str, Any] = {name: found[name] for name in ("cell", "county", "township", "community", "area_path")}
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
    act: ActionContext, case: LoadedCase, unit: str | None, centre: str, lead: str, columns: dict[str, Any]
) -> None:
    """The open offer, made without a place, gives way to one for the unit that the place names."""
    target = unit or centre
    columns["routed_unit"] = target
    await end_offer(act, case.facts.id)
    if target != lead:
        await make_offer(act, case, target)
