"""What concerns the resident: the query code, seeing personal data in clear, looking a phone up."""

import uuid
from datetime import datetime

from app.cases.actions.codes import petitioners_phones, send_code
from app.cases.actions.step import advance, begin
from app.cases.queries.access import beside, visible_to
from app.cases.queries.case_page import open_parties, open_texts
from app.cases.queries.corrections import list_corrections
from app.cases.queries.notices import get_notice, no_text
from app.cases.queries.standing import require_involved, require_unrestricted
from app.cases.rules import LIVE
from app.cases.schemas.correcting import InClearOut
from app.cases.schemas.shown import CodeOut, Delivered, OtherCaseOut
from app.core import errors
from app.core.access import Actor, Permission
from app.core.crypto import keys
from app.core.database import Connection, Parameters
from app.core.looks import log_reading, look_in_clear
from app.core.rows import fetch_all, shown
from app.notices.rules import NoticeKind
from app.reference.actions import ActionContext


async def reissue_code(act: ActionContext, case_id: uuid.UUID) -> tuple[CodeOut, str | None, int]:
    """The code before stops working. The new one goes to the petitioner's phone and is shown to nobody here; where nobody has a
    phone it is given, to be printed and handed over, and that it was seen is logged. With the new version of the case."""
    case = await begin(act, case_id, "reissue_code")
    issue = case.row.query_issue + 1
    code = keys().query_code(str(case_id), issue)
    await act.conn.execute("update cases set query_hash = $2 where id = $1", case_id, keys().query_hash(code))
    phones = petitioners_phones(await open_parties(act.conn, case_id))
    for phone in phones:
        await send_code(act.conn, case_id, issue, phone, now=act.now)
    delivered = Delivered.SMS if phones else Delivered.PRINTED
    if not phones:
        await log_reading(act.conn, case_id, "query_code", "reissue_code", actor=act.actor, now=act.now)
    await advance(act, case, "reissue_code", columns={"query_issue": issue}, facts={"delivered": delivered.value})
    return CodeOut(case.row.number, delivered), None if phones else code, case.facts.version + 1


async def reveal(conn: Connection, case_id: uuid.UUID, *, reason: str, actor: Actor, now: datetime) -> InClearOut:
    """Parties, place and texts in clear, and the log entry that says who saw them and why; raises NotFound or Forbidden."""
    await require_involved(conn, case_id, Permission.PARTY_REVEAL, actor=actor)
    await require_unrestricted(conn, case_id, reason)
    await look_in_clear(conn, case_id, "parties", reason, actor=actor, now=now)
    written = await open_texts(conn, case_id)
    before = await list_corrections(conn, case_id, actor=actor, clear=True)
    return shown(InClearOut, written, corrections=before)


async def open_notice(
    conn: Connection, notice: uuid.UUID, *, reason: str, actor: Actor, now: datetime
) -> tuple[str, NoticeKind]:
    """A notice with its addressees in clear, to be printed and served; logged. Raises NotFound, Forbidden or Conflict."""
    found = await get_notice(conn, notice, actor=actor)
    await require_involved(conn, found.case_id, Permission.PARTY_REVEAL, actor=actor)
    await require_unrestricted(conn, found.case_id, reason)
    if found.html is None:
        raise no_text()
    await look_in_clear(conn, found.case_id, f"notice {found.kind}", reason, actor=actor, now=now)
    return found.html, found.kind


async def same_phone(
    conn: Connection, case_id: uuid.UUID, *, party: uuid.UUID, reason: str, actor: Actor, now: datetime
) -> list[OtherCaseOut]:
    """Other cases with this party's phone that the caller may see anyway, from a live case only; logged."""
    await require_involved(conn, case_id, Permission.PARTY_REVEAL, actor=actor)
    await require_unrestricted(conn, case_id, reason)
    if await conn.fetchval("select status from cases where id = $1", case_id) not in LIVE:
        raise errors.Conflict("只能从在办件查询。", "A look-up starts from a live case only.")
    await look_in_clear(conn, case_id, "phone", reason, actor=actor, now=now)
    parameters = Parameters([case_id, party])
    same = "t.case_id <> $1 and t.phone_index = (select phone_index from party where case_id = $1 and id = $2)"
    columns = "c.id, c.number, c.status, c.kind, c.category, c.registered_at"
    return await fetch_all(
        conn,
        OtherCaseOut,
        f"select distinct * from ({beside(actor, parameters, 'party t', [same], columns=columns)}) c"
        " order by c.registered_at desc, c.id limit 50",
        *parameters,
    )


async def still_seen(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> bool:
    """Whether the case is still visible to the actor: refusing an offer ends the access it gave."""
    parameters = Parameters([case_id])
    where = visible_to(actor, parameters)
    return bool(await conn.fetchval(f"select exists (select from cases c where c.id = $1 and {where})", *parameters))
