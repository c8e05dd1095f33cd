"""What is refused, clearly and with nothing half done; how a mediation ends without an agreement; recusal; rooms."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.database import Database
from app.core.roles import LoginRole
from app.jobs.actions import flag_obligations
from seeds.hohhot.staff import staff_id
from tests.cast import Cast, Lives
from tests.support.clock import present
from tests.support.talks import APPLICATION, WHY, ZHANG, ZHOU, Talks, fresh, instant, today

OTHER = "M150102002.mediator.1"  # mediates in the township next to it
CHEN = "chen.housing"


@pytest.fixture(scope="module")
def talks(cast: Cast) -> Talks:
    """Under way, for refusals that change nothing."""
    return Talks(cast).started()


def chosen(post: str) -> dict[str, str]:
    return {"staff": str(staff_id(post)), "how": "chosen"}


# --- Opening


def test_only_a_dispute_without_a_result_is_mediated_by_its_lead_one_at_a_time(cast: Cast, lives: Lives) -> None:
    appeal = lives.signed()["id"]
    assert cast(CHEN).post(f"/v1/cases/{appeal}/mediations", APPLICATION).status_code == 409
    one = Talks(cast)
    assert cast(ZHANG).post(f"/v1/cases/{one.case}/mediations", APPLICATION).status_code == 403, "no longer the lead"
    assert cast("gao.window").post(f"/v1/cases/{one.case}/mediations", APPLICATION).status_code == 403
    assert cast(CHEN).post(f"/v1/cases/{one.case}/mediations", APPLICATION).status_code == 404
    one.proposed()
    again = cast(ZHOU).post(f"/v1/cases/{one.case}/mediations", APPLICATION)
    assert again.status_code == 409


def test_the_other_side_is_named_when_the_report_did_not(cast: Cast) -> None:
    one = Talks(cast, parties=[{"role": "petitioner", "name": "张三", "phone": "13800000000"}])
    url = f"/v1/cases/{one.case}/mediations"
    alone = cast(ZHOU).post(url, APPLICATION)
    assert (alone.status_code, alone.json()["errors"][0]["pointer"]) == (422, "#/body/respondents")
    one.proposed(respondents=[{"name": "某公司", "phone": "13900000002"}])
    assert sorted(p["role"] for p in one.page["parties"]) == ["petitioner", "respondent"]
    assert len(cast(ZHOU).get(f"/v1/cases/{one.case}").json()["parties"]) == 2


def running(cast: Cast, one: Talks) -> dict[str, str]:
    """The limits that run, each with when it is due."""
    clocks = cast(ZHOU).get(f"/v1/cases/{one.case}").json()["clocks"]
    return {c["rule"]: c["due"] for c in clocks if not c["stopped_at"] and not c["met_at"]}


def test_refused_before_consent_the_case_has_the_limits_it_would_have_had(cast: Cast) -> None:
    one = Talks(cast)
    before = running(cast, one)
    one.proposed()
    page = one.does("refuse", {"party": one.sides[1], "how": "phone", "reason": "不愿调解"})
    assert page["state"] == "ended"
    assert "仲裁" in page["told"]
    case = cast(ZHOU).get(f"/v1/cases/{one.case}").json()
    assert case["procedure"] == "centre_dispute_ordinary"
    assert running(cast, one) == before
    one.refused("consent", {"party": one.sides[0], "how": "phone"})
    one.proposed()


def test_labour_mediation_runs_fifteen_days_from_the_application(cast: Cast) -> None:
    one = Talks(cast).proposed(channel="labour")
    assert cast(ZHOU).get(f"/v1/cases/{one.case}").json()["procedure"] == "labour_mediation"
    assert set(running(cast, one)) == {"L1", "L1-acc"}


def test_other_channels_keep_the_procedure_and_tell_rights_all_the_same(cast: Cast) -> None:
    one = Talks(cast).ready(channel="sectoral")
    assert cast(ZHOU).get(f"/v1/cases/{one.case}").json()["procedure"] == "centre_dispute_ordinary"
    assert one.does("start")["state"] == "under_way"


def test_accepted_before_it_was_asked_for_it_runs_from_the_consent(cast: Cast) -> None:
    one = Talks(cast)
    cast(ZHOU).does(one.case, "accept")
    one.consented()
    assert sorted(running(cast, one)) == ["M1", "M2"]
    one.refused("start")
    one.told()
    one.does("assign", chosen("M150102001.mediator.1"))
    one.does("declare", {"related": False})
    assert one.does("start")["state"] == "under_way"


def test_a_later_application_has_its_own_time_to_be_answered(cast: Cast) -> None:
    one = Talks(cast).started()
    one.does("fail", WHY)
    assert set(running(cast, one)) == {"M2"}
    one.proposed()
    assert set(running(cast, one)) == {"M1", "M2"}
    one.does("refuse", {"party": one.sides[1], "how": "phone", "reason": "不愿再谈"})
    assert set(running(cast, one)) == {"M2"}
    one.consented()
    assert set(running(cast, one)) == {"M1", "M2"}, "until both were told of their rights and duties anew"
    one.told()
    assert set(running(cast, one)) == {"M2"}


# --- Recusal


def test_whom_the_matter_concerns_or_a_party_wants_out_does_not_mediate(cast: Cast) -> None:
    one = Talks(cast, not_to=[{"staff": str(staff_id(OTHER))}], concerns=[{"unit": "M150102003"}]).proposed()
    for post in (OTHER, "M150102003.mediator.1"):
        assert "回避" in one.refused("assign", chosen(post))["detail"]
        assert not cast.seat(post).sees(one.case)
    one.refused("assign", chosen("D150102_housing.handler.1"))  # no mediator
    one.refused("assign", {"staff": fresh(), "how": "chosen"}, 422)


def test_a_mediator_who_tells_of_a_tie_sees_no_more_and_never_mediates_it_again(cast: Cast) -> None:
    one = Talks(cast).consented()
    other = cast.seat(OTHER)
    assert not other.sees(one.case)
    one.does("assign", chosen(OTHER))
    assert other.sees(one.case)
    assert one.id in {item["id"] for item in other.walk("/v1/me/mediations?limit=1")}
    one.refused("declare", {"related": False}, 403)  # Zhou is none yet
    reply = one.act("declare", {"related": True, "relation": "relative", "words": "系申请人表兄"}, who=OTHER)
    assert (reply.status_code, reply.json()["seen"]) == (200, False)
    assert not other.sees(one.case)
    assert other.get(f"/v1/mediations/{one.id}").status_code == 404
    assert one.id not in {item["id"] for item in other.walk("/v1/me/mediations?limit=1")}
    assert "回避" in one.refused("assign", chosen(OTHER))["detail"]


def test_recusal_is_checked_again_before_the_start_and_every_talk(cast: Cast, sql: Any) -> None:
    one = Talks(cast).ready()
    one.does("assign", chosen(OTHER))
    one.refused("start")  # the second has not declared
    one.does("relieve", {"staff": str(staff_id(OTHER)), "reason": "当事人申请回避", "relation": "acquaintance"})
    one.does("start")
    one.does("schedule_session", one.talk(days=3))
    (session,) = one.page["sessions"]
    sql("update cases set barred_staff = $2 where id = $1", one.case, [staff_id("M150102001.mediator.1")])
    seen = cast.seat("M150102001.mediator.1").get(f"/v1/mediations/{one.id}").status_code
    assert seen == 404, "whoever is concerned sees nothing"
    sql("update cases set barred_staff = null where id = $1", one.case)
    one.does("open_session", {"session": session["id"]})


def test_who_decided_it_before_does_not_mediate_it(cast: Cast) -> None:
    one = Talks(cast).started()
    one.does("fail", WHY)
    cast(ZHOU).does(one.case, "conclude", {"result": "no_agreement", "reply": "未达成协议，可申请劳动仲裁。"})
    one.told()
    cast(ZHOU).does(one.case, "close")
    cast.seat("D150102_hrss.organ_head.1").does(one.case, "reopen", {"reason": "当事人提出新的证据"})
    one.consented()
    assert "曾就本件" in one.refused("assign", chosen("M150102001.mediator.1"))["detail"]


# --- Talks


def test_two_talks_never_share_a_room_or_a_mediator(cast: Cast, talks: Talks) -> None:
    other = Talks(cast).started()
    talk = talks.talk(days=5)
    talks.does("schedule_session", talk)
    elsewhere = {**talk, "room": None, "place": "社区居委会"}
    other.refused("schedule_session", elsewhere)  # Zhou is taken then
    other.refused("schedule_session", talk)
    later = other.talk(days=5, hour=10)
    assert other.does("schedule_session", later)["sessions"], "one may begin when the other ends"
    cast("sun.coordinator").post(
        f"/v1/rooms/{talk['room']}/bookings", {**_times(talks.talk(days=6)), "purpose": "meeting"}
    )
    taken = talks.refused("schedule_session", talks.talk(days=6))
    assert taken["free"], "and it says when else"
    (session, *_) = [s for s in talks.page["sessions"] if s["state"] == "scheduled"]
    talks.does("cancel_session", {"session": session["id"], **WHY})
    rooms = cast(ZHOU).get(f"/v1/centres/C150102001/rooms?since={talk['since'].replace('+', '%2B')}").json()["rooms"]
    times = next(r["taken"] for r in rooms if r["id"] == talk["room"])
    assert all(datetime.fromisoformat(t["since"]) != datetime.fromisoformat(talk["since"]) for t in times), "free again"


def _times(talk: dict[str, Any]) -> dict[str, Any]:
    return {name: talk[name] for name in ("since", "until")}


def test_others_are_invited_with_the_consent_of_both_sides(cast: Cast, talks: Talks) -> None:
    expert: dict[str, Any] = {"invited": [{"role": "expert", "name": "王律师"}], "agreed_by": [talks.sides[0]]}
    lacking = talks.refused("schedule_session", talks.talk(days=8, **expert), 422)
    assert lacking["missing"] == [talks.sides[1]]
    talks.refused("schedule_session", talks.talk(days=8, party=fresh()), 422)
    past = (present() - timedelta(days=1)).isoformat()
    talks.refused("schedule_session", {**talks.talk(), "since": past, "until": past}, 422)
    talks.refused("record_session", {"session": fresh(), "minutes": "无"}, 422)


# --- Agreements


def test_an_obligation_names_its_day_its_amount_or_act_and_two_parties(talks: Talks) -> None:
    good = talks.pay(100, today(5))
    wrong = [
        {k: v for k, v in good.items() if k != "due"}, {**good, "due": today(-1)}, {**good, "amount_cents": None},
        {**good, "amount_cents": 0}, {**good, "amount_cents": 1.5}, {**good, "act": "道歉"}, {**good, "duty": "act"},
        {**good, "creditor": good["debtor"]}, {**good, "debtor": fresh()},
    ]  # fmt: skip
    for obligation in wrong:
        problem = talks.refused("draft_agreement", talks.terms(obligation), 422)
        assert problem["type"] == "/problems/invalid"
    talks.refused("draft_agreement", talks.terms(), 422)


def test_signed_by_one_side_it_does_not_hold(cast: Cast) -> None:
    one = Talks(cast).started()
    one.refused("sign", one.signs()[0])
    one.does("draft_agreement", one.terms(one.pay(100, today(5))))
    first = one.signs()[0]
    page = one.does("sign", first)
    assert page["agreement"]["state"] == "draft"
    one.refused("sign", first)
    one.refused("sign", {**first, "evidence": fresh()}, 422)
    one.refused("sign", {**first, "evidence": one.file("evidence")}, 422)
    one.refused("sign", {"signer": "party", "evidence": first["evidence"]}, 422)
    one.refused(
        "record_performance",
        {"obligation": page["agreement"]["obligations"][0]["id"], "on": today(), "amount_cents": 1},
    )
    one.refused("apply_confirmation", {"court": "法院", "on": today(), "parties": list(one.sides)})
    refused = cast(ZHOU).act(one.case, "conclude", {"result": "agreement", "reply": "达成协议"})
    assert refused.status_code == 409
    assert one.does("draft_agreement", one.terms(one.pay(200, today(6))))["agreement"]["signatures"] == []
    one.does("fail", WHY)
    wrong = cast(ZHOU).act(one.case, "conclude", {"result": "agreement", "reply": "达成协议"})
    assert wrong.status_code == 422
    page = cast(ZHOU).does(one.case, "conclude", {"result": "no_agreement", "reply": "未达成协议。"})
    notice = next(n["id"] for n in page["notices"] if n["kind"] == "mediation_result")
    assert "仲裁、行政、司法" in cast(ZHOU).get(f"/v1/notices/{notice}").text


def test_an_oral_agreement_holds_at_once(cast: Cast) -> None:
    one = Talks(cast).started()
    petitioner, respondent = one.sides
    act = {
        "debtor": respondent,
        "creditor": petitioner,
        "duty": "act",
        "act": "当面道歉",
        "due": today(),
        "manner": "in_person",
    }
    page = one.does("agree_orally", one.terms(act))
    assert (page["state"], page["agreement"]["form"], page["agreement"]["state"]) == ("agreed", "oral", "effective")
    obligation = page["agreement"]["obligations"][0]["id"]
    one.refused("record_performance", {"obligation": obligation, "on": today(), "amount_cents": 1}, 422)
    page = one.does("record_performance", {"obligation": obligation, "on": today()})
    assert page["agreement"]["obligations"][0]["state"] == "performed"
    one.refused("record_performance", {"obligation": obligation, "on": today()})
    one.refused("refuse", {"party": petitioner, "how": "phone", **WHY})


def test_more_than_is_owed_is_refused_and_an_outside_mediator_sees_until_all_is_kept(cast: Cast) -> None:
    one = Talks(cast).ready()
    one.does("assign", chosen(OTHER))
    one.does("declare", {"related": False}, who=OTHER)
    one.does("start")
    one.does("draft_agreement", one.terms(one.pay(1_000, today(5))))
    for signature in one.signs():
        one.does("sign", signature)
    assert one.refused("record_performance", one.payment(1_001))["left_cents"] == 1_000
    one.refused("record_performance", one.payment(1, on=today(1)), 422)
    one.refused("record_performance", one.payment(1, receipt=fresh()), 422)
    one.paid(999, receipt=one.file("receipt"))
    assert one.obligations[0]["state"] == "partly"
    one.refused("record_performance", one.payment(2))
    assert cast.seat(OTHER).sees(one.case)
    one.paid(1)
    assert one.obligations[0]["state"] == "performed"
    assert not cast.seat(OTHER).sees(one.case)


def test_of_payments_at_once_none_is_lost_and_none_too_many(cast: Cast, sql: Any) -> None:
    one = Talks(cast).agreed()
    body, version = one.payment(100_000), one.page["version"]
    replies = [one.act("record_performance", body, version=version) for _ in range(4)]
    assert [r.status_code for r in replies] == [200, 412, 412, 412]
    same = cast(ZHOU).post(
        f"/v1/mediations/{one.id}/actions/record_performance",
        one.payment(100_000),
        version=one.page["version"],
        key="paid-" + one.id,
    )
    again = cast(ZHOU).post(
        f"/v1/mediations/{one.id}/actions/record_performance",
        one.payment(100_000),
        version=version + 1,
        key="paid-" + one.id,
    )
    assert same.json() == again.json()
    rows = sql(
        "select sum(amount_cents) as paid from mediation_performance where obligation = $1", one.obligations[0]["id"]
    )
    assert rows[0]["paid"] == one.obligations[0]["paid_cents"] == 200_000


# --- How it goes on


def test_suspended_it_goes_on_or_ends(cast: Cast) -> None:
    one = Talks(cast).started()
    assert one.does("suspend", WHY)["state"] == "suspended"
    one.refused("draft_agreement", one.terms(one.pay(1, today(1))))
    assert one.does("resume", WHY)["state"] == "under_way"
    for step, body in (
        ("withdraw", WHY),
        ("refer", {"route": "arbitration", **WHY}),
        ("merge", {"into": fresh(), **WHY}),
    ):
        assert cast(ZHOU).act(one.case, step, body).status_code in (403, 409), step
    one.does("schedule_session", one.talk(days=12))
    page = one.does("refuse", {"party": one.sides[0], "how": "written", "evidence": one.file("evidence"), **WHY})
    assert (page["state"], page["sessions"][0]["state"]) == ("ended", "cancelled")
    assert page["mediators"][0]["relieved_at"]
    assert page["available_actions"] == []
    cast(ZHOU).does(one.case, "withdraw", WHY)


def test_it_is_extended_once_with_the_agreement_of_both_sides_on_record(cast: Cast) -> None:
    one = Talks(cast).started()
    page = cast(ZHOU).get(f"/v1/cases/{one.case}").json()
    assert "extend" not in page["available_actions"]
    agreed = [{"party": party, "how": "in_person"} for party in one.sides]
    longer = {"length": 1, "agreed": agreed, "reason": "需核对考勤"}
    assert one.refused("extend", {**longer, "agreed": agreed[:1]}, 422)["missing"] == [one.sides[1]]
    one.refused("extend", {**longer, "length": 2}, 422)
    page = one.does("extend", longer)
    assert [c["party"] for c in page["consents"] if c["about"] == "extension"] == list(one.sides)
    clock = next(c for c in cast(ZHOU).get(f"/v1/cases/{one.case}").json()["clocks"] if c["rule"] == "M2")
    assert clock["extensions"] == 1
    one.refused("extend", longer)


def test_versions_and_strangers(cast: Cast, talks: Talks) -> None:
    stale = talks.act("suspend", WHY, version=1)
    assert (stale.status_code, stale.json()["current"]["state"]) == (412, "under_way")
    talks.refused("suspend", WHY, 403, who=ZHANG)
    assert talks.act("suspend", WHY, who="gao.window").status_code == 403
    assert talks.act("suspend", WHY, who=CHEN).status_code == 404
    for url in (
        f"/v1/mediations/{talks.id}",
        f"/v1/mediations/{talks.id}/file.pdf",
        f"/v1/cases/{talks.case}/mediations",
    ):
        assert cast(CHEN).get(url).status_code == 404
        assert cast(ZHANG).get(url).status_code == 200


@pytest.mark.parametrize("runners", [4])
def test_many_runners_flag_a_missed_day_once(cast: Cast, sql: Any, runners: int) -> None:
    one = Talks(cast).agreed()
    (obligation,) = one.obligations

    async def work() -> list[int]:
        database = await Database.open("hohhot", LoginRole.RUNNER, size=runners)
        try:
            return await asyncio.gather(*(flag_obligations(database, instant(12)) for _ in range(runners)))
        finally:
            await database.close()

    asyncio.run(work())
    asyncio.run(work())
    breaches = sql(
        "select data->>'obligation' as o from event where case_id = $1 and kind = 'mediation_breach'", one.case
    )  # fmt: skip
    assert [row["o"] for row in breaches] == [obligation["id"]]
