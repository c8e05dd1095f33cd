"""The flat plane in which the demo city is drawn: metres east and north of a point in its middle.

An equal-area (sinusoidal) mapping on the WGS84 ellipsoid, so that an area asked for in the plane is the area on the
ground to within 0.05 % over the city's two degrees of latitude. Written out here, instead of taken from a projection
library, because the demo city must come out the same on every machine.
"""

import math

GRID_PER_DEGREE = 10_000_000
"""Vertices lie on a grid of 1e-7 degrees (about one centimetre), the seven decimals of the published boundaries."""

Point = tuple[float, float]
GridPoint = tuple[int, int]

_ORIGIN_LON, _ORIGIN_LAT = 111.5, 40.5
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 6.69437999014e-3
_SQUASH = 1.0 - _ECCENTRICITY_SQUARED * math.sin(math.radians(_ORIGIN_LAT)) ** 2
_METRES_PER_DEGREE_NORTH = math.radians(_SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (_SQUASH * math.sqrt(_SQUASH)))
_METRES_PER_DEGREE_EQUATOR = math.radians(_SEMI_MAJOR_M / math.sqrt(_SQUASH))


def to_plane(lon: float, lat: float) -> Point:
    """(longitude, latitude) in degrees WGS84 → (metres east, metres north)."""
    east = _METRES_PER_DEGREE_EQUATOR * math.cos(math.radians(lat)) * (lon - _ORIGIN_LON)
    return east, _METRES_PER_DEGREE_NORTH * (lat - _ORIGIN_LAT)


def to_grid(point: Point) -> GridPoint:
    """(metres east, metres north) → (longitude, latitude) WGS84 in whole steps of 1e-7 degrees."""
    lat = _ORIGIN_LAT + point[1] / _METRES_PER_DEGREE_NORTH
    lon = _ORIGIN_LON + point[0] / (_METRES_PER_DEGREE_EQUATOR * math.cos(math.radians(lat)))
    return round(lon * GRID_PER_DEGREE), round(lat * GRID_PER_DEGREE)
