"""What changes rarely and is needed at every write: categories, procedures, calendar, names. Read every half minute."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.areas.queries import CityFacts, get_city
from app.areas.queries import list_names as area_names
from app.core.database import Connection, Database
from app.core.errors import Words
from app.deadlines.queries import in_force, list_procedures, read_calendar
from app.deadlines.rules import Calendar, ClockKind, ClockRule, Owner, PlannedClock, Procedure, StartsOn, first, plan
from app.routing.queries import list_areas, list_categories, list_dispute_kinds, list_rules
from app.routing.rules import Category
from app.units.queries import list_standings

FIXED_REASONS = {
    "no_route": Words("没有适用的派送规则，由总台受理。", "No rule fits; the intake desk takes it."),
    "accusation": Words("检举控告由纪检监察窗口密件办理。", "An accusation is sealed to a discipline desk."),
    "review": Words(
        "由作出处理意见机关的上一级机关复查、复核。", "The authority above the one that decided reviews it."
    ),
}
FRESH_SECONDS = 30.0


@dataclass(frozen=True)
class Reference:
    """One consistent reading of the city's rules."""

    city: CityFacts
    categories: Mapping[str, Category]
    dispute_kinds: Mapping[str, str]  # by category
    procedures: Mapping[tuple[str, int], Procedure]
    calendar: Calendar
    reasons: Mapping[str, Words]
    names: Mapping[str, str]
    tiers: Mapping[str, str]
    lines: Mapping[str, tuple[str, ...]]
    heights: Mapping[str, int]
    centres: Mapping[str, str]
    superiors: Mapping[str, tuple[str, ...]]  # by unit: those that it stands under

    def procedure(self, code: str, at: datetime) -> Procedure:
        """The version of a procedure in force on the local day of `at`."""
        return in_force(dict(self.procedures), code, at.astimezone(self.city.tz).date())

    def plan(self, procedure: Procedure, starts_on: StartsOn, at: datetime) -> tuple[PlannedClock, ...]:
        """The clocks that start at `at` by the city's calendar and time zone."""
        return plan(procedure, starts_on, at, calendar=self.calendar, tz=self.city.tz)

    def first(self, procedure: str, version: int, start: datetime, due: datetime) -> tuple[int, datetime]:
        """Level and next instant of an authority's clock of this procedure that runs from `start` to `due`."""
        ladder = self.procedures[procedure, version].ladder
        return first(ladder, Owner.ORGAN, start, due, calendar=self.calendar, tz=self.city.tz)

    def centre_above(self, unit: str, areas: Iterable[str | None]) -> str | None:
        """The first centre of these areas in a tier above `unit`: where a new case would be taken up to."""
        found = (self.centres[area] for area in areas if area and area in self.centres)
        higher = [c for c in found if self.heights[c] > self.heights[unit]]
        return min(higher, key=lambda c: self.heights[c], default=None)

    def above(self, unit: str, areas: Iterable[str | None]) -> frozenset[str]:
        """What stands above `unit` in a case of these areas: its superiors, and the centres of the areas that stand no lower."""
        found = (self.centres[area] for area in areas if area and area in self.centres)
        return frozenset(self.superiors[unit]) | {
            c for c in found if c != unit and self.heights[c] >= self.heights[unit]
        }

    def overlap(self, area: str, other: str) -> bool:
        """Whether one of two areas lies in the other, or they are the same."""
        return area in self.lines.get(other, ()) or other in self.lines.get(area, ())

    def clock_rule(self, procedure: str, version: int, kind: ClockKind) -> ClockRule | None:
        """The rule of one clock of a case."""
        rules = self.procedures[procedure, version].clocks
        return next((rule for rule in rules if rule.kind is kind), None)


async def load(conn: Connection, at: datetime) -> Reference:
    """Read everything once, with the names that areas bear at `at`."""
    city = await get_city(conn)
    rules = await list_rules(conn)
    areas = await list_areas(conn)
    units = await list_standings(conn)
    return Reference(
        city=city,
        categories=await list_categories(conn),
        dispute_kinds={c: k.code for k in (await list_dispute_kinds(conn)).values() for c in k.categories},
        procedures=await list_procedures(conn),
        calendar=await read_calendar(conn, city.calendar),
        reasons={**FIXED_REASONS, **{r.id: Words(r.reason_zh, r.reason_en) for r in rules}},
        heights={u.code: u.tier.height for u in units},
        centres={u.centre_of: u.code for u in units if u.centre_of},
        superiors={u.code: u.under for u in units},
        names={**await area_names(conn, at), **{u.code: u.name for u in units}},
        tiers={area.code: area.tier.value for area in areas},
        lines={area.code: area.path for area in areas},
    )


class ReferenceCache:
    """A Reference at most half a minute old."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._value: Reference | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def get(self, at: datetime) -> Reference:
        """The present reading; one request refreshes it, the others go on with the last."""
        if self._value is not None and (self._lock.locked() or time.monotonic() - self._read_at < FRESH_SECONDS):
            return self._value
        async with self._lock:
            if self._value is None or time.monotonic() - self._read_at >= FRESH_SECONDS:
                async with self._database.snapshot() as conn:
                    self._value = await load(conn, at)
                self._read_at = time.monotonic()
        return self._value
