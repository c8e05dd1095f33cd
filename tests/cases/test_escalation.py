"""Up and down the ladder of centres, who is competent, reports upward, and another procedure: stories over HTTP."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cast import Cast, Lives, report

HOHHOT = ZoneInfo("Asia/Shanghai")
REASON = {"reason": "超出本级能力，需上级协调"}
TOWNSHIP, COUNTY, CITY = "C150102001", "C150102", "C150100"
Ask = Callable[..., list[Any]]
Freeze = Callable[[datetime], None]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOHHOT)


@pytest.fixture
def dispute(cast: Cast) -> str:
    """A dispute that the township centre leads: the community's centre had it first and went up."""
    return str(cast("li.window").register(report("dispute", "neighbour.noise"))["id"])


def lead(cast: Cast, case: str, who: str) -> str:
    return str(cast(who).get(f"/v1/cases/{case}").json()["lead_unit"])


def test_up_to_the_city_step_by_step_with_the_tier_below_still_responsible(cast: Cast, dispute: str) -> None:
    page = cast("li.window").does(dispute, "go_up", REASON)
    assert page["escalated_to"] == "township"
    first = page["lead_unit"]
    assert first == "C150102001001", "offered is not signed: the community's centre leads on"
    page = cast("sun.coordinator").does(dispute, "sign_for")
    assert page["lead_unit"] == TOWNSHIP
    below = [a for a in page["assignments"] if a["unit"] == first]
    assert [(a["part"], a["state"]) for a in below] == [("co", "signed")]
    assert cast("sun.coordinator").does(dispute, "escalate", REASON)["escalated_to"] == "county"
    assert cast("deng.county").does(dispute, "sign_for")["lead_unit"] == COUNTY
    assert cast("deng.county").does(dispute, "escalate", REASON)["escalated_to"] == "city"
    refused = cast("deng.county").act(dispute, "escalate", REASON)
    assert refused.status_code == 409
    assert "最高层级" in refused.json()["detail"]


def test_sent_back_with_guidance_and_never_taken_up_to_the_same_tier_again(cast: Cast, dispute: str) -> None:
    cast("li.window").does(dispute, "go_up", REASON)
    cast("sun.coordinator").does(dispute, "sign_for")
    cast("sun.coordinator").does(dispute, "escalate", REASON)
    cast("deng.county").does(dispute, "sign_for")
    assert cast("deng.county").act(dispute, "send_back", {}).status_code == 422, "guidance is not optional"
    page = cast("deng.county").does(dispute, "send_back", {"guidance": "请先组织现场测量"})
    assert page["lead_unit"] == COUNTY, "until the tier below signs"
    assert page["notes"][-1]["body"] == "请先组织现场测量"
    page = cast("sun.coordinator").does(dispute, "sign_for")
    assert page["lead_unit"] == TOWNSHIP
    page = cast("sun.coordinator").does(dispute, "escalate", REASON)
    assert (page["escalated_to"], page["assignments"][-1]["unit"]) == ("city", CITY)


def test_going_up_takes_an_open_offer_along(cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    assert cast("chen.housing").sees(case)
    page = cast("li.window").does(case, "go_up", REASON)
    states = {a["unit"]: a["state"] for a in page["assignments"] if a["part"] == "lead"}
    assert states["D150102_housing"] == "recalled"
    assert not cast("chen.housing").sees(case), "whose offer was recalled before signing sees it no more"


def test_a_centre_that_the_matter_concerns_is_passed_over(cast: Cast, sql: Ask) -> None:
    body = report("dispute", "neighbour.noise", concerns=[{"unit": COUNTY}])
    case = cast("li.window").register(body)["id"]
    units = sql("select unit from assignment where case_id = $1", case)
    assert COUNTY not in {row["unit"] for row in units}
    assert not cast("deng.county").sees(case)


def test_a_forwarded_petition_goes_back_within_five_working_days_and_not_after(
    cast: Cast, at: Freeze, lives: Lives
) -> None:
    for login in ("li.window", "chen.housing"):
        cast(login)
    at(local("2026-09-18T10:00:00"))
    early, late = lives.registered()["id"], lives.registered()["id"]
    at(local("2026-09-24T23:59:59"))  # 20 September is worked: the fifth working day
    cast("chen.housing").does(early, "refuse", {"reason": "不属本局职权"})
    at(local("2026-09-25T00:00:00"))
    refused = cast("chen.housing").act(late, "refuse", {"reason": "不属本局职权"})
    assert refused.status_code == 409
    assert "5个工作日" in refused.json()["detail"]
    assert cast("chen.housing").act(late, "sign_for").status_code == 200


@pytest.fixture
def disputed(cast: Cast, lives: Lives) -> str:
    """A petition that the housing department refused and was offered again: the sender does not agree."""
    case = str(lives.signed()["id"])
    cast("chen.housing").does(case, "offer", {"unit": "D150102_hrss", "reason": "涉及劳动保障"})
    cast("zhang.hrss").does(case, "refuse", {"reason": "不属本局职权"})
    cast("chen.housing").does(case, "offer", {"unit": "D150102_hrss", "reason": "经核实属劳动保障职权"})
    return case


def test_who_is_competent_is_ruled_by_the_common_superior(cast: Cast, disputed: str, sql: Ask) -> None:
    case = disputed
    again = cast("zhang.hrss").act(case, "refuse", {"reason": "仍不属本局"})
    assert again.status_code == 409
    assert "dispute_competence" in again.json()["detail"]
    page = cast("zhang.hrss").does(case, "dispute_competence", {"reason": "三定方案无此职权"})
    clock = next(c for c in page["clocks"] if c["kind"] == "competence")
    assert (clock["rule"], clock["met_at"]) == ("P5", None)
    running = [c["kind"] for c in page["clocks"] if c["met_at"] is None and c["stopped_at"] is None]
    assert "acceptance" in running, "the dispute does not stop the resident's clock"
    (row,) = sql("select subject from clock where case_id = $1 and kind = 'competence'", case)
    superior = cast.seat(f"{row['subject']}.coordinator.1")
    for who in (cast("chen.housing"), cast("deng.county")):
        body = {"unit": "D150102_housing", "reason": "x"}
        assert who.act(case, "rule_competence", body).status_code in (403, 404)
    assert superior.act(case, "rule_competence", {"unit": "X150102", "reason": "x"}).status_code == 422
    page = superior.does(case, "rule_competence", {"unit": "D150102_hrss", "reason": "由人社局办理"})
    assert page["lead_unit"] == "D150102_hrss"
    assert next(c for c in page["clocks"] if c["kind"] == "competence")["met_at"] is not None
    assert cast("zhang.hrss").act(case, "accept").status_code == 200


def test_a_ruling_may_leave_it_where_it_is(cast: Cast, disputed: str, sql: Ask) -> None:
    cast("zhang.hrss").does(disputed, "dispute_competence", {"reason": "三定方案无此职权"})
    (row,) = sql("select subject from clock where case_id = $1 and kind = 'competence'", disputed)
    superior = cast.seat(f"{row['subject']}.coordinator.1")
    page = superior.does(disputed, "rule_competence", {"unit": "D150102_housing", "reason": "由住建局办理"})
    assert page["lead_unit"] == "D150102_housing"
    assert not cast("zhang.hrss").sees(disputed)


def test_a_major_matter_is_reported_upward_within_two_hours(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    assert cast("chen.housing").act(case, "report_upward", {"unit": CITY, **REASON}).status_code == 409
    page = cast("chen.housing").does(case, "flag_urgent", {"reason": "可能影响公共安全"})
    clock = next(c for c in page["clocks"] if c["kind"] == "report")
    assert datetime.fromisoformat(clock["due"]) - datetime.fromisoformat(clock["start"]) <= timedelta(
        hours=2, seconds=1
    )
    assert cast("chen.housing").act(case, "flag_urgent", REASON).status_code == 409
    for wrong in ("D150102_hrss", "C150105", "X150100x", "C150102001"):
        assert cast("chen.housing").act(case, "report_upward", {"unit": wrong, **REASON}).status_code == 422
    page = cast("chen.housing").does(case, "report_upward", {"unit": CITY, **REASON})
    assert next(c for c in page["clocks"] if c["kind"] == "report")["met_at"] is not None
    assert cast.seat("C150100.coordinator.1").sees(case)


def test_another_procedure_counts_from_the_filing_and_says_why(cast: Cast, at: Freeze, lives: Lives) -> None:
    for login in ("li.window", "chen.housing", "liu.head"):
        cast(login)
    at(local("2026-09-01T10:00:00"))
    case = lives.accepted(simple=True)["id"]
    at(local("2026-09-07T10:00:00"))
    page = cast("chen.housing").does(case, "reclassify", {"reason": "案情复杂，转普通程序"})
    assert (page["procedure"], page["procedure_version"]) == ("appeal", 1)
    old, new = (c for c in page["clocks"] if c["kind"] == "completion")
    assert old["stopped_at"] is not None
    assert new["rule"] == "P6"
    assert datetime.fromisoformat(new["start"]) == local("2026-09-01T10:00:00")
    assert datetime.fromisoformat(new["due_unrolled"]) == local("2026-10-31T23:59:59")
    assert page["notes"][-1]["body"] == "案情复杂，转普通程序"
    last = cast("chen.housing").get(f"/v1/cases/{case}/timeline").json()["items"][-1]
    assert last["data"]["before"] == {"procedure": "simple", "category": "heating.temperature"}
    assert cast("chen.housing").act(case, "reclassify", {"reason": "无变化"}).status_code == 422


def test_an_extension_once_granted_holds_under_the_new_procedure_and_stays_the_only_one(
    cast: Cast, lives: Lives
) -> None:
    case = lives.accepted()["id"]
    cast("liu.head").does(case, "extend", {"days": 20, "reason": "需鉴定"})
    page = cast("chen.housing").does(case, "reclassify", {"petition_class": "suggestion", "reason": "实为建议"})
    clock = [c for c in page["clocks"] if c["kind"] == "completion"][-1]
    assert (clock["rule"], clock["extensions"]) == ("P8", 1)
    assert cast("liu.head").act(case, "extend", {"days": 5, "reason": "再延"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"petition_class": "accusation"}, "#/body/petition_class"),
        ({"category": "neighbour.noise"}, "#/body/category"),
        ({"category": "no.such"}, "#/body/category"),
        ({}, "#/body"),
    ],
)
def test_what_cannot_be_reclassified_is_refused(cast: Cast, lives: Lives, body: dict[str, Any], pointer: str) -> None:
    case = lives.signed()["id"]
    reply = cast("chen.housing").act(case, "reclassify", {**body, "reason": "试改"})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == pointer
