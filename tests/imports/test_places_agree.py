"""One edge rule for every door: live intake, bulk import and Shapely put each point in the same cell or area.

1,000 points in the suite; GRIDCASE_POINTS sets another number (the drill takes 10,000).
"""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import shapely

from tests.imports.conftest import on_app, plain_mapping
from tests.support.clock import present
from tests.support.tiers import Amount

POINTS = Amount("points where imports and intake agree", short=200, long=1000, setting="GRIDCASE_POINTS")
WEST, SOUTH, EAST, NORTH = 111.0, 40.0, 111.4, 40.2  # two counties side by side, cells in the middle of them
Place = tuple[str | None, str | None]


@POINTS.mark
def test_live_bulk_and_shapely_agree(
    make_city: Callable[[str, str], str], gridcase: Any, sql: Any, write: Any, worker_id: str, tmp_path: Path
) -> None:
    chance = random.Random(20260)
    counties = {
        "150102": shapely.box(WEST, SOUTH, (WEST + EAST) / 2, NORTH),
        "150103": shapely.box((WEST + EAST) / 2, SOUTH, EAST, NORTH),
    }
    cells = _cells(chance, counties)
    city = make_city(f"places_{worker_id}", "hohhot_real")
    _load(gridcase, city, tmp_path, counties, cells)
    points = _points(chance, list(cells.values()), list(counties.values()))
    expected = [_by_shapely(point, cells, counties) for point in points]
    assert {None} < {cell for cell, _ in expected}
    assert {None, *counties} == {county for cell, county in expected if cell is None}

    rows = [[f"B{i}", "light", f"{i}", "2020-01-01", "", repr(x), repr(y), "x"] for i, (x, y) in enumerate(points)]
    data, mapping = write(rows, plain_mapping())
    result = gridcase(city, "import", "cases", data, "--mapping", mapping)
    assert result.exit_code == 0, result.output
    on_app(city, lambda conn: _register(conn, points))
    assert _filed(sql, city, "other", len(points)) == expected
    assert _filed(sql, city, "live", len(points)) == expected


def _cells(chance: random.Random, counties: dict[str, Any]) -> dict[str, Any]:
    """A partition of 60 cells that reaches over the county line, and 8 cells that lie across it."""
    middle = shapely.box(WEST + 0.05, SOUTH + 0.05, EAST - 0.05, NORTH - 0.05)
    sites = shapely.multipoints([(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(60)])
    drawn = [part for cell in shapely.get_parts(shapely.voronoi_polygons(sites))
             if not (part := cell.intersection(middle)).is_empty]  # fmt: skip
    drawn += [
        shapely.Point(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)).buffer(0.02, quad_segs=3)
        for _ in range(8)
    ]
    chance.shuffle(drawn)
    county = [next(code for code, box in counties.items() if box.intersects(cell.centroid)) for cell in drawn]
    return {f"{county[i]}001001{i:03d}": cell for i, cell in enumerate(drawn)}


def _load(gridcase: Any, city: str, folder: Path, counties: dict[str, Any], cells: dict[str, Any]) -> None:
    def save(name: str, shapes: dict[str, Any]) -> Path:
        features = [
            {"type": "Feature", "properties": {"code": code, "county": code[:6]},
             "geometry": shapely.geometry.mapping(shape)}
            for code, shape in shapes.items()
        ]  # fmt: skip
        (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return folder / name

    (folder / "codes.csv").write_text("code,name\n" + "".join(f"{code},county\n" for code in counties))
    words = ("--crs", "WGS84", "--code-field", "code")
    areas = save("areas.geojson", counties)
    result = gridcase(city, "load", "areas", areas, *words, "--codes", folder / "codes.csv")
    assert result.exit_code == 0, result.output
    result = gridcase(city, "load", "cells", save("cells.geojson", cells), *words, "--area-field", "county")
    assert result.exit_code == 0, result.output


def _points(chance: random.Random, cells: Sequence[Any], counties: Sequence[Any]) -> list[tuple[float, float]]:
    """A third anywhere (in and out of the city), a third on corners, a third on edges."""
    corners = [tuple(xy) for shape in (*cells, *counties) for xy in shapely.get_coordinates(shape)]
    points = []
    for i in range(POINTS):
        if i % 3 == 0:
            points.append((chance.uniform(WEST - 0.05, EAST + 0.05), chance.uniform(SOUTH - 0.05, NORTH + 0.05)))
        elif i % 3 == 1:
            points.append(chance.choice(corners))
        else:
            ring = shapely.get_coordinates(chance.choice([*cells, *counties]))
            k, along = chance.randrange(len(ring) - 1), chance.choice([0.5, chance.random()])
            points.append(tuple(ring[k] + along * (ring[k + 1] - ring[k])))
    return [(float(x), float(y)) for x, y in points]


def _by_shapely(point: tuple[float, float], cells: dict[str, Any], counties: dict[str, Any]) -> Place:
    """(cell, county): covered, then the smallest code; outside every cell the county that covers it."""
    spot = shapely.Point(point)
    for shapes in (cells, counties):
        covered = [
            code for code, holds in zip(shapes, shapely.covers(list(shapes.values()), spot), strict=True) if holds
        ]
        if covered:
            code = min(covered)
            return (code, code[:6]) if shapes is cells else (None, code)
    return None, None


async def _register(conn: Any, points: Sequence[tuple[float, float]]) -> None:
    from app.core.access import Actor
    from app.intake.actions import Entry, Receipt, prepare, register
    from app.intake.schemas import ReportIn
    from app.reference import queries as reference

    facts, actor, now = await reference.load(conn, present()), Actor(id="test", kind="key"), present()
    reports = [
        prepare(
            ReportIn.model_validate({
                "kind": "request", "category": "streetlight.fault", "channel": "partner", "title": str(i),
                "location": {"point": {"type": "Point", "coordinates": point}, "crs": "WGS84"},
                "source": {"system": "live", "external_id": f"B{i}"},
            }),
            facts, actor=actor, now=now, entry=Entry(),
        )
        for i, point in enumerate(points)
    ]  # fmt: skip
    for start in range(0, len(reports), 500):
        filed = await register(conn, reports[start : start + 500])
        assert all(isinstance(receipt, Receipt) and receipt.how == "filed" for receipt in filed)


def _filed(sql: Any, city: str, system: str, number: int) -> list[Place]:
    rows = sql("select external_id, cell, county from cases where source_system = $1", system, city=city)
    places = {row["external_id"]: (row["cell"], row["county"]) for row in rows}
    return [places[f"B{i}"] for i in range(number)]
