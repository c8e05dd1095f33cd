"""What is hidden costs nothing: every read does the same work, node by node and row by row of its plan, whether or not
hidden cases match what is asked for.

The work is PostgreSQL's own account of each statement (auto_explain), by the plan that is kept for every call.
"""

import asyncio
import itertools
import json
import re
import uuid
from collections.abc import Callable, Coroutine, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from app.analytics.queries import dashboards
from app.analytics.rules.figures import Moments, figures
from app.cases.actions.resident import same_phone
from app.cases.queries import lists, notices, record
from app.cases.rules import Kind, Status
from app.cases.schemas.filters import Filters
from app.core.access import Actor
from app.core.settings import settings
from app.review.queries import list_requests
from app.staff.queries import get_actor
from app.supervision import queries as supervisions
from tests.access.town import in_city, off_loop
from tests.cast import CITY, HOME_CELL, Cast, Lives, member, point_in, report
from tests.support.clock import present
from tests.support.each import each

pytestmark = pytest.mark.meddles
Sql = Callable[..., list[Any]]
Work = list[tuple[Any, ...]]
MARK, PHONE, DESK = "隐匿事项", "13912345678", "X150102"
_PLAN = re.compile(r"plan:\s*(\{.*\})\s*$", re.DOTALL)
# As the service's own role has it; small tables are not gone through from end to end, as large ones would not be.
SESSION = f"""
    set search_path = "{CITY}", extensions; load 'auto_explain'; set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on; set auto_explain.log_timing = off; set auto_explain.log_format = json;
    set client_min_messages = log; set plan_cache_mode = force_generic_plan; set jit = off; set enable_seqscan = off;
    set max_parallel_workers_per_gather = 0
"""
# Nobody gathers figures meanwhile, by which another plan would be made.
STILL = """
    do $$ declare one regclass; begin
        for one in select oid from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' loop
            execute format('alter table %s set (autovacuum_enabled = false)', one);
        end loop;
    end $$
"""


class Watched:
    """A connection that keeps what each of its statements did."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn, self.plans = conn, list[Any]()
        conn.add_log_listener(lambda _, message: self._keep(message.message))

    def _keep(self, message: str) -> None:
        if found := _PLAN.search(message):
            self.plans.append(json.loads(found[1])["Plan"])

    async def work(self, read: Callable[[Any], Coroutine[Any, Any, Any]]) -> Work:
        """Of every node of every plan: what it is, where, how often it ran and with how many rows."""
        self.plans.clear()
        await read(self.conn)
        await self.conn.execute("set client_min_messages = log")  # by then the loop has called the listener
        assert self.plans, "the server gives its plans"
        works = [list(_nodes(plan)) for plan in self.plans]
        # But for the count of the caller's own looks, to which each adds one.
        return [node for work in works if all(node[1] != "read_log" for node in work) for node in work]


def _nodes(plan: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    removed = tuple(sorted((k, v) for k, v in plan.items() if k.startswith("Rows Removed")))
    yield (
        plan["Node Type"], plan.get("Relation Name"), plan.get("Index Name"), plan["Actual Loops"], plan["Actual Rows"], removed
    )  # fmt: skip
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


Read = Callable[[Any], Coroutine[Any, Any, Any]]


def shape(work: Work) -> list[tuple[Any, ...]]:
    """The plan, without what it did."""
    return [node[:3] for node in work]


def watched(reads: dict[str, Read], hide: Callable[[], object]) -> dict[str, tuple[Work, Work]]:
    """What each read does before and after something is hidden, by the same plan: where the server has made another one
    meanwhile (it forgets plans when others change schemas), more is hidden and that one compared."""

    async def all_of(watch: Watched, names: Iterable[str]) -> dict[str, Work]:
        return {name: await watch.work(reads[name]) for name in names}

    async def compare() -> dict[str, tuple[Work, Work]]:
        found: dict[str, tuple[Work, Work]] = {}
        conn = await asyncpg.connect(
            settings().database_url, statement_cache_size=5_000, max_cacheable_statement_size=0, max_cached_statement_lifetime=0
        )  # fmt: skip
        try:
            for name in ("json", "jsonb"):
                await conn.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
            await conn.execute(SESSION)
            await conn.execute(STILL)
            watch = Watched(conn)
            await all_of(watch, reads)  # plans are made
            before = await all_of(watch, reads)
            while before:
                await asyncio.to_thread(hide)
                after = await all_of(watch, before)
                found |= {
                    name: (before[name], after[name]) for name in before if shape(before[name]) == shape(after[name])
                }
                before = {name: work for name, work in after.items() if name not in found}
            return found
        finally:
            await conn.close()

    done: dict[str, tuple[Work, Work]] = off_loop(compare())
    return done


def differing(found: dict[str, tuple[Work, Work]]) -> dict[str, list[Any]]:
    """The reads whose work differs, and in what."""
    return {
        name: [pair for pair in itertools.zip_longest(before, after) if pair[0] != pair[1]]
        for name, (before, after) in found.items()
        if before != after
    }


# --- What is read


LON, LAT = point_in()
NOW = present()
FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {}, "the unit": {"unit": "C150102"}, "the desk": {"unit": DESK}, "the centre": {"centre": "C150102"},
    "the cell": {"cell": HOME_CELL}, "own county": {"area": "150102", "tier": "county"},
    "the township": {"area": "150102001", "tier": "township"}, "the community": {"area": "150102001001", "tier": "community"},
    "words": {"q": MARK}, "a box": {"box": (LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1)}, "petitions": {"kind": Kind.PETITION},
    "disputes": {"kind": Kind.DISPUTE}, "a category": {"category": "heating.temperature"}, "the queue": {"queue": "any"},
    "a status": {"status": [Status.REGISTERED]}, "closed": {"status": [Status.CLOSED]},
    "registered since": {"registered_from": NOW - timedelta(days=1)}, "due": {"due_before": NOW + timedelta(days=400)},
    "a person": {"assignee": member("zhou.mediator").staff}, "supervised": {"supervised": True},
    "not supervised": {"supervised": False}, "to be reopened": {"reopening_asked": True}, "to be rated": {"rating": "awaited"},
    "invited": {"invited_from": NOW - timedelta(days=1)}, "not visited": {"visited": False}, "not urged": {"urged": False},
    "the unit, since": {"unit": DESK, "registered_from": NOW - timedelta(days=1)},
}  # fmt: skip


BOARDS = {
    "all": supervisions.Asked(), "of a unit": supervisions.Asked(unit="D150102_housing"),
    "overdue": supervisions.Asked(overdue=False),
}  # fmt: skip


def reads_of(actor: Actor, own: str, party: str) -> dict[str, Read]:
    """Every filtered read, by every filter."""
    made: dict[str, Read] = {}
    for name, asked in FILTERS.items():
        f = Filters(**asked)
        for newest in (False, True):
            made[f"list {name}{' newest' * newest}"] = partial(
                lists.list_cases, f=f, actor=actor, after=None, newest=newest, limit=20, now=NOW
            )
        made[f"count {name}"] = partial(lists.count_cases, f=f, actor=actor, by="status", now=NOW)
    at = Moments(NOW, NOW, NOW - timedelta(days=7), NOW, NOW + timedelta(days=3), NOW - timedelta(days=30))
    for scope in (
        dashboards.Scope("area", "150102", "", "county"),
        dashboards.Scope("centre", "C150102", "", "county"),
    ):
        made[f"dashboard {scope.kind}"] = partial(dashboards.count, scope=scope, wanted=figures(at), m=at, actor=actor)
    for name, board in BOARDS.items():
        made[f"supervisions {name}"] = partial(
            supervisions.list_supervisions, asked=board, actor=actor, after=None, limit=20
        )
        made[f"supervisions counted {name}"] = partial(
            supervisions.count_supervisions, asked=board, actor=actor, by="state"
        )
    for unit in (None, DESK, "D150102_housing"):
        made[f"notices of {unit}"] = partial(
            notices.list_due, actor=actor, states=["drafted", "failed", "attempted"], unit=unit, after=None, limit=20
        )
    made["reopening requests"] = partial(list_requests, actor=actor, state="open", after=None, limit=20)
    case, later = uuid.UUID(own), NOW + timedelta(hours=1)
    made["similar"] = partial(record.list_similar, case_id=case, actor=actor, now=later)
    made["same phone"] = partial(
        same_phone, case_id=case, party=uuid.UUID(party), reason="核对号码", actor=actor, now=NOW
    )
    return made


# --- What is hidden


def hide_some(cast: Cast, sql: Sql, *concerned: dict[str, Any]) -> list[str]:
    """An accusation, an appeal and a dispute, thrice each, with all that may hang on a case."""
    parties = [{"role": "petitioner", "name": "李四", "phone": PHONE}]
    shared: dict[str, Any] = {"title": f"{MARK}某处", "parties": parties, "concerns": list(concerned)}
    hidden = [
        cast("luo.intake").register(report(kind, category, **more, **shared))["id"]
        for kind, category, more in (
            ("petition", "conduct.service", {"petition_class": "accusation"}),
            ("petition", "heating.temperature", {}), ("petition", "heating.temperature", {"location": {"address": "不明"}}),
            ("dispute", "neighbour.noise", {}),
        )
        for _ in range(3)
    ]  # fmt: skip
    for statement in HUNG:
        sql(f"{statement} from cases c where c.id = any($1::uuid[]) returning 1", hidden)
    for case in hidden[3:6]:
        sql("update cases set status = 'closed', closed_at = now() where id = $1::uuid returning 1", case)
    return hidden


HUNG = (
    "insert into rating (case_id, invited_at, window_ends) select c.id, now(), now() + interval '9 days'",
    "insert into reopening_request (id, case_id, cause, state, asked_at)"
    " select gen_random_uuid(), c.id, 'words', 'open', now()",
    "insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at)"
    f" select c.id, 'M150105001', '{member('zhou.mediator').staff}', 'co', 'offered', 'test', now()",
)
# Nobody of these sees any of it: whom it concerns, who is of another county, who has no part.
CALLERS = ("liu.head", "chen.housing", "gao.window", "wang.grid")


@pytest.fixture
def beside(cast: Cast, lives: Lives, sql: Sql) -> tuple[str, str]:
    """A case that they see, near what is hidden, of the same phone, and its party; in a city that has many open cases."""
    many = [item["case"]["id"] for item in cast("luo.intake").batch([report() for _ in range(300)])]
    for statement in HUNG[:2]:
        sql(f"{statement} from cases c where c.id = any($1::uuid[]) returning 1", many)
    sql("analyze")
    parties = [{"role": "petitioner", "name": "李四", "phone": PHONE}]
    case = lives.signed(kind="request", category="heating.temperature", parties=parties)["id"]
    (party,) = cast("chen.housing").get(f"/v1/cases/{case}").json()["parties"]
    return case, party["id"]


def test_nothing_is_done_for_what_is_hidden(cast: Cast, sql: Sql, beside: tuple[str, str]) -> None:
    """Also not where the cases concern the caller's own unit, and are led by one that their area would open."""
    actors = {login: in_city(partial(get_actor, staff=member(login).staff)) for login in CALLERS}
    reads = {
        f"{login}: {name}": read
        for login, actor in actors.items()
        for name, read in reads_of(actor, *beside).items()
        if login in ("liu.head", "chen.housing") or name not in ("similar", "same phone")
    }
    hidden: list[str] = []

    def hide() -> None:
        hidden.extend(hide_some(cast, sql, {"unit": "D150102_housing"}, {"unit": "C150105"}, {"unit": "C150102001"}))

    found = watched(reads, hide)
    for login, case in each([(login, case) for login in CALLERS for case in hidden]):
        assert not cast(login).sees(case), (login, case)
    assert differing(found) == {}


def test_where_the_filter_stands_before_sight_the_work_tells(cast: Cast, sql: Sql) -> None:
    """The control: the statement as it was is told apart by what is hidden."""
    actor: Actor = in_city(partial(get_actor, staff=member("liu.head").staff))
    statement = (
        "select count(*) from cases c where c.registered_at >= $1 and c.kind in ('petition', 'dispute')"
        " and c.id in (select a.case_id from case_access a where a.grantee = any($2::text[]))"
    )

    async def as_it_was(conn: Any) -> Any:
        return await conn.fetch(statement, NOW - timedelta(days=1), actor.grantees())

    found = watched({"as it was": as_it_was}, partial(hide_some, cast, sql, {"unit": "D150102_housing"}))
    assert differing(found).keys() == {"as it was"}
