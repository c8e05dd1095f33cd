"""Counting tries, so that codes and passwords cannot be guessed at speed."""

import hashlib
from datetime import datetime, timedelta

from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import TooMany


async def take(conn: Connection, bucket: str, limit: int, now: datetime) -> None:
    """One use of `bucket` (an address, an account; known as a keyed hash) this hour; counters of earlier hours are dropped on
    the way. Raises TooMany beyond `limit`, however many come at once: the use is counted before anything is tried.

    `conn` is in autocommit, so that it stays counted whatever comes of it.
    """
    used = await conn.fetchval(
        'insert into rate_counter (bucket, "window", used) values ($1, $2, 1)'
        ' on conflict (bucket, "window") do update set used = least(rate_counter.used + 1, $3 + 1) returning used',
        _hashed(bucket),
        _window(now),
        limit,
    )
    if used == 1:
        await conn.execute('delete from rate_counter where "window" < $1', _window(now) - timedelta(hours=2))
    if used > limit:
        raise TooMany("尝试次数过多，请一小时后再试。", "Too many tries; wait until the next hour.")


async def give_back(conn: Connection, bucket: str, now: datetime) -> None:
    """It was no wrong try after all."""
    await conn.execute(
        'update rate_counter set used = used - 1 where bucket = $1 and "window" = $2 and used > 0',
        _hashed(bucket),
        _window(now),
    )


def _hashed(bucket: str) -> bytes:
    return hashlib.sha256(keys().derive("rate") + bucket.encode()).digest()[:16]


def _window(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
