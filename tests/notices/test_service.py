"""Notices in the life of a case: drafted with the step that owes them, served with proof, in time, and by number."""

import hashlib
import io
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined
from pypdf import PdfReader

from app.core.crypto import Sealed, keys
from app.notices.actions import filling
from tests.cast import CONCLUSION, Cast, Lives, report, service
from tests.support.clock import present

REASON = {"reason": "理由充分"}
CHEN, HEAD, CLERK = "chen.housing", "liu.head", "li.window"
Ask = Callable[..., list[Any]]


def kinds(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(notice["kind"], notice["state"]) for notice in page["notices"]]


def clock(page: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(c for c in reversed(page["clocks"]) if c["kind"] == kind)


def accepted(cast: Cast, lives: Lives, **changes: Any) -> dict[str, Any]:
    """Accepted, and nobody has told the petitioner yet."""
    receipt = lives.signed(**changes)
    return {**receipt, **cast(CHEN).does(receipt["id"], "accept")}


# --- What a step owes


def test_a_petition_is_told_that_it_was_accepted_and_the_limit_runs_until_then(cast: Cast, lives: Lives) -> None:
    page = accepted(cast, lives)
    assert kinds(page) == [("acceptance", "drafted")]
    assert clock(page, "acceptance")["met_at"] is None
    at = present()
    page = cast(CHEN).does(page["id"], "serve", service(at=at.isoformat()))
    assert kinds(page) == [("acceptance", "served")]
    assert datetime.fromisoformat(clock(page, "acceptance")["met_at"]) == at
    assert clock(page, "completion")["met_at"] is None, "another notice, another limit"


@pytest.mark.parametrize(
    ("kind", "category", "closing"),
    [("request", "heating.outage", "call_back"), ("dispute", "heating.fees", "reply")],
)
def test_where_no_notice_is_owed_acceptance_meets_its_limit_by_the_act(
    cast: Cast, lives: Lives, kind: str, category: str, closing: str
) -> None:
    page = accepted(cast, lives, kind=kind, category=category)
    assert page["notices"] == []
    assert clock(page, "acceptance")["met_at"]
    cast(CHEN).does(page["id"], "handle")
    page = cast(CHEN).does(page["id"], "conclude", {"result": "resolved", "reply": "已恢复供暖。"})
    assert kinds(page) == [(closing, "drafted")]


def test_a_refusal_is_told_with_the_right_route_and_its_limit_runs_until_then(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    page = cast(CHEN).does(case, "decline", {"route": "arbitration", "reason": "属劳动争议"})
    assert kinds(page) == [("non_acceptance", "drafted")]
    assert page["due"] is not None
    assert "serve" in page["available_actions"]
    (notice,) = cast(CHEN).get(f"/v1/cases/{case}/notices").json()["items"]
    assert "申请仲裁" in notice["html"]
    assert "属劳动争议" in notice["html"]
    page = cast(CHEN).does(case, "serve", service())
    assert (page["due"], page["available_actions"]) == (None, ["archive", "correct"])


def test_a_referral_takes_the_place_of_a_notice_nobody_has_served(cast: Cast, lives: Lives) -> None:
    page = accepted(cast, lives)
    page = cast(CHEN).does(page["id"], "refer", {"route": "litigation", **REASON})
    assert kinds(page) == [("acceptance", "replaced"), ("non_acceptance", "drafted")]
    assert clock(page, "acceptance")["stopped_at"] is None
    assert clock(page, "completion")["stopped_at"]
    assert clock(cast(CHEN).does(page["id"], "serve", service()), "acceptance")["met_at"]
    told = lives.accepted()["id"]
    page = cast(CHEN).does(told, "refer", {"route": "litigation", **REASON})
    assert kinds(page) == [("acceptance", "served"), ("non_acceptance", "drafted")]


def test_another_organ_that_takes_it_over_tells_the_petitioner(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    cast(CHEN).does(case, "offer", {"unit": "P150102", "reason": "属信访部门职责"})
    page = cast("ma.petition").does(case, "sign_for")
    assert kinds(page)[-1] == ("transfer", "drafted")
    html = cast("ma.petition").get(f"/v1/notices/{page['notices'][-1]['id']}").json()["html"]
    assert page["names"]["P150102"] in html


def test_an_extension_is_told_with_its_reason_before_the_case_closes(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    page = cast(HEAD).does(case, "extend", {"days": 20, "reason": "需第三方检测"})
    assert kinds(page)[-1] == ("extension", "drafted")
    cast(CHEN).does(case, "conclude", CONCLUSION)
    page = cast(CHEN).does(case, "serve", service())
    assert kinds(page)[-2:] == [("extension", "drafted"), ("opinion", "served")], "once concluded the result goes first"
    reply = cast(CHEN).act(case, "close")
    assert reply.status_code == 409
    assert "延期告知书" in reply.json()["detail"]
    cast(CHEN).does(case, "serve", service(kind="extension"))
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_where_several_wait_one_is_named(cast: Cast, lives: Lives) -> None:
    case = accepted(cast, lives)["id"]
    cast(HEAD).does(case, "extend", {"days": 20, **REASON})
    reply = cast(CHEN).act(case, "serve", service())
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/kind")
    assert cast(CHEN).act(case, "serve", service(kind="opinion")).status_code == 409
    assert cast(CHEN).act(case, "serve", service(kind="no_such")).status_code == 422
    page = cast(CHEN).does(case, "serve", service(kind="extension"))
    assert kinds(page) == [("acceptance", "drafted"), ("extension", "served")]


def test_reopening_takes_the_result_back_but_not_what_is_still_to_be_told(cast: Cast, lives: Lives) -> None:
    case = accepted(cast, lives)["id"]
    cast(CHEN).does(case, "handle")
    cast(CHEN).does(case, "conclude", CONCLUSION)
    page = cast(HEAD).does(case, "reopen", REASON)
    assert kinds(page) == [("acceptance", "drafted"), ("opinion", "replaced")]
    assert clock(page, "acceptance")["stopped_at"] is None


# --- Service


def test_without_proof_nothing_is_served(cast: Cast, lives: Lives) -> None:
    case = accepted(cast, lives)["id"]
    for missing in ("proof", "at", "method", "outcome"):
        body = {k: v for k, v in service().items() if k != missing}
        assert cast(CHEN).act(case, "serve", body).status_code == 422
    assert cast(CHEN).act(case, "serve", service(proof="  ")).status_code == 422


def test_acceptance_is_waived_only_where_name_or_address_is_unclear(cast: Cast, lives: Lives) -> None:
    clear = [{"role": "petitioner", "name": "张三", "address": "示范路1号"}]
    known = accepted(cast, lives, parties=clear)["id"]
    waived = {"outcome": "waived", "method": "none", "article": "信访工作条例第二十三条"}
    reply = cast(CHEN).act(known, "serve", service(**waived))
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/outcome")
    unclear = accepted(cast, lives, parties=[{"role": "petitioner", "phone": "13800000000"}])["id"]
    page = cast(CHEN).does(unclear, "serve", service(**waived))
    assert kinds(page) == [("acceptance", "waived")]
    assert clock(page, "acceptance")["met_at"]


def test_an_attempt_counts_for_its_own_notice_once_another_approves(cast: Cast, lives: Lives) -> None:
    case = accepted(cast, lives)["id"]
    cast(CHEN).does(case, "serve", service(outcome="attempted", method="letter"))
    assert cast(CHEN).act(case, "approve_attempt").status_code == 403
    assert cast(HEAD).act(case, "approve_attempt", {"kind": "opinion"}).status_code == 409
    page = cast(HEAD).does(case, "approve_attempt", {"kind": "acceptance"})
    assert kinds(page) == [("acceptance", "approved")]
    assert clock(page, "acceptance")["met_at"]


def test_word_goes_out_where_it_is_served_at_a_distance_and_never_of_an_accusation(
    cast: Cast, lives: Lives, sql: Ask
) -> None:
    said = "select channel, template, facts from message where case_id = $1::uuid and template = 'notice_ready'"
    mail = [{"role": "petitioner", "name": "张三", "phone": "13800000000", "email": "zhang@example.org"}]
    case = accepted(cast, lives, parties=mail)["id"]
    cast(CHEN).does(case, "serve", service())
    assert sql(said, case) == []
    for method, channel in (("sms", "sms"), ("email", "email")):
        case = accepted(cast, lives, parties=mail)["id"]
        cast(CHEN).does(case, "serve", service(method=method))
        (row,) = sql(said, case)
        assert (row["channel"], row["template"], row["facts"]) == (channel, "notice_ready", {"kind": "acceptance"})
    shown = cast(CHEN).get(f"/v1/cases/{case}").json()["parties"][0]
    assert shown["email"] == "z***@example.org"


def test_a_notice_of_an_accusation_is_for_its_desk_alone(cast: Cast, sql: Ask) -> None:
    case = cast(CLERK).register(
        report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102_housing"}])
    )["id"]  # fmt: skip
    desk = cast("he.discipline")
    desk.does(case, "accept")
    desk.does(case, "handle")
    page = desk.does(case, "conclude", {"result": "explained", "reply": "已核查，情况说明如下。"})
    desk.does(case, "serve", service(method="sms"))
    assert kinds(page) == [("reply", "drafted")]
    assert sql("select id from message where case_id = $1::uuid", case) == []
    notice = page["notices"][0]["id"]
    for who in (CHEN, HEAD, CLERK, "xu.discipline", "hu.supervisor"):
        for url in (f"/v1/notices/{notice}", f"/v1/notices/{notice}.pdf", f"/v1/cases/{case}/notices"):
            assert cast(who).get(url).status_code == 404
        assert notice not in {n["id"] for n in cast(who).walk("/v1/notices?limit=200")}
    assert desk.get(f"/v1/notices/{notice}").status_code == 200


# --- What is kept and shown


def test_a_notice_is_kept_as_it_was_sealed_and_the_event_holds_its_digest(cast: Cast, lives: Lives, sql: Ask) -> None:
    page = accepted(cast, lives)
    (row,) = sql("select *, key_of(seal_key) as key from notice where case_id = $1::uuid", page["id"])
    text = keys().unseal(Sealed(row["key"], row["sealed"]), f"notice {row['id']}")["text"]
    assert row["digest"] == hashlib.sha256(row["salt"] + text.encode()).digest()
    event = cast(CHEN).get(f"/v1/cases/{page['id']}/timeline").json()["items"][-1]["data"]
    assert (event["notice"], event["notice_id"]) == ("acceptance", str(row["id"]))
    assert event["notice_digest"] == row["digest"].hex()
    assert "张三" in text
    assert "张三" not in str(event)
    sql("update notice set seal_key = '' where id = $1", row["id"])
    assert cast(CHEN).get(f"/v1/notices/{row['id']}").json()["html"] is None
    assert cast(CHEN).get(f"/v1/notices/{row['id']}.pdf").status_code == 409


def test_names_are_masked_until_it_is_printed_for_a_reason_that_is_kept(cast: Cast, lives: Lives, sql: Ask) -> None:
    page = accepted(cast, lives)
    notice = page["notices"][0]["id"]
    shown = cast(CHEN).get(f"/v1/notices/{notice}").json()
    assert "张三" not in shown["html"]
    assert "张*" in shown["html"]
    url = f"/v1/notices/{notice}"
    masked = PdfReader(io.BytesIO(cast(CHEN).get(f"{url}.pdf").content)).pages[0].extract_text()
    assert "受理告知书" in masked
    assert "张三" not in masked
    before = sql("select count(*) as n from read_log where case_id = $1::uuid", page["id"])[0]["n"]
    paper = cast(CHEN).post(f"{url}/print", {"reason": "打印送达"})
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    assert "张三" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert sql("select count(*) as n from read_log where case_id = $1::uuid", page["id"])[0]["n"] == before + 1
    assert cast(CHEN).post(f"{url}/print", {}).status_code == 422
    assert cast("gao.window").post(f"{url}/print", {"reason": "核对看看"}).status_code == 404


def test_the_resident_reads_what_was_served_and_nothing_before(cast: Cast, lives: Lives) -> None:
    receipt = lives.concluded()
    asked = {"number": receipt["number"], "code": receipt["query_code"]}
    items = cast.client.post("/v1/query/notices", json=asked).json()["items"]
    assert [item["kind"] for item in items] == ["acceptance"]
    cast(CHEN).does(receipt["id"], "serve", service(method="online"))
    items = cast.client.post("/v1/query/notices", json=asked).json()["items"]
    assert [item["kind"] for item in items] == ["acceptance", "opinion"]
    assert "张三" in items[1]["html"]
    assert CONCLUSION["reply"] in items[1]["html"]
    assert cast.client.post("/v1/query/notices", json={**asked, "code": "2222222222"}).status_code == 404


def test_what_waits_is_listed_for_who_sees_the_case(cast: Cast, lives: Lives) -> None:
    page = accepted(cast, lives)
    (item,) = [n for n in cast(CHEN).walk("/v1/notices?state=drafted&limit=2") if n["case_id"] == page["id"]]
    assert (item["kind"], item["number"]) == ("acceptance", page["number"])
    assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(clock(page, "acceptance")["due"])
    assert page["id"] not in {n["case_id"] for n in cast("gao.window").walk("/v1/notices?limit=200")}
    cast(CLERK).does(page["id"], "withdraw", REASON)
    assert page["id"] not in {n["case_id"] for n in cast(CHEN).walk("/v1/notices?limit=200")}


# --- Faults


def test_a_template_that_fails_keeps_the_step_and_shows_what_to_mend(
    cast: Cast, lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = lives.handling()["id"]
    broken = Environment(
        loader=DictLoader({"opinion.v1.html": "{{ lost }}"}), undefined=StrictUndefined, autoescape=True
    )
    monkeypatch.setattr(filling, "_templates", lambda: broken)
    page = cast(CHEN).does(case, "conclude", CONCLUSION)
    assert page["status"] == "concluded"
    assert kinds(page)[-1] == ("opinion", "failed")
    assert "serve" not in page["available_actions"]
    assert cast(CHEN).act(case, "serve", service()).status_code == 409
    assert cast(CHEN).act(case, "close").status_code == 409
    failed = page["notices"][-1]["id"]
    assert failed in {n["id"] for n in cast(CHEN).walk("/v1/notices?state=failed&limit=200")}
    told = cast(CHEN).get("/v1/me/messages").json()["items"][0]
    assert (told["template"], told["case_id"]) == ("notice_failed", case)
    assert cast(CHEN).get(f"/v1/notices/{failed}.pdf").status_code == 409
    assert kinds(cast(CHEN).does(case, "redraft"))[-1] == ("opinion", "failed"), "still broken, still visible"
    monkeypatch.undo()
    page = cast(CHEN).does(case, "redraft", {"kind": "opinion"})
    assert kinds(page)[-1] == ("opinion", "drafted")
    html = cast(CHEN).get(f"/v1/notices/{page['notices'][-1]['id']}").json()["html"]
    assert CONCLUSION["reply"] in html, "nothing was lost"
    cast(CHEN).does(case, "serve", service())
    assert cast(CHEN).does(case, "close")["status"] == "closed"


def test_a_service_sent_twice_is_recorded_once(cast: Cast, lives: Lives, sql: Ask) -> None:
    page = accepted(cast, lives)
    url, key, body = f"/v1/cases/{page['id']}/actions/serve", uuid.uuid4().hex, service(method="sms")
    first = cast(CHEN).post(url, body, key=key, version=page["version"])
    again = cast(CHEN).post(url, body, key=key, version=page["version"])
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert sql("select count(*) as n from service_record where case_id = $1::uuid", page["id"])[0]["n"] == 1
    word = "select count(*) as n from message where case_id = $1::uuid and template = 'notice_ready'"
    assert sql(word, page["id"])[0]["n"] == 1


def test_service_lies_between_the_drafting_and_now(cast: Cast, lives: Lives) -> None:
    page = accepted(cast, lives)
    drafted = datetime.fromisoformat(page["notices"][0]["drafted_at"])
    for at in (drafted - timedelta(seconds=1), present() + timedelta(hours=1)):
        reply = cast(CHEN).act(page["id"], "serve", service(at=at.isoformat()))
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/body/at")
