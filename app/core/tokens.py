"""Access tokens: a short-lived JWT (HS256, key derived from the master key) that names a log-in, and nothing it may do."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.core.crypto import keys
from app.core.errors import Unauthenticated
from app.core.settings import settings

REMEMBERED = timedelta(days=30)  # how long a token that has run out tells that its bearer was logged in once


@dataclass(frozen=True, slots=True)
class Account:
    """A login as it stands. Another password, or a log-out everywhere, moves the version on and ends what was issued."""

    login: str
    staff: uuid.UUID
    version: int


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in, as its token says."""

    id: uuid.UUID
    account: Account
    until: datetime


@lru_cache(maxsize=1)
def _key() -> OctKey:
    return OctKey.import_key(keys().derive("token"))


def issue(account: Account, city: str, now: datetime) -> tuple[str, int]:
    """A token for a log-in at `now` in `city`, and its life in seconds."""
    life = timedelta(minutes=settings().token_minutes)
    claims: jwt.Claims = {
        "iss": "gridcase", "aud": city, "sub": str(account.staff), "iat": int(now.timestamp()),
        "exp": int((now + life).timestamp()), "acc": account.login, "ver": account.version, "sid": str(uuid.uuid4()),
    }  # fmt: skip
    return jwt.encode({"alg": "HS256"}, claims, _key()), int(life.total_seconds())


def recall(token: str, city: str, now: datetime) -> Session | None:
    """The log-in that a token named, also one that has run out, if it was issued in the last days; good for no call."""
    try:
        issued = datetime.fromtimestamp(_decode(token).claims["iat"], UTC)
        return read(token, city, issued) if now - REMEMBERED < issued <= now else None
    except (Unauthenticated, JoseError, ValueError, KeyError, TypeError, OverflowError):
        return None


def read(token: str, city: str, now: datetime) -> Session:
    """The log-in that a token names; raises Unauthenticated when it is expired at `now`, foreign or forged."""
    try:
        decoded = _decode(token)
        claims = decoded.claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            exp={"essential": True},
            aud={"essential": True},
            sub={"essential": True},
            iss={"essential": True, "value": "gridcase"},
        ).validate(claims)
        if claims["aud"] != city:
            raise Unauthenticated("该凭证属于另一城市。", "This token belongs to another city.")
        account = Account(claims["acc"], uuid.UUID(claims["sub"]), claims["ver"])
        if not account.login.isprintable() or type(account.version) is not int or account.version >= 2**31:
            raise ValueError("claims that were never made")
        return Session(uuid.UUID(claims["sid"]), account, datetime.fromtimestamp(claims["exp"], UTC))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unauthenticated(
            "凭证无效或已过期，请重新登录。", "The token is invalid or expired; get a new one from POST /v1/tokens."
        ) from error


@lru_cache(maxsize=4096)
def _decode(token: str) -> jwt.Token:
    """The signature is checked once for each token; its claims (the expiry) at every use."""
    return jwt.decode(token, _key(), algorithms=["HS256"])
