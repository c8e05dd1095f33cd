"""Who never carries a case, what a proxy never does, and when it is over: just before, just after, and whoever looks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from seeds.hohhot.staff import staff_id
from tests.cast import Cast, Lives, member, report, service
from tests.support.clock import present, skip
from tests.support.files import png
from tests.support.proxies import (
    CHEN,
    LI,
    WANG,
    WITNESS,
    authorised,
    carried,
    does,
    errand,
    move,
    offered,
    own,
    own_code,
    paper,
    requested,
    someone,
    soon,
    terms,
)
from tests.support.residents import WHY, door

Freeze = Callable[[datetime], None]
Tend = Callable[[datetime], int]
SUN, DENG = "sun.coordinator", "deng.county"
WORKER = str(member(WANG).staff)


def offers(cast: Cast, proxy: str, staff: str, who: str = LI) -> Any:
    return move(cast, who, proxy, "offer", {"staff": staff, "capacity": "grid_worker"})


# --- Who never


@pytest.mark.parametrize("concerns", [{"unit": "C150102001001"}, {"staff": WORKER}])
def test_nobody_of_those_complained_of_carries_it(cast: Cast, lives: Lives, concerns: dict[str, str]) -> None:
    case = lives.registered(concerns=[concerns])["id"]
    proxy = requested(cast, case)["id"]
    reply = offers(cast, proxy, WORKER)
    assert reply.status_code == 409, reply.text
    assert "被反映" in reply.json()["detail"]


@pytest.mark.parametrize("post", ["150102001002001.grid_worker", "C150105.window_clerk.1", "D150102_housing.handler.1"])
def test_nobody_from_elsewhere_nor_of_a_department_carries_it(cast: Cast, lives: Lives, post: str) -> None:
    proxy = requested(cast, lives.signed()["id"])["id"]
    reply = offers(cast, proxy, str(staff_id(post)))
    assert reply.status_code == 409, reply.text
    assert "本辖区" in reply.json()["detail"]


def test_nobody_who_worked_it_carries_it_nor_anybody_who_is_not_there(cast: Cast, lives: Lives) -> None:
    proxy = requested(cast, lives.accepted()["id"])["id"]  # chen.housing served its notice
    assert offers(cast, proxy, str(member(CHEN).staff)).status_code == 409
    assert offers(cast, proxy, "01a206cf-ffd4-701d-98b1-6b2166fde918").status_code == 409


def test_an_accusation_has_no_proxy(cast: Cast, sql: Any) -> None:
    from asyncpg import RestrictViolationError

    body = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}])
    receipt = cast(LI).register(body)
    asked = cast("xu.discipline").post(
        f"/v1/cases/{receipt['id']}/proxies", {"wish": "请代办", "code": receipt["query_code"]}
    )
    assert asked.status_code == 409, asked.text
    assert "检举控告" in asked.json()["detail"]
    assert (
        cast(LI)
        .post(f"/v1/cases/{receipt['id']}/proxies", {"wish": "请代办", "code": receipt["query_code"]})
        .status_code
        == 404
    )
    assert door(cast, "proxy/ask", receipt).status_code == 409
    assert own(cast, receipt) == []
    with pytest.raises(RestrictViolationError):
        sql(
            "insert into proxy (id, case_id, state, requested_by, requested_at, authority_due, filing_due)"
            " values (gen_random_uuid(), $1::uuid, 'requested', 'x', now(), now(), now())",
            receipt["id"],
        )


# --- What never


def test_a_proxy_speaks_no_word_that_is_the_residents(cast: Cast, lives: Lives) -> None:
    """li.window carries a request that her own desk could otherwise work: she gets no code, closes and withdraws nothing."""
    receipt = cast(SUN).register(report("request", "heating.outage"))
    cast(CHEN).does(receipt["id"], "sign_for")
    case = receipt["id"]
    proxy = requested(cast, case, SUN)["id"]
    does(cast, SUN, proxy, "offer", {"staff": str(member(LI).staff), "capacity": "centre_clerk"})
    assert move(cast, LI, proxy, "authorise", terms(cast, case)).status_code == 403, "not by the proxy"
    does(cast, DENG, proxy, "authorise", terms(cast, case))
    page = cast(LI).get(f"/v1/cases/{case}").json()
    assert not {"reissue_code", "withdraw", "go_up", "close"} & set(page["available_actions"])
    for action, body in (("reissue_code", None), ("withdraw", {"reason": "不办了"}), ("go_up", {"reason": "请上级办"})):
        reply = cast(LI).act(case, action, body)
        assert reply.status_code == 403, f"{action} {reply.text}"
        assert "代办员" in reply.json()["detail"]
    assert move(cast, LI, proxy, "authorise", terms(cast, case)).status_code == 403, "nor renewed by the proxy"
    does(cast, LI, proxy, "step_down", {"reason": "另有任务"})
    assert cast(LI).act(case, "reissue_code").status_code == 403, "nor by who was"
    assert cast(LI).sees(case), "another part stays"
    for act in ("plan_errand", "file"):
        body = {"kind": "ask", "plan": "问"} if act == "plan_errand" else {"filing_number": "A1"}
        assert move(cast, LI, proxy, act, body).status_code == 409, "seen, but over"


def test_a_proxy_closes_nothing_and_applies_for_nothing(cast: Cast, lives: Lives) -> None:
    receipt = lives.served()
    carried(cast, receipt)
    for action in ("close", "conclude", "archive"):
        body = {"result": "explained", "reply": "已解释"} if action == "conclude" else None
        assert cast(WANG).act(receipt["id"], action, body).status_code in (403, 409), action
    assert (
        cast(WANG)
        .post(f"/v1/cases/{receipt['id']}/reviews", {"reasons": WHY, "code": receipt["query_code"]})
        .status_code
        == 403
    )
    assert door(cast, "review", receipt, reasons=WHY).status_code == 201, "the resident does"


@pytest.mark.parametrize(
    ("powers", "kind", "lacks"),
    [
        (["enquire"], "file", "submit_materials"), (["submit_materials"], "ask", "enquire"),
        (["submit_materials"], "urge", "enquire"), (["enquire"], "accompany", "attend_sessions"),
        (["enquire"], "fetch_reply", "receive_notices"),
    ],
)  # fmt: skip
def test_an_errand_beyond_the_powers_is_refused(
    cast: Cast, lives: Lives, powers: list[str], kind: str, lacks: str
) -> None:
    proxy = authorised(cast, lives.signed(), powers=powers)
    reply = move(cast, WANG, proxy, "plan_errand", {"kind": kind, "plan": "去一趟"})
    assert reply.status_code == 403
    assert lacks in reply.json()["detail"]
    assert errand(cast, proxy, "report_back"), "that is owed under every authority"


def test_powers_that_were_narrowed_bind_what_was_planned(cast: Cast, lives: Lives) -> None:
    receipt = lives.accepted()
    proxy = authorised(cast, receipt)
    planned = errand(cast, proxy, "file")
    does(cast, WITNESS, proxy, "authorise", terms(cast, receipt["id"], powers=["enquire"]))
    done = {"errand": planned, "at": present().isoformat(), "words": "已递交"}
    assert move(cast, WANG, proxy, "finish_errand", done).status_code == 403
    cast(CHEN).does(receipt["id"], "handle")
    cast(CHEN).does(receipt["id"], "conclude", {"result": "explained", "reply": "已解释。"})
    notices = cast(WANG).get(f"/v1/proxies/{proxy}").json()["notices"]
    assert notices == [], "no notice is owed without the power to receive any"


def test_nobody_else_acts_as_the_proxy(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed(kind="request", category="heating.outage")  # seen by the whole community
    proxy = authorised(cast, receipt)
    for who in ("zhao.grid", LI, SUN):
        assert move(cast, who, proxy, "plan_errand", {"kind": "ask", "plan": "问"}).status_code == 403, who
        assert move(cast, who, proxy, "file", {"filing_number": "A1"}).status_code == 403, who
    assert move(cast, CHEN, proxy, "file", {"filing_number": "A1"}).status_code == 403
    assert move(cast, "zhao.grid", proxy, "revoke", {"words": "撤", **own_code(receipt["id"])}).status_code == 403
    found = errand(cast, proxy)
    at = present().isoformat()
    assert move(cast, "zhao.grid", proxy, "finish_errand", {"errand": found, "at": at, "words": "x"}).status_code == 403


# --- What is asked of an authority


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"valid_until": soon(seconds=-1)}, "#/body/valid_until"), ({"valid_until": soon(days=400)}, "#/body/valid_until"),
        ({"valid_from": soon(days=1)}, "#/body/valid_from"), ({"powers": []}, "#/body/powers"),
        ({"powers": ["accept_service"]}, "#/body"), ({"evidence": "query_code"}, "#/body"), ({"attachments": []}, "#/body"),
        ({"evidence": "recorded_consent"}, "#/body"), ({"attachments": ["01a206cf-ffd4-701d-98b1-6b2166fde918"]},
                                                       "#/body/attachments/0"),
        ({"powers": ["rate"]}, "#/body/powers/0"),
    ],
)  # fmt: skip
def test_an_authority_that_does_not_fit_is_told_what_to_mend(
    cast: Cast, lives: Lives, changes: dict[str, Any], pointer: str
) -> None:
    case = lives.signed()["id"]
    proxy = offered(cast, case)["id"]
    body = {**terms(cast, case, evidence="paper"), **changes}
    reply = move(cast, WITNESS, proxy, "authorise", body)
    assert reply.status_code == 422, reply.text
    found = reply.json()
    assert pointer in [e["pointer"] for e in found["errors"]], found
    assert not cast(WANG).sees(case)


def test_a_file_of_another_case_or_for_something_else_proves_nothing(cast: Cast, lives: Lives) -> None:
    case, other = lives.signed()["id"], lives.signed()["id"]
    proxy = offered(cast, case)["id"]
    for wrong in (paper(cast, other), cast(LI).attached(case, png(), "evidence")["id"]):
        assert (
            move(
                cast, WITNESS, proxy, "authorise", terms(cast, case, evidence="paper", attachments=[wrong])
            ).status_code
            == 422
        )
    gone = paper(cast, case)
    withdrawn = cast(LI).post(f"/v1/attachments/{gone}/actions/withdraw", {"reason": "误传"}, version=1)
    assert withdrawn.status_code == 200
    assert (
        move(cast, WITNESS, proxy, "authorise", terms(cast, case, evidence="paper", attachments=[gone])).status_code
        == 422
    )


# --- When it is over


def test_sight_ends_at_the_instant_though_nobody_tidied(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    proxy = offered(cast, receipt["id"])["id"]
    until = present() + timedelta(seconds=3)
    does(cast, WITNESS, proxy, "authorise", terms(cast, receipt["id"], valid_until=until.isoformat()))
    assert cast(WANG).sees(receipt["id"])
    skip(seconds=3)
    assert not cast(WANG).sees(receipt["id"])
    assert move(cast, WANG, proxy, "file", {"filing_number": "A1"}, version=3).status_code == 404
    assert cast(LI).get(f"/v1/proxies/{proxy}").json()["state"] == "authority_expired"


def test_acts_end_at_the_instant(cast: Cast, lives: Lives, at: Freeze) -> None:
    until = present().replace(microsecond=0) + timedelta(days=20)
    proxy = carried(cast, lives.signed(), valid_until=until.isoformat())
    at(until - timedelta(microseconds=1))
    errand(cast, proxy)
    at(until)
    reply = move(cast, WANG, proxy, "plan_errand", {"kind": "ask", "plan": "再问"})
    assert reply.status_code == 404, "the sight ends with the authority"
    page = cast(LI).get(f"/v1/proxies/{proxy}").json()
    assert page["state"] == "authority_expired"
    assert "plan_errand" not in page["available_actions"]


def test_expiry_is_put_on_the_record_once(cast: Cast, lives: Lives, tend: Tend, sql: Any, at: Any) -> None:
    until = present() + timedelta(days=20)
    receipt = lives.signed()
    proxy = carried(cast, receipt, valid_until=until.isoformat())
    tend(until - timedelta(seconds=1))
    assert cast(LI).get(f"/v1/proxies/{proxy}").json()["state"] == "reporting"
    for _ in range(3):
        tend(until)
    at(until)
    kinds = [e["kind"] for e in cast(LI).walk(f"/v1/cases/{receipt['id']}/timeline?limit=200")]
    assert kinds.count("expire_proxy") == 1
    page = cast(LI).get(f"/v1/proxies/{proxy}").json()
    assert (page["state"], page["authorities"][0]["ended_as"]) == ("authority_expired", "expired")
    assert not cast(WANG).sees(receipt["id"])
    assert door(cast, "proxy/revoke", receipt).status_code == 409, "there is nothing left to withdraw"
    templates = [m["template"] for m in cast(LI).walk("/v1/me/messages") if m["case_id"] == receipt["id"]]
    assert templates.count("proxy_ended") == 1


def test_after_expiry_another_may_be_asked_for_at_once(cast: Cast, lives: Lives, at: Freeze) -> None:
    until = present() + timedelta(days=20)
    receipt = lives.signed()
    authorised(cast, receipt, valid_until=until.isoformat())
    at(until)
    assert [p["state"] for p in door(cast, "proxy/ask", receipt).json()["items"]] == ["authority_expired", "requested"]


def test_who_comes_under_the_unit_complained_of_loses_it(cast: Cast, lives: Lives, tend: Tend, sql: Any) -> None:
    receipt = lives.signed()
    proxy = carried(cast, receipt)
    version = cast(WANG).get(f"/v1/proxies/{proxy}").json()["version"]
    sql(
        "update cases set barred_units = '{C150102001001}' where id = $1::uuid",
        receipt["id"],
    )
    assert move(cast, WANG, proxy, "plan_errand", {"kind": "ask", "plan": "问"}, version=version).status_code == 404
    for _ in range(2):
        tend(present())
    page = cast(LI).get(f"/v1/proxies/{proxy}").json()
    assert (page["state"], page["authorities"][0]["ended_as"]) == ("conflict_of_interest", "conflict")
    rows = sql(
        "select until <= now() as over from case_access where case_id = $1::uuid and grantee = $2 and part = 'proxy'",
        receipt["id"], f"staff:{WORKER}",
    )  # fmt: skip
    assert [row["over"] for row in rows] == [True]
    kinds = [e["kind"] for e in cast(LI).walk(f"/v1/cases/{receipt['id']}/timeline?limit=200")]
    assert kinds.count("recuse_proxy") == 1


def test_who_loses_the_post_loses_it_too(cast: Cast, lives: Lives, tend: Tend, sql: Any) -> None:
    receipt = lives.signed()
    proxy = carried(cast, receipt)
    sql("update post set area = '150102001002' where id = $1", f"{member(WANG).post}")
    try:
        assert move(cast, WANG, proxy, "plan_errand", {"kind": "ask", "plan": "问"}).status_code == 403
        tend(present())
    finally:
        sql("update post set area = '150102001001' where id = $1", f"{member(WANG).post}")
    assert own(cast, receipt)[0]["state"] == "stepped_down"
    assert not cast(WANG).sees(receipt["id"])


def test_a_stale_version_and_a_repeat(cast: Cast, lives: Lives) -> None:
    proxy = authorised(cast, lives.signed())
    stale = move(cast, WANG, proxy, "plan_errand", {"kind": "ask", "plan": "问"}, version=1)
    assert (stale.status_code, stale.json()["current"]["state"]) == (412, "authorised")
    body, key = {"kind": "ask", "plan": "问"}, f"errand {proxy}"
    first = move(cast, WANG, proxy, "plan_errand", body, version=3, key=key)
    again = move(cast, WANG, proxy, "plan_errand", body, version=3, key=key)
    assert (first.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"


def test_the_residents_doors_ask_for_the_code(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    authorised(cast, receipt)
    wrong = {**receipt, "query_code": "2222222222"}
    for name, body in (
        ("proxy", {}), ("proxy/ask", {}), ("proxy/revoke", {}), ("proxy/decline", {}),
        ("proxy/authorise", {"matter": "x", "powers": ["enquire"], "valid_until": soon()}),
        ("proxy/proof", {"attachment": WORKER}),
    ):  # fmt: skip
        assert door(cast, name, wrong, **body).status_code == 404, name
    assert door(cast, "proxy/proof", receipt, attachment=WORKER).status_code == 404
    other = cast(LI).attached(receipt["id"], png(), "evidence")
    assert door(cast, "proxy/proof", receipt, attachment=other["id"]).status_code == 404, "nothing else of the file"


def test_who_serves_by_proxy_must_have_one(cast: Cast, lives: Lives) -> None:
    case = lives.concluded()["id"]
    assert cast(CHEN).act(case, "serve", service(method="proxy")).status_code == 409
    assert someone(cast, CHEN).get(f"/v1/cases/{case}").json()["service"] is None
