"""The mapping: which column of a file feeds which field of a case. Every key is known, or the mapping is refused."""

import codecs
import re
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from app.core.bodies import Closed
from app.core.geometry import Crs
from app.core.texts import Code, TimeZone


class Take(Closed):
    """Where a field comes from: `column`, or several `columns` joined, or a constant `value`.

    `map` translates what stands there; `default` fills what is empty or what the map lacks (without it such a row is
    refused). A bare text in the mapping is the name of a column.
    """

    column: str | None = None
    columns: list[str] = Field(default=[])
    join: str = " "
    value: str | None = None
    map: dict[str, str] | None = None
    default: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.column is not None) + bool(self.columns) + (self.value is not None) != 1:
            raise ValueError("give one of column, columns, value")
        if self.value is not None and (self.map is not None or self.default is not None):
            raise ValueError("a constant value has no map and no default")
        return self

    def named(self) -> list[str]:
        """The columns it reads."""
        return [self.column] if self.column is not None else self.columns


def _column(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise ValueError(f"there is no text encoding {name!r}") from error
    return name


def _format(given: str) -> str:
    if given != "iso" and not re.search(r"%[YyGcxsD]", given):
        raise ValueError(f"{given!r} is no time format: write iso, or strptime codes such as %Y/%m/%d %H:%M")
    return given


Taken = Annotated[Take, BeforeValidator(_column)]


class FileMap(Closed):
    """How the file is written."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    nulls: list[str] = Field(default=[], description="What stands for nothing, beside the empty text")


class SourceMap(Closed):
    """The system the file comes from, and its own number of each case: together they make a repeat harmless."""

    system: Code
    external_id: str


class LocationMap(Closed):
    """A point in a named system, else the code of a cell or area that a person chose; the address stands beside."""

    lon: str | None = None
    lat: str | None = None
    crs: Crs | None = None
    code: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len({self.lon is None, self.lat is None, self.crs is None}) > 1:
            raise ValueError("lon, lat and crs go together: name WGS84, CGCS2000, GCJ02 or BD09")
        return self


class TimesMap(Closed):
    """Formats (`iso` or strptime codes), the zone of naive times (the city's if left out), and the columns."""

    format: Annotated[list[Annotated[str, AfterValidator(_format)]], BeforeValidator(_as_list)] = Field(default=["iso"])
    zone: TimeZone | None = None
    registered: str
    received: str | None = None
    closed: str | None = None


class Mapping(Closed):
    """A whole mapping file."""

    file: FileMap = FileMap()
    source: SourceMap
    kind: Taken
    petition_class: Taken | None = None
    category: Taken
    channel: Taken = Take(value="import")
    title: Taken
    description: Taken | None = None
    address: Taken | None = None
    location: LocationMap = LocationMap()
    times: TimesMap
    status: Taken | None = Field(
        default=None, description="registered | closed; left out: closed where it has the time"
    )
