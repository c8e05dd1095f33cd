"""Which tables each file of the product reads and writes, and whose they are.

Every string of the code, every `.yaml` and every `.sql` file of it is looked through for the words after which SQL names a table.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tests.house.reading.files import ROOT, tracked

READ_FROM = (".py", ".sql", ".yaml")
TOP = 1_000  # what is on no step of the staircase stands above all
OWNER = re.compile(r"^-- Owner: (\w+)$", re.MULTILINE)
MADE = re.compile(r"((?:^-- .*\n)*)^create (?:table|(?:or replace )?view) (\w+)", re.MULTILINE)
HOLE = "hole__"  # what an f-string puts in
NAMED = re.compile(r"\b(\w+)\s*(?:\([\w\s,]*\)\s*)?as\s+(?:not\s+)?(?:materialized\s*)?\(")  # what a WITH gives a name
OTHER_FROM = re.compile(r"\bdistinct\s+from\b|\b(?:extract|substring|trim|overlay)\s*\([^()]*?\bfrom\b")
ONE = r"(?:only\s+)?(?!lateral\b)(\w+)"
READ = re.compile(rf"(?<!delete\s)\bfrom\s+{ONE}|\b(?:join|using)\s+{ONE}")
LISTED = re.compile(r"\bfrom\s+\w+(?:\s+(?:as\s+)?\w+)?((?:\s*,\s*\w+\s+(?:as\s+)?\w+)+)")  # from one a, another b
WRITTEN = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|alter\s+table)\s+(?:only\s+)?(\w+)"
)
BEFORE_WHERE = re.compile(r",\s*(\w+)(?:\s+\w{1,2})?\s+where\b")
ALONE = re.compile(r"(\w+) \w{1,2}(?=$| where | join )")  # a table with its alias, for a statement written elsewhere
# Functions that are given the name of the table which they write or lock.
GIVEN = {"write": r"copy_rows|change_row|_set|_end", "read": r"lock_case_of"}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A table of one capability in the text of another (or of its own)."""

    capability: str
    table: str
    how: str  # read, write
    path: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string that a file holds, without comments; what an f-string puts in is a `HOLE`."""

    path: Path
    line: int
    said: str


@cache
def texts(path: Path, root: Path = ROOT) -> tuple[Text, ...]:
    """The strings of a Python file that are no docstrings, the values of a YAML file, the whole of an SQL file."""
    return tuple(_texts(path, root))


def _texts(path: Path, root: Path) -> Iterator[Text]:
    source = (root / path).read_text(encoding="utf-8")
    if path.suffix == ".sql":
        yield Text(path, 1, re.sub(r"--.*", "", source))
        return
    if path.suffix == ".yaml":
        yield from (Text(path, 1, part.value) for part in yaml.parse(source) if isinstance(part, yaml.ScalarEvent))
        return
    tree = ast.parse(source)
    elsewhere = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            elsewhere |= {id(part) for part in node.values}
            parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield Text(path, node.lineno, "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in elsewhere:
            yield Text(path, node.lineno, node.value)


def uses(said: str) -> Iterator[tuple[str, str]]:
    """The names that stand for tables in a text, and whether each is read or written."""
    own, plain = set(NAMED.findall(said)), OTHER_FROM.sub(" ", said)
    read = [name for pair in READ.findall(plain) for name in pair if name]
    read += [part.split()[0] for listed in LISTED.findall(plain) for part in listed.split(",") if part.strip()]
    read += BEFORE_WHERE.findall(plain) + [found[1] for found in [ALONE.match(plain)] if found]
    yield from ((name, "read") for name in read if name not in own)
    yield from ((name, "write") for name in WRITTEN.findall(plain) if name not in own)


@cache
def references(root: Path = ROOT) -> frozenset[Reference]:
    """The tables in every file of the product and every function and view of the database."""
    tables, found = owners(root), set[Reference]()
    for path in tracked("app", "migrations/functions", root=root):
        if path.suffix in READ_FROM:
            whose = capability(path, root)
            found |= {Reference(whose, table, how, str(path)) for table, how in _in_file(path, root) if table in tables}
    return frozenset(found)


def _in_file(path: Path, root: Path) -> Iterator[tuple[str, str]]:
    for text in texts(path, root):
        yield from uses(text.said)
    source = (root / path).read_text(encoding="utf-8")
    for how, functions in GIVEN.items():
        yield from ((name, how) for name in re.findall(rf'\b(?:{functions})\(\s*[\w.]+, "(\w+)"', source))


# --- whose ---


@cache
def declared(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Each table and view, with the owner that its file names and what the comment before it says."""
    files = [
        (root / path).read_text(encoding="utf-8") for path in tracked("migrations", root=root) if path.suffix == ".sql"
    ]
    return {
        table: (name, " ".join(OWNER.sub("", said).replace("-- ", " ").split()))
        for text in files
        for name in OWNER.findall(text)
        for said, table in MADE.findall(text)
    }


def owners(root: Path = ROOT) -> dict[str, str]:
    """Each table and view, and the capability that its file names."""
    return {table: name for table, (name, _) in declared(root).items()}


def capability(path: Path, root: Path = ROOT) -> str:
    """Whose file this is: the folder in `app`, or the owner that an SQL file of the schema names."""
    if path.parts[0] == "app":
        return path.parts[1].removesuffix(".py")
    return next(iter(OWNER.findall((root / path).read_text(encoding="utf-8"))), "")


@cache
def floors(root: Path = ROOT) -> dict[str, int]:
    """How high each capability stands on the staircase of `pyproject.toml`; equals stand beside one another."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == ["app"])
    return {name: floor for floor, layer in enumerate(reversed(layers)) for name in re.findall(r"\w+", layer)}


def foreign_writes(found: Iterable[Reference], root: Path = ROOT) -> list[Reference]:
    """Tables written by another capability than their own."""
    return sorted(r for r in found if r.how == "write" and owners(root)[r.table] != r.capability)


def upward_reads(found: Iterable[Reference], root: Path = ROOT) -> list[Reference]:
    """Tables read by a capability that stands below or beside their owner."""
    floor, owner = floors(root), owners(root)
    other = (r for r in found if r.how == "read" and owner[r.table] != r.capability)
    return sorted(r for r in other if floor.get(owner[r.table], TOP) >= floor.get(r.capability, TOP))
