"""Nothing is answered later because something hidden matches it: thousands of paired requests, before and after 600 cases are
hidden where one of each pair asks.

Of each pair the one that is asked for what will be hidden is slower about as often as not. Which is slower is counted, not by
how much: that holds however busy the machine is. The two arguments may differ by themselves, so the counts from before
anything is hidden are what the counts from after are held against.
"""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from math import sqrt
from typing import Any

from seeds.reference.load import read_categories
from tests.cast import Cast, point_in, report
from tests.support.each import each
from tests.support.tiers import Amount, long

PAIRS = Amount("paired timings of a read", short=400, long=400, setting="GRIDCASE_PAIRS")
SIGMAS = 5.0  # one read in three million is this far off by chance
HIDDEN, HELD = 600, {"unit": "D150102_housing"}  # against the department of whoever asks
CALLER = "liu.head"
CELLS = ("150102001004001", "150102001004002")
WORDS = ("隐匿事项", "别样情形")
DESKS = ("X150102", "X150105")
Ask = Callable[[bool], Any]  # what is hidden, or what nobody has


def places() -> list[str]:
    """A box around a point of either cell."""
    points = [point_in(cell) for cell in CELLS]
    return [f"{x - 0.0005:.6f},{y - 0.0005:.6f},{x + 0.0005:.6f},{y + 0.0005:.6f}" for x, y in points]


def lists(cast: Cast) -> dict[str, Ask]:
    """Reads by filter."""
    person, boxes = cast(CALLER), places()
    used = {"conduct.service", "heating.temperature", "heating.outage"}
    other = next(c.code for c in read_categories() if "petition" in c.kinds and c.code not in used)
    filters = {"q": WORDS, "cell": CELLS, "bbox": boxes, "unit": DESKS, "centre": ("C150100", "C150123"),
               "category": ("conduct.service", other), "kind": ("petition", "dispute")}  # fmt: skip

    def asking(url: str, name: str, pair: Any) -> Ask:
        return lambda one: person.get(f"{url}{name}={pair[0 if one else 1]}")

    made = {f"list by {name}": asking("/v1/cases?", name, pair) for name, pair in filters.items()}
    made |= {f"newest by {name}": asking("/v1/cases?sort=newest&", name, filters[name]) for name in ("q", "cell")}
    made |= {
        f"count by {name}": asking("/v1/cases/counts?by=status&", name, filters[name]) for name in ("q", "cell", "unit")
    }
    return made | {f"{door} of a unit": asking(f"/v1/{door}?", "unit", DESKS) for door in ("supervisions", "notices")}


def doors(cast: Cast, ids: list[str], numbers: list[str], chance: random.Random) -> dict[str, Ask]:
    """A case by its id, a step on it, and the resident's door by its number: one that is hidden, or one that never was."""
    person = cast(CALLER)

    def case(one: bool) -> str:
        return chance.choice(ids) if one and ids else str(uuid.UUID(int=chance.getrandbits(128), version=4))

    def query(one: bool) -> Any:
        never = f"{numbers[0][:2]}{chance.randrange(10**7):07d}A" if numbers else f"26{chance.randrange(10**7):07d}A"
        body = {"number": chance.choice(numbers) if one and numbers else never, "code": "2222222222"}
        return cast.client.post("/v1/query", json=body)

    return {
        "a case": lambda one: person.get(f"/v1/cases/{case(one)}"),
        "its timeline": lambda one: person.get(f"/v1/cases/{case(one)}/timeline"),
        "its attachments": lambda one: person.get(f"/v1/cases/{case(one)}/attachments"),
        "a step": lambda one: person.post(f"/v1/cases/{case(one)}/actions/hold", {"reason": "调卷"}, version=1),
        "number and code": query,
    }


def slower(reads: dict[str, Ask], pairs: int, chance: random.Random) -> Counter[str]:
    """How often, of so many pairs, the one about what is hidden took longer; the reads by turns, each order as often."""
    found: Counter[str] = Counter()
    for _ in range(pairs):
        for name, ask in reads.items():
            first = chance.random() < 0.5
            took = {}
            for one in (first, not first):
                began = time.perf_counter_ns()
                ask(one)
                took[one] = time.perf_counter_ns() - began
            found[name] += took[True] > took[False]
    return found


def told(before: Counter[str], after: Counter[str], pairs: int) -> dict[str, float]:
    """The reads that are told apart, with how many standard deviations the share of slower ones has moved."""
    found = {}
    for name in after:
        share = (before[name] + after[name]) / (2 * pairs)
        spread = sqrt(max(share * (1 - share), 0.01) * 2 / pairs)
        if abs(moved := (after[name] - before[name]) / pairs / spread) > SIGMAS:
            found[name] = round(moved, 1)
    return found


def hide(cast: Cast) -> list[dict[str, Any]]:
    """Accusations and appeals that the caller is not to know of; gives their receipts."""
    lon, lat = point_in(CELLS[0])
    place = {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84", "address": "某处"}
    kinds = (("conduct.service", "accusation"), ("heating.temperature", "appeal"))
    bodies = [
        report("petition", category, petition_class=of, title=f"{WORDS[0]}{n}", location=place, concerns=[HELD])
        for n in range(HIDDEN // 2) for category, of in kinds
    ]  # fmt: skip
    items = [item for half in (bodies[::2], bodies[1::2]) for item in cast("luo.intake").batch(half)]
    assert {item["status"] for item in items} == {201}
    return [item["case"] for item in items]


def as_it_was(told_by: Any) -> Ask:
    """The control: a list whose filter is looked at before sight."""
    statement = (
        "with matching as materialized (select id from cases where cell = $1)"
        " select count(*) from matching m"
        " where (select count(*) from case_access a where a.case_id = m.id and a.grantee = $2) > 0"
    )
    return lambda one: told_by(statement, CELLS[0 if one else 1], "unit:D150102_housing")


@long("paired timings of reads, hidden match against none")
def test_what_is_hidden_takes_no_time(cast: Cast, sql: Any, record_property: Callable[[str, Any], None]) -> None:
    for _ in range(3):
        cast("luo.intake").batch([report() for _ in range(300)])
    sql("analyze")
    chance = random.Random(5)
    ids: list[str] = []
    numbers: list[str] = []
    control = {"as it was": as_it_was(sql)}
    reads = lists(cast) | doors(cast, ids, numbers, chance)
    slower(reads | control, 30, chance)  # plans are made
    before = slower(reads | control, PAIRS, chance)
    receipts = hide(cast)
    ids += [receipt["id"] for receipt in receipts]
    numbers += [receipt["number"] for receipt in receipts]
    sql("analyze")
    for case in each(ids[:5]):
        assert not cast(CALLER).sees(case)
    slower(reads | control, 30, chance)
    after = slower(reads | control, PAIRS, chance)
    record_property("pairs of each read", int(PAIRS))
    record_property("reads", len(reads))
    found = told(before, after, PAIRS)
    assert found.pop("as it was", 0.0) > SIGMAS, "what is told apart is found"
    record_property("told apart", len(found))
    assert found == {}
