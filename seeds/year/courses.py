"""What becomes of a matter, and when: the steps of its life, at a pace that follows the limits of its procedure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from app.deadlines.rules import Calendar, ClockKind, LengthUnit, Procedure
from seeds.hohhot.chance import between, pick, pick_weighted
from seeds.hohhot.wording import texts
from seeds.reference.load import read, read_calendar, read_procedures

_HOURS = {
    LengthUnit.MINUTE: 1 / 60, LengthUnit.HOUR: 1.0, LengthUnit.CALENDAR_DAY: 24.0, LengthUnit.WORKING_DAY: 34.0,
    LengthUnit.CALENDAR_MONTH: 24.0 * 30,
}  # fmt: skip
OPENING, CLOSING = time(8, 30), time(17, 30)
ROUND_THE_CLOCK = frozenset({"request_emergency", "request_utility", "grid_event"})

YEAR: Any = read(Path(__file__).parent / "year.yaml")


class Fate(StrEnum):
    """How a life goes."""

    CLOSED = "closed"
    LATE = "late"
    RATED = "rated"
    ATTEMPTED = "attempted"
    REOPENED = "reopened"
    EXTENDED = "extended"
    PASSED_ON = "passed_on"
    DECLINED = "declined"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Step:
    """An action and its instant, with what it needs; `case` counts the reports of one life.

    `text` is the reply, the reason or the proof. `sign_for` is left out where nothing is offered. `kind` names the notice
    that is served where it is not the one of the result; `into` counts the report that this one is merged into.
    """

    action: str
    at: datetime
    case: int = 0
    text: str | None = None
    result: str | None = None
    route: str | None = None
    outcome: str | None = None
    method: str | None = None
    article: str | None = None
    kind: str | None = None
    days: int | None = None
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a life depends on. `nobody_to_answer`: an anonymous report, whose reply is waived (XF 23 ¶2)."""

    kind: str
    petition_class: str | None
    category: str
    procedure: str
    registered_at: datetime
    nobody_to_answer: bool

    @property
    def round_the_clock(self) -> bool:
        """Whether it is worked on at night and on days off."""
        return self.procedure in ROUND_THE_CLOCK


def course(matter: Matter, fate: Fate, chance: Random) -> tuple[Step, ...]:
    """The steps of a life after its registration, in order."""
    taken: list[Step] = []
    earliest = matter.registered_at
    for step in _life(matter, fate, chance):
        at = max(step.at, earliest + timedelta(minutes=2))
        taken.append(replace(step, at=at))
        earliest = at
    return tuple(taken)


def drawn(chance: Random, weights: Mapping[str, float]) -> str:
    """One of the names, in proportion to their weights."""
    return pick_weighted(chance, list(weights), list(weights.values()))


def merging(registered_at: datetime, case: int, chance: Random) -> Iterator[Step]:
    """One of many reports of an incident ends in the first. Whoever merges must lead: the competent unit signs first."""
    signed = registered_at + timedelta(seconds=int(between(chance, 180, 840)))
    yield Step("sign_for", signed, case)
    at = signed + timedelta(seconds=int(between(chance, 300, 4500)))
    yield Step("merge", at, case, pick(chance, texts()["reasons"]["merge"]), into=0)


@cache
def procedures() -> dict[str, Procedure]:
    """The newest version of each."""
    return {procedure.code: procedure for procedure in sorted(read_procedures(), key=lambda p: p.version)}


@cache
def calendar() -> Calendar:
    """The legal calendar of the demo city."""
    return read_calendar("china")


def _life(matter: Matter, fate: Fate, chance: Random) -> Iterator[Step]:
    registered = matter.registered_at
    signed = _worked(matter, registered + _share(matter, ClockKind.ACCEPTANCE, chance, 0.02, 0.4), chance)
    late = fate is Fate.LATE and chance.random() < 0.3
    share = (1.05, 1.6) if late else (0.2, 0.9)
    decided = _worked(matter, registered + _share(matter, ClockKind.ACCEPTANCE, chance, *share), chance)
    if fate is Fate.PASSED_ON:
        for step in _passed_on(matter, signed, chance):
            yield step
            signed = _worked(matter, step.at + timedelta(minutes=between(chance, 10, 90)), chance)
    yield Step("sign_for", signed)
    if fate is Fate.PASSED_ON and matter.kind == "petition":
        yield _served(
            matter, _worked(matter, signed + timedelta(hours=between(chance, 1, 20)), chance), chance, kind="transfer"
        )
    decided = max(decided, signed + timedelta(minutes=5))
    if fate in (Fate.DECLINED, Fate.REFERRED):
        yield _turned_away(matter, decided, fate, chance)
        yield from _told(matter, "non_acceptance", decided, chance)
        return
    yield Step("accept", decided)
    yield from _told(matter, "acceptance", decided, chance)
    if fate is Fate.WITHDRAWN:
        at = _worked(matter, decided + _share(matter, ClockKind.COMPLETION, chance, 0.1, 0.5), chance)
        yield Step("withdraw", at, text=pick(chance, texts()["reasons"]["withdraw"]))
        return
    yield from _handled(matter, fate, decided, late, chance)


def _passed_on(matter: Matter, at: datetime, chance: Random) -> Iterator[Step]:
    """The first unit gives it back, and the centre offers it to another."""
    reasons = texts()["reasons"]
    yield Step("refuse", at, text=pick(chance, reasons["refuse"]))
    if procedures()[matter.procedure].returns is not None:
        at = _worked(matter, at + timedelta(minutes=between(chance, 10, 90)), chance)
        yield Step("rule_return", at, text=pick(chance, reasons["uphold"]))
    at = _worked(matter, at + timedelta(minutes=between(chance, 10, 90)), chance)
    yield Step("offer", at, text=pick(chance, reasons["offer"]))


def _told(matter: Matter, kind: str, drafted: datetime, chance: Random) -> Iterator[Step]:
    """Where the procedure owes it in writing, the notice of acceptance or not is served within a day or two."""
    if not any(c.kind is ClockKind.ACCEPTANCE and c.notice for c in procedures()[matter.procedure].clocks):
        return
    at = _worked(matter, drafted + timedelta(hours=between(chance, 0.3, 40)), chance)
    yield _served(matter, at, chance, kind=kind)


def _served(matter: Matter, at: datetime, chance: Random, *, kind: str | None = None) -> Step:
    proofs = texts()["proofs"]
    if matter.nobody_to_answer:
        return Step("serve", at, text=proofs["waived"], outcome="waived", method="none", article="XF 23", kind=kind)
    if matter.kind == "event":
        return Step("serve", at, text=proofs["reported_back"], outcome="served", method="sms", kind=kind)
    method = drawn(chance, YEAR["methods"])
    return Step("serve", at, text=pick(chance, proofs["served"]), outcome="served", method=method, kind=kind)


def _turned_away(matter: Matter, at: datetime, fate: Fate, chance: Random) -> Step:
    reasons = texts()["reasons"]
    if fate is Fate.DECLINED or matter.kind == "request":
        return Step("decline", at, text=pick(chance, reasons["decline"]), route="other_organ")
    route = "arbitration" if matter.category.startswith(("wage.", "labour.")) else "litigation"
    return Step("refer", at, text=pick(chance, reasons["refer"]), route=route)


def _handled(matter: Matter, fate: Fate, accepted: datetime, late: bool, chance: Random) -> Iterator[Step]:
    """From acceptance to the end."""
    handle = _worked(matter, accepted + _share(matter, ClockKind.COMPLETION, chance, 0.01, 0.1), chance)
    yield Step("handle", handle)
    if fate is Fate.EXTENDED:
        at = _worked(matter, accepted + _share(matter, ClockKind.COMPLETION, chance, 0.3, 0.6), chance)
        yield Step("extend", at, text=pick(chance, texts()["reasons"]["extend"]), days=10)
        yield _served(
            matter, _worked(matter, at + timedelta(hours=between(chance, 1, 20)), chance), chance, kind="extension"
        )
    share = (1.02, 1.5) if fate is Fate.LATE and not late else (0.35, 0.9)
    concluded = _worked(matter, accepted + _share(matter, ClockKind.COMPLETION, chance, *share), chance)
    closed = max(concluded, handle + timedelta(minutes=10))
    for step in _concluded(matter, fate, closed, chance):
        yield step
        closed = step.at
    if fate is Fate.REOPENED:
        reopened = _worked(matter, closed + timedelta(days=between(chance, 1, 20)), chance)
        yield Step("reopen", reopened, text=pick(chance, texts()["reasons"]["reopen"]))
        again = reopened + _share(matter, ClockKind.COMPLETION, chance, 0.2, 0.8)
        yield from _concluded(matter, Fate.CLOSED, _worked(matter, again, chance), chance)
    elif fate is Fate.RATED:
        rating = drawn(chance, YEAR["ratings"])
        yield Step("rate", closed + timedelta(hours=between(chance, 1, 100)), result=rating)


def _concluded(matter: Matter, fate: Fate, at: datetime, chance: Random) -> Iterator[Step]:
    """Result and reply, one service record, close."""
    result = drawn(chance, YEAR["results"][matter.petition_class or matter.kind])
    yield Step("conclude", at, text=pick(chance, texts()["replies"][result]), result=result)
    served = _worked(matter, at + timedelta(hours=between(chance, 0.3, 30)), chance)
    if fate is Fate.ATTEMPTED:
        proof = pick(chance, texts()["proofs"]["attempted"])
        yield Step("serve", served, text=proof, outcome="attempted", method="posted")
        served = _worked(matter, served + timedelta(hours=between(chance, 2, 30)), chance)
        yield Step("approve_attempt", served)
    else:
        yield _served(matter, served, chance)
    yield Step("close", _worked(matter, served + timedelta(hours=between(chance, 0.2, 24)), chance))


def _share(matter: Matter, kind: ClockKind, chance: Random, low: float, high: float) -> timedelta:
    """Between `low` and `high` parts of the procedure's limit."""
    return timedelta(hours=between(chance, low, high) * _limit_hours(matter.procedure, kind))


@cache
def _limit_hours(procedure: str, kind: ClockKind) -> float:
    clock: Any = next(clock for clock in procedures()[procedure].clocks if clock.kind is kind)
    return float(clock.length * _HOURS[clock.unit])


def _worked(matter: Matter, at: datetime, chance: Random) -> datetime:
    """`at`, or a moment of the next working morning where offices are closed then; whole seconds."""
    at = at.replace(microsecond=0)
    if matter.round_the_clock or (calendar().is_workday(at.date()) and OPENING <= at.time() < CLOSING):
        return at
    day = at.date() if at.time() < OPENING else at.date() + timedelta(days=1)
    while not calendar().is_workday(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENING, at.tzinfo) + timedelta(seconds=int(between(chance, 0, 4 * 3600)))
