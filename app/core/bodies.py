"""What bodies of requests, and what answers that list something, have in common."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Closed(BaseModel):
    """A body that refuses fields it does not know: a misspelt field is never silently lost."""

    model_config = ConfigDict(extra="forbid")


class Items(BaseModel, Generic[T]):
    """An answer that lists something."""

    items: list[T]
