"""Joint meetings: called by the lead or above, in a room or at a place; decisions are tasks; sight ends with them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import CONCLUSION, Cast, Lives, report
from tests.joint.conftest import ENERGY, EVENING, MARKET, WATER, Team

WHY = {"reason": "情况说明"}
SOON = (EVENING + timedelta(hours=1)).isoformat()
UNTIL = (EVENING + timedelta(hours=2)).isoformat()
AGENDA = {"at": SOON, "place": "新城区中心会商室", "agenda": "研判停暖成因。"}


def test_decisions_become_tasks_in_the_same_breath(team: Team, heating: str, sql: Any) -> None:
    made = team.make("chen.housing", heating, "meetings", {**AGENDA, "units": [ENERGY, WATER, MARKET]})
    url = f"/v1/meetings/{made['id']}"
    assert made["available_actions"] == ["cancel"]
    assert team.at(ENERGY).get(url).json()["available_actions"] == ["accept", "decline"]
    team.does(team.at(ENERGY), url, "accept")
    assert team.act(team.at(ENERGY), url, "decline", WHY).status_code == 409, "answered once"
    team.does(team.at(MARKET), url, "decline", WHY)
    early = team.act("chen.housing", url, "hold", {"minutes": "未开先记", "decisions": []})
    assert early.status_code == 409
    team.later(70)
    wrong = [{"unit": ENERGY, "text": "调高水温。"}, {"unit": MARKET, "text": "未到会。"}]
    refused = team.act("chen.housing", url, "hold", {"minutes": "纪要。", "decisions": wrong})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/body/decisions/1/unit")
    assert not list(team("chen.housing").walk(f"/v1/cases/{heating}/tasks")), "nothing half done"
    decisions = [
        {"unit": ENERGY, "text": "调高水温。", "answer_by": "2026-11-27"},
        {"unit": "D150102_housing", "text": "组织抢修。"},
    ]
    held = team.does("chen.housing", url, "hold", {"minutes": "一致认为系管网漏损。", "decisions": decisions})
    assert (held["state"], held["minutes_text"]) == ("held", "一致认为系管网漏损。")
    assert [(d["unit"], d["state"]) for d in held["decisions"]] == [(ENERGY, "open"), ("D150102_housing", "open")]
    theirs, own = (d["id"] for d in held["decisions"])
    assert team.act("chen.housing", url, "hold", {"minutes": "再记", "decisions": []}).status_code == 409
    refused = team("chen.housing").act(heating, "conclude", CONCLUSION)
    assert ENERGY in refused.text
    assert "D150102_housing" in refused.text, "the lead owes its own part too"
    team.answered(theirs, ENERGY)
    team.does("chen.housing", f"/v1/tasks/{own}", "answer", {"result": "抢修完成。"})
    assert team("chen.housing").does(heating, "conclude", CONCLUSION)["status"] == "concluded"


def test_an_invitation_opens_the_case_until_the_meeting_is_over(team: Team, quarrel: str) -> None:
    body = {**AGENDA, "units": [ENERGY, WATER, MARKET]}
    url = f"/v1/meetings/{team.make('zhang.hrss', quarrel, 'meetings', body)['id']}"
    assert all(team.at(unit).sees(quarrel) for unit in (ENERGY, WATER, MARKET))
    assert team.does(team.at(MARKET), url, "decline", WHY)["seen"] is False
    assert not team.at(MARKET).sees(quarrel)
    team.later(70)
    team.does("zhang.hrss", url, "hold", {"minutes": "纪要。", "decisions": [{"unit": ENERGY, "text": "请核查。"}]})
    assert team.at(ENERGY).sees(quarrel), "it has a task now"
    assert not team.at(WATER).sees(quarrel), "it came, and that was all"
    later = {**body, "at": (EVENING + timedelta(hours=9)).isoformat(), "units": [WATER]}
    url = f"/v1/meetings/{team.make('zhang.hrss', quarrel, 'meetings', later)['id']}"
    assert team.at(WATER).sees(quarrel)
    team.does("zhang.hrss", url, "cancel", WHY)
    assert not team.at(WATER).sees(quarrel)
    url = f"/v1/meetings/{team.make('zhang.hrss', quarrel, 'meetings', later)['id']}"
    team("zhang.hrss").does(quarrel, "withdraw", WHY)
    assert team("zhang.hrss").get(url).json()["state"] == "cancelled"
    assert not team.at(WATER).sees(quarrel)
    assert team.act("zhang.hrss", url, "cancel", WHY).status_code == 409


def test_a_room_is_taken_with_the_meeting_and_given_back(team: Team, heating: str, cast: Cast) -> None:
    rooms = cast("chen.housing").get("/v1/centres/C150102/rooms").json()["rooms"]
    room = next(r["id"] for r in rooms if r["code"] == "104")
    body = {"at": SOON, "until": UNTIL, "room": room, "agenda": "研判。", "units": [ENERGY]}
    made = team.make("chen.housing", heating, "meetings", body)
    assert (made["room"], made["place"]) == ("C150102 104", None)
    taken = team("chen.housing").post(f"/v1/cases/{heating}/meetings", body)
    assert (taken.status_code, "free" in taken.json()) == (409, True)
    assert [b["id"] for b in team("wang.grid").get(f"/v1/cases/{heating}/bookings").json()["items"]] == [
        made["booking"]
    ]
    team.does("chen.housing", f"/v1/meetings/{made['id']}", "cancel", WHY)
    made = team.make("chen.housing", heating, "meetings", body)
    team("chen.housing").does(heating, "withdraw", WHY)
    other = str(cast("li.window").register(report("request", "heating.outage"))["id"])
    team("chen.housing").does(other, "sign_for")
    team.make("chen.housing", other, "meetings", body)


def test_the_lead_or_a_centre_above_calls_it_and_nobody_else(team: Team, heating: str, lives: Lives) -> None:
    body = {**AGENDA, "units": [ENERGY]}
    for who, status in (("sun.coordinator", 403), ("deng.county", 403), ("wang.grid", 403), ("zhao.saihan", 404)):
        assert team(who).post(f"/v1/cases/{heating}/meetings", body).status_code == status, who
    made = team.make("C150100.coordinator.1", heating, "meetings", body)
    assert made["unit"] == "C150100", "the city's centre, above the county's department"
    url = f"/v1/meetings/{made['id']}"
    assert team.act("chen.housing", url, "cancel", WHY).status_code == 403
    assert team.act("chen.housing", url, "accept").status_code == 403
    team.later(70)
    decisions = [{"unit": "D150102_housing", "text": "限期抢修。", "answer_by": "2026-11-26"}]
    held = team.does("C150100.coordinator.1", url, "hold", {"minutes": "纪要。", "decisions": decisions})
    own = held["decisions"][0]["id"]
    team.does("chen.housing", f"/v1/tasks/{own}", "answer", {"result": "已抢修。"})
    assert team.does("C150100.coordinator.1", f"/v1/tasks/{own}", "return", WHY)["state"] == "returned"


@pytest.mark.parametrize(
    "change",
    [
        {"at": (EVENING - timedelta(hours=1)).isoformat()},
        {"at": "2026-11-25T20:00:00"},  # no zone
        {"place": None},
        {"until": SOON},
        {"room": "01a206cf-ffd4-701d-98b1-6b2166fde918"},
        {"place": None, "room": "01a206cf-ffd4-701d-98b1-6b2166fde918"},
        {"units": []},
        {"units": [ENERGY, ENERGY]},
        {"units": ["D000"]},
        {"units": ["X150102"]},
        {"units": ["D150102_housing"]},
        {"agenda": ""},
    ],
)
def test_a_meeting_that_does_not_fit_is_explained(team: Team, heating: str, change: dict[str, Any]) -> None:
    body = {k: v for k, v in {**AGENDA, "units": [ENERGY], **change}.items() if v is not None}
    reply = team("chen.housing").post(f"/v1/cases/{heating}/meetings", body)
    assert reply.status_code == 422, reply.text
    assert not list(team("chen.housing").walk(f"/v1/cases/{heating}/meetings"))


def test_who_the_matter_concerns_takes_no_part_and_a_petition_stays_in_its_circle(team: Team, cast: Cast) -> None:
    sent = report("petition", "heating.temperature", concerns=[{"unit": ENERGY}])
    case = str(cast("li.window").register(sent)["id"])
    cast("chen.housing").does(case, "sign_for")
    barred = team("chen.housing").post(f"/v1/cases/{case}/meetings", {**AGENDA, "units": [ENERGY]})
    assert (barred.status_code, barred.json()["type"]) == (409, "/problems/conflict")
    assert not team.at(ENERGY).sees(case)
    outside = team("chen.housing").post(f"/v1/cases/{case}/meetings", {**AGENDA, "units": [WATER]})
    assert (outside.status_code, "协办" in outside.text) == (422, True)
    team.task(case, WATER)
    team.make("chen.housing", case, "meetings", {**AGENDA, "units": [WATER]})
