"""One row of a file into one row of history: the mapping, compiled for the header it meets."""

import hmac
from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from app.cases.actions.texts import as_written
from app.cases.rules import OPEN_KINDS, Channel, Kind, PetitionClass, Status
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.geometry import to_wgs84
from app.deadlines.queries import in_force
from app.deadlines.rules import choose_procedure
from app.imports import rules
from app.imports.rules import CODE, IMPORTED_STATUS, Instant, Reason, Refused
from app.imports.schemas import Mapping, Take
from app.intake.actions.bulk import Staged
from app.reference.queries import Reference

Reader = Callable[[list[str]], str | None]


def _nothing(_: list[str]) -> str | None:
    return None


class RowMaker:
    """Makes rows of history out of the cells of a file whose header is `header`.

    `doubled` counts times that the clock showed twice, `skipped` those that it never showed (rules.in_zone).
    """

    def __init__(self, mapping: Mapping, header: list[str], reference: Reference, now: datetime) -> None:
        self.doubled = self.skipped = 0
        self._nulls = frozenset(["", *mapping.file.nulls])
        self._places = {name: i for i, name in enumerate(header)}
        self._reference, self._now, self._crs = reference, now, mapping.location.crs
        self._external_id = self._column(mapping.source.external_id)
        self._kind = self._take(mapping.kind, "kind")
        self._petition_class = self._take(mapping.petition_class, "petition_class")
        self._category = self._take(mapping.category, "category")
        self._channel = self._take(mapping.channel, "channel")
        self._status = self._take(mapping.status, "status")
        self._title = self._take(mapping.title, "title")
        self._description = self._take(mapping.description, "description")
        self._address = self._take(mapping.address, "address")
        place, times = mapping.location, mapping.times
        self._lon, self._lat, self._code = (self._column(name) for name in (place.lon, place.lat, place.code))
        self._registered, self._closed = self._column(times.registered), self._column(times.closed)
        self._received = self._column(None if times.received == times.registered else times.received)
        self._time = rules.time_reader(times.format, ZoneInfo(times.zone) if times.zone else reference.city.tz)
        self._procedure = cache(self._choose_procedure)
        self._key = keys().derive("report digest")

    def make(self, line: int, cells: list[str]) -> Staged:
        """The row; raises Refused."""
        external_id = self.external_id(cells)
        if not CODE.fullmatch(external_id):
            raise Refused(Reason.BAD_EXTERNAL_ID if external_id else Reason.MISSING, "source.external_id", external_id)
        received, registered, closed = self._times(cells)
        status = self._status_of(cells, closed)
        closed_at = rules.in_order(received, registered, closed if status == Status.CLOSED else None, self._now)
        kind, petition_class = self._kind_of(cells)
        category = _needed(self._category(cells), "category")
        day = registered.at.astimezone(self._reference.city.tz).date()
        procedure, version = self._procedure(kind, petition_class, category, day)
        channel = _one_of(self._channel(cells), _CHANNELS, "channel")
        title = _needed(_words(self._title(cells), "title", rules.MAX_TITLE), "title")
        description = _words(self._description(cells), "description", rules.MAX_DESCRIPTION)
        address = _words(self._address(cells), "address", rules.MAX_ADDRESS)
        lon, lat = self._point(cells)
        chosen = self._code(cells) if lon is None else None
        if chosen is not None and not CODE.fullmatch(chosen):
            raise Refused(Reason.UNKNOWN_PLACE, "location.code", chosen)
        if lon is None and chosen is None and address is None:
            raise Refused(Reason.NO_PLACE, "location")
        said = (kind, petition_class, category, channel, title, description or "", address or "", chosen or "", status)
        when = f"{lon} {lat} {registered.at} {received.at} {closed_at}"
        digest = hmac.digest(self._key, "\x1f".join([*said, when]).encode(), "sha256").hex()
        case_id = uuid7()
        return Staged(
            line, case_id, kind, petition_class, category, channel, procedure, version,
            *as_written(case_id, title, description, {"address": address}, closed=kind not in OPEN_KINDS), lon, lat, chosen,
            "point" if lon is not None else "person" if chosen else "address", external_id,
            registered.at, received.at, status, closed_at, digest,
        )  # fmt: skip

    def external_id(self, cells: list[str]) -> str:
        """The source's own number as it stands in the row, '' where it is empty."""
        return self._external_id(cells) or ""

    def _column(self, name: str | None) -> Reader:
        """A column's text without blanks around it; None where it is empty or a null marker."""
        if name is None:
            return _nothing
        place, nulls = self._places[name], self._nulls

        def read(cells: list[str]) -> str | None:
            text = cells[place].strip()
            return None if text in nulls else text

        return read

    def _take(self, take: Take | None, field: str) -> Reader:
        if take is None:
            return _nothing
        if (value := take.value) is not None:
            return lambda _: value
        parts, join, table, default = [self._column(c) for c in take.named()], take.join, take.map, take.default

        def read(cells: list[str]) -> str | None:
            text = join.join(part for reader in parts if (part := reader(cells)) is not None)
            if not text:
                return default
            if table is None:
                return text
            if (mapped := table.get(text, default)) is None:
                raise Refused(Reason.NOT_IN_TABLE, field, text)
            return mapped

        return read

    def _kind_of(self, cells: list[str]) -> tuple[str, str]:
        kind = _one_of(self._kind(cells), _KINDS, "kind")
        petition_class = self._petition_class(cells) or ""
        if petition_class == PetitionClass.ACCUSATION:
            raise Refused(Reason.ACCUSATION, "petition_class")
        if petition_class not in (_CLASSES if kind == Kind.PETITION else ("",)):
            raise Refused(Reason.PETITION_CLASS, "petition_class", petition_class)
        return kind, petition_class

    def _status_of(self, cells: list[str], closed: Instant | None) -> str:
        if self._status is _nothing:
            return Status.CLOSED.value if closed else Status.REGISTERED.value
        status = _one_of(self._status(cells), IMPORTED_STATUS, "status")
        if status == Status.CLOSED and closed is None:
            raise Refused(Reason.CLOSED_WITHOUT_TIME, "times.closed")
        return status

    def _times(self, cells: list[str]) -> tuple[Instant, Instant, Instant | None]:
        registered = self._instant(self._registered, cells, "times.registered")
        if registered is None:
            raise Refused(Reason.MISSING, "times.registered")
        received = self._instant(self._received, cells, "times.received")
        return received or registered, registered, self._instant(self._closed, cells, "times.closed")

    def _instant(self, column: Reader, cells: list[str], field: str) -> Instant | None:
        text = column(cells)
        if text is None:
            return None
        instant = self._time(text, field)
        self.doubled += instant.later is not None
        self.skipped += instant.skipped
        return instant

    def _point(self, cells: list[str]) -> tuple[float | None, float | None]:
        lon, lat = self._lon(cells), self._lat(cells)
        if lon is None or lat is None:
            if lon != lat:
                raise Refused(Reason.BAD_COORDINATE, "location", lon or lat or "")
            return None, None
        x, y = rules.degrees(lon, 180.0, "location.lon"), rules.degrees(lat, 90.0, "location.lat")
        return to_wgs84(x, y, self._crs) if self._crs else (x, y)

    def _choose_procedure(self, kind: str, petition_class: str, category: str, day: date) -> tuple[str, int]:
        known = self._reference.categories.get(category)
        if known is None:
            raise Refused(Reason.UNKNOWN_CATEGORY, "category", category)
        if kind not in known.kinds:
            raise Refused(Reason.CATEGORY_OF_OTHER_KIND, "category", category)
        code = choose_procedure(kind, petition_class or None, known.urgency, known.complexity)
        return code, in_force(dict(self._reference.procedures), code, day).version


_KINDS, _CHANNELS = frozenset(Kind), frozenset(Channel)
_CLASSES = (PetitionClass.SUGGESTION, PetitionClass.APPEAL)


def _needed(text: str | None, field: str) -> str:
    if text is None:
        raise Refused(Reason.MISSING, field)
    return text


def _one_of(text: str | None, allowed: Collection[str], field: str) -> str:
    if _needed(text, field) not in allowed:
        raise Refused(Reason.NOT_IN_TABLE, field, str(text))
    return str(text)


def _words(text: str | None, field: str, most: int) -> str | None:
    return None if text is None else rules.let_in(rules.bounded(text, most, field), field) or None
