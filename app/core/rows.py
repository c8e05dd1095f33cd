"""Rows as typed values, made in this one place; SQL files; parameters by name.

A statement's row becomes a frozen dataclass: each column is a field of the same name, checked and converted (enums, ids
and instants inside jsonb too) by Pydantic. A column without a field, or a field without a column, is an error.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Generic, TypeVar

from asyncpg import Record
from pydantic import TypeAdapter

from app.core.database import Connection

T = TypeVar("T")
Mark = (
    tuple[datetime, uuid.UUID] | None
)  # the last row of the page before, of a list in the order of an instant and an id
_NAME = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class _Reader(Generic[T]):
    """Makes `kind` of rows."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
        self.validate = TypeAdapter(kind).validate_python

    def read(self, row: Mapping[str, object] | Record) -> T:
        values = dict(row)
        if values.keys() != self.names:
            differ = ", ".join(sorted(values.keys() ^ self.names))
            raise TypeError(f"columns and fields of {self.kind.__name__} differ: {differ}")
        return self.validate(values)


_readers: dict[type[object], _Reader[Any]] = {}


def _reader(kind: type[T]) -> _Reader[T]:
    if kind not in _readers:
        _readers[kind] = _Reader(kind)
    return _readers[kind]


def typed(kind: type[T], row: Mapping[str, object] | Record) -> T:
    """One row as a `kind`; raises TypeError where columns and fields differ, ValidationError for a value that does not fit."""
    return _reader(kind).read(row)


def shown(kind: type[T], row: object, **more: object) -> T:
    """A row as another `kind`, each of whose fields is one of the row or given as `more`."""
    names = _reader(kind).names - more.keys()
    return typed(kind, {name: getattr(row, name) for name in names} | more)


def part(kind: type[T], row: Mapping[str, object] | Record) -> T:
    """The columns of a wider row that are the fields of `kind`."""
    reader = _reader(kind)
    return reader.validate({name: row[name] for name in reader.names})


def all_typed(kind: type[T], rows: Iterable[Mapping[str, object] | Record]) -> list[T]:
    """Rows as `kind`, in their order."""
    read = _reader(kind).read
    return [read(row) for row in rows]


async def fetch_all(conn: Connection, kind: type[T], statement: str, *values: object) -> list[T]:
    """Every row of a statement, typed."""
    return all_typed(kind, await conn.fetch(statement, *values))


async def fetch_one(conn: Connection, kind: type[T], statement: str, *values: object) -> T | None:
    """The first row of a statement, typed; None without one."""
    row = await conn.fetchrow(statement, *values)
    return None if row is None else typed(kind, row)


@cache
def read_sql(package: str, name: str) -> str:
    """The statement in `name`.sql beside a room: `read_sql(__package__, "page")`, read once."""
    return (resources.files(package) / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _NAME.sub(number, statement), tuple(names)


def named(statement: str, values: Mapping[str, object]) -> tuple[str, *tuple[object, ...]]:
    """A statement with `:name` parameters as the driver takes it: `await conn.execute(*named(text, {"at": now}))`.

    Casts (`::text`) are left alone. Raises KeyError for a name without a value and ValueError for a value without a name.
    """
    text, names = _numbered(statement)
    if unknown := set(values) - set(names):
        raise ValueError(f"the statement has no parameter {', '.join(sorted(unknown))}")
    return (text, *(values[name] for name in names))


async def change_row(conn: Connection, name: str, row_id: uuid.UUID, columns: Mapping[str, object]) -> int:
    """Set columns of a row of table `name` and move its version on; returns the new version. The caller holds its lock."""
    sets = "".join(f", {column} = ${n}" for n, column in enumerate(columns, 2))
    statement = f"update {name} set version = version + 1{sets} where id = $1 returning version"
    return int(await conn.fetchval(statement, row_id, *columns.values()))
