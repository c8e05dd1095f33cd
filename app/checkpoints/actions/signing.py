"""Signing the record."""

import base64
import json
import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.checkpoints import queries
from app.checkpoints.rules import NOTHING_BEFORE, Checkpoint, Statement, next_span, public_key, sign
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
        whole = False
        while not whole:
            more, whole = await _take(database, now)
            bound += more
    await copy_out(database)
    return bound


async def _take(database: Database, now: datetime) -> tuple[int, bool]:
    """The next checkpoint, in one snapshot, unless nothing is new or another runner is at it: how many cases it binds, and
    whether all that this snapshot sees is bound."""
    async with database.snapshot(writes=True) as conn:
        if not await conn.fetchval("select pg_try_advisory_xact_lock(hashtext('checkpoint ' || current_schema()))"):
            return 0, True
        last, horizon = await queries.get_last(conn), await queries.get_horizon(conn)
        span = next_span(last.span() if last else None, epoch=horizon.epoch, until=horizon.until)
        cases = await queries.list_changed(conn, span, AT_ONCE)
        whole = len(cases) < AT_ONCE
        if not cases and (last is None or last.after is None):
            return 0, True
        leaves = await queries.make_leaves(conn, await queries.list_tables(conn), cases)
        before = last.hash if last else NOTHING_BEFORE
        span = replace(span, after=None if whole else cases[-1])
        statement = Statement((last.n if last else 0) + 1, now, before.hex(), span, leaves)
        await _keep(conn, sign(statement, signing_key()))
        return len(cases), whole


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
