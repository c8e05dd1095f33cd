"""The town: who looks, what was planted, and what each saw before and after."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.core.access import Permission
from app.core.database import Connection, connect
from app.core.tokens import Account
from app.staff import actions as staff
from tests.access.doors import Caller, Nobody
from tests.access.planting import Plant, Planter
from tests.access.reading import counted, figures, listed, quiet_doors
from tests.access.sight import Seat, Who, cast_member, seat
from tests.access.sowing import HOUSING, sow
from tests.cast import CITY, Cast, Person
from tests.support.clock import present, standing
from tests.support.sessions import account_of

CAST = (
    "wang.grid", "zhao.grid",  # the worker of the cell, and of the cell next door
    "gao.window", "zhao.saihan",  # a neighbouring county's clerk and coordinator
    "chen.housing", "liu.head",  # a handler and the head of the unit complained of
    "tian.enforcement",  # of a station beneath the department complained of
    "qin.head",  # the very person complained of, and head of a centre complained of
    "li.window", "sun.coordinator",  # those who registered accusations
    "zhou.mediator", "zhang.hrss", "deng.county", "ma.petition", "hu.supervisor", "luo.intake",
    "xu.discipline", "he.discipline",
    "lin.auditor", "guo.admin",
)  # fmt: skip
SEATS = (
    "C150102001001.window_clerk.1",  # beneath the township's and the county's centre
    "M150105001.mediator.1", "X150102001.discipline_officer.1", "D150100_housing.organ_head.1",
    "C150100.window_clerk.1",
)  # fmt: skip
# Whose map, staff lists and tables are compared before and after: those complained of, and those who see no case.
WATCHERS = ("chen.housing", "qin.head", "tian.enforcement", "lin.auditor", "hotline-12345", "anonymous")
GUEST, STRANGER = "guest from housing", "another machine"


@dataclass
class Known:
    """What is known of a planted town: who looks and with which credential, what was planted, what each saw."""

    callers: list[tuple[Who, str | Account]]
    plants: list[Plant]
    before: dict[str, Any]
    after: dict[str, Any] = field(default_factory=dict)


class Town:
    """What the tests of this folder look at."""

    def __init__(self, cast: Cast, document: dict[str, Any], known: Known) -> None:
        self.cast, self.document, self.plants = cast, document, known.plants
        self.before, self.after = known.before, known.after
        self.callers = {who.name: _caller(cast, who, credential) for who, credential in known.callers}

    def plant(self, name: str) -> Plant:
        """The planted case of that name."""
        return next(plant for plant in self.plants if plant.name == name)


def planted(cast: Cast, document: dict[str, Any], rounds: int) -> Known:
    """Plant it; everybody looks before and after, at the same instant, by which all is planted."""
    callers, instant = [*_callers(cast)], present() + timedelta(hours=1)

    def looks(plants: list[Plant]) -> dict[str, Any]:
        with standing() as at:
            at(instant)
            return look(Town(cast, document, Known(callers, plants, {})))

    before = looks([])
    plants = list(sow(Planter(cast, uuid.uuid4().hex[:5]), rounds))
    address_everybody(plants, [who.id for who, _ in callers if who.kind == "staff"])
    note_notices(plants)
    return Known(callers, plants, before, looks(plants))


def _caller(cast: Cast, who: Who, credential: str | Account) -> Caller:
    person = Person if credential else Nobody
    return Caller(who, person(cast.client, credential, who.name))


def off_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Await from a test."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(work)).result()


def in_city(act: Callable[[Connection], Coroutine[Any, Any, Any]], role: str = "owner") -> Any:
    """Do something over one connection of the city's owner (or its app role)."""

    async def work() -> Any:
        conn = await connect(CITY, role)
        try:
            return await act(conn)
        finally:
            await conn.close()

    return off_loop(work())


def _guest() -> tuple[Who, Account]:
    """Somebody whose own unit is housing, lent to the city's centre: stands under the unit complained of all the same."""
    person, post = uuid.uuid5(uuid.NAMESPACE_URL, GUEST), "C150100.window_clerk.guest"
    row = staff.StaffRow(person, "借调员", HOUSING, full_time=False)

    async def lend(conn: Connection) -> Any:
        await staff.load_staff(conn, [row], [staff.PostRow(post, "window_clerk", "C150100", "150100", person)])
        return await account_of(conn, person)

    seats = (Seat(post, "window_clerk", "C150100", "150100"),)
    return Who(GUEST, "staff", str(person), HOUSING, seats), in_city(lend)


def _stranger() -> tuple[Who, str]:
    """A machine that brought none of the cases."""
    scopes = [Permission.CASE_REGISTER, Permission.CASE_READ, Permission.MAP_READ]

    async def make(conn: Connection) -> str:
        return await staff.make_key(
            conn,
            name=STRANGER,
            unit="C150102",
            area="150102",
            scopes=scopes,
            key_id="stranger",
            source_system="letters",
        )

    return Who(STRANGER, "key", "stranger"), in_city(make)


def _callers(cast: Cast) -> Iterator[tuple[Who, str | Account]]:
    """Everybody who looks."""
    for login in CAST:
        yield cast_member(login), cast(login).credential
    for post in SEATS:
        yield seat(post), cast.seat(post).credential
    yield _guest()
    yield _stranger()
    yield Who("hotline-12345", "key", "hotline-12345"), cast.machine().credential
    yield Who("anonymous", "nobody"), ""


def address_everybody(plants: list[Plant], people: list[str]) -> None:
    """A message on every case to every person who looks, as if somebody had queued too many."""
    statement = (
        "insert into message (key, grantee, template, case_id, created_at)"
        " select concat_ws(' ', 'planted', c, s), 'staff:' || s, 'notice_urging', c, $3"
        " from unnest($1::uuid[]) c, unnest($2::text[]) s returning id, grantee, case_id"
    )
    known = {uuid.UUID(plant.id): plant for plant in plants}
    for row in in_city(lambda conn: conn.fetch(statement, list(known), people, present())):
        known[row["case_id"]].messages[row["grantee"]] = row["id"]


def note_notices(plants: list[Plant]) -> None:
    """Which notices were drafted on the planted cases."""
    known = {uuid.UUID(plant.id): plant for plant in plants}
    statement = "select id, case_id from notice where case_id = any($1::uuid[]) order by drafted_at"
    for row in in_city(lambda conn: conn.fetch(statement, list(known))):
        known[row["case_id"]].ids.setdefault("notice_id", str(row["id"]))


def look(town: Town) -> dict[str, Any]:
    """What everybody sees in lists, counts and figures, and some behind open doors."""
    seen = {}
    for name, caller in town.callers.items():
        person = caller.person
        doors = {url: _still(person.get(url)) for url in quiet_doors(town.document)} if name in WATCHERS else {}
        seen[name] = {"lists": listed(person), "counts": counted(person), "figures": figures(person), "doors": doors}
    return seen


def _still(reply: Any) -> tuple[int, str, tuple[str | None, ...]]:
    return reply.status_code, reply.text, tuple(reply.headers.get(name) for name in ("etag", "link", "content-length"))
