"""The demo city's units: 1,388 centres, departments and stations, petition offices, discipline desks, committees, and
the city's one intake desk."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.units.schemas import UnitOut as Unit
from seeds.hohhot.records import Area
from seeds.reference.load import read

COMMUNITY_CENTRES = 1_289
TABLES = read(Path(__file__).parent / "units.yaml")
DEPARTMENTS, STATIONS = TABLES["departments"], TABLES["stations"]  # by slug


def centre_code(area: str) -> str:
    """The code of the centre of an area."""
    return f"C{area}"


def build_units(areas: Sequence[Area]) -> tuple[Unit, ...]:
    """Every unit, parents before children: by tier, then by area code, then by kind. Not every community has a centre."""
    units: list[Unit] = []
    for tier in TABLES["units"]:
        of_tier = [area for area in areas if area.tier == tier]
        for area in of_tier[: COMMUNITY_CENTRES if tier == "community" else None]:
            units += _of(area)
    return tuple(units)


def _of(area: Area) -> Iterator[Unit]:
    for kind in TABLES["units"][area.tier]:
        if kind == "department":
            for slug, (name, name_en) in DEPARTMENTS.items():
                yield _unit(area, kind, slug, name=name, name_en=name_en, above=slug)
        elif kind == "station":
            for slug, (name, name_en, above) in STATIONS.items():
                yield _unit(area, "department", slug, name=name, name_en=name_en, above=above)
        else:
            yield _unit(area, kind, None)


def _unit(area: Area, kind: str, function: str | None, **words: str) -> Unit:
    stem = area.name.removesuffix("居民委员会").removesuffix("村民委员会")
    said = {
        **words,
        "area": area.code,
        "parent": area.parent,
        "stem": stem,
        "stem_en": area.name_en,
        "function": function,
    }
    code, parent, name, name_en = (pattern.format(**said) for pattern in TABLES["kinds"][kind])
    return Unit(code, kind, function, area.tier, area.code, parent if area.parent else None, name, name_en)
