"""Who somebody is: posts behind a login or a key, and who is on duty."""

import asyncio
import hashlib
import hmac
import uuid
from datetime import datetime
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.access import Actor, Permission, Post, Role
from app.core.database import Connection
from app.core.errors import Unauthenticated

# 19 MiB, two passes: the first choice of the OWASP password storage sheet, 20 ms here.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """argon2id."""
    return _hasher.hash(password)


async def find_by_password(conn: Connection, login: str, password: str) -> Actor:
    """The actor behind a login. The same work and the same words whether the login or the password is wrong."""
    row = await conn.fetchrow(
        "select a.staff, a.password_hash from account a join staff s on s.id = a.staff"
        " where a.login = $1 and not a.disabled and s.active",
        login,
    )
    stored = row["password_hash"] if row else _NOBODY
    fits = await asyncio.to_thread(_hasher.verify, password, stored)
    if row is None or not fits:
        raise Unauthenticated("账号或密码有误。", "Wrong login or password.")
    return await get_actor(conn, row["staff"])


_POSTS = """
    select p.id, p.role, p.unit, u.path::text as unit_path, p.area, a.tier
    from post p join unit u on u.code = p.unit join area a on a.code = p.area
    where p.staff = $1 order by p.id
"""


async def get_actor(conn: Connection, staff: uuid.UUID) -> Actor:
    """The actor a member of staff is, with every post held."""
    rows = await conn.fetch(_POSTS, staff)
    return Actor(id=str(staff), kind="staff", posts=tuple(_post(r) for r in rows))


def _post(row: Any) -> Post:
    return Post(row["id"], Role(row["role"]), row["unit"], row["unit_path"], row["area"], row["tier"])


async def find_key(conn: Connection, credential: str, now: datetime) -> tuple[Actor, str | None]:
    """The machine behind an API key, and the source system whose ids it may bring; raises Unauthenticated."""
    _, _, rest = credential.partition("_")
    identity, _, secret = rest.partition("_")
    row = await conn.fetchrow(
        "select k.id, k.hash, k.scopes, k.source_system, k.unit, u.path::text as unit_path, k.area, a.tier"
        " from api_key k join unit u on u.code = k.unit join area a on a.code = k.area"
        " where k.id = $1 and not k.disabled and (k.expires_at is null or k.expires_at > $2)",
        identity, now,
    )  # fmt: skip
    given = hashlib.sha256(secret.encode("utf-8", "replace")).digest()
    if row is None or not hmac.compare_digest(row["hash"], given):
        raise Unauthenticated("密钥无效、已过期或已停用。", "The API key is invalid, expired or disabled.")
    post = Post(f"key:{row['id']}", Role.INTEGRATION, row["unit"], row["unit_path"], row["area"], row["tier"])
    scopes = frozenset(Permission(scope) for scope in row["scopes"])
    return Actor(id=row["id"], kind="key", posts=(post,), scopes=scopes), row["source_system"]


async def list_on_duty(conn: Connection, *, unit: str | None, area: str | None, after: str, limit: int) -> list[Any]:
    """Posts with their holders, by unit or area; names of staff on duty, no private data."""
    return await conn.fetch(
        "select p.id as post, p.role, p.unit, u.name as unit_name, p.area, s.id as staff, s.name"
        " from post p join staff s on s.id = p.staff join unit u on u.code = p.unit join area a on a.code = p.area"
        " where s.active and ($1::text is null or p.unit = $1)"
        " and ($2::text is null or a.path <@ (select path from area where code = $2))"
        " and p.id > $3 order by p.id limit $4",
        unit, area, after, limit,
    )  # fmt: skip
