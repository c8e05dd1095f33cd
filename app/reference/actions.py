"""The context in which every action runs."""

from dataclasses import dataclass
from datetime import datetime

from app.core.access import Actor
from app.core.calls import Call
from app.core.database import Connection
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class ActionContext:
    """Who acts, when, on which version, by which rules, over which connection (in the request's transaction). `call`: the
    step itself is to find out whether it was taken before."""

    conn: Connection
    reference: Reference
    actor: Actor
    now: datetime
    version: int
    call: Call | None = None
