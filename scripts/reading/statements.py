"""Every SQL statement that the product runs: where it is run, what it says, and where each part of it is written."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from scripts.reading.modules import Module, tracked
from scripts.reading.names import Frame, Piece, Text, parameters
from scripts.reading.texts import PARAMETER, Reader

ROOT = Path(__file__).parents[2]
RUN = {"fetch": 0, "fetchrow": 0, "fetchval": 0, "execute": 0, "executemany": 0, "cursor": 0, "prepare": 0}
# SQL that a capability registers for a statement of a lower one: what it makes, the place of the text, what is around it.
REGISTERED = {
    "Reliance": (1, "select from attachment a where a.id in (", ")"),
    "Fact": (1, "select ", " from cases c"),
    "ResidentSection": (0, "select ", " from cases c"),
}
HANDS_ON = Path("app/core/gathering.py")  # runs what others ask
COPIED = {"copy_records_to_table": 0, "copy_to_table": 0}  # not SQL, but they write a table that they name


@dataclass(frozen=True, slots=True)
class Statement:
    """A text that one place of the product runs."""

    path: Path
    line: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """As PostgreSQL gets it."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def where(self) -> str:
        """The place that runs it."""
        return f"{self.path}:{self.line}"

    @property
    def fills(self) -> list[str]:
        """What in it only a running program knows."""
        return [piece.filled for piece in self.pieces if piece.filled]

    def origin(self, offset: int) -> Piece:
        """The piece of the text at this offset."""
        for piece in self.pieces:
            if offset < len(piece.text):
                return piece
            offset -= len(piece.text)
        return self.pieces[-1]


@cache
def product(root: Path = ROOT, *folders: str) -> Reader:
    """The product, read once."""
    return Reader(root, *(folders or ("app",)))


@cache
def all_statements() -> tuple[Statement, ...]:
    """Those of the product, and the tables that it copies rows into."""
    return (*statements(product()), *copies(product()))


def statements(reader: Reader) -> Iterator[Statement]:
    """Each text of each place that runs SQL; a text with nothing in it where that is not to be known."""
    seen: set[tuple[str, int, str]] = set()
    for module, call, argument in _places(reader):
        frame = Frame(module, module.enclosing.get(call))
        if _never_called(argument, frame, reader):
            continue
        for text in reader.texts(argument, frame) or [(Piece("", module.path, call.lineno, ast.unparse(argument)),)]:
            statement = Statement(module.path, call.lineno, tuple(_numbered(tuple(_from_files(text, reader)))))
            if (key := (str(module.path), call.lineno, statement.text)) not in seen:
                seen.add(key)
                yield statement
    yield from _registered(reader)


def _registered(reader: Reader) -> Iterator[Statement]:
    """Each part that a capability registers, as the whole statement that it becomes."""
    for name, (place, before, after) in REGISTERED.items():
        for call, frame in reader.calls.get(name, []):
            given = [keyword.value for keyword in call.keywords if keyword.arg == "sql"] or call.args[place : place + 1]
            for text in (text for argument in given for text in reader.texts(argument, frame)):
                path, line = frame.module.path, call.lineno
                yield Statement(
                    path, line, (Piece(before, path, line), *_from_files(text, reader), Piece(after, path, line))
                )


def _places(reader: Reader) -> Iterator[tuple[Module, ast.Call, ast.expr]]:
    for name, place in RUN.items():
        for call, frame in reader.calls.get(name, []):
            if isinstance(call.func, ast.Attribute) and len(call.args) > place and frame.module.path != HANDS_ON:
                argument = call.args[place]
                yield frame.module, call, argument.value if isinstance(argument, ast.Starred) else argument


def _never_called(argument: ast.expr, frame: Frame, reader: Reader) -> bool:
    """It is handed on by a function that nobody calls."""
    function = frame.function
    if not isinstance(argument, ast.Name) or function is None or isinstance(function, ast.Lambda):
        return False
    return argument.id in parameters(function) and function.name not in reader.calls


def copies(reader: Reader) -> Iterator[Statement]:
    """The tables that rows are copied into, each written as the statement it stands for."""
    for name, place in COPIED.items():
        for call, frame in reader.calls.get(name, []):
            for text in reader.texts(call.args[place], frame) if len(call.args) > place else ():
                piece = text[-1]
                yield Statement(
                    frame.module.path, call.lineno, (Piece(f"copy {piece.text} from stdin", piece.path, piece.line),)
                )


def _numbered(text: Text) -> Iterator[Piece]:
    """Parameters that are added one by one get the numbers after those that are written."""
    whole = "".join(piece.text for piece in text)
    number = max((int(n) for n in re.findall(r"\$(\d+)", whole)), default=0)
    for piece in text:
        said = piece.text
        while PARAMETER in said:
            number += 1
            said = said.replace(PARAMETER, f"${number}", 1)
        yield Piece(said, piece.path, piece.line, piece.filled)


@cache
def _files(reader: Reader) -> dict[str, Path]:
    root = next(iter(reader.modules.values())).root
    return {(root / path).read_text(encoding="utf-8"): path for path in tracked(root) if path.suffix == ".sql"}


def _from_files(text: Text, reader: Reader) -> Iterator[Piece]:
    """The content of a `.sql` file is written there."""
    for piece in text:
        yield from _split(piece, reader)


def _split(piece: Piece, reader: Reader) -> Iterator[Piece]:
    for content, path in _files(reader).items():
        before, found, after = piece.text.partition(content)
        if found and piece.path != path:
            yield from _split(replace(piece, text=before), reader) if before else ()
            yield replace(piece, text=content, path=path, line=1)
            yield from _split(replace(piece, text=after), reader) if after else ()
            return
    yield piece
