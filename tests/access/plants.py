"""Cases planted for those who must not find them: every text of theirs holds a word that occurs nowhere else."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.cast import CONCLUSION, HOME_CELL, Cast, member, point_in, report, service

URBAN, HEAD_OF_URBAN = "D150102_urban", "D150102_urban.organ_head.1"
TOWNSHIP = "C150102001"


@dataclass
class Plant:
    """A planted case. `registrar` and `readers` may know of it (the registrar of an accusation may not)."""

    kind: str
    about: str
    registrar: str
    canary: str = field(default_factory=lambda: f"金丝雀{secrets.token_hex(5)}")
    phone: str = field(default_factory=lambda: f"177{secrets.randbelow(10**8):08d}")
    external: str = field(default_factory=lambda: f"x{secrets.token_hex(6)}")
    receipt: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The case's id."""
        return str(self.receipt["id"])

    def needles(self) -> list[str]:
        """What must not be found by whom the case is hidden from."""
        bare = uuid.UUID(self.id).hex
        return [self.canary, self.phone, self.id, bare, self.receipt["number"], self.receipt["query_code"]]


def plan(petitions: int, accusations: int, disputes: int, requests: int) -> list[Plant]:
    """About the urban management department and its head in turn; a few about the township's centre, registered there."""
    kinds = ["petition"] * petitions + ["accusation"] * accusations + ["dispute"] * disputes + ["request"] * requests
    plants = []
    for n, kind in enumerate(kinds):
        about = (URBAN, HEAD_OF_URBAN, URBAN, TOWNSHIP)[n % 4]
        plants.append(Plant(kind, about, "li.window" if n % 2 or about == TOWNSHIP else "wen.window"))
    return plants


def plant(cast: Cast, plants: Sequence[Plant]) -> None:
    """Register them, and work some of them so that notes, replies, offers and merges hold canaries too."""
    for n, one in enumerate(plants):
        one.body = _report_of(one, n)
        one.receipt = speaker(cast, one.registrar).register(one.body)
    _work(cast, [p for p in plants if p.kind == "petition" and p.about == URBAN])
    for accusation in [p for p in plants if p.kind == "accusation" and p.about == URBAN][:2]:
        he = cast("he.discipline")
        he.does(accusation.id, "accept")
        he.does(accusation.id, "handle")
        he.does(accusation.id, "conclude", {"result": "supported", "reply": f"{accusation.canary}结论"})


def speaker(cast: Cast, who: str) -> Any:
    """A cast member, the holder of a post, or the machine. Wen is a clerk at the city's own centre."""
    if who == "wen.window":
        return cast.seat("C150100.window_clerk.1")
    if who == "machine":
        return cast.machine()
    return cast.seat(who) if "." in who and who.rsplit(".", 1)[1].isdigit() else cast(who)


def _report_of(one: Plant, n: int) -> dict[str, Any]:
    lon, lat = point_in()
    concern = {"staff": str(_staff(one.about))} if "." in one.about else {"unit": one.about}
    places = [
        {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84", "address": f"{one.canary}路1号"},
        {"cell": HOME_CELL, "address": f"{one.canary}路1号"},
        {"address": f"{one.canary}路1号"},
    ]
    category = {
        "petition": "road.damage",
        "accusation": "conduct.service",
        "dispute": "neighbour.noise",
        "request": "road.damage",
    }
    kind = "petition" if one.kind == "accusation" else one.kind
    body = report(
        kind, category[one.kind], title=f"{one.canary}标题", description=f"{one.canary}详情", location=places[n % 3],
        parties=[{"role": "petitioner", "name": f"{one.canary}名", "phone": one.phone, "address": f"{one.canary}巷2号"}],
        concerns=[concern, {"text": f"{one.canary}其人"}], not_to=[{"staff": str(member("wang.grid").staff)}],
        source={"system": "letters", "external_id": one.external},
    )  # fmt: skip
    return {**body, "petition_class": "accusation"} if one.kind == "accusation" else body


def _staff(post: str) -> uuid.UUID:
    from seeds.hohhot.staff import staff_id

    return staff_id(post)


def _work(cast: Cast, petitions: Sequence[Plant]) -> None:
    """The city's department signs for them; some are offered, refused, concluded, closed, merged."""
    lead = cast.seat("D150100_urban.handler.1")
    head = cast.seat("D150100_urban.organ_head.1")
    for one in petitions:
        lead.does(one.id, "sign_for")
    for one in petitions[1:]:
        lead.does(one.id, "accept")
        lead.does(one.id, "handle")
    for one in petitions[2:]:
        lead.does(one.id, "conclude", {**CONCLUSION, "reply": f"{one.canary}答复"})
        lead.does(one.id, "serve", service(proof=f"{one.canary}回证"))
    for one in petitions[3:]:
        lead.does(one.id, "close")
    if len(petitions) > 1:
        head.does(petitions[0].id, "merge", {"into": petitions[1].id, "reason": f"{petitions[0].canary}缘由"})


def allowed(one: Plant, who: str) -> bool:
    """Whether §1 of the plan lets this person know of the case at all."""
    if one.kind == "accusation":
        return who == {URBAN: "he.discipline", HEAD_OF_URBAN: "he.discipline", TOWNSHIP: "xu.discipline"}[one.about]
    if who in ("wang.grid", "machine", "lin.auditor", "guo.admin") or _under(one.about, who):
        return False
    if one.kind == "request":
        return who not in ("gao.window", "zhao.saihan")
    return who in CITY_LEADS or who == one.registrar or (one.about == TOWNSHIP and who in COUNTY_LEADS)


def _under(about: str, who: str) -> bool:
    return who in (UNDER_URBAN if about in (URBAN, HEAD_OF_URBAN) else UNDER_TOWNSHIP)


UNDER_URBAN = ("D150102_urban.handler.1", HEAD_OF_URBAN, "tian.enforcement")
UNDER_TOWNSHIP = ("li.window", "sun.coordinator", "qin.head", "C150102001001.window_clerk.1", "wang.grid", "zhao.grid")
# Who leads, or is offered, what had to move up: the city's centre and department; the county's for the township.
CITY_LEADS = ("C150100.coordinator.1", "D150100_urban.handler.1", "wen.window")
COUNTY_LEADS = ("deng.county", "hu.supervisor")
PERSONAS = [
    "wang.grid", "gao.window", "zhao.saihan", *UNDER_URBAN, "li.window", "sun.coordinator", "C150102001001.window_clerk.1",
    "lin.auditor", "guo.admin", "machine", "luo.intake", "xu.discipline", "chen.housing",
]  # fmt: skip
