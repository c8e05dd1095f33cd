"""What stands beside the steps of a case, done for its answers: proxies, centres, work of several units, mediations."""

from datetime import datetime, timedelta
from typing import Any

from seeds.hohhot.staff import staff_id
from tests.cast import Cast, Lives, Person, member
from tests.support import proxies
from tests.support.clock import present, skip
from tests.support.residents import door
from tests.support.talks import Talks, today

HOUR = timedelta(hours=1)
WHY = {"reason": "当事人书面提出"}


def carry_for_residents(cast: Cast, lives: Lives) -> None:
    """Each step of a proxy, each door of the resident, each way it ends."""
    receipt = lives.signed()
    proxy = proxies.offered(cast, receipt["id"])["id"]
    proxies.does(cast, "li.window", proxy, "recall")
    wang = {"staff": str(member("wang.grid").staff), "capacity": "lawyer", "name": "某律师"}
    proxies.does(cast, "li.window", proxy, "offer", wang)
    assert door(cast, "proxy/decline", receipt, words="换一位").status_code == 200
    proxies.does(cast, "li.window", proxy, "offer", wang)
    proxies.does(cast, proxies.WITNESS, proxy, "authorise", proxies.terms(cast, receipt["id"], evidence="paper"))
    proxies.does(cast, "wang.grid", proxy, "file", {"filing_number": "XF-1"})
    found = proxies.errand(cast, proxy, "ask")
    proxies.does(cast, "wang.grid", proxy, "begin_errand", {"errand": found})
    proxies.does(cast, "wang.grid", proxy, "drop_errand", {"errand": found, **WHY})
    place = {"lon": 111.67, "lat": 40.81, "crs": "WGS84"}
    page = proxies.done(cast, proxy, "report_back", place=place, reply="知悉")
    cast("chen.housing").does(receipt["id"], "accept")
    for owed in cast("wang.grid").get(f"/v1/proxies/{proxy}").json()["notices"]:
        told = {"notice": owed["notice"], "method": "phone", "at": present().isoformat(), "words": "已告知"}
        proxies.does(cast, "wang.grid", proxy, "pass_on", told)
    assert list(cast("wang.grid").walk("/v1/me/proxies?limit=1"))
    proof = page["authorities"][0]["papers"][0]["id"]
    assert door(cast, "proxy/proof", receipt, attachment=proof).status_code == 200
    for language in ("zh", "en"):
        assert door(cast, "proxy", receipt, language).status_code == 200
        assert door(cast, "", receipt, language).status_code == 200
    proxies.does(cast, "wang.grid", proxy, "close")
    assert door(cast, "proxy/ask", receipt, wish="再请代办").status_code == 201
    (*_, again) = cast("li.window").walk(f"/v1/cases/{receipt['id']}/proxies")
    proxies.does(cast, "li.window", again["id"], "decline", WHY)
    taken: dict[str, Any] = {"matter": "代办", "powers": ["enquire"], "valid_until": proxies.soon()}
    for end in ("proxy/revoke", "revoke", "step_down"):
        other = lives.signed()
        proxy = proxies.offered(cast, other["id"])["id"]
        assert door(cast, "proxy/authorise", other, **taken).status_code == 200
        if end == "proxy/revoke":
            assert door(cast, end, other, words="自行办理").status_code == 200
        else:
            body = WHY if end == "step_down" else {"words": "自行办理", **proxies.own_code(other["id"])}
            proxies.does(cast, "wang.grid", proxy, end, body)


def keep_a_centre(cast: Cast) -> None:
    coordinator, url = cast.seat("C150122.coordinator.1"), "/v1/centres/C150122"
    clerks = [str(staff_id(f"C150122.window_clerk.{n}")) for n in (1, 2)]
    tomorrow = present() + timedelta(days=1)

    def turn(clerk: str, hours: int) -> dict[str, Any]:
        begins = tomorrow + timedelta(hours=hours)
        return {"unit": "C150122", "staff": clerk, "since": begins.isoformat(), "until": (begins + HOUR).isoformat()}

    def does(action: str, **body: Any) -> Any:
        version = coordinator.get(url).json()["version"]
        reply = coordinator.post(f"{url}/actions/{action}", body, version=version, **{"Accept-Language": "en"})
        assert reply.status_code == 200, f"{action} {reply.text}"
        return reply.json()

    does("set_hours", week=[{"weekday": 1, "spans": [{"opens": "22:00", "closes": "06:00"}]}])
    does("set_day", day=str(tomorrow.date()), spans=[{"opens": "00:00", "closes": "24:00"}], reason="值守")
    does("set_window", code="20", name="临时")
    does("set_room", code="300", name="大厅", kind="meeting", seats=200)
    does("station", unit="D150122_energy", how="on_call", call_in="电话")
    does("station", unit="D150122_hrss", how="rotating", weekdays=[1], window="20")
    does("plan_shift", **turn(clerks[0], 0))
    report = does("import_rota", items=[turn(clerks[1], 2), turn(clerks[1], 2), {**turn(clerks[1], 0), "window": "no"}])
    does("import_rota", items=[turn(clerks[1], 4)], dry_run=True)
    one, two = [s["id"] for s in coordinator.walk(f"{url}/rota?limit=1")][:2]
    assert report["lines"][0]["shift"] in (one, two)
    does("swap_shifts", shift=one, other=two)
    does("cancel_shift", shift=next(coordinator.walk(f"{url}/rota"))["id"])
    book(coordinator, url, tomorrow)
    for action, body in (("clear_day", {"day": str(tomorrow.date())}), ("close_window", {"code": "20"}),
                         ("close_room", {"code": "300"}), ("unstation", {"unit": "D150122_hrss"})):  # fmt: skip
        does(action, **body)


def book(coordinator: Person, url: str, tomorrow: datetime) -> None:
    """A room that was set, taken and given back."""
    room = next(r["id"] for r in coordinator.get(f"{url}/rooms").json()["rooms"] if r["code"] == "300")
    times = {"since": tomorrow.isoformat(), "until": (tomorrow + HOUR).isoformat()}
    booked = coordinator.post(f"/v1/rooms/{room}/bookings", {**times, "purpose": "meeting"})
    assert booked.status_code == 201, booked.text
    assert coordinator.post(f"/v1/rooms/{room}/bookings", {**times, "purpose": "talk"}).status_code == 409
    for below in ("/duty", "/rota", "/rooms", "/changes?limit=2", "/reception?category=heating.outage", ""):
        assert coordinator.get(url + below).status_code == 200
    booking = f"/v1/bookings/{booked.json()['id']}"
    assert coordinator.get(booking).status_code == 200
    assert len(list(coordinator.walk("/v1/me/bookings?limit=1"))) == 1
    assert coordinator.post(f"{booking}/actions/release", version=1).status_code == 200


def work_together(cast: Cast, lives: Lives) -> None:
    case = lives.handling(kind="request", category="heating.outage")["id"]
    lead, sun, energy = cast("chen.housing"), cast("sun.coordinator"), cast.seat("D150102_energy.handler.1")

    def make(who: Any, what: str, body: dict[str, Any]) -> Any:
        reply = who.post(f"/v1/cases/{case}/{what}", body)
        assert reply.status_code == 201, reply.text
        return reply.json()

    def act(who: Any, url: str, action: str, body: Any = None) -> Any:
        reply = who.post(f"{url}/actions/{action}", body, version=who.get(url).json()["version"])
        assert reply.status_code == 200, f"{action} {reply.text}"
        return reply.json()

    task, unit = {"unit": "D150102_energy", "text": "请核查。"}, "D150102_energy"
    given = [f"/v1/tasks/{make(lead, 'tasks', task)['id']}" for _ in range(3)]
    for action, who, body in (
        ("sign_for", energy, None), ("answer", energy, {"result": "已查。"}), ("return", lead, WHY), ("waive", lead, WHY),
    ):  # fmt: skip
        act(who, given[0], action, body)
    act(energy, given[1], "refuse", WHY)
    act(lead, given[2], "recall")
    whistle = make(sun, "whistles", {"occasion": "emergency", "text": "请到场。", "units": [unit]})
    call = f"/v1/tasks/{whistle['calls'][0]['task']}"
    act(energy, call, "object", WHY)
    act(cast("deng.county"), call, "rule", {"ruling": "dismissed", **WHY})
    act(energy, call, "arrive", {})
    act(energy, call, "answer", {"result": "已到场处置。"})
    act(sun, f"/v1/whistles/{whistle['id']}", "settle", {"settled": "已恢复。"})
    soon = present() + timedelta(seconds=2)
    asked = {"at": soon.isoformat(), "place": "会商室", "agenda": "研判。", "units": [unit, "D150102_water"]}
    meeting = f"/v1/meetings/{make(lead, 'meetings', asked)['id']}"
    act(energy, meeting, "accept")
    act(cast.seat("D150102_water.handler.1"), meeting, "decline", WHY)
    other = make(lead, "meetings", {**asked, "at": (soon + HOUR).isoformat()})
    act(lead, f"/v1/meetings/{other['id']}", "cancel", WHY)
    skip(seconds=2.1)
    act(lead, meeting, "hold", {"minutes": "纪要。", "decisions": [task]})
    for url in (f"/v1/cases/{case}/tasks?limit=1", f"/v1/cases/{case}/whistles", f"/v1/cases/{case}/meetings?limit=1"):
        assert lead.get(url).status_code == 200


def mediate(cast: Cast) -> None:
    Talks(cast).proposed(channel="labour", origin="proposal", respondents=[{"name": "某公司", "address": "某街"}])
    refused = Talks(cast).started()
    for action, body in (
        ("suspend", WHY), ("resume", WHY), ("schedule_session", refused.talk(days=20)),
        ("extend", {"length": 1, "agreed": [{"party": p, "how": "online"} for p in refused.sides], **WHY}),
    ):  # fmt: skip
        refused.does(action, body)
    refused.does("cancel_session", {"session": refused.page["sessions"][0]["id"], **WHY})
    other = str(staff_id("M150102002.mediator.1"))
    refused.does("assign", {"staff": other, "how": "appointed"})
    refused.does("relieve", {"staff": other, "relation": "other", **WHY})
    refused.does("refuse", {"party": refused.sides[0], "how": "written", **WHY})
    Talks(cast).started().does("fail", WHY)
    kept = Talks(cast).started()
    guest = {"role": "recorder", "name": "记录人"}
    kept.does("schedule_session", kept.talk(days=21, party=kept.sides[0], invited=[guest]))
    session = {"session": kept.page["sessions"][0]["id"]}
    kept.does("open_session", session)
    kept.does("record_session", {**session, "minutes": "愿意分期。"})
    kept.does("draft_agreement", kept.terms(kept.pay(300, today())))
    for signature in kept.signs():
        kept.does("sign", signature)
    kept.paid(100, receipt=kept.file("receipt"))
    reached = {"obligation": kept.obligations[0]["id"], "method": "phone", "reached": False, "words": "无人接听。"}
    kept.does("follow_up", reached)
    kept.does("apply_confirmation", {"court": "新城区人民法院", "on": today(), "parties": list(kept.sides)})
    kept.does("decide_confirmation", {"state": "refused", "on": today()})
    oral = Talks(cast).started()
    oral.does("agree_orally", oral.terms(oral.pay(100, today())))
    zhou = cast("zhou.mediator")
    code = {"number": kept.receipt["number"], "code": kept.receipt["query_code"]}
    assert "agreement" in cast.client.post("/v1/query", json=code).json()
    for url in (f"/v1/cases/{kept.case}/mediations", "/v1/me/mediations?limit=1", f"/v1/mediations/{kept.id}/file.pdf"):
        assert zhou.get(url).status_code == 200
    assert zhou.post(f"/v1/mediations/{kept.id}/file", {"reason": "案卷归档"}).status_code == 200


def ask_about_own_data(cast: Cast, lives: Lives) -> None:
    """A copy fetched, one handed over, one taken back, one refused."""
    got = lives.handling(kind="request", category="heating.outage")
    own, head, ask = {"number": got["number"], "code": got["query_code"]}, cast("liu.head"), cast.client.post
    url, told = "/v1/query/data_requests", {"reply": "准予。"}

    def step(request: str, action: str, body: Any) -> None:
        version = head.get(f"/v1/data_requests/{request}").json()["version"]
        reply = head.post(f"/v1/data_requests/{request}/actions/{action}", body, version=version)
        assert reply.status_code == 200, reply.text

    asked = [ask(url, json={**own, "asked": what, "words": "查阅"}).json() for what in ("copy", "explain", "erase")]
    assert ask(f"{url}/withdraw", json={**own, "request": asked[1]["number"]}).status_code == 200
    ids = {r["number"]: r["id"] for r in head.get(f"/v1/cases/{got['id']}/data_requests").json()["items"]}
    step(ids[asked[0]["number"]], "grant", told)
    step(ids[asked[2]["number"]], "refuse", {"ground": "case_runs", **told})
    assert ask(f"{url}/copy", json={**own, "request": asked[0]["number"]}).status_code == 200
    (party,) = cast("chen.housing").get(f"/v1/cases/{got['id']}").json()["parties"]
    body = {"asked": "copy", "party": party["id"], "words": "查阅", "code": got["query_code"]}
    taken = cast("chen.housing").post(f"/v1/cases/{got['id']}/data_requests", body).json()["id"]
    step(taken, "grant", told)
    step(taken, "hand_over", {"reason": "当面核对身份"})
    step(taken, "serve", {"method": "in_person", "proof": "签收"})
