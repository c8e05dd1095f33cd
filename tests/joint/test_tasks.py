"""Tasks of co-handlers: given, signed for, answered, returned, excused; and nothing is concluded before."""

from typing import Any

import pytest

from tests.cast import CONCLUSION, Cast, Lives, report
from tests.joint.conftest import ENERGY, MARKET, WATER, Team
from tests.support import files

WHY = {"reason": "情况说明"}


def test_a_case_concludes_once_each_has_answered_or_the_lead_says_why_not(team: Team, heating: str, sql: Any) -> None:
    energy = team.task(heating, ENERGY, answer_by="2026-11-27")
    water, market = team.task(heating, WATER), team.task(heating, MARKET)
    refused = team("chen.housing").act(heating, "conclude", CONCLUSION)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/action-refused")
    assert all(unit in refused.json()["detail"] for unit in (ENERGY, WATER, MARKET)), "the units are named"
    assert "conclude" not in team("chen.housing").get(f"/v1/cases/{heating}").json()["available_actions"]

    team.answered(energy, ENERGY, "换热站供水温度已调高。")
    back = team.does("chen.housing", f"/v1/tasks/{energy}", "return", {**WHY, "answer_by": "2026-11-30"})
    assert (back["state"], back["due"]) == ("returned", "2026-11-30T15:59:59Z")
    again = team.does(team.at(ENERGY), f"/v1/tasks/{energy}", "answer", {"result": "附测温记录。"})
    assert (again["state"], again["result_text"], again["available_actions"]) == ("answered", "附测温记录。", [])
    team.does(team.at(WATER), f"/v1/tasks/{water}", "refuse", WHY)
    assert WATER in team("chen.housing").act(heating, "conclude", CONCLUSION).text, "a refusal is no answer"
    team.does("chen.housing", f"/v1/tasks/{water}", "waive", WHY)
    gone = team.does("chen.housing", f"/v1/tasks/{market}", "recall")
    assert (gone["state"], gone["taken"]) == ("recalled", "recalled")
    assert team("chen.housing").does(heating, "conclude", CONCLUSION)["status"] == "concluded"
    steps = [e["kind"] for e in team("chen.housing").walk(f"/v1/cases/{heating}/timeline?limit=200")]
    assert [s for s in steps if s.endswith("_task")] == [
        "give_task", "give_task", "give_task", "sign_task", "answer_task", "return_task", "answer_task", "refuse_task",
        "waive_task", "recall_task",
    ]  # fmt: skip
    said = " ".join(row["said"] for row in sql("select data::text as said from event where case_id = $1", heating))
    assert "测温" not in said, "events hold no words"


def test_tasks_wait_for_their_unit_by_their_due_time(team: Team, heating: str) -> None:
    late, soon = team.task(heating, ENERGY, answer_by="2026-12-10"), team.task(heating, ENERGY, answer_by="2026-11-26")
    plain = team.task(heating, ENERGY)
    mine = [t for t in team.at(ENERGY).walk("/v1/me/tasks?limit=1") if t["id"] == heating]
    assert [t["task"] for t in mine] == [soon, plain, late]
    assert [t["due"] for t in mine] == ["2026-11-26T15:59:59Z", "2026-12-02T15:59:59Z", "2026-12-10T15:59:59Z"]
    assert {(t["part"], t["assignment"]) for t in mine} == {("co", "offered")}
    leads = [t for t in team("chen.housing").walk("/v1/me/tasks?limit=200") if t["id"] == heating]
    assert [(t["part"], t["task"]) for t in leads] == [("lead", None)]
    team.answered(soon, ENERGY)
    assert [t["task"] for t in team.at(ENERGY).walk("/v1/me/tasks?limit=200") if t["id"] == heating] == [plain, late]
    listed = list(team("wang.grid").walk(f"/v1/cases/{heating}/tasks?limit=2"))
    assert [t["id"] for t in listed] == [soon, plain, late]
    assert [t["state"] for t in listed] == ["answered", "open", "open"]
    told = [m["template"] for m in team.at(ENERGY).walk("/v1/me/messages") if m["case_id"] == heating]
    assert told == ["task_given"] * 3


def test_sight_comes_with_a_task_and_ends_with_it(team: Team, quarrel: str) -> None:
    justice = "D150102_justice"
    assert not team.at(justice).sees(quarrel)
    task = team.task(quarrel, justice, "zhang.hrss")
    assert team.at(justice).sees(quarrel)
    assert team.at(justice).get(f"/v1/tasks/{task}").json()["available_actions"] == ["sign_for", "refuse"]
    refused = team.does(team.at(justice), f"/v1/tasks/{task}", "refuse", WHY)
    assert (refused["seen"], set(refused)) == (False, {"id", "version", "seen"})
    assert not team.at(justice).sees(quarrel)
    for end in ("recall", "waive"):
        task = team.task(quarrel, justice, "zhang.hrss")
        team.does("zhang.hrss", f"/v1/tasks/{task}", end, WHY if end == "waive" else None)
        assert not team.at(justice).sees(quarrel), end
    one, other = team.task(quarrel, justice, "zhang.hrss"), team.task(quarrel, justice, "zhang.hrss")
    team.answered(one, justice)
    team.does("zhang.hrss", f"/v1/tasks/{other}", "waive", WHY)
    assert team.at(justice).sees(quarrel), "it answered another task of the case"


def test_what_is_owed_ends_with_the_case(team: Team, quarrel: str, sql: Any) -> None:
    signed, offered = team.task(quarrel, "D150102_justice", "zhang.hrss"), team.task(quarrel, MARKET, "zhang.hrss")
    team.does(team.at("D150102_justice"), f"/v1/tasks/{signed}", "sign_for")
    team("zhang.hrss").does(quarrel, "withdraw", WHY)
    states = {str(r["id"]): r["state"] for r in sql("select id, state from task where case_id = $1", quarrel)}
    assert states == {signed: "ended", offered: "ended"}
    late = team.act(team.at("D150102_justice"), f"/v1/tasks/{signed}", "answer", {"result": "迟到的反馈。"})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/action-refused")
    assert not team.at(MARKET).sees(quarrel)
    assert team.at("D150102_justice").sees(quarrel), "as every unit that worked on it"
    assert team("zhang.hrss").post(f"/v1/cases/{quarrel}/tasks", {"unit": MARKET, "text": "再查"}).status_code == 409


def test_a_referral_ends_them_too(team: Team) -> None:
    case = str(team("li.window").register(report("dispute", "wage.arrears"))["id"])
    team("zhang.hrss").does(case, "sign_for")
    task = team.task(case, MARKET, "zhang.hrss")
    team("zhang.hrss").does(case, "refer", {"route": "arbitration", **WHY})
    assert team("zhang.hrss").get(f"/v1/tasks/{task}").json()["state"] == "ended"
    assert not team.at(MARKET).sees(case)


def test_a_merge_undone_lets_tasks_stand_again(team: Team, lives: Lives, heating: str) -> None:
    other = str(lives.handling(kind="request", category="heating.outage")["id"])
    signed, offered, excused = (team.task(heating, unit) for unit in (ENERGY, WATER, MARKET))
    team.does(team.at(ENERGY), f"/v1/tasks/{signed}", "sign_for")
    team.does(team.at(MARKET), f"/v1/tasks/{excused}", "sign_for")
    team.does("chen.housing", f"/v1/tasks/{excused}", "waive", WHY)
    team("liu.head").does(heating, "merge", {"into": other, **WHY})
    assert team("chen.housing").get(f"/v1/tasks/{offered}").json()["state"] == "ended"
    team.later(5)
    team("liu.head").does(heating, "unmerge", WHY)
    shown = {t: team("chen.housing").get(f"/v1/tasks/{t}").json() for t in (signed, offered, excused)}
    assert [(s["state"], s["taken"]) for s in shown.values()] == [
        ("open", "signed"), ("open", "offered"), ("waived", "done"),
    ]  # fmt: skip
    team.does(team.at(ENERGY), f"/v1/tasks/{signed}", "answer", {"result": "已查。"})


def test_a_signed_task_is_not_recalled_and_each_step_is_its_own_side_s(team: Team, heating: str) -> None:
    task = team.task(heating, ENERGY)
    url = f"/v1/tasks/{task}"
    assert team.act("chen.housing", url, "sign_for").status_code == 403
    assert team.act(team.at(WATER), url, "sign_for").status_code == 403
    assert team.act("wang.grid", url, "sign_for").status_code == 403, "a grid worker signs for no unit"
    assert team.act(team.at(ENERGY), url, "answer", {"result": "未签收"}).status_code == 409
    assert team.act(team.at(ENERGY), url, "sign_for", version=7).status_code == 412
    assert team.at(ENERGY).post(f"{url}/actions/sign_for").status_code == 428
    team.does(team.at(ENERGY), url, "sign_for")
    assert team.act(team.at(ENERGY), url, "sign_for").status_code == 409, "once"
    assert team.act("chen.housing", url, "recall").status_code == 409
    assert team.act(team.at(ENERGY), url, "refuse", WHY).status_code == 409
    assert team.act(team.at(ENERGY), url, "arrive", {}).status_code == 409, "nobody whistled"
    assert team.act(team.at(ENERGY), url, "waive", WHY).status_code == 403, "who owes a result does not excuse itself"
    assert team.act("chen.housing", url, "return", WHY).status_code == 409
    assert team.act("deng.county", url, "rule", {"ruling": "upheld", **WHY}).status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"unit": "D150102_housing", "text": "自办"}, 422, "主办单位"),
        ({"unit": "D000", "text": "无此单位"}, 422, "没有可协办"),
        ({"unit": "X150102", "text": "纪检"}, 422, "没有可协办"),
        ({"unit": ENERGY, "text": "过期", "answer_by": "2026-11-24"}, 422, "期限"),
        ({"unit": ENERGY, "text": "太远", "answer_by": "2028-01-01"}, 422, "期限"),
        ({"unit": ENERGY, "text": "  "}, 422, ""),
    ],
)
def test_a_task_that_does_not_fit_is_explained(
    team: Team, heating: str, body: dict[str, Any], status: int, says: str
) -> None:
    reply = team("chen.housing").post(f"/v1/cases/{heating}/tasks", body)
    assert reply.status_code == status, reply.text
    assert says in reply.text
    assert reply.json()["errors"]


def test_the_lead_alone_gives_tasks_and_nobody_complained_of_takes_one(team: Team, cast: Cast) -> None:
    body = {"unit": ENERGY, "text": "请核查"}
    about = report("petition", "heating.temperature", concerns=[{"unit": ENERGY}])
    case = str(cast("li.window").register(about)["id"])
    for step in ("sign_for", "accept", "handle"):
        cast("chen.housing").does(case, step)
    barred = cast("chen.housing").post(f"/v1/cases/{case}/tasks", body)
    assert (barred.status_code, barred.json()["type"]) == (409, "/problems/conflict")
    assert "回避" in barred.text
    assert not team.at(ENERGY).sees(case)
    assert cast("li.window").post(f"/v1/cases/{case}/tasks", body).status_code in (403, 404)
    housing = [{"unit": "D150102_housing"}]
    sent = report("petition", "conduct.service", petition_class="accusation", concerns=housing)
    accusation = cast("luo.intake").register(sent)["id"]
    alone = cast("he.discipline").post(f"/v1/cases/{accusation}/tasks", body)
    assert (alone.status_code, alone.json()["type"]) == (409, "/problems/conflict")
    assert cast("chen.housing").post(f"/v1/cases/{accusation}/tasks", body).status_code == 404


def test_a_co_handler_is_never_a_second_lead(team: Team, heating: str, sql: Any) -> None:
    task = team.task(heating, ENERGY)
    assert team.at(ENERGY).act(heating, "sign_for").status_code == 403, "the case itself is not on offer"
    team.does(team.at(ENERGY), f"/v1/tasks/{task}", "sign_for")
    assert team.at(ENERGY).act(heating, "conclude", CONCLUSION).status_code in (403, 409)
    leads = sql("select unit from assignment where case_id = $1 and part = 'lead' and state = 'signed'", heating)
    assert [r["unit"] for r in leads] == ["D150102_housing"]
    team("chen.housing").does(heating, "offer", {"unit": ENERGY, **WHY})
    team.at(ENERGY).does(heating, "sign_for")
    leads = sql("select unit from assignment where case_id = $1 and part = 'lead' and state = 'signed'", heating)
    assert [r["unit"] for r in leads] == [ENERGY]


def test_a_case_sent_back_goes_to_who_had_it_and_never_to_a_co_handler(team: Team, lives: Lives) -> None:
    case = str(lives.registered("dispute", "neighbour.noise")["id"])
    zhou, deng, tian = team("zhou.mediator"), team("deng.county"), team("tian.enforcement")
    team.later(1)
    zhou.does(case, "sign_for")
    task = team.task(case, "D150102001_urban", "zhou.mediator")
    zhou.does(case, "escalate", WHY)
    deng.does(case, "sign_for")
    team.later(2)
    team.does(tian, f"/v1/tasks/{task}", "sign_for")
    page = deng.does(case, "send_back", {"guidance": "请继续调解。"})
    assert [a["unit"] for a in page["assignments"] if a["state"] == "offered"] == ["M150102001"]
    assert tian.sees(case), "an offer that ends takes no co-handler's sight"


def test_files_of_the_case_go_with_a_result(team: Team, heating: str) -> None:
    energy, task = team.at(ENERGY), team.task(heating, ENERGY)
    url = f"/v1/tasks/{task}"
    team.does(energy, url, "sign_for")
    file = energy.attached(heating, files.jpeg())["id"]
    for wrong in (heating, task):
        reply = team.act(energy, url, "answer", {"result": "见附件。", "files": [file, wrong]})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/files")
    assert team.does(energy, url, "answer", {"result": "见附件。", "files": [file]})["files"] == [file]


def test_a_repeat_changes_nothing(team: Team, heating: str) -> None:
    body = {"unit": ENERGY, "text": "请核查"}
    first = team("chen.housing").post(f"/v1/cases/{heating}/tasks", body, key="joint-1")
    again = team("chen.housing").post(f"/v1/cases/{heating}/tasks", body, key="joint-1")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == first.json()
    assert len(list(team("chen.housing").walk(f"/v1/cases/{heating}/tasks"))) == 1


def test_overdue_results_show(team: Team, heating: str) -> None:
    task = team.task(heating, ENERGY, answer_by="2026-11-25")
    assert team("chen.housing").get(f"/v1/tasks/{task}").json()["overdue"] is False
    team.later(24 * 60)
    assert team("chen.housing").get(f"/v1/tasks/{task}").json()["overdue"] is True
