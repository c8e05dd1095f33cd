"""What one case does when nobody else is there: a sequential model, written without a line of the code it judges.

`State.after(event)` is the state that an event leaves; `State.may(…)` says whether a step would be taken. Only requests and
disputes, and only the steps of STEPS.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

TIERS = ("community", "township", "county", "city")
OPEN = ("registered", "accepted", "handling")
DESK = {"offer", "sign_for", "refuse", "recall", "rule_return", "escalate", "send_back", "accept", "serve", "close",
        "withdraw", "go_up"}  # fmt: skip
WORK = DESK | {"handle", "conclude"}
MAY = {
    "window_clerk": DESK, "handler": WORK, "coordinator": WORK | {"reopen"}, "organ_head": WORK | {"reopen"},
    "grid_worker": {"sign_for", "refuse", "go_up"},
}  # fmt: skip
STEPS = sorted(WORK | {"reopen"})
A_UNIT, A_CASE = 1, 3  # how often a case is returned


class Broken(AssertionError):
    """A history that no order of steps explains."""


@dataclass(frozen=True)
class Unit:
    """A unit: what it is, and where in the tree of areas it stands."""

    code: str
    kind: str
    tier: str
    area: str
    path: tuple[str, ...]
    under: tuple[str, ...]  # the units it stands under

    @property
    def height(self) -> int:
        return TIERS.index(self.tier)


@dataclass(frozen=True)
class Seat:
    """Somebody who acts."""

    post: str
    staff: str
    unit: str
    role: str
    area: str
    token: str


@dataclass(frozen=True)
class Town:
    """Every unit, and the seats that act."""

    units: dict[str, Unit]
    seats: dict[str, Seat]

    def centre(self, area: str) -> str | None:
        return next((u.code for u in self.units.values() if u.kind == "centre" and u.area == area), None)


@dataclass(frozen=True)
class Part:
    """Responsibility offered, signed for or ended; `since` is the event that it was signed with."""

    unit: str
    staff: str | None
    part: str
    state: str
    since: int = 0
    returned: bool = False
    ruling: str | None = None
    ruled_by: str | None = None

    def row(self) -> tuple[Any, ...]:
        return self.unit, self.staff, self.part, self.state, self.returned, self.ruling


def in_line(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one area lies in the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


@dataclass(frozen=True)
class State:
    """A case between two events."""

    town: Town = field(repr=False)
    kind: str
    areas: tuple[str, ...]  # city, county, township, community
    centre: str
    lead: str
    status: str = "registered"
    version: int = 1
    parts: tuple[Part, ...] = ()
    sight: frozenset[tuple[str, str]] = frozenset()
    taken_up: str | None = None
    registrar: str = ""
    served: bool = False

    # --- What it is

    @property
    def offer(self) -> Part | None:
        found = [p for p in self.parts if p.part == "lead" and p.state == "offered"]
        if len(found) > 1:
            raise Broken("two offers of the lead are open")
        return found[0] if found else None

    @property
    def leading(self) -> Part:
        found = [p for p in self.parts if p.part == "lead" and p.state == "signed"]
        if len(found) != 1:
            raise Broken(f"{len(found)} leads at version {self.version}")
        return found[0]

    @property
    def above(self) -> str | None:
        floor = max(TIERS.index(t) for t in (self.town.units[self.lead].tier, self.taken_up) if t)
        for area in reversed(self.areas[:3]):
            centre = self.town.centre(area)
            if centre and self.town.units[centre].height > floor:
                return centre
        return None

    @property
    def below(self) -> str | None:
        lead = self.town.units[self.lead]
        if self.taken_up is None or lead.kind != "centre":
            return None
        under = [
            p for p in self.parts
            if (p.part, p.state, p.staff) == ("co", "signed", None) and self.town.units[p.unit].height < lead.height
        ]  # fmt: skip
        return max(under, key=lambda p: p.since).unit if under else None

    def came_up(self, offer: Part) -> bool:
        unit = self.town.units[offer.unit]
        return unit.kind == "centre" and unit.tier == self.taken_up

    def returnable(self, offer: Part) -> bool:
        by = [p.unit for p in self.parts if p.returned]
        return not offer.returned and not self.came_up(offer) and by.count(offer.unit) < A_UNIT and len(by) < A_CASE

    def leads(self, seat: Seat) -> bool:
        """What a grid worker may do, the unit has not asked for."""
        return seat.unit == self.lead and seat.role != "grid_worker"

    def leads_or_above(self, seat: Seat) -> bool:
        lead = self.town.units[self.lead]
        centres = {self.town.centre(area) for area in self.areas[:3]}
        near = {c for c in centres if c and self.town.units[c].height >= lead.height}
        return seat.unit in {lead.code, *lead.under, *near}

    def wishes(self, seat: Seat) -> bool:
        return self.leads(seat) or f"staff:{seat.staff}" == self.registrar

    def task(self, seat: Seat) -> Part | None:
        return next((p for p in self.parts if p.staff == seat.staff and p.state == "offered"), None)

    def sees(self, seat: Seat) -> bool:
        if self.kind == "request" and seat.area in self.areas:
            return True
        own = {f"staff:{seat.staff}"} | ({f"unit:{seat.unit}"} if seat.role != "grid_worker" else set())
        return any(grantee in own for grantee, _ in self.sight)

    # --- Whether a step would be taken

    def may(self, seat: Seat, action: str, body: dict[str, Any]) -> bool:
        if not self.sees(seat) or action not in MAY[seat.role]:
            return False
        return {**self._of_offers(seat, body), **self._of_life(seat)}[action]

    def _of_offers(self, seat: Seat, body: dict[str, Any]) -> dict[str, bool]:
        offer, lead, task = self.offer, seat.unit == self.lead, self.task(seat) is not None
        mine = offer is not None and offer.unit == seat.unit and seat.role != "grid_worker"
        returned = offer is not None and offer.returned
        free = offer is not None and self.returnable(offer)
        others = body.get("unit") not in (self.lead, self.leading.ruled_by)
        allowed = {
            "offer": lead and offer is None and others,
            "sign_for": mine or task,
            "refuse": free if mine else task,
            "recall": lead and offer is not None and not returned,
            "rule_return": lead
            and offer is not None
            and not self.came_up(offer)
            and (returned or not (free or body.get("upheld"))),
            "escalate": lead and self.above is not None,
            "go_up": self.wishes(seat) and self.above is not None and not (offer is not None and self.came_up(offer)),
            "send_back": lead and offer is None and self.below is not None,
        }
        return {action: self.status in OPEN and may for action, may in allowed.items()}

    def _of_life(self, seat: Seat) -> dict[str, bool]:
        lead = seat.unit == self.lead
        return {
            "accept": lead and self.status == "registered",
            "handle": lead and self.status == "accepted",
            "conclude": lead and self.status == "handling" and self.offer is None,
            "serve": lead and self.status == "concluded",
            "close": lead and self.status == "concluded" and self.served,
            "withdraw": self.wishes(seat) and self.status in OPEN,
            "reopen": self.leads_or_above(seat) and self.status in ("concluded", "closed", "withdrawn"),
        }

    # --- What a step leaves

    def after(self, event: dict[str, Any]) -> State:
        """The state that `event` (kind, seq, actor, data) leaves. Raises Broken for one that cannot follow."""
        if event["seq"] != self.version + 1:
            raise Broken(f"event {event['seq']} follows {self.version}")
        now = replace(self, version=event["seq"])
        kind, data = event["kind"], event["data"]
        if data.get("part") == "co":
            state, sight = ("signed", set()) if kind == "sign_for" else ("refused", {(event["actor"], "task")})
            parts = tuple(
                replace(p, state=state) if f"staff:{p.staff}" == event["actor"] and p.state == "offered" else p
                for p in now.parts
            )
            return replace(now, parts=parts, sight=now.sight - sight)
        moved: State = getattr(now, f"_{kind}")(data)
        return moved

    def _answered(self, **changes: Any) -> State:
        return replace(self, parts=tuple(replace(p, **changes) if p is self.offer else p for p in self.parts))

    def _without(self, part: str, unit: str | None = None) -> State:
        gone = {(g, p) for g, p in self.sight if p == part and unit in (None, g.removeprefix("unit:"))}
        return replace(self, sight=self.sight - gone)

    def _sees_as(self, unit: str, part: str) -> State:
        return replace(self, sight=self.sight | {(f"unit:{unit}", part)})

    def _open(self) -> Part:
        if self.offer is None:
            raise Broken("no offer is open")
        return self.offer

    def _offered(self, unit: str) -> State:
        if self.offer is not None:
            raise Broken("a second offer")
        return replace(self, parts=(*self.parts, Part(unit, None, "lead", "offered")))._sees_as(unit, "offer")

    def _given_up(self) -> State:
        return self._answered(state="recalled")._without("offer") if self.offer else self

    def _led_by(self, unit: str) -> State:
        """The lead moves: who led stays where it received the matter or stands in one line, in another tier."""
        old, new = self.town.units[self.lead], self.town.units[unit]
        stays = old.code == self.centre or (old.tier != new.tier and in_line(old.path, new.path))
        leading = self.leading
        after = replace(leading, part="co") if stays else replace(leading, state="done")
        now = replace(self, parts=tuple(after if p is leading else p for p in self.parts))
        if stays:
            now = now._sees_as(old.code, "co")
        now = now._without("lead", old.code)._sees_as(unit, "lead")._without("offer", unit)._without("receiving")
        centre = self.town.centre(new.area)
        if centre and centre != unit and not in_line(new.path, self.areas):
            now = now._sees_as(centre, "receiving")
        return replace(now, lead=unit)

    def _offer(self, data: dict[str, Any]) -> State:
        return self._offered(data["unit"])

    def _taken(self, **changes: Any) -> State:
        """The offer is signed for, or ruled to be: who led steps back first."""
        index = self.parts.index(self._open())
        signed = replace(self.parts[index], state="signed", since=self.version, **changes)
        rest = replace(self, parts=(*self.parts[:index], *self.parts[index + 1 :]))._led_by(signed.unit)
        return replace(rest, parts=(*rest.parts[:index], signed, *rest.parts[index:]))

    def _sign_for(self, _: dict[str, Any]) -> State:
        return self._taken()

    def _refuse(self, data: dict[str, Any]) -> State:
        if not data["returned"]:
            raise Broken("a return is ruled on")
        self._open()
        return self._answered(returned=True)

    def _rule_return(self, data: dict[str, Any]) -> State:
        found = self._open()
        ruling = data["ruling"]
        if (ruling == "designated") == found.returned:
            raise Broken("a ruling on a return that was none")
        if ruling == "upheld":
            ruled = self._answered(state="refused", ruling=ruling, ruled_by=self.lead)
            return ruled._without("offer", found.unit)
        return self._taken(ruling=ruling, ruled_by=self.lead)

    def _recall(self, _: dict[str, Any]) -> State:
        self._open()
        return self._given_up()

    def _escalate(self, data: dict[str, Any]) -> State:
        if data["unit"] != self.above:
            raise Broken(f"taken up to {data['unit']}, and not to {self.above}")
        now = self._given_up()._offered(data["unit"])
        return replace(now, taken_up=self.town.units[data["unit"]].tier)

    _go_up = _escalate

    def _send_back(self, data: dict[str, Any]) -> State:
        if data["unit"] != self.below:
            raise Broken(f"sent back to {data['unit']}, and not to {self.below}")
        return self._offered(data["unit"])

    def _accept(self, _: dict[str, Any]) -> State:
        return replace(self, status="accepted")

    def _handle(self, _: dict[str, Any]) -> State:
        return replace(self, status="handling")

    def _conclude(self, _: dict[str, Any]) -> State:
        return replace(self, status="concluded", served=False)

    def _serve(self, _: dict[str, Any]) -> State:
        return replace(self, served=True)

    def _ended(self, status: str) -> State:
        now = self._without("offer")
        ends = {"offered": "recalled", "signed": "done"}
        parts = tuple(
            replace(p, state=ends[p.state]) if p.state == "offered" or (p.state, p.part) == ("signed", "co") else p
            for p in now.parts
        )
        return replace(now, status=status, parts=parts)

    def _close(self, _: dict[str, Any]) -> State:
        return self._ended("closed")

    def _withdraw(self, _: dict[str, Any]) -> State:
        return self._ended("withdrawn")

    def _reopen(self, _: dict[str, Any]) -> State:
        return replace(self, status="handling", served=False)


def born(town: Town, event: dict[str, Any], worker_unit: str) -> State:
    """The state that a registration leaves, from its event."""
    receipt = event["data"]["receipt"]
    areas = tuple(receipt["areas"][tier] for tier in reversed(TIERS))
    lead, offered, worker = receipt["lead_unit"], receipt["offered_to"], receipt["worker"]
    parts = [Part(lead, None, "lead", "signed", since=1)]
    sight = {(f"unit:{lead}", "lead"), (event["actor"], "registrar")}
    if offered:
        parts.append(Part(offered, None, "lead", "offered"))
        sight.add((f"unit:{offered}", "offer"))
    if worker and receipt["kind"] == "request":
        parts.append(Part(worker_unit, worker, "co", "offered"))
        sight.add((f"staff:{worker}", "task"))
    return State(town, receipt["kind"], areas, lead, lead, parts=tuple(parts), sight=frozenset(sight),
                 registrar=event["actor"])  # fmt: skip
