"""The demo city of Hohhot, built from nothing but a seed: no database, no clock, the same bytes every time.

Real are the codes and names of the counties and of 76 towns and subdistricts, the counties' seats and areas, and the
census totals. Everything else is invented, and every area and cell says that its boundary is synthetic.
"""

from functools import cache

from seeds.hohhot.areas import build_areas
from seeds.hohhot.records import City
from seeds.hohhot.staff import build_cast, build_staff
from seeds.hohhot.units import build_units

__all__ = ["City", "build_city"]


@cache
def build_city(seed: int = 1) -> City:
    """The whole city: 1,495 areas, 3,300 cells, 2,014 units, their staff and posts. Takes about two seconds."""
    areas, cells = build_areas(seed)
    units = build_units(areas)
    staff, posts, workers = build_staff(cells, units)
    cast, machines = build_cast(posts, staff)
    return City(seed, areas, cells, units, staff, posts, workers, cast, machines)
