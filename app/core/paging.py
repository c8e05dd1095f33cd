"""Keyset pages: an opaque cursor names the last row, and `Link: rel="next"` the next page."""

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from app.core.crypto import keys
from app.core.errors import Invalid
from app.core.rows import Mark

PAGE = 50
MOST = 200
T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="From the `Link` header of the page before")]


def encode(values: Sequence[object]) -> str:
    """The last row's sort values as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str | None, size: int, *, uuids: bool = False, numbers: bool = False) -> list[str] | None:
    """The sort values again (`uuids`: the last is an id, any before it an instant); raises Invalid for a cursor that
    this list did not make."""
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise _bad() from error
    if not isinstance(values, list) or len(values) != size or not all(_sort_value(v) for v in values):
        raise _bad()
    try:
        if uuids:
            uuid.UUID(values[-1])
            values[:-1] = [_instant(value) for value in values[:-1]]
        if numbers and not 0 <= int(values[0]) < 2**31:
            raise _bad()
    except (ValueError, OverflowError) as error:
        raise _bad() from error
    return values


def _sort_value(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _instant(value: str) -> str:
    """As PostgreSQL reads it, whatever way it was written; raises ValueError."""
    return value if value == "infinity" else datetime.fromisoformat(value).astimezone(UTC).isoformat()


def _bad() -> Invalid:
    return Invalid("游标无效，请从第一页重新开始。", "The cursor is not one of this list; start from the first page.",
                   pointer="#/query/cursor")  # fmt: skip


def link(request: Request, cursor: str | None) -> dict[str, str]:
    """The `Link` header to the next page, or nothing on the last."""
    if cursor is None:
        return {}
    following = request.url.include_query_params(cursor=cursor)  # relative: the host is what the caller says it is
    return {"Link": f'<{following.path}?{following.query}>; rel="next"'}


def box(text: str | None) -> tuple[float, float, float, float] | None:
    """west,south,east,north in degrees; raises Invalid."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValueError(text)
    except ValueError as error:
        raise Invalid(
            "bbox 应为 西,南,东,北（度）。", "bbox is west,south,east,north in degrees.", pointer="#/query/bbox"
        ) from error
    return west, south, east, north


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a caller asks for."""

    request: Request
    response: Response
    limit: int
    cursor: str | None

    @property
    def most(self) -> int:
        """How many rows to read: one more than are shown tells whether there is another page."""
        return self.limit + 1

    def after(self, size: int, *, uuids: bool = False, numbers: bool = False) -> list[str] | None:
        """The sort values of the last row of the page before; raises Invalid."""
        return decode(self.cursor, size, uuids=uuids, numbers=numbers)

    def after_code(self) -> str:
        """The code of the last row of the page before; empty on the first page. Raises Invalid."""
        after = self.after(1)
        return after[0] if after else ""

    def after_veiled(self) -> int | None:
        """The number of the last row of the page before, whose name is veiled; raises Invalid."""
        after = self.after(1, uuids=True)
        if after is None:
            return None
        serial = keys().unveil(uuid.UUID(after[0]))
        if serial is None:
            raise _bad()
        return serial

    def after_instant(self) -> Mark:
        """Instant and id of the last row of the page before; raises Invalid."""
        after = self.after(2, uuids=True)
        if after is None:
            return None
        if after[0] == "infinity":
            raise _bad()
        return datetime.fromisoformat(after[0]), uuid.UUID(after[1])

    def of(self, rows: Sequence[T], key: Callable[[T], Sequence[object]]) -> list[T]:
        """The rows to show; where more were read, the answer leads on to those after the last one's `key`."""
        if len(rows) > self.limit:
            last = [v.isoformat() if isinstance(v, datetime) else str(v) for v in key(rows[self.limit - 1])]
            self.response.headers.update(link(self.request, encode(last)))
        return list(rows[: self.limit])


async def page(request: Request, response: Response, limit: Limit = PAGE, cursor: Cursor = None) -> Page:
    """A dependency (a class would cost a thread)."""
    return Page(request, response, limit, cursor)


ThisPage = Annotated[Page, Depends(page)]
