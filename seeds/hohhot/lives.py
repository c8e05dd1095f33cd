"""What became of each demo report: which steps were taken and when, up to the day before the demo's date.

Steps carry the names of the actions that a case knows. Their pace follows the limits of the case's procedure: most keep
them, some are late, a few stand still, so that every dashboard has something to show.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from random import Random
from uuid import UUID

from app.deadlines.rules import Calendar, ClockKind, LengthUnit, Procedure
from seeds.hohhot.chance import between, pick, pick_weighted
from seeds.hohhot.wording import texts
from seeds.reference.load import read_calendar, read_procedures

_HOURS = {
    LengthUnit.MINUTE: 1 / 60, LengthUnit.HOUR: 1.0, LengthUnit.CALENDAR_DAY: 24.0, LengthUnit.WORKING_DAY: 34.0,
    LengthUnit.CALENDAR_MONTH: 24.0 * 30,
}  # fmt: skip
_OPENING, _CLOSING = time(8, 30), time(17, 30)
_ROUND_THE_CLOCK = ("request_emergency", "request_utility", "grid_event")

_RESULTS = {
    "request": (("resolved", 72), ("partly_resolved", 12), ("explained", 12), ("unfounded", 4)),
    "event": (("resolved", 92), ("unfounded", 8)),
    "dispute": (("agreement", 74), ("no_agreement", 16), ("explained", 10)),
    "appeal": (("supported", 35), ("resolved", 25), ("explained", 25), ("not_supported", 15)),
    "suggestion": (("adopted", 55), ("explained", 45)),
    "accusation": (("explained", 40), ("unfounded", 40), ("resolved", 20)),
}
_METHODS = (("phone", 45), ("sms", 25), ("in_person", 20), ("posted", 10))

# How the first decision goes, in parts of a thousand; what is left is accepted.
_DECLINED, _REFERRED, _WITHDRAWN, _NEVER_ACCEPTED = 25, 20, 30, 6
_NEVER_CONCLUDED, _REOPENED, _ATTEMPTED = 12, 15, 20


@dataclass(frozen=True, slots=True)
class DemoStep:
    """An action and its local time, with what the action needs.

    `sign_for` means: the unit to which the case was offered signs for it; it is void where nothing is offered. `text`
    is the reply, the reason or the proof, in the words of the organ. `kind` names the notice that is served, where it is
    not the one of the result.
    """

    action: str
    at: datetime
    text: str | None = None
    result: str | None = None
    route: str | None = None
    outcome: str | None = None
    method: str | None = None
    article: str | None = None
    into: UUID | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a life depends on. `nobody_to_answer`: an anonymous report, whose reply is waived (XF 23 ¶2).

    The first report of an incident stays open while later ones are merged into it.
    """

    kind: str
    petition_class: str | None
    category: str
    procedure: str
    registered_at: datetime
    nobody_to_answer: bool
    first_of_incident: bool


@cache
def _procedures() -> dict[str, Procedure]:
    """The newest version of each."""
    return {procedure.code: procedure for procedure in sorted(read_procedures(), key=lambda p: p.version)}


@cache
def _calendar() -> Calendar:
    return read_calendar("china")


def live(matter: Matter, chance: Random, *, until: datetime, merge_into: UUID | None = None) -> tuple[DemoStep, ...]:
    """The steps of a case, in order, all before `until`. `merge_into` ends it soon in the case it belongs to."""
    steps = _merged(matter, merge_into, chance) if merge_into else _life(matter, chance)
    taken: list[DemoStep] = []
    earliest = matter.registered_at
    for step in steps:
        at = max(step.at, earliest + timedelta(minutes=2))
        if at >= until:
            break
        taken.append(step if at == step.at else replace(step, at=at))
        earliest = at
    return tuple(taken)


def _merged(matter: Matter, into: UUID, chance: Random) -> Iterator[DemoStep]:
    """Whoever merges must lead: the competent unit signs for it first."""
    signed = matter.registered_at + timedelta(seconds=int(between(chance, 180, 840)))
    yield DemoStep("sign_for", signed)
    at = signed + timedelta(seconds=int(between(chance, 300, 4500)))
    yield DemoStep("merge", at, pick(chance, texts()["reasons"]["merge"]), into=into)


def _life(matter: Matter, chance: Random) -> Iterator[DemoStep]:
    first = 1000.0 if matter.first_of_incident else chance.random() * 1000.0
    registered = matter.registered_at
    signed = _office_hours(matter, registered + _share(matter, ClockKind.ACCEPTANCE, chance, 0.02, 0.4), chance)
    decided = _office_hours(matter, registered + _acceptance_time(matter, chance), chance)
    if first < _NEVER_ACCEPTED:
        return
    first -= _NEVER_ACCEPTED
    if first < _WITHDRAWN and matter.kind != "event" and matter.petition_class != "accusation":
        yield from _withdrawn(matter, signed, decided, chance)
        return
    yield DemoStep("sign_for", signed)
    decided = max(decided, signed + timedelta(minutes=5))
    first -= _WITHDRAWN
    if 0 <= first < _DECLINED + _REFERRED and matter.kind != "event" and matter.petition_class != "accusation":
        yield _turned_away(matter, decided, first < _DECLINED, chance)
        yield from _told(matter, "non_acceptance", decided, chance)
        return
    yield DemoStep("accept", decided)
    yield from _told(matter, "acceptance", decided, chance)
    yield from _handled(matter, decided, chance)


def _withdrawn(matter: Matter, signed: datetime, decided: datetime, chance: Random) -> Iterator[DemoStep]:
    if chance.random() < 0.6:
        yield DemoStep("sign_for", signed)
        decided = max(decided, signed + timedelta(minutes=5))
        yield DemoStep("accept", decided)
    at = _office_hours(matter, decided + timedelta(hours=between(chance, 2, 60)), chance)
    yield DemoStep("withdraw", at, pick(chance, texts()["reasons"]["withdraw"]))


def _told(matter: Matter, kind: str, drafted: datetime, chance: Random) -> Iterator[DemoStep]:
    """Where the procedure owes it in writing, the notice of acceptance or not is served within a day or two."""
    if not _acceptance_notice(matter.procedure):
        return
    at = _office_hours(matter, drafted + timedelta(hours=between(chance, 0.3, 40)), chance)
    if matter.nobody_to_answer:
        proof = texts()["proofs"]["waived"]
        yield DemoStep("serve", at, proof, outcome="waived", method="none", article="XF 23", kind=kind)
        return
    method = pick_weighted(chance, [name for name, _ in _METHODS], [float(weight) for _, weight in _METHODS])
    yield DemoStep("serve", at, pick(chance, texts()["proofs"]["served"]), outcome="served", method=method, kind=kind)


@cache
def _acceptance_notice(procedure: str) -> bool:
    return any(c.kind is ClockKind.ACCEPTANCE and c.notice for c in _procedures()[procedure].clocks)


def _turned_away(matter: Matter, at: datetime, declined: bool, chance: Random) -> DemoStep:
    reasons = texts()["reasons"]
    if declined or matter.kind == "request":
        return DemoStep("decline", at, pick(chance, reasons["decline"]), route="other_organ")
    route = "arbitration" if matter.category.startswith(("wage.", "labour.")) else "litigation"
    return DemoStep("refer", at, pick(chance, reasons["refer"]), route=route)


def _handled(matter: Matter, accepted: datetime, chance: Random) -> Iterator[DemoStep]:
    """From acceptance to the end, with one reopening now and then."""
    handle = _office_hours(matter, accepted + _share(matter, ClockKind.COMPLETION, chance, 0.01, 0.1), chance)
    yield DemoStep("handle", handle)
    if chance.random() * 1000.0 < _NEVER_CONCLUDED:
        return
    concluded = _office_hours(matter, accepted + _completion_time(matter, chance), chance)
    concluded = max(concluded, handle + timedelta(minutes=10))
    closed = concluded
    for step in _concluded(matter, concluded, chance):
        yield step
        closed = step.at
    if chance.random() * 1000.0 < _REOPENED and not matter.nobody_to_answer:
        reopened = _office_hours(matter, closed + timedelta(days=between(chance, 1, 20)), chance)
        yield DemoStep("reopen", reopened, pick(chance, texts()["reasons"]["reopen"]))
        again = reopened + _share(matter, ClockKind.COMPLETION, chance, 0.2, 0.8)
        yield from _concluded(matter, _office_hours(matter, again, chance), chance)


def _concluded(matter: Matter, at: datetime, chance: Random) -> Iterator[DemoStep]:
    """Result and reply, one service record, close."""
    choices = _RESULTS[matter.petition_class or matter.kind]
    result = pick_weighted(chance, [name for name, _ in choices], [float(weight) for _, weight in choices])
    yield DemoStep("conclude", at, pick(chance, texts()["replies"][result]), result=result)
    served = _office_hours(matter, at + timedelta(hours=between(chance, 0.3, 30)), chance)
    proofs = texts()["proofs"]
    if matter.nobody_to_answer:
        yield DemoStep("serve", served, proofs["waived"], outcome="waived", method="none", article="XF 23")
    elif matter.kind == "event":
        yield DemoStep("serve", served, proofs["reported_back"], outcome="served", method="sms")
    elif chance.random() * 1000.0 < _ATTEMPTED:
        yield DemoStep("serve", served, pick(chance, proofs["attempted"]), outcome="attempted", method="posted")
        served = _office_hours(matter, served + timedelta(hours=between(chance, 2, 30)), chance)
        yield DemoStep("approve_attempt", served)
    else:
        method = pick_weighted(chance, [name for name, _ in _METHODS], [float(weight) for _, weight in _METHODS])
        yield DemoStep("serve", served, pick(chance, proofs["served"]), outcome="served", method=method)
    yield DemoStep("close", _office_hours(matter, served + timedelta(hours=between(chance, 0.2, 24)), chance))


def _acceptance_time(matter: Matter, chance: Random) -> timedelta:
    late = chance.random() < 0.06
    return _share(matter, ClockKind.ACCEPTANCE, chance, *((1.05, 1.9) if late else (0.05, 0.9)))


def _completion_time(matter: Matter, chance: Random) -> timedelta:
    late = chance.random() < 0.11
    early = 0.5 if matter.first_of_incident else 0.12
    return _share(matter, ClockKind.COMPLETION, chance, *((1.02, 1.8) if late else (early, 0.85)))


def _share(matter: Matter, kind: ClockKind, chance: Random, low: float, high: float) -> timedelta:
    """Between `low` and `high` parts of the procedure's limit."""
    return timedelta(hours=between(chance, low, high) * _limit_hours(matter.procedure, kind))


@cache
def _limit_hours(procedure: str, kind: ClockKind) -> float:
    clock = next(clock for clock in _procedures()[procedure].clocks if clock.kind is kind)
    return clock.length * _HOURS[clock.unit]


def _office_hours(matter: Matter, at: datetime, chance: Random) -> datetime:
    """`at`, or a moment of the next working morning where offices are closed then; whole seconds."""
    at = at.replace(microsecond=0)
    if matter.procedure in _ROUND_THE_CLOCK:
        return at
    calendar = _calendar()
    if calendar.is_workday(at.date()) and _OPENING <= at.time() < _CLOSING:
        return at
    day = at.date() if at.time() < _OPENING else at.date() + timedelta(days=1)
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    opening = datetime.combine(day, _OPENING, at.tzinfo)
    return opening + timedelta(seconds=int(between(chance, 0, 4 * 3600)))
