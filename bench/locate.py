"""locate_100k: finding the cell of a point, by the lateral join of the intake statement, among 10 k and 100 k cells."""

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import shapely

from app.core.database import Connection, connect
from app.intake.actions.register import statement
from bench import city
from bench.ground import as_owner, make_city, run, say
from bench.report import Row
from seeds import load
from seeds.hohhot.city import build_city

FEW, MANY = "few_cells", "many_cells"
PARTS = 10
POINTS = 2_000
ROUNDS = 10


def lateral() -> str:
    """The part of the intake statement that finds a cell, run for many points."""
    text = statement("live", "live_tail")
    begin = text.index("left join lateral (\n        select v.cell as code")
    end = text.index(") in_cell on true", begin)
    return (
        "select count(in_cell.code) from (select st_setsrid(st_makepoint(x, y), 4326) as point, $3::timestamptz as at"
        f" from unnest($1::float8[], $2::float8[]) t(x, y)) s {text[begin:end]}) in_cell on true"
    )


def _build(name: str, parts: int) -> None:
    """A city of 10,000 cells, each cut into `parts`; nothing but what locating needs."""
    say(f"{name}: {city.CELLS * parts:,} cells")
    make_city(name)
    demo = build_city()
    cells = city.draw(demo, city.CELLS)
    pieces = [(f"{c.code}{n:02d}", c, shape) for c in cells for n, shape in enumerate(_cut(c.boundary, parts))]

    async def fill(conn: Connection) -> None:
        await load.load_demo_city(conn, load.read_profile(load.PROFILES["hohhot"]), lambda _: None)
        await conn.execute("delete from cell_version")
        await conn.execute("create temporary table piece (code text, community text, centre text, boundary bytea)")
        rows = [(code, c.community, c.centre, shapely.to_wkb(shape)) for code, c, shape in pieces]
        await conn.copy_records_to_table("piece", columns=("code", "community", "centre", "boundary"), records=rows)
        await conn.execute(
            "insert into cell (code, city, county, township, community, path, centre)"
            " select distinct on (p.code) p.code, l.city, l.county, l.township, l.community, l.path, p.centre"
            " from piece p join cell l on l.community = p.community order by p.code"
        )
        await conn.execute(
            "insert into cell_version (cell, name, boundary, source, valid) select code, code,"
            " st_multi(st_geomfromwkb(boundary, 4326)), 'bench', tstzrange($1, null) from piece",
            load.SINCE,
        )

    as_owner(name, fill)
    as_owner(name, lambda conn: conn.execute("vacuum analyze cell, cell_version"), transaction=False)


def _cut(boundary: shapely.Polygon, parts: int) -> list[Any]:
    if parts == 1:
        return [boundary]
    chance = Random(int(boundary.area * 1e15))
    west, south, east, north = boundary.bounds
    sites: list[Any] = []
    while len(sites) < parts:
        site = shapely.Point(chance.uniform(west, east), chance.uniform(south, north))
        if boundary.contains(site):
            sites.append(site)
    cut = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(sites))), boundary)
    return [shape for shape in np.atleast_1d(cut) if shape.geom_type in ("Polygon", "MultiPolygon")]


async def _time() -> dict[str, list[float]]:
    """Microseconds a point, in turn."""
    took: dict[str, list[float]] = {FEW: [], MANY: []}
    connections = {name: await connect(name, "app") for name in took}
    chance = Random(3)
    try:
        for n in range(ROUNDS + 1):
            places = city.points(POINTS, chance)
            for name, conn in connections.items():
                began = time.perf_counter()
                found = await conn.fetchval(
                    lateral(), [x for x, _ in places], [y for _, y in places], datetime.now(UTC)
                )
                if found < POINTS * 0.99:
                    raise RuntimeError(f"{name}: only {found} of {POINTS} points lie in a cell")
                if n > 0:  # the first warms up
                    took[name].append((time.perf_counter() - began) * 1e6 / POINTS)
    finally:
        for conn in connections.values():
            await conn.close()
    return took


def measure(_: Path) -> list[Row]:
    """The row."""
    _build(FEW, 1)
    _build(MANY, PARTS)
    say("locating")
    took = run(_time())
    few, many = statistics.median(took[FEW]), statistics.median(took[MANY])
    raw = {name: [round(value, 2) for value in values] for name, values in took.items()}
    return [Row("locate_100k", many / few, few, many, "µs", raw)]
