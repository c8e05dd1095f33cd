"""Everything that a case's page shows, read in one statement and opened; personal data masked."""

import uuid
from dataclasses import replace

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE_TEXT, ORIGINAL_TEXT
from app.cases.queries.one import TEXT
from app.cases.queries.registry import HIDDEN_NOTES
from app.cases.queries.working import working_parts
from app.cases.schemas.page import CaseOut, PartiesOut, PartyOut, RevealedOut
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.numbers import starred
from app.core.rows import fetch_one, read_sql
from app.notices.rules import CLOSING

_CLOSING = ", ".join(f"'{kind.value}'" for kind in sorted(CLOSING))
# The parties of the case that is named.
PARTIES = """(select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'role', p.role, 'sealed', encode(p.sealed, 'base64'),
        'seal_key', encode(key_of(p.seal_key), 'base64'), 'tell_by', p.tell_by) order by p.id), '[]')
    from party p where p.case_id = {})"""


def page_statement(actor: Actor, parameters: Parameters, *, clear: bool = False) -> str:
    """What reads the page ($1 the case) for this actor; `clear` as it was written and given. Adds to the parameters."""
    works_on = "" if clear else f"exists (select from {working_parts(actor, parameters)} and a.case_id = c.id)"
    hidden, where = parameters.add(list(HIDDEN_NOTES)), visible_to(actor, parameters)
    statement = read_sql(__package__, "case_page").format(
        hidden=hidden, merged_seen=visible_to(actor, parameters, alias="m"), closing=_CLOSING, clear=works_on or "true",
        sealed="x.sealed is not null" if clear else "x.title is null", note=ORIGINAL_TEXT if clear else NOTE_TEXT,
        description="'description'" if clear else "'shown.description|description'",
    )  # fmt: skip
    return f"{statement} where c.id = $1 and {where}"


async def read_page(conn: Connection, case_id: uuid.UUID, *, actor: Actor, clear: bool = False) -> CaseOut:
    """The page without what is said in words, personal data masked unless `clear` (which the caller logs); raises NotFound."""
    parameters = Parameters([case_id])
    page = await fetch_one(conn, CaseOut, page_statement(actor, parameters, clear=clear), *parameters)
    if page is None:
        raise NotFound
    return page if clear else masked(page)


def masked(page: CaseOut) -> CaseOut:
    """With its parties as everybody who sees the case sees them."""
    return replace(page, parties=tuple(party.masked() for party in page.parties))


async def open_parties(conn: Connection, case_id: uuid.UUID) -> tuple[PartyOut, ...]:
    """The parties in clear. Callers mask them, or log that they did not. An erased party keeps only its role."""
    found = await fetch_one(conn, PartiesOut, f"select {PARTIES.format('$1')} as items", case_id)
    return found.items if found else ()


# What is shown with stars, as it was written: the place, the report where it holds numbers of people, such notes.
_REVEALED = """
    select {parties} as items, case when {sealed} then jsonb_build_array('case_text ' || x.case_id, 'location.address',
            encode(x.sealed, 'base64'), encode(key_of(x.seal_key), 'base64')) else to_jsonb(x.address) end as address,
        {text} as text, (select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'body', {note}) order by n.at, n.id), '[]')
            from case_note n where n.case_id = x.case_id and n.sealed is not null and n.kind <> all($2::text[])) as notes
    from case_text x where x.case_id = $1
"""


async def open_texts(conn: Connection, case_id: uuid.UUID) -> RevealedOut:
    """Parties, place and texts in clear. Callers log it."""
    statement = _REVEALED.format(
        parties=PARTIES.format("$1"), sealed="x.sealed is not null", text=TEXT.format("$1"), note=ORIGINAL_TEXT
    )
    found = await fetch_one(conn, RevealedOut, statement, case_id, list(HIDDEN_NOTES))
    assert found is not None  # noqa: S101 (every case has its text)
    return replace(found, notes=tuple(n for n in found.notes if n.body is None or starred(n.body) != n.body))
