"""Counting tries, so that codes and passwords cannot be guessed at speed."""

import hashlib
from datetime import datetime, timedelta

from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import TooMany


async def count_try(conn: Connection, bucket: str, limit: int, now: datetime) -> None:
    """One more use of `bucket` (an address or account; stored as a keyed hash) this hour; raises TooMany."""
    window = now.replace(minute=0, second=0, microsecond=0)
    hashed = hashlib.sha256(keys().derive("rate") + bucket.encode()).digest()[:16]
    used = await conn.fetchval(
        'insert into rate_counter (bucket, "window", used) values ($1, $2, 1)'
        ' on conflict (bucket, "window") do update set used = rate_counter.used + 1 returning used',
        hashed, window,
    )  # fmt: skip
    if used == 1:
        await conn.execute('delete from rate_counter where "window" < $1', window - timedelta(hours=2))
    if used > limit:
        raise TooMany("尝试次数过多，请一小时后再试。", "Too many tries; wait until the next hour.")
