"""One row of a file into one row of history: the mapping, compiled for the header it meets."""

import hmac
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from zoneinfo import ZoneInfo

from app.cases.queries.reference import Reference
from app.cases.rules import Channel, Kind, PetitionClass, Status
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.geometry import Crs, to_wgs84
from app.deadlines.rules import choose_procedure
from app.imports.rules import (
    CODE, IMPORTED_STATUS, MAX_ADDRESS, MAX_DESCRIPTION, MAX_TITLE, Instant, Reason, Refused, bounded, degrees, in_order,
    let_in, time_reader,
)  # fmt: skip
from app.imports.schemas import Mapping, Take
from app.intake.actions.bulk import Staged

Reader = Callable[[list[str]], str | None]


class RowMaker:
    """Makes rows of history out of the cells of a file whose header is `header`.

    `doubled` counts times that the clock showed twice, `skipped` those that it never showed (rules.in_zone).
    """

    def __init__(self, mapping: Mapping, header: list[str], reference: Reference, now: datetime) -> None:
        self.doubled = self.skipped = 0
        self._nulls = frozenset(["", *mapping.file.nulls])
        self._places = {name: i for i, name in enumerate(header)}
        self._mapping, self._reference, self._now = mapping, reference, now
        self._fields = {
            name: self._reader(take)
            for name in ("kind", "petition_class", "category", "channel", "title", "description", "address", "status")
            if (take := getattr(mapping, name)) is not None
        }
        zone = ZoneInfo(mapping.times.zone) if mapping.times.zone else reference.city.tz
        self._time = time_reader(mapping.times.format, zone)
        self._procedure = cache(self._choose_procedure)
        self._key = keys().derive("report digest")

    def make(self, line: int, cells: list[str]) -> Staged:
        """The row; raises Refused."""
        external_id = self.external_id(cells)
        if not CODE.fullmatch(external_id):
            raise Refused(Reason.BAD_EXTERNAL_ID if external_id else Reason.MISSING, "source.external_id", external_id)
        kind, petition_class = self._kind(cells)
        received, registered, closed = self._times(cells)
        status = self._status(cells, closed)
        closed_at = in_order(received, registered, closed if status == Status.CLOSED else None, self._now)
        category = self._one_of("category", cells, self._reference.categories, Reason.UNKNOWN_CATEGORY)
        day = registered.at.astimezone(self._reference.city.tz).date()
        procedure, version = self._procedure(kind, petition_class, category, day)
        title = self._words("title", cells, MAX_TITLE)
        if title is None:
            raise Refused(Reason.MISSING, "title")
        description = self._words("description", cells, MAX_DESCRIPTION)
        address = self._words("address", cells, MAX_ADDRESS)
        lon, lat = self._point(cells)
        chosen = None if lon is not None else self._cell(self._mapping.location.code, cells)
        if lon is None and chosen is None and address is None:
            raise Refused(Reason.NO_PLACE, "location")
        channel = self._one_of("channel", cells, _CHANNELS, Reason.NOT_IN_TABLE)
        said = (kind, petition_class, category, channel, title, description, address, chosen, status)
        digest = "\x1f".join([*(text or "" for text in said), f"{lon} {lat} {registered.at} {received.at} {closed_at}"])
        return Staged(
            line, uuid7(), kind, petition_class, category, channel, procedure, version, title, description, address,
            lon, lat, chosen, "point" if lon is not None else "person" if chosen else "address", external_id,
            registered.at, received.at, status, closed_at, hmac.digest(self._key, digest.encode(), "sha256").hex(),
        )  # fmt: skip

    def external_id(self, cells: list[str]) -> str:
        """The source's own number as it stands in the row, '' where it is empty."""
        return self._cell(self._mapping.source.external_id, cells) or ""

    def _cell(self, column: str | None, cells: list[str]) -> str | None:
        if column is None:
            return None
        text = cells[self._places[column]].strip()
        return None if text in self._nulls else text

    def _reader(self, take: Take) -> Reader:
        if take.value is not None:
            return lambda _: take.value
        if take.column is not None:
            place = self._places[take.column]

            def read(cells: list[str]) -> str | None:
                text = cells[place].strip()
                return None if text in self._nulls else text
        else:
            places = [self._places[column] for column in take.columns]

            def read(cells: list[str]) -> str | None:
                texts = [text for i in places if (text := cells[i].strip()) not in self._nulls]
                return take.join.join(texts) or None

        return read

    def _value(self, name: str, cells: list[str]) -> str | None:
        reader = self._fields.get(name)
        if reader is None:
            return None
        take: Take = getattr(self._mapping, name)
        text = reader(cells)
        if text is None:
            return take.default
        if take.map is None:
            return text
        if (mapped := take.map.get(text, take.default)) is None:
            raise Refused(Reason.NOT_IN_TABLE, name, text)
        return mapped
