"""Cases planted to be looked for: every text in them is a mark that occurs nowhere else."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.access.sight import Ledger, cast_member
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
        place: dict[str, Any] | None = None, waits: str | None = None, **more: Any,
    ) -> Plant:  # fmt: skip
        """Register one case with marks in every text; an accusation's `desk` is the one that must lead it. Where words say whom
        it concerns, it `waits` above that tier."""
        n = len(self.plants)
        marks = {"title": self.mark("题"), "description": self.mark("述"), "address": self.mark("址")}
        lon, lat = point_in()
        where = place or {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84"}
        body = report(
            kind, category, title=f"{TITLE}{marks['title']}", description=f"请查明：{marks['description']}。",
            location={**where, "address": f"{marks['address']}巷"}, **more,
        )  # fmt: skip
        marks |= self._people(body, kind, n)
        if waits:
            marks["concern"] = self.mark("人")
            body["concerns"] = [*body.get("concerns", []), {"text": f"{marks['concern']}及其亲属"}]
        if by == "key:hotline-12345":
            marks["external"] = f"HX-{self.run}-{n:03d}"
            body["source"] = {"system": "12345", "external_id": marks["external"]}
        receipt = self._person(by).register(body)
        ledger = self._ledger(body, receipt, by, desk)
        ledger.waits, ledger.lead = waits, desk or receipt["lead_unit"]
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
        why = {"reasons": f"不服处理意见：{marks['title']}。", "code": original.code}
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

    def named(self, plant: Plant, who: str) -> None:
        """Words mean no unit: it goes the way it would have gone, and who found so goes on seeing it."""
        self.does(plant, who, "name_concerned", {"whom": [], "reason": self.said(plant, "指")})
        plant.ledger.waits = None
        if not plant.secret:
            page = self._person(who).get(f"/v1/cases/{plant.id}").json()
            offered = {a["unit"] for a in page["assignments"] if a["state"] == "offered" and a["part"] == "lead"}
            plant.ledger.units |= {page["lead_unit"], *offered}

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

    def data_asked(self, plant: Plant, who: str) -> None:
        """Who brought it asks at a window what is held of them; the unit that leads decides."""
        people = self._person(who).get(f"/v1/cases/{plant.id}").json()["parties"]
        mine = next(p["id"] for p in people if p["role"] == "petitioner")
        body = {"asked": "copy", "party": mine, "words": self.said(plant, "查"), "code": plant.code}
        plant.ids["request_id"] = self.asked(plant, who, "data_requests", body)["id"]

    def moved(self, plant: Plant, who: str, url: str, body: Any, version: int) -> None:
        """A step on one of them."""
        reply = self._person(who).post(url, body, version=version)
        assert reply.status_code == 200, reply.text
        plant.version += 1

    def carried(self, plant: Plant, by: str) -> None:
        """Somebody is asked to carry it for the resident, offered and authorised, and has an errand ahead."""
        proxy = self.asked(plant, "li.window", "proxies", {"wish": self.said(plant, "愿"), "code": plant.code})["id"]
        plant.ids["proxy_id"], url = proxy, f"/v1/proxies/{proxy}/actions"
        self.moved(plant, "li.window", f"{url}/offer", {**named_staff(by), "capacity": "grid_worker"}, 1)
        terms = {
            "matter": self.said(plant, "托"), "powers": ["enquire", "receive_notices"], "valid_until": _in_a_month(),
            "evidence": "recorded_consent", "consent": self.said(plant, "见"),
        }  # fmt: skip
        self.moved(plant, "C150102001001.window_clerk.1", f"{url}/authorise", terms, 2)
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
        reply = self._person(who).post(
            f"/v1/cases/{plant.id}/reveal", {"reason": f"核实身份：{self.said(plant, '阅')}"}
        )
        assert reply.status_code == 200, reply.text


def _in_a_month() -> str:
    return (present() + timedelta(days=30)).isoformat()


def _units_of(staff: str) -> set[str]:
    from seeds.hohhot.city import build_city

    return {p.unit for p in build_city().posts if str(p.staff) == staff}


def named_staff(login: str) -> dict[str, str]:
    return {"staff": str(member(login).staff)}
