"""Reading one YAML file entry by entry, so that whatever is wrong in it is named by file and entry."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

Parsed = TypeVar("Parsed")
Choice = TypeVar("Choice", bound=StrEnum)


class ReferenceDataError(ValueError):
    """A reference file says something that cannot be used. The text names the file, the entry and what is wrong."""


class Entry:
    """One mapping of a file, read field by field; what is left unread at the end is an unknown field."""

    def __init__(self, where: str, fields: object) -> None:
        if not isinstance(fields, Mapping):
            raise ReferenceDataError(f"{where}: expected fields, found {fields!r}")
        self.where = where
        self._left = dict(fields)

    def name_by(self, label: str, file: str) -> str:
        """Calls the entry by one of its fields from here on; the field stays to be read."""
        code = self.take(label, str)
        self._left[label] = code
        self.where = f"{file}, {code}"
        return code

    def take(self, name: str, kind: type[Parsed]) -> Parsed:
        """A field that must be there."""
        value = self.may(name, kind)
        if value is None:
            raise ReferenceDataError(f"{self.where}: {name} is missing")
        return value

    def may(self, name: str, kind: type[Parsed]) -> Parsed | None:
        """A field that may be left out."""
        value = self._left.pop(name, None)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        raise ReferenceDataError(f"{self.where}: {name} should be of type {kind.__name__}, found {value!r}")

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """One word of an enumeration."""
        value = self.one_of(name, tuple(choices))
        if value is None:
            raise ReferenceDataError(f"{self.where}: {name} is missing")
        return choices(value)

    def one_of(self, name: str, known: Iterable[str]) -> str | None:
        """One of the known words, or nothing."""
        value = self.may(name, str)
        if value is not None and value not in set(known):
            raise ReferenceDataError(f"{self.where}: {name} {value!r} is not one of {', '.join(known)}")
        return value

    def words(self, name: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of words."""
        values = self.may(name, list) or []
        for value in values:
            if not isinstance(value, str) or (known is not None and value not in set(known)):
                raise ReferenceDataError(f"{self.where}: {name} holds {value!r}, which is not known")
        return tuple(values)

    def length(self, name: str) -> int:
        """A whole number from 1 up."""
        value = self.take(name, int)
        if value < 1:
            raise ReferenceDataError(f"{self.where}: {name} must be at least 1, found {value}")
        return value

    def entries(self, name: str) -> list["Entry"]:
        """A list of mappings, each an entry."""
        return [Entry(f"{self.where}, {name} {n}", item) for n, item in enumerate(self.may(name, list) or [], 1)]

    def entry(self, name: str) -> "Entry | None":
        """A mapping inside this one, if it is there."""
        fields = self.may(name, dict)
        return None if fields is None else Entry(f"{self.where}, {name}", fields)

    def done(self, result: Parsed) -> Parsed:
        """The result, once every field was read."""
        if self._left:
            raise ReferenceDataError(f"{self.where}: unknown field {', '.join(map(str, self._left))}")
        return result


def existing(path: Path) -> Path:
    """The path; raises where there is no such file."""
    if not path.is_file():
        raise ReferenceDataError(f"{path.name}: there is no such file")
    return path


def load_file(path: Path) -> Entry:
    """The mapping that a YAML file holds."""
    try:
        return Entry(path.name, yaml.safe_load(existing(path).read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ReferenceDataError(f"{path.name}: not valid YAML: {error}") from error


def read_list(
    path: Path,
    name: str,
    label: str,
    parse: Callable[[Entry, int], Parsed],
    key: Callable[[Parsed], str] | None = None,
    beside: Sequence[str] = (),
) -> list[Parsed]:
    """The entries of one list of a file, each called by its `label` and unique by `key` (else by the label).

    `beside` names lists that were read before.
    """
    top = load_file(path)
    for read_before in beside:
        top.may(read_before, list)
    found: dict[str, Parsed] = {}
    for number, entry in enumerate(top.entries(name), 1):
        code = entry.name_by(label, path.name)
        parsed = entry.done(parse(entry, number))
        unique = code if key is None else key(parsed)
        if unique in found:
            raise ReferenceDataError(f"{entry.where}: {unique} appears twice")
        found[unique] = parsed
    if not found:
        raise ReferenceDataError(f"{path.name}: {name} is empty")
    return top.done(list(found.values()))
