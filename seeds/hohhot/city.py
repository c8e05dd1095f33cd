"""The demo city of Hohhot, built from nothing but a seed: no database, no clock, the same bytes every time.

Real are the codes and names of the counties and of 76 towns and subdistricts, the counties' seats and areas, and the
census totals. Everything else is invented, and every area and cell says that its boundary is synthetic.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any

import shapely

from seeds.hohhot.areas import build_areas
from seeds.hohhot.records import Area, CastMember, Cell, CellWorker, City, Machine, Post, Staff, Unit
from seeds.hohhot.staff import build_cast, build_staff
from seeds.hohhot.units import build_units

__all__ = [
    "Area", "CastMember", "Cell", "CellWorker", "City", "Machine", "Post", "Staff", "Unit", "build_city", "fingerprint",
]  # fmt: skip


@cache
def build_city(seed: int = 1) -> City:
    """The whole city: 1,495 areas, 3,300 cells, 2,014 units, their staff and posts. Takes about two seconds."""
    areas, cells = build_areas(seed)
    units = build_units(areas)
    staff, posts, workers = build_staff(cells, units)
    cast, machines = build_cast(posts, staff)
    return City(seed, areas, cells, units, staff, posts, workers, cast, machines)


def fingerprint(city: City) -> str:
    """SHA-256 over every field of every row, boundaries as WKB: two cities are the same when these are."""
    digest = hashlib.sha256()
    for line in _lines(city):
        digest.update(line)
        digest.update(b"\n")
    return digest.hexdigest()


def _lines(city: City) -> Iterator[bytes]:
    rows: chain[Any] = chain(
        city.areas, city.cells, city.units, city.staff, city.posts, city.cell_workers, city.cast, city.machines
    )
    for row in rows:
        yield repr([_plain(getattr(row, name)) for name in type(row).__slots__]).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, shapely.Geometry):
        return value.wkb_hex
    return value if value is None or isinstance(value, str | int | bool) else str(value)
