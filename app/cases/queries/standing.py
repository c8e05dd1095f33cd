"""Who stands how to a case: read in one place, for its own steps and for whatever hangs on it."""

import uuid
from dataclasses import dataclass

from app.cases.queries.access import visible_to
from app.cases.queries.registry import RESTRICTIONS
from app.cases.rules import Standing
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.looks import act_of
from app.core.rows import fetch_one, read_sql

# A column of a statement in which the case is `c`, read into a field of type Standing.
STANDING = read_sql(__package__, "standing")


@dataclass(frozen=True, slots=True)
class _Stands:
    standing: Standing


async def require_involved(conn: Connection, case_id: uuid.UUID, permission: Permission, *, actor: Actor) -> None:
    """Raises NotFound for a case that the actor may not know exists, Forbidden for one that is no business of theirs."""
    p = Parameters([case_id])
    statement = f"select {STANDING} as standing from cases c where c.id = $1 and {visible_to(actor, p)}"
    found = await fetch_one(conn, _Stands, statement, *p)
    if found is None:
        raise NotFound
    check_involved(found.standing, permission, actor)


async def require_unrestricted(conn: Connection, case_id: uuid.UUID, reason: str) -> None:
    """Raises Conflict where the data of a case is only kept, unless it is seen for the archive or a court."""
    if act_of(reason) == "archive":
        return
    for restriction in RESTRICTIONS.values():
        if await conn.fetchval(f"select {restriction.sql} from cases c where c.id = $1", case_id):
            raise Conflict(restriction.words.zh, restriction.words.en)


def check_involved(standing: Standing, permission: Permission, actor: Actor) -> None:
    """The same of a case that was read already; raises Forbidden."""
    if not standing.involves(actor, permission):
        raise Forbidden(
            "本件不由您或您的单位承办、协办或登记，您可以查看，不能办理。",
            "Neither you nor your unit has a part in this case: it may be read, and nothing is done on it.",
        )
