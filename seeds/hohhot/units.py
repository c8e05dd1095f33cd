"""The demo city's units: 1,388 centres, departments and stations, petition offices, discipline desks, committees, and
the city's one intake desk."""

from collections.abc import Sequence

from seeds.hohhot.records import Area, Unit

COMMUNITY_CENTRES = 1_289
INTAKE_DESK = "I150100"

_CENTRE = ("矛盾纠纷多元化解中心", "Dispute Resolution Centre")

# slug → name of the county's or city's department
DEPARTMENTS = {
    "housing": ("住房和城乡建设局", "Housing and Urban-Rural Development"),
    "urban": ("城市管理综合执法局", "Urban Management"),
    "hrss": ("人力资源和社会保障局", "Human Resources and Social Security"),
    "civil": ("民政局", "Civil Affairs"),
    "health": ("卫生健康委员会", "Health"),
    "education": ("教育局", "Education"),
    "transport": ("交通运输局", "Transport"),
    "police": ("公安局", "Public Security"),
    "market": ("市场监督管理局", "Market Regulation"),
    "water": ("水务局", "Water"),
    "energy": ("能源局", "Energy"),
    "environment": ("生态环境局", "Environment"),
    "emergency": ("应急管理局", "Emergency Management"),
    "natural": ("自然资源局", "Natural Resources"),
    "agriculture": ("农牧局", "Agriculture and Animal Husbandry"),
    "justice": ("司法局", "Justice"),
}

# slug → name of the township's station, and the county department it answers to
STATIONS = {
    "urban": ("综合行政执法队", "Law Enforcement Team", "urban"),
    "civil": ("社会事务办公室", "Social Affairs Office", "civil"),
    "safety": ("安全与应急办公室", "Safety and Emergency Office", "emergency"),
}


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
