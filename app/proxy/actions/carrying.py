"""What the proxy does with the authority as a whole (it is filed, given back, carried to its end), and what proves it."""

import uuid

from app.attachments.actions import Store, open_content
from app.attachments.queries import LoadedAttachment, get_attachment
from app.cases.actions.notes import keep_note
from app.cases.actions.resident import log_reading
from app.core import errors
from app.proxy.actions.step import begin, end, move
from app.proxy.queries.duties import list_duties
from app.proxy.rules import State, close_refused
from app.reference.actions import ActionContext

_TALLY = """
    select count(*) filter (where state in ('planned', 'doing')) as pending,
        count(*) filter (where state = 'done' and kind = 'report_back') as reports
    from proxy_errand where proxy = $1
"""
_PROOF = "select exists (select from proxy_paper where attachment = $1 and case_id = $2)"


async def file(act: ActionContext, proxy_id: uuid.UUID, *, filing_number: str) -> None:
    """By the next working day (D1): a copy of the authority is filed under this number."""
    proxy = await begin(act, proxy_id, "file")
    columns = {"state": State.REPORTING.value, "filing_number": filing_number, "filed_at": act.now}
    await move(act, proxy, "file_proxy", columns=columns, facts={"filing_number": filing_number})


async def step_down(act: ActionContext, proxy_id: uuid.UUID, *, reason: str) -> None:
    """With why; another may be asked for."""
    proxy = await begin(act, proxy_id, "step_down")
    note = await keep_note(act, proxy, "proxy_stepped_down", reason)
    await end(act, proxy, State.STEPPED_DOWN, "step_down_proxy", facts=note.said)


async def close(act: ActionContext, proxy_id: uuid.UUID) -> None:
    """No errand is open, no notice is owed, the resident was reported to. It closes no case."""
    proxy = await begin(act, proxy_id, "close")
    (tally,) = await act.conn.fetch(_TALLY, proxy_id)
    owed = [duty for duty in await list_duties(act.conn, proxy_id) if duty.told_at is None]
    why = close_refused(open_errands=tally["pending"], open_notices=len(owed), reported=bool(tally["reports"]))
    if why is not None:
        raise errors.ActionRefused(why.zh, why.en, allowed=[])
    await end(act, proxy, State.CLOSED, "close_proxy")


async def open_proof(
    act: ActionContext, case_id: uuid.UUID, *, attachment: uuid.UUID, store: Store
) -> tuple[LoadedAttachment, bytes]:
    """A file that proves something the proxy did or was given, for the resident; logged. Raises NotFound, Conflict."""
    if not await act.conn.fetchval(_PROOF, attachment, case_id):
        raise errors.NotFound("没有这份代办材料。", "There is no such file among what the proxy did.")
    found = await get_attachment(act.conn, attachment, actor=None)
    content = await open_content(found, store)
    await log_reading(act.conn, case_id, f"attachment {attachment}", "", actor=act.actor, now=act.now)
    return found, content
