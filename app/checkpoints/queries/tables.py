"""Which tables belong to a case, found in the catalogue: a new table is bound without anybody thinking of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.database import Connection
from app.core.rows import fetch_all, read_sql

# Tables that lead to a case and are no part of its record, and why.
BESIDE = {
    "data_key": "wrapped anew without an event; what it opens is bound in its own row",
    "idempotency": "remembered answers, dropped after a month",
    "message": "ways out: delivered, tried again",
    "read_log": "who looked: no act on the case, bound by itself",
    "room_booking": "the room's own calendar",
    "trace": "what the service did, until a checkpoint has bound it; sealed by its act",
    "staff_handover_item": "belongs to the hand-over, bound with it",
}
# Columns that change without an event: a case's follow from its chain and clocks, a clock's from the rest of it (clocks.sql
# holds them against it), those of a part from the case and the unit; the text of an event is bound by its hash.
MOVING = {
    "cases": ("head_seq", "head_hash", "updated_at", "due"), "event": ("body",),
    "case_access": ("due", "areas", "outside"),
    "clock": ("level", "next_at", "breached_at", "stopped_at"),
}  # fmt: skip
# Tables to whose rows of a case nothing is done once they are written (tests/access/test_tampering.py), but by a correction.
WRITTEN_ONCE = frozenset({
    "case_note", "case_text", "party", "return_visit", "clock_extension", "mediation_consent", "mediation_signature",
    "note_mention", "correction",
})  # fmt: skip
ROOT = "cases"
# Tables that say who may act: they belong to no case, and each of their rows is bound by itself.
STANDING = (
    "account", "api_key", "cell_worker", "post", "reveal_lift", "seat_given", "staff", "staff_handover", "staff_handover_item",
    "unit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A table as the catalogue has it. `leads`: (column, table, its column) of its keys."""

    name: str
    made: list[str]
    shapes: list[str]
    keys: list[str]
    traced: bool
    has_case: bool
    leads: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class CaseTable:
    """A table whose rows belong to cases. `case`: SQL that gives the case of a row t; `joins`: what that needs; `named`: SQL of
    its key as a text."""

    table: str
    case: str
    joins: str
    row: str
    named: str
    written_once: bool


async def list_tables(conn: Connection) -> list[CaseTable]:
    """Those of a case, by name."""
    found = await fetch_all(conn, Catalogued, read_sql(__package__, "tables"))
    ways = _ways({table.name: table for table in found})
    return [
        _kept(table, *ways[table.name])
        for table in found if table.name in ways and table.name not in BESIDE
    ]  # fmt: skip


async def list_untraced(conn: Connection, tables: Sequence[CaseTable]) -> list[str]:
    """Bound tables without the trigger that says which rows the service changed; nothing is ever changed in `event`."""
    bound = {*(table.table for table in tables), *STANDING} - {"event"}
    found = await fetch_all(conn, Catalogued, read_sql(__package__, "tables"))
    return [table.name for table in found if table.name in bound and not table.traced]


def _kept(table: Catalogued, case: str, joins: str) -> CaseTable:
    key = f"concat_ws(' ', {', '.join(f't.{column}' for column in table.keys)})"
    return CaseTable(table.name, case, joins, _row(table), key, table.name in WRITTEN_ONCE)


def _ways(tables: dict[str, Catalogued]) -> dict[str, tuple[str, str]]:
    """table → (SQL of the case, joins), from the tables with a case outwards."""
    ways = {name: ("t.case_id", "") for name, table in tables.items() if table.has_case} | {ROOT: ("t.id", "")}
    while True:
        further = {
            table.name: _joined(key, ways[key[1]])
            for table in tables.values() if table.name not in ways
            for key in table.leads if key[1] in ways and key[1] not in BESIDE
        }  # fmt: skip
        if not further:
            return ways
        ways |= further


def _joined(key: tuple[str, str, str], beyond: tuple[str, str]) -> tuple[str, str]:
    """One key further out: what was t there is the joined table here."""
    column, table, target = key
    alias = f"t{beyond[1].count('join') + 1}"
    case, joins = (part.replace("t.", f"{alias}.") for part in beyond)
    return case, f" join {table} {alias} on {alias}.{target} = t.{column}{joins}"


def _row(table: Catalogued) -> str:
    """A row as text that depends on its content alone: columns by name, empty ones left out, shapes byte by byte."""
    left = [*table.made, *table.shapes, *MOVING.get(table.name, ())]
    row = f"to_jsonb(t) - '{{{','.join(left)}}}'::text[]" if left else "to_jsonb(t)"
    shapes = "".join(f", '{name}', encode(st_asewkb(t.{name}), 'hex')" for name in table.shapes)
    return f"jsonb_strip_nulls({row}{f' || jsonb_build_object({shapes[2:]})' if shapes else ''})"
