"""Making a copy of a lived stage: another place, another time, other names and texts; sealed, hashed and counted anew."""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from math import fsum
from random import Random
from uuid import UUID

import shapely

from app.core.crypto import READABLE, keys
from app.deadlines.rules import PlannedClock
from app.reference.queries import Reference
from seeds.hohhot.chance import between, stream
from seeds.hohhot.records import Cell, City
from seeds.hohhot.staff import invented_name, staff_id
from seeds.hohhot.wording import place_and_address, texts, title_and_description
from seeds.year.clocks import Unfit
from seeds.year.pattern import Stage, Text
from seeds.year.scripts import EXTERNAL
from seeds.year.time import LOCAL, uuid7_of

_POINT = 0x20000001  # a point that names its system, in EWKB


@dataclass(frozen=True, slots=True)
class Copy:
    """Which stage is copied, how much later it happened, and where."""

    stage: Stage
    shift: timedelta
    cell: Cell
    limits: "Limits"


class Limits:
    """The limits of a stage's clocks when everything happens `shift` later than it was lived.

    `moved` says what the instants that clocks counted are then. Raises Unfit where they tell no longer what they told: a
    limit that was kept is missed, one that was missed is kept, or two that were one differ.
    """

    def __init__(self, stage: Stage, shift: timedelta, reference: Reference, lived: "Limits | None" = None) -> None:
        self.counted = [clock.counted(reference, shift) for clock in stage.clocks]
        self.late = [
            clock.ended + shift > counted[-1].due
            for clock, counted in zip(stage.clocks, self.counted, strict=True)
            if clock.ended is not None
        ]
        self.moved: dict[datetime, datetime] = {}
        self._stage = stage
        if lived is not None:
            self._compare(lived)

    def _compare(self, lived: "Limits") -> None:
        if self.late != lived.late:
            raise Unfit("a limit is missed that was kept, or kept that was missed")
        for before, now in zip(lived.counted, self.counted, strict=True):
            for one, other in zip(before, now, strict=True):
                for at, here in zip(_instants(one), _instants(other), strict=True):
                    if self.moved.setdefault(at, here) != here:
                        raise Unfit(f"{at} is the limit of two clocks that differ at another time")

    def due(self, case: int) -> datetime | None:
        """When a case is due: with the first of clocks of units that run."""
        running = (
            counted[-1].due
            for clock, counted in zip(self._stage.clocks, self.counted, strict=True)
            if clock.case == case and clock.presses
        )
        return min(running, default=None)


def _instants(counted: PlannedClock) -> tuple[datetime, datetime, datetime]:
    return counted.due, counted.due_unrolled, counted.next_at


class Copier:
    """Fills patterns with what is a copy's own."""

    def __init__(self, city: City, reference: Reference, seed: int) -> None:
        self.city, self.reference, self.seed = city, reference, seed
        self.areas = {area.code: area for area in city.areas}
        self.chance = stream(seed, "copies")
        self._outline = city.areas[0].boundary
        self.serials: dict[str, int] = {}
        self.number = 0
        self.digits: Sequence[str] = ()  # of the first case, the second, …: given before any row is made

    def rows(self, copy: Copy) -> dict[str, str]:
        """Of each table the rows of a copy, as COPY reads them. Numbers follow the order of the calls.

        Raises Unfit where the limits of the life do not tell what they are at that time.
        """
        filling = _Filling(self, copy)
        values: list[str] = []
        slots, tables = copy.stage.pattern
        for slot in slots:
            values.append(_MAKERS[slot[0]](filling, values, *slot[1:]))
        self.number += len(copy.stage.statuses)
        return {name: text.filled(values) for name, text in tables}

    @cache  # noqa: B019 (there is one copier)
    def is_outside(self, lon: float, lat: float) -> bool:
        """Whether a point lies outside the city."""
        return not shapely.intersects_xy(self._outline, lon, lat)

    def outside(self) -> tuple[float, float]:
        """A point near the city but in none of its cells, degrees WGS84."""
        west, south, east, north = self._outline.bounds
        while True:
            lon, lat = round(between(self.chance, west, east), 6), round(between(self.chance, south, north), 6)
            if self.is_outside(lon, lat):
                return lon, lat

    def serial(self, table: str) -> int:
        """The next number of a table that numbers its rows."""
        self.serials[table] = self.serials.get(table, 0) + 1
        return self.serials[table]

    def limits(self, stage: Stage, shift: timedelta) -> Limits:
        """The limits that a life has some time later; raises Unfit where they do not tell what they told."""
        return Limits(stage, shift, self.reference, self.as_lived(stage))

    @cache  # noqa: B019 (there is one copier)
    def as_lived(self, stage: Stage) -> Limits:
        """The limits that a life had."""
        return Limits(stage, timedelta(), self.reference)


class _Filling:
    """The values of one copy's slots. Each maker is given the values made so far and the slot's own words."""

    def __init__(self, copier: Copier, copy: Copy) -> None:
        self.copier, self.copy, self.script = copier, copy, copy.stage.life.script
        self.chance = copier.chance
        self.cases = [
            uuid7_of(at + copy.shift, copier.number + n, self.chance) for n, at in enumerate(copy.stage.registered)
        ]
        self.limits = copy.limits
        self.sealed: dict[int, dict[str, str]] = {}
        self.heads: dict[int, str] = {}
        self.before: dict[int, str] = {}
        self.serials: dict[tuple[str, str], str] = {}
        self.phones: dict[str, str] = {}  # lived telephone numbers and the copy's own

    # --- Ids, numbers, places, people

    def _make_case(self, _: Sequence[str], case: int) -> str:
        return str(self.cases[case])

    def _make_id(self, _: Sequence[str], number: int) -> str:
        return str(UUID(int=self.cases[0].int + number + 1))

    def _make_serial(self, _: Sequence[str], table: str, lived: str) -> str:
        if (table, lived) not in self.serials:
            self.serials[table, lived] = str(self.copier.serial(table))
        return self.serials[table, lived]

    def _make_number(self, _: Sequence[str], case: int) -> str:
        digits = (
            f"{self.copy.stage.registered[case] + self.copy.shift:%y}{self.copier.digits[self.copier.number + case]}"
        )
        return digits + READABLE[int(digits) % len(READABLE)]  # as the statement of intake has it

    def _make_external(self, _: Sequence[str], lived: str) -> str:
        day = self.copy.stage.registered[0] + self.copy.shift
        return f"{day:%Y%m%d}-{self.copier.number:06d}.{lived.removeprefix(EXTERNAL)}"

    def _make_query_hash(self, _: Sequence[str], case: int) -> str:
        return _bytea(keys().query_hash(keys().query_code(str(self.cases[case]), 1)).hex())

    def _make_place(self, _: Sequence[str], digits: int) -> str:
        return self.copy.cell.code[:digits]

    def _make_staff(self, values: Sequence[str], post: Text) -> str:
        return str(staff_id(post.filled(values)))

    def _make_unit(self, values: Sequence[str], unit: Text) -> str:
        return self.copier.reference.names[unit.filled(values)]

    def _make_point(self, _: Sequence[str], case: int) -> str:
        lived = self.script.bodies[case]["location"]["point"]["coordinates"]
        if self.copier.is_outside(*lived):
            lon, lat = self.copier.outside()
        else:
            lon, lat = _inside(self.copy.cell, self.chance)
        return struct.pack("<BIIdd", 1, _POINT, 4326, lon, lat).hex()

    # --- Texts

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """What stands for the marks of all cases."""
        found: dict[str, str] = {}
        for case, body in enumerate(self.script.bodies[: len(self.cases)]):
            cell = self.copy.cell
            county, community = (self.copier.areas[cell.code[:digits]].name for digits in (6, 12))
            short = community.removesuffix("居民委员会").removesuffix("村民委员会")
            indoors = self.script.category.code.split(".")[0] in texts()["indoors"]
            words, address = place_and_address(county, short, int(cell.community[9:]) < 200, indoors, self.chance)
            if body["petition_class"] == "accusation":
                words = county
            title, description = title_and_description(
                body["kind"], body["petition_class"], body["category"], body["channel"], words, self.chance
            )
            found |= {f"title{case}": title, f"description{case}": description, f"address{case}": address}
            names = sorted(invented_name(int(self.chance.random() * 2**52)) for _ in body["parties"])
            found |= {f"name{n}_{case}": name for n, name in enumerate(names)}
        return found

    def _make_mark(self, _: Sequence[str], what: str) -> str:
        return self.texts[what]

    def _make_phone(self, _: Sequence[str], lived: str) -> str:
        return self.phones.setdefault(lived, f"1380000{int(self.chance.random() * 10_000):04d}")

    def _make_phone_index(self, values: Sequence[str], lived: str) -> str:
        return _bytea(keys().phone_index(self._make_phone(values, lived)).hex())

    # --- Time

    def _make_time(self, _: Sequence[str], lived: datetime, style: str) -> str:
        return _written(lived + self.copy.shift, style)

    def _make_planned(self, _: Sequence[str], lived: datetime, style: str) -> str:
        return _written(self.limits.moved[lived], style)

    def _make_due_day(self, _: Sequence[str], due: datetime, style: str) -> str:
        return _day(self.limits.moved[due].astimezone(LOCAL).date(), style)

    def _make_shifted_day(self, _: Sequence[str], lived: date, style: str) -> str:
        first = self.copy.stage.registered[0]
        return _day(lived + ((first + self.copy.shift).date() - first.date()), style)

    def _make_due(self, _: Sequence[str], case: int) -> str:
        due = self.limits.due(case)
        return "infinity" if due is None else _written(due, "database")

    def _make_clock(self, _: Sequence[str], clock: int, which: int, column: str) -> str:
        return _column(self.limits.counted[clock][which], column)

    # --- Seals and hashes

    def _make_content(self, values: Sequence[str], number: int, place: Text, content: Text, salt: str | None) -> str:
        text, digest = content.filled(values), ""
        if salt is not None:
            digest = hashlib.sha256(bytes.fromhex(salt.removeprefix("\\x")) + text.encode()).hexdigest()
            text = json.dumps({"text": text}, ensure_ascii=False, separators=(",", ":"))
        sealed = keys().seal_bytes(text.encode(), place.filled(values))
        parts = {"sealed": _bytea(sealed.body.hex()), "seal_key": _bytea(sealed.key.hex()), "digest": _bytea(digest)}
        self.sealed[number] = {**parts, "hex": digest}
        return ""

    def _make_sealed(self, _: Sequence[str], number: int, part: str) -> str:
        return self.sealed[number][part]

    def _make_body(self, values: Sequence[str], case: int, _seq: int, body: Text) -> str:
        text = body.filled(values)
        before = self.before[case] = self.heads.get(case, "")
        self.heads[case] = hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()  # as event_hash() has it
        return text

    def _make_prev_hash(self, _: Sequence[str], case: int, _seq: int) -> str:
        return _bytea(self.before[case])

    def _make_hash(self, _: Sequence[str], case: int, _seq: int) -> str:
        return _bytea(self.heads[case])


_MAKERS: Mapping[str, Callable[..., str]] = {
    name.removeprefix("_make_"): make for name, make in vars(_Filling).items() if name.startswith("_make_")
}


def _bytea(digits: str) -> str:
    return "\\\\x" + digits


def _written(at: datetime, style: str) -> str:
    if style == "epoch":
        return str(int(at.timestamp()))
    if style == "local":
        return at.astimezone(LOCAL).isoformat()
    text = at.astimezone(UTC).isoformat()
    return text.replace("T", " ").removesuffix(":00") if style == "database" else text


def _day(day: date, style: str) -> str:
    return day.isoformat() if style == "date" else f"{day.year}年{day.month}月{day.day}日"


def _column(counted: PlannedClock, column: str) -> str:
    value = getattr(counted, "due" if column == "breached_at" else column)
    return _written(value, "database") if isinstance(value, datetime) else str(value).lower()


def _inside(cell: Cell, chance: Random) -> tuple[float, float]:
    """A point inside a cell, degrees WGS84: cells are convex, so a weighted mean of all corners is inside."""
    corners = _corners(cell)
    weights = [chance.random() + 0.01 for _ in corners]
    lon = fsum(w * x for w, (x, _) in zip(weights, corners, strict=True)) / fsum(weights)
    lat = fsum(w * y for w, (_, y) in zip(weights, corners, strict=True)) / fsum(weights)
    return round(lon, 6), round(lat, 6)


@cache
def _corners(cell: Cell) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shapely.get_coordinates(cell.boundary)[:-1].tolist()]
