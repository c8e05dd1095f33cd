"""JSON bytes of rows: instants as RFC 3339, ids as text."""

import json
import uuid
from datetime import date, datetime
from typing import Any


def _default(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: Any) -> bytes:
    """UTF-8 JSON; raises TypeError for what has no JSON form."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_default).encode()
