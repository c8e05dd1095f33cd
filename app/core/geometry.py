"""Coordinates: one storage system (EPSG:4326, lon/lat in degrees), every inbound point names its own.

CGCS2000 (EPSG:4490) differs from WGS84 by centimetres; for choosing a cell the two are equal, and are treated so.
GCJ-02 and BD-09 are the obfuscated systems of Chinese web maps: at Hohhot GCJ-02 lies 604 m off WGS84.
"""

import math
from enum import StrEnum
from typing import Annotated

from pydantic import Field

SRID = 4326
# Degrees as JSON numbers: neither text nor true is a coordinate.
Longitude = Annotated[float, Field(ge=-180, le=180, strict=True, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, strict=True, allow_inf_nan=False)]
_SEMI_MAJOR = 6378245.0  # Krasovsky 1940, metres: the ellipsoid the GCJ-02 formula is written in
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_PI = math.pi * 3000.0 / 180.0


class Crs(StrEnum):
    """The systems a point may be given in."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


def to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """(lon, lat) in degrees, from `crs` to WGS84. Outside China the obfuscation does not apply and nothing moves."""
    if crs is Crs.GCJ02:
        return gcj02_to_wgs84(lon, lat)
    if crs is Crs.BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    return lon, lat


def in_china(lon: float, lat: float) -> bool:
    """The rectangle inside which the map obfuscation is applied."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The published forward formula (degrees in, degrees out)."""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    ripple = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    east += ripple + (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    north += ripple + (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    radians = math.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = math.degrees(north / (_SEMI_MAJOR * (1.0 - _ECCENTRICITY_SQUARED) / (magic * root)))
    east = math.degrees(east / (_SEMI_MAJOR / root * math.cos(radians)))
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """The inverse by fixed-point iteration, to 1e-9 degrees (0.1 mm)."""
    if not in_china(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(30):
        there_lon, there_lat = wgs84_to_gcj02(guess_lon, guess_lat)
        step_lon, step_lat = there_lon - lon, there_lat - lat
        guess_lon, guess_lat = guess_lon - step_lon, guess_lat - step_lat
        if abs(step_lon) < 1e-9 and abs(step_lat) < 1e-9:
            break
    return guess_lon, guess_lat


def bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Baidu's further step, undone (degrees in, degrees out)."""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon - 0.0065, lat - 0.006
    z = math.hypot(x, y) - 0.00002 * math.sin(y * _BD_PI)
    theta = math.atan2(y, x) - 0.000003 * math.cos(x * _BD_PI)
    return z * math.cos(theta), z * math.sin(theta)
