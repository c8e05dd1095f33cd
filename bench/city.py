"""The bench city: the demo city with three times as many cells, each with a worker, and where its reports come from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

import shapely

from app.core.access import Actor, Post, Role
from app.core.database import Connection
from app.core.tokens import issue
from app.grids import actions as grids
from app.grids.actions import CellRow
from app.grids.rules import PartitionLaw
from app.staff import actions as staff
from app.staff.actions import PostRow, StaffRow
from bench.ground import as_owner, make_city, say
from seeds import load
from seeds.hohhot.city import City, build_city
from seeds.hohhot.geometry import draw_cells
from seeds.hohhot.layout import CityPlan, CommunityPlan, plan_city
from seeds.hohhot.records import Cell
from seeds.hohhot.staff import build_staff
from seeds.hohhot.units import centre_code

CELLS = 10_000
SQUARES = 40
SEED = 1


@dataclass(frozen=True, slots=True)
class Square:
    """Ground from which reports come: middle (lon, lat) and half its side, all in degrees WGS84."""

    lon: float
    lat: float
    reach: float


def _finer(plan: CityPlan, cells: int) -> CityPlan:
    """The plan with `cells` cells, shared out as in the demo."""
    communities = [m for c in plan.counties for t in c.townships for m in t.communities]
    times, more = divmod(cells, sum(m.cells for m in communities))
    chance = Random(SEED)
    extra = {m.code: 0 for m in communities}
    for community in chance.choices(communities, weights=[m.cells for m in communities], k=more):
        extra[community.code] += 1

    def grown(m: CommunityPlan) -> CommunityPlan:
        return replace(m, cells=m.cells * times + extra[m.code])

    return replace(
        plan,
        counties=tuple(
            replace(c, townships=tuple(replace(t, communities=tuple(map(grown, t.communities))) for t in c.townships))
            for c in plan.counties
        ),
    )


def draw(demo: City, cells: int) -> list[Cell]:
    """Cells by code: an exact partition, dense around the counties' seats as in the demo."""
    plan = _finer(plan_city(SEED), cells)
    centres = {u.code for u in demo.units if u.kind == "centre"}
    return [
        Cell(
            code, code[:12], centre_code(code[:12] if centre_code(code[:12]) in centres else code[:9]), code, 400, 1050,
            boundary, "bench",
        )
        for code, boundary in sorted(draw_cells(plan, SEED).items())
    ]  # fmt: skip


def build(name: str, cells: int = CELLS) -> None:
    """Make the city `name` with all the demo's tables filled and `cells` cells, one worker each."""
    say(f"{name}: a city of {cells:,} cells")
    make_city(name)
    demo = build_city()
    finer = draw(demo, cells)
    people, posts, workers = build_staff(finer, demo.units)
    rows = [
        CellRow(
            c.code, c.community, c.centre, c.name, shapely.to_wkb(c.boundary), c.households, c.residents, True, c.source
        )
        for c in finer
    ]

    async def fill(conn: Connection) -> None:
        await load.load_demo_city(conn, load.read_profile(load.PROFILES["hohhot"]), lambda _: None)
        await staff.load_staff(
            conn, [StaffRow(s.id, s.name, s.unit, s.full_time) for s in people],
            [PostRow(p.id, p.role, p.unit, p.area, p.staff) for p in posts],
        )  # fmt: skip
        await grids.load_cells(conn, rows, since=load.SINCE, law=PartitionLaw.REPORTED, band=None)
        await grids.name_workers(conn, [(w.cell, w.staff) for w in workers], since=load.SINCE)

    as_owner(name, fill)
    as_owner(name, lambda conn: conn.execute("vacuum analyze"), transaction=False)


@cache
def squares() -> tuple[Square, ...]:
    """Forty squares inside townships, the populous ones first: both sides of a comparison draw points from these."""
    townships = sorted((a for a in build_city().areas if a.tier == "township"), key=lambda a: -a.residents)
    found = []
    for area in townships[:SQUARES]:
        middle, reach = shapely.maximum_inscribed_circle(area.boundary).coords
        radius = ((middle[0] - reach[0]) ** 2 + (middle[1] - reach[1]) ** 2) ** 0.5
        found.append(Square(round(middle[0], 6), round(middle[1], 6), round(radius * 0.7, 6)))
    return tuple(found)


def points(number: int, chance: Random) -> list[tuple[float, float]]:
    """Random points (lon, lat) of the squares."""
    drawn = chance.choices(squares(), k=number)
    return [
        (round(s.lon + chance.uniform(-s.reach, s.reach), 6), round(s.lat + chance.uniform(-s.reach, s.reach), 6))
        for s in drawn
    ]


def actor_of(post_id: str) -> Actor:
    """Whoever holds a post of the demo city."""
    demo = build_city()
    post = next(p for p in demo.posts if p.id == post_id)
    parents = {u.code: u.parent for u in demo.units}
    tiers = {a.code: a.tier for a in demo.areas}
    line: list[str] = []
    unit: str | None = post.unit
    while unit is not None:
        line.insert(0, unit)
        unit = parents[unit]
    held = Post(post.id, Role(post.role), post.unit, ".".join(line), post.area, tiers[post.area])
    return Actor(id=str(post.staff), kind="staff", posts=(held,))


def clerks(number: int) -> list[Actor]:
    """Window clerks of as many township centres."""
    posts = [p for p in build_city().posts if p.role == "window_clerk" and len(p.area) == len("150102001")]
    return [actor_of(p.id) for p in posts[:number]]


def tokens(actors: Sequence[Actor], city: str, now: datetime) -> list[Any]:
    """An access token for each, of an account of its own with which nobody logs in."""

    async def make(conn: Connection) -> list[Any]:
        accounts = [await staff.set_account(conn, f"bench {actor.id}", UUID(actor.id), "none") for actor in actors]
        return [issue(account, city, now)[0] for account in accounts]

    return as_owner(city, make)
