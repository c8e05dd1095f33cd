"""The matrix of access: who (by role, place and relation) is let do what, over HTTP, held against policy.yaml and standing.py.

Nothing that is tried leaves a trace: writes are rolled back before they are answered (`undoing`).
"""

import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from app.core.database import Database
from tests.access.doors import Caller
from tests.access.sight import Who, may_see
from tests.access.standing import Case, Thing, as_case, permissions, policy, stands, thing_stands
from tests.support.clock import present

ROWS = """
    select c.id, c.kind, c.petition_class, c.city, c.county, c.township, c.community, c.lead_unit, c.queue, c.barred_units,
        c.barred_staff, c.waits_above, c.head_seq, c.number,
        (select coalesce(jsonb_agg(to_jsonb(a)), '[]') from case_access a where a.case_id = c.id) as access,
        (select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]') from assignment a where a.case_id = c.id
            and a.state = 'offered' and (a.part = 'lead' or a.staff is not null)) as offers,
        array(select split_part(e.actor, ':', 2) from event e where e.case_id = c.id
            and e.kind in ('conclude', 'decide_review', 'serve', 'close')) as worked_by,
        array(select s.recorded_by::text from notice n join service_record s on s.notice = n.id and s.replaced_at is null
            where n.case_id = c.id and n.state = 'attempted') as tried_by,
        array(select k.unit from case_concern k where k.case_id = c.id and k.relation = 'concerns' and k.unit is not null
            and k.ended_at is null) as concerned,
        (select h.placed_by from legal_hold h where h.case_id = c.id and h.released_at is null) as held_by,
        (select k.subject from clock k where k.case_id = c.id and k.kind = 'competence' and k.met_at is null
            and k.stopped_at is null) as superior
    from cases c order by c.id
"""
THINGS = {
    "task": "select t.*, k.ruler from task t left join whistle_call k on k.task = t.id",
    "whistle": "select * from whistle", "meeting": "select * from meeting", "proxy": "select * from proxy",
    "mediation": "select * from mediation", "supervision": "select * from supervision",
    "attachment": "select *, case when withdrawn_at is null then 1 else 2 end as version from attachment",
}  # fmt: skip
WHERE = {  # the address of a thing's page
    "case": "/v1/cases", "task": "/v1/tasks", "whistle": "/v1/whistles", "meeting": "/v1/meetings", "proxy": "/v1/proxies",
    "mediation": "/v1/mediations", "supervision": "/v1/supervisions", "attachment": "/v1/attachments",
}  # fmt: skip


@contextmanager
def undoing() -> Iterator[None]:
    """While this lasts, every transaction is rolled back once its answer is known."""

    @asynccontextmanager
    async def begun(database: Database) -> AsyncIterator[Any]:
        async with database.pool.acquire(timeout=10) as connection:
            kept_open = connection.transaction()
            await kept_open.start()
            try:
                yield connection
            finally:
                await kept_open.rollback()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_begun", begun)
        yield


@dataclass(frozen=True)
class Wrong:
    """What was tried, and how the answer differs from what is due."""

    who: str
    tried: str
    why: str


@dataclass
class World:
    """All there is to be looked at: the cases and what hangs on them."""

    cases: list[Case]
    things: list[Thing]
    versions: dict[str, int]


def read_world(sql: Any) -> World:
    """From the rows of the tables."""
    now, rows = present(), sql(ROWS)
    cases = {str(row["id"]): as_case(row, now) for row in rows}
    versions = {str(row["id"]): row["head_seq"] for row in rows}
    people: dict[str, list[str]] = {}
    for row in sql("select mediation, staff from mediator where relieved_at is null"):
        people.setdefault(str(row["mediation"]), []).append(str(row["staff"]))
    seats: dict[str, list[str]] = {}
    for row in sql("select meeting, unit from meeting_seat where state = 'invited'"):
        seats.setdefault(str(row["meeting"]), []).append(row["unit"])
    things = []
    for kind, statement in THINGS.items():
        for row in map(dict, sql(statement)):
            found = str(row["id"])
            versions[found] = row["version"]
            case = cases[str(row["case_id"])]
            things.append(Thing(kind, found, row, case, people.get(found, ()), seats.get(found, ())))
    return World(list(cases.values()), things, versions)


@dataclass(frozen=True)
class Seen:
    """What a page said to a caller."""

    status: int
    steps: frozenset[str]


@dataclass
class Matrix:
    """Checks by callers against a world; `done` counts them by what they check."""

    callers: Sequence[Caller]
    world: World
    document: dict[str, Any]
    wrong: list[Wrong] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    pages: dict[tuple[str, str], Seen] = field(default_factory=dict)

    def check(self, what: str, caller: Caller, tried: str, why: str) -> None:
        """Count one; `why` says what is wrong with it, if anything is."""
        self.done[what] += 1
        if why:
            self.wrong.append(Wrong(caller.name, tried, why))

    # --- Every route, with nothing behind it: the permission alone

    def knock(self, caller: Caller, route: str, permission: str) -> str:
        """One caller at one route; what is wrong."""
        method, _, path = route.partition(" ")
        url = nowhere(path)
        body: Any = None if method == "GET" or path.endswith("/attachments") else {}
        person = caller.person
        reply = person.get(url) if method == "GET" else person.post(url, body, version=1)
        needs = reply.json().get("needs") if reply.status_code == 403 else None
        if permission == "anybody":
            return "asks who it is" if reply.status_code == 401 else ""
        if caller.who.kind == "nobody":
            return "" if reply.status_code == 401 else f"answers nobody with {reply.status_code}"
        if reply.status_code >= 500 or reply.status_code == 401:
            return f"answers {reply.status_code}"
        if permission == "signed":
            return "" if reply.status_code == 200 else f"answers {reply.status_code}"
        if permission in permissions(caller.who):
            return f"refused for want of {needs}" if needs else ""
        return "" if needs == permission else f"wants {permission}, answers {reply.status_code} {needs or ''}"

    def knock_at_all(self, routes: Iterable[tuple[str, str]]) -> None:
        """Everybody at every door."""
        for route, permission in routes:
            for caller in self.callers:
                if route == "POST /v1/tokens/revoke" and caller.who.kind != "nobody":
                    continue  # it would sign them out
                self.check("routes", caller, route, self.knock(caller, route, permission))

    # --- Pages: sight, and the steps that are offered

    def look(self, caller: Caller, kind: str, found: str) -> Seen:
        """The page of a case or thing as this caller gets it."""
        reply = caller.person.get(f"{WHERE[kind]}/{found}")
        steps = reply.json()["available_actions"] if reply.status_code == 200 else ()
        return Seen(reply.status_code, frozenset(steps))

    def look_at_all(self) -> None:
        """Everybody at everything; then what was offered is judged, step by step."""
        for kind, found, case in self.subjects:
            for caller in self.callers:
                seen = self.pages[caller.name, found] = self.look(caller, kind, found)
                due = due_status(caller.who, case)
                why = "" if seen.status == due else f"{due} is due, {seen.status} was answered"
                self.check("pages", caller, f"{kind} {found}", why)
        for kind, found, _ in self.subjects:
            for caller in self.callers:
                if self.pages[caller.name, found].status == 200:
                    self._judge(caller, kind, found)

    def _judge(self, caller: Caller, kind: str, found: str) -> None:
        offered = self.pages[caller.name, found].steps
        for action in policy()["steps"][kind]:
            due = action in self.possible[found] and self.entitled(caller.who, kind, found, action)
            why = "" if due == (action in offered) else f"is {'not ' * due}offered {action}"
            self.check("steps offered", caller, f"{kind} {found}", why)

    @cached_property
    def subjects(self) -> list[tuple[str, str, Case]]:
        """Every case and every thing: its kind, its id, its case."""
        return [("case", case.id, case) for case in self.world.cases] + [
            (thing.kind, thing.id, thing.case) for thing in self.world.things
        ]

    @cached_property
    def possible(self) -> dict[str, frozenset[str]]:
        """The steps that the state of each leaves open: what anybody was offered. `uncovered` says which were to nobody."""
        return {
            found: frozenset[str]().union(*(self.pages[caller.name, found].steps for caller in self.callers))
            for _, found, _ in self.subjects
        }

    @cached_property
    def by_id(self) -> dict[str, Case | Thing]:
        return {case.id: case for case in self.world.cases} | {thing.id: thing for thing in self.world.things}

    def entitled(self, who: Who, kind: str, found: str, action: str, asked: str = "") -> bool:
        """Whether permission and relation are theirs: as policy.yaml has it, unless something else is `asked`."""
        permission, relation = (asked or policy()["steps"][kind][action]).split()
        if permission not in permissions(who):
            return False
        one = self.by_id[found]
        if isinstance(one, Case):
            return stands(who, one, action, permission, relation)
        return thing_stands(who, one, action, permission, relation)

    def uncovered(self) -> dict[str, set[str]]:
        """Steps that nobody was offered on anything."""
        found = {}
        for kind in WHERE:
            offered = frozenset[str]().union(*(self.possible[i] for k, i, _ in self.subjects if k == kind))
            if missing := set(policy()["steps"][kind]) - offered:
                found[kind] = missing
        return found


def due_status(who: Who, case: Case) -> int:
    """What asking for a page of the case is answered with."""
    if who.kind == "nobody":
        return 401
    if "case:read" not in permissions(who):
        return 403
    return 200 if may_see(who, case.ledger) else 404


def nowhere(path: str) -> str:
    """The address, with ids that never were."""
    return re.sub(r"{\w+_id}", lambda _: str(uuid.uuid4()), path).replace("{code}", "999999").replace("{slug}", "none")
