"""Counting tries, so that codes and passwords cannot be guessed at speed."""

import hashlib
from datetime import datetime, timedelta

from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import TooMany
from app.core.settings import settings


async def allow(conn: Connection, bucket: str, limit: int, now: datetime) -> None:
    """Raises TooMany when `bucket` (an address or account; known as a keyed hash) has used up this hour."""
    used = await conn.fetchval(
        'select used from rate_counter where bucket = $1 and "window" = $2', _hashed(bucket), _window(now)
    )
    if (used or 0) >= limit:
        raise TooMany("尝试次数过多，请一小时后再试。", "Too many tries; wait until the next hour.")


async def count(conn: Connection, bucket: str, now: datetime) -> None:
    """One more use of `bucket` this hour; counters of earlier hours are dropped on the way."""
    used = await conn.fetchval(
        'insert into rate_counter (bucket, "window", used) values ($1, $2, 1)'
        ' on conflict (bucket, "window") do update set used = rate_counter.used + 1 returning used',
        _hashed(bucket),
        _window(now),
    )
    if used == 1:
        await conn.execute('delete from rate_counter where "window" < $1', _window(now) - timedelta(hours=2))


async def count_try(conn: Connection, address: str, number: str, now: datetime) -> None:
    """One more try at a query code, from this address and at this number; raises TooMany. Counted whatever comes of it:
    `conn` is in autocommit."""
    for bucket in (f"query from {address}", f"query {number}"):
        await allow(conn, bucket, settings().query_tries_per_hour, now)
        await count(conn, bucket, now)


def _hashed(bucket: str) -> bytes:
    return hashlib.sha256(keys().derive("rate") + bucket.encode()).digest()[:16]


def _window(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
