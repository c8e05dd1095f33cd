"""Hearings: called with who sits, opened, recorded; only in re-review do their days not count."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from seeds.hohhot.staff import staff_id
from tests.cast import CONCLUSION, Cast, Lives, Person
from tests.support.clock import present
from tests.support.residents import CHEN, CITY_HEAD, UPHELD, applied, decided, door, found, hearing, township_case

Freeze = Callable[[datetime], None]
REASON = {"reason": "当事人请求改期"}
HOHHOT = ZoneInfo("Asia/Shanghai")


def completion(page: dict[str, Any]) -> dict[str, Any]:
    return next(clock for clock in reversed(page["clocks"]) if clock["kind"] == "completion")


def seat(post: str, role: str = "chair") -> dict[str, str]:
    return {"role": role, "staff": str(staff_id(post))}


def test_a_hearing_is_called_opened_and_recorded(cast: Cast, lives: Lives) -> None:
    got = lives.handling()
    chen = cast(CHEN)
    page = chen.does(got["id"], "schedule_hearing", hearing())
    (called,) = page["hearings"]
    assert (called["state"], called["place"]) == ("scheduled", "二楼听证室")
    assert [(p["role"], p["name"]) for p in called["participants"]] == [("chair", None), ("petitioner", "张*")]
    assert door(cast, "", got).json()["hearing"]["place"] == "二楼听证室"
    assert chen.act(got["id"], "conclude", CONCLUSION).status_code == 409, "it is ahead"
    assert chen.act(got["id"], "schedule_hearing", hearing()).status_code == 409, "one at a time"
    chen.does(got["id"], "hold_hearing")
    assert chen.act(got["id"], "cancel_hearing", REASON).status_code == 409
    before = completion(page)["due"]
    page = chen.does(got["id"], "record_hearing", {"record": "双方陈述意见，争议在测温时段。"})
    (held,) = page["hearings"]
    assert (held["state"], bool(held["began_at"]), bool(held["ended_at"])) == ("held", True, True)
    assert completion(page)["due"] == before, "the Regulation knows no pause here"
    assert "hearing_record" in {note["kind"] for note in page["notes"]}
    timeline = chen.get(f"/v1/cases/{got['id']}/timeline")
    assert "张三" not in timeline.text
    assert "争议" not in str([event["data"] for event in timeline.json()["items"]]), "the chain holds no words"
    chen.does(got["id"], "conclude", CONCLUSION)


def test_a_cancelled_one_makes_room_for_another(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    cast(CHEN).does(case, "schedule_hearing", hearing())
    cast(CHEN).does(case, "cancel_hearing", REASON)
    page = cast(CHEN).does(case, "schedule_hearing", hearing())
    assert [h["state"] for h in page["hearings"]] == ["cancelled", "scheduled"]
    page = cast("li.window").does(case, "withdraw", REASON)
    assert [h["state"] for h in page["hearings"]] == ["cancelled", "cancelled"], "the case has ended"


def in_rereview(cast: Cast, lives: Lives) -> tuple[str, Person]:
    original = township_case(lives)
    decided(cast, applied(cast, original), UPHELD, "C150102.coordinator.1")
    second = applied(cast, original, "请求复核并听证。")
    coordinator = cast.seat("C150100.coordinator.1")
    case = found(coordinator, second["number"])
    for action in ("accept", "handle"):
        coordinator.does(case, action)
    return case, coordinator


def test_in_re_review_the_days_of_the_hearing_are_not_counted(cast: Cast, lives: Lives, at: Freeze) -> None:
    case, coordinator = in_rereview(cast, lives)
    sits = hearing(participants=[seat("C150100.organ_head.1"), seat("C150102001.coordinator.1", "organ")])
    page = coordinator.does(case, "schedule_hearing", sits)
    before = datetime.fromisoformat(completion(page)["due_unrolled"])
    opened = present().astimezone(HOHHOT).replace(hour=10, minute=0) + timedelta(days=10)
    at(opened.astimezone(UTC))
    page = coordinator.does(case, "hold_hearing")
    assert coordinator.act(case, "decide_review", UPHELD).status_code == 409
    at((opened + timedelta(days=2)).astimezone(UTC))
    page = coordinator.does(case, "record_hearing", {"record": "分三日听取各方意见。"})
    after = datetime.fromisoformat(completion(page)["due_unrolled"])
    assert after - before == timedelta(days=3), "three local days, both ends left out"


def test_in_a_first_review_they_are_counted(cast: Cast, lives: Lives, at: Freeze) -> None:
    head = cast.seat(CITY_HEAD)
    case = found(head, applied(cast, lives.closed())["number"])
    for action in ("accept", "handle"):
        head.does(case, action)
    page = head.does(case, "schedule_hearing", hearing(participants=[seat("P150100.organ_head.1")]))
    before = completion(page)["due"]
    head.does(case, "hold_hearing")
    at(present() + timedelta(days=2))
    assert completion(head.does(case, "record_hearing", {"record": "听取意见。"}))["due"] == before


def test_recusal_and_a_seat_opens_nothing(cast: Cast, lives: Lives) -> None:
    case, coordinator = in_rereview(cast, lives)
    for post in ("C150102001.coordinator.1", "C150102.coordinator.1", "C150102001001.window_clerk.1"):
        for role in ("chair", "recorder"):
            chair = [] if role == "chair" else [seat("C150100.organ_head.1")]
            body = hearing(participants=[*chair, seat(post, role)])
            assert coordinator.act(case, "schedule_hearing", body).status_code == 409, post
    sits = hearing(participants=[seat("C150100.organ_head.1"), seat("C150102001.coordinator.1", "organ")])
    coordinator.does(case, "schedule_hearing", sits)
    assert not cast("sun.coordinator").sees(case), "who answers for the opinion is summoned, and sees no file"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"at": "2020-01-01T00:00:00Z"}, "#/body/at"),
        ({"participants": [{"role": "petitioner", "name": "张三"}]}, "#/body/participants"),
        ({"participants": [{"role": "chair", "name": "张三"}]}, "#/body/participants/0"),
        (
            {"participants": [{"role": "chair", "staff": "01a206cf-ffd4-701d-98b1-6b2166fde918"}]},
            "#/body/participants/0",
        ),
    ],
)
def test_a_hearing_is_called_properly(cast: Cast, lives: Lives, changes: Any, pointer: str) -> None:
    reply = cast(CHEN).act(lives.handling()["id"], "schedule_hearing", hearing(**changes))
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_hearing_belongs_to_an_appeal(cast: Cast, lives: Lives) -> None:
    for made in (
        lives.handling(kind="request", category="heating.fees"),
        lives.handling(kind="dispute", category="heating.fees"),
    ):
        assert cast(CHEN).act(made["id"], "schedule_hearing", hearing()).status_code == 409
