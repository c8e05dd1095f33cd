"""Changing the record past the service, as whoever owns the whole database server: no key and no trigger stands in the way."""

import random
from collections.abc import Sequence
from typing import Any

import asyncpg

from app.checkpoints.queries.tables import MOVING, CaseTable
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
_COLUMNS = """
    select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
    where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and not a.attname = any($2::text[]) order by a.attnum
"""


async def list_columns(conn: Connection, table: str) -> list[tuple[str, str]]:
    """The columns of a table whose content is its own, with how another value is made."""
    rows = await conn.fetch(_COLUMNS, table, list(MOVING.get(table, ())))
    kinds = {row["type"] for row in rows}
    assert kinds <= OTHER.keys(), f"{table}: say in OTHER how {kinds - OTHER.keys()} is given another value"
    return [(row["name"], OTHER[row["type"]]) for row in rows]


async def pick(conn: Connection, table: CaseTable, chance: random.Random) -> Any:
    """A row of a table and its case; None where the table is empty."""
    rows = await conn.fetch(f"select t.ctid, {table.case} as case_id from {table.table} t{table.joins} order by 2, 1")
    return chance.choice(rows) if rows else None


async def change(conn: Connection, table: str, column: tuple[str, str], ctid: Any) -> str:
    """Give one column of one row another value."""
    name, other = column
    await conn.execute(f'update {table} set "{name}" = {other.format(c=name)} where ctid = $1', ctid)
    return f"{table}.{name}"


async def remove(conn: Connection, table: str, ctid: Any) -> str:
    """Take a row away."""
    await conn.execute(f"delete from {table} where ctid = $1", ctid)
    return f"{table} without a row"


REFUSED = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.RaiseError)


async def tamper(conn: Connection, tables: Sequence[CaseTable], chance: random.Random) -> tuple[Any, str] | None:
    """Change something of a case: which case, and what; None where the database itself refuses, or nothing is there."""
    table = chance.choice(tables)
    row = await pick(conn, table, chance)
    if row is None:
        return None
    try:
        async with conn.transaction():
            if chance.random() < 0.1:
                return row["case_id"], await remove(conn, table.table, row["ctid"])
            columns = await list_columns(conn, table.table)
            return row["case_id"], await change(conn, table.table, chance.choice(columns), row["ctid"])
    except REFUSED:
        return None


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
