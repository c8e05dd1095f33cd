"""Which lives fill the year, when and where: what ended long ago, and what is in hand on the day.

Of what is in hand most is in time, some is due within three days and a little is late, whatever day it is. Everybody of
the permanent cast who works on cases has something waiting.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from app.cases.rules import LIVE
from app.core.access import ROLE_PERMISSIONS, Permission, Role
from app.deadlines.rules import Calendar
from seeds.hohhot.chance import between, stream
from seeds.hohhot.records import CastMember, Cell, City
from seeds.reference.load import read_calendar
from seeds.year.clocks import Unfit
from seeds.year.copying import Copier, Copy, Limits
from seeds.year.pattern import Stage
from seeds.year.scripts import MONDAY, OFFICE_CHANNELS

REPORTS = 20_000
IN_HAND, LATE, SOON = 0.052, 0.06, 0.15  # of all cases; of those in hand
NEAR, LATEST = timedelta(days=3), timedelta(days=8)
FOR_EACH = 3  # cases that wait for everybody of the cast
OPENING, CLOSING = time(8, 30), time(17, 30)
ROUND_THE_CLOCK = frozenset({"request_emergency", "request_utility", "grid_event"})
TODAY = 3  # reports at least since midnight
_OUT_OF_SEASON = 0.06
_TRIES = 200_000
_DAY, _WEEK, _YEAR = timedelta(days=1), timedelta(days=7), timedelta(days=365)
_MOMENT = timedelta(minutes=20)
_WEEKS = 52
Thing = TypeVar("Thing")


class Lot(Generic[Thing]):
    """Things to draw from by their weights."""

    def __init__(self, things: Sequence[Thing], weights: Sequence[float]) -> None:
        self._things, self._running = things, list(accumulate(weights))

    def __len__(self) -> int:
        return len(self._things)

    def draw(self, chance: Random) -> Thing:
        """One of them."""
        return self._things[bisect(self._running, chance.random() * self._running[-1])]


class Planner:
    """Draws copies of lived stages for the year before `end`."""

    def __init__(self, copier: Copier, stages: Sequence[Stage], *, end: datetime, count: int) -> None:
        self._copier, self._end, self._count = copier, end, count
        self._chance = stream(copier.seed, "plan", end.isoformat(), count)
        self._open = [p for p in stages if p.statuses[0] in LIVE and p.number + 1 < len(p.life.acts)]
        self._ended = [p for p in stages if p.number + 1 == len(p.life.acts)]
        self._office = {stage: tuple(_at_work(stage)) for stage in stages}
        self._cells = Cells(copier.city)

    def copies(self) -> list[Copy]:
        """All of them, by the time of their registration."""
        whole = round(IN_HAND * self._count)
        late, soon = round(LATE * whole), round(SOON * whole)
        left = {True: soon - TODAY, False: whole - late - soon}
        in_hand = [*self._late(late), *self._begun_today()]
        in_hand += [copy for member in self._copier.city.cast for copy in self._for(member, left)]
        everything = _lot(self._open)
        while any(left.values()):
            in_hand.append(self._in_time(everything, left))
        copies = [*in_hand, *self._over(in_hand)]
        return sorted(copies, key=lambda copy: (copy.stage.registered[0] + copy.shift, copy.cell.code))

    # --- What is in hand

    def _in_time(self, lot: Lot[Stage], left: dict[bool, int], area: str = "") -> Copy:
        """A life that stands as it naturally would, where it is due soon or not so soon, of which so many are left."""
        for _ in range(_TRIES):
            stage = lot.draw(self._chance)
            last = self._end - between(self._chance, 0, 1) * _gap(stage)
            for shift, limits in self._shifts(stage, last - stage.acts[-1]):
                due = limits.due(0)
                if due is not None and due > self._end and left[near := due <= self._end + NEAR]:
                    left[near] -= 1
                    return self._copy(stage, shift, limits, area)
        raise RuntimeError(f"no life is in hand on {self._end} as it should be: {left} are left")

    def _for(self, member: CastMember, left: dict[bool, int]) -> Iterator[Copy]:
        """What waits for somebody of the cast."""
        if Permission.CASE_SIGN not in ROLE_PERMISSIONS[Role(member.role)]:
            return
        wanted = member.post if member.role == Role.GRID_WORKER else member.unit
        area = "" if _digits(wanted) == self._copier.city.areas[0].code else _digits(wanted)
        waiting = [stage for stage in self._open if _may_wait_for(stage, wanted) and self._cells.lot(stage, area)]
        if not waiting:
            raise RuntimeError(f"no life has anything waiting for {member.login}")
        for _ in range(FOR_EACH):
            yield self._in_time(_lot(waiting), left, area)

    def _late(self, number: int) -> Iterator[Copy]:
        """A little late, each by less than a part of the time it had."""
        lived = [(p, self._copier.as_lived(p).due(0)) for p in self._open]
        pressed = [(p, due) for p, due in lived if due is not None]
        lot = Lot(pressed, [p.life.script.weight for p, _ in pressed])
        for _ in range(_TRIES):
            if not number:
                return
            stage, due = lot.draw(self._chance)
            most = min(LATEST, (due - stage.registered[0]) / 2)
            for shift, limits in self._shifts(stage, self._end - due - between(self._chance, 0, 1) * most):
                now = limits.due(0)
                if now is not None and self._end - most <= now < self._end:
                    number -= 1
                    yield self._copy(stage, shift, limits)

    def _begun_today(self) -> Iterator[Copy]:
        """Some came in since midnight, however early it is."""
        fresh = [p for p in self._open if p.number == 0 and p.life.script.procedure in ROUND_THE_CLOCK]
        lot = Lot(fresh, [p.life.script.weight for p in fresh])
        since = min(_MOMENT, self._end - self._end.replace(hour=0, minute=0, second=0, microsecond=0))
        for _ in range(TODAY):
            stage = lot.draw(self._chance)
            at = self._end - between(self._chance, 0, 1) * since
            shift = _whole(at - stage.registered[0])
            yield self._copy(stage, shift, self._copier.limits(stage, shift))

    # --- What is over

    def _over(self, in_hand: Sequence[Copy]) -> Iterator[Copy]:
        left = self._count - sum(len(copy.stage.statuses) for copy in in_hand)
        recent = Counter((self._end - c.stage.registered[0] - c.shift) // _WEEK for c in in_hand)
        usual = self._count / _WEEKS
        weeks = Lot(range(_WEEKS), [max(usual / 5, usual - recent[week]) for week in range(_WEEKS)])
        lot = Lot(self._ended, [p.life.script.weight for p in self._ended])
        begin = (self._end - MONDAY) // _WEEK * _WEEK
        while left > 0:
            stage = lot.draw(self._chance)
            if len(stage.statuses) > left:
                continue
            wanted = begin - weeks.draw(self._chance) * _WEEK
            month, season = (stage.registered[0] + wanted).month, stage.life.script.season
            if season and month not in season and self._chance.random() > _OUT_OF_SEASON:
                continue
            for shift, limits in self._shifts(stage, wanted):
                left -= len(stage.statuses)
                yield self._copy(stage, shift, limits)

    def _copy(self, stage: Stage, shift: timedelta, limits: Limits, area: str = "") -> Copy:
        return Copy(stage, shift, self._cells.lot(stage, area).draw(self._chance), limits)

    # --- When

    def _shifts(self, stage: Stage, wanted: timedelta) -> Iterator[tuple[timedelta, Limits]]:
        """The first shift near the one that is wanted at which the life goes this way, and its limits then; or nothing.

        People were at work then, what happened on one day does so still, what was in time is, and what was late is.
        """
        for shift in self._near(stage, wanted):
            if stage.acts[-1] + shift > self._end or stage.registered[0] + shift <= self._end - _YEAR:
                continue
            days = {(at.date(), (at + shift).date()) for at in stage.acts}
            if len(days) == len({day for day, _ in days}) and all(_works(at + shift) for at in self._office[stage]):
                with suppress(Unfit):
                    yield shift, self._copier.limits(stage, shift)
                    return

    def _near(self, stage: Stage, wanted: timedelta) -> Iterator[timedelta]:
        if stage.life.script.procedure in ROUND_THE_CLOCK:
            yield _whole(wanted + timedelta(seconds=between(self._chance, -1800, 1800)))
            return
        for days in (0, -1, 1, -2, 2, -3, 3):
            yield wanted // _DAY * _DAY + days * _DAY + timedelta(seconds=int(between(self._chance, -3600, 3600)))


class Cells:
    """Cells to draw from in proportion to their residents: such as the life's own home is, in the setting of its category."""

    def __init__(self, city: City) -> None:
        self._cells = city.cells
        self._lots: dict[tuple[bool, str, str], Lot[Cell]] = {}
        self._served = {cell.code: cell.centre == f"C{cell.community}" for cell in city.cells}

    def lot(self, stage: Stage, area: str = "") -> Lot[Cell]:
        """Those that fit, in an area if named."""
        script = stage.life.script
        of = self._served[script.home], script.setting if not area else "any", area
        if of not in self._lots:
            served, setting, _ = of
            fitting = [
                cell
                for cell in self._cells
                if self._served[cell.code] is served and setting in ("any", "urban" if is_urban(cell) else "rural")
                and cell.code.startswith(area)
            ]  # fmt: skip
            self._lots[of] = Lot(fitting, [cell.residents for cell in fitting])
        return self._lots[of]


def is_urban(cell: Cell) -> bool:
    """Whether the cell belongs to a residents' committee (serial 001-199) rather than to a village."""
    return int(cell.community[9:]) < 200


def _at_work(stage: Stage) -> Iterator[datetime]:
    """The acts for which an office must be open."""
    script = stage.life.script
    if script.procedure in ROUND_THE_CLOCK:
        return
    for act in stage.life.acts[: stage.number + 1]:
        by_hand = act.action != "register" or script.bodies[act.case]["channel"] in OFFICE_CHANNELS
        if act.action != "rate" and by_hand:
            yield act.at


@cache
def calendar() -> Calendar:
    """The legal calendar of the demo city."""
    return read_calendar("china")


def _works(at: datetime) -> bool:
    return OPENING <= at.time() < CLOSING and calendar().is_workday(at.date())


def _gap(stage: Stage) -> timedelta:
    """How long the life stood at this stage."""
    return stage.life.acts[stage.number + 1].at - stage.acts[-1]


def _lot(stages: Sequence[Stage]) -> Lot[Stage]:
    """By how many lives go this way and how long they stand here."""
    return Lot(stages, [stage.life.script.weight * (_gap(stage) / _DAY) for stage in stages])


def _whole(shift: timedelta) -> timedelta:
    return timedelta(seconds=int(shift.total_seconds()))


def _digits(code: str) -> str:
    return "".join(re.findall(r"\d{6,}", code)[:1])


def _may_wait_for(stage: Stage, code: str) -> bool:
    """Whether something of the life waits for this unit or post once it is copied to its area."""
    home, digits = stage.life.script.home, _digits(code)
    return any(
        waits == code
        if _digits(waits) != home[: len(_digits(waits))]
        else waits.replace(home[: len(digits)], digits) == code
        for waits in stage.waiting
        if len(_digits(waits)) == len(digits)
    )
