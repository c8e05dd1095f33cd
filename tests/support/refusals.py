"""What every refusal must be."""

from typing import Any

from app.core.errors import CATALOGUE
from app.core.http import PROBLEM_JSON

TYPES = {f"/problems/{kind.slug}": kind.status for kind in CATALOGUE}


def refused(reply: Any, *says: str, status: int | tuple[int, ...] = 422) -> None:
    """A problem document of this status which names what to mend."""
    allowed = (status,) if isinstance(status, int) else status
    assert reply.status_code in allowed, f"{reply.status_code} {reply.text[:500]}"
    assert reply.headers["content-type"] == PROBLEM_JSON
    body = reply.json()
    assert body["status"] == reply.status_code == TYPES[body["type"]]
    pointers = [place["pointer"] for place in body.get("errors", [])]
    for word in says:
        found = word in pointers if word.startswith("#/") else word in reply.text
        assert found, f"{word!r} is not in {reply.text[:700]}"
