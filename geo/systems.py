"""From the system a file is written in to the one that is stored: EPSG:4326, lon/lat in degrees."""

import re
from typing import Any

import numpy
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from app.core.geometry import SRID, Crs, to_wgs84

_SAME = {"WGS84", "CGCS2000", f"EPSG:{SRID}", "EPSG:4490", "OGC:CRS84"}
_MOVED = {crs.value for crs in (Crs.GCJ02, Crs.BD09)}


def known_system(given: str) -> str:
    """The system's name in the form used here; raises ValueError for one that is not known.

    WGS84, CGCS2000, GCJ02, BD09 or EPSG:number; `GCJ-02` and lower case are understood.
    """
    name = given.strip().upper()
    name = name.replace("-", "") if name.replace("-", "") in _MOVED | {"WGS84"} else name
    if name in _SAME | _MOVED:
        return name
    if not re.fullmatch(r"EPSG:\d{4,6}", name):
        raise ValueError(f"{given!r} is no coordinate system: name WGS84, CGCS2000, GCJ02, BD09 or EPSG:number")
    try:
        CRS.from_user_input(name)
    except CRSError as error:
        raise ValueError(f"there is no coordinate system {name}") from error
    return name


def to_stored(shapes: Any, system: str) -> Any:
    """An array of geometries in `system` (lon/lat or easting/northing), converted vertex by vertex.

    Equal vertices stay equal, so what shared an edge shares it afterwards. Raises ValueError when the result does not
    lie on the globe: then the file is not in `system`.
    """
    name = known_system(system)
    if name in _MOVED:
        converted = shapely.transform(shapes, lambda points: _each(points, Crs(name)))
    elif name in _SAME:
        converted = shapes
    else:
        step = Transformer.from_crs(name, f"EPSG:{SRID}", always_xy=True)
        converted = shapely.transform(shapes, lambda points: numpy.column_stack(step.transform(*points.T)))
    lon, lat = shapely.get_coordinates(converted).T
    if not (numpy.all(numpy.abs(lon) <= 180.0) and numpy.all(numpy.abs(lat) <= 90.0)):  # also refuses NaN
        raise ValueError(f"read as {name} the coordinates do not lie on the globe: name the system the file is in")
    return converted


def _each(points: Any, crs: Crs) -> Any:
    return numpy.array([to_wgs84(float(lon), float(lat), crs) for lon, lat in points])
