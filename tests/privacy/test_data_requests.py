"""What people ask about their own data: a copy, a correction, erasure, an explanation; who decides, until when, and why not."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.cases.queries.registry import HeldFact
from app.cases.rules import Status
from app.core.database import Connection
from app.mediation.queries.held import HELD
from app.privacy.actions import order_granted, press_late
from app.privacy.rules import FITS, WORKFLOW, Asked, Ground, Keeping, ground_refused
from tests.access.town import in_city
from tests.cast import Cast, Lives
from tests.jobs.test_erased_in_time import sweep
from tests.support.clock import present
from tests.support.each import each
from tests.support.files import jpeg
from tests.support.proxies import carried, done
from tests.support.residents import door
from tests.support.talks import Talks

HEATING = {"kind": "request", "category": "heating.outage"}
ZHANG = {"role": "petitioner", "name": "张三丰", "phone": "13922220001", "address": "示范路1号3单元"}
HEAD, CLERK = "liu.head", "li.window"  # the head of the department that leads, and who registered the case
REPLY = {"reply": "准予，请凭编号和查询码领取。"}
LOOK = {"reason": "核对身份后当面交付"}


def asked(cast: Cast, receipt: dict[str, Any], what: str = "copy", **more: Any) -> dict[str, Any]:
    """A request by the code; must be taken."""
    reply = door(cast, "data_requests", receipt, asked=what, words="我要了解保存了我的哪些信息。", **more)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def only(cast: Cast, case: str, who: str = HEAD) -> dict[str, Any]:
    """The one request of a case as staff see it, whole."""
    (item,) = cast(who).get(f"/v1/cases/{case}/data_requests").json()["items"]
    return dict(cast(who).get(f"/v1/data_requests/{item['id']}").json())


def decide(cast: Cast, request: str, action: str, body: Any = None, who: str = HEAD) -> Any:
    person = cast(who)
    seen = person.get(f"/v1/data_requests/{request}")
    version = seen.json()["version"] if seen.status_code == 200 else 1
    return person.post(f"/v1/data_requests/{request}/actions/{action}", body, version=version)


def must(reply: Any) -> dict[str, Any]:
    assert reply.status_code in (200, 201), reply.text
    return dict(reply.json())


def people(cast: Cast, case: str, who: str = CLERK) -> dict[str, str]:
    return {p["role"]: p["id"] for p in cast(who).get(f"/v1/cases/{case}").json()["parties"]}


def at_window(cast: Cast, case: str, role: str, who: str = CLERK, **more: Any) -> Any:
    body = {"asked": "copy", "party": people(cast, case)[role], "words": "要求查阅复制。", **more}
    if not body.keys() & {"code", "paper"}:
        body["paper"] = cast(who).attached(case, jpeg(), "wish")["id"]
    return cast(who).post(f"/v1/cases/{case}/data_requests", body)


def ordered(cast: Cast, at: datetime) -> int:
    """How many erasures that were granted the runner ordered."""
    assert cast.client.portal is not None
    app: Any = cast.client.app
    return int(cast.client.portal.call(order_granted, app.state.database, at))


# --- A copy


def test_a_copy_is_asked_decided_by_another_and_given_once(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG], title="家中停暖")
    receipt = asked(cast, got)
    assert receipt["number"] == f"{got['number']}-P1"
    assert asked(cast, got)["number"] == receipt["number"], "the same while it is open"
    request = only(cast, got["id"])
    assert (request["state"], request["online"], request["words"]) == ("open", True, "我要了解保存了我的哪些信息。")
    assert request["available_actions"] == ["grant", "refuse"]
    early = door(cast, "data_requests/copy", got, request=receipt["number"])
    assert early.status_code == 409
    granted = must(decide(cast, request["id"], "grant", REPLY))
    assert (granted["state"], granted["served_how"]) == ("granted", "online")
    (told,) = door(cast, "", got).json()["data_requests"]
    assert (told["said"], told["reply"]) == ("准予", REPLY["reply"])
    assert "人民法院" in told["turn_to"]
    copy = must(door(cast, "data_requests/copy", got, request=receipt["number"]))
    person = copy["data"]["person"]
    assert (person["name"], person["phone"], person["address"]) == ("张三丰", "13922220001", "示范路1号3单元")
    assert copy["data"]["matter"]["title"] == "家中停暖"
    for word in ("张三丰", "13922220001", "家中停暖", "第十三条", "投诉"):
        assert word in copy["html"]
    again = door(cast, "data_requests/copy", got, request=receipt["number"])
    assert again.status_code == 409
    assert "只提供一次" in again.json()["detail"]
    kinds = [row["kind"] for row in sql("select kind from event where case_id = $1::uuid order by seq", got["id"])]
    assert kinds[-3:] == ["data_asked", "data_granted", "data_copy_given"]


def test_each_act_on_it_is_told_at_once(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])

    def sent() -> int:
        return len(sql("select 1 from message where case_id = $1::uuid and channel = 'sms'", got["id"]))

    before = sent()
    receipt = asked(cast, got)
    must(decide(cast, only(cast, got["id"])["id"], "grant", REPLY))
    must(door(cast, "data_requests/copy", got, request=receipt["number"]))
    assert sent() == before + 3
    said = [step["said"] for step in door(cast, "", got).json()["steps"][-3:]]
    assert ["收到" in said[0], "准予" in said[1], "副本" in said[2]] == [True] * 3


def test_what_had_stood_there_before_a_correction_is_theirs_too(cast: Cast, lives: Lives) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG], title="家中停电")
    must(door(cast, "correct", got, title="家中停暖", party={"name": "章三丰"}))
    receipt = asked(cast, got)
    must(decide(cast, only(cast, got["id"])["id"], "grant", REPLY))
    copy = must(door(cast, "data_requests/copy", got, request=receipt["number"]))
    assert copy["data"]["corrections"][0]["before"] == {"title": "家中停电", "name": "张三丰"}


def test_a_copy_that_nobody_fetched_is_there_no_more(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])
    receipt = asked(cast, got)
    must(decide(cast, only(cast, got["id"])["id"], "grant", REPLY))
    sql("update data_request set fetch_until = $2 where case_id = $1::uuid", got["id"], present() - timedelta(hours=1))
    late = door(cast, "data_requests/copy", got, request=receipt["number"])
    assert late.status_code == 409
    assert "期限已过" in late.json()["detail"]


def test_at_a_window_it_is_shown_by_a_paper_and_handed_over_with_a_reason(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])
    taken = must(at_window(cast, got["id"], "petitioner"))
    assert (taken["online"], taken["available_actions"]) == (False, [])
    twice = at_window(cast, got["id"], "petitioner")
    assert twice.status_code == 409
    refused = decide(cast, taken["id"], "grant", REPLY, CLERK)
    assert refused.status_code == 403, "who took it does not decide"
    granted = must(decide(cast, taken["id"], "grant", REPLY))
    assert granted["served_at"] is None
    copy = must(decide(cast, taken["id"], "hand_over", LOOK, CLERK))
    assert copy["data"]["person"]["name"] == "张三丰"
    assert decide(cast, taken["id"], "hand_over", LOOK, CLERK).status_code == 409
    served = must(decide(cast, taken["id"], "serve", {"method": "in_person", "proof": "当面签收"}, CLERK))
    assert served["served_how"] == "in_person"
    assert decide(cast, taken["id"], "serve", {"method": "letter", "proof": "挂号"}, CLERK).status_code == 409
    (look,) = sql("select what, kind from read_log where case_id = $1::uuid and what = 'personal_copy'", got["id"])
    assert look["kind"] == "verify"
    assert door(cast, "", got).json().get("data_requests") is None, "answered where it was asked"


def test_a_relative_of_somebody_dead_asks_with_a_paper(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])
    by_code = at_window(cast, got["id"], "petitioner", relative="child", code=got["query_code"])
    assert by_code.status_code == 422
    taken = must(at_window(cast, got["id"], "petitioner", relative="child"))
    assert taken["relative"] == "child"
    before = len(sql("select 1 from message where case_id = $1::uuid and channel = 'sms'", got["id"]))
    must(decide(cast, taken["id"], "grant", REPLY))
    after = len(sql("select 1 from message where case_id = $1::uuid and channel = 'sms'", got["id"]))
    assert after == before, "nobody writes to the phone of the dead"


# --- Correction, erasure, explanation


def test_a_correction_is_granted_once_it_was_made_or_as_an_addition(cast: Cast, lives: Lives) -> None:
    got = lives.closed(**HEATING, parties=[ZHANG])
    asked(cast, got, "correct")
    request = only(cast, got["id"])["id"]
    assert decide(cast, request, "grant", REPLY).status_code == 409
    cast("chen.housing").does(
        got["id"],
        "correct",
        {"reason": "本人要求", "party": {"id": people(cast, got["id"])["petitioner"], "name": "张叁丰"}},
    )
    assert must(decide(cast, request, "grant", REPLY))["state"] == "granted"
    asked(cast, got, "correct")
    second = next(
        i["id"] for i in cast(HEAD).get(f"/v1/cases/{got['id']}/data_requests").json()["items"] if i["state"] == "open"
    )
    assert decide(cast, second, "grant", {**REPLY, "supplement": True}).status_code in (200, 409)


def test_erasure_is_refused_while_it_must_be_kept_and_then_nothing_is_done_but_keeping(
    cast: Cast, lives: Lives, sql: Any
) -> None:
    got = lives.closed(**HEATING, parties=[ZHANG])
    case = got["id"]
    cast("chen.housing").does(case, "archive")
    asked(cast, got, "erase")
    request = only(cast, case)["id"]
    granted = decide(cast, request, "grant", REPLY)
    assert granted.status_code == 409, "the period of keeping runs"
    for wrong in ("case_runs", "hold", "accurate"):
        reply = decide(cast, request, "refuse", {"ground": wrong, "reply": "理由"})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/ground"), wrong
    done = must(decide(cast, request, "refuse", {"ground": "retention", "reply": "保管期限至十年后届满。"}))
    assert (done["state"], done["restricts"]) == ("refused", True)
    (told,) = door(cast, "", got).json()["data_requests"]
    assert "第四十七条第二款" in told["ground"]
    assert "人民法院" in told["turn_to"]
    reveal = cast(CLERK).post(f"/v1/cases/{case}/reveal", {"reason": "电话回访"})
    assert reveal.status_code == 409
    assert cast(CLERK).post(f"/v1/cases/{case}/reveal", {"reason": "移送档案"}).status_code == 200
    printing = cast("chen.housing").post(f"/v1/cases/{case}/file", {"reason": "电话回访"})
    assert printing.status_code == 409
    sql("update archive set kept_until = '2020-12-31' where case_id = $1::uuid", case)
    sql("update data_request set state = 'open', ground = null, restricts = false, answer = null, decided_at = null,"
        " decided_by = null, served_at = null, served_how = null where case_id = $1::uuid", case)  # fmt: skip
    assert must(decide(cast, request, "grant", REPLY))["state"] == "granted", "once it is over"
    assert "72 小时后删除" in door(cast, "", got).json()["steps"][-1]["said"]
    assert ordered(cast, present() + timedelta(hours=71)) == 0, "there is time to read the answer"
    later = present() + timedelta(hours=73)
    assert (ordered(cast, later), ordered(cast, later)) == (1, 0)
    assert sweep(later) >= 1
    assert door(cast, "", got).status_code == 404
    (stone,) = sql("select basis from tombstone where case_id = $1::uuid", case)
    assert stone["basis"] == "request"


def test_an_explanation_is_the_answer(cast: Cast, lives: Lives) -> None:
    got = lives.signed(**HEATING, parties=[ZHANG])
    asked(cast, got, "explain")
    must(decide(cast, only(cast, got["id"])["id"], "grant", {"reply": "信息仅用于办理本件，归档后保存十年。"}))
    (told,) = door(cast, "", got).json()["data_requests"]
    assert told["reply"] == "信息仅用于办理本件，归档后保存十年。"


def test_the_resident_takes_it_back_while_it_is_open(cast: Cast, lives: Lives) -> None:
    got = lives.signed(**HEATING, parties=[ZHANG])
    number = asked(cast, got)["number"]
    assert door(cast, "data_requests/withdraw", got, request=number).status_code == 200
    assert door(cast, "data_requests/withdraw", got, request=number).status_code == 409
    assert only(cast, got["id"])["available_actions"] == []
    assert asked(cast, got)["number"].endswith("-P2"), "and asks anew"


# --- Who decides, and until when


def test_who_handled_registered_or_took_it_does_not_decide(cast: Cast, lives: Lives) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])
    asked(cast, got)
    request = only(cast, got["id"])["id"]
    for who in ("chen.housing", CLERK, "wang.grid"):
        reply = decide(cast, request, "grant", REPLY, who)
        assert reply.status_code == 403, (who, reply.text)
    cast(HEAD).does(got["id"], "conclude", {"result": "supported", "reply": "已修复。"})
    assert decide(cast, request, "grant", REPLY).status_code == 403, "who concluded it handled it"
    above = cast.seat("D150100_housing.organ_head.1")
    version = above.get(f"/v1/data_requests/{request}").json()["version"]
    assert above.post(f"/v1/data_requests/{request}/actions/grant", REPLY, version=version).status_code == 200


def test_the_limit_is_fifteen_working_days_and_who_is_late_is_pressed_once(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.handling(**HEATING, parties=[ZHANG])
    receipt = asked(cast, got)
    due = datetime.fromisoformat(receipt["due"])
    days = (due.date() - present().astimezone(due.tzinfo).date()).days
    assert 19 <= days <= 40, "fifteen working days are three weeks, holidays apart"
    tasks = cast(HEAD).get("/v1/me/tasks?limit=200").json()["items"]
    assert only(cast, got["id"])["id"] in [task["task"] for task in tasks]
    assert cast.client.portal is not None
    app: Any = cast.client.app
    assert cast.client.portal.call(press_late, app.state.database, due + timedelta(seconds=1)) >= 1
    assert cast.client.portal.call(press_late, app.state.database, due + timedelta(days=1)) == 0
    rows = sql("select grantee from message where case_id = $1::uuid and template = 'data_late'", got["id"])
    assert "unit:D150102_housing" in [row["grantee"] for row in rows]
    counts = cast(HEAD).get("/v1/data_requests/counts?by=asked").json()["items"]
    assert {row["key"] for row in counts} >= {"copy"}


def test_it_is_listed_for_who_sees_the_case_alone(cast: Cast, lives: Lives) -> None:
    got = lives.handling(kind="petition", parties=[ZHANG])
    asked(cast, got)
    mine = only(cast, got["id"])["id"]

    def listed(who: str) -> list[str]:
        return [r["id"] for r in cast(who).walk("/v1/data_requests?limit=200")]

    assert mine in listed(HEAD)
    for stranger in ("gao.window", "zhao.saihan", "wang.grid"):
        assert mine not in listed(stranger)
        assert cast(stranger).get(f"/v1/data_requests/{mine}").status_code == 404
        assert cast(stranger).get(f"/v1/cases/{got['id']}/data_requests").status_code == 404
        assert decide(cast, mine, "grant", REPLY, stranger).status_code in (403, 404)


def test_the_case_file_lists_it(cast: Cast, lives: Lives) -> None:
    from tests.cases.test_corrections import text_of

    got = lives.handling(**HEATING, parties=[ZHANG])
    number = asked(cast, got)["number"]
    must(decide(cast, only(cast, got["id"])["id"], "refuse", {"ground": "secrecy", "reply": "涉密，不予提供。"}))
    text = text_of(cast(HEAD).get(f"/v1/cases/{got['id']}/file.pdf"))
    assert number in text
    assert "涉密" in text


# --- The table


TODAY = datetime(2026, 12, 1, tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("status", "held_now", "archived", "until", "against"),
    [
        (Status.HANDLING, False, False, None, {Ground.CASE_RUNS}),
        (Status.CLOSED, False, False, None, {Ground.RETENTION}),
        (Status.CLOSED, False, True, None, {Ground.RETENTION}),
        (Status.CLOSED, False, True, TODAY, {Ground.RETENTION}),
        (Status.CLOSED, False, True, TODAY - timedelta(days=1), set()),
        (Status.CLOSED, True, True, TODAY - timedelta(days=1), {Ground.HOLD}),
        (Status.CONCLUDED, True, False, None, {Ground.HOLD, Ground.CASE_RUNS}),
    ],
)
def test_what_stands_against_erasing(status: Status, held_now: bool, archived: bool, until: Any, against: Any) -> None:
    keeping = Keeping(status, held_now, archived, until, TODAY)
    assert keeping.against == against
    for ground in FITS[Asked.ERASE] - {Ground.NOT_THE_PERSON}:
        assert (ground_refused(Asked.ERASE, ground, keeping) is None) is (ground in against)


def test_every_kind_has_grounds_and_every_ground_a_kind() -> None:
    assert set(FITS) == set(Asked)
    assert set().union(*FITS.values()) == set(Ground)
    assert [step.action for step in WORKFLOW.steps.values()] == ["grant", "refuse", "withdraw", "hand_over", "serve"]


def test_what_mediation_proxies_and_files_hold_of_them_is_in_it(cast: Cast, lives: Lives) -> None:
    got = lives.signed(**HEATING, parties=[ZHANG])
    done(cast, carried(cast, got))
    cast("chen.housing").attached(got["id"], jpeg(), "evidence")
    cast("chen.housing").attached(got["id"], jpeg(), "wish")
    receipt = asked(cast, got)
    must(decide(cast, only(cast, got["id"])["id"], "grant", REPLY))
    copy = must(door(cast, "data_requests/copy", got, request=receipt["number"]))
    titles = [part["title"].partition("（")[0] for part in copy["data"]["beside"]]
    assert titles == ["您签字的材料", "代办"]
    facts = [fact["what"] for part in copy["data"]["beside"] for fact in part["facts"]]
    assert not any("证据材料" in fact for fact in facts), "nobody knows who brought it"
    for words in ("群众签字的意愿凭据", "授权代办：", "代办员代为查询"):
        assert any(words in fact for fact in facts), (words, facts)
        assert words in copy["html"]


def test_of_a_mediation_each_side_gets_its_own(cast: Cast) -> None:
    """What was asked of them, said with them, signed by them, owed by them and to them."""
    talks = Talks(cast).agreed()

    async def held(conn: Connection, party: UUID) -> list[HeldFact]:
        return await HELD.read(conn, UUID(talks.case), party)

    sides = [in_city(partial(held, party=UUID(side))) for side in talks.sides]
    for facts in each(sides):
        whats = [fact.what for fact in facts]
        assert "同意调解" in whats
        assert "在调解协议上签字" in whats
    owed_to, owed_by = ([fact.what for fact in facts if "协议约定" in fact.what] for facts in sides)
    assert all("协议约定对方" in what for what in each(owed_to))
    assert all("协议约定您" in what for what in each(owed_by))
    assert in_city(partial(held, party=UUID(int=1))) == [], "a stranger has no part in it"
