"""Boundary files as they come: systems, faults, laws; the published map of Hohhot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy
import pytest
import shapely
from pyproj import Transformer

from app.core.geometry import wgs84_to_gcj02
from geo.boundaries import read_boundaries
from geo.codes import arrange, is_official, read_names
from geo.systems import known_system, to_stored
from tests.data import real_file
from tests.imports.conftest import on_app, plain_row
from tests.support.clock import present

UNIT = shapely.box(111.6, 40.8, 111.7, 40.9)


def save(path: Path, shapes: dict[str, Any], **more: list[Any]) -> Path:
    """A GeoPackage of shapes with the field `code`."""
    frame = geopandas.GeoDataFrame({"code": list(shapes), **more}, geometry=list(shapes.values()), crs="EPSG:4326")
    frame.to_file(path)
    return path


# --- Systems ------------------------------------------------------------------------------------------------------


def test_each_vertex_goes_through_the_formula_and_comes_back() -> None:
    moved = shapely.transform(
        numpy.array([UNIT]), lambda points: numpy.array([wgs84_to_gcj02(*point) for point in points])
    )
    assert shapely.equals_exact(to_stored(moved, "GCJ-02")[0], UNIT, tolerance=1e-8)
    assert 400 < 111_000 * shapely.hausdorff_distance(moved[0], UNIT) < 800


def test_a_projected_file_is_reprojected() -> None:
    step = Transformer.from_crs(4326, 32649, always_xy=True)
    projected = shapely.transform(numpy.array([UNIT]), lambda p: numpy.column_stack(step.transform(*p.T)))
    assert shapely.equals_exact(to_stored(projected, "EPSG:32649")[0], UNIT, tolerance=1e-8)
    with pytest.raises(ValueError, match="do not lie on the globe"):
        to_stored(projected, "WGS84")


@pytest.mark.parametrize("name", ["", "wgs", "EPSG:0", "EPSG:999999", "4326", "Beijing54"])
def test_a_system_that_is_not_known(name: str) -> None:
    with pytest.raises(ValueError, match="coordinate system"):
        known_system(name)


# --- Boundary files -----------------------------------------------------------------------------------------------


def test_a_polygon_that_crosses_itself_is_made_valid(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    read = read_boundaries(save(tmp_path / "a.gpkg", {"1": bow, "2": UNIT}), system="WGS84", code_field="code")
    assert read.mended == ["1"]
    assert [row.shape.geom_type for row in read.rows] == ["MultiPolygon"] * 2
    assert read.rows[0].shape.is_valid
    assert read.rows[0].shape.area == pytest.approx(0.5)
    assert shapely.equals_exact(read.rows[1].shape, shapely.multipolygons([UNIT]), tolerance=0.0)


@pytest.mark.parametrize(
    ("shapes", "options", "said"),
    [
        ({"1": UNIT}, {"code_field": "kode"}, "there is no field kode; it has code"),
        ({"1": UNIT}, {"layer": "second"}, "there is no layer second"),
        ({"1": UNIT, "2": shapely.Point(0, 0)}, {}, r"no polygon: 2 \(Point\)"),
        ({"1": UNIT, "2": None}, {}, r"no polygon: 2 \(nothing\)"),
        ({"1": UNIT, "": UNIT}, {}, "without a code in code: number 2"),
    ],
)
def test_a_file_that_cannot_be_loaded(tmp_path: Path, shapes: Any, options: Any, said: str) -> None:
    path = save(tmp_path / "a.gpkg", shapes)
    with pytest.raises(ValueError, match=said):
        read_boundaries(path, **{"system": "WGS84", "code_field": "code", **options})


def test_codes_as_numbers_and_codes_that_stand_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    geopandas.GeoDataFrame({"n": [150102, 150103]}, geometry=[UNIT, UNIT], crs=4326).to_file(path)
    assert [row.code for row in read_boundaries(path, system="WGS84", code_field="n").rows] == ["150102", "150103"]
    geopandas.GeoDataFrame({"n": [7, 7]}, geometry=[UNIT, UNIT], crs=4326).to_file(path)
    with pytest.raises(ValueError, match="stand twice in n: 7"):
        read_boundaries(path, system="WGS84", code_field="n")
    path.write_text("{}")
    with pytest.raises(ValueError, match="not a boundary file"):
        read_boundaries(path, system="WGS84", code_field="n")


# --- Code lists ---------------------------------------------------------------------------------------------------

PATTERNS = {"city": r"\d{6}", "county": r"\d{6}", "township": r"\d{9}", "community": r"\d{12}", "cell": r"\d{15}"}


def test_areas_stand_under_the_code_that_begins_their_own() -> None:
    names = {"150100": "city", "150102": "a", "150102001": "b", "150102001005": "c", "150172": "zone", "150172401": "d"}
    areas = {area.code: area for area in arrange(names, city="150100", patterns=PATTERNS)}
    assert "150100" not in areas
    assert {code: (a.tier, a.parent) for code, a in areas.items()} == {
        "150102": ("county", "150100"), "150172": ("county", "150100"), "150102001": ("township", "150102"),
        "150172401": ("township", "150172"), "150102001005": ("community", "150102001"),
    }  # fmt: skip
    assert {code for code, area in areas.items() if not area.official} == {"150172", "150172401"}
    with pytest.raises(ValueError, match="the code above it"):
        arrange({"150102": "a", "150102001005": "c"}, city="150100", patterns=PATTERNS)
    with pytest.raises(ValueError, match="fit no tier"):
        arrange({"15010": "a"}, city="150100", patterns=PATTERNS)


def test_official_codes() -> None:
    assert [is_official(c) for c in ("150102", "150172", "150102399", "150102400", "150102001498", "boston")] == [
        True, False, True, False, False, True,
    ]  # fmt: skip


def test_a_code_with_two_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name\n150102,one\n")
    (tmp_path / "b.csv").write_text("code,name\n150102,another\n")
    (tmp_path / "c.csv").write_text("code9,name\n150102,another\n")
    with pytest.raises(ValueError, match="150102 is called another here and one before"):
        read_names([tmp_path])
    assert read_names([tmp_path / "a.csv", tmp_path / "c.csv"]) == ({"150102": "one"}, ["c.csv"])


# --- Into a city --------------------------------------------------------------------------------------------------


def test_an_enforced_law_refuses_the_file_and_says_which_cells(
    make_city: Callable[[str, str], str], gridcase: Any, sql: Any, worker_id: str, tmp_path: Path
) -> None:
    city = make_city(f"law_{worker_id}", "hohhot")
    whole = {"150100001001001": shapely.box(0, 0, 1, 1), "150100001001002": shapely.box(1, 0, 2, 1)}
    words = ("--crs", "WGS84", "--code-field", "code", "--area", "150100", "--households-field", "households")
    good = save(tmp_path / "good.gpkg", whole, households=[300, 500])
    result = gridcase(city, "load", "cells", good, *words)
    assert result.exit_code == 0, result.output
    assert "2 cells loaded, 0 findings" in result.output

    overlapping = whole | {"150100001001002": shapely.box(0.99, 0, 2, 1)}
    bad = save(tmp_path / "bad.gpkg", overlapping, households=[300, 501])
    result = gridcase(city, "load", "cells", bad, *words)
    assert result.exit_code == 1
    assert "150100001001001, 150100001001002" in result.output
    assert "501" in result.output
    live = sql("select max(households) as most from cell_version where valid @> now()", city=city)
    assert live[0]["most"] == 500, "nothing of a refused file is stored"

    for changes, said in (
        (("--crs", "WGS84", "--code-field", "code"), "say which area"),
        ((*words[:-2], "--crs", "EPSG:12"), "is no coordinate system"),
        ((*words[:4], "--area", "150199"), "there is no area 150199"),
    ):
        result = gridcase(city, "load", "cells", good, *changes)
        assert result.exit_code == 1
        assert said in result.output
    result = gridcase(city, "load", "cells", save(tmp_path / "odd.gpkg", {"x": UNIT}), *words[:6])
    assert "cell codes that do not fit" in result.output


def test_a_new_map_needs_its_first_day_once_cases_are_filed(
    make_city: Callable[[str, str], str], gridcase: Any, write: Any, sql: Any, worker_id: str, tmp_path: Path
) -> None:
    city = make_city(f"redrawn_{worker_id}", "boston")
    old = {"0101": shapely.box(-71.2, 42.2, -71.1, 42.4), "0201": shapely.box(-71.1, 42.2, -71.0, 42.4)}
    words = ("--crs", "WGS84", "--code-field", "code")
    assert gridcase(city, "load", "cells", save(tmp_path / "old.gpkg", old), *words).exit_code == 0
    data, mapping = write([plain_row(1)])
    assert gridcase(city, "import", "cases", data, "--mapping", mapping).exit_code == 0
    new = save(tmp_path / "new.gpkg", {"0101": shapely.box(-71.2, 42.2, -71.0, 42.4)})
    refused = gridcase(city, "load", "cells", new, *words)
    assert refused.exit_code == 1
    assert "--since" in refused.output
    for _ in range(2):
        assert gridcase(city, "load", "cells", new, *words, "--since", "2026-01-01").exit_code == 0
    versions = sql(
        "select cell, lower(valid) as since, upper(valid) is null as live from cell_version order by 1, 2", city=city
    )
    assert [(v["cell"], f"{v['since']:%Y-%m-%d %H:%M}", v["live"]) for v in versions] == [
        ("0101", "2000-01-01 00:00", False), ("0101", "2026-01-01 05:00", True), ("0201", "2000-01-01 00:00", False),
    ]  # fmt: skip

    # History is placed on the map of its day; what is older than every map, on the oldest.
    days = {2: "1999-12-01", 3: "2025-12-31", 4: "2026-01-02"}
    data, mapping = write([plain_row(n, opened=day, closed="", lon="-71.05", lat="42.35") for n, day in days.items()])
    assert gridcase(city, "import", "cases", data, "--mapping", mapping).exit_code == 0
    filed = sql("select external_id, cell from cases where external_id <> 'A1' order by 1", city=city)
    assert [tuple(row) for row in filed] == [("A2", "0201"), ("A3", "0201"), ("A4", "0101")]


def test_the_published_map_of_hohhot(
    make_city: Callable[[str, str], str], gridcase: Any, sql: Any, worker_id: str
) -> None:
    folder = real_file("hohhot")
    city = make_city(f"hohhot_{worker_id}", "hohhot_real")
    for _ in range(2):
        result = gridcase(city, "load", "areas", folder / "counties_gcj02.geojson", "--crs", "GCJ02", "--codes", folder)
        assert result.exit_code == 0, result.output
    assert "townships_92.csv" in result.output
    counts = sql(
        "select tier, official, v.boundary is not null as drawn, count(*) as n from area a"
        " join area_version v on v.area = a.code and v.valid @> now() group by 1, 2, 3 order by 1, 2, 3", city=city,
    )  # fmt: skip
    assert [tuple(row) for row in counts] == [
        ("city", True, True, 1), ("community", False, False, 26), ("community", True, False, 1370),
        ("county", False, False, 1), ("county", True, True, 9), ("township", False, False, 23),
        ("township", True, False, 76),
    ]  # fmt: skip
    (zone,) = sql("select official, path::text from area where code = '150172'", city=city)
    assert tuple(zone) == (False, "150100.150172")
    _moved_about_600_metres(sql, city, folder / "counties_gcj02.geojson")
    _lands_in_the_county(city)


def _moved_about_600_metres(sql: Any, city: str, path: Path) -> None:
    """Area as known (17,180.3 km² in UTM 49N before the move); every county about 600 m from where the file has it."""
    drawn = sql("select area, st_asbinary(boundary) as wkb from area_version where boundary is not null", city=city)
    stored = geopandas.GeoSeries(
        {row["area"]: shapely.from_wkb(row["wkb"]) for row in drawn}, crs=4326
    ).to_crs(32649)  # fmt: skip
    assert stored["150100"].area / 1e6 == pytest.approx(17_180.3, rel=1e-3)
    read = geopandas.read_file(path).set_index("adcode").geometry.to_crs(32649)
    for code, shape in read.items():
        assert 500 < stored[str(code)].centroid.distance(shape.centroid) < 700


def _lands_in_the_county(city: str) -> None:
    """A report by point: no cells are drawn, so it waits in the queue of the county that holds it."""

    from app.core.access import Actor
    from app.intake.actions import Entry, prepare, register
    from app.intake.schemas import ReportIn
    from app.reference import queries as reference

    async def work(conn: Any) -> list[Any]:
        facts = await reference.load(conn, present())
        reports = [
            prepare(
                ReportIn.model_validate(
                    {"kind": "request", "category": "heating.outage", "channel": "window", "title": "停暖",
                     "location": {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": crs}}
                ),
                facts, actor=Actor(id="test", kind="key"), now=present(), entry=Entry(),
            )
            for lon, lat, crs in ((111.685964, 40.826225, "GCJ02"), (100.0, 40.0, "WGS84"))
        ]  # fmt: skip
        return list(await register(conn, reports))

    inside, outside = (receipt.body for receipt in on_app(city, work))
    assert (inside["queue"], inside["areas"]["county"], inside["lead_unit"]) == ("outside_cells", "150102", "C150100")
    assert (outside["queue"], outside["areas"]["county"]) == ("outside_city", None)
