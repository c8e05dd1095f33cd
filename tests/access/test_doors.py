"""Everybody tries every door for every planted case: nothing is found that need-to-know denies them."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.access.doors import VALUES, Crawl
from tests.access.reading import GROUPS
from tests.access.sight import may_see
from tests.access.town import CAST, GUEST, SEATS, STRANGER, WATCHERS, Town
from tests.support.each import each
from tests.support.tiers import long

EVERY = "GRIDCASE_ATTACK_ROUNDS" in os.environ
FIRST = ("chen.housing", GUEST, "anonymous")  # complained of, lent from the unit complained of, nobody
OTHERS = [name for name in (*CAST, *SEATS, STRANGER, "hotline-12345") if name not in FIRST]
LOOKING = [*FIRST, *(pytest.param(name, marks=long("whole crawls of access, one by each caller")) for name in OTHERS)]


@VALUES.mark
@pytest.mark.parametrize("name", LOOKING)
def test_the_crawl_finds_nothing_hidden_and_everything_due(
    town: Town, name: str, record_property: Callable[[str, Any], None]
) -> None:
    crawl = Crawl(town.callers[name], town.plants, town.document, every=EVERY)
    found = crawl.run()
    record_property("requests", crawl.tried)
    record_property("hidden", len(crawl.hidden))
    record_property("canaries", len(crawl.forbidden))
    assert not found, "\n".join(map(str, found[:20]))
    assert len(crawl.hidden) + len(crawl.seen) == len(town.plants)


def test_most_people_see_little_and_every_case_is_seen_by_somebody(town: Town) -> None:
    """The plan itself: nobody sees all, and no planted case is beyond everybody's sight."""
    for name, caller in each(town.callers.items()):
        assert sum(may_see(caller.who, plant.ledger) for plant in town.plants) < len(town.plants), name
    for plant in each(town.plants):
        assert any(may_see(caller.who, plant.ledger) for caller in town.callers.values()), plant.name


def test_lists_and_tasks_grew_by_what_each_may_see_alone(town: Town) -> None:
    for name, caller in each(town.callers.items()):
        before, after = town.before[name]["lists"], town.after[name]["lists"]
        due = {plant.id for plant in town.plants if may_see(caller.who, plant.ledger)}
        assert set(before) == set(after), name
        for url in after:
            grown = after[url] - before[url]
            assert grown == due if url.startswith("/v1/cases") else grown <= due, f"{name} {url}"


def test_the_board_shows_what_is_owed_on_cases_that_each_may_see(town: Town) -> None:
    """Open or waiting for verification: the three that were planted."""
    for name, caller in each(town.callers.items()):
        if town.before[name]["lists"]:
            grown = town.after[name]["lists"]["/v1/supervisions"] - town.before[name]["lists"]["/v1/supervisions"]
            asked = [plant for plant in town.plants if "supervision_id" in plant.ids]
            assert grown == {plant.id for plant in asked if may_see(caller.who, plant.ledger)}, name


def test_counts_grew_by_what_each_may_see_alone(town: Town, sql: Any) -> None:
    ids = [plant.id for plant in town.plants]
    rows = {str(r["id"]): r for r in sql("select * from cases where id = any($1::uuid[])", ids)}
    for name, caller in each(town.callers.items()):
        if not town.before[name]["lists"]:
            continue
        due = [rows[plant.id] for plant in town.plants if may_see(caller.who, plant.ledger)]
        for group in GROUPS:
            grown = town.after[name]["counts"][group] - town.before[name]["counts"][group]
            assert grown == Counter(row[group] for row in due), f"{name} counts by {group}"


def test_dashboards_grew_by_what_each_may_see_alone(town: Town, sql: Any) -> None:
    rows = {str(r["id"]): r for r in sql("select * from cases where id = any($1::uuid[])", [p.id for p in town.plants])}
    live = ("registered", "accepted", "handling", "concluded")
    asked = 0
    for name, caller in town.callers.items():
        due = [rows[plant.id] for plant in town.plants if may_see(caller.who, plant.ledger)]
        for area, after in town.after[name]["figures"].items():
            before = town.before[name]["figures"][area]
            inside = [r for r in due if area in (r["city"], r["county"], r["township"], r["community"])]
            grown = {code: after[code] - before[code] for code in after}
            asked += 1
            assert grown["in_hand"] == sum(r["status"] in live for r in inside), f"{name} {area}"
            assert grown["waiting_for_acceptance"] == sum(r["status"] == "registered" for r in inside), f"{name} {area}"
            assert grown["new_today"] == grown["new_this_week"] == len(inside), f"{name} {area}"
    assert asked > 20


def test_the_map_the_staff_and_the_tables_did_not_change(town: Town) -> None:
    for name in WATCHERS:
        assert len(town.before[name]["doors"]) > 15
        assert town.before[name]["doors"] == town.after[name]["doors"], name
