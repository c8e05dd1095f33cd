"""What a checkpoint says, how it is signed, and what a later look may still find. Pure.

A checkpoint binds every case that has a new event since the one before: the hash of its last event, and a digest of its rows
in each table. Checkpoints form a chain of their own, each signed (Ed25519): with the public key alone anybody can tell
whether the database still holds what it held.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOMAIN = b"gridcase checkpoint\n"  # what is signed with this key is a checkpoint and nothing else
NOTHING_BEFORE = b""


@dataclass(frozen=True, slots=True)
class Span:
    """Which transactions a checkpoint looks at: those that snapshot `since` did not see and `until` sees (None: from the
    beginning); of these, cases above `after`.

    `after` is None once the last case of the span is bound; the next checkpoint then goes on at `until`.
    """

    epoch: int
    since: str | None
    until: str
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A case as it stood: its last event, the digest of its rows by table, and tags of the rows that are written once. `counts`:
    how many rows a table held, and how many more than before by steps since the checkpoint before."""

    case_id: UUID
    seq: int
    head: str
    tables: dict[str, str]
    written: list[str]
    counts: dict[str, list[int]]


# A row that says who may act: its table, its key, its tag; without a tag it was taken away.
Standing = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Rest:
    """What a checkpoint says beside the cases. `base`: what the first one saw, with which it begins that the service vouches for
    what it writes; `acts`: the digest of the seals of those transactions that are new; `standing`: rows of who may act, all at
    first and then those that changed; `found`: (where, what) did not hold when it was made."""

    base: str = ""
    acts: str = ""
    standing: list[Standing] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One as it is kept: `body` is the exact text that was signed; `hash` = SHA-256 of it."""

    n: int
    at: datetime
    body: str
    hash: bytes
    key: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """The content of a checkpoint's body."""

    n: int
    at: datetime
    before: str
    span: Span
    leaves: list[Leaf]
    rest: Rest = Rest()


@dataclass(frozen=True, slots=True)
class _Body:
    """The same as JSON has it."""

    n: int
    at: str
    before: str
    span: tuple[int, str | None, str, str | None]
    cases: list[list[Any]]
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: which part of the record, where, how, and which checkpoint last vouched for it."""

    where: str
    what: str
    since: int | None


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half, in base64: safe to hand to anybody."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def next_span(last: Span | None, *, epoch: int, until: str) -> Span:
    """Where the next checkpoint goes on: within the span of the last, or from its end."""
    if last is None or last.epoch != epoch:
        return Span(epoch, None, until, None)
    return last if last.after is not None else Span(epoch, last.until, until, None)


def written(statement: Statement) -> str:
    """The text that is signed."""
    span = statement.span
    return json.dumps(
        {
            "n": statement.n, "at": statement.at.isoformat(), "before": statement.before,
            "span": [span.epoch, span.since, span.until, span.after and str(span.after)],
            "cases": [[str(x.case_id), x.seq, x.head, x.tables, x.written, x.counts] for x in statement.leaves],
            "rest": asdict(statement.rest),
        },
        separators=(",", ":"), sort_keys=True,
    )  # fmt: skip


@lru_cache(maxsize=1)  # read where its faults are looked for, and again where it is taken in
def read(body: str) -> Statement:
    """The statement again; raises ValueError or TypeError for what `written` did not write."""
    said = _Body(**json.loads(body))
    epoch, since, until, after = said.span
    leaves = [Leaf(UUID(case), *rest, *([] if rest[4:] else [{}])) for case, *rest in said.cases]
    span = Span(epoch, since, until, UUID(after) if after else None)
    return Statement(said.n, datetime.fromisoformat(said.at), said.before, span, leaves, Rest(**said.rest))


def sign(statement: Statement, key: Ed25519PrivateKey) -> Checkpoint:
    """The checkpoint of a statement."""
    body = written(statement)
    return Checkpoint(
        statement.n, statement.at, body, hashlib.sha256(body.encode()).digest(), public_key(key),
        key.sign(DOMAIN + body.encode()),
    )  # fmt: skip


def faults(checkpoint: Checkpoint, before: bytes, n: int, trusted: Iterable[str]) -> Iterable[str]:
    """What is wrong with a checkpoint that should be number `n` and follow the one with hash `before`."""
    if checkpoint.n != n:
        yield f"checkpoint {n} is missing"
        return
    if checkpoint.key not in trusted:
        yield "it is signed with a key that is not trusted"
    elif not _signed(checkpoint):
        yield "the signature does not fit what it says"
    if hashlib.sha256(checkpoint.body.encode()).digest() != checkpoint.hash:
        yield "its hash does not fit what it says"
    try:
        said = read(checkpoint.body)
    except (ValueError, TypeError):
        yield "what it says cannot be read"
        return
    if (said.n, said.at) != (checkpoint.n, checkpoint.at):
        yield "its number or time was changed"
    if said.before != before.hex():
        yield "it does not follow the checkpoint before it"


def _signed(checkpoint: Checkpoint) -> bool:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(checkpoint.key))
    try:
        key.verify(checkpoint.signature, DOMAIN + checkpoint.body.encode())
    except InvalidSignature:
        return False
    return True


def differing(leaf: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The tables whose rows are not what the leaf says."""
    return sorted(name for name in leaf.keys() | now.keys() if leaf.get(name) != now.get(name))


def uneven(was: Mapping[str, list[int]], now: Mapping[str, list[int]]) -> list[str]:
    """The tables that hold more or fewer rows than they did and steps since then account for; events are in the chain."""
    if not was:
        return []
    none = [0, 0]
    return sorted(
        name for name in (was.keys() | now.keys()) - {"event"}
        if now.get(name, none)[0] - now.get(name, none)[1] != was.get(name, none)[0]
    )  # fmt: skip
