"""The demo city's staff: who sits where. Every name is put together from lists; nobody here is a real person.

A post is called `<unit>.<role>.<number>`, a grid worker's `<cell>.grid_worker`. Ids of staff are derived from it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from app.units.schemas import UnitOut as Unit
from seeds.hohhot.records import CastMember, Cell, CellWorker, Machine, Post, Staff
from seeds.hohhot.units import TABLES
from seeds.reference.load import read

STAFF_NAMESPACE = UUID("5b0d6f0e-6f5b-5d0e-9f0a-150100150100")
_NAMES = TABLES["names"]


@cache
def _cast_file() -> Any:
    return read(Path(__file__).parent / "cast.yaml")


def build_staff(
    cells: Sequence[Cell], units: Sequence[Unit]
) -> tuple[tuple[Staff, ...], tuple[Post, ...], tuple[CellWorker, ...]]:
    """One full-time worker for every cell, and the seats of every unit filled, one person to a seat."""
    cast = {row["post"]: row for row in _cast_file()["people"]}
    posts = [post for unit in units for post in _seats(unit)]
    for cell in cells:
        post_id = f"{cell.code}.grid_worker"
        posts.append(Post(post_id, staff_id(post_id), cell.centre, "grid_worker", cell.community))
    workers = tuple(CellWorker(cell.code, staff_id(f"{cell.code}.grid_worker")) for cell in cells)
    return tuple(_person(post, cast.get(post.id)) for post in posts), tuple(posts), workers


@cache
def staff_id(post: str) -> UUID:
    """The id of whoever holds a post in the demo city."""
    return uuid5(STAFF_NAMESPACE, post)


def invented_name(number: int) -> str:
    """A plausible name of three characters, picked by a large number."""
    signs = []
    for syllables in (_NAMES["family"], _NAMES["first"], _NAMES["second"]):
        number, at = divmod(number, len(syllables))
        signs.append(syllables[at])
    return "".join(signs)


def build_cast(posts: Sequence[Post], staff: Sequence[Staff]) -> tuple[tuple[CastMember, ...], tuple[Machine, ...]]:
    """The people and machines of cast.yaml, with the posts they hold."""
    post_named, name_of = {post.id: post for post in posts}, {person.id: person.name for person in staff}
    members = [
        CastMember(
            row["login"], post.staff, name_of[post.staff], post.id, post.role, post.unit, post.area, row["who_zh"],
            row["who_en"],
        )
        for row in _cast_file()["people"]
        for post in (post_named[row["post"]],)
    ]  # fmt: skip
    return tuple(members), tuple(Machine(**row) for row in _cast_file()["machines"])


def _seats(unit: Unit) -> Iterator[Post]:
    for role, seats in TABLES["seats"][unit.kind][unit.tier].items():
        for number in range(1, seats + 1):
            post_id = f"{unit.code}.{role}.{number}"
            yield Post(post_id, staff_id(post_id), unit.code, role, unit.area)


def _person(post: Post, cast: Any) -> Staff:
    login = cast["login"] if cast else post.id.lower()
    name = cast["name"] if cast else invented_name(post.staff.int >> 8)
    return Staff(post.staff, login, name, post.unit)
