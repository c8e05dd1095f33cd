"""Cases planted to be looked for: every text in them is a mark that occurs nowhere else."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.access.sight import Ledger, area_line, cast_member
from tests.cast import CONCLUSION, HOME_CELL, Cast, Person, member, point_in, report
from tests.support import files
from tests.support.clock import present

COMMUNITY = HOME_CELL[:12]
TITLE = "鸣冤鼓响槐树街"  # begins every planted title, so that titles are alike


@dataclass
class Plant:
    """One planted case. `marks` are its secrets by name; `ledger` says who has a part in it."""

    name: str
    id: str
    number: str
    code: str
    sent: dict[str, Any]
    ledger: Ledger
    marks: dict[str, str]
    version: int = 1
    messages: dict[str, int] = field(default_factory=dict)  # in the app, by whom they are addressed to
    parties: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # of what hangs on it, by the name that paths give them

    @property
    def secret(self) -> bool:
        """An accusation."""
        return self.ledger.secret

    @property
    def personal(self) -> list[str]:
        """What even those who see the case see masked."""
        return [value for name, value in self.marks.items() if name.startswith("party")]

    def everything(self) -> list[str]:
        """Whatever would betray it."""
        return [*self.marks.values(), self.id, uuid.UUID(self.id).hex, self.number, self.code, *self.ids.values()]


class Planter:
    """Registers cases and takes their steps as the cast would, and keeps the ledger."""

    def __init__(self, cast: Cast, run: str) -> None:
        self.cast, self.run = cast, run
        self.plants: list[Plant] = []

    def mark(self, what: str) -> str:
        """A text that occurs nowhere else."""
        return f"匿迹{self.run}{len(self.plants):03d}{what}"

    def _person(self, login: str) -> Person:
        if login.startswith("key:"):
            return self.cast.machine()
        return self.cast.seat(login) if login[0].isupper() else self.cast(login)

    def plant(
        self, name: str, kind: str, category: str, *, by: str = "luo.intake", desk: str | None = None,
        place: dict[str, Any] | None = None, text: bool = False, **more: Any,
    ) -> Plant:  # fmt: skip
        """Register one case with marks in every text; an accusation's `desk` is the one that must lead it."""
        n = len(self.plants)
        marks = {"title": self.mark("题"), "description": self.mark("述"), "address": self.mark("址")}
        lon, lat = point_in()
        where = place or {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84"}
        body = report(
            kind, category, title=f"{TITLE}{marks['title']}", description=f"请查明：{marks['description']}。",
            location={**where, "address": f"{marks['address']}巷"}, **more,
        )  # fmt: skip
        marks |= self._people(body, kind, n)
        if text:
            marks["concern"] = self.mark("人")
            body["concerns"] = [*body.get("concerns", []), {"text": f"{marks['concern']}及其亲属"}]
        if by == "key:hotline-12345":
            marks["external"] = f"HX-{self.run}-{n:03d}"
            body["source"] = {"system": "12345", "external_id": marks["external"]}
        receipt = self._person(by).register(body)
        ledger = self._ledger(body, receipt, by, desk)
        planted = Plant(name, receipt["id"], receipt["number"], receipt["query_code"], body, ledger, marks)
        self.plants.append(planted)
        return planted

    def _people(self, body: dict[str, Any], kind: str, n: int) -> dict[str, str]:
        role = "affected" if kind == "event" else "petitioner"
        marks = {"party_name": self.mark("某甲"), "party_phone": f"19{int(self.run, 36) % 10**5:05d}{n:04d}"}
        marks["party_address"] = self.mark("户")
        body["parties"] = [
            {"role": role, "name": f"赵{marks['party_name']}", "phone": marks["party_phone"],
             "address": f"槐树街7号{marks['party_address']}"}
        ]  # fmt: skip
        if kind == "dispute":
            marks["party_other"] = self.mark("某乙")
            body["parties"].append({"role": "respondent", "name": f"钱{marks['party_other']}"})
        return marks

    def _ledger(self, body: dict[str, Any], receipt: dict[str, Any], by: str, desk: str | None) -> Ledger:
        ledger = Ledger(body["kind"], body.get("petition_class") == "accusation")
        for said, whom in [("concerns", c) for c in body.get("concerns", [])] + [
            ("not_to", c) for c in body.get("not_to", [])
        ]:
            if "unit" in whom:
                ledger.barred_units.add(whom["unit"])
            elif "staff" in whom:
                ledger.barred_people.add(whom["staff"])
                if said == "concerns":
                    ledger.barred_units |= _units_of(whom["staff"])
        if ledger.secret:
            assert desk is not None
            assert set(receipt) == {"id", "number", "query_code", "status"}, receipt
            ledger.desk(desk)
            return ledger
        ledger.areas = frozenset(code for code in receipt["areas"].values() if code)
        ledger.units = {receipt["lead_unit"], receipt["offered_to"] or receipt["lead_unit"]}
        ledger.people.add(by if by.startswith("key:") else f"staff:{cast_member(by).id}")
        if receipt["worker"] and ledger.kind in ("request", "event"):
            ledger.people.add(f"staff:{receipt['worker']}")
        if receipt["queue"] == "no_worker":
            ledger.units.add(f"C{receipt['areas']['township']}")
        if receipt["lead_unit"] == "I150100":
            ledger.barred_units.discard("I150100")
        return ledger

    def reviewed(self, name: str, original: Plant, decided_by: str, lead: str) -> Plant:
        """The luo.intake desk applies for a review of a served opinion: hidden from the unit that gave it."""
        people = {name: text for name, text in original.marks.items() if name.startswith("party")}
        marks = {"title": self.mark("题"), **people}  # the same resident
        why = {"reasons": f"不服处理意见：{marks['title']}。"}
        reply = self._person("luo.intake").post(f"/v1/cases/{original.id}/reviews", why)
        assert reply.status_code == 201, reply.text
        receipt = reply.json()
        assert receipt["lead_unit"] == lead
        ledger = self._ledger({"kind": "petition"}, receipt, "luo.intake", None)
        ledger.barred_units |= {decided_by, *original.ledger.barred_units}
        ledger.barred_people |= original.ledger.barred_people
        original.ledger.units.add(lead)
        original.version += 1
        sent = {"kind": "petition", "category": original.sent["category"]}
        planted = Plant(name, receipt["id"], receipt["number"], receipt["query_code"], sent, ledger, marks, version=2)
        self.plants.append(planted)
        return planted

    # --- Steps

    def does(self, plant: Plant, who: str, action: str, body: Any = None) -> None:
        """One step, which must succeed."""
        page = self._person(who).does(plant.id, action, body)
        plant.version = page["version"]

    def said(self, plant: Plant, what: str) -> str:
        """A sentence with a mark of its own."""
        name = f"{what}{len(plant.marks)}"
        plant.marks[name] = f"匿迹{self.run}{self.plants.index(plant):03d}{name}"
        return f"经研究，{plant.marks[name]}。"

    def offer(self, plant: Plant, who: str, unit: str) -> None:
        """Offered to a unit, which sees it from now on."""
        self.does(plant, who, "offer", {"unit": unit, "reason": self.said(plant, "派")})
        if plant.secret:
            plant.ledger.desk(unit)
        else:
            plant.ledger.units.add(unit)

    def refuse(self, plant: Plant, who: str, unit: str) -> None:
        """Given back: the unit sees it no more."""
        self.does(plant, who, "refuse", {"reason": self.said(plant, "退")})
        plant.ledger.units.discard(unit)

    def recall(self, plant: Plant, who: str, unit: str) -> None:
        """Taken back: the same."""
        self.does(plant, who, "recall")
        plant.ledger.units.discard(unit)

    def handled(self, plant: Plant, who: str) -> None:
        """Accepted and being handled."""
        self.does(plant, who, "accept")
        self.told(plant, who)
        self.does(plant, who, "handle")

    def told(self, plant: Plant, who: str) -> None:
        """Every notice that waits is handed over."""
        for notice in self._person(who).get(f"/v1/cases/{plant.id}").json()["notices"]:
            if notice["state"] == "drafted":
                proof = {"outcome": "served", "method": "in_person", "at": notice["drafted_at"], "kind": notice["kind"]}
                self.does(plant, who, "serve", {**proof, "proof": self.said(plant, "证")})

    def replied(self, plant: Plant, who: str) -> None:
        """Concluded, and the reply has reached the resident."""
        self.does(plant, who, "conclude", {**CONCLUSION, "reply": self.said(plant, "复")})
        proof = {"outcome": "served", "method": "in_person", "at": present().isoformat()}
        self.does(plant, who, "serve", {**proof, "proof": self.said(plant, "证")})

    def supervised(self, plant: Plant, who: str, unit: str) -> None:
        """A higher unit asks one with a part in it for a written answer."""
        body = {
            "kind": "supervise",
            "level": "red",
            "problem": "buck_passing",
            "text": self.said(plant, "督"),
            "unit": unit,
        }
        reply = self._person(who).post(f"/v1/cases/{plant.id}/supervisions", body)
        assert reply.status_code == 201, reply.text
        plant.ids["supervision_id"] = reply.json()["id"]
        plant.version += 1

    def answered(self, plant: Plant, who: str) -> None:
        """The unit asked has answered."""
        url = f"/v1/supervisions/{plant.ids['supervision_id']}/actions/answer"
        reply = self._person(who).post(url, {"text": self.said(plant, "答")}, version=1)
        assert reply.status_code == 200, reply.text
        plant.version += 1

    def asked(self, plant: Plant, who: str, what: str, body: Any) -> dict[str, Any]:
        """A task, whistle or meeting."""
        reply = self._person(who).post(f"/v1/cases/{plant.id}/{what}", body)
        assert reply.status_code == 201, reply.text
        plant.version += 1
        return dict(reply.json())

    def moved(self, plant: Plant, who: str, url: str, body: Any, version: int) -> None:
        """A step on one of them."""
        reply = self._person(who).post(url, body, version=version)
        assert reply.status_code == 200, reply.text
        plant.version += 1

    def carried(self, plant: Plant, by: str) -> None:
        """Somebody is asked to carry it for the resident, offered and authorised, and has an errand ahead."""
        proxy = self.asked(plant, "li.window", "proxies", {"wish": self.said(plant, "愿")})["id"]
        plant.ids["proxy_id"], url = proxy, f"/v1/proxies/{proxy}/actions"
        self.moved(plant, "li.window", f"{url}/offer", {**_staff(by), "capacity": "grid_worker"}, 1)
        terms = {
            "matter": self.said(plant, "托"), "powers": ["enquire", "receive_notices"], "valid_until": _in_a_month(),
            "evidence": "recorded_consent", "consent": self.said(plant, "见"),
        }  # fmt: skip
        self.moved(plant, "li.window", f"{url}/authorise", terms, 2)
        plant.ledger.people.add(f"staff:{member(by).staff}")
        self.moved(plant, by, f"{url}/plan_errand", {"kind": "ask", "plan": self.said(plant, "跑")}, 3)

    def attached(self, plant: Plant, who: str) -> None:
        """A paper is attached; its title is a secret."""
        made = self._person(who).attached(plant.id, files.png(), title=self.said(plant, "附"))
        plant.ids["attachment_id"] = made["id"]
        plant.version += 1

    def mediated(self, plant: Plant, who: str) -> None:
        """Applied for, and consented to by both sides."""
        person = self._person(who)
        asked = {"channel": "people", "origin": "application", "text": self.said(plant, "调")}
        reply = person.post(f"/v1/cases/{plant.id}/mediations", asked)
        assert reply.status_code == 201, reply.text
        page = reply.json()
        plant.ids["mediation_id"] = page["id"]
        for party in page["parties"]:
            url = f"/v1/mediations/{page['id']}/actions/consent"
            page = person.post(url, {"party": party["id"], "how": "phone"}, version=page["version"]).json()
        plant.version += 3

    def reason(self, plant: Plant, who: str, action: str) -> None:
        """A step with a reason."""
        self.does(plant, who, action, {"reason": self.said(plant, "因")})

    def revealed(self, plant: Plant, who: str) -> None:
        """Somebody with a part has looked at the parties in clear and said why."""
        reply = self._person(who).post(f"/v1/cases/{plant.id}/reveal", {"reason": self.said(plant, "阅")})
        assert reply.status_code == 200, reply.text


def _in_a_month() -> str:
    return (present() + timedelta(days=30)).isoformat()


def _units_of(staff: str) -> set[str]:
    from seeds.hohhot.city import build_city

    return {p.unit for p in build_city().posts if str(p.staff) == staff}


def _staff(login: str) -> dict[str, str]:
    return {"staff": str(member(login).staff)}


HOUSING, CITY_HOUSING = "D150102_housing", "D150100_housing"


def sow(planter: Planter, rounds: int = 1) -> Sequence[Plant]:
    """Thirty-four cases a round: every class of petition, disputes, requests, events, at every stage."""
    sowers: tuple[Callable[[Planter], None], ...] = (petitions, disputes, requests, accusations)
    for _ in range(rounds):
        for sower in sowers:
            sower(planter)
    return planter.plants


def petitions(p: Planter) -> None:
    """Appeals and a suggestion."""
    kind, category = "petition", "heating.temperature"
    p.plant("an appeal, offered", kind, category, by="li.window")

    about = p.plant("an appeal about housing, replied", kind, category, concerns=[{"unit": HOUSING}], text=True)
    head = f"{CITY_HOUSING}.organ_head.1"
    p.does(about, head, "sign_for")
    p.attached(about, head)
    p.handled(about, head)
    p.revealed(about, head)
    p.replied(about, head)

    about = p.plant(
        "an appeal about the centre that took it", kind, category, by="li.window", concerns=[{"unit": "C150102001"}]
    )
    p.does(about, "chen.housing", "sign_for")
    p.handled(about, "chen.housing")

    about = p.plant("an appeal about the county's centre, refused", kind, category, concerns=[{"unit": "C150102"}])
    p.refuse(about, head, CITY_HOUSING)

    for name in ("an appeal carried by the worker next door", "an appeal carried no more"):
        carried = p.plant(name, kind, category, by="li.window")
        p.carried(carried, "zhao.grid")
    ended = {"words": p.said(carried, "撤")}
    p.moved(carried, "li.window", f"/v1/proxies/{carried.ids['proxy_id']}/actions/revoke", ended, 4)
    carried.ledger.people.discard(f"staff:{member('zhao.grid').staff}")

    decided = p.plant("an appeal decided by housing", kind, category)
    p.does(decided, "chen.housing", "sign_for")
    p.handled(decided, "chen.housing")
    p.replied(decided, "chen.housing")
    under = p.reviewed("its review", decided, HOUSING, CITY_HOUSING)
    under.ledger.barred_people |= {str(member("chen.housing").staff)}
    p.does(under, head, "accept")

    p.plant(
        "a suggestion, not to the worker", kind, category, petition_class="suggestion", by="wang.grid",
        not_to=[_staff("zhao.grid")],
    )  # fmt: skip
    one = p.plant(
        "an appeal about water, joined", kind, category, by="key:hotline-12345", concerns=[{"unit": "D150102_water"}]
    )
    other = p.plant("the appeal it joined", kind, category, by="sun.coordinator")
    for case in (one, other):
        p.does(case, "chen.housing", "sign_for")
    p.does(one, "liu.head", "merge", {"into": other.id, "reason": p.said(one, "并")})
    other.version += 1
    other.ledger.barred_units |= one.ledger.barred_units


def disputes(p: Planter) -> None:
    """Before the people's mediators and elsewhere."""
    kind, category = "dispute", "neighbour.noise"
    plain = p.plant("a dispute in mediation", kind, category, by="li.window")
    p.does(plain, "zhou.mediator", "sign_for")
    p.attached(plain, "zhou.mediator")
    p.mediated(plain, "zhou.mediator")
    p.handled(plain, "zhou.mediator")

    moved = p.plant(
        "a dispute about a station, recalled and sent on", kind, category, concerns=[{"unit": "D150102001_urban"}]
    )
    clerk = "C150102001001.window_clerk.1"
    p.recall(moved, clerk, "M150102001")
    p.offer(moved, clerk, "C150102")
    p.does(moved, "deng.county", "sign_for")
    p.supervised(moved, "hu.supervisor", "C150102001001")

    together(p)
    p.plant("a dispute, not to the committee", kind, category, not_to=[{"unit": "M150102001"}])
    p.plant("a dispute about the head of the centre", kind, category, concerns=[_staff("qin.head")], text=True)
    gone = p.plant("a dispute withdrawn", kind, category, by="li.window")
    p.reason(gone, "li.window", "withdraw")
    gone.ledger.units.discard("M150102001")  # who never signed for it


def together(p: Planter) -> None:
    """A dispute that units work on together: one with a task, two whistled for, one of them wrongly, one invited."""
    plant, sun = p.plant("a dispute, worked on together", "dispute", "neighbour.noise"), "sun.coordinator"
    clerk = "C150102001001.window_clerk.1"
    p.recall(plant, clerk, "M150102001")
    p.offer(plant, clerk, "C150102001")
    p.does(plant, sun, "sign_for")
    civil, police, market, health = (f"D150102_{name}" for name in ("civil", "police", "market", "health"))
    plant.ids["task_id"] = p.asked(plant, sun, "tasks", {"unit": civil, "text": p.said(plant, "协")})["id"]
    call = {"occasion": "enforcement", "text": p.said(plant, "哨"), "units": [police, market]}
    whistle = p.asked(plant, sun, "whistles", call)
    plant.ids["whistle_id"] = whistle["id"]
    wrong = next(call["task"] for call in whistle["calls"] if call["unit"] == market)
    reasons = {"object": p.said(plant, "异"), "rule": p.said(plant, "裁")}
    for n, (who, action) in enumerate(((f"{market}.handler.1", "object"), ("deng.county", "rule")), 1):
        body = {"reason": reasons[action], **({"ruling": "upheld"} if action == "rule" else {})}
        p.moved(plant, who, f"/v1/tasks/{wrong}/actions/{action}", body, n)
    meeting = {
        "at": "2099-01-01T09:00:00+08:00",
        "place": p.said(plant, "地"),
        "agenda": p.said(plant, "商"),
        "units": [health],
    }
    plant.ids["meeting_id"] = p.asked(plant, sun, "meetings", meeting)["id"]
    plant.ledger.units |= {civil, police, health}


def requests(p: Planter) -> None:
    """Requests and events: open to their area, but for whom they concern."""
    again = p.plant("a request reopened", "request", "heating.outage", by="wang.grid")
    p.attached(again, "wang.grid")
    p.does(again, "chen.housing", "sign_for")
    p.handled(again, "chen.housing")
    p.replied(again, "chen.housing")
    p.does(again, "chen.housing", "close")
    p.reason(again, "liu.head", "reopen")

    p.plant("a request about one of housing", "request", "heating.outage", concerns=[_staff("chen.housing")])
    p.plant(
        "a request about the county's urban department", "request", "waste.litter", concerns=[{"unit": "D150102_urban"}]
    )
    about = p.plant(
        "a request about the worker", "request", "heating.outage", by="li.window", concerns=[_staff("wang.grid")]
    )
    p.attached(about, "li.window")
    pressed = p.plant("a request, not to the next worker", "request", "heating.outage", not_to=[_staff("zhao.grid")])
    p.supervised(pressed, "hu.supervisor", "C150102001001")
    p.answered(pressed, "C150102001001.window_clerk.1")
    p.plant("a request from the line", "request", "heating.outage", by="key:hotline-12345")
    p.plant("an event about the station", "event", "road.damage", concerns=[{"unit": "D150102001_urban"}])
    p.plant("an event", "event", "road.damage", by="wang.grid")
    placed = p.plant("a request placed later", "request", "heating.outage", place={"area": "150102"}, by="luo.intake")
    assert placed.ledger.areas == area_line("150102")


def accusations(p: Planter) -> None:
    """Each led by the lowest desk above everybody it concerns."""

    def accuse(name: str, desk: str, by: str = "li.window", **more: Any) -> Plant:
        return p.plant(name, "petition", "conduct.service", petition_class="accusation", desk=desk, by=by, **more)

    accuse("against the centre that took it", "X150102", concerns=[{"unit": "C150102001"}], text=True)
    accuse("against a station", "X150102", by="sun.coordinator", concerns=[{"unit": "D150102001_urban"}])
    full = accuse("against housing, reopened", "X150100", concerns=[{"unit": HOUSING}])
    desk = "he.discipline"
    p.handled(full, desk)
    p.attached(full, desk)
    p.revealed(full, desk)
    p.replied(full, desk)
    p.does(full, desk, "close")
    p.reason(full, desk, "reopen")
    accuse("against the county's centre", "X150100", concerns=[{"unit": "C150102"}], not_to=[{"unit": "X150102"}])
    up = accuse("against the head, taken up", "X150102", concerns=[_staff("qin.head")], by="qin.head")
    p.offer(up, "xu.discipline", "X150100")
    p.does(up, desk, "sign_for")
    p.supervised(up, desk, "X150102")
    p.answered(up, "xu.discipline")
    accuse("against somebody", "X150100", by="key:hotline-12345", text=True)
    accuse("against the worker", "X150102001", by="zhao.grid", concerns=[_staff("wang.grid")])
    accuse("against the county's desk", "X150100", by="gao.window", concerns=[{"unit": "X150102"}])
    tried = accuse("against a handler, offered up and refused", "X150102", concerns=[_staff("tian.enforcement")])
    before = set(tried.ledger.posts)
    p.offer(tried, "xu.discipline", "X150100")
    p.reason(tried, desk, "refuse")
    tried.ledger.posts = before
