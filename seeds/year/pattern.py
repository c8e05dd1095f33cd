"""A lived stage as a pattern: its rows as text, with a slot wherever a copy has something of its own.

Nothing here knows what most tables and columns mean; what is found in a value decides: an id, an instant, a date, the code
of a place at the life's home, somebody who works there, a mark. Known by name is only what is sealed, hashed, or counted
by clocks.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain, count
from operator import itemgetter
from typing import Any

from app.core.crypto import Sealed, keys
from app.reference.queries import Reference
from seeds.year.clocks import LivedClock, instant, optional
from seeds.year.living import Life
from seeds.year.rows import Table
from seeds.year.scripts import EXTERNAL
from seeds.year.time import LOCAL

Slot = tuple[Any, ...]
Row = Mapping[str, str | None]
# Under which words a table's content is sealed, and the column that completes them.
SEALED = {
    "case_text": ("case_text", "case_id"), "case_note": ("case_note", "id"), "party": ("party", "id"),
    "notice": ("notice", "id"), "case_concern": ("case_concern", "case_id"),
}  # fmt: skip
_OF_A_CASE = {("cases", "due"), ("cases", "point"), ("cases", "query_hash"), ("case_access", "due")}
_COUNTED = ("due", "due_unrolled", "provisional", "level", "next_at", "breached_at")
_LEVELS = (15, 12, 9, 6)  # digits of a cell, a community, a township, a county
_FOUND = re.compile(
    r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<digest>[0-9a-f]{64})"
    r"|(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::\d\d)?)"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<day>\d{4}年\d{1,2}月\d{1,2}日)"
    r"|(?P<mark>⟦[\w:]+⟧)"
    r"|(?P<phone>(?<!\d)13800\d{6}(?!\d))"
    rf"|(?P<external>{EXTERNAL}\d+)"
    r"|(?P<ten>(?<![0-9A-Za-z])\d{9}[0-9A-Z](?![0-9A-Za-z]))"  # a case's number, or the seconds since 1970
    r"|(?P<place>(?<!\d)(?:\d{15}|\d{12}|\d{9}|\d{6})(?!\d))"
)


# A clock in a receipt.
_PROMISED = re.compile(r'("kind": "(\w+)"[^{}]*?"level": )\d+(, [^{}]*?"provisional": )(?:true|false)')


@dataclass(frozen=True, slots=True)
class Text:
    """A text with slots: `form` for the % operator, `picks` says which values it takes."""

    form: str
    picks: tuple[int, ...]

    def filled(self, values: Sequence[str]) -> str:
        """The text with these values of all slots."""
        if len(self.picks) > 1:
            return str(self.form % itemgetter(*self.picks)(values))
        return self.form % tuple(values[n] for n in self.picks)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What patterns are made with: the tables, the city's rules, and who holds which post."""

    tables: Mapping[str, Table]
    reference: Reference
    posts: Mapping[str, str]


class Stage:
    """A life after one of its acts.

    `statuses` and `registered` are those of its cases. `waiting` names the units, and the posts of the staff, that have
    something to do in the first of them.
    """

    def __init__(self, life: Life, number: int, around: Surroundings) -> None:
        self.life, self.number, self._around = life, number, around
        self.acts = [act.at for act in life.acts[: number + 1]]
        self.rows: list[tuple[Table, Row]] = []
        for name, values in chain.from_iterable(life.rows[number]):
            table = around.tables[name]
            self.rows.append((table, dict(zip(table.columns, values, strict=True))))
        self.cases = [row for table, row in self.rows if table.name == "cases"]
        self.case = {str(case): n for n, case in enumerate(life.cases)}
        self.statuses = [row["status"] or "" for row in self.cases]
        self.registered = [instant(row["registered_at"] or "") for row in self.cases]
        self.clocks = tuple(self._clocks())
        self.waiting = frozenset(self._waiting())

    def of(self, name: str) -> list[Row]:
        """The rows of one table."""
        return [row for table, row in self.rows if table.name == name]

    @cached_property
    def pattern(self) -> tuple[list[Slot], list[tuple[str, Text]]]:
        """Its slots in an order in which their values can be made, and of each table the text of its rows."""
        return _Making(self, self._around).made()

    def _clocks(self) -> Iterator[LivedClock]:
        longer = {
            row["clock"]: (int(row["days"] or 0), instant(row["approved_at"] or ""))
            for row in self.of("clock_extension")
        }
        for row in self.of("clock"):
            case = self.case[row["case_id"] or ""]
            of = self.cases[case]
            procedure = self._around.reference.procedures[of["procedure"] or "", int(of["procedure_version"] or 0)]
            [rule] = [rule for rule in procedure.clocks if rule.kind == row["kind"]]
            yield LivedClock(
                case, replace(procedure, clocks=(rule,)), rule, instant(row["start"] or ""),
                optional(row["met_at"] or row["stopped_at"]), row["paused_at"] is not None, longer.get(row["id"]),
            )  # fmt: skip

    def _waiting(self) -> Iterator[str]:
        for row in self.of("assignment"):
            if row["case_id"] == self.cases[0]["id"] and row["state"] in ("offered", "signed"):
                if row["staff"] is not None:
                    yield self._around.posts[row["staff"]]
                elif row["part"] == "lead" or row["state"] == "offered":
                    yield row["unit"] or ""


class _Making:
    """One pattern in the making."""

    def __init__(self, stage: Stage, around: Surroundings) -> None:
        self._stage, self._around = stage, around
        # Ids, numbers, digests and codes that are the life's own.
        self._known: dict[tuple[str, str], Slot] = {
            **{("place", stage.life.script.home[:digits]): ("place", digits) for digits in _LEVELS},
            **{("ten", row["number"] or ""): ("number", n) for n, row in enumerate(stage.cases)},
            **{("uuid", case): ("case", n) for case, n in stage.case.items()},
        }
        self._ids = count()
        self._slots: dict[Slot, int] = {}
        counted = [limit for clock in stage.clocks for limit in clock.counted(around.reference, timedelta())]
        acts = {act.at for act in stage.life.acts}
        self._planned = {at for limit in counted for at in (limit.due, limit.due_unrolled, limit.next_at)} - acts
        self._due_days = {limit.due.astimezone(LOCAL).date(): limit.due for limit in counted}

    def made(self) -> tuple[list[Slot], list[tuple[str, Text]]]:
        parts: dict[str, list[Text]] = {}
        last = {"event": 1, "cases": 2}  # events name digests of notices, a case the hash of its last event
        for number, (table, row) in enumerate(sorted(self._stage.rows, key=lambda row: last.get(row[0].name, 0))):
            pieces = [self._piece(table, column, row, number) for column in table.columns]
            parts.setdefault(table.name, []).append(_joined(pieces, "\t"))
        return [*self._slots], [(name, _joined(parts[name], "\n")) for name in self._around.tables if name in parts]

    # --- What is known by name

    def _piece(self, table: Table, column: str, row: Row, number: int) -> Text:
        value = row[column]
        if value is None:
            return Text("\\N", ())
        parent, key = table.refers.get(column, (None, None))
        if column == table.serial:
            return self._slot("serial", table.name, value)
        if parent is not None and key == self._around.tables[parent].serial:
            return self._slot("serial", parent, value)
        if table.name == "clock" and column in _COUNTED:
            return self._slot("clock", self._stage.of("clock").index(row), -1, column)
        if (table.name, column) in _OF_A_CASE:
            return self._slot(column, self._stage.case[row["id" if table.name == "cases" else "case_id"] or ""])
        if table.name == "cases" and column == "head_hash":
            return self._slot("hash", self._stage.case[row["id"] or ""], int(row["head_seq"] or 0))
        if table.name == "event" and column in ("body", "prev_hash", "hash"):
            case, seq = self._stage.case[row["case_id"] or ""], int(row["seq"] or 0)
            said = (self._body(value, case),) if column == "body" else ()
            return self._slot(column, case, seq, *said)
        if table.name == "party" and column == "phone_index":
            return self._slot("phone_index", _opened("party", row)["phone"])
        if table.name in SEALED and column in ("sealed", "seal_key", "digest"):
            self._seal(table.name, row, number)
            return self._slot("sealed", number, column)
        return self._text(value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r"))

    def _body(self, body: str, case: int) -> Text:
        return self._text(_PROMISED.sub(rf"\1⟦level:{case}:\2⟧\3⟦provisional:{case}:\2⟧", body))

    def _seal(self, name: str, row: Row, number: int) -> None:
        """The slot in which a content is sealed, and its digest made with `salt`."""
        words, column = SEALED[name]
        content, place = _opened(name, row), self._text(f"{words} {row[column]}")
        if name != "notice":
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            self._slot("content", number, place, self._text(text), None)
            return
        self._known["digest", (row["digest"] or "").removeprefix("\\x")] = ("sealed", number, "hex")
        organ = json.loads(row["facts"] or "{}")["organ"]
        text = content["text"].replace(self._around.reference.names[organ], f"⟦unit:{organ}⟧")
        own = [row["drafted_at"], *(case["received_at"] for case in self._stage.cases)]
        days = frozenset(instant(at or "").astimezone(LOCAL).date() for at in own)
        self._slot("content", number, place, self._text(text, days), row["salt"])

    # --- What is found in a text

    def _slot(self, *slot: Any) -> Text:
        return Text("%s", (self._slots.setdefault(slot, len(self._slots)),))

    def _text(self, value: str, own_days: frozenset[date] = frozenset()) -> Text:
        pieces = []
        for kind, text in _pieces(value):
            slot = self._found(kind, text, own_days) if kind else None
            pieces.append(self._slot(*slot) if slot is not None else _constant(text))
        return pieces[0] if len(pieces) == 1 else _joined(pieces, "")

    def _found(self, kind: str, text: str, own_days: frozenset[date]) -> Slot | None:
        """What stands for a piece of text in a copy; None if nothing does."""
        if (kind, text) in self._known:
            return self._known[kind, text]
        if kind == "uuid":  # somebody of the staff, or a row with an id of its own
            post = self._around.posts.get(text)
            self._known[kind, text] = ("staff", self._text(post)) if post else ("id", next(self._ids))
            return self._known[kind, text]
        if kind == "ten" and text.isdigit():
            return self._instant(datetime.fromtimestamp(int(text), LOCAL), "epoch")
        if kind == "time":
            style = "database" if text[10] == " " else "local" if text.endswith("+08:00") else "utc"
            return self._instant(instant(text), style)
        if kind in ("date", "day"):
            return self._day(kind, text, own_days)
        if kind == "mark":
            return self._mark(text[1:-1])
        return (kind, text) if kind in ("external", "phone") else None

    def _instant(self, at: datetime, style: str) -> Slot:
        return ("planned" if at in self._planned else "time", at, style)

    def _mark(self, text: str) -> Slot:
        what, _, of = text.partition(":")
        if what == "unit":
            return ("unit", self._text(of))
        if what in ("level", "provisional"):
            case, _, kind = of.partition(":")
            begun = [
                (c.start, n) for n, c in enumerate(self._stage.clocks) if c.case == int(case) and c.rule.kind == kind
            ]
            return ("clock", min(begun)[1], 0, what)  # as planned
        return ("mark", text)

    def _day(self, style: str, text: str, own_days: frozenset[date]) -> Slot:
        day = date(*map(int, re.findall(r"\d+", text)))
        if day in self._due_days and day not in own_days:
            return ("due_day", self._due_days[day], style)
        return ("shifted_day", day, style)


@lru_cache(100_000)
def _pieces(value: str) -> tuple[tuple[str, str], ...]:
    """A text cut at what may stand for something else, of which it gives the kind."""
    pieces, last = [], 0
    for found in _FOUND.finditer(value):
        pieces += [("", value[last : found.start()]), (found.lastgroup or "", found[0])]
        last = found.end()
    return tuple(piece for piece in [*pieces, ("", value[last:])] if piece[1]) or (("", ""),)


@lru_cache(100_000)
def _constant(text: str) -> Text:
    return Text(text.replace("%", "%%"), ())


def _joined(texts: Sequence[Text], between: str) -> Text:
    return Text(between.join(text.form for text in texts), tuple(pick for text in texts for pick in text.picks))


def _opened(name: str, row: Row) -> dict[str, Any]:
    words, column = SEALED[name]
    key, body = (bytes.fromhex((row[part] or "").removeprefix("\\x")) for part in ("seal_key", "sealed"))
    return keys().unseal(Sealed(key, body), f"{words} {row[column]}")
