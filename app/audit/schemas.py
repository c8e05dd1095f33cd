"""Looks, as the petitioner and auditors are told of them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from app.audit.rules import Pattern
from app.core.bodies import Items


class LookToldOut(BaseModel):
    """One look: of which unit, in which role, when, at what, and for what."""

    unit: str | None
    role: str | None
    at: datetime
    what: str
    kind: str | None


class LooksToldOut(Items[LookToldOut]):
    """The latest first."""


@dataclass(frozen=True, slots=True)
class LookOut:
    """One look, without what was seen and without the words of the reason; `patterns` that it falls into."""

    at: datetime
    staff: uuid.UUID | None
    name: str | None
    unit: str | None
    role: str | None
    case_id: uuid.UUID
    number: str
    what: str
    kind: str | None
    patterns: list[Pattern]


class LookPage(Items[LookOut]):
    """The latest first; the `Link` header leads to the next page."""
