"""The crawl would notice: with any one condition of need-to-know left out, somebody finds something.

What two conditions hold at once shows nothing here: that words wait to be named (each is left out alone in test_matrix), and
who is shown people in clear, which stays shut without `require_involved`.
"""

from typing import Any

import pytest

from app.attachments import queries as attachments
from app.cases.queries import access, lists, one, record, visible
from app.core.access import Actor
from app.core.database import Parameters
from tests.access.doors import Crawl
from tests.access.reading import listed
from tests.access.sight import may_see
from tests.access.town import GUEST, Town
from tests.support.tiers import Amount, some

CURIOUS = ["li.window", "wang.grid", "zhao.grid", "gao.window", "chen.housing", "qin.head", "tian.enforcement", GUEST]
EYES = Amount("eyes that find nothing where no condition is left out", short=1, long=len(CURIOUS))


def everything(*_: Any, **__: Any) -> str:
    """A condition that always holds."""
    return "true"


def barred_alone(actor: Actor, parameters: Parameters, *, alias: str = "c", **_: Any) -> str:
    """`visible_to` without its arms of parts and areas."""
    return access._not_barred(actor, parameters, alias)


def open_but_barred(actor: Actor, parameters: Parameters, **_: Any) -> str:
    """`in_areas` that forgets kinds and areas."""
    return access._not_barred(actor, parameters, "c")


def every_part(actor: Actor, parameters: Parameters, *_: Any, columns: str, end: str, **__: Any) -> str:
    """`in_parts_by` that takes everybody's parts for the caller's."""
    return f"select {columns} from cases c where {access._not_barred(actor, parameters, 'c')} {end}"


def barred_by_unit_alone(actor: Actor, parameters: Parameters, alias: str) -> str:
    """`_not_barred` that forgets the person."""
    nobody = Actor(id=actor.id, kind="key", posts=actor.posts)
    return kept_barred(nobody, parameters, alias)


def barred_by_person_alone(actor: Actor, parameters: Parameters, alias: str) -> str:
    """`_not_barred` that forgets the units."""
    person = parameters.add(actor.id if actor.kind == "staff" else None)
    return f"({alias}.barred_staff is null or not coalesce({person}::uuid = any({alias}.barred_staff), false))"


def lent_people_forgotten(actor: Actor, parameters: Parameters, alias: str) -> str:
    """`_not_barred` that looks at posts alone, not at the unit that somebody is lent from."""
    by_posts = kept_barred(Actor(id=actor.id, kind="key", posts=actor.posts), parameters, alias)
    return f"{by_posts} and {barred_by_person_alone(actor, parameters, alias)}"


kept_barred = access._not_barred
MUTATIONS: dict[str, tuple[Any, str, Any]] = {
    "nobody is barred": (access, "_not_barred", everything),
    "a person alone is not barred": (access, "_not_barred", barred_by_unit_alone),
    "a unit is not barred": (access, "_not_barred", barred_by_person_alone),
    "somebody lent from the unit is not barred": (access, "_not_barred", lent_people_forgotten),
    "all is open to every area, in lists": (lists, "in_areas", open_but_barred),
    "everybody has every part, in lists": (lists, "in_parts_by", every_part),
    "everybody has a part, in one case": (one, "visible_to", barred_alone),
    "petitions are open to their area": (access, "OPEN", "'request', 'event', 'petition', 'dispute'"),
    "lists and counts show everything": (lists, "in_areas", everything),
    "a case shows everything": (one, "visible_to", everything),
    "its hints show everything": (record, "in_areas", everything),
    "attachments are shown to everybody": (attachments, "visible_to", everything),
    "proxies, tasks and meetings are shown to everybody": (visible, "visible_to", everything),
}


def caught(town: Town, name: str) -> bool:
    """Whether this caller's crawl or lists tell that something is wrong."""
    caller = town.callers[name]
    crawl = Crawl(caller, town.plants, town.document)
    crawl.read_cases()
    crawl.register_beside_them()
    for plant in crawl.hidden[:8]:
        crawl.ask("post", f"/v1/cases/{plant.id}/reveal", {"reason": "核实试探"})
    if crawl.findings:
        return True
    due = {plant.id for plant in town.plants if may_see(caller.who, plant.ledger)}
    hidden = {plant.id for plant in crawl.hidden}
    seen = listed(caller.person)
    return any(ids & hidden or not ids >= due for url, ids in seen.items() if url.startswith("/v1/cases"))


@pytest.mark.parametrize("mutation", some(MUTATIONS, every=5, what="crawls with a condition of need-to-know left out"))
def test_without_it_somebody_finds_something(town: Town, monkeypatch: pytest.MonkeyPatch, mutation: str) -> None:
    module, attribute, replacement = MUTATIONS[mutation]
    monkeypatch.setattr(module, attribute, replacement)
    assert any(caught(town, name) for name in CURIOUS), mutation


@EYES.mark
def test_with_all_of_them_nobody_does(town: Town) -> None:
    """The same eyes, nothing left out."""
    assert not [name for name in CURIOUS[:: len(CURIOUS) // EYES] if caught(town, name)]
