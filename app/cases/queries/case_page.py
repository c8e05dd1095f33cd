"""Everything that a case's page shows, read in one statement and opened; personal data masked."""

import uuid
from dataclasses import replace

from app.cases.queries.access import visible_to
from app.cases.queries.registry import HIDDEN_NOTES
from app.cases.schemas.page import CaseOut, PartiesOut, PartyOut
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import fetch_one, read_sql
from app.notices.rules import CLOSING

_CLOSING = ", ".join(f"'{kind.value}'" for kind in sorted(CLOSING))
_PARTIES = """
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'role', role, 'sealed', encode(sealed, 'base64'),
        'seal_key', encode(seal_key, 'base64')) order by id), '[]') as items from party where case_id = $1
"""


async def read_page(conn: Connection, case_id: uuid.UUID, *, actor: Actor, clear: bool = False) -> CaseOut:
    """The page without what is said in words, parties masked unless `clear` (which the caller logs); raises NotFound."""
    parameters = Parameters([case_id, list(HIDDEN_NOTES)])
    where = visible_to(actor, parameters)
    statement = read_sql(__package__, "case_page").format(
        merged_seen=visible_to(actor, parameters, alias="m"), closing=_CLOSING
    )
    page = await fetch_one(conn, CaseOut, f"{statement} where c.id = $1 and {where}", *parameters)
    if page is None:
        raise NotFound
    return page if clear else replace(page, parties=tuple(party.masked() for party in page.parties))


async def open_parties(conn: Connection, case_id: uuid.UUID) -> tuple[PartyOut, ...]:
    """The parties in clear. Callers mask them, or log that they did not. An erased party keeps only its role."""
    found = await fetch_one(conn, PartiesOut, _PARTIES, case_id)
    return found.items if found else ()
