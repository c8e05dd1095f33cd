"""The demo city's local time, and ids that tell an instant."""

from datetime import datetime
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def uuid7_of(at: datetime, number: int, chance: Random) -> UUID:
    """A UUIDv7 of an instant: milliseconds, then 12 bits that count (so ids sort as the reports do), the rest drawn."""
    drawn = int(chance.random() * 2**31) << 31 | int(chance.random() * 2**31)
    return UUID(int=int(at.timestamp()) * 1000 << 80 | 7 << 76 | number % 4096 << 64 | 2 << 62 | drawn)
