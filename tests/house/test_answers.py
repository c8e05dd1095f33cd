"""Every answer of whole lives is what the document says, member by member; and every success it promises is reached."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.core.access import Role
from seeds.hohhot.city import build_city
from seeds.hohhot.staff import staff_id
from seeds.load import demo_password
from tests.cast import CONCLUSION, Cast, Lives, Person, member, report, service
from tests.house.beside_cases import WHY, ask_about_own_data, carry_for_residents, keep_a_centre, mediate, work_together
from tests.house.documents import Strict
from tests.support import files
from tests.support.clock import present
from tests.support.residents import REDO, applied, decided, door, hearing, take_back
from tests.support.tiers import Amount

CASES_READ = Amount("cases whose every page each role reads", short=1, long=40)


@pytest.fixture(scope="module")
def strict(app: Any, database: str) -> Iterator[Strict]:
    with Strict(app) as running:
        yield running


def register_in_every_way(cast: Cast) -> None:
    li, machine = cast("li.window"), cast.machine()
    kinds = {
        "request": "heating.outage",
        "dispute": "neighbour.noise",
        "petition": "heating.temperature",
        "event": "road.snow",
    }
    for language in ("zh-CN", "en"):
        for kind, category in kinds.items():
            assert li.post("/v1/cases", report(kind, category), **{"Accept-Language": language}).status_code == 201
    paris = {"point": {"type": "Point", "coordinates": [2.35, 48.85]}, "crs": "WGS84", "accuracy_m": 5}
    for place in ({"address": "某处"}, {"cell": "150102001001001"}, {"area": "150102001"}, paris):
        assert li.post("/v1/cases", report(location=place)).status_code == 201
    accusation = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102"}])
    assert li.post("/v1/cases", accusation).status_code == 201
    concerns = [{"unit": "C150102001"}, {"text": "他们"}]
    guarded = report("dispute", "neighbour.noise", concerns=concerns, not_to=[{"unit": "M150102001"}])
    assert li.post("/v1/cases", guarded).status_code == 201
    body, key = report(source={"system": "12345", "external_id": uuid.uuid4().hex}), uuid.uuid4().hex
    assert [machine.post("/v1/cases", body, key=k).status_code for k in (key, key, None)] == [201, 201, 200]
    items = li.batch([report(), report(category="no.such"), {}, accusation])
    assert [item["status"] for item in items] == [201, 422, 422, 201]


def waived() -> dict[str, Any]:
    return service(outcome="waived", article="第三十二条", method="none")


def walk(cast: Cast, case: str, *steps: tuple[str, str, Any]) -> None:
    for login, action, body in steps:
        cast(login).does(case, action, body() if callable(body) else body)


def take_every_step(cast: Cast, lives: Lives) -> None:
    chen, liu = "chen.housing", "liu.head"
    extended = lambda: service(kind="extension")  # noqa: E731
    walk(cast, lives.handling()["id"], (liu, "extend", {"days": 10, **WHY}), (chen, "serve", extended),
         (chen, "conclude", CONCLUSION),
         (chen, "serve", waived), (chen, "close", None),
         (liu, "reopen", WHY))  # fmt: skip
    walk(cast, lives.attempted()["id"], (liu, "approve_attempt", None), (chen, "close", None))
    walk(cast, lives.signed()["id"], (chen, "decline", {"route": "litigation", **WHY}))
    walk(cast, lives.accepted()["id"], (chen, "refer", {"route": "arbitration", **WHY}))
    walk(cast, lives.signed()["id"], (chen, "offer", {"unit": "D150102_hrss", **WHY}), (chen, "recall", None))
    walk(cast, lives.registered()["id"], ("li.window", "withdraw", WHY))
    gone = cast(chen).act(lives.registered()["id"], "refuse", WHY)
    assert gone.json()["seen"] is False
    one, other = lives.handling()["id"], lives.handling()["id"]
    walk(cast, one, (liu, "merge", {"into": other, **WHY}), (liu, "unmerge", WHY))
    queued = cast("luo.intake").register(report(location={"address": "某处"}))["id"]
    walk(cast, queued, ("luo.intake", "place", {"code": "150102001001001"}))
    take_steps_of_the_ladder(cast, lives)
    hand_over(cast)
    case = lives.accepted()["id"]
    assert cast("sun.coordinator").act(lives.registered()["id"], "reissue_code").status_code == 404
    issued = lives.registered(kind="request", category="heating.outage")
    own = {"number": issued["number"], "code": issued["query_code"], "title": "停暖三天"}
    assert cast(chen).client.post("/v1/query/correct", json=own).json()["corrected"] == ["标题"]
    assert cast.seat("C150102001.window_clerk.2").act(issued["id"], "reissue_code").status_code == 200
    asked = {"number": issued["number"], "phone": "13800000000"}
    assert cast(chen).client.post("/v1/query/code", json=asked).status_code == 202
    walk(cast, case, (chen, "correct", {"title": "室温只有十度", **WHY}))
    parties = cast(chen).post(f"/v1/cases/{case}/reveal", {"reason": "电话回访"}).json()["items"]
    looked = cast(chen).post(f"/v1/cases/{case}/same_phone", {"party": parties[0]["id"], "reason": "核对号码"})
    assert looked.json()["items"]


def name_whom_it_concerns(cast: Cast) -> None:
    """Said in words, named, corrected and lifted; then named by the resident."""
    clerk, city = cast("li.window"), cast.seat("C150100.coordinator.1")
    filed = clerk.register(report(concerns=[{"text": "他们"}]))
    water, civil = {"unit": "D150102_water"}, {"unit": "D150102_civil"}
    city.does(filed["id"], "name_concerned", {"whom": [water], **WHY})
    city.does(filed["id"], "mend_concerned", {"instead_of": water, "whom": [civil], **WHY})
    city.does(filed["id"], "lift_concerned", {"whom": civil, **WHY})
    said = {"number": filed["number"], "code": filed["query_code"], "concerns": [water, {"text": "他们"}]}
    assert cast.client.post("/v1/query/concerns", json=said).status_code == 200


def supervise(cast: Cast, lives: Lives) -> None:
    """Each way of asking, and each answer to it."""
    above = cast.seat("C150100.organ_head.1")
    case = lives.handling(kind="request", category="heating.outage")["id"]
    card = {"kind": "supervise", "level": "red", "problem": "buck_passing", "text": "请说明。"}
    moves: tuple[tuple[Any, str, Any], ...] = (
        (cast("chen.housing"), "answer", {"text": "已办。"}), (above, "return", WHY),
        (cast("liu.head"), "answer", {"text": "补报。"}), (above, "verify", None),
    )  # fmt: skip
    made = [
        above.post(f"/v1/cases/{case}/supervisions", body) for body in (card, {"kind": "instruct", "text": "速办。"})
    ]
    assert [reply.status_code for reply in made] == [201, 201]
    urls = [f"/v1/supervisions/{reply.json()['id']}" for reply in made]
    for version, (person, action, body) in enumerate(moves, 1):
        assert person.post(f"{urls[0]}/actions/{action}", body, version=version).status_code == 200
    assert above.get(urls[0]).json()["state"] == "verified"
    assert above.post(f"{urls[1]}/actions/withdraw", WHY, version=1).status_code == 200
    assert len(list(above.walk(f"/v1/cases/{case}/supervisions?limit=1"))) == 2


def attach(cast: Cast, lives: Lives) -> None:
    """Each format in and out, a redacted copy, a withdrawal."""
    chen, case = cast("chen.housing"), lives.handling()["id"]
    made = [chen.attached(case, sent, title="照片") for sent in (files.png(), files.jpeg(), files.webp(), files.pdf())]
    for one in made:
        for below in ("", "/content"):
            assert chen.get(f"/v1/attachments/{one['id']}{below}").status_code == 200
    area = {"x": 0, "y": 0, "width": 9, "height": 9}
    assert chen.post(f"/v1/attachments/{made[0]['id']}/redacted", {"rectangles": [area]}).status_code == 201
    url = f"/v1/attachments/{made[0]['id']}/actions/withdraw"
    assert [chen.post(url, WHY, version=version).status_code for version in (1, 2)] == [200, 409]


def take_steps_of_the_ladder(cast: Cast, lives: Lives) -> None:
    chen, why = "chen.housing", {"reason": "理由充分"}
    up = cast("li.window").register(report("dispute", "neighbour.noise"))["id"]
    walk(cast, up, ("li.window", "go_up", why), ("sun.coordinator", "sign_for", None), ("sun.coordinator", "escalate", why),
         ("deng.county", "sign_for", None), ("deng.county", "send_back", {"guidance": "请现场核对"}))  # fmt: skip
    urgent = lives.accepted(simple=True)["id"]
    walk(cast, urgent, (chen, "flag_urgent", why), (chen, "report_upward", {"unit": "C150100", **why}),
         (chen, "reclassify", why))  # fmt: skip
    disputed, offered = lives.signed()["id"], {"unit": "D150102_hrss", **why}
    walk(cast, disputed, (chen, "offer", offered))
    assert cast("zhang.hrss").act(disputed, "refuse", why).status_code == 200
    walk(cast, disputed, (chen, "offer", offered), ("zhang.hrss", "dispute_competence", why))
    returned = lives.registered(kind="request", category="property.fees")["id"]
    walk(cast, returned, (chen, "refuse", why))
    first = cast.seat("C150102001001.window_clerk.1")
    assert first.act(returned, "rule_return", {"upheld": True, **why}).status_code == 200
    seat = cast.seat("C150100.coordinator.1")
    assert seat.act(disputed, "rule_competence", {"unit": "D150102_hrss", **why}).status_code == 200


def stand_an_emergency(cast: Cast) -> None:
    """On, a rota written, the board looked at, and off again."""
    head = cast.seat("C150105.organ_head.1")
    end = (present() + timedelta(days=2)).isoformat()
    rota = [
        {
            "day": (present() + timedelta(days=1)).date().isoformat(),
            "shift": "day",
            "staff": str(staff_id("C150105.supervisor.1")),
        }
    ]
    body = {"area": "150105", "category": "heating", "ends_at": end, "reason": "演练。", "rota": rota}
    made = head.post("/v1/emergencies", body)
    assert made.status_code == 201, made.text
    url = f"/v1/emergencies/{made.json()['id']}"
    assert head.post(f"{url}/actions/set_rota", {"rota": rota}, version=1).status_code == 200
    assert head.get(f"{url}/board").status_code == 200
    assert head.post(f"{url}/actions/end", version=2).status_code == 200
    assert head.get(url).json()["stands"] is False


def hand_over(cast: Cast) -> None:
    """A leave previewed, taken and shown; the worker of a cell where no story plays."""
    sun, cells = cast("sun.coordinator"), ("150102001004001", "150102001004002")
    away, next_to = (staff_id(f"{cell}.grid_worker") for cell in cells)
    asked = {"why": "on_leave", "to": str(next_to), "until": "2099-01-01T00:00:00+08:00"}
    shown = sun.post(f"/v1/staff/{away}/handover", {**asked, "dry_run": True})
    items = [{name: item[name] for name in ("kind", "ref", "to")} for item in shown.json()["items"]]
    assert sun.post(f"/v1/staff/{away}/handover", {**asked, "items": items}).status_code == 200
    assert sun.get(f"/v1/staff/{away}/handovers").status_code == 200
    seats_by_two(cast)


def seats_by_two(cast: Cast) -> None:
    """A desk above which nobody stands is left, and given to another, by two persons."""
    post = "X150103001.discipline_officer.1"
    officer, seat = staff_id(post), f"/v1/posts/{post}"
    asked = {"why": "leaves", "items": [{"kind": "post", "ref": post}]}
    given = {"staff": str(staff_id("X150103002.discipline_officer.1"))}
    for who, status in (("guo.admin", 202), ("lin.auditor", 200)):
        assert cast(who).post(f"/v1/staff/{officer}/handover", asked).status_code == status
    for who, status in (("guo.admin", 202), ("lin.auditor", 200)):
        assert cast(who).post(f"{seat}/holder", given).status_code == status
    assert cast("guo.admin").get(f"{seat}/holders").status_code == 200


def ask_at_every_stage(lives: Lives, strict: Strict) -> None:
    for stage in ("registered", "signed", "accepted", "handling", "concluded", "served", "closed"):
        receipt = getattr(lives, stage)()
        for language in ("zh", "en"):
            asked = {"number": receipt["number"], "code": receipt["query_code"]}
            reply = strict.post("/v1/query", json=asked, headers={"Accept-Language": language})
            assert reply.status_code == 200


def tell_in_writing(cast: Cast, lives: Lives, strict: Strict) -> None:
    chen = "chen.housing"
    receipt = lives.concluded()
    case = receipt["id"]
    walk(cast, case, (chen, "redraft", None), (chen, "serve", lambda: service(method="sms")))
    notices = cast(chen).get(f"/v1/cases/{case}/notices").json()["items"]
    assert [n["state"] for n in notices] == ["served", "replaced", "served"]
    for end in ("", ".pdf"):
        assert cast(chen).get(f"/v1/notices/{notices[0]['id']}{end}").status_code == 200
    assert cast(chen).post(f"/v1/notices/{notices[0]['id']}/print", {"reason": "打印送达"}).status_code == 200
    walk(
        cast,
        case,
        (chen, "close", None),
        (chen, "archive", None),
        ("liu.head", "hold", WHY),
        ("liu.head", "release_hold", WHY),
    )
    assert cast(chen).get(f"/v1/cases/{case}/file.pdf").status_code == 200
    assert cast(chen).post(f"/v1/cases/{case}/file", {"reason": "案卷归档"}).status_code == 200
    me = cast(chen).get("/v1/me").json()["id"]
    assert cast("liu.head").post(f"/v1/staff/{me}/reveals", {"cases": 60, "reason": "逐户回访"}).status_code == 201
    asked = {"number": receipt["number"], "code": receipt["query_code"]}
    assert len(strict.post("/v1/query/notices", json=asked).json()["items"]) == 2
    assert strict.post("/v1/query/looks", json=asked).json()["items"]


def go_up_and_ask_again(cast: Cast, lives: Lives) -> None:
    for name, sent in (
        ("review", {"reasons": "不服"}), ("rate", {"satisfaction": "unsatisfied", "solved": "no"}),
        ("reopen", {"words": "请重新办理"}),
    ):  # fmt: skip
        receipt = lives.closed()
        assert door(cast, name, receipt, **sent).status_code in (200, 201)
        assert door(cast, "", receipt).status_code == 200
        cast("liu.head").get(f"/v1/cases/{receipt['id']}")
    assert door(cast, "go_up", lives.registered(), words="请上级处理").status_code == 200
    undone = lives.registered()
    cast("li.window").does(undone["id"], "withdraw", WHY)
    assert door(cast, "undo", undone).status_code == 200
    original = lives.closed()
    for _ in range(2):
        cast("li.window").post(
            f"/v1/cases/{original['id']}/reviews", {"reasons": "不服", "code": original["query_code"]}
        )
    decided(cast, applied(cast, lives.closed()), REDO)
    again = [lives.closed() for _ in range(2)]
    for receipt, action in zip(again, ("grant_reopening", "decline_reopening"), strict=True):
        door(cast, "rate", receipt, satisfaction="unsatisfied", solved="no", words="未解决")
        assert take_back(cast, receipt).status_code == 200
        assert cast("liu.head").get("/v1/reopening_requests?limit=1").status_code == 200
        cast("liu.head").does(receipt["id"], action, WHY)
        door(cast, "", receipt)


def be_told(cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.signed()["id"]
    sql(
        "insert into message (key, grantee, template, case_id, created_at)"
        " values ($1, 'unit:D150102_housing', 'notice_urging', $2::uuid, now()) returning id",
        f"told {case}",
        case,
    )
    chen, admin = cast("chen.housing"), cast("guo.admin")
    (message, *_) = chen.get("/v1/me/messages?limit=1").json()["items"]
    assert chen.post(f"/v1/me/messages/{message['id']}/read").status_code == 200
    sql(
        "insert into message (key, channel, sealed, seal_key, template, created_at, stuck_at)"
        " values ($1, 'sms', '', '', 'notice_ready', now(), now())",
        f"stuck {case}",
    )
    (stuck, *_) = admin.get("/v1/messages?state=stuck").json()["items"]
    assert admin.post(f"/v1/messages/{stuck['id']}/retry").status_code == 200
    sql("delete from message where key = $1", f"stuck {case}")


def hear_link_and_follow(cast: Cast, lives: Lives) -> None:
    case = lives.handling()["id"]
    for action, body in (
        ("schedule_hearing", hearing()), ("cancel_hearing", WHY), ("schedule_hearing", hearing()), ("hold_hearing", None),
        ("record_hearing", {"record": "双方陈述意见。"}),
    ):  # fmt: skip
        cast("chen.housing").does(case, action, body)
    one, other = lives.signed(), lives.signed()
    cast("liu.head").does(one["id"], "link", {"other": other["id"], "relation": "joint", **WHY})
    cast("liu.head").does(one["id"], "unlink", WHY)
    cast("chen.housing").does(one["id"], "link_repeat", {"other": other["id"], **WHY})
    door(cast, "", one)
    referred = lives.signed()["id"]
    cast("chen.housing").does(referred, "refer", {"route": "arbitration", **WHY})
    filed = {"body": "仲裁委员会", "stage": "filed", "filed_on": "2026-11-02"}
    cast("chen.housing").does(referred, "track_outside", filed)
    visit = {"method": "phone", "reached": True, "confirmed": True, "words": "认可。"}
    cast("li.window").does(lives.closed()["id"], "record_visit", visit)


def write_notes(cast: Cast, lives: Lives) -> None:
    case, chen = lives.handling()["id"], cast("chen.housing")
    note = {"text": "已联系热力公司。", "mentions": [str(member("chen.housing").staff)]}
    assert chen.post(f"/v1/cases/{case}/notes", note).status_code == 201


def log_in(client: Any) -> None:
    sent = {"login": "li.window", "password": demo_password("li.window")}
    reply = client.post("/v1/tokens", json=sent)
    assert reply.status_code == 200
    li = Person(client, reply.json()["access_token"], "li.window")
    assert li.post("/v1/tokens/revoke", {}).status_code == 200


READS = (
    "/v1/me", "/v1/me/tasks", "/v1/cases?limit=200", "/v1/cases?sort=newest&limit=2", "/v1/cases?queue=any", "/v1/cases?q=停暖",
    "/v1/cases?overdue=true", "/v1/cases?status=closed&status=handling", "/v1/cases?bbox=111,40,112,41", "/v1/transitions",
    *(f"/v1/cases/counts?by={by}" for by in ("status", "kind", "category", "county", "township", "lead_unit", "queue")),
    "/v1/cells?limit=2", "/v1/cells/unstaffed", "/v1/areas?geometry=true&limit=2", "/v1/areas?tier=community&limit=2",
    "/v1/units?limit=2", "/v1/units?kind=department&area=150102", "/v1/staff?limit=2", "/v1/staff?unit=C150102001",
    "/v1/notices", "/v1/notices?state=drafted&limit=1", "/v1/notices?state=failed&state=attempted&unit=D150102_housing",
    "/v1/reopening_requests?state=declined", "/v1/cases?queue=no_tier_above",
    "/v1/supervisions?limit=1", "/v1/supervisions?state=verified&state=open", "/v1/me/supervisions",
    *(f"/v1/supervisions/counts?by={by}" for by in ("tier", "state", "kind", "level", "problem", "target_unit")),
    "/v1/data_requests?limit=1", "/v1/data_requests?state=refused&overdue=false",
    *(f"/v1/data_requests/counts?by={by}" for by in ("state", "asked", "ground", "lead_unit")),
    "/v1/me/messages", "/v1/me/messages?unread=true&limit=1", "/v1/messages", "/v1/messages?state=waiting",
    *(f"/v1/areas/{code}/dashboard" for code in ("150100", "150102", "150102001", "150102001001")),
    *(f"/v1/centres/C{code}/dashboard" for code in ("150100", "150102", "150102001", "150102001001")),
    *(f"/v1/indicators?by={by}" for by in ("none", "county", "township", "community", "category", "unit")),
    "/v1/emergencies", "/v1/emergencies?stands=false&area=150105&limit=1",
    *(f"/v1/centres/C150122{below}" for below in ("", "/duty", "/rota", "/rooms", "/changes", "/reception?category=road.snow")),
    "/v1/centres?limit=2", "/v1/centres?tier=county&q=saihan", "/v1/me/bookings", "/v1/me/proxies",
    "/v1/dispute_kinds", "/v1/dispute_kinds/wages", "/v1/dispute_kinds/family?township=150102001",
    "/v1/audit/looks?limit=2", *(f"/v1/audit/looks?pattern={pattern}" for pattern in ("no_act", "burst", "outside_part")),
    "/v1/categories", "/v1/locate?lon=111.693&lat=40.869&crs=WGS84", "/v1/locate?lon=2.35&lat=48.85&crs=GCJ02",
)  # fmt: skip


def read_everything(cast: Cast, role: Role) -> None:
    login = next((m.login for m in build_city().cast if m.post.split(".")[1] == role), None)
    person = cast(login) if login else cast.machine()
    for url in READS:
        reply = person.get(url, **{"Accept-Language": "en"})
        assert reply.status_code in (200, 403), f"{url} {reply.text}"
    seen = person.get("/v1/cases?limit=200")
    items = seen.json()["items"] if seen.status_code == 200 else []
    for item in items[:: max(1, len(items) // CASES_READ)]:
        for below in ("", "/timeline", "/timeline?limit=1", "/similar", "/notices", "/bookings", "/attachments", "/tasks",
                      "/whistles", "/meetings", "/proxies", "/notes", "/corrections", "/data_requests"):  # fmt: skip
            assert person.get(f"/v1/cases/{item['id']}{below}").status_code == 200


@CASES_READ.mark
def test_every_answer_is_as_documented_and_every_promise_is_kept(strict: Strict, sql: Any) -> None:
    cast, lives = Cast(strict), Lives(Cast(strict))
    register_in_every_way(cast)
    take_every_step(cast, lives)
    go_up_and_ask_again(cast, lives)
    hear_link_and_follow(cast, lives)
    name_whom_it_concerns(cast)
    supervise(cast, lives)
    ask_about_own_data(cast, lives)
    stand_an_emergency(cast)
    attach(cast, lives)
    carry_for_residents(cast, lives)
    ask_at_every_stage(lives, strict)
    tell_in_writing(cast, lives, strict)
    be_told(cast, lives, sql)
    keep_a_centre(cast)
    work_together(cast, lives)
    mediate(cast)
    write_notes(cast, lives)
    log_in(strict)
    for role in Role:
        read_everything(cast, role)
    promised = {
        (operation["operationId"], int(status))
        for operations in strict.document["paths"].values()
        for operation in operations.values()
        for status in operation["responses"]
        if status < "3"
    }
    kept = {(name, status) for name, statuses in strict.answered.items() for status in statuses}
    assert promised - kept == set()
