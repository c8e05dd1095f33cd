"""Supervision over HTTP: who issues, who answers, who verifies, what the board shows, and who learns nothing of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, Lives, Person, report

CITY_SUPERVISOR, CITY_HEAD = "C150100.supervisor.1", "C150100.organ_head.1"
CHEN, HEAD, HU = "chen.housing", "liu.head", "hu.supervisor"
TEXT = "请说明进展，按期办结。"
CARD = {"kind": "supervise", "level": "yellow", "problem": "late_completion", "text": TEXT}
ORDER = {"kind": "correct", "problem": "not_carried_out", "text": "责令整改。", "answer_by": "2026-12-04"}
NOON = datetime.fromisoformat("2026-11-25T12:00:00+08:00")  # a Wednesday
Freeze = Callable[[datetime], None]


def someone(cast: Cast, who: str) -> Person:
    return cast.seat(who) if who[0].isupper() else cast(who)


def handled(lives: Lives) -> str:
    """A request that the county's housing department handles."""
    return str(lives.handling(kind="request", category="heating.outage")["id"])


def issue(cast: Cast, case: str, body: dict[str, Any], who: str = CITY_SUPERVISOR) -> dict[str, Any]:
    reply = someone(cast, who).post(f"/v1/cases/{case}/supervisions", body)
    assert reply.status_code == 201, reply.text
    assert reply.headers["etag"] == '"1"'
    return dict(reply.json())


def move(cast: Cast, who: str, found: dict[str, Any], action: str, body: Any = None, version: int | None = None) -> Any:
    url = f"/v1/supervisions/{found['id']}"
    if version is None:
        seen = someone(cast, who).get(url)
        version = seen.json()["version"] if seen.status_code == 200 else 1
    return someone(cast, who).post(f"{url}/actions/{action}", body, version=version)


def test_a_supervision_is_answered_in_writing_and_verified(cast: Cast, lives: Lives, at: Freeze) -> None:
    at(NOON)
    case = handled(lives)
    before = cast(CHEN).get(f"/v1/cases/{case}").json()["version"]
    found = issue(cast, case, CARD)
    assert (found["target_unit"], found["issuer_unit"], found["state"]) == ("D150102_housing", "C150100", "open")
    assert found["due"] == "2026-12-02T15:59:59Z", "five working days, the end of the local day"
    assert found["text"] == TEXT
    assert found["problem_text"] == "未按期办结"
    assert found["available_actions"] == ["withdraw"]
    assert cast(CHEN).get(f"/v1/cases/{case}").json()["version"] == before + 1

    mine = [s for s in cast(CHEN).walk("/v1/me/supervisions?limit=200") if s["id"] == found["id"]]
    assert [s["state"] for s in mine] == ["open"]
    told = [m for m in cast(CHEN).walk("/v1/me/messages") if m["case_id"] == case]
    assert [m["template"] for m in told] == ["supervision_issued"]
    answered = move(cast, CHEN, found, "answer", {"text": "已安排抢修。"})
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert answered.headers["etag"] == '"2"'
    assert found["id"] not in {s["id"] for s in cast(CHEN).walk("/v1/me/supervisions?limit=200")}
    supervisor = cast.seat(CITY_SUPERVISOR)
    assert found["id"] in {s["id"] for s in supervisor.walk("/v1/me/supervisions?limit=200")}, "waits for verification"

    verified = move(cast, CITY_SUPERVISOR, found, "verify").json()
    assert (verified["state"], verified["available_actions"]) == ("verified", [])
    assert verified["ended_at"]
    assert verified["answer_text"] == "已安排抢修。"
    steps = [e["kind"] for e in supervisor.walk(f"/v1/cases/{case}/timeline?limit=200")]
    assert steps[-3:] == ["supervise", "answer_supervision", "verify_supervision"]


def test_an_answer_that_does_not_hold_is_returned_and_the_first_date_stays(
    cast: Cast, lives: Lives, at: Freeze
) -> None:
    at(NOON)
    found = issue(cast, handled(lives), ORDER)
    assert found["answer_by"] == found["due"] == "2026-12-04T15:59:59Z"
    assert move(cast, CITY_SUPERVISOR, found, "verify").status_code == 409, "nothing is verified unanswered"
    assert move(cast, CHEN, found, "answer", {"text": "已整改。"}).status_code == 200
    reason = {"reason": "未附整改材料。", "answer_by": "2026-12-11"}
    returned = move(cast, CITY_SUPERVISOR, found, "return", reason).json()
    assert (returned["state"], returned["answer_by"]) == ("returned", "2026-12-04T15:59:59Z")
    assert returned["due"] == "2026-12-11T15:59:59Z"
    assert move(cast, HEAD, found, "answer", {"text": "材料已补。"}).json()["state"] == "answered"
    assert move(cast, CITY_SUPERVISOR, found, "verify").json()["answer_text"] == "材料已补。"
    assert move(cast, CITY_SUPERVISOR, found, "withdraw", {"reason": "已结束"}).status_code == 409


def test_an_urging_ends_with_its_answer(cast: Cast, lives: Lives) -> None:
    found = issue(cast, handled(lives), {"kind": "urge", "text": "期限将至，请抓紧。"})
    ended = move(cast, CHEN, found, "answer", {"text": "明日办结。"}).json()
    assert (ended["state"], ended["available_actions"]) == ("answered", [])
    assert ended["ended_at"]
    assert move(cast, CITY_SUPERVISOR, found, "verify").status_code == 409


def test_a_leader_instructs_and_nobody_else(cast: Cast, lives: Lives) -> None:
    case = handled(lives)
    body = {"kind": "instruct", "text": "请住建局限时解决，结果报我。"}
    assert cast.seat(CITY_SUPERVISOR).post(f"/v1/cases/{case}/supervisions", body).status_code == 403
    assert issue(cast, case, body, CITY_HEAD)["kind_text"] == "领导批示"


# --- Who may not


@pytest.mark.parametrize(
    ("who", "status", "says"),
    [
        ("qin.head", 403, "向上"),  # a township's centre over a county's department
        (HU, 403, "同级"),  # sideways
        (HEAD, 403, "本单位"),  # herself
        (CHEN, 403, "supervision:issue"),
        ("wang.grid", 403, "supervision:issue"),
        ("C150105.supervisor.1", 404, ""),  # another county: sees nothing of it
        ("lin.auditor", 403, "supervision:issue"),
    ],
)
def test_nobody_supervises_upwards_sideways_or_themselves(
    cast: Cast, lives: Lives, who: str, status: int, says: str
) -> None:
    case = handled(lives)
    reply = someone(cast, who).post(f"/v1/cases/{case}/supervisions", CARD)
    assert reply.status_code == status, reply.text
    assert says in reply.json()["detail"]
    assert not list(cast(CHEN).walk(f"/v1/cases/{case}/supervisions"))


def test_the_county_supervises_the_centres_below_it(cast: Cast, lives: Lives) -> None:
    case = lives.registered(kind="request", category="heating.outage")["id"]
    found = issue(cast, case, {**CARD, "problem": "not_accepted"}, HU)
    assert found["target_unit"] == "C150102001001"
    assert move(cast, "C150102001001.window_clerk.1", found, "answer", {"text": "今日受理。"}).status_code == 200
    assert move(cast, CITY_SUPERVISOR, found, "verify").status_code == 403, "the issuer's side verifies"
    assert move(cast, HU, found, "verify").status_code == 200


def test_who_sees_no_case_supervises_none_and_gains_no_sight(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]  # a petition: seen through a part alone
    for who in (HU, CITY_SUPERVISOR, CITY_HEAD):
        assert someone(cast, who).post(f"/v1/cases/{case}/supervisions", CARD).status_code == 404
        assert not someone(cast, who).sees(case)


def test_the_unit_must_have_a_part(cast: Cast, lives: Lives) -> None:
    case = handled(lives)
    for unit in ("D150102_water", "D999999_none", "C150105"):
        reply = cast.seat(CITY_SUPERVISOR).post(f"/v1/cases/{case}/supervisions", {**CARD, "unit": unit})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/unit")
    assert issue(cast, case, {**CARD, "unit": "C150102001001"})["target_unit"] == "C150102001001"


def test_only_the_unit_asked_answers_and_only_the_issuers_side_goes_on(cast: Cast, lives: Lives) -> None:
    found = issue(cast, handled(lives), CARD)
    for who in ("qin.head", HU, CITY_SUPERVISOR, "zhang.hrss", "luo.intake"):
        assert move(cast, who, found, "answer", {"text": "代为答复"}).status_code == 403, who
    move(cast, CHEN, found, "answer", {"text": "已办。"})
    for who in (CHEN, HEAD, HU, "qin.head"):
        for action, body in (("verify", None), ("return", {"reason": "再报"})):
            assert move(cast, who, found, action, body).status_code == 403, who
    assert move(cast, "gao.window", found, "answer", {"text": "邻区"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {**CARD, "level": None}, {**CARD, "problem": None}, {**CARD, "level": "blue"}, {**CARD, "text": " "},
        {**CARD, "problem": "rude"}, {**ORDER, "answer_by": None}, {**ORDER, "level": "red"},
        {**ORDER, "answer_by": "2020-01-01"}, {**ORDER, "answer_by": "9999-12-31"}, {**ORDER, "answer_by": "2026-02-30"},
        {**CARD, "score": 1}, {},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(cast: Cast, lives: Lives, body: dict[str, Any]) -> None:
    sent = {name: value for name, value in body.items() if value is not None}
    assert cast.seat(CITY_SUPERVISOR).post(f"/v1/cases/{handled(lives)}/supervisions", sent).status_code == 422


def test_an_ended_case_is_supervised_but_not_urged_and_a_merged_one_neither(cast: Cast, lives: Lives) -> None:
    case = lives.closed(kind="request", category="heating.outage")["id"]
    supervisor = cast.seat(CITY_SUPERVISOR)
    assert supervisor.post(f"/v1/cases/{case}/supervisions", {"kind": "urge", "text": "快办"}).status_code == 409
    assert issue(cast, case, {**CARD, "problem": "false_report"})["state"] == "open"
    one, other = handled(lives), handled(lives)
    cast(HEAD).does(one, "merge", {"into": other, "reason": "同一事项"})
    assert supervisor.post(f"/v1/cases/{one}/supervisions", CARD).status_code == 409


def test_a_change_names_its_version_and_a_repeat_does_nothing_twice(cast: Cast, lives: Lives, sql: Any) -> None:
    case = handled(lives)
    supervisor = cast.seat(CITY_SUPERVISOR)
    first = supervisor.post(f"/v1/cases/{case}/supervisions", CARD, key=f"supervise-{case}")
    again = supervisor.post(f"/v1/cases/{case}/supervisions", CARD, key=f"supervise-{case}")
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["idempotency-replayed"] == "true"
    assert sql("select count(*) from supervision where case_id = $1::uuid", case)[0][0] == 1
    found = first.json()
    url = f"/v1/supervisions/{found['id']}/actions/answer"
    assert cast(CHEN).post(url, {"text": "已办。"}).status_code == 428
    assert move(cast, CHEN, found, "answer", {"text": "已办。"}, version=9).status_code == 412
    assert move(cast, CHEN, found, "answer", {"text": "已办。"}, version=1).status_code == 200


def test_the_case_row_is_the_fold_of_its_events_and_holds_no_words(cast: Cast, lives: Lives, sql: Any) -> None:
    case = handled(lives)
    found = issue(cast, case, {**CARD, "text": "匿迹督办语"})
    move(cast, CHEN, found, "answer", {"text": "匿迹答复语"})
    bodies = " ".join(row["body"] for row in sql("select body from event where case_id = $1::uuid", case))
    assert "匿迹" not in bodies
    notes = {n["kind"]: n["body"] for n in cast(CHEN).get(f"/v1/cases/{case}").json()["notes"]}
    assert notes["supervision_supervise"] == "匿迹督办语"
    assert notes["supervision_answer"] == "匿迹答复语"


# --- The board


def test_the_board_lists_what_is_owed_by_due_time_and_tier(cast: Cast, lives: Lives, at: Freeze) -> None:
    at(NOON)
    supervisor = cast.seat(CITY_SUPERVISOR)
    late = issue(cast, handled(lives), {**ORDER, "answer_by": "2026-11-26"})
    soon = issue(cast, handled(lives), {**ORDER, "answer_by": "2026-11-30"})
    low = issue(cast, lives.registered(kind="request", category="heating.outage")["id"], CARD)
    done = issue(cast, handled(lives), {"kind": "urge", "text": "抓紧"})
    move(cast, CHEN, done, "answer", {"text": "好"})
    at(NOON + timedelta(days=2))

    def ids(query: str, who: Person = supervisor) -> list[str]:
        return [item["id"] for item in who.walk(f"/v1/supervisions?limit=1&{query}")]

    everything = ids("")
    assert [i for i in everything if i in (late["id"], soon["id"])] == [late["id"], soon["id"]]
    assert done["id"] not in everything
    assert done["id"] in ids("state=answered")
    assert low["id"] in ids("tier=community") and late["id"] not in ids("tier=community")  # noqa: PT018
    assert low["id"] in ids("area=150102001") and late["id"] not in ids("area=150102001")  # noqa: PT018
    assert late["id"] in ids("unit=D150102_housing&kind=correct")
    overdue = ids("overdue=true")
    assert late["id"] in overdue
    assert not {soon["id"], low["id"], done["id"]} & set(overdue)
    assert ids("issuer=C150105") == []

    for by in ("tier", "state", "kind", "level", "problem", "target_unit"):
        counted = {
            i["key"]: i["supervisions"] for i in supervisor.get(f"/v1/supervisions/counts?by={by}").json()["items"]
        }
        walked: dict[str | None, int] = {}
        for item in supervisor.walk("/v1/supervisions?limit=200"):
            walked[item[by]] = walked.get(item[by], 0) + 1
        assert counted == walked, by
    assert cast(CHEN).get("/v1/supervisions?area=999999").status_code == 422


def test_the_board_of_the_unit_complained_of_shows_nothing(cast: Cast) -> None:
    """Neither lists, counts nor one by its id: for the unit concerned, all beneath it, and the person."""
    receipt = cast("luo.intake").register(report("request", "waste.litter", concerns=[{"unit": "D150102_housing"}]))
    supervisor = cast.seat(CITY_SUPERVISOR)
    before = {who: seen_by(someone(cast, who)) for who in (CHEN, HEAD, "wang.grid")}
    target = supervisor.get(f"/v1/cases/{receipt['id']}").json()["lead_unit"]
    found = issue(cast, receipt["id"], CARD)
    assert found["target_unit"] == target
    for who in (CHEN, HEAD):
        person = someone(cast, who)
        assert seen_by(person) == before[who]
        assert person.get(f"/v1/supervisions/{found['id']}").status_code == 404
        assert person.get(f"/v1/cases/{receipt['id']}/supervisions").status_code == 404
        assert move(cast, who, found, "answer", {"text": "试探"}).status_code == 404
    assert found["id"] in {item["id"] for item in supervisor.walk("/v1/supervisions?limit=200")}


def seen_by(person: Person) -> Any:
    lists = [[i["id"] for i in person.walk(f"/v1/{path}?limit=200")] for path in ("supervisions", "me/supervisions")]
    groups = [person.get(f"/v1/supervisions/counts?by={by}").text for by in ("tier", "target_unit", "problem")]
    return lists, groups


def test_an_accusation_is_supervised_by_the_desk_above_and_its_words_are_sealed(cast: Cast, sql: Any) -> None:
    case = cast("li.window").register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102001_urban"}])
    )["id"]
    xu, he = cast("xu.discipline"), cast("he.discipline")
    assert he.post(f"/v1/cases/{case}/supervisions", CARD).status_code == 404, "no part in it, no sight"
    xu.does(case, "offer", {"unit": "X150100", "reason": "提级办理"})
    found = issue(cast, case, {**CARD, "text": "匿迹密督语"}, "he.discipline")
    assert (found["target_unit"], found["title"], found["text"]) == ("X150102", None, "匿迹密督语")
    assert move(cast, "xu.discipline", found, "answer", {"text": "匿迹密答语"}).status_code == 200
    rows = sql("select body, sealed from case_note where case_id = $1::uuid", case)
    assert all(row["body"] is None and row["sealed"] for row in rows)
    assert move(cast, "he.discipline", found, "verify").json()["answer_text"] == "匿迹密答语"
    for who in (CITY_SUPERVISOR, HU, "li.window", "qin.head", "tian.enforcement", "X150102001.discipline_officer.1"):
        person = someone(cast, who)
        assert person.get(f"/v1/supervisions/{found['id']}").status_code == 404, who
        assert person.post(f"/v1/cases/{case}/supervisions", CARD).status_code in (403, 404), who
        assert found["id"] not in {i["id"] for i in person.walk("/v1/supervisions?limit=200&state=verified")}
