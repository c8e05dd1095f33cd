"""What the proxy does with the authority as a whole (it is filed, given back, carried to its end), and what proves it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from app.attachments.actions import Store, open_content
from app.attachments.queries import LoadedAttachment, get_attachment
from app.cases.actions.notes import keep_note
from app.core import errors
from app.core.database import uuid7
from app.core.geometry import to_wgs84
from app.core.looks import log_reading
from app.proxy.actions.step import begin, end, keep_papers, move
from app.proxy.queries import PlannedErrand, ProxyRow, find_errand, list_duties
from app.proxy.rules import ERRANDS, NEEDS, ErrandKind, Power, State, Told, beyond, close_refused
from app.proxy.schemas import ErrandPlaceIn
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
    ((pending, reports),) = await act.conn.fetch(_TALLY, proxy_id)
    owed = [duty for duty in await list_duties(act.conn, proxy_id) if duty.told_at is None]
    why = close_refused(open_errands=pending, open_notices=len(owed), reported=bool(reports))
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


_PLAN = """
    insert into proxy_errand (id, proxy, kind, state, unit, plan, planned_at) values ($1, $2, $3, 'planned', $4, $5, $6)
"""
_MOVE = "update proxy_errand set state = $2 where id = $1"
_FINISH = """
    update proxy_errand set state = 'done', done_at = $2, recorded_at = $3, words = $4, reply = $5, crs = $6,
        point = st_setsrid(st_makepoint($7::float8, $8::float8), 4326)
    where id = $1
"""
_PASSING = """
    insert into proxy_passing (proxy, notice, method, at, due, words, recorded_at) values ($1, $2, $3, $4, $5, $6, $7)
"""


def _require_power(proxy: ProxyRow, needed: Power | None) -> None:
    why = beyond(needed, proxy.powers)
    if why is not None:
        raise errors.Forbidden(why.zh, why.en)


def _require_in_time(act: ActionContext, at: datetime, *, since: datetime) -> None:
    if not since <= at <= act.now:
        raise errors.Invalid(
            "时间须在安排（或收到文书）之后、现在之前。", "The time lies between the plan (or the notice) and now.",
            pointer="#/body/at",
        )  # fmt: skip


async def plan_errand(
    act: ActionContext, proxy_id: uuid.UUID, *, kind: ErrandKind, plan: str, unit: str | None
) -> None:  # fmt: skip
    """Within the powers: `file` needs submit_materials, `ask` and `urge` enquire, `accompany` attend_sessions,
    `fetch_reply` receive_notices; `report_back` none."""
    proxy = await begin(act, proxy_id, "plan_errand")
    _require_power(proxy, NEEDS[kind])
    if unit is not None and unit not in act.reference.heights:
        raise errors.Invalid("没有这个单位。", "There is no such unit.", pointer="#/body/unit")
    note, made = await keep_note(act, proxy, "errand_plan", plan), uuid7()
    await act.conn.execute(_PLAN, made, proxy_id, kind.value, unit, note.id, act.now)
    facts = {"errand": str(made), "what": kind.value, "unit": unit, **note.said}
    await move(act, proxy, "plan_errand", facts=facts)


async def _begin(
    act: ActionContext, proxy_id: uuid.UUID, errand_id: uuid.UUID, action: str
) -> tuple[ProxyRow, PlannedErrand]:  # fmt: skip
    """The proxy and its errand, when this step may be taken now."""
    proxy = await begin(act, proxy_id, action)
    errand = await find_errand(act.conn, errand_id, proxy_id)
    if errand is None:
        raise errors.Invalid("没有这项代办事项。", "There is no such errand.", pointer="#/body/errand")
    ERRANDS.check_state(errand, action, act.actor, act.now)
    return proxy, errand


async def begin_errand(act: ActionContext, proxy_id: uuid.UUID, *, errand: uuid.UUID) -> None:
    """It is under way."""
    proxy, found = await _begin(act, proxy_id, errand, "begin_errand")
    _require_power(proxy, NEEDS[found.kind])
    await act.conn.execute(_MOVE, errand, "doing")
    await move(act, proxy, "begin_errand", facts={"errand": str(errand), "what": found.kind.value})


async def finish_errand(
    act: ActionContext, proxy_id: uuid.UUID, *, errand: uuid.UUID, at: datetime, words: str, reply: str | None,
    place: ErrandPlaceIn | None, attachments: Sequence[uuid.UUID],
) -> None:  # fmt: skip
    """With its proof: words, time, one point of a named system, files of the case, what the unit answered."""
    proxy, found = await _begin(act, proxy_id, errand, "finish_errand")
    _require_power(proxy, NEEDS[found.kind])
    _require_in_time(act, at, since=found.planned_at)
    done = await keep_note(act, proxy, "errand_done", words)
    replied = await keep_note(act, proxy, "errand_reply", reply) if reply else None
    lon, lat = to_wgs84(place.lon, place.lat, place.crs) if place else (None, None)
    crs = place.crs.value if place else None
    await act.conn.execute(
        _FINISH, errand, at, act.now, done.id, replied.id if replied else None, crs, lon, lat
    )  # fmt: skip
    await keep_papers(act, proxy.case_id, attachments, errand=errand)
    facts = {
        "errand": str(errand), "what": found.kind.value, "done_at": at.timestamp(), "crs": crs,
        "attachments": [str(a) for a in attachments], **done.said,
        **({f"reply_{name}": value for name, value in replied.said.items()} if replied else {}),
    }  # fmt: skip
    await move(act, proxy, "finish_errand", facts=facts)


async def drop_errand(act: ActionContext, proxy_id: uuid.UUID, *, errand: uuid.UUID, reason: str) -> None:
    """It is no longer needed, with why."""
    proxy, found = await _begin(act, proxy_id, errand, "drop_errand")
    note = await keep_note(act, proxy, "errand_dropped", reason)
    await act.conn.execute(_MOVE, errand, "dropped")
    await move(act, proxy, "drop_errand", facts={"errand": str(errand), "what": found.kind.value, **note.said})


async def pass_on(
    act: ActionContext, proxy_id: uuid.UUID, *, notice: uuid.UUID, method: Told, at: datetime, words: str
) -> None:
    """The resident was told of a notice, within one working day (D2). It serves nothing: the resident's own times run from
    service as the law has it."""
    proxy = await begin(act, proxy_id, "pass_on")
    _require_power(proxy, Power.RECEIVE_NOTICES)
    duty = next((d for d in await list_duties(act.conn, proxy_id) if d.notice == notice), None)
    if duty is None:
        raise errors.Invalid("没有这份待转告的文书。", "There is no such notice to pass on.", pointer="#/body/notice")
    if duty.passed_at is not None:
        raise errors.Conflict("该文书已转告并登记。", "This notice was passed on already.")
    _require_in_time(act, at, since=duty.since)
    note, due = await keep_note(act, proxy, "notice_passed_on", words), duty.owed_by(act.reference)
    await act.conn.execute(_PASSING, proxy_id, notice, method.value, at, due, note.id, act.now)
    facts = {
        "notice": duty.kind, "notice_id": str(notice), "method": method.value, "told_at": at.timestamp(),
        "due": due.timestamp(), **note.said,
    }  # fmt: skip
    await move(act, proxy, "pass_on_notice", facts=facts)
