"""Cases, and what hangs on them, in every state from which a step leads: so that for each step somebody may take it, and
somebody who has the permission may not, for want of the relation.
"""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from app.core.access import Permission
from app.core.database import Connection
from app.core.tokens import Account
from app.staff import actions as staff
from tests.access.doors import Caller
from tests.access.planting import named_staff
from tests.access.sight import Seat, Who, seat, units
from tests.access.standing import EVERY, NARROW
from tests.access.town import Town, in_city
from tests.attack.test_relations import STATES as OPEN_TO_AREAS
from tests.cases.test_steps import STATES
from tests.cast import Cast, Lives, Person, member, report
from tests.support import files, proxies
from tests.support.clock import present, skip
from tests.support.residents import CITY_HEAD, LI, applied, found
from tests.support.sessions import account_of
from tests.support.talks import Talks, today

WHY = {"reason": "按职责分工"}
HOUSING, FIRST, SUN, DENG = "chen.housing", "C150102001001.window_clerk.1", "sun.coordinator", "deng.county"
ENERGY, WATER = "D150102_energy.handler.1", "D150102_water.handler.1"


# Who sees much and leads nothing of it: a department beside, its head, an office; the city's centre, which rules.
BESIDE = (ENERGY, WATER, "D150102_water.organ_head.1", "P150102.window_clerk.1", "C150100.coordinator.1")
# Whoever watches in all of these sees what their units see, and does none of their work.
WATCHED = (
    "D150102_housing", "D150100_housing", "D150102_energy", "D150102_hrss", "C150102001001", "C150102001", "C150100", "P150102",
    "M150102001",
)  # fmt: skip


def stage(cast: Cast, sql: Any) -> None:
    """All of them."""
    lives = Lives(cast)
    for make in (*STATES.values(), *OPEN_TO_AREAS.values()):
        make(lives)
    for put in (offers, ladder, links, files_and_holds, together, carried, mediated):
        put(cast, lives)
    parts(sql)


def parts(sql: Any) -> None:
    """Units that are asked about petitions and disputes of others; and somebody who had a part in all of them once."""
    asked = "insert into case_access (case_id, grantee, part, until) select id, $1, 'task', $2::timestamptz from cases"
    closed = "where kind in ('petition', 'dispute') and petition_class is distinct from 'accusation'"
    for unit in ("D150102_water", "P150102"):
        sql(f"{asked} {closed} and lead_unit <> $3 returning 1", f"unit:{unit}", None, unit)
    before = present() - timedelta(days=1)
    sql(f"{asked} {closed} returning 1", f"staff:{member('gao.window').staff}", before)


def bystanders(town: Town) -> Iterator[Caller]:
    """More who look than the town has."""
    for post in BESIDE:
        yield Caller(seat(post), town.cast.seat(post))
    for name, scopes in ((EVERY, list(Permission)), (NARROW, [Permission.CASE_ATTACH])):
        yield Caller(Who(f"machine with {name} scope", "key", name), Person(town.cast.client, _key(name, scopes), name))
    who, account = _watcher()
    yield Caller(who, Person(town.cast.client, account, who.name))


def _key(name: str, scopes: list[Permission]) -> str:
    async def make(conn: Connection) -> str:
        return await staff.make_key(
            conn, name=name, unit="C150102", area="150102", scopes=scopes, key_id=name, source_system=name
        )

    return str(in_city(make))


def _watcher() -> tuple[Who, Account]:
    person, home = uuid.uuid5(uuid.NAMESPACE_URL, "watcher"), "C150102"
    seats = tuple(Seat(f"{unit}.supervisor.watcher", "supervisor", unit, units()[unit].area) for unit in WATCHED)

    async def seated(conn: Connection) -> Account:
        row = staff.StaffRow(person, "督查员", home, full_time=False)
        posts = [staff.PostRow(s.id, s.role, s.unit, s.area, person) for s in seats]
        await staff.load_staff(conn, [row], posts)
        return await account_of(conn, person)

    return Who("supervisor of nine units", "staff", str(person), home, seats), in_city(seated)


def someone(cast: Cast, who: str) -> Person:
    """By login or by post."""
    return cast(who) if who[0].islower() else cast.seat(who)


def offers(cast: Cast, lives: Lives) -> None:
    """Returned, disputed, ruled on; to a worker by name."""
    returned = lives.registered("request", "property.fees")["id"]
    cast(HOUSING).does(returned, "refuse", WHY)
    for last in (False, True):
        case = lives.signed()["id"]
        cast(HOUSING).does(case, "offer", {"unit": "D150102_hrss", **WHY})
        cast("zhang.hrss").does(case, "refuse", WHY)
        cast(HOUSING).does(case, "offer", {"unit": "D150102_hrss", **WHY})
        if last:
            cast("zhang.hrss").does(case, "dispute_competence", WHY)
    lives.registered("request", "heating.outage")
    brought = {"system": "12345", "external_id": "MX-1"}
    cast.machine().register(report("petition", "heating.temperature", source=brought))


def ladder(cast: Cast, lives: Lives) -> None:
    """Came up; flagged; under review; whom it concerns was named, or waits to be."""
    dispute = lives.registered("dispute", "neighbour.noise")["id"]
    cast(LI).does(dispute, "go_up", WHY)
    cast(SUN).does(dispute, "sign_for")
    again = lives.registered("dispute", "neighbour.noise")["id"]
    for who, step in ((LI, "go_up"), (SUN, "sign_for"), (SUN, "escalate"), (DENG, "sign_for")):
        cast(who).does(again, step, WHY if step in ("go_up", "escalate") else None)
    cast(HOUSING).does(lives.accepted()["id"], "flag_urgent", WHY)
    review = applied(cast, lives.closed())
    head = cast.seat(CITY_HEAD)
    case = found(head, review["number"])
    for step in ("accept", "handle"):
        head.does(case, step)
    cast("luo.intake").register(report(concerns=[{"text": "某单位某科室"}]))
    cast("luo.intake").register(report("petition", "heating.temperature", concerns=[{"unit": "D150102001_urban"}]))
    cast("luo.intake").register(report(concerns=[{"unit": "D150102001_urban"}]))


def links(cast: Cast, lives: Lives) -> None:
    """Linked by hand."""
    for changes in ({}, {"kind": "request", "category": "heating.outage"}):
        one, other = (lives.signed(**changes)["id"] for _ in range(2))
        cast("liu.head").does(one, "link", {"other": other, "relation": "joint", **WHY})


def files_and_holds(cast: Cast, lives: Lives) -> None:
    """Held, by the lead and from above; papers attached by several."""
    for who in ("liu.head", "hu.supervisor"):
        cast(who).does(lives.handling(kind="request", category="heating.outage")["id"], "hold", WHY)
    case = lives.handling(kind="request", category="heating.outage")["id"]
    for who in (LI, HOUSING):
        cast(who).attached(case, files.jpeg())


def made(reply: Any) -> dict[str, Any]:
    """What must have succeeded."""
    assert reply.status_code in (200, 201), reply.text
    return dict(reply.json())


def together(cast: Cast, lives: Lives) -> None:
    """Tasks given, answered, objected to; a call-out that is done; meetings ahead and begun."""
    case = lives.handling(kind="request", category="heating.outage")["id"]
    lead, sun, energy = cast(HOUSING), cast(SUN), cast.seat(ENERGY)

    def act(who: Person, url: str, action: str, body: Any = None) -> dict[str, Any]:
        return made(who.post(f"{url}/actions/{action}", body, version=who.get(url).json()["version"]))

    task = {"unit": "D150102_energy", "text": "请核查。"}
    given = [f"/v1/tasks/{made(lead.post(f'/v1/cases/{case}/tasks', task))['id']}" for _ in range(3)]
    for one in given[:2]:
        act(energy, one, "sign_for")
    act(energy, given[0], "answer", {"result": "已查。"})
    bodies: dict[str, Any] = {"object": WHY, "arrive": {}, "answer": {"result": "已处置。"}}
    none: list[str] = []
    for steps in (none, ["object"], ["arrive", "answer"]):
        other = lives.handling(kind="request", category="heating.outage")["id"]
        call = {"occasion": "emergency", "text": "请到场。", "units": ["D150102_energy"]}
        called = made(sun.post(f"/v1/cases/{other}/whistles", call))["calls"][0]["task"]
        for step in steps:
            act(energy, f"/v1/tasks/{called}", step, bodies[step])
    soon = present() + timedelta(seconds=2)
    for at in (soon, soon + timedelta(hours=1)):
        units_asked = ["D150102_energy", "D150102_water"]
        asked = {"at": at.isoformat(), "place": "会商室", "agenda": "研判。", "units": units_asked}
        made(lead.post(f"/v1/cases/{case}/meetings", asked))
    skip(seconds=2.1)


def carried(cast: Cast, lives: Lives) -> None:
    """Asked for, offered, authorised, filed, reported back."""
    for changes in ({}, {"kind": "request", "category": "heating.outage"}):
        proxies.requested(cast, lives.signed(**changes)["id"])
        proxies.offered(cast, lives.signed(**changes)["id"])
    proxies.authorised(cast, lives.signed())
    proxy = proxies.carried(cast, lives.signed())
    proxies.errand(cast, proxy, "ask")
    proxies.done(cast, proxies.carried(cast, lives.signed()), "report_back", reply="知悉")


def mediated(cast: Cast, _: Lives) -> None:
    """From the application to an agreement that a court is asked to confirm."""
    states: list[Callable[[Talks], Talks]] = [Talks.proposed, Talks.consented, Talks.ready, Talks.started]
    for bring in states:
        bring(Talks(cast))
    started = Talks(cast).started()
    undeclared = Talks(cast).consented()
    undeclared.accepted()
    undeclared.does("assign", {"staff": named_staff("zhou.mediator")["staff"], "how": "chosen"})
    started.does("suspend", WHY)
    drafted = Talks(cast).started()
    drafted.does("schedule_session", drafted.talk(days=20))
    held = Talks(cast).started()
    held.does("schedule_session", held.talk(days=21))
    held.does("open_session", {"session": held.page["sessions"][0]["id"]})
    signing = Talks(cast).started()
    signing.does("draft_agreement", signing.terms(signing.pay(300, today(5))))
    Talks(cast).agreed()
    asked = Talks(cast).agreed()
    asked.does("apply_confirmation", {"court": "新城区人民法院", "on": today(), "parties": list(asked.sides)})
