"""Changing the record past the service, as whoever owns the whole database server: no key and no trigger stands in the way."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.checkpoints.queries.tables import STANDING, CaseTable, list_tables
from app.core.acts import VOUCH, Act
from app.core.database import Connection

# Another value for a column, by its type.
OTHER = {
    "text": "coalesce({c}, '') || 'x'", "uuid": "gen_random_uuid()", "boolean": "not coalesce({c}, false)",
    "integer": "coalesce({c}, 0) + 1", "bigint": "coalesce({c}, 0) + 1", "smallint": "coalesce({c}, 0) + 1",
    "numeric": "coalesce({c}, 0) + 1", "real": "coalesce({c}, 0) + 1", "date": "coalesce({c}, '2026-01-01') + 1",
    "xid8": "'7'::xid8",
    "timestamp with time zone": "coalesce({c}, '2026-01-01Z') + interval '1 hour'",
    "bytea": "coalesce({c}, ''::bytea) || '\\x01'::bytea", "ltree": "coalesce({c}, 'a') || 'x'::ltree",
    "jsonb": "case jsonb_typeof({c}) when 'array' then {c} || '7'::jsonb else coalesce({c}, '{{}}') || '{{\"x\": 1}}' end",
    "text[]": "coalesce({c}, '{{}}') || 'x'::text", "uuid[]": "coalesce({c}, '{{}}') || gen_random_uuid()",
    "bigint[]": "coalesce({c}, '{{}}') || 7::bigint", "integer[]": "coalesce({c}, '{{}}') || 7",
    "geometry(Point,4326)": "st_setsrid(st_makepoint(111.1, 40.1 + random()), 4326)",
    "tstzrange": "tstzrange(coalesce(lower({c}), '2026-01-01Z') + interval '1 second', null)",
    "interval": "coalesce({c}, '0') + interval '1 hour'", "time without time zone": "{c} + interval '1 hour'",
}  # fmt: skip
# Columns that are bound by the chain, not by the row: test_record.py and the forgeries below change those.
FOLLOWING = {"cases": ("head_seq", "head_hash"), "event": ("body",)}
_COLUMNS = """
    select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
    where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and not a.attname = any($2::text[]) order by a.attnum
"""


async def list_everything(conn: Connection) -> list[CaseTable]:
    """The tables of a case, and those that say who may act."""
    return [*await list_tables(conn), *(CaseTable(name, "", "", "", "", written_once=False) for name in STANDING)]


async def list_columns(conn: Connection, table: str) -> list[tuple[str, str]]:
    """The columns of a table whose content is its own, with how another value is made."""
    rows = await conn.fetch(_COLUMNS, table, list(FOLLOWING.get(table, ())))
    kinds = {row["type"] for row in rows}
    assert kinds <= OTHER.keys(), f"{table}: say in OTHER how {kinds - OTHER.keys()} is given another value"
    return [(row["name"], OTHER[row["type"]]) for row in rows]


async def pick(conn: Connection, table: CaseTable, chance: random.Random) -> Any:
    """A row of a table and its case (None for none); None where the table is empty."""
    case = table.case or "null::uuid"
    rows = await conn.fetch(f"select t.ctid, {case} as case_id from {table.table} t{table.joins} order by 2, 1")
    return chance.choice(rows) if rows else None


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was changed: in which table, of which row (None: it is gone), of which case (None: the table belongs to none)."""

    table: str
    what: str
    case: UUID | None
    ctid: Any

    @property
    def where(self) -> str:
        """The place that must be named."""
        return str(self.case or self.table)


async def change(conn: Connection, table: str, column: tuple[str, str], ctid: Any) -> Any:
    """Give one column of one row another value; gives where the row lies then."""
    name, other = column
    return await conn.fetchval(
        f'update {table} set "{name}" = {other.format(c=name)} where ctid = $1 returning ctid', ctid
    )


REFUSED = (
    asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.RaiseError, asyncpg.InsufficientPrivilegeError,
)  # fmt: skip


async def list_roles(conn: Connection) -> list[str]:
    """Who may be let into the city: its roles, and the administrator, whom no foreign key and no trigger holds ('')."""
    rows = await conn.fetch(
        "select rolname::text from pg_roles where starts_with(rolname, current_schema() || '_') order by 1"
    )
    return ["", *(name for (name,) in rows)]


async def become(conn: Connection, role: str) -> None:
    """Act as one of them."""
    await conn.execute("reset role")
    await conn.execute(f"set session_replication_role to {'origin' if role else 'replica'}")
    if role:
        await conn.execute(f"set role {role}")


async def tamper(
    conn: Connection, tables: Sequence[CaseTable], chance: random.Random, role: str = ""
) -> Tampering | None:
    """Change something as this role; None where the database itself refuses, or nothing is there."""
    table = chance.choice(tables)
    row = await pick(conn, table, chance)
    if row is None:
        return None
    columns = await list_columns(conn, table.table)
    try:
        async with conn.transaction():
            await become(conn, role)
            if chance.random() < 0.1:
                await conn.execute(f"delete from {table.table} where ctid = $1", row["ctid"])
                return Tampering(table.table, f"{role} {table.table} without a row", row["case_id"], None)
            column = chance.choice(columns)
            ctid = await change(conn, table.table, column, row["ctid"])
            return Tampering(table.table, f"{role} {table.table}.{column[0]}", row["case_id"], ctid)
    except REFUSED:
        return None
    finally:
        await become(conn, "")


async def go_on(conn: Connection, done: Tampering, at: datetime) -> None:
    """A true step comes after it, which writes the very row again if the database lets it: all as the service does it."""
    await conn.execute("set session_replication_role to origin")
    async with conn.transaction():
        await conn.execute(VOUCH, Act.new().as_setting())
        if done.ctid is not None and done.table not in ("event", "reveal_lift"):
            (name, _), *_ = await list_columns(conn, done.table)
            with suppress(*REFUSED):
                async with conn.transaction():
                    await conn.execute(f'update {done.table} set "{name}" = "{name}" where ctid = $1', done.ctid)
        if done.case is not None:
            step = (
                "select append_events(array[$1::uuid], 'write_note', $2, 'system:test', array['{\"set\": {}}'::jsonb])"
            )
            with suppress(*REFUSED):  # the case itself is gone, or its row as it is now is not taken
                async with conn.transaction():
                    await conn.execute(step, done.case, at)
        await conn.execute("set constraints sealed immediate")
    await conn.execute("set constraints sealed deferred; select set_config('gridcase.act', '', true)")
    await become(conn, "")


# What somebody does to the chain who knows how it is made: $1 the case.
FORGERIES = {
    "the last event cut, with the head moved": """
        update cases c set head_seq = head_seq - 1, head_hash = e.prev_hash from event e
            where c.id = $1 and e.case_id = c.id and e.seq = c.head_seq;
        delete from event e using cases c where c.id = $1 and e.case_id = c.id and e.seq > c.head_seq;
    """,
    "the last event written anew, with its hash": """
        update event e set body = n.body, hash = event_hash(e.prev_hash, n.body) from cases c, event o,
            lateral (select replace(o.body, '"seq"', '"x": 1, "seq"') as body) n
            where c.id = $1 and e.case_id = c.id and e.seq = c.head_seq and o.id = e.id;
        update cases c set head_hash = e.hash from event e where c.id = $1 and e.case_id = c.id and e.seq = c.head_seq;
    """,
    "the first event gone, the others numbered and chained anew": """
        delete from event where case_id = $1 and seq = 1;
        update event set seq = seq - 1 where case_id = $1;
        update cases set head_seq = head_seq - 1 where id = $1;
    """,
    "an event added that says it is old": """
        with last as (select e.* from event e join cases c on c.id = e.case_id and c.head_seq = e.seq where c.id = $1),
        made as (select l.*, event_body(l.case_id, l.seq + 1, 'note', l.at, 'resident', '{}') as text from last l),
        added as (insert into event (epoch, txid, case_id, seq, kind, at, actor, body, prev_hash, hash)
            select epoch, txid, case_id, seq + 1, 'note', at, 'resident', text, hash, event_hash(hash, text) from made
            returning *)
        update cases c set head_seq = a.seq, head_hash = a.hash from added a where c.id = a.case_id;
    """,
    "the whole case erased": "delete from event where case_id = $1; delete from cases where id = $1;",
    "its checkpoint gone": "delete from checkpoint where n = (select min(n) from checkpoint where strpos(body, $1::text) > 0);",
    "its checkpoint changed": "update checkpoint set body = replace(body, $1::text, gen_random_uuid()::text);",
}
