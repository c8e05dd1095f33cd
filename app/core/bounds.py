"""What an address takes: as many bytes and members as the longest body that its schema allows, and no more.

The schema decides, so a new route has its bound without a word of its own; a body without an end is a fault of the route.
To judge a body takes time in proportion to its bytes, and these are bounded.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from app.core.bodies import Measure
from app.core.errors import BadRequest, Words
from app.core.settings import settings

SMALLEST = 16_384  # bytes that every address takes
MOST_NAMES = 100  # in one object
DEEPEST = 20
LONGEST_NUMBER = 500  # signs: to read an integer takes the square of its length
_SIGN = 12  # bytes of one sign written as two escapes of six
_MEMBER = 60  # bytes around a member: indentation, quotes, colon, comma
_NUMBER = 40
_FORMATS = {"uuid": 50, "date-time": 50, "date": 50, "time": 50, "email": 254}  # signs of formats that have an end
JSON_TYPE = re.compile(r"application/([a-z0-9.-]+\+)?json")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one address takes: whether only from who is known, at most how many bytes, of a media type that fits; else these
    words. A body of JSON has at most `members`; None: it is no JSON."""

    signed: bool
    bytes: int
    members: int | None
    media: re.Pattern[str]
    too_large: Words
    unsupported: Words


def json_bounds(body: Any, *, signed: bool) -> Bounds:
    """The bounds of a body of JSON, as its type says (None: no body). Raises TypeError for one without an end."""
    longest = measure(body)
    most = min(max(longest.bytes, SMALLEST), settings().max_body_bytes)
    too_large = Words(
        f"此处请求体不得超过 {most} 字节，请缩短或分批发送。",
        f"The body may hold {most} bytes here; shorten it or send parts.",
    )
    unsupported = Words("请求体应为 application/json。", "Send the body as application/json.")
    # Twice as many: a list that is a little too long is told so by its schema, with its place.
    return Bounds(signed, most, max(2 * longest.members, MOST_NAMES), JSON_TYPE, too_large, unsupported)


@cache
def measure(body: Any) -> Measure:
    """The longest body of a type; raises TypeError for one without an end. A type whose parts are judged one by one says
    itself how much it takes, as `measured`."""
    if body is None:
        return Measure(0)
    measured: Measure | None = getattr(body, "measured", None)
    if measured is not None:
        return measured
    schema = TypeAdapter(body).json_schema()
    return _longest(schema, schema.get("$defs", {}), ())


def _longest(schema: Mapping[str, Any], named: Mapping[str, Any], within: tuple[str, ...]) -> Measure:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in within:
            raise TypeError(f"{name} holds itself: a body without an end")
        return _longest(named[name], named, (*within, name))
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        parts = [_longest(choice, named, within) for choice in choices]
        return Measure(max(p.bytes for p in parts), max(p.members for p in parts))
    if "enum" in schema or "const" in schema:
        return Measure(max(len(str(value)) for value in schema.get("enum", [schema.get("const")])) * _SIGN + 2)
    match schema.get("type"):
        case "object":
            return _longest_object(schema, named, within)
        case "array":
            return _longest_list(schema, named, within)
        case "boolean" | "null" | "integer" | "number":
            return Measure(_NUMBER)
    signs = schema.get("maxLength", _FORMATS.get(schema.get("format", "")))
    if signs is None:
        raise TypeError(f"a body without an end: {schema}")
    return Measure(signs * _SIGN + 2)


def _longest_object(schema: Mapping[str, Any], named: Mapping[str, Any], within: tuple[str, ...]) -> Measure:
    if schema.get("additionalProperties") is not False:
        raise TypeError(f"a body without an end: {schema.get('title')} takes every name")
    members = schema.get("properties", {})
    parts = [_longest(part, named, within) for part in members.values()]
    names = sum(len(name) * _SIGN + _MEMBER for name in members)
    return Measure(names + sum(p.bytes for p in parts), len(parts) + sum(p.members for p in parts))


def _longest_list(schema: Mapping[str, Any], named: Mapping[str, Any], within: tuple[str, ...]) -> Measure:
    if "maxItems" not in schema:
        raise TypeError(f"a body without an end: {schema.get('title')} is a list of any length")
    parts = [_longest(part, named, within) for part in schema.get("prefixItems", [])]
    more = schema["maxItems"] - len(parts)
    parts += [_longest(schema["items"], named, within)] * more if more else []
    return Measure(sum(p.bytes + _MEMBER for p in parts), len(parts) + sum(p.members for p in parts))


def judge(body: bytes | bytearray, most: int) -> None:
    """Raises BadRequest for a body that names something twice, is nested too deeply or holds more than `most` members. What
    is no JSON passes: whoever reads it tells the place."""
    try:
        _count(json.loads(body, object_pairs_hook=_object, parse_int=_integer, parse_float=_float), most)
    except (ValueError, RecursionError):
        return


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A member given twice would be lost without a word."""
    made = dict(pairs)
    if len(made) > MOST_NAMES:
        raise BadRequest(f"一个对象最多 {MOST_NAMES} 项。", f"An object may hold {MOST_NAMES} members.")
    if len(made) < len(pairs):
        left = dict.fromkeys(made)
        twice = next(name for name, _ in pairs if left.pop(name, name) is not None)
        shown = escape(twice)
        raise BadRequest(f"“{shown}”出现了两次，请只保留一个。", f"'{shown}' stands twice; keep one.")
    return made


def escape(name: str) -> str:
    """A member's name as part of a JSON pointer, cut off where it is long."""
    cleaned = name[:80].encode("utf-8", "replace").decode()
    return cleaned.replace("~", "~0").replace("/", "~1")[:80]


def _integer(digits: str) -> int:
    return int(_short(digits))


def _float(digits: str) -> float:
    return float(_short(digits))


def _short(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise BadRequest(
            f"数字不得超过 {LONGEST_NUMBER} 位。", f"The body holds numbers of more than {LONGEST_NUMBER} digits."
        )
    return digits


def _count(read: object, most: int) -> None:
    level, members = [read], 0
    for _ in range(DEEPEST):
        below: list[object] = []
        for value in level:
            parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            members += len(parts)
            if members > most:
                raise BadRequest(f"此处最多 {most} 项。", f"The body may hold {most} members here.")
            below += [part for part in parts if isinstance(part, (dict, list))]
        if not below:
            return
        level = below
    raise BadRequest(f"嵌套不得超过 {DEEPEST} 层。", f"Objects and lists may be nested {DEEPEST} deep.")
