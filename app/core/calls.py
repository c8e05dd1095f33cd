"""A write as its caller sends it, and what became of the same one before. Knows no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor
from app.core.crypto import Sealed, keys
from app.core.database import Connection
from app.core.errors import in_flight, key_reused

# In the WITH of a statement ($1 caller, $2 key, null: nothing is looked for): nobody else is at it, and the answer given
# before. A first request that commits between the two is met by the key of the table instead (409).
BEFORE = """
    tried as materialized (
        select $1::text is null or pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0)) as got
    ), answered as materialized (
        select request_hash, status as code, response, key_of(response_key) as response_key, etag
        from idempotency where caller = $1 and key = $2
    )
"""


@dataclass(frozen=True, slots=True)
class Call:
    """What a write carries beside its body."""

    actor: Actor
    key: str
    request_hash: bytes
    now: datetime
    language: str

    @property
    def place(self) -> str:
        """Where its answer is sealed."""
        return f"idempotency {self.caller} {self.key}"

    @property
    def caller(self) -> str:
        """Replays are for the same caller alone."""
        return f"{self.actor.kind}:{self.actor.id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept."""

    code: int
    body: bytes
    etag: str | None


@dataclass(frozen=True, slots=True)
class Before:
    """What became of the same call before; without a hash it did not come."""

    got: bool
    request_hash: bytes | None
    code: int | None
    response: bytes | None
    response_key: bytes | None
    etag: str | None

    def answer(self, call: Call) -> Answer | None:
        """The answer given then, if there is one. Raises InFlight or KeyReused."""
        if not self.got:
            raise in_flight()
        if self.code is None:
            return None
        if self.request_hash != call.request_hash or self.response is None or self.response_key is None:
            raise key_reused()
        body = keys().unseal(Sealed(self.response_key, self.response), call.place)["body"]
        return Answer(self.code, body.encode(), self.etag)


class Repeated(Exception):
    """A step found that it was taken before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def forget_given_at(conn: Connection, instants: Sequence[datetime]) -> None:
    """Drop what was answered at these instants: it tells of what was erased since."""
    await conn.execute("delete from idempotency where created_at = any($1::timestamptz[])", instants)
