"""Which tables a statement reads and writes, and whose they are."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pglast

from scripts.reading.modules import tracked
from scripts.reading.names import Piece
from scripts.reading.statements import ROOT, Statement

sql: Any = pglast.ast  # its classes are made when it is imported
TOP = 1_000  # what is on no step of the staircase stands above all
OWNER = re.compile(r"^-- Owner: (\w+)$", re.MULTILINE)
MADE = re.compile(r"((?:^-- .*\n)*)^create (?:table|(?:or replace )?view) (\w+)", re.MULTILINE)
CLOCKS = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday")
WRITERS = (sql.InsertStmt, sql.UpdateStmt, sql.DeleteStmt, sql.MergeStmt)


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A table that is read or written, at an offset of the text."""

    table: str
    how: str  # read, write
    offset: int


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A table of one capability in the text of another (or of its own)."""

    capability: str
    table: str
    how: str
    path: str


def parse(text: str) -> tuple[Any, ...]:
    """The syntax trees of the statements in a text; raises pglast.parser.ParseError."""
    return tuple(raw.stmt for raw in pglast.parse_sql(text))


def uses(text: str) -> list[Use]:
    """The tables of a text, without the names that it gives to subqueries of its own."""
    place = _characters(text)
    found = [use for tree in parse(text) for use in _uses(tree, frozenset())]
    return [Use(use.table, use.how, place.get(use.offset, 0)) for use in found]


def _uses(node: Any, own: frozenset[str]) -> Iterator[Use]:
    if isinstance(node, tuple):
        for part in node:
            yield from _uses(part, own)
    elif isinstance(node, sql.RangeVar):
        if node.relname not in own or node.schemaname:
            yield Use(node.relname, "read", node.location or 0)
    elif isinstance(node, sql.Node) and not isinstance(node, sql.LockingClause):
        yield from _inside(node, own)


def _inside(node: Any, own: frozenset[str]) -> Iterator[Use]:
    """The tables in a clause; what its WITH names is known from there on, to itself too where it is recursive."""
    clause: Any = getattr(node, "withClause", None)
    for cte in clause.ctes if clause else ():
        yield from _uses(cte.ctequery, own | {cte.ctename} if clause.recursive else own)
        own |= {cte.ctename}
    written = _written(node)
    yield from (Use(table.relname, "write", table.location or 0) for table in written)
    for name in node:
        if name != "withClause" and (part := getattr(node, name)) is not None and part not in written:
            yield from _uses(part, own)


def _written(node: Any) -> tuple[Any, ...]:
    if isinstance(node, WRITERS) or (isinstance(node, sql.CopyStmt) and node.is_from):
        return (node.relation,)
    if isinstance(node, sql.TruncateStmt):
        return tuple(node.relations)
    return (node.relation,) if isinstance(node, sql.AlterTableStmt) else ()


def made(text: str) -> set[str]:
    """Temporary tables that a text makes."""
    return {
        tree.relation.relname if isinstance(tree, sql.CreateStmt) else tree.into.rel.relname
        for tree in parse(text)
        if isinstance(tree, (sql.CreateStmt, sql.CreateTableAsStmt))
    }


def parts(text: str) -> Iterator[tuple[str, str]]:
    """The statements of a text one by one: what kind, and the text of each."""
    for kind, one in zip(parse(text), pglast.split(text), strict=True):
        yield type(kind).__name__, one


def instants(statement: Statement) -> Iterator[tuple[Piece, str]]:
    """Where a statement asks the database for the time, and how."""
    found: list[tuple[int, str]] = []

    def walk(node: Any) -> None:
        match node:
            case tuple():
                for part in node:
                    walk(part)
            case sql.FuncCall() if node.funcname[-1].sval in CLOCKS:
                found.append((node.location, f"{node.funcname[-1].sval}()"))
            case sql.SQLValueFunction() if "TIME" in node.op.name or "DATE" in node.op.name:
                found.append((node.location, node.op.name.removeprefix("SVFOP_").lower()))
            case sql.TypeCast(arg=sql.A_Const(val=sql.String(sval="now" | "today" | "tomorrow" | "yesterday" as word))):
                found.append((node.location, f"'{word}'"))
            case sql.Node():
                for name in node:
                    walk(getattr(node, name))

    walk(parse(statement.text))
    place = _characters(statement.text)
    for offset, word in found:
        yield statement.origin(place.get(offset, 0)), word


def _characters(text: str) -> dict[int, int]:
    """The place of a character by the place of its first byte, in which the parser counts."""
    place, byte = {}, 0
    for n, character in enumerate(text):
        place[byte] = n
        byte += len(character.encode())
    return place


# --- whose ---


@cache
def owners(root: Path = ROOT) -> dict[str, str]:
    """Each table and view, and the capability that its file names."""
    return {table: name for table, (name, _) in declared(root).items()}


@cache
def declared(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Each table and view, with its owner and what the comment before it says."""
    texts = [(root / path).read_text(encoding="utf-8") for path in tracked(root, "migrations") if path.suffix == ".sql"]
    return {
        table: (name, " ".join(OWNER.sub("", said).replace("-- ", " ").split()))
        for text in texts
        for name in OWNER.findall(text)
        for said, table in MADE.findall(text)
    }


def capability(path: Path) -> str:
    """Whose file this is: the folder in `app`, else the folder of the project."""
    return path.parts[1].removesuffix(".py") if path.parts[0] == "app" else path.parts[0]


@cache
def floors(root: Path = ROOT) -> dict[str, int]:
    """How high each capability stands on the staircase of `pyproject.toml`; equals stand beside one another."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == ["app"])
    return {name: floor for floor, layer in enumerate(reversed(layers)) for name in re.findall(r"\w+", layer)}


def references(statement: Statement) -> Iterator[Reference]:
    """The tables of a statement, each by the capability in whose file it is named."""
    for use in uses(statement.text):
        path = statement.origin(use.offset).path
        yield Reference(capability(path), use.table, use.how, str(path))


def foreign_writes(found: Iterable[Reference], root: Path = ROOT) -> list[Reference]:
    """Tables written by another capability than their own."""
    return sorted(r for r in found if r.how == "write" and owners(root).get(r.table, r.capability) != r.capability)


def upward_reads(found: Iterable[Reference], root: Path = ROOT) -> list[Reference]:
    """Tables read by a capability that stands below or beside their owner."""
    floor, owner = floors(root), owners(root)
    other = (r for r in found if r.how == "read" and owner.get(r.table, r.capability) != r.capability)
    return sorted(r for r in other if floor.get(owner[r.table], TOP) >= floor.get(r.capability, TOP))
