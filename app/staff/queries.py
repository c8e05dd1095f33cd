"""Who somebody is: posts behind a login or a key, and who is on duty."""

import asyncio
import hashlib
import hmac
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.access import Actor, Permission, Post, Role
from app.core.database import Connection
from app.core.errors import Unauthenticated
from app.core.rows import fetch_all, fetch_one
from app.core.tokens import Account, Session
from app.staff.schemas import OnDutyOut

# 19 MiB, two passes: the first choice of the OWASP password storage sheet, 20 ms here.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """argon2id."""
    return _hasher.hash(password)


@dataclass(frozen=True, slots=True)
class Login:
    """A login that is not disabled."""

    staff: uuid.UUID
    version: int
    password_hash: str


async def find_login(conn: Connection, login: str) -> Login | None:
    """What a password for `login` is proved by."""
    return await fetch_one(
        conn,
        Login,
        "select a.staff, a.version, a.password_hash from account a join staff s on s.id = a.staff"
        " where a.login = $1 and not a.disabled and s.active",
        login,
    )


async def prove(found: Login | None, login: str, password: str) -> Account:
    """The account behind a login; raises Unauthenticated. The same work and the same words whether the login or the password
    is wrong. To be called without a connection: proving takes its time."""
    fits = await asyncio.to_thread(_hasher.verify, password, found.password_hash if found else _NOBODY)
    if found is None or not fits:
        raise Unauthenticated("账号或密码有误。", "Wrong login or password.")
    return Account(login, found.staff, found.version)


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody, with every post held and the unit they belong to."""

    id: str
    home_path: str
    posts: tuple[Post, ...]


_ACTOR = """
    select s.id::text as id, u.path::text as home_path, (
        select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'role', p.role, 'unit', p.unit, 'unit_path', pu.path::text,
            'area', p.area, 'tier', ar.tier) order by p.id), '[]')
        from post p join unit pu on pu.code = p.unit join area ar on ar.code = p.area where p.staff = s.id) as posts
    from staff s join unit u on u.code = s.unit
"""
_OF_SESSION = f"""
    {_ACTOR} join account a on a.staff = s.id
    where a.login = $1 and s.id = $2 and a.version = $3 and not a.disabled and s.active
        and not exists (select from ended_session e where e.id = $4)
"""


async def get_actor(conn: Connection, staff: uuid.UUID) -> Actor:
    """The actor a member of staff is now; without a post for who is not known."""
    found = await fetch_one(conn, _Person, f"{_ACTOR} where s.id = $1", staff)
    return _actor(found) if found else Actor(id=str(staff), kind="staff")


async def find_session(conn: Connection, session: Session) -> Actor:
    """The actor that a log-in is now. Raises Unauthenticated when it was ended, or the account or the person is no more."""
    account = session.account
    found = await fetch_one(conn, _Person, _OF_SESSION, account.login, account.staff, account.version, session.id)
    if found is None:
        raise Unauthenticated(
            "登录已失效，请重新登录。", "This log-in has ended; get a new token from POST /v1/tokens."
        )
    return _actor(found)


async def is_known(conn: Connection, session: Session) -> bool:
    """Whether a log-in, run out or not, is of an account as it stands, and was not ended."""
    account = session.account
    values = account.login, account.staff, account.version, session.id
    return await fetch_one(conn, _Person, _OF_SESSION, *values) is not None


def _actor(found: _Person) -> Actor:
    return Actor(id=found.id, kind="staff", posts=found.posts, home_path=found.home_path)


@dataclass(frozen=True, slots=True)
class _Key:
    """An API key that is valid now."""

    id: str
    hash: bytes
    scopes: frozenset[Permission]
    source_system: str | None
    unit: str
    unit_path: str
    area: str
    tier: str


_KEY = """
    select k.id, k.hash, k.scopes, k.source_system, k.unit, u.path::text as unit_path, k.area, a.tier
    from api_key k join unit u on u.code = k.unit join area a on a.code = k.area
    where k.id = $1 and not k.disabled and (k.expires_at is null or k.expires_at > $2)
"""


async def find_key(conn: Connection, credential: str, now: datetime) -> tuple[Actor, str | None]:
    """The machine behind an API key, and the source system whose ids it may bring; raises Unauthenticated."""
    _, _, rest = credential.partition("_")
    identity, _, secret = rest.partition("_")
    key = await fetch_one(conn, _Key, _KEY, identity, now)
    given = hashlib.sha256(secret.encode("utf-8", "replace")).digest()
    if key is None or not hmac.compare_digest(key.hash, given):
        raise Unauthenticated("密钥无效、已过期或已停用。", "The API key is invalid, expired or disabled.")
    post = Post(f"key:{key.id}", Role.INTEGRATION, key.unit, key.unit_path, key.area, key.tier)
    return Actor(id=key.id, kind="key", posts=(post,), scopes=key.scopes), key.source_system


async def list_on_duty(
    conn: Connection, *, unit: str | None, area: str | None, after: str, limit: int
) -> list[OnDutyOut]:
    """Posts with their holders, by unit or area; names of staff on duty, no private data."""
    return await fetch_all(
        conn, OnDutyOut,
        "select p.id as post, p.role, p.unit, u.name as unit_name, p.area, s.id as staff, s.name"
        " from post p join staff s on s.id = p.staff join unit u on u.code = p.unit join area a on a.code = p.area"
        " where s.active and ($1::text is null or p.unit = $1)"
        " and ($2::text is null or a.path <@ (select path from area where code = $2))"
        " and p.id > $3 order by p.id limit $4",
        unit, area, after, limit,
    )  # fmt: skip


async def members_of(conn: Connection, units: Collection[str]) -> dict[str, frozenset[uuid.UUID]]:
    """unit → who works there: belongs to it, or holds a post in it."""
    rows = await conn.fetch(
        "select unit, array_agg(staff) from (select s.unit, s.id as staff from staff s where s.active"
        " union select p.unit, s.id from post p join staff s on s.id = p.staff where s.active) m"
        " where unit = any($1::text[]) group by unit",
        list(units),
    )
    return {unit: frozenset(people) for unit, people in rows}
