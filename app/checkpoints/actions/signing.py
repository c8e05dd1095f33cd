"""Signing the record."""

import base64
import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.checkpoints import queries
from app.checkpoints.queries import acts
from app.checkpoints.rules import NOTHING_BEFORE, Checkpoint, Rest, Span, Statement, next_span, public_key, sign
from app.checkpoints.settings import CheckpointSettings
from app.core.crypto import keys
from app.core.database import Connection, Database
from app.core.settings import section

AT_ONCE = 2_000  # cases that one checkpoint binds at most
log = logging.getLogger("gridcase.checkpoints")


def signing_key() -> Ed25519PrivateKey:
    """The key of this installation; raises ValueError when the setting holds no key."""
    given = section(CheckpointSettings).checkpoint_key
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(given) if given else keys().derive("checkpoint"))


def trusted_keys() -> list[str]:
    """The public keys that may have signed a checkpoint of this city."""
    return [public_key(signing_key()), *section(CheckpointSettings).checkpoint_former_keys]


async def sign_record(database: Database, now: datetime, *, force: bool = False) -> int:
    """Bind what is new since the last checkpoint; gives how many cases. A young one (unless `force`) has time."""
    every = timedelta(seconds=section(CheckpointSettings).checkpoint_seconds)
    async with database.snapshot() as conn:
        last = await queries.get_last(conn)
    bound = 0
    if force or last is None or last.after is not None or now - last.at >= every:
        bound = await _take(database, now)
    await copy_out(database)
    return bound


async def _take(database: Database, now: datetime) -> int:
    """The next checkpoints, all of one snapshot, unless nothing is new or another runner is at it: how many cases they bind."""
    async with database.snapshot(writes=True) as conn:
        if not await conn.fetchval("select pg_try_advisory_xact_lock(hashtext('checkpoint ' || current_schema()))"):
            return 0
        last, horizon = await queries.get_last(conn), await queries.get_horizon(conn)
        span = next_span(last.span() if last else None, epoch=horizon.epoch, until=horizon.until)
        cases = await queries.list_changed(conn, span, AT_ONCE)
        rest = await _look_beside(conn, last, span)
        if not cases and last is not None and last.after is None and not rest.acts:
            return 0
        bound, tables = 0, await queries.list_tables(conn)
        n, before = (last.n, last.hash) if last else (0, NOTHING_BEFORE)
        while True:
            more = len(cases) == AT_ONCE
            leaves = await queries.make_leaves(conn, tables, cases, span.since)
            n, span = n + 1, replace(span, after=cases[-1] if more else None)
            made = sign(Statement(n, now, before.hex(), span, leaves, rest), signing_key())
            await _keep(conn, made)
            bound, before, rest = bound + len(cases), made.hash, Rest(rest.base)
            if not more:
                return bound
            cases = await queries.list_changed(conn, span, AT_ONCE)


async def _look_beside(conn: Connection, last: queries.Last | None, span: Span) -> Rest:
    """What is said beside the cases; traces that an earlier checkpoint has judged are dropped."""
    base = (last.base if last else None) or span.until
    since = None if last is None or not last.base else span.since
    standing = await acts.list_standing_rows(conn, since, await acts.get_near(conn))
    if since is None:
        return Rest(base, "", standing)
    window = acts.Window(base, since, await acts.get_near(conn))
    found = [(x.where, x.what) for x in await acts.list_recent(conn, await queries.list_tables(conn), window)]
    await conn.execute("delete from trace where pg_visible_in_snapshot(txid, $1::text::pg_snapshot)", since)
    return Rest(base, await acts.digest_acts(conn, since, span.until), standing, found)


async def _keep(conn: Connection, made: Checkpoint) -> None:
    await conn.execute(
        "insert into checkpoint (n, at, body, hash, key, signature) values ($1, $2, $3, $4, $5, $6)",
        made.n, made.at, made.body, made.hash, made.key, made.signature,
    )  # fmt: skip


async def copy_out(database: Database) -> None:
    """Write the checkpoints that the folder does not have yet. A folder that is away is filled at a later run."""
    folder = section(CheckpointSettings).checkpoint_folder
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        have = last_copy(folder)
        while more := await _read(database, have):
            for checkpoint in more:
                _write(folder, checkpoint)
            have = more[-1].n
    except OSError as error:
        log.warning("checkpoints cannot be copied to %s: %s", folder, error)


async def _read(database: Database, after: int) -> list[Checkpoint]:
    async with database.snapshot() as conn:
        return await queries.list_checkpoints(conn, after=after, limit=20)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A checkpoint as its file has it."""

    n: int
    at: str
    hash: str
    key: str
    signature: str
    body: str


def _write(folder: Path, checkpoint: Checkpoint) -> None:
    """One file a checkpoint, whole or not at all; never written over."""
    copy = _Copy(
        checkpoint.n, checkpoint.at.isoformat(), checkpoint.hash.hex(), checkpoint.key,
        base64.b64encode(checkpoint.signature).decode(), checkpoint.body,
    )  # fmt: skip
    text = json.dumps(asdict(copy))
    draft = folder / f"{checkpoint.n:09}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.rename(folder / f"{checkpoint.n:09}.json")


def last_copy(folder: Path | None) -> int:
    """The number of the newest checkpoint in a folder; 0 without one."""
    return max((int(path.stem) for path in folder.glob("*.json")), default=0) if folder else 0


def read_copy(path: Path) -> Checkpoint:
    """A checkpoint from its file; raises ValueError, TypeError or OSError."""
    copy = _Copy(**json.loads(path.read_text(encoding="utf-8")))
    return Checkpoint(
        copy.n, datetime.fromisoformat(copy.at), copy.body, bytes.fromhex(copy.hash), copy.key,
        base64.b64decode(copy.signature),
    )  # fmt: skip
