"""Every row that belongs to some cases, whatever the table, as the text that COPY reads."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.core.database import Connection

# What a case has that is not the city's: messages, remembered answers, who read what.
NOT_THE_CITY = frozenset({"idempotency", "message", "rate_counter", "read_log"})
# Does now what the database puts off to the end of the transaction.
SETTLED = "set constraints all immediate; set constraints all deferred"
# Given to each row as it is written: a copy was filed by no transaction of its own.
_GIVEN = ("txid", "epoch", "filed", "seal")
Values = tuple[str | None, ...]
Rows = tuple[tuple[str, Values], ...]  # of each row its table and its values, parents first

# `cases`, and every table that refers to it, straight or by way of others.
_TABLES = """
    with recursive held as (
        select 'cases'::regclass as name, 0 as depth
        union select f.conrelid::regclass, h.depth + 1 from held h
            join pg_constraint f on f.contype = 'f' and f.confrelid = h.name and f.conrelid <> h.name
        where f.conrelid::regclass::text <> all($1::text[])
    ), deepest as (select name, max(depth) as depth from held group by 1)
    select d.name::text as name,
        array(select a.attname::text from pg_attribute a where a.attrelid = d.name and a.attnum > 0
            and not a.attisdropped and a.attgenerated = '' and a.attname <> all($2::text[]) order by a.attnum) as columns,
        (select a.attname::text from pg_attribute a where a.attrelid = d.name and a.attidentity <> '') as serial,
        array(select array[a.attname::text, f.confrelid::regclass::text, p.attname::text] from pg_constraint f
            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
            join pg_attribute p on p.attrelid = f.confrelid and p.attnum = f.confkey[1]
            where f.contype = 'f' and f.conrelid = d.name and f.confrelid in (select name from deepest)
            order by f.conname) as refers
    from deepest d order by d.depth, 1
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds rows of cases. `serial` is the column that the database numbers; `refers` holds of each column
    that points to another such table the table and the column there."""

    name: str
    columns: tuple[str, ...]
    serial: str | None
    refers: Mapping[str, tuple[str, str]]

    @property
    def order(self) -> str:
        """The column in whose order its rows were written: ids are drawn in the order of time."""
        return self.serial or ("id" if "id" in self.columns else "ctid")


async def list_tables(conn: Connection) -> dict[str, Table]:
    """The tables by name, parents before children."""
    rows = await conn.fetch(_TABLES, sorted(NOT_THE_CITY), list(_GIVEN))
    return {
        row["name"]: Table(
            row["name"], tuple(row["columns"]), row["serial"],
            {column: (table, key) for column, table, key in row["refers"]},
        )
        for row in rows
    }  # fmt: skip


def _text(column: str) -> str:
    """A column as text; a key as it came with its content, whose copies have keys of their own."""
    return "(seal_key || key_of(seal_key))::text" if column == "seal_key" else f"{column}::text"


class RowReader:
    """Reads the rows of some cases in one statement."""

    def __init__(self, conn: Connection, tables: Mapping[str, Table]) -> None:
        self._conn, self._tables = conn, tables
        self._names = list(tables)
        self._statement = " union all ".join(
            f"select {n} as place, row_number() over (order by {table.order}) as spot, {self._case(table)} as case_id,"
            f" array[{', '.join(map(_text, table.columns))}]"
            f" from {table.name} where {self._belongs(table)}"
            for n, table in enumerate(tables.values())
        )

    def _belongs(self, table: Table) -> str:
        if table.name == "cases" or "case_id" in table.columns:
            return f"{self._case(table)} = any($1::uuid[])"
        column, parent, key = self._parent(table)
        return f"{table.name}.{column} in (select {key} from {parent.name} where {self._belongs(parent)})"

    def _case(self, table: Table) -> str:
        if table.name == "cases":
            return "cases.id"
        if "case_id" in table.columns:
            return f"{table.name}.case_id"
        column, parent, key = self._parent(table)
        return f"(select {self._case(parent)} from {parent.name} where {parent.name}.{key} = {table.name}.{column})"

    def _parent(self, table: Table) -> tuple[str, Table, str]:
        column, (parent, key) = next(iter(table.refers.items()))
        return column, self._tables[parent], key

    async def read(self, cases: Collection[uuid.UUID]) -> dict[uuid.UUID, Rows]:
        """Every row of each case, in the order in which it was written within its table."""
        await self._conn.execute(SETTLED)
        found: dict[uuid.UUID, list[tuple[str, Values]]] = {case: [] for case in cases}
        for place, _, case, values in await self._conn.fetch(f"{self._statement} order by 1, 2", list(cases)):
            found[case].append((self._names[place], tuple(values)))
        return {case: tuple(rows) for case, rows in found.items()}
