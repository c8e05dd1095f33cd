"""Logging in, and who is on duty."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.core.bodies import Closed, Items
from app.core.texts import Reason


class LoginIn(Closed):
    """A local account."""

    login: Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.\-]{1,64}$")]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TokenOut(BaseModel):
    """A bearer token and its life in seconds."""

    access_token: str
    token_type: str
    expires_in: int


class LogOutIn(Closed):
    """Which log-ins end."""

    all: bool = Field(default=False, description="Every log-in of this account, not this one alone")


class LogOutOut(BaseModel):
    """What was ended."""

    ended: Literal["this", "all"]


class PostOut(BaseModel):
    """A post of the caller."""

    id: str
    role: str
    unit: str
    area: str


class MeOut(BaseModel):
    """Who the caller is here, and may do."""

    id: str
    kind: str
    name: str | None
    posts: list[PostOut]
    permissions: list[str]


class LiftIn(Closed):
    """How many cases somebody may see people of in clear within a day, for a day from now, and why."""

    cases: Annotated[int, Field(ge=1, le=500)]
    reason: Reason


@dataclass(frozen=True, slots=True)
class LiftOut:
    """A bound that was raised, until then."""

    staff: uuid.UUID
    cases: int
    until: datetime


@dataclass(frozen=True, slots=True)
class OnDutyOut:
    """A member of staff on a post."""

    post: str
    role: str
    unit: str
    unit_name: str
    area: str
    staff: uuid.UUID
    name: str


class OnDutyPage(Items[OnDutyOut]):
    """Posts by id."""
