"""A repeated write does nothing twice: the first answer is kept 30 days and returned to the same caller."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi.responses import Response

from app.core.calls import BEFORE, Answer, Before
from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import in_flight, key_reused
from app.core.http import PROBLEM_JSON, Call
from app.core.rows import fetch_all, fetch_one

KEEP_DAYS = 30
REPLAYED = {"Idempotency-Replayed": "true"}

_TRY_AND_FIND = f"with {BEFORE} select tried.got, answered.* from tried left join answered on true"
_FIND = """
    select true as got, request_hash, status as code, response, key_of(response_key) as response_key, etag from idempotency
    where caller = $1 and key = $2
"""
_KEEP = """
    insert into idempotency (caller, key, request_hash, status, response, response_key, etag, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def once(
    conn: Connection, call: Call, act: Callable[[], Awaitable[tuple[int, bytes, str | None]]], *, keep: bool = True
) -> Response:
    """Run `act` (status, JSON body, ETag) unless this caller did so under this key before; then show that answer.

    With `keep` false the answer is never stored, and a repeat runs `act` again: for looks at personal data, each of
    which is judged and logged by itself.

    Within the request's transaction: the record and the change are committed together. A replay is answered before
    `If-Match` is judged, since `act` judges it. Raises InFlight or KeyReused.
    """
    if keep:
        return await replay(conn, call) or await kept(conn, call, *await act())
    first = await _before(conn, call)
    if not first.got:
        raise in_flight()
    if first.request_hash is None:
        return await kept(conn, call, *await act(), seal=False)
    if first.request_hash != call.request_hash or first.response is not None:
        raise key_reused()
    return reply(*await act())


async def replay(conn: Connection, call: Call) -> Response | None:
    """The first half of `once`: the answer given before, if there is one. Raises InFlight or KeyReused."""
    before = (await _before(conn, call)).answer(call)
    return None if before is None else replayed(before)


async def kept(
    conn: Connection, call: Call, status: int, body: bytes, etag: str | None, *, seal: bool = True
) -> Response:
    """The second half of `once`: keep this answer, and give it."""
    sealed = keys().seal({"body": body.decode()}, call.place) if seal else None
    hidden = (sealed.body, sealed.key) if sealed else (None, None)
    await conn.execute(_KEEP, call.caller, call.key, call.request_hash, status, *hidden, etag, call.now)
    return reply(status, body, etag)


async def _before(conn: Connection, call: Call) -> Before:
    (found,) = await fetch_all(conn, Before, _TRY_AND_FIND, call.caller, call.key)
    return found


async def answered(conn: Connection, call: Call) -> Response | None:
    """The first answer, where there is one: asked by who would otherwise do much before `once`. Raises KeyReused."""
    found = await fetch_one(conn, Before, _FIND, call.caller, call.key)
    before = found.answer(call) if found else None
    return None if before is None else replayed(before)


def replayed(before: Answer) -> Response:
    """An answer as it was given before."""
    return reply(before.code, before.body, before.etag, REPLAYED)


def reply(status: int, body: bytes, etag: str | None = None, headers: dict[str, str] | None = None) -> Response:
    """JSON bytes as they are (a refusal that leaves a record is one too), with the version as ETag; personal data is never
    to be cached on the way."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if etag is not None:
        sent["ETag"] = f'"{etag}"'
    return Response(body, status, sent, media_type=PROBLEM_JSON if status >= 400 else "application/json")


async def forget(conn: Connection, before: datetime) -> int:
    """Drop records older than `before`; returns how many."""
    dropped = "with gone as (delete from idempotency where created_at < $1 returning true) select count(*) from gone"
    return int(await conn.fetchval(dropped, before))
