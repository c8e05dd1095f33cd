"""Rows that the database numbers, as they are called outside: two numbers would tell how many came between them."""

import uuid
from typing import Annotated

from pydantic import BeforeValidator

from app.core.crypto import keys
from app.core.errors import NotFound

Veiled = Annotated[uuid.UUID, BeforeValidator(lambda found: keys().veil(found) if isinstance(found, int) else found)]


def unveiled(name: uuid.UUID) -> int:
    """The row's own number; raises NotFound for a name that was never given."""
    serial = keys().unveil(name)
    if serial is None:
        raise NotFound
    return serial
