"""What is kept of a case that has left: the procedure outside, and visits to the resident."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.cases.rules import OutsideStage, Route, next_limit
from tests.cast import Cast, Lives, service
from tests.support.clock import present
from tests.support.residents import CHEN, LI, door

FILED, ACCEPTED, REFUSED, DECIDED = OutsideStage
DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("route", "stage", "extended", "simple", "days", "working"),
    [
        (Route.ARBITRATION, FILED, False, False, 5, False),
        (Route.ARBITRATION, ACCEPTED, False, False, 45, False),
        (Route.ARBITRATION, ACCEPTED, True, False, 60, False),
        (Route.RECONSIDERATION, FILED, False, False, 5, True),
        (Route.RECONSIDERATION, ACCEPTED, False, False, 60, False),
        (Route.RECONSIDERATION, ACCEPTED, True, False, 90, False),
        (Route.RECONSIDERATION, ACCEPTED, True, True, 30, False),
        (Route.LITIGATION, FILED, False, False, None, False),
        (Route.LITIGATION, ACCEPTED, False, False, None, False),
        (Route.ARBITRATION, REFUSED, False, False, None, False),
        (Route.RECONSIDERATION, DECIDED, False, False, None, False),
    ],
)
def test_what_the_other_body_owes_next(
    route: Route, stage: OutsideStage, extended: bool, simple: bool, days: int | None, working: bool
) -> None:
    limit = next_limit(route, stage, DAY, DAY, extended=extended, simple=simple)
    assert (limit and (limit.start, limit.days, limit.working)) == (days and (DAY, days, working))


def referred(lives: Lives, route: str) -> str:
    case = lives.signed()["id"]
    lives.cast(CHEN).does(case, "refer", {"route": route, "reason": "属该途径"})
    lives.cast(CHEN).does(case, "serve", service(kind="non_acceptance"))
    return str(case)


def test_arbitration_is_followed_and_nobody_here_is_late(cast: Cast, lives: Lives) -> None:
    case = referred(lives, "arbitration")
    today = present().astimezone(ZoneInfo("Asia/Shanghai")).date()
    filed = today - timedelta(days=60)
    body = {"body": "新城区劳动人事争议仲裁委员会", "stage": "filed", "filed_on": filed.isoformat()}
    page = cast(CHEN).does(case, "track_outside", body)
    assert page["outside"]["next_rule"].startswith("L2")
    assert page["outside"]["next_due"] < present().isoformat(), "long over, and their matter"
    assert page["due"] is None
    assert case not in {item["id"] for item in cast(CHEN).walk("/v1/cases?overdue=true&limit=200")}
    accepted = {**body, "stage": "accepted", "accepted_on": today.isoformat(), "extended": True}
    page = cast(CHEN).does(case, "track_outside", accepted)
    assert page["outside"]["stage"] == "accepted"
    ended = {**accepted, "stage": "decided", "ended_on": today.isoformat(), "words": "裁决支持。"}
    page = cast(CHEN).does(case, "track_outside", ended)
    assert (page["outside"]["next_due"], page["outside"]["ended_on"]) == (None, today.isoformat())
    assert "outside_progress" in {note["kind"] for note in page["notes"]}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"stage": "accepted"}, "#/body/accepted_on"),
        ({"stage": "decided"}, "#/body/ended_on"),
        ({"filed_on": "2999-01-01"}, "#/body/filed_on"),
        ({"stage": "accepted", "accepted_on": "2020-01-01"}, "#/body/filed_on"),
        ({"stage": "won"}, "#/body/stage"),
        ({"filed_on": "0001-01-01", "stage": "accepted"}, "#/body/accepted_on"),
    ],
)
def test_its_dates_follow_each_other(cast: Cast, lives: Lives, changes: Any, pointer: str) -> None:
    body = {"body": "复议机关", "stage": "filed", "filed_on": "2026-11-02", **changes}
    reply = cast(CHEN).act(referred(lives, "reconsideration"), "track_outside", body)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("filed_on", ["0001-01-01", "1900-01-01"])
def test_a_day_of_long_ago_is_a_day(cast: Cast, lives: Lives, filed_on: str) -> None:
    body = {"body": "复议机关", "stage": "filed", "filed_on": filed_on}
    assert cast(CHEN).act(referred(lives, "reconsideration"), "track_outside", body).status_code == 200


def test_the_police_are_not_followed(cast: Cast, lives: Lives) -> None:
    body = {"body": "派出所", "stage": "filed", "filed_on": "2026-11-02"}
    assert cast(CHEN).act(referred(lives, "police"), "track_outside", body).status_code == 409


def test_a_visit_after_closing_is_kept(cast: Cast, lives: Lives) -> None:
    got = lives.closed()
    nobody = {"method": "phone", "reached": False, "words": "两次致电无人接听。"}
    cast(LI).does(got["id"], "record_visit", nobody)
    page = cast(LI).does(
        got["id"], "record_visit", {**nobody, "reached": True, "confirmed": False, "words": "仍不热。"}
    )
    assert [(v["reached"], v["confirmed"]) for v in page["visits"]] == [(False, None), (True, False)]
    for wrong in ({**nobody, "confirmed": True}, {**nobody, "reached": True}):
        assert cast(LI).act(got["id"], "record_visit", wrong).status_code == 422
    assert cast(LI).act(lives.handling()["id"], "record_visit", nobody).status_code == 409
    assert "仍不热" not in door(cast, "", got).text
