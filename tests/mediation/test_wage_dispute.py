"""A wage dispute (欠薪): mediated, agreed, paid in three parts with one breach, confirmed by the court, followed up."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pypdf

from tests.cast import Cast
from tests.support.talks import COMMITTEE, ZHANG, ZHOU, Talks, instant, today

Freeze = Callable[[datetime], None]
Jobs = Callable[[datetime], dict[str, int]]
Sql = Callable[..., list[Any]]


def rules_of(cast: Cast, talks: Talks) -> set[str]:
    """The clocks that run."""
    page = cast(ZHOU).get(f"/v1/cases/{talks.case}").json()
    return {c["rule"] for c in page["clocks"] if not c["stopped_at"] and not c["met_at"]}


def resident(cast: Cast, talks: Talks, language: str = "zh") -> dict[str, Any]:
    """What the petitioner reads."""
    code = {"number": talks.receipt["number"], "code": talks.receipt["query_code"]}
    reply = cast.client.post("/v1/query", json=code, headers={"Accept-Language": language})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def _begin(cast: Cast, talks: Talks) -> None:
    """Both sides consent, are told their rights, and choose a mediator who declares no relation."""
    petitioner, respondent = talks.sides
    assert cast(ZHOU).act(talks.case, "accept").status_code == 409, "both sides consent first"
    assert talks.does("consent", {"party": petitioner, "how": "in_person"})["state"] == "proposed"
    assert talks.does("consent", {"party": respondent, "how": "phone"})["state"] == "consented"
    talks.refused("start")
    talks.accepted()
    assert rules_of(cast, talks) == {"M2"}, "rights and duties are served: M1 is met"
    talks.refused("start")
    talks.does("assign", {"staff": str(_zhou()), "how": "chosen"})
    talks.refused("start")
    talks.does("declare", {"related": False})
    assert talks.does("start")["state"] == "under_way"


def _agree(cast: Cast, talks: Talks) -> None:
    """Two sessions, a draft, and every signature: with the last of them it holds."""
    petitioner, respondent = talks.sides
    expert: dict[str, Any] = {"invited": [{"role": "expert", "name": "王律师"}], "agreed_by": [petitioner, respondent]}
    talks.does("schedule_session", talks.talk(hour=9, **expert))
    talks.does("schedule_session", talks.talk(hour=11, party=respondent))
    joint, alone = talks.page["sessions"]
    assert joint["invited"] == [{"role": "expert", "staff": None, "name": "王**"}]
    for session, said in ((joint, "双方确认欠薪九千元。"), (alone, "公司称资金紧张，可分三期。")):
        talks.does("open_session", {"session": session["id"]})
        talks.does("record_session", {"session": session["id"], "minutes": said})
    talks.does("draft_agreement", talks.terms(*(talks.pay(300_000, today(n)) for n in (10, 20, 40))))
    assert cast(ZHOU).act(talks.case, "conclude", AGREED).status_code == 409, "it goes on"
    signs = talks.signs()
    for signature in signs[:-1]:
        page = talks.does("sign", signature)
        assert (page["state"], page["agreement"]["state"]) == ("under_way", "draft")
    assert talks.does("sign", signs[-1])["state"] == "agreed"
    assert rules_of(cast, talks) == {"M2", "M3", "M4"}


def _missed(cast: Cast, talks: Talks, sql: Sql) -> None:
    """The second payment is missed in part: committee, mediator and resident are told, by roles."""
    second = talks.obligations[1]
    assert (second["state"], second["paid_cents"], bool(second["breached_at"])) == ("partly", 100_000, True)
    assert "人民法院" in talks.page["told"]
    told = sql("select grantee, channel from message where key like $1", f"obligation {second['id']} missed%")
    assert {row["grantee"] for row in told if row["channel"] == "in_app"} == {f"unit:{COMMITTEE}", f"staff:{_zhou()}"}
    assert [row["channel"] for row in told].count("sms") == 1
    seen = resident(cast, talks)
    assert "人民法院" in seen["agreement"]["advice"]
    assert [o["said"] for o in seen["agreement"]["obligations"]] == ["已履行", "到期未履行", "尚未到期"]
    assert seen["agreement"]["obligations"][1]["paid"] == "1000.00元"
    assert "示范" not in str(seen["agreement"]), "by roles"


def _kept(cast: Cast, talks: Talks, at: Freeze) -> None:
    """The court confirms, the rest is paid, and that it was late stays."""
    at(instant(25))
    talks.paid(200_000, 2, on=today(25))
    talks.does("decide_confirmation", {"state": "confirmed", "on": today(25)})
    at(instant(39))
    page = talks.paid(300_000, 3, on=today(39))
    assert [o["state"] for o in page["agreement"]["obligations"]] == ["performed"] * 3
    assert page["agreement"]["obligations"][1]["breached_at"], "that it was late stays"
    assert rules_of(cast, talks) <= {"E1"}
    assert "强制执行" in resident(cast, talks)["agreement"]["confirmation"]
    visit = {"method": "phone", "reached": True, "confirmed": True, "words": "三期均已收到。"}
    cast(ZHOU).does(talks.case, "record_visit", visit)


def test_a_wage_dispute_is_mediated_paid_in_parts_and_confirmed(
    cast: Cast, at: Freeze, run_jobs: Jobs, sql: Sql
) -> None:
    talks = Talks(cast).proposed()
    page = cast(ZHOU).get(f"/v1/cases/{talks.case}").json()
    assert page["procedure"] == "people_mediation"
    assert rules_of(cast, talks) == {"M1"}
    petitioner, respondent = talks.sides
    _begin(cast, talks)
    _agree(cast, talks)
    cast(ZHOU).does(talks.case, "conclude", AGREED)
    talks.told()
    cast(ZHOU).does(talks.case, "close")
    assert rules_of(cast, talks) == {"M3", "M4", "E1"}, "the agreement outlives the case"

    at(instant(9))
    talks.paid(300_000, 1, on=today(9))
    at(instant(15))
    talks.does("apply_confirmation", {"court": "新城区人民法院", "on": today(15), "parties": [petitioner, respondent]})
    at(instant(19))
    talks.paid(100_000, 2, on=today(19))
    run_jobs(instant(20))
    assert all(o["breached_at"] is None for o in talks.obligations), "the agreed day is not over"
    assert run_jobs(instant(21))["agreements"] >= 1
    assert run_jobs(instant(21))["agreements"] == 0, "once"
    at(instant(21.2))
    _missed(cast, talks, sql)
    talks.does(
        "follow_up",
        {"obligation": talks.obligations[1]["id"], "method": "phone", "reached": True, "words": "公司称下周付清。"},
    )
    _kept(cast, talks, at)
    events = cast(ZHOU).get(f"/v1/cases/{talks.case}/timeline?limit=100").text
    for word in ("张三", "示范建筑公司", "资金紧张", "王律师"):
        assert word not in events
    _the_file(cast, talks)


AGREED = {"result": "agreement", "reply": "双方达成协议，分三期付清。"}


def _zhou() -> Any:
    from tests.cast import member

    return member(ZHOU).staff


def text_of(reply: Any) -> str:
    """The words of a PDF, without blanks."""
    assert reply.status_code == 200, reply.text
    pages = pypdf.PdfReader(io.BytesIO(reply.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def _the_file(cast: Cast, talks: Talks) -> None:
    masked = text_of(cast(ZHOU).get(f"/v1/mediations/{talks.id}/file.pdf"))
    order = [
        "申请书、受理登记表", "权利义务告知书", "当事人身份情况", "授权委托书", "调查记录", "证据材料", "调解记录", "调解协议书",
        "履行凭证", "回访记录", "司法确认材料", "卷宗情况说明", "封底",
    ]  # fmt: skip
    body = masked[masked.index("封底") + 2 :]  # after the contents, which name them all
    places = [body.index(part) for part in order]
    assert places == sorted(places)
    assert "张三" not in masked
    assert "资金紧张" not in masked, "what one side said alone is kept apart"
    assert "3000.00元" in masked
    clear = cast(ZHOU).post(f"/v1/mediations/{talks.id}/file", {"reason": "移送法院"})
    assert "张三" in text_of(clear)
    assert "王律师" in text_of(clear)
    assert "资金紧张" not in text_of(clear)


def test_what_one_side_says_alone_stays_with_the_mediators_and_the_lead(cast: Cast) -> None:
    talks = Talks(cast).started()
    talks.does("schedule_session", talks.talk(days=2, party=talks.sides[1]))
    (session,) = talks.page["sessions"]
    talks.does("open_session", {"session": session["id"]})
    talks.does("record_session", {"session": session["id"], "minutes": "底线是八千元。"})
    assert talks.page["sessions"][0]["minutes"] == "底线是八千元。"
    outside = cast(ZHANG)  # the labour department had it before and sees the case still
    seen = talks.seen(outside)["sessions"][0]
    assert (seen["minutes"], seen["withheld"]) == (None, True)
    for url in (f"/v1/cases/{talks.case}", f"/v1/cases/{talks.case}/timeline?limit=100"):
        assert "底线" not in outside.get(url).text
    assert "底线" not in text_of(outside.get(f"/v1/cases/{talks.case}/file.pdf"))


def test_the_days_for_the_court_run_out(cast: Cast, at: Freeze, run_jobs: Jobs) -> None:
    talks = Talks(cast).agreed()
    both = list(talks.sides)
    court = {"court": "新城区人民法院", "on": today(), "parties": both}
    one = talks.refused("apply_confirmation", {**court, "parties": both[:1]}, 422)
    assert one["missing"] == both[1:]
    until = datetime.fromisoformat(talks.page["agreement"]["confirm_until"])
    at(instant(40))
    run_jobs(instant(40))
    assert talks.page["agreement"]["confirm_until"] is None
    talks.refused("apply_confirmation", {**court, "on": today(40)})
    assert "confirm_until" not in resident(cast, talks)["agreement"]
    last = until.astimezone(UTC).date().isoformat()
    assert talks.does("apply_confirmation", {**court, "on": last})["agreement"]["confirmation"]["state"] == "applied"
    talks.refused("apply_confirmation", {**court, "on": last})
