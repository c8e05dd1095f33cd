"""Access tokens: a short-lived JWT (HS256, key derived from the master key) that holds the actor's posts."""

from datetime import datetime, timedelta
from functools import lru_cache

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.core.access import Actor, Post, Role
from app.core.crypto import keys
from app.core.errors import Unauthenticated
from app.core.settings import settings


@lru_cache(maxsize=1)
def _key() -> OctKey:
    return OctKey.import_key(keys().derive("token"))


def issue(actor: Actor, city: str, now: datetime) -> tuple[str, int]:
    """A token for `actor` in `city`, and its life in seconds."""
    life = timedelta(minutes=settings().token_minutes)
    posts = [[p.id, p.role.value, p.unit, p.unit_path, p.area, p.tier] for p in actor.posts]
    claims: jwt.Claims = {
        "iss": "gridcase", "aud": city, "sub": actor.id, "iat": int(now.timestamp()),
        "exp": int((now + life).timestamp()), "posts": posts,
        "home": actor.home_path,
    }  # fmt: skip
    return jwt.encode({"alg": "HS256"}, claims, _key()), int(life.total_seconds())


def read(token: str, city: str, now: datetime) -> Actor:
    """The actor a token names; raises Unauthenticated when it is expired at `now`, foreign or forged."""
    try:
        decoded = _decode(token)
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            exp={"essential": True},
            aud={"essential": True},
            sub={"essential": True},
            iss={"essential": True, "value": "gridcase"},
        ).validate(decoded.claims)
        if decoded.claims["aud"] != city:
            raise Unauthenticated("该凭证属于另一城市。", "This token belongs to another city.")
        home = str(decoded.claims["home"])
        posts = tuple(Post(i, Role(r), u, up, a, t) for i, r, u, up, a, t in decoded.claims["posts"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated(
            "凭证无效或已过期，请重新登录。", "The token is invalid or expired; get a new one from POST /v1/tokens."
        ) from error
    return Actor(id=str(decoded.claims["sub"]), kind="staff", posts=posts, home_path=home)


@lru_cache(maxsize=4096)
def _decode(token: str) -> jwt.Token:
    """The signature is checked once for each token; its claims (the expiry) at every use."""
    return jwt.decode(token, _key(), algorithms=["HS256"])
