"""Draws the demo city: a synthetic planar partition around the real county seats, scaled to the real areas.

Everything is convex and cut from the outside in: city, counties, townships, communities, cells, in the plane of
`plane.py`. Urban subdistricts are small and lie near the seat, rural towns are large. `edge_matching.py` then brings
the cells to the seven-decimal grid with shared edges.
"""

import math
from random import Random

from shapely import Polygon

from seeds.hohhot.chance import between, stream
from seeds.hohhot.edge_matching import edge_matched
from seeds.hohhot.layout import CityPlan, CommunityPlan, CountyPlan, TownshipPlan
from seeds.hohhot.partition import Ring, area_of, centroid_of, cut, depth_of, relax
from seeds.hohhot.plane import Point, to_plane

# Ground that one urban cell takes, in km²: about ten thousand residents a km² in the subdistricts.
_KM2_PER_CELL = {"subdistrict": 0.11, "service_centre": 0.22}
# An urban community inside a rural township takes this part of the ground that a village takes for each cell.
_TOWN_CENTRE_SHARE = 0.12
_LARGEST_URBAN_SHARE = 0.5
_LEAST_DEPTH_M = 400.0
_GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


def draw_cells(plan: CityPlan, seed: int) -> dict[str, Polygon]:
    """15-digit cell code → boundary (EPSG:4326, lon/lat, seven decimals), for every cell of the plan.

    Cells are numbered within their community from west to east, and from north to south where two lie level.
    """
    rings: dict[str, Ring] = {}
    counties = plan.counties
    parts = cut(_outline(plan), [to_plane(*c.anchor) for c in counties], [c.area_km2 for c in counties])
    for county, county_rim in zip(counties, parts, strict=True):
        for township, township_rim in _townships(county, county_rim, seed):
            for community, rim in _communities(township, township_rim, seed):
                rings |= _cells(community, rim, seed)
    return edge_matched(rings)


def _outline(plan: CityPlan) -> Ring:
    """The outline of the plan, scaled about its centre to the sum of the counties' areas; counter-clockwise."""
    rim = [to_plane(lon, lat) for lon, lat in plan.outline]
    if area_of(rim) < 0.0:
        rim.reverse()
    middle = centroid_of(rim)
    factor = math.sqrt(math.fsum(county.area_km2 for county in plan.counties) * 1e6 / area_of(rim))
    return [(middle[0] + factor * (x - middle[0]), middle[1] + factor * (y - middle[1])) for x, y in rim]


def _townships(county: CountyPlan, rim: Ring, seed: int) -> list[tuple[TownshipPlan, Ring]]:
    chance = stream(seed, "township shapes", county.code)
    areas = _township_areas(county, chance)
    urban = [t for t in county.townships if t.kind in _KM2_PER_CELL]
    rural = [t for t in county.townships if t.kind not in _KM2_PER_CELL]
    core = _around_seat(rim, to_plane(*county.seat), [areas[t.code] for t in urban])
    open_country = relax(rim, core + _scattered(rim, len(rural), chance), 12, fixed=len(core))[len(core) :]
    order = urban + rural
    shapes = cut(rim, core + open_country, [areas[t.code] for t in order])
    return sorted(zip(order, shapes, strict=True), key=lambda pair: pair[0].code)


def _township_areas(county: CountyPlan, chance: Random) -> dict[str, float]:
    """Township code → km². Urban ones take what their cells need, rural ones share the rest."""
    areas = {t.code: t.cells * _KM2_PER_CELL[t.kind] for t in county.townships if t.kind in _KM2_PER_CELL}
    cap = _LARGEST_URBAN_SHARE * county.area_km2
    if math.fsum(areas.values()) > cap:
        shrink = cap / math.fsum(areas.values())
        areas = {code: km2 * shrink for code, km2 in areas.items()}
    rural = {t.code: between(chance, 0.7, 1.3) for t in county.townships if t.kind not in _KM2_PER_CELL}
    km2_left = county.area_km2 - math.fsum(areas.values())
    return areas | {code: km2_left * share / math.fsum(rural.values()) for code, share in rural.items()}


def _around_seat(rim: Ring, seat: Point, areas_km2: list[float]) -> list[Point]:
    """Sites in a sunflower about the seat, each with room for its area; drawn inwards where the county is narrow."""
    middle = centroid_of(rim)
    sites = []
    taken = 0.0
    for k, km2 in enumerate(areas_km2):
        radius = 1000.0 * math.sqrt((taken + km2 / 2.0) / math.pi)
        taken += km2
        angle = k * _GOLDEN_ANGLE
        x, y = seat[0] + radius * math.cos(angle), seat[1] + radius * math.sin(angle)
        while depth_of(rim, (x, y)) < _LEAST_DEPTH_M:
            x, y = x + 0.04 * (middle[0] - x), y + 0.04 * (middle[1] - y)
        sites.append((x, y))
    return sites


def _communities(township: TownshipPlan, rim: Ring, seed: int) -> list[tuple[CommunityPlan, Ring]]:
    """Residents' committees in the middle of a township, villages around them."""
    chance = stream(seed, "community shapes", township.code)
    communities = township.communities
    middle = centroid_of(rim)
    sites = relax(rim, _scattered(rim, len(communities), chance), 6)
    sites.sort(key=lambda site: (site[0] - middle[0]) ** 2 + (site[1] - middle[1]) ** 2)
    mixed = not all(community.urban for community in communities)
    shares = [
        community.cells * between(chance, 0.75, 1.25) * (_TOWN_CENTRE_SHARE if mixed and community.urban else 1.0)
        for community in communities
    ]
    return list(zip(communities, cut(rim, sites, shares), strict=True))


def _cells(community: CommunityPlan, rim: Ring, seed: int) -> dict[str, Ring]:
    chance = stream(seed, "cell shapes", community.code)
    sites = relax(rim, _scattered(rim, community.cells, chance), 8)
    rings = cut(rim, sites, [between(chance, 0.8, 1.2) for _ in sites])
    rings.sort(key=_west_to_east_north_to_south)
    return {f"{community.code}{serial:03d}": ring for serial, ring in enumerate(rings, start=1)}


def _west_to_east_north_to_south(ring: Ring) -> tuple[int, int]:
    """The centre in whole metres."""
    east, north = centroid_of(ring)
    return round(east), -round(north)


def _scattered(rim: Ring, count: int, chance: Random) -> list[Point]:
    """`count` points inside a convex ring, none at its very edge."""
    middle = centroid_of(rim)
    lows, highs = [min(axis) for axis in zip(*rim, strict=True)], [max(axis) for axis in zip(*rim, strict=True)]
    points: list[Point] = []
    while len(points) < count:
        point = between(chance, lows[0], highs[0]), between(chance, lows[1], highs[1])
        if depth_of(rim, point) > 0.0:
            points.append((middle[0] + 0.9 * (point[0] - middle[0]), middle[1] + 0.9 * (point[1] - middle[1])))
    return points
