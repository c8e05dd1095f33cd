"""No unit leads a matter that concerns it or a unit above it: stories, and the statement against the pure rule."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from app.areas.rules import Tier
from app.core.access import ROLE_PERMISSIONS, Permission, Role
from seeds.hohhot.city import build_city
from tests.cast import HOME_CELL, Cast, member, point_in, report
from tests.support.each import each
from tests.support.guard import Concerned, LadderUnit, accusation_desk, guarded
from tests.support.tiers import Amount

SETS = Amount("random sets complained of, a kind", short=60, long=250, setting="GRIDCASE_GUARD_SETS")
INTAKE, CITY_DESK = "I150100", "X150100"
HOME_LADDER = ["C150102001001", "C150102001", "C150102", "C150100"]


@cache
def units() -> dict[str, Any]:
    return {unit.code: unit for unit in build_city().units}


def line(code: str) -> list[str]:
    """A unit and those above it."""
    found = [code]
    while parent := units()[found[-1]].parent:
        found.append(parent)
    return found


def rung(code: str) -> LadderUnit:
    return LadderUnit(code, Tier(units()[code].tier), tuple(line(code)[1:]))


def led_and_routed(receipt: dict[str, Any]) -> tuple[str, str]:
    return receipt["lead_unit"], receipt["offered_to"] or receipt["lead_unit"]


def file(cast: Cast, kind: str = "dispute", category: str = "neighbour.noise", **more: Any) -> dict[str, Any]:
    return cast("luo.intake").register(report(kind, category, **more))


# --- Stories (the home community, where the mediation committee of the township is competent)


def test_an_unconcerned_unit_stays(cast: Cast) -> None:
    got = file(cast, concerns=[{"unit": "D150102_water"}])
    assert led_and_routed(got) == ("C150102001001", "M150102001")
    assert got["routing"]["guarded"] is False


@pytest.mark.parametrize(
    ("concerned", "lead", "routed"),
    [
        ("C150102001001", "C150102001", "M150102001"),  # the community's centre: the township's takes it
        ("C150102001", "C150102", "D150102_justice"),  # the township's centre: the county's
        ("C150102", "C150100", "D150100_justice"),  # the county's: the city's
        ("C150100", INTAKE, INTAKE),  # the city's centre has all centres under it: the intake desk
        ("M150102001", "C150102", "D150102_justice"),  # the committee that would mediate
        ("D150102_justice", "C150100", "D150100_justice"),  # the department above the committee
        ("D150100_justice", INTAKE, INTAKE),
    ],
)
def test_both_move_above_the_highest_unit_concerned(cast: Cast, concerned: str, lead: str, routed: str) -> None:
    got = file(cast, concerns=[{"unit": concerned}])
    assert led_and_routed(got) == (lead, routed)
    assert got["routing"]["guarded"] is True
    assert got["cell"]["code"] == HOME_CELL, "the matter stays where it is"


def test_staff_counts_as_their_unit(cast: Cast) -> None:
    got = file(cast, concerns=[{"staff": str(member("qin.head").staff)}])
    assert led_and_routed(got) == ("C150102", "D150102_justice")


def test_the_worker_complained_of_is_not_asked_to_help(cast: Cast) -> None:
    worker = str(member("wang.grid").staff)
    got = file(cast, "request", "heating.outage", concerns=[{"staff": worker}])
    assert got["worker"] is None
    assert got["queue"] == "no_worker"
    assert not cast("wang.grid").sees(got["id"])


def test_words_move_it_above_both_and_it_waits_there(cast: Cast) -> None:
    got = file(cast, concerns=[{"text": "某某物业公司经理"}])
    assert led_and_routed(got) == ("C150102", "C150102")
    assert got["routing"]["guarded"] is True
    page = cast("luo.intake").get(f"/v1/cases/{got['id']}").json()
    assert page["concerns"] == [{"relation": "concerns", "unit": None, "staff": None, "text": "某某物业公司经理"}]


def test_a_unit_the_resident_will_not_go_to_is_passed_over_and_sees_nothing(cast: Cast) -> None:
    got = file(cast, not_to=[{"unit": "C150102001001"}])
    assert led_and_routed(got) == ("C150102001", "M150102001")
    assert not cast.seat("C150102001001.window_clerk.1").sees(got["id"])


def test_a_person_the_resident_will_not_go_to_is_barred_and_their_unit_is_not(cast: Cast) -> None:
    got = file(cast, "request", "heating.outage", not_to=[{"staff": str(member("wang.grid").staff)}])
    assert led_and_routed(got) == ("C150102001001", "D150102_housing")
    assert got["worker"] is None
    assert not cast("wang.grid").sees(got["id"])
    assert cast.seat("C150102001001.window_clerk.1").sees(got["id"])


@pytest.mark.parametrize("field", ["concerns", "not_to"])
@pytest.mark.parametrize("whom", [{"unit": "D999"}, {"staff": "00000000-0000-7000-8000-000000000000"}])
def test_nobody_of_that_name_is_refused_with_the_place(cast: Cast, field: str, whom: dict[str, str]) -> None:
    said: dict[str, Any] = {field: [whom]}
    reply = cast("li.window").post("/v1/cases", report(**said))
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"].startswith("#/body/concerns")


# --- The statement against the rule


def filed(cast: Cast, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Batch after batch."""
    return [
        item for start in range(0, len(bodies), 500) for item in cast("luo.intake").batch(bodies[start : start + 500])
    ]


def some_sets(seed: int, near: Sequence[str]) -> list[list[str]]:
    """Sets of concerned units: mostly those near the case, some from anywhere."""
    dice = random.Random(seed)
    everywhere = sorted(units())
    return [
        [dice.choice(near) if dice.random() < 0.8 else dice.choice(everywhere) for _ in range(dice.randint(0, 4))]
        for _ in range(SETS)
    ]


def named(dice: random.Random, code: str) -> dict[str, str]:
    """The unit itself, or somebody who works there."""
    there = [post for post in build_city().posts if post.unit == code]
    return {"staff": str(dice.choice(there).staff)} if there and dice.random() < 0.4 else {"unit": code}


@SETS.mark
@pytest.mark.parametrize(
    ("kind", "category", "routed", "seed"),
    [
        ("dispute", "neighbour.noise", "M150102001", 1),
        ("petition", "heating.temperature", "D150102_housing", 2),
        ("request", "heating.outage", "D150102_housing", 3),
        ("event", "road.damage", "D150102001_urban", 4),
    ],
)
def test_the_statement_guards_as_the_rule_does(cast: Cast, kind: str, category: str, routed: str, seed: int) -> None:
    dice = random.Random(seed)
    near = [*HOME_LADDER, *line(routed), INTAKE, "P150102", "X150102", "C150102001002", "D150102_water"]
    sets = some_sets(seed, near)
    words = [dice.random() < 0.2 for _ in sets]
    items = []
    for concerned, more in zip(sets, words, strict=True):
        said = [named(dice, code) for code in concerned] + [{"text": "某人"}] * more
        items.append(report(kind, category, concerns=said))
    for concerned, more, got in each(zip(sets, words, filed(cast, items), strict=True)):
        expected = guarded(
            [rung(code) for code in HOME_LADDER], [rung(code) for code in line(routed)],
            {Concerned(code, Tier(units()[code].tier)) for code in concerned}, rung(INTAKE), words=more,
        )  # fmt: skip
        assert got["status"] == 201, got
        assert led_and_routed(got["case"]) == (expected.centre, expected.unit), concerned
        assert got["case"]["routing"]["guarded"] == expected.moved, concerned


def desks_over(concerned: Sequence[str]) -> list[LadderUnit]:
    """The discipline desks of every area that holds all units concerned, from the lowest up; the city's at least."""
    if not concerned:
        return [rung(CITY_DESK)]
    common = set.intersection(*(set(area_line(units()[code].area)) for code in concerned))
    over = [unit.code for unit in units().values() if unit.kind == "discipline_desk" and unit.area in common]
    return [rung(code) for code in sorted(over, key=lambda code: Tier(units()[code].tier).height)]


def area_line(code: str) -> list[str]:
    """An area and those it lies in."""
    parents = {area.code: area.parent for area in build_city().areas}
    found = [code]
    while parent := parents[found[-1]]:
        found.append(parent)
    return found


def test_the_statement_sends_accusations_as_the_rule_does(cast: Cast, sql: Any) -> None:
    dice = random.Random(5)
    near = [*HOME_LADDER, "D150102_housing", "D150102001_urban", "M150102001", "X150102001", "X150102", CITY_DESK, INTAKE,
            "C150105", "C150105001"]  # fmt: skip
    sets = [[code for code in found if code in units()] for found in some_sets(5, near)]
    words = [dice.random() < 0.2 for _ in sets]
    items = []
    for concerned, more in zip(sets, words, strict=True):
        said = [named(dice, code) for code in concerned] + [{"text": "某领导"}] * more
        items.append(report("petition", "conduct.service", petition_class="accusation", concerns=said))
    got = filed(cast, items)
    leads = dict(
        sql("select id::text, lead_unit from cases where id = any($1::uuid[])", [g["case"]["id"] for g in got])
    )
    for concerned, more, item in each(zip(sets, words, got, strict=True)):
        whom = {Concerned(code, Tier(units()[code].tier)) for code in concerned}
        expected = accusation_desk(desks_over(concerned), whom, rung(INTAKE), words=more)
        assert leads[item["case"]["id"]] == expected, concerned


def test_no_combination_leaves_a_case_without_anyone_who_sees_it(cast: Cast, sql: Any) -> None:
    """Whatever is concerned, some post that may accept the case finds it in its list."""
    lon, lat = point_in()
    place = {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84"}
    ladder = [INTAKE, CITY_DESK, "C150100", "D150100_housing"]
    for kind, category, more in (
        ("petition", "heating.temperature", {}),
        ("petition", "conduct.service", {"petition_class": "accusation"}),
    ):
        for concerned in (ladder[:1], ladder[1:2], ladder[:2], ladder[1:], ladder):
            body = report(kind, category, location=place, concerns=[{"unit": code} for code in concerned], **more)
            case = cast("li.window").register(body)["id"]
            (lead,) = sql("select lead_unit from cases where id = $1::uuid", case)[0]
            posts = [
                p.id for p in build_city().posts
                if p.unit == lead and Permission.CASE_ACCEPT in ROLE_PERMISSIONS[Role(p.role)]
            ]  # fmt: skip
            assert any(cast.seat(post).sees(case) for post in posts), f"{kind} {more} about {concerned}, led by {lead}"
