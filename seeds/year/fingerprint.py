"""One hash for a whole city: the same seed and date give the same city, on every machine and at every try.

Left out is what is drawn at random or made with the installation's keys, and what only numbers rows: see LEFT_OUT.
Event hashes follow from salts and sealed digests, and so are left out too; `list_breaks` verifies the chains.
"""

import hashlib
from collections.abc import Mapping, Sequence

from app.core.database import Connection

# Tables that hold nothing of the city: the schema's revision, remembered answers, counters, the log of reads, keys, what
# the service vouches for, messages (nobody is told today of what the demo says happened last year), and supervisions,
# whose ids are drawn.
NOT_THE_CITY = (
    "act", "alembic_version", "data_key", "idempotency", "message", "rate_counter", "read_log", "supervision", "trace",
)  # fmt: skip
LEFT_OUT_ROWS = {"case_note": "kind like 'supervision%'", "event": "kind in ('supervise', 'answer_supervision')"}
# Beside identity columns, which only number rows.
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "account": ("password_hash",),  # salted
    "api_key": ("hash",),  # of a secret made with the master key
    "case_concern": ("sealed", "seal_key"),  # ciphertexts
    "case_note": ("sealed", "seal_key", "salt"),
    "case_text": ("sealed", "seal_key"),
    "party": ("id", "sealed", "seal_key", "phone_index"),  # the id is drawn, the index keyed
    "notice": ("sealed", "seal_key", "salt", "digest"),
    "cases": ("query_hash", "head_hash", "number"),  # keyed; follows from salts; keyed
    "clock_extension": ("clock",),  # an identity of another table
    "event": ("epoch", "txid", "body", "hash", "prev_hash", "filed", "seal"),  # `data` is the body; see INSTEAD
}
# What stands for a column: an event without the digests of its note and notice (salted) or of its report, and without the
# number that the receipt gave (both keyed).
INSTEAD = {("event", "data"): "data - '{digest,notice_digest}'::text[] #- '{receipt,number}'"}

_COLUMNS = """
    select c.table_name, c.column_name, c.is_identity = 'YES' as numbers
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
    order by c.table_name, c.column_name
"""
_SETTINGS = "set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'"


async def city_hash(conn: Connection) -> str:
    """SHA-256 over the rows of every table that has any, whatever their order, without what LEFT_OUT names."""
    columns: dict[str, list[str]] = {}
    for row in await conn.fetch(_COLUMNS):
        table, column = row["table_name"], row["column_name"]
        if table not in NOT_THE_CITY and not row["numbers"] and column not in LEFT_OUT.get(table, ()):
            columns.setdefault(table, []).append(INSTEAD.get((table, column), f'"{column}"'))
    digest = hashlib.sha256()
    async with conn.transaction():
        await conn.execute(_SETTINGS)
        for table, kept in columns.items():
            rows = await _table_hash(conn, table, kept)
            if not rows.startswith("0 "):
                digest.update(f"{table} {rows}\n".encode())
    return digest.hexdigest()


async def _table_hash(conn: Connection, table: str, columns: Sequence[str]) -> str:
    row_hash = f"encode(sha256(convert_to(row({', '.join(columns)})::text, 'UTF8')), 'hex')"
    return str(
        await conn.fetchval(
            "select count(*) || ' ' || encode(sha256(convert_to("
            "coalesce(string_agg(h, '' order by h collate \"C\"), ''), 'UTF8')), 'hex')"
            f' from (select {row_hash} as h from "{table}" where not ({LEFT_OUT_ROWS.get(table, "false")})) hashed'
        )
    )
