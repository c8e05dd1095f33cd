"""What a proxy does for the resident, each with its proof; and passing on what the resident is to be told in writing."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.actions.step import write_note
from app.core import errors
from app.core.database import uuid7
from app.core.geometry import Crs, to_wgs84
from app.proxy import queries
from app.proxy.actions.step import Begun, begin, keep_papers, move
from app.proxy.rules import ERRAND_MOVES, NEEDS, ErrandKind, ErrandState, Power, Told, beyond, errand_refused
from app.reference.actions import ActionContext

_PLAN = "insert into proxy_errand (id, proxy, kind, state, unit, plan, planned_at) values ($1, $2, $3, 'planned', $4, $5, $6)"
_FINISH = """
    update proxy_errand set state = 'done', done_at = $2, recorded_at = $3, words = $4, reply = $5, crs = $6,
        point = st_setsrid(st_makepoint($7::float8, $8::float8), 4326)
    where id = $1
"""
_TELL = """
    insert into proxy_passing (proxy, notice, method, at, due, words, recorded_at) values ($1, $2, $3, $4, $5, $6, $7)
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that an errand was done: when, in which words, where (one point of a named system), what was answered."""

    at: datetime
    words: str
    reply: str | None = None
    point: tuple[float, float] | None = None
    crs: Crs | None = None
    attachments: Sequence[uuid.UUID] = ()


def _within(begun: Begun, needed: Power | None) -> None:
    authority = queries.authority_of(begun.row)
    why = beyond(needed, authority.powers if authority else ())
    if why is not None:
        raise errors.Forbidden(why.zh, why.en)


async def plan_errand(act: ActionContext, proxy: uuid.UUID, *, kind: ErrandKind, plan: str, unit: str | None) -> None:
    """安排一项代办, within the powers. Raises Forbidden beyond them, Invalid for a unit that is not there."""
    begun = await begin(act, proxy, "plan_errand")
    _within(begun, NEEDS[kind])
    if unit is not None and not await act.conn.fetchval("select true from unit where code = $1", unit):
        raise errors.Invalid("没有这个单位。", "There is no such unit.", pointer="#/body/unit")
    note, said = await write_note(act, begun.case, "errand_plan", plan)
    made = uuid7()
    await act.conn.execute(_PLAN, made, proxy, kind.value, unit, note, act.now)
    await move(act, begun, "plan_errand", facts={"errand": str(made), "what": kind.value, "unit": unit, **said})


async def _errand(act: ActionContext, begun: Begun, errand: uuid.UUID, action: str) -> Any:
    row = await act.conn.fetchrow("select * from proxy_errand where id = $1 and proxy = $2", errand, begun.id)
    if row is None:
        raise errors.Invalid("没有这项代办事项。", "There is no such errand.", pointer="#/body/errand")
    refused = errand_refused(action, ErrandState(row["state"]))
    if refused is not None:
        raise errors.ActionRefused(refused.zh, refused.en, allowed=[])
    return row


async def begin_errand(act: ActionContext, proxy: uuid.UUID, *, errand: uuid.UUID) -> None:
    """Under way."""
    begun = await begin(act, proxy, "begin_errand")
    row = await _errand(act, begun, errand, "begin_errand")
    _within(begun, NEEDS[ErrandKind(row["kind"])])
    state = ERRAND_MOVES["begin_errand"][1].value
    await act.conn.execute("update proxy_errand set state = $2 where id = $1", errand, state)
    await move(act, begun, "begin_errand", facts={"errand": str(errand), "what": row["kind"]})


async def finish_errand(act: ActionContext, proxy: uuid.UUID, *, errand: uuid.UUID, proof: Proof) -> None:
    """Done, with its proof, at a time while the authority stood. The powers must hold it still."""
    begun = await begin(act, proxy, "finish_errand")
    row = await _errand(act, begun, errand, "finish_errand")
    _within(begun, NEEDS[ErrandKind(row["kind"])])
    _in_time(act, proof.at, since=row["planned_at"], field="at")
    words, said = await write_note(act, begun.case, "errand_done", proof.words)
    reply, answered = await write_note(act, begun.case, "errand_reply", proof.reply) if proof.reply else (None, {})
    lon, lat = to_wgs84(*proof.point, proof.crs) if proof.point and proof.crs else (None, None)
    await act.conn.execute(
        _FINISH, errand, proof.at, act.now, words, reply, proof.crs.value if proof.crs else None, lon, lat
    )  # fmt: skip
    await keep_papers(act, begun.row["case_id"], proof.attachments, proves="errand", found=errand, purpose=None)
    facts = {
        "errand": str(errand), "what": row["kind"], "done_at": proof.at.timestamp(), "crs": proof.crs,
        "attachments": [str(a) for a in proof.attachments], **said,
        **{f"reply_{name}": value for name, value in answered.items()},
    }  # fmt: skip
    await move(act, begun, "finish_errand", facts=facts)


def _in_time(act: ActionContext, at: datetime, *, since: datetime, field: str) -> None:
    if not since <= at <= act.now:
        raise errors.Invalid(
            "时间须在安排（或收到文书）之后、现在之前。", "The time lies between the plan (or the notice) and now.",
            pointer=f"#/body/{field}",
        )  # fmt: skip


async def drop_errand(act: ActionContext, proxy: uuid.UUID, *, errand: uuid.UUID, reason: str) -> None:
    """No longer needed, with why."""
    begun = await begin(act, proxy, "drop_errand")
    row = await _errand(act, begun, errand, "drop_errand")
    _, said = await write_note(act, begun.case, "errand_dropped", reason)
    await act.conn.execute("update proxy_errand set state = $2 where id = $1", errand, ErrandState.DROPPED.value)
    await move(act, begun, "drop_errand", facts={"errand": str(errand), "what": row["kind"], **said})


async def pass_on(
    act: ActionContext, proxy: uuid.UUID, *, notice: uuid.UUID, method: Told, at: datetime, words: str
) -> None:
    """转告文书: the resident was told of a notice (D2). It serves nothing: that is the organ's to do and to record."""
    begun = await begin(act, proxy, "pass_on")
    _within(begun, Power.RECEIVE_NOTICES)
    duties = await queries.list_duties(act.conn, proxy)
    duty = next((d for d in duties if d["notice"] == notice), None)
    if duty is None:
        raise errors.Invalid("没有这份待转告的文书。", "There is no such notice to pass on.", pointer="#/body/notice")
    if duty["passed_at"] is not None:
        raise errors.Conflict("该文书已转告并登记。", "This notice was passed on already.")
    _in_time(act, at, since=duty["since"], field="at")
    note, said = await write_note(act, begun.case, "notice_passed_on", words)
    due = queries.duty_due(duty, act.reference)
    await act.conn.execute(_TELL, proxy, notice, method.value, at, due, note, act.now)
    facts = {"notice": duty["kind"], "notice_id": str(notice), "method": method.value, "told_at": at.timestamp(),
             "due": due.timestamp(), **said}  # fmt: skip
    await move(act, begun, "pass_on_notice", facts=facts)
