"""Living the scripts by the product's own actions, and reading what every act leaves in the database."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.cases import actions
from app.cases.queries.one import load_by_code
from app.cases.rules import TRANSITIONS, By, Satisfaction, Solved
from app.core.access import RESIDENT, Actor, Permission, Post, Role
from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import Problem
from app.intake.actions import Entry, Receipt, prepare, register
from app.intake.schemas import ReportIn
from app.reference.actions import ActionContext
from app.reference.queries import Reference
from seeds.hohhot.chance import stream
from seeds.hohhot.records import City, paths
from seeds.year.rows import RowReader, Rows
from seeds.year.scripts import Script, Step
from seeds.year.time import uuid7_of

MACHINE_SCOPES = (Permission.CASE_REGISTER, Permission.CASE_READ, Permission.MAP_READ)
_SOLVED = {
    Satisfaction.SATISFIED: Solved.YES,
    Satisfaction.BASICALLY: Solved.PARTLY,
    Satisfaction.UNSATISFIED: Solved.NO,
}
_STANDS = """
    select c.lead_unit, c.head_seq, c.county, c.township, (select o.unit from assignment o
        where o.case_id = c.id and o.part = 'lead' and o.state = 'offered') as offered,
        array(select substr(x.grantee, 6) from case_access x
            where x.case_id = c.id and x.grantee like 'unit:%' and x.until is null order by 1) as seen_by
    from cases c where c.id = $1
"""


@dataclass(frozen=True, slots=True)
class Life:
    """A script as it was lived: the acts that were taken, and after each of them the rows of each of its cases."""

    script: Script
    cases: tuple[uuid.UUID, ...]
    acts: list[Step] = field(default_factory=list)
    rows: list[tuple[Rows, ...]] = field(default_factory=list)

    @property
    def filed(self) -> tuple[uuid.UUID, ...]:
        """The cases that were registered so far."""
        return self.cases[: sum(act.action == "register" for act in self.acts)]


class Cast:
    """Everybody who may register or take a step: by post, and by unit."""

    def __init__(self, city: City) -> None:
        tiers = {area.code: area.tier for area in city.areas}
        lines = paths(city.units)
        self.by_desk: dict[str, Actor] = {}
        self.of_unit: dict[str, list[Actor]] = {}
        for p in city.posts:
            post = Post(p.id, Role(p.role), p.unit, lines[p.unit], p.area, tiers[p.area])
            actor = self.by_desk[p.id] = Actor(str(p.staff), "staff", (post,))
            if p.role != Role.GRID_WORKER:
                self.of_unit.setdefault(p.unit, []).append(actor)
        for machine in city.machines:
            seat = Post(f"key:{machine.id}", Role(machine.role), machine.unit, lines[machine.unit], machine.area,
                        tiers[machine.area])  # fmt: skip
            self.by_desk[machine.id] = Actor(machine.id, "key", (seat,), scopes=frozenset(MACHINE_SCOPES))

    def who_may(self, action: str, units: Sequence[str | None]) -> Iterator[Actor]:
        """People of these units whose post grants the step: whoever works on cases before the heads."""
        permission = TRANSITIONS[action].permission
        for unit in units:
            found = [actor for actor in self.of_unit.get(unit or "", ()) if actor.may(permission)]
            yield from sorted(found, key=lambda actor: any(post.role is Role.ORGAN_HEAD for post in actor.posts))


class Living:
    """The city's rules and people, over one connection."""

    def __init__(self, conn: Connection, reference: Reference, cast: Cast, reader: RowReader) -> None:
        self._conn, self._reference, self._cast, self._reader = conn, reference, cast, reader

    async def live(self, scripts: Sequence[Script], moved: Callable[[int, int], None]) -> list[Life]:
        """Every script, each act at its instant; raises RuntimeError where the product refuses one.

        They are lived side by side, an act of each in turn, since what is left of all can be read at once.
        """
        lives = []
        for script in scripts:
            chance = stream(0, script.name)
            lives.append(Life(script, tuple(uuid7_of(at, n, chance) for n, at in enumerate(script.registered))))
        await self._register(lives)
        rounds = max(len(script.acts) for script in scripts)
        for number in range(rounds):
            taken = [life for life in lives if await self._act(life, number)]
            rows = await self._reader.read([case for life in taken for case in life.filed])
            for life in taken:
                life.rows.append(tuple(rows[case] for case in life.filed))
            moved(number + 1, rounds)
        return lives

    async def _act(self, life: Life, number: int) -> bool:
        """The act of that number, if there is one and it is not void."""
        if number >= len(life.script.acts):
            return False
        act = life.script.acts[number]
        try:
            done = act.action == "register" or await self._take(life.script, life.cases, act)
        except Problem as problem:
            said = f"{life.script.name}: {act.action} at {act.at}: {problem.detail.en}"
            raise RuntimeError(f"a script does not fit the rules any more: {said}") from problem
        if done:
            life.acts.append(act)
        return done

    async def _take(self, script: Script, cases: Sequence[uuid.UUID], act: Step) -> bool:
        case = cases[act.case]
        if act.action == "rate":
            await self._rate(case, act)
            return True
        (stands,) = await self._conn.fetch(_STANDS, case)
        offered = TRANSITIONS[act.action].by == By.OFFERED
        if offered and stands["offered"] is None:
            return False
        near = [f"C{stands[tier]}" for tier in ("township", "county")]
        units = [stands["offered"]] if offered else [stands["lead_unit"], *stands["seen_by"], *near]
        step = getattr(actions, {"extend": "extend_clock"}.get(act.action, act.action))
        refused = Problem("无人可办。", f"nobody in {', '.join(map(str, units))} may do this")
        for actor in self._cast.who_may(act.action, units):
            context = ActionContext(self._conn, self._reference, replace(actor, at=act.at), act.at, stands["head_seq"])
            try:
                await step(context, case, **self._needs(script, cases, act, stands))
            except Problem as problem:
                refused = problem
                continue
            return True
        raise refused

    async def _register(self, lives: Sequence[Life]) -> None:
        """All reports at once, each at its own instant."""
        reports = []
        for life in lives:
            for case, body, desk, at in zip(
                life.cases, life.script.bodies, life.script.desks, life.script.registered, strict=True
            ):
                told = {name: value for name, value in body.items() if value is not None}
                sent = ReportIn.model_validate({"id": str(case), **told})
                actor = self._cast.by_desk[desk]
                reports.append(prepare(sent, self._reference, actor=actor, now=at, entry=Entry()))
        for result in await register(self._conn, reports):
            if not isinstance(result, Receipt):
                raise RuntimeError(f"a report of the demo was not filed: {result}")

    async def _rate(self, case: uuid.UUID, act: Step) -> None:
        number = await self._conn.fetchval("select number from cases where id = $1", case)
        satisfaction = Satisfaction(str(act.result))
        loaded = await load_by_code(self._conn, number, keys().query_code(str(case), 1), self._reference)
        resident = replace(RESIDENT, at=act.at)
        context = ActionContext(self._conn, self._reference, resident, act.at, loaded.facts.version)
        await actions.rate(context, loaded, satisfaction=satisfaction, solved=_SOLVED[satisfaction], words=None)

    def _needs(self, script: Script, cases: Sequence[uuid.UUID], act: Step, stands: Any) -> dict[str, Any]:
        """What the action takes, by the fields that the table of transitions requires."""
        office = f"P{stands['county']}"
        known = {
            "reason": act.text, "reply": act.text, "proof": act.text, "days": act.days, "outcome": act.outcome,
            "method": act.method, "at": act.at, "upheld": True,
            "unit": office if script.bodies[act.case]["kind"] == "petition" else f"C{stands['county']}",
            "result": act.result, "route": act.route,
            "into": cases[act.into] if act.into is not None else None,
        }  # fmt: skip
        needed = {name: known[name] for name in TRANSITIONS[act.action].required}
        if TRANSITIONS[act.action].by == By.WISH:
            needed |= {"code": keys().query_code(str(cases[act.case]), 1), "paper": None}
        return needed | ({"article": act.article, "kind": act.kind} if act.action == "serve" else {})
