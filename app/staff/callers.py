"""Who calls: account, person and posts as the database has them at the call, whatever a token was issued for."""

import time
from datetime import datetime

from app.core import tokens
from app.core.access import Actor
from app.core.database import Database
from app.staff.queries import find_key, find_session

TRUSTED_SECONDS = 1.0  # how long what was found is trusted: whoever left, or whose key was disabled, is out within it
MOST_KNOWN = 10_000


class Callers:
    """The callers of the last second. `sources` learns the source system of each machine."""

    def __init__(self, database: Database, city: str, sources: dict[str, str | None]) -> None:
        self._database, self._city, self._sources = database, city, sources
        self._known: dict[str, tuple[float, Actor]] = {}

    async def find(self, credential: str, now: datetime) -> Actor:
        """Whoever shows this token or API key; raises Unauthenticated. One statement, unless it was just asked."""
        session = None if credential.startswith("gck_") else tokens.read(credential, self._city, now)
        known = self._known.get(credential)
        if known and time.monotonic() - known[0] < TRUSTED_SECONDS:
            return known[1]
        async with self._database.connection() as conn:
            if session is not None:
                actor = await find_session(conn, session)
            else:
                actor, self._sources[actor.id] = await find_key(conn, credential, now)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[credential] = (time.monotonic(), actor)
        return actor

    def forget(self) -> None:
        """Somebody logged out: everybody is asked for anew."""
        self._known.clear()
