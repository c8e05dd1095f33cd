"""Staff, posts, accounts and keys."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core import errors, looks
from app.core.access import Actor, Permission, Post, Role
from app.core.database import Connection
from app.core.tokens import REMEMBERED, Account, Session
from app.staff.queries import get_actor


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff to load."""

    id: uuid.UUID
    name: str
    unit: str
    full_time: bool = True


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post to load."""

    id: str
    role: str
    unit: str
    area: str
    staff: uuid.UUID | None


async def load_staff(conn: Connection, people: Sequence[StaffRow], posts: Sequence[PostRow]) -> None:
    """Add or bring up to date."""
    await conn.executemany(
        "insert into staff (id, name, unit, full_time) values ($1, $2, $3, $4)"
        " on conflict (id) do update set name = $2, unit = $3, full_time = $4",
        [(p.id, p.name, p.unit, p.full_time) for p in people],
    )
    await conn.executemany(
        "insert into post (id, role, unit, area, staff) values ($1, $2, $3, $4, $5)"
        " on conflict (id) do update set role = $2, unit = $3, area = $4, staff = $5",
        [(p.id, p.role, p.unit, p.area, p.staff) for p in posts],
    )


async def set_account(conn: Connection, login: str, staff: uuid.UUID, password_hash: str) -> Account:
    """Create a login or give it another password, which ends every log-in of it."""
    version = await conn.fetchval(
        "insert into account (login, staff, password_hash) values ($1, $2, $3)"
        " on conflict (login) do update set staff = $2, password_hash = $3, version = account.version + 1"
        " returning version",
        login, staff, password_hash,
    )  # fmt: skip
    return Account(login, staff, version)


async def end_sessions(conn: Connection, session: Session, *, everywhere: bool, now: datetime) -> None:
    """This log-in ends, or every one of its account. What nobody could show any more is forgotten on the way."""
    if everywhere:
        await conn.execute("update account set version = version + 1 where login = $1", session.account.login)
    await conn.execute("insert into ended_session (id, until) values ($1, $2)", session.id, session.until)
    await conn.execute("delete from ended_session where until < $1", now - REMEMBERED)


async def make_key(
    conn: Connection, *, name: str, unit: str, area: str, scopes: Sequence[str], source_system: str | None = None,
    secret: str | None = None, key_id: str | None = None,
) -> str:  # fmt: skip
    """A new API key; the whole key is returned once and only its SHA-256 is kept."""
    identity = key_id or secrets.token_hex(6)
    secret = secret or secrets.token_urlsafe(32)
    await conn.execute(
        "insert into api_key (id, name, hash, unit, area, scopes, source_system) values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (id) do update set name = $2, hash = $3, unit = $4, area = $5, scopes = $6, source_system = $7",
        identity, name, hashlib.sha256(secret.encode()).digest(), unit, area, list(scopes), source_system,
    )  # fmt: skip
    return f"gck_{identity}_{secret}"


async def keep_at_hand(conn: Connection, staff: Sequence[uuid.UUID]) -> None:
    """What these people hold is not handed over until the transaction ends: ask of them afterwards what they may be given."""
    await conn.execute("select hold_staff($1, false)", list(staff))


async def vacate(conn: Connection, staff: uuid.UUID, posts: Sequence[str]) -> None:
    """These seats stand empty, as far as this person holds them."""
    await conn.execute("update post set staff = null where id = any($1) and staff = $2", list(posts), staff)


async def seat(conn: Connection, staff: uuid.UUID, post: str) -> None:
    """This person holds an empty seat from now on."""
    await conn.execute("update post set staff = $2 where id = $1 and staff is null", post, staff)


async def lift_looks(
    conn: Connection, staff: uuid.UUID, cases: int, reason: str, *, actor: Actor, now: datetime
) -> looks.Lift:
    """Let a member of staff see people of more cases in clear, for a day. Raises NotFound, and Forbidden for who is not the
    head of their unit or of one above it, in all that they hold; nobody lifts their own."""
    person = await get_actor(conn, staff)
    if not person.posts:
        raise errors.NotFound
    heads = [post for post in actor.posts if post.role is Role.ORGAN_HEAD]
    if actor.id == person.id or not all(any(_above(head, post) for head in heads) for post in person.posts):
        raise errors.Forbidden(
            "只有其本单位或上级单位的负责人可以提高，且不能为自己提高。",
            "Only the head of their unit, or of one above it, may raise it, and nobody their own.",
            needs=Permission.REVEAL_LIFT.value,
        )  # fmt: skip
    return await looks.lift_bound(conn, person.who, cases, reason, actor=actor, now=now)


def _above(head: Post, post: Post) -> bool:
    if head.unit == post.unit:
        return post.role is not Role.ORGAN_HEAD
    return post.unit_path.startswith(f"{head.unit_path}.")
