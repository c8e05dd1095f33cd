"""How many of what: shares out the city's cells over counties, townships and communities, and gives codes and names."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from seeds.hohhot.chance import apportion, between, stream
from seeds.hohhot.units import TABLES
from seeds.reference.load import read

CELLS = 3_300
COMMUNITIES = 1_396

_CELLS_PER_URBAN_COMMUNITY = 3.6
_CELLS_PER_VILLAGE = 1.25
_SHARED = TABLES["townships"]
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """A community or village and the number of its cells."""

    code: str
    name: str
    short_name: str
    name_en: str
    urban: bool
    cells: int


@dataclass(frozen=True, slots=True)
class TownshipPlan:
    """A town, township, subdistrict or regional service centre."""

    code: str
    name: str
    name_en: str
    kind: str
    official: bool
    cells: int
    communities: tuple[CommunityPlan, ...]


@dataclass(frozen=True, slots=True)
class CountyPlan:
    """A county with its seat and anchor as (lon, lat) in degrees WGS84."""

    code: str
    name: str
    name_en: str
    seat: tuple[float, float]
    anchor: tuple[float, float]
    area_km2: float
    townships: tuple[TownshipPlan, ...]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """The city's own row and the counties below it."""

    code: str
    name: str
    name_en: str
    households: int
    residents: int
    outline: tuple[tuple[float, float], ...]
    counties: tuple[CountyPlan, ...]


def plan_city(seed: int) -> CityPlan:
    """Read areas.yaml and share out 3,300 cells and 1,396 communities by population."""
    data = read(Path(__file__).parent / "areas.yaml")
    counties = data["counties"]
    cells_of_county = apportion(CELLS, [float(county["population"]["value"]) for county in counties])
    township_cells = [
        _cells_of_townships(seed, county, cells) for county, cells in zip(counties, cells_of_county, strict=True)
    ]
    township_rows = [(county, row) for county in counties for row in county["townships"]]
    flat_cells = [cells for row in township_cells for cells in row]
    community_counts = apportion(
        COMMUNITIES,
        [
            cells / _cells_per_community(_urban_share(county, row))
            for (county, row), cells in zip(township_rows, flat_cells, strict=True)
        ],
        least=1,
        most=flat_cells,
    )
    plans = [
        _township_plan(seed, county, row, cells, count)
        for (county, row), cells, count in zip(township_rows, flat_cells, community_counts, strict=True)
    ]
    city = data["city"]
    return CityPlan(
        city["code"], city["name"], city["name_en"], city["households"], city["residents"],
        tuple((lon, lat) for lon, lat in city["outline"]),
        tuple(_county_plan(county, plans) for county in counties),
    )  # fmt: skip


def _county_plan(county: Any, townships: list[TownshipPlan]) -> CountyPlan:
    return CountyPlan(
        county["code"], county["name"], county["name_en"], tuple(county["seat"]), tuple(county["anchor"]),
        float(county["area_km2"]), tuple(t for t in townships if t.code.startswith(county["code"])),
    )  # fmt: skip


def _is_seat_town(county: Any, row: Any) -> bool:
    """Whether a rural county's government sits in this town: it is the first one listed."""
    return row is county["townships"][0] and row["kind"] == "town"


def _urban_share(county: Any, row: Any) -> float:
    return float(_SHARED["urban_share"]["seat_town" if _is_seat_town(county, row) else row["kind"]])


def _cells_per_community(urban_share: float) -> float:
    return urban_share * _CELLS_PER_URBAN_COMMUNITY + (1.0 - urban_share) * _CELLS_PER_VILLAGE


def _cells_of_townships(seed: int, county: Any, cells: int) -> list[int]:
    chance = stream(seed, "townships", county["code"])
    weights = [
        _SHARED["cell_weight"]["seat_town" if _is_seat_town(county, row) else row["kind"]] * between(chance, 0.75, 1.25)
        for row in county["townships"]
    ]
    return apportion(cells, weights, least=1)


def _township_plan(seed: int, county: Any, row: Any, cells: int, count: int) -> TownshipPlan:
    chance = stream(seed, "communities", row["code"])
    urban_count = max(round(count * _urban_share(county, row)), 1 if row["kind"] == "town" else 0)
    sizes = [_CELLS_PER_URBAN_COMMUNITY] * urban_count + [_CELLS_PER_VILLAGE] * (count - urban_count)
    cells_of = apportion(cells, [size * between(chance, 0.7, 1.3) for size in sizes], least=1)
    called = [(f"第{in_chinese(k)}社区", "居民委员会", f"Community {k}", k) for k in range(1, urban_count + 1)]
    called += [
        (f"{village}村", "村民委员会", f"{name_en} Village", 200 + k)
        for k, (village, name_en) in enumerate(_village_names(chance)[: count - urban_count])
    ]
    communities = tuple(
        CommunityPlan(
            f"{row['code']}{serial:03d}", row["name"] + short + committee, row["name"] + short,
            f"{name_en}, {row['name_en']}", serial < 200, cells_of[k],
        )
        for k, (short, committee, name_en, serial) in enumerate(called)
    )  # fmt: skip
    return TownshipPlan(
        row["code"], row["name"], row["name_en"], row["kind"], row.get("official", True), cells, communities,
    )  # fmt: skip


def _village_names(chance: Random) -> list[tuple[str, str]]:
    """Every pair of a first and a second part, once, in an order of the township's own."""
    firsts, seconds = TABLES["names"]["village_first"], TABLES["names"]["village_second"]
    names = [(a + b, pinyin + rest) for a, pinyin in firsts.items() for b, rest in seconds.items()]
    chance.shuffle(names)
    return names


def in_chinese(number: int) -> str:
    """1 to 99 as Chinese numerals, as used in names: 3 → 三, 12 → 十二, 40 → 四十."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + ("" if ones == 0 else _DIGITS[ones])
