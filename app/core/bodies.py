"""What bodies of requests, and what answers that list something, have in common."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Closed(BaseModel):
    """A body that refuses fields it does not know: a misspelt field is never silently lost."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Measure:
    """The most that a body holds: bytes of JSON, and members of its objects and lists altogether."""

    bytes: int
    members: int = 0


class Items(BaseModel, Generic[T]):
    """An answer that lists something."""

    items: list[T]
