"""The demo city's units: 1,388 centres, departments and stations, petition offices, discipline desks, committees, and
the city's one intake desk."""

from collections.abc import Sequence
from pathlib import Path

from seeds.hohhot.records import Area, Unit
from seeds.reference.load import read

COMMUNITY_CENTRES = 1_289
INTAKE_DESK = "I150100"

_CENTRE = ("矛盾纠纷多元化解中心", "Dispute Resolution Centre")

TABLES = read(Path(__file__).parent / "units.yaml")
DEPARTMENTS, STATIONS = TABLES["departments"], TABLES["stations"]  # by slug


def centre_code(area: str) -> str:
    """The code of the centre of an area."""
    return f"C{area}"


def build_units(areas: Sequence[Area]) -> tuple[Unit, ...]:
    """Every unit, parents before children: by tier, then by area code, then by kind."""
    units = []
    for tier, of_one_area in (("city", _of_city), ("county", _of_county), ("township", _of_township)):
        for area in areas:
            if area.tier == tier:
                units += of_one_area(area)
    communities = [area for area in areas if area.tier == "community"]
    units += [_centre(area) for area in communities[:COMMUNITY_CENTRES]]
    return tuple(units)


def _of_city(area: Area) -> list[Unit]:
    intake = Unit(
        INTAKE_DESK, "intake_desk", None, "city", area.code, None, "呼和浩特市一站式受理总台", "Hohhot Intake Desk"
    )
    return [intake, _centre(area), *_departments(area), _petition_office(area), _discipline_desk(area)]


def _of_county(area: Area) -> list[Unit]:
    return [_centre(area), *_departments(area), _petition_office(area), _discipline_desk(area)]


def _of_township(area: Area) -> list[Unit]:
    stations = [
        Unit(
            f"D{area.code}_{slug}", "department", slug, "township", area.code, f"D{area.parent}_{department}",
            f"{area.name}{name}", f"{area.name_en} {name_en}",
        )
        for slug, (name, name_en, department) in STATIONS.items()
    ]  # fmt: skip
    committee = Unit(
        f"M{area.code}", "mediation_committee", None, "township", area.code, f"D{area.parent}_justice",
        f"{area.name}人民调解委员会", f"{area.name_en} People's Mediation Committee",
    )  # fmt: skip
    return [_centre(area), *stations, _discipline_desk(area), committee]


def _centre(area: Area) -> Unit:
    stem = area.name.removesuffix("居民委员会").removesuffix("村民委员会")
    return _unit("C", "centre", area, (stem, area.name_en), _CENTRE)


def _departments(area: Area) -> list[Unit]:
    return [
        Unit(
            f"D{area.code}_{slug}", "department", slug, area.tier, area.code,
            f"D{area.parent}_{slug}" if area.parent else None, f"{area.name}{name}", f"{area.name_en} {name_en}",
        )
        for slug, (name, name_en) in DEPARTMENTS.items()
    ]  # fmt: skip


def _petition_office(area: Area) -> Unit:
    return _unit("P", "petition_office", area, (area.name, area.name_en), ("信访局", "Petition Office"))


def _discipline_desk(area: Area) -> Unit:
    return _unit("X", "discipline_desk", area, (area.name, area.name_en), ("纪检监察信访窗口", "Discipline Desk"))


def _unit(letter: str, kind: str, area: Area, stem: tuple[str, str], name: tuple[str, str]) -> Unit:
    """A unit with one of its kind above it in every tier above its own."""
    parent = f"{letter}{area.parent}" if area.parent else None
    return Unit(
        f"{letter}{area.code}", kind, None, area.tier, area.code, parent, stem[0] + name[0], f"{stem[1]} {name[1]}"
    )
