"""The report of every row that was not taken: one line each, with what to mend, in both languages."""

import codecs
import csv
import unicodedata
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.imports.rules import Reason

COLUMNS = ("line", "external_id", "reason", "field", "value", "请修改", "what to mend")
LONGEST_VALUE = 80
_FORMULA = ("=", "+", "-", "@", "−", "|")
_CELL = ("\t", "\r", "\n")  # what may end the cell and begin another


class Report:
    """Writes the report, as CSV that spreadsheet programs read; the file is made with the first row in it.

    The report of an earlier run at `path` is removed. Raises ValueError where another file stands there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None
        if path.exists():  # the report of an earlier run would be taken for this one's
            if not _is_report(path):
                raise ValueError(f"{path} is no report of an import: name another file with --report")
            path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: int, external_id: str, reason: Reason, field: str = "", value: str = "") -> None:
        """One row of the file that was not taken."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            csv.writer(self._file).writerow(COLUMNS)
        words = reason.words
        csv.writer(self._file).writerow(
            [line, _inert(external_id), reason.value, field, _inert(value), words.zh, words.en]
        )


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(200).removeprefix(codecs.BOM_UTF8).startswith(",".join(COLUMNS).encode())


def _inert(value: str) -> str:
    """The value as spreadsheet programs show it, never as a formula, and without characters that break the file.

    A formula may hide behind blanks or quotes, and be written in full width: some programs take it all the same.
    """
    shown = "".join(sign if sign.isprintable() or "\ud800" <= sign <= "\udfff" else "�" for sign in value)
    starts = unicodedata.normalize("NFKC", value).lstrip(" \t\r\n\x0b\x0c\u200b\ufeff\"'")[:1]
    return ("'" + shown if starts in _FORMULA or value[:1] in _CELL else shown)[:LONGEST_VALUE]
