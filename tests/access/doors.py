"""The finder: one person tries every door the service has, and whatever betrays a case hidden from them is a finding."""

import json
import re
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus, urlencode

from app.core import paging
from app.core.crypto import keys
from app.core.database import uuid7
from tests.access.planting import TITLE, Plant
from tests.access.sight import Who, may_audit, may_see
from tests.cast import HOME_CELL, Person, member, point_in, report
from tests.support.tiers import Amount

NOISE = {"x-request-id", "date"}
PAGED = (
    "/v1/cases", "/v1/me/tasks", "/v1/supervisions", "/v1/me/supervisions", "/v1/notices", "/v1/me/proxies",
    "/v1/me/mediations", "/v1/data_requests",
)  # of cases, or what hangs on them  # fmt: skip
IDS = (
    "case_id", "supervision_id", "request_id", "notice_id", "room_id", "booking_id", "attachment_id",
    "task_id", "whistle_id", "meeting_id", "proxy_id", "mediation_id",
)  # what a path may name of a case, or of what hangs on it (`Plant.ids`)  # fmt: skip
EMERGENCY = "01a206cf-ffd4-701d-98b1-6b2166fde918"
CODES = ("code",)  # of units and areas: the map is open
STAFF = ("staff_id", "post_id")  # who is on duty is open; what was handed over names cases to who sees them
AREAS = ("150100", "150102", "150102001", "150102001001", "150105")
AUDIT = "/v1/audit/looks"  # it grows with each look
# each shows what its caller may see
LISTS = (
    *PAGED,
    "/v1/cases/counts",
    "/v1/supervisions/counts",
    "/v1/data_requests/counts",
    "/v1/me/messages",
    "/v1/indicators",
)
VALUES = Amount("tenths of the values that a door of lists is tried with", short=2, long=10)
WORDS = {"reason": "核实试探", "reply": "核实试探"}


@dataclass(frozen=True)
class Finding:
    """What was asked and what it gave away."""

    who: str
    asked: str
    why: str


@dataclass(frozen=True)
class Caller:
    """Somebody with a way to speak to the service."""

    who: Who
    person: Person

    @property
    def name(self) -> str:
        """For messages."""
        return self.who.name


class Nobody(Person):
    """Without a token."""

    @property
    def headers(self) -> dict[str, str]:
        """None."""
        return {}


@dataclass
class Crawl:
    """One caller against the planted cases. `every`: each door on each case, else a share of them, another for each."""

    caller: Caller
    plants: Sequence[Plant]
    document: dict[str, Any]
    every: bool = False
    findings: list[Finding] = field(default_factory=list)
    tried: int = 0

    @cached_property
    def hidden(self) -> list[Plant]:
        """What this caller must not know of."""
        return [plant for plant in self.plants if not may_see(self.caller.who, plant.ledger)]

    @cached_property
    def seen(self) -> list[Plant]:
        """What they have a part in, or see through their area."""
        return [plant for plant in self.plants if may_see(self.caller.who, plant.ledger)]

    @cached_property
    def forbidden(self) -> list[str]:
        """Texts that must not come back to them."""
        secrets = [text for plant in self.hidden for text in plant.everything()]
        return secrets + [text for plant in self.seen for text in [*plant.personal, plant.code]]

    def run(self) -> list[Finding]:
        """Every door."""
        self.read_lists()
        self.read_cases()
        self.read_figures()
        self.write_on_cases()
        self.read_messages()
        self.read_notices()
        self.register_beside_them()
        if self.every or self.caller.who.kind == "nobody":  # who asks makes no difference there
            self.ask_as_resident()
        return self.findings

    def share(self, items: Sequence[Any], step: int) -> Sequence[Any]:
        """All of them, or one in `step`, beginning elsewhere for each caller."""
        return items if self.every else items[zlib.crc32(self.caller.name.encode()) % step :: step]

    # --- Asking

    def ask(self, method: str, url: str, body: Any = None, *, receipt: Plant | None = None, **headers: str) -> Any:
        """One request; its whole answer is searched for what was not sent. `receipt`: one's own, which one may have."""
        self.tried += 1
        person = self.caller.person
        reply = person.get(url, **headers) if method == "get" else person.post(url, body, **headers)
        sent = unquote_plus(url) + (json.dumps(body, ensure_ascii=False) if body is not None else "")
        if reply.status_code >= 500:
            self.note(method, url, f"status {reply.status_code}")
        told = "\n".join([*map(str, reply.headers.multi_items()), unquote_plus(str(reply.headers)), reply.text])
        if "\\u" in told and "json" in reply.headers.get("content-type", ""):
            told += json.dumps(json.loads(reply.text), ensure_ascii=False)
        mine: tuple[str, ...] = (receipt.id, uuid.UUID(receipt.id).hex, receipt.number, receipt.code) if receipt else ()
        if url.startswith(AUDIT):
            mine = tuple(n for p in self.plants if may_audit(self.caller.who, p.ledger) for n in (p.id, p.number))
        for text in self.forbidden:
            if text in told and text not in sent and text not in mine:
                self.note(method, url, f"gives away {text}")
        return reply

    def note(self, method: str, url: str, why: str) -> None:
        """A finding."""
        self.findings.append(Finding(self.caller.name, f"{method} {unquote_plus(url)[:200]}", why))

    # --- Lists, counts and the map

    def read_lists(self) -> None:
        """Every GET without a case in its path, each parameter with every value that might hit."""
        for path, operation in self._operations("get"):
            if "{" in path:
                continue
            self.ask("get", path)
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") != "query":
                    continue
                values = self._values(path, parameter)
                for value in values if len(values) < 3 else self.share(values, 10 // VALUES):
                    reply = self.ask("get", f"{path}?{urlencode({**needed(path), parameter['name']: value})}")
                    self._no_count_of_them(path, parameter["name"], value, reply)

    def _no_count_of_them(self, path: str, name: str, value: str, reply: Any) -> None:
        """A search for a mark of a hidden case counts nothing."""
        hits = name == "q" and value != TITLE and any(value in plant.marks.values() for plant in self.hidden)
        if hits and reply.status_code == 200 and reply.json()["items"]:
            self.note("get", f"{path}?{name}={value}", "something was found")

    def _values(self, path: str, parameter: dict[str, Any]) -> list[str]:
        name, schema = parameter["name"], parameter["schema"]
        inner = schema.get("items", schema)
        if "$ref" in inner:
            inner = self.document["components"]["schemas"][inner["$ref"].rpartition("/")[2]]
        if "enum" in inner:
            return [str(value) for value in inner["enum"]]
        if inner.get("type") == "boolean":
            return ["true", "false"]
        known = self._known_values(path)
        assert name in known, f"the crawl must be taught values for the parameter {name} of {path}"
        return known[name]

    def _known_values(self, path: str) -> dict[str, list[str]]:
        lon, lat = point_in()
        hidden = self.hidden
        words = [p.marks[name] for p in hidden for name in ("title", "address", "concern") if name in p.marks]
        search = [*self.share(words, 9 if path.endswith("counts") else 4), TITLE]
        if path == "/v1/cases":
            search += [text for p in self.share(hidden, 12)[:2] for text in [*p.marks.values(), p.number]]
        units = sorted({u for p in hidden for u in p.ledger.units | p.ledger.barred_units})
        return {
            "area": [*AREAS], "parent": [*AREAS], "township": [*AREAS], "cell": [HOME_CELL], "q": list(dict.fromkeys(search)),
            "unit": [*self.share(units, 3), "X150100", "X150102"], "issuer": ["X150100", "C150102"],
            "assignee": [str(member(login).staff) for login in ("wang.grid", "he.discipline", "xu.discipline", "qin.head")],
            "category": sorted({p.sent["category"] for p in hidden}) or ["conduct.service"],
            "due_before": ["2099-01-01T00:00:00Z"], "bbox": [f"{lon - 1e-4},{lat - 1e-4},{lon + 1e-4},{lat + 1e-4}"],
            "centre": [f"C{code}" for code in AREAS], "due_from": ["2020-01-01T00:00:00Z"],
            "registered_from": ["2020-01-01T00:00:00Z"], "invited_from": ["2020-01-01T00:00:00Z"],
            "since": ["2026-11", "2026-12", "2026-11-20T00:00:00Z"],
            "until": ["2026-12", "2026-12-20T00:00:00Z"], "at": ["2026-11-23T02:00:00Z"],
            "as_of": ["2026-11-23"], "emergency": [EMERGENCY], "indicator": ["returned", "answered_on_time"],
            "staff": [str(member("he.discipline").staff)], "case": [*self.share([p.id for p in hidden], 3)],
            "limit": ["1", "200"], "cursor": self._cursors(path), "lon": [str(lon)], "lat": [str(lat)],
        }  # fmt: skip

    def _cursors(self, path: str) -> list[str]:
        """Before, at and behind the hidden cases, for lists of every order."""
        if path not in PAGED:
            return [paging.encode([value]) for value in ("", "1", "X150100")]
        ids = [uuid.UUID(plant.id) for plant in self.hidden[:3]]
        beside = [str(uuid.UUID(int=number.int + step)) for number in ids for step in (0, 1)]
        return [paging.encode(["2020-01-01T00:00:00+00:00", i]) for i in beside] + [paging.encode([i]) for i in beside]

    # --- One case

    def read_figures(self) -> None:
        """Dashboards of centres and areas: what a hidden case would betray is in no figure, and no link leads to it."""
        for path, operation in self._operations("get"):
            if _named_in(path) in CODES:
                for code in AREAS:
                    self.ask("get", path.format(code=f"C{code}" if "centres" in path else code))
                self._ask_of_one(path, operation)
            elif _named_in(path) in STAFF:
                for login in ("wang.grid", "zhao.grid"):
                    self.ask("get", path.format(staff_id=member(login).staff, post_id=member(login).post))

    def _ask_of_one(self, path: str, operation: dict[str, Any]) -> None:
        """Each parameter with every value, of one centre or kind of disputes."""
        code = "wages" if "dispute_kinds" in path else f"C{AREAS[2]}"
        for parameter in operation.get("parameters", ()):
            if parameter.get("in") == "query":
                for value in self._values(path, parameter):
                    asked = urlencode({**needed(path), parameter["name"]: value})
                    self.ask("get", f"{path.format(code=code)}?{asked}")

    def read_cases(self) -> None:
        """Every GET on a hidden case answers as for an id that never was; a case with a part is there, masked."""
        for path, _ in self._operations("get"):
            if (name := _named_in(path)) not in IDS:
                continue
            nothing = _face(self.ask("get", path.format(**{name: uuid7()})))
            page = path.endswith("}")
            asked = [i for p in (self.hidden if page else self.share(self.hidden, 3)) if (i := _id_of(p, name))]
            for form in [*asked, *[i.upper() for i in self.share(asked, 9) if page]]:
                self._alike(nothing, self.ask("get", path.format(**{name: form})), "get", path)
        for plant in self.seen:
            reply = self.ask("get", f"/v1/cases/{plant.id}")
            if reply.status_code != 200 or plant.marks["title"] not in reply.text:
                self.note("get", plant.name, f"not seen by one with a part in it ({reply.status_code})")

    def write_on_cases(self) -> None:
        """Every POST on a hidden case likewise, with a version that might fit; a share of them unless `every`."""
        doors = [(path, op) for path, op in self._operations("post") if _named_in(path) in IDS]
        for j, (path, operation) in enumerate(doors):
            body, name = example_of(self.document, operation), _named_in(path)
            first: dict[str, Any] = {"If-Match": '"1"'}
            nothing = _face(self.ask("post", path.format(**{name: uuid7()}), body, **first))
            for i, plant in enumerate(self.hidden):
                found = _id_of(plant, name)
                if found and (self.every or (i + j) % 11 == 0 or name != "case_id"):
                    match: dict[str, Any] = {"If-Match": f'"{plant.version}"'}
                    reply = self.ask("post", path.format(**{name: found}), body, **match)
                    self._alike(nothing, reply, "post", path)

    def read_notices(self) -> None:
        """Who sees a case reads its notices, with nobody's name in clear."""
        for plant in self.share(self.seen, 3):
            if "notice_id" in plant.ids:
                self.ask("get", f"/v1/notices/{plant.ids['notice_id']}")

    def read_messages(self) -> None:
        """No message on a hidden case can be read, though it was addressed to this very person."""
        nothing = _face(self.ask("post", f"/v1/me/messages/{uuid.uuid4()}/read"))
        for plant in self.hidden:
            if message := plant.messages.get(f"staff:{self.caller.who.id}"):
                url = f"/v1/me/messages/{keys().veil(message)}/read"
                self._alike(nothing, self.ask("post", url), "post", "/v1/me/messages")

    def _alike(self, nothing: Any, reply: Any, method: str, path: str) -> None:
        if _face(reply) != nothing:
            self.note(
                method, path, f"a hidden case answers unlike one that never was: {reply.status_code} {reply.text[:200]}"
            )

    # --- Registering beside them

    def register_beside_them(self) -> None:
        """Own cases of the same kind, place and title: no hint, no merge, no id or source number leads to a hidden one."""
        for kind, category in sorted({(p.sent["kind"], p.sent["category"]) for p in self.hidden}):
            lon, lat = point_in()
            body = report(
                kind, category, title=f"{TITLE}的事",
                location={"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84"},
            )  # fmt: skip
            if category == "conduct.service":
                body["petition_class"] = "appeal"
            own = self.ask("post", "/v1/cases", body)
            if own.status_code == 201:
                self._from_own_case(own.json()["id"], kind)
        self._claim_them()

    def _from_own_case(self, own: str, kind: str) -> None:
        self.ask("get", f"/v1/cases/{own}/similar")
        page = self.ask("get", f"/v1/cases/{own}")
        version = page.json()["version"] if page.status_code == 200 else 1
        url = f"/v1/cases/{own}/actions/merge"
        match: dict[str, Any] = {"If-Match": f'"{version}"'}
        nothing = _face(self.ask("post", url, {"into": str(uuid7()), "reason": "核实试探"}, **match))
        for plant in [p for p in self.hidden if p.sent["kind"] == kind][:3]:
            reply = self.ask("post", url, {"into": plant.id, "reason": "核实试探"}, **match)
            self._alike(nothing, reply, "post", f"{url} into {plant.name}")
        if page.status_code == 200 and page.json()["parties"]:
            looked = {"party": page.json()["parties"][0]["id"], "reason": "核实试探"}
            self.ask("post", f"/v1/cases/{own}/same_phone", looked)

    def _claim_them(self) -> None:
        """An id or source number that is taken is refused in the same words, whatever it stands for."""
        for plant in self.hidden if self.every else self.hidden[:6]:
            self._refused("id", report("request", "heating.outage", title="自报", id=plant.id))
            if "source" in plant.sent:
                body = report("request", "heating.outage", title="自报", source=plant.sent["source"])
                brought = f"key:{self.caller.who.id}" == _brought_by(plant)
                self._refused("source", body, plant if brought else None)

    def _refused(self, what: str, body: dict[str, Any], receipt: Plant | None = None) -> None:
        refused = (403, 409) if what == "id" or self.caller.who.kind == "key" else (403, 422)
        for url, sent in (("/v1/cases", body), ("/v1/cases:batch", {"items": [body]})):
            reply = self.ask("post", url, sent, receipt=receipt)
            if url.endswith("batch") and reply.status_code == 200:
                (item,) = reply.json()["items"]
                taken = item["status"] in refused
                own = what == "source" and item["status"] == 200 and self.caller.who.kind == "key"
            else:
                taken = reply.status_code in (401, *refused)
                own = what == "source" and reply.status_code == 200 and self.caller.who.kind == "key"
            if own:  # a machine that repeats its own number has its first receipt again
                given = item["case"] if url.endswith("batch") else reply.json()
                own = receipt is not None and given["id"] == receipt.id
            if not (taken or own):
                self.note(
                    "post", url, f"a hidden case's {what} was taken again: {reply.status_code} {reply.text[:200]}"
                )

    # --- The resident's door

    def ask_as_resident(self) -> None:
        """Number without the code: as for a number that never was."""
        nothing = _face(self.ask("post", "/v1/query", {"number": "269999999A", "code": "2222222222"}))
        for plant in self.hidden:
            reply = self.ask("post", "/v1/query", {"number": plant.number, "code": "2222222222"})
            self._alike(nothing, reply, "post", "/v1/query")

    def _operations(self, method: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, item in self.document["paths"].items():
            if method in item:
                unknown = set(re.findall(r"{(\w+)}", path)) - {*IDS, *CODES, *STAFF, "message_id", "emergency_id"}
                assert not unknown, f"the crawl must be taught values for {unknown} in {path}"
                yield path, item[method]


def example_of(document: dict[str, Any], operation: dict[str, Any]) -> Any:
    """A body that passes: the one the document shows."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    while "anyOf" in schema or "$ref" in schema:
        schema = schema["anyOf"][0] if "anyOf" in schema else (
            document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        )  # fmt: skip
    return schema["examples"][0] if "examples" in schema else None


def _named_in(path: str) -> str:
    """The one parameter of a path, or nothing."""
    return next(iter(re.findall(r"{(\w+)}", path)), "")


def _id_of(plant: Plant, name: str) -> str | None:
    return plant.id if name == "case_id" else plant.ids.get(name)


def _brought_by(plant: Plant) -> str:
    return "key:hotline-12345" if "source" in plant.sent else ""


def needed(path: str) -> dict[str, str]:
    lon, lat = point_in()
    needed = {"lon": str(lon), "lat": str(lat), "crs": "WGS84"} if path == "/v1/locate" else {}
    return {"category": "conduct.service"} if path.endswith("/reception") else needed


def _face(reply: Any) -> tuple[int, dict[str, str], Any]:
    """What an answer looks like apart from the address asked for and the request's own number."""
    as_json = "json" in reply.headers.get("content-type", "")
    body = reply.json() if as_json and reply.content else reply.content
    if isinstance(body, dict):
        body.pop("instance", None)
    headers = {k: v for k, v in reply.headers.items() if k not in NOISE}
    if "instance" in reply.text:
        headers.pop("content-length", None)
    return reply.status_code, headers, body
