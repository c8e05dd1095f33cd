"""Reading a mapping file, and holding it against the city and the file before anything starts."""

from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path

import yaml
from pydantic import ValidationError

from app.cases.rules import Channel, Kind, PetitionClass
from app.imports.rules import IMPORTED_STATUS, forbidden_columns
from app.imports.schemas import Mapping, Take
from app.reference.queries import Reference


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


class _Texts(yaml.BaseLoader):
    """YAML in which every scalar is the text that stands there (no yes/no, dates or numbers), and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys = [key.value for key, _ in node.value]
        if twice := _twice(keys):
            raise ValueError(f"line {node.start_mark.line + 1}: {', '.join(twice)} stands twice")
        return dict(super().construct_mapping(node, deep=deep))


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file; raises ValueError that names every key to mend."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Texts)  # noqa: S506 (texts only)
        return Mapping.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{path.name}: {_said(error)}") from error


def _said(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    places = [
        f"{'.'.join(map(str, e['loc'])) or 'the file'}: "
        + ("there is no such key" if e["type"] == "extra_forbidden" else e["msg"].removeprefix("Value error, "))
        for e in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(places)


def columns_read(mapping: Mapping) -> dict[str, str]:
    """Key of the mapping → column, for every column it names."""
    found = {"source.external_id": mapping.source.external_id}
    for name in ("lon", "lat", "code"):
        if (column := getattr(mapping.location, name)) is not None:
            found[f"location.{name}"] = column
    for name in ("registered", "received", "closed"):
        if (column := getattr(mapping.times, name)) is not None:
            found[f"times.{name}"] = column
    for name, take in _fields(mapping).items():
        found |= {f"{name}.{i}" if i else name: column for i, column in enumerate(take.named())}
    return found


def _fields(mapping: Mapping) -> dict[str, Take]:
    names = ("kind", "petition_class", "category", "channel", "title", "description", "address", "status")
    return {name: take for name in names if isinstance(take := getattr(mapping, name), Take)}


def check(mapping: Mapping, header: list[str], reference: Reference) -> list[str]:
    """Whether the mapping fits the file and the city; gives the columns that are dropped for what they hold.

    Raises ValueError that names every column the file lacks, column that is never kept, and value no case can have.
    """
    twice = _twice(header)
    dropped = forbidden_columns(header)
    wrong = []
    for key, column in columns_read(mapping).items():
        if column not in header:
            wrong.append(f"{key}: the file has no column {column!r}")
        elif column in twice:
            wrong.append(f"{key}: the file has several columns {column!r}")
        elif column in dropped:
            wrong.append(f"{key}: {column!r} is of a kind that is never kept of a person; take it out of the mapping")
    fields = _fields(mapping)
    wrong += _foreign(fields.get("kind"), "kind", [kind.value for kind in Kind])
    wrong += _foreign(fields.get("channel"), "channel", [channel.value for channel in Channel])
    wrong += _foreign(fields.get("category"), "category", reference.categories)
    wrong += _foreign(fields.get("status"), "status", IMPORTED_STATUS)
    classes = ["", *(c.value for c in PetitionClass if c is not PetitionClass.ACCUSATION)]  # "" for other kinds
    wrong += _foreign(fields.get("petition_class"), "petition_class", classes)
    if wrong:
        raise ValueError(f"the mapping does not fit: {'; '.join(wrong)}; the file's columns are {', '.join(header)}")
    return dropped


def _foreign(take: Take | None, name: str, allowed: Iterable[str]) -> list[str]:
    """What the mapping itself would put into a field that cannot hold it."""
    if take is None:
        return []
    given = {value for value in (take.value, take.default, *(take.map or {}).values()) if value is not None}
    bad = sorted(given - set(allowed))
    return [f"{name}: there is no {', '.join(bad)}"] if bad else []
