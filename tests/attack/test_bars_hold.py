"""Random histories of bars: whoever is kept out never sees the case, leads it or is offered it; undone, all is as it was.

A model of plain sets says who is kept out: what a case and those merged with it concern, and the tree of units as it stands.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from seeds.hohhot.city import build_city
from tests.cast import Cast, Lives, Person
from tests.support.each import each
from tests.support.reorganised import moved, swept
from tests.support.tiers import Amount

HISTORIES = Amount("random histories of bars", short=1, long=150, setting="GRIDCASE_BAR_HISTORIES")
STEPS = 14
HOUSING, WATER, CIVIL, URBAN, STATION = (
    "D150102_housing", "D150102_water", "D150102_civil", "D150102_urban", "D150102001_urban",
)  # fmt: skip
NAMED = (HOUSING, WATER, CIVIL, URBAN, STATION, "C150102001", "C150102")
MOVES = ((HOUSING, WATER), (URBAN, WATER), (STATION, HOUSING), (CIVIL, URBAN))
WATCHERS = {
    "chen.housing": HOUSING, f"{WATER}.handler.1": WATER, f"{CIVIL}.handler.1": CIVIL, f"{URBAN}.organ_head.1": URBAN,
    "tian.enforcement": STATION, "sun.coordinator": "C150102001", "deng.county": "C150102",
}  # fmt: skip
CITY = "C150100.coordinator.1"
# Who joins cases and takes them apart, where one of these leads.
LEADS = {HOUSING: "liu.head", "C150100": CITY, "I150100": "luo.intake", "C150102": "deng.county"}
WHY = {"reason": "核实后登记"}
HELD = """
    select c.lead_unit, c.centre, c.routed_unit, c.barred_units, c.waits_above, array(select concat_ws(' ', a.unit, a.staff,
        a.part, a.state) from assignment a where a.case_id = c.id and a.state in ('offered', 'signed') order by 1) as held
    from cases c where c.id = $1::uuid
"""
HANDS = """
    select c.lead_unit as unit from cases c where c.id = $1::uuid union
    select a.unit from assignment a where a.case_id = $1::uuid and a.part = 'lead' and a.state = 'offered'
"""


class History:
    """Three cases, what was said of them, and the tree of units."""

    def __init__(self, cast: Cast, lives: Lives, sql: Callable[..., list[Any]], dice: random.Random) -> None:
        self.cast, self.sql, self.dice = cast, sql, dice
        made = (lives.registered, lives.signed, lives.handling)
        self.receipts = {r["id"]: r for r in (make(kind="request", category="heating.outage") for make in made)}
        self.cases = list(self.receipts)
        self.said: dict[str, set[tuple[str, str]]] = {case: set() for case in self.cases}
        self.words: set[str] = set()
        self.merged: list[tuple[str, str]] = []
        self.linked: set[str] = set()
        self.parents = {unit.code: unit.parent for unit in build_city().units}
        self.told = ""

    # --- The model

    def line(self, unit: str) -> set[str]:
        above = self.parents[unit]
        return {unit} | (self.line(above) if above else set())

    def family(self, case: str) -> set[str]:
        found, before = {case}, set[str]()
        while found != before:
            before = set(found)
            found |= {one for pair in self.merged for one in pair if found & set(pair)}
        return found

    def barred(self, case: str, unit: str) -> bool:
        out = {whom for one in self.family(case) for _, whom in self.said[one]}
        return bool(self.line(unit) & out)

    def waits(self, case: str) -> bool:
        return bool(self.words & self.family(case))

    def holds(self) -> None:
        """Whoever is kept out neither sees a case nor has it in hand."""
        fresh = Cast(self.cast.client)
        people = {unit: self.person(fresh, who) for who, unit in WATCHERS.items()}
        for case in each(self.cases):
            for (unit,) in self.sql(HANDS, case):
                assert unit == "I150100" or not self.barred(case, unit), (unit, self.told)
            for unit, person in each(people.items()):
                if self.barred(case, unit) or self.waits(case):
                    assert not person.sees(case), (unit, self.cases.index(case), self.told, self.sql(HELD, case))
                    assert person.get(f"/v1/cases/{case}/timeline").status_code == 404
        for unit, person in people.items():
            listed = person.get("/v1/cases?limit=200&sort=newest").text
            for case in self.cases:
                assert case not in listed or not (self.barred(case, unit) or self.waits(case)), (unit, self.told)

    def shown(self) -> dict[str, Any]:
        """Who holds each case and who sees it."""
        fresh = Cast(self.cast.client)
        people = [self.person(fresh, who) for who in WATCHERS]
        return {c: (tuple(self.sql(HELD, c)[0]), [person.sees(c) for person in people]) for c in self.cases}

    # --- What happens

    def person(self, cast: Cast, who: str) -> Person:
        return cast.seat(who) if who[0].isupper() else cast(who)

    def lead(self, case: str) -> str:
        return str(self.sql("select lead_unit from cases where id = $1::uuid", case)[0][0])

    def does(self, case: str, action: str, body: dict[str, Any]) -> None:
        """By the city's centre, or by its intake desk where that leads."""
        who = "luo.intake" if self.lead(case) == "I150100" else CITY
        reply = self.person(Cast(self.cast.client), who).act(case, action, {**body, **WHY})
        assert reply.status_code == 200, (action, reply.text, self.told)

    def tries(self, case: str, action: str, body: dict[str, Any]) -> bool:
        """By somebody of the lead; whether it was let through."""
        who = LEADS.get(self.lead(case))
        if who is None:
            return False
        reply = self.person(Cast(self.cast.client), who).act(case, action, {**body, **WHY})
        assert reply.status_code in (200, 404, 409), (action, reply.text, self.told)
        return bool(reply.status_code == 200)

    def asks(self, case: str, **said: Any) -> None:
        """By the resident."""
        receipt = self.receipts[case]
        body = {"number": receipt["number"], "code": receipt["query_code"], **said}
        reply = self.cast.client.post("/v1/query/concerns", json=body)
        assert reply.status_code == 200, (reply.text, self.told)

    def name(self, case: str) -> None:
        whom = self.dice.sample(NAMED, self.dice.randint(0 if self.waits(case) else 1, 2))
        meant = {case} | (self.words & self.family(case))
        self.does(case, "name_concerned", {"whom": [{"unit": unit} for unit in whom]})
        self.words -= meant
        for one in meant:
            self.said[one] |= {("concerns", unit) for unit in whom}

    def mend(self, case: str) -> None:
        named = sorted(unit for how, unit in self.said[case] if how == "concerns")
        if named:
            wrong, right = self.dice.choice(named), self.dice.choice(NAMED)
            self.does(case, "mend_concerned", {"instead_of": {"unit": wrong}, "whom": [{"unit": right}]})
            self.said[case] = (self.said[case] - {("concerns", wrong)}) | {("concerns", right)}

    def lift(self, case: str) -> None:
        for how, unit in sorted(self.said[case])[:1]:
            if how == "concerns":
                self.does(case, "lift_concerned", {"whom": {"unit": unit}})
            else:
                self.asks(case, let_in=[{"unit": unit}])
            self.said[case].discard((how, unit))

    def say(self, case: str) -> None:
        how, unit = self.dice.choice(("concerns", "not_to")), self.dice.choice(NAMED)
        self.asks(case, **{how: [{"unit": unit}]})
        self.said[case].add((how, unit))

    def say_words(self, case: str) -> None:
        self.asks(case, concerns=[{"text": "某局的经办人"}])
        self.words.add(case)

    def merge(self, case: str) -> None:
        other = self.dice.choice([one for one in self.cases if one != case])
        if self.tries(case, "merge", {"into": other}):
            self.merged.append((case, other))

    def unmerge(self, case: str) -> None:
        into = [pair for pair in self.merged if pair[0] == case]
        if into and self.tries(case, "unmerge", {}):
            self.merged.remove(into[0])

    def link(self, case: str) -> None:
        other = self.dice.choice([one for one in self.cases if one != case])
        if self.tries(case, "link", {"other": other, "relation": "parent"}):
            self.linked.add(case)

    def unlink(self, case: str) -> None:
        if case in self.linked and self.tries(case, "unlink", {}):
            self.linked.discard(case)

    def move(self, _: str) -> None:
        unit, under = self.dice.choice(MOVES)
        if self.parents[unit] != under:
            if unit in self.line(under):
                return
        else:
            under = str({u.code: u.parent for u in build_city().units}[unit])
        moved(**{unit: under})
        self.parents[unit] = under
        swept()

    def step(self) -> None:
        """Anything, to any of them."""
        likely = (self.name, self.name, self.say, self.say_words, self.merge, self.merge, self.move, self.mend, self.lift,
                  self.unmerge, self.link, self.unlink)  # fmt: skip
        act, case = self.dice.choice(likely), self.dice.choice(self.cases)
        self.told += f"{act.__name__} {self.cases.index(case)}; "
        act(case)

    def undo(self) -> None:
        """All of it, in some order."""
        parts: list[Callable[[], None]] = [self._name_nobody, self._lift_all, self._part_all, self._tree_back]
        self.dice.shuffle(parts)
        for part in [*parts, self._part_all]:
            self.told += f"{part.__name__}; "
            part()
            self.holds()

    def _name_nobody(self) -> None:
        for case in sorted(self.words):
            if self.waits(case):
                meant = self.words & self.family(case)
                self.does(case, "name_concerned", {"whom": []})
                self.words -= meant

    def _lift_all(self) -> None:
        for case in self.cases:
            while self.said[case]:
                self.lift(case)

    def _part_all(self) -> None:
        for case in sorted(self.linked):
            self.unlink(case)
        for case, _ in reversed(list(self.merged)):
            self.unmerge(case)

    def _tree_back(self) -> None:
        for unit in build_city().units:
            if self.parents[unit.code] != unit.parent:
                moved(**{unit.code: str(unit.parent)})
                self.parents[unit.code] = unit.parent
        swept()


@pytest.fixture
def tree() -> Iterator[None]:
    """As it was, whatever became of it."""
    yield
    for unit in build_city().units:
        if unit.code in {code for code, _ in MOVES}:
            moved(**{unit.code: str(unit.parent)})


@HISTORIES.mark
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_bars_hold_whatever_happens_and_undone_all_is_as_it_was(
    cast: Cast, lives: Lives, sql: Callable[..., list[Any]], tree: None, seed: int
) -> None:
    history = History(cast, lives, sql, random.Random(seed))
    before = history.shown()
    for _ in range(STEPS):
        history.step()
        history.holds()
    history.undo()
    assert not history.merged, history.told
    assert history.shown() == before, history.told
