"""A CSV file, plain or gzipped, row by row: never more than a row in memory."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from app.imports.rules import Reason, Refused
from app.imports.schemas import FileMap

LONGEST_LINE = 1_000_000  # characters; a longer line is cut, and its row refused


@contextmanager
def open_rows(path: Path, file: FileMap) -> Iterator["Rows"]:
    """The rows of a file with its header read; raises ValueError where there is none, or not in its encoding."""
    with ExitStack() as opened:
        raw = opened.enter_context(path.open("rb"))
        unpacked = opened.enter_context(gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
        text = io.TextIOWrapper(unpacked, encoding=file.encoding, errors="surrogateescape", newline="")
        yield Rows(raw, opened.enter_context(text), path, file)


class Rows:
    """Iterates over (line, cells, refusal); `refusal` says why a row could not be read, its cells are then empty.

    `line` is the row's first physical line, the header's being 1. Bytes that are not in the encoding come through as
    half characters, so that the row that holds them is refused by itself.
    """

    def __init__(self, raw: BinaryIO, text: TextIO, path: Path, file: FileMap) -> None:
        self.total = path.stat().st_size
        self._raw, self._text = raw, text
        self._reader = csv.reader(self._short_lines(), delimiter=file.delimiter, strict=True)
        self.header = self._read_header(path, file)

    @property
    def done(self) -> int:
        """Bytes of the file (as it lies on the disk) read so far."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[tuple[int, list[str], Refused | None]]:
        width = len(self.header)
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, [], Refused(Reason.UNREADABLE)
                continue
            except (OSError, EOFError, zlib.error, UnicodeError) as error:
                raise ValueError(f"the file cannot be read beyond line {line}: {error}") from error
            if len(cells) == width:
                yield line, cells, None
            elif cells:  # an empty line between rows is nothing
                yield line, [], Refused(Reason.COLUMN_COUNT, value=str(len(cells)))

    def _read_header(self, path: Path, file: FileMap) -> list[str]:
        try:
            header = [name.strip().removeprefix("\ufeff") for name in next(self._reader)]
        except (StopIteration, csv.Error, OSError, EOFError, zlib.error, UnicodeError) as error:
            raise ValueError(f"{path.name}: there is no header to read ({error or 'the file is empty'})") from error
        if any("\ud800" <= sign <= "\udfff" for name in header for sign in name):
            raise ValueError(
                f"{path.name} is not in {file.encoding}: name its encoding in file.encoding of the mapping"
            )
        return header

    def _short_lines(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                    pass
                line += "\n"
            yield line
