"""A petition carried by a proxy whose authority is withdrawn midway; and the ways around it."""

from typing import Any

from tests.access.reading import listed
from tests.cast import Cast, Lives, member, service
from tests.support.clock import present
from tests.support.files import jpeg
from tests.support.proxies import (
    CHEN,
    LI,
    WANG,
    WITNESS,
    authorised,
    carried,
    does,
    done,
    errand,
    move,
    offered,
    own,
    own_code,
    requested,
    soon,
    terms,
    wish,
)
from tests.support.residents import door, held


def test_a_petition_is_carried_until_the_authority_is_withdrawn(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    case, wang = receipt["id"], cast(WANG)
    assert not wang.sees(case)
    asked = door(cast, "proxy/ask", receipt, wish="腿脚不便，请人代为递交测温记录。")
    assert (asked.status_code, asked.json()["items"][0]["state"]) == (201, "requested")
    (proxy,) = (item["id"] for item in cast(LI).walk(f"/v1/cases/{case}/proxies"))
    page = offered_to_wang(cast, proxy)
    assert (page["state"], page["staff_name"]) == ("offered", "王海燕")
    assert not wang.sees(case), "an offer opens nothing"
    assert wang.get(f"/v1/proxies/{proxy}").status_code == 404

    page = does(cast, WITNESS, proxy, "authorise", terms(cast, case, evidence="paper"))
    assert (page["state"], page["overdue"]) == ("authorised", False)
    assert page["authorities"][0]["papers"][0]["purpose"] == "authority"
    assert wang.sees(case)
    assert proxy in {p["id"] for p in wang.walk("/v1/me/proxies")}
    assert [m["template"] for m in wang.walk("/v1/me/messages") if m["case_id"] == case] == ["proxy_authorised"]
    page = does(cast, WANG, proxy, "file", {"filing_number": "XF-2026-0137"})
    assert (page["state"], page["filing_number"]) == ("reporting", "XF-2026-0137")

    photo = wang.attached(case, jpeg(), "proof")["id"]
    found = errand(cast, proxy, "file", unit="D150102_housing")
    does(cast, WANG, proxy, "begin_errand", {"errand": found})
    proof = {
        "errand": found, "at": present().isoformat(), "words": "材料已递交。", "reply": "三日内上门复测。",
        "place": {"lon": 111.67, "lat": 40.81, "crs": "GCJ02"}, "attachments": [photo],
    }  # fmt: skip
    page = does(cast, WANG, proxy, "finish_errand", proof)
    assert page["errands"][0]["state"] == "done"
    assert page["errands"][0]["point"]["coordinates"] != [111.67, 40.81], "kept as WGS84"
    assert "withdraw" not in wang.get(f"/v1/attachments/{photo}").json()["available_actions"]
    gone = wang.post(f"/v1/attachments/{photo}/actions/withdraw", {"reason": "拍得不清楚"}, version=1)
    assert (gone.status_code, gone.json()["allowed"]) == (409, ["redact"]), "the errand rests on it"

    cast(CHEN).does(case, "accept")
    (notice,) = [n for n in wang.get(f"/v1/proxies/{proxy}").json()["notices"] if n["kind"] == "acceptance"]
    assert not notice["passed_at"]
    told = {
        "notice": notice["notice"],
        "method": "in_person",
        "at": present().isoformat(),
        "words": "当面告知。",
    }
    page = does(cast, WANG, proxy, "pass_on", told)
    assert move(cast, WANG, proxy, "pass_on", told).status_code == 409, "once"
    done(cast, proxy, "report_back")

    gone = door(cast, "proxy/revoke", receipt, words="今后自行办理。")
    assert (gone.status_code, gone.json()["items"][0]["state"]) == (200, "withdrawn_by_resident")
    knows_nothing(cast, case, proxy, page["version"])
    seen = own(cast, receipt)[0]
    assert (seen["name"], seen["unit"]) == (
        "王海燕",
        cast(LI).get(f"/v1/cases/{case}").json()["names"]["C150102001001"],
    )
    assert [e["words"] for e in seen["errands"]] == ["材料已递交。", "已办。"]
    assert seen["errands"][0]["reply"] == "三日内上门复测。"
    assert [(n["kind"], n["words"]) for n in seen["notices"] if n["passed_at"]] == [("acceptance", "当面告知。")]
    assert seen["authorities"][0]["ended_as"] == "revoked"
    assert door(cast, "", receipt).json()["proxy"] == {"state": "withdrawn_by_resident", "name": "王海燕"}
    picture = cast.client.post("/v1/query/proxy/proof", json={**held(receipt), "attachment": photo})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    steps = [e["kind"] for e in cast(LI).walk(f"/v1/cases/{case}/timeline?limit=200")]
    assert [s for s in steps if "proxy" in s or "errand" in s or s.startswith("pass")] == [
        "request_proxy", "offer_proxy", "authorise_proxy", "file_proxy", "plan_errand", "begin_errand", "finish_errand",
        "pass_on_notice", "plan_errand", "finish_errand", "revoke_proxy",
    ]  # fmt: skip
    ended = [m for m in cast(LI).walk("/v1/me/messages") if m["case_id"] == case]
    assert [m["template"] for m in ended] == ["proxy_ended"]


def offered_to_wang(cast: Cast, proxy: str) -> dict[str, Any]:
    return does(cast, LI, proxy, "offer", {"staff": str(member(WANG).staff), "capacity": "grid_worker"})


def knows_nothing(cast: Cast, case: str, proxy: str, version: int) -> None:
    """At no door: neither the case nor what was carried."""
    wang = cast(WANG)
    for url in (f"/v1/cases/{case}", f"/v1/cases/{case}/timeline", f"/v1/cases/{case}/proxies", f"/v1/proxies/{proxy}",
                f"/v1/cases/{case}/attachments"):  # fmt: skip
        assert wang.get(url).status_code == 404, url
    assert all(case not in ids for ids in listed(wang).values())
    assert proxy not in {p["id"] for p in wang.walk("/v1/me/proxies")}
    assert not [m for m in wang.walk("/v1/me/messages") if m["case_id"] == case]
    for action, body in (
        ("plan_errand", {"kind": "ask", "plan": "再问"}), ("file", {"filing_number": "X1"}), ("close", None),
        ("revoke", {"words": "撤", **own_code(case)}), ("step_down", {"reason": "试"}),
    ):  # fmt: skip
        for guess in (version, version + 1):
            assert move(cast, WANG, proxy, action, body, version=guess).status_code == 404, action


def test_it_is_carried_to_its_end(cast: Cast, lives: Lives) -> None:
    receipt = lives.accepted()
    proxy = carried(cast, receipt)
    open_errand = errand(cast, proxy, "urge")
    assert move(cast, WANG, proxy, "close").status_code == 409, "an errand is open"
    does(cast, WANG, proxy, "drop_errand", {"errand": open_errand, "reason": "单位已回复"})
    assert move(cast, WANG, proxy, "close").status_code == 409, "the resident was not reported to"
    done(cast, proxy, "report_back")
    assert does(cast, WANG, proxy, "close") == {"id": proxy, "version": 9, "seen": False}
    assert not cast(WANG).sees(receipt["id"])
    assert own(cast, receipt)[0]["state"] == "closed"
    assert cast(LI).get(f"/v1/cases/{receipt['id']}").json()["status"] == "accepted", "it closes no case"


def test_the_resident_declines_one_and_takes_another(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    offered(cast, receipt["id"])
    back = door(cast, "proxy/decline", receipt, words="希望换一位", another=True).json()["items"]
    assert (back[0]["state"], back[0]["name"]) == ("requested", None)
    (proxy,) = (p["id"] for p in cast(LI).walk(f"/v1/cases/{receipt['id']}/proxies"))
    offered_to_wang(cast, proxy)
    taken: dict[str, Any] = {"matter": "代为查询", "powers": ["enquire"], "valid_until": soon(days=10)}
    first = door(cast, "proxy/authorise", receipt, **taken)
    assert (first.status_code, first.json()["items"][0]["state"]) == (200, "authorised")
    again = door(cast, "proxy/authorise", receipt, **taken)
    assert len(again.json()["items"][0]["authorities"]) == 1, "the same again changes nothing"
    assert cast(WANG).sees(receipt["id"])
    longer = door(cast, "proxy/authorise", receipt, **{**taken, "powers": ["enquire", "submit_materials"]})
    assert [a["ended_as"] for a in longer.json()["items"][0]["authorities"]] == ["renewed", None]


def test_none_is_wanted(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    offered(cast, receipt["id"])
    assert door(cast, "proxy/decline", receipt, another=False).json()["items"][0]["state"] == "declined"
    assert door(cast, "proxy/decline", receipt, another=False).status_code == 409
    assert requested(cast, receipt["id"])["state"] == "requested", "a new wish may follow"
    assert cast(LI).post(f"/v1/cases/{receipt['id']}/proxies", wish(receipt["id"])).status_code == 409, "one at a time"


def test_a_lawyer_is_named_and_a_member_of_staff_acts_beside_them(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    proxy = requested(cast, receipt["id"])["id"]
    body = {"staff": str(member(WANG).staff), "capacity": "lawyer"}
    assert move(cast, LI, proxy, "offer", body).status_code == 422
    page = does(cast, LI, proxy, "offer", {**body, "name": "欧阳律师"})
    assert page["outsider"] == "欧阳**"
    does(
        cast,
        WITNESS,
        proxy,
        "authorise",
        terms(cast, receipt["id"]),
    )
    seen = own(cast, receipt)[0]
    assert (seen["name"], seen["contact"], seen["capacity"]) == ("欧阳律师", "王海燕", "lawyer")


def test_a_proxy_steps_down_and_another_is_asked_for(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    proxy = authorised(cast, receipt)
    stepped = does(cast, WANG, proxy, "step_down", {"reason": "调离岗位"})
    assert stepped == {"id": proxy, "version": 4, "seen": False}
    assert own(cast, receipt)[0]["state"] == "stepped_down"
    assert door(cast, "proxy/ask", receipt).status_code == 201


def test_service_on_a_proxy_counts_only_within_the_power(cast: Cast, lives: Lives) -> None:
    receipt = lives.concluded()
    case = receipt["id"]
    proxy = carried(cast, receipt)
    refused = cast(CHEN).act(case, "serve", service(method="proxy"))
    assert refused.status_code == 409
    assert "accept_service" in refused.json()["detail"]
    (owed,) = [n for n in cast(WANG).get(f"/v1/proxies/{proxy}").json()["notices"] if n["kind"] == "opinion"]
    told = {"notice": owed["notice"], "method": "phone", "at": present().isoformat(), "words": "电话告知结果。"}
    does(cast, WANG, proxy, "pass_on", told)
    page = cast(CHEN).get(f"/v1/cases/{case}").json()
    assert page["service"] is None, "passing on serves nothing"
    assert not [c for c in page["clocks"] if c["kind"] == "apply_review"], "the resident's own time has not begun"

    powers = ["receive_notices", "accept_service"]
    does(cast, WITNESS, proxy, "authorise", terms(cast, case, powers=powers, evidence="paper"))
    cast(CHEN).does(case, "serve", service(method="proxy"))
    page = cast(CHEN).get(f"/v1/cases/{case}").json()
    assert page["service"]["method"] == "proxy"
    assert [c for c in page["clocks"] if c["kind"] == "apply_review"], "receipt by the agent is receipt by the resident"
