"""Need to know: petitions, disputes and accusations are planted, and everybody tries every route for them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.cases.actions import resident
from app.cases.queries import access, lists, one
from app.core.access import Actor
from app.core.database import Parameters
from tests.access.crawl import Found, Reader, operations, snapshot
from tests.access.plants import PERSONAS, Plant, allowed, plan, plant, speaker
from tests.cast import Cast, report

STEPS = int(os.environ.get("GRIDCASE_CANARY_STEPS", "4"))  # plants on which also every writing route is tried


@dataclass
class Garden:
    """The planted cases, and what everybody's lists said before."""

    plants: list[Plant]
    document: dict[str, Any]
    before: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def garden(cast: Cast) -> Garden:
    document = cast.client.get("/openapi.json").json()
    blind = ["gao.window", "machine", "lin.auditor", "guo.admin", "D150102_urban.handler.1", "tian.enforcement"]
    before = {who: snapshot(speaker(cast, who), document) for who in blind}
    scale = int(os.environ.get("GRIDCASE_CANARIES", "24")) // 24
    plants = plan(8 * scale, 8 * scale, 4 * scale, 4 * scale)
    plant(cast, plants)
    return Garden(plants, document, before)


def hidden_from(garden: Garden, who: str) -> list[Plant]:
    """One of each kind first, then the others."""
    hidden = [p for p in garden.plants if not allowed(p, who)]
    first = {(p.kind, p.about): p for p in reversed(hidden)}
    return [*first.values(), *(p for p in hidden if p not in first.values())]


@pytest.mark.parametrize("who", PERSONAS)
def test_nobody_finds_what_they_may_not_know_of(cast: Cast, garden: Garden, who: str) -> None:
    hidden = hidden_from(garden, who)
    assert len(hidden) >= len(garden.plants) // 3
    reader = Reader(speaker(cast, who), garden.document, hidden)
    reader.read_lists([p.canary for p in hidden[:4]])
    reader.read_cases(hidden, steps=STEPS)
    reader.probe(hidden[:STEPS])
    assert reader.requests > 150


@pytest.mark.parametrize("who", ["chen.housing", "sun.coordinator", "luo.intake"])
def test_nobody_reaches_them_from_a_case_of_their_own(cast: Cast, garden: Garden, who: str) -> None:
    """With the phones of the planted cases' people, merging into each of them."""
    hidden = hidden_from(garden, who)
    person = speaker(cast, who)
    people = [{"role": "petitioner", "name": "同号", "phone": p.phone} for p in hidden[:20]]
    own = person.register(report("petition", "heating.temperature", parties=people, location={"area": "150102001"}))[
        "id"
    ]
    if who == "chen.housing":
        person.does(own, "sign_for")
    Reader(person, garden.document, hidden).probe_from_own(own, hidden)


def test_counts_lists_and_tasks_are_as_before(cast: Cast, garden: Garden) -> None:
    """Of those who may see none of the planted cases at all."""
    for who, before in garden.before.items():
        assert not [p for p in garden.plants if allowed(p, who)], who
        for url, said in before.items():
            now = speaker(cast, who).get(url).text
            assert now == said, f"{who} {url}"


def test_who_may_see_them_does(cast: Cast, garden: Garden) -> None:
    """Else the tests above would show nothing."""
    people = [
        *PERSONAS,
        "he.discipline",
        "wen.window",
        "C150100.coordinator.1",
        "D150100_urban.handler.1",
        "deng.county",
    ]
    seen_by_any = set()
    for who in people:
        allowed_to_see = [p for p in garden.plants if allowed(p, who)]
        person = speaker(cast, who)
        for p in allowed_to_see:
            assert person.sees(p.id), f"{who} {p.kind} {p.about}"
        seen_by_any |= {p.id for p in allowed_to_see}
    assert seen_by_any == {p.id for p in garden.plants}


def test_the_crawl_finds_what_there_is(cast: Cast, garden: Garden) -> None:
    """The reader of the planted cases would be caught at every kind of route."""
    mine = [p for p in garden.plants if allowed(p, "wen.window") and p.kind == "petition"]
    reader = Reader(speaker(cast, "wen.window"), garden.document, mine)
    with pytest.raises(Found):
        reader.read_lists([])
    with pytest.raises(Found):
        reader.read_cases(mine, steps=1)
    with pytest.raises(Found):
        reader.read_lists([mine[0].canary])
    found = Reader(reader.person, garden.document, mine)
    with pytest.raises(Found, match="/v1/cases"):
        found.read("/v1/cases?kind=petition&limit=200")


def test_every_reading_route_is_tried(garden: Garden) -> None:
    """A route with another parameter in its path needs a way to be tried, in crawl.py."""
    for method in ("get", "post"):
        for path, _ in operations(garden.document, method):
            assert path.count("{") == path.count("{case_id}"), path


# --- Mutations: without any one of the conditions, somebody finds something


def everything(*_: Any, **__: Any) -> str:
    return "true"


def parts_of_anybody(actor: Actor, parameters: Parameters, *, part_first: bool = False, alias: str = "c") -> str:
    """`visible_to` without its arm of parts and areas."""
    return access._not_barred(actor, parameters, alias)


MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "nobody is barred": (access, "_not_barred", everything),
    "everybody has a part": (lists, "visible_to", parts_of_anybody),
    "petitions are open to their area": (access, "_OPEN", "'request', 'event', 'petition', 'dispute'"),
    "lists show everything": (lists, "visible_to", everything),
    "one case, its timeline and hints show everything": (one, "visible_to", everything),
    "people are shown to everybody": (resident, "visible_to", everything),
}


@pytest.fixture
def mutated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    module, name, replacement = MUTATIONS[request.param]
    monkeypatch.setattr(module, name, replacement)
    yield request.param


@pytest.mark.parametrize("mutated", MUTATIONS, indirect=True)
def test_without_any_one_condition_somebody_finds_something(cast: Cast, garden: Garden, mutated: str) -> None:
    caught = 0
    for who in ("li.window", "wang.grid", "gao.window", "D150102_urban.handler.1", "luo.intake"):
        hidden = hidden_from(garden, who)
        reader = Reader(speaker(cast, who), garden.document, hidden)
        for attempt in (
            lambda r=reader: r.read("/v1/cases?limit=200"),
            lambda r=reader, h=hidden: r.read_cases(h, steps=2),
        ):
            try:
                attempt()
            except Found:
                caught += 1
    assert caught, mutated
