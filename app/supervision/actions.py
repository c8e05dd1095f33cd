"""Issuing a supervision and answering it. Every act is an event of the case; its words are notes of the case."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.cases.actions.owed import owed_by as until
from app.cases.actions.record import record
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import LIVE, PetitionClass, Status
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.errors import Words
from app.core.rows import change_row
from app.core.settings import section
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.supervision import queries
from app.supervision.rules import (
    MOVES,
    CardLevel,
    ProblemType,
    Standing,
    SupervisionKind,
    SupervisionState,
    ends,
    move_refused,
    why_not,
)
from app.supervision.settings import SupervisionSettings


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked: `unit` None is the lead; `answer_by` None is the configured number of working days (P20)."""

    kind: SupervisionKind
    text: str
    unit: str | None = None
    level: CardLevel | None = None
    problem: ProblemType | None = None
    answer_by: date | None = None


async def issue(act: ActionContext, case_id: uuid.UUID, demand: Demand) -> uuid.UUID:
    """Ask a unit that has a part in the case for a written answer.

    Raises NotFound for a case that the issuer does not see, Conflict for the state of the case, Invalid for a unit
    without a part in it or a date that does not fit, Forbidden (upwards, sideways, the own unit).
    """
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    _case_allows(case, demand.kind)
    target = await _target(act, case, demand.unit or case.facts.lead_unit)
    issuer = await _issuer(act, case, target, demand.kind)
    owed = owed_by(act, demand.answer_by)
    note, said = await write_note(act, case, f"supervision_{demand.kind.value}", demand.text)
    made = uuid7()
    await act.conn.execute(
        "insert into supervision (id, case_id, kind, level, problem, issuer_unit, issued_by, target_unit, note,"
        " issued_at, answer_by, due, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 'open')",
        made, case_id, demand.kind.value, demand.level, demand.problem, issuer.code, act.actor.id, target.code, note,
        act.now, owed,
    )  # fmt: skip
    facts = {
        "supervision": str(made), "what": demand.kind.value, "level": demand.level, "problem": demand.problem,
        "unit": target.code, "by": issuer.code, "answer_by": owed.timestamp(), **said,
    }  # fmt: skip
    await record(act.conn, case_id, "supervise", actor=act.actor, at=act.now, facts=facts)
    await _tell(act, made, 1, "issued", target.code, case_id, {"by": issuer.code})
    return made


async def _tell(
    act: ActionContext,
    supervision: uuid.UUID,
    version: int,
    what: str,
    unit: str,
    case_id: uuid.UUID,
    facts: Mapping[str, str],
) -> None:
    """In the app, to the unit, and there to whoever may see the case."""
    key = f"supervision {supervision} {version} unit:{unit}"
    await queue(act.conn, key, f"supervision_{what}", now=act.now, grantee=f"unit:{unit}", case_id=case_id, facts=facts)


def _case_allows(case: LoadedCase, kind: SupervisionKind) -> None:
    if case.facts.status is Status.MERGED:
        raise errors.Conflict(
            "该件已并案，请督办并入的件。", "The case was merged; supervise the one it was merged into."
        )
    if kind is SupervisionKind.URGE and case.facts.status not in LIVE:
        raise errors.Conflict(
            "该件已结束，无可催办；可督办或责令整改。", "The case has ended: supervise or order instead."
        )


_UNITS = """
    select u.code, u.kind, u.tier, u.path::text as path, a.path::text as area_path,
        coalesce(c.barred_units @> u.path, false) as barred,
        c.lead_unit = u.code or exists (select from assignment s where s.case_id = c.id and s.unit = u.code
            and s.state in ('offered', 'signed')) as involved
    from unit u join area a on a.code = u.area, cases c
    where u.code = any($1::text[]) and c.id = $2
"""


def _standing(row: Any) -> Standing:
    return Standing(row["code"], row["kind"], row["tier"], row["path"], row["area_path"])


async def _target(act: ActionContext, case: LoadedCase, unit: str) -> Standing:
    rows = await act.conn.fetch(_UNITS, [unit], case.facts.id)
    if not rows or rows[0]["barred"] or not rows[0]["involved"]:
        raise errors.Invalid(
            "该单位不是本件的主办、协办或待签收单位。", "This unit neither leads the case, helps, nor has it on offer.",
            pointer="#/body/unit",
        )  # fmt: skip
    return _standing(rows[0])


async def _issuer(act: ActionContext, case: LoadedCase, target: Standing, kind: SupervisionKind) -> Standing:
    """The unit in whose name this actor may supervise the target; raises Forbidden with the nearest reason."""
    posts = [post for post in act.actor.posts if post.unit in act.actor.units_with(Permission.SUPERVISION_ISSUE)]
    rows = await act.conn.fetch(_UNITS, [post.unit for post in posts], case.facts.id)
    units = {row["code"]: _standing(row) for row in rows}
    secret = case.facts.petition_class is PetitionClass.ACCUSATION
    why = Words("不得督办本单位。", "A unit does not supervise itself.")
    if not any(post.unit == target.code for post in act.actor.posts):
        for post in posts:
            refused = why_not(post.role, units[post.unit], target, kind, secret=secret)
            if refused is None:
                return units[post.unit]
            why = refused
    raise errors.Forbidden(why.zh, why.en)


def owed_by(act: ActionContext, day: date | None) -> datetime:
    """When the answer is owed: the end of the day named, or of the configured number of working days from now."""
    return until(act, day, days=section(SupervisionSettings).days, pointer="#/body/answer_by")


# --- What follows


@dataclass(frozen=True, slots=True)
class Begun:
    """A supervision locked for a change, with its case."""

    case: LoadedCase
    row: Any


async def _begin(act: ActionContext, supervision: uuid.UUID, action: str) -> Begun:
    """Lock case and supervision and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case_id = await act.conn.fetchval("select case_id from supervision where id = $1", supervision)
    if case_id is None:
        raise errors.NotFound
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    row = await act.conn.fetchrow("select * from supervision where id = $1", supervision)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    if row["version"] != act.version:
        raise errors.Stale(
            "该督办已被更新，请按 current 重新确认后再提交。", "The supervision has changed; look at `current`.",
            current={"version": row["version"], "state": row["state"]},
        )  # fmt: skip
    refused = move_refused(action, SupervisionState(row["state"]), SupervisionKind(row["kind"]))
    if refused is not None:
        raise errors.ActionRefused(refused.zh, refused.en, allowed=queries.actions_for(act.actor, row))
    if action not in queries.actions_for(act.actor, row):
        side = row["target_unit"] if action == "answer" else row["issuer_unit"]
        raise errors.Forbidden(
            f"须由 {side} 的其他人员办理。", f"This is for somebody of {side}, and not the answerer."
        )
    return Begun(case, row)


async def _move(
    act: ActionContext, begun: Begun, action: str, changes: Mapping[str, Any], said: Mapping[str, Any]
) -> int:
    """Change the row and append the event; returns the supervision's new version."""
    row = begun.row
    columns = {**changes, "state": MOVES[action][1].value}
    if ends(action, SupervisionKind(row["kind"])):
        columns["ended_at"] = act.now
    version = await change_row(act.conn, "supervision", row["id"], columns)
    facts = {"supervision": str(row["id"]), "what": row["kind"], **said}
    await record(act.conn, begun.case.facts.id, f"{action}_supervision", actor=act.actor, at=act.now, facts=facts)
    return version


async def answer(act: ActionContext, supervision: uuid.UUID, *, text: str) -> int:
    """书面答复, by the unit that was asked (XF 40)."""
    begun = await _begin(act, supervision, "answer")
    note, said = await write_note(act, begun.case, "supervision_answer", text)
    first = begun.row["first_answered_at"] or act.now
    changes = {"answer": note, "answered_at": act.now, "answered_by": act.actor.id, "first_answered_at": first}
    version = await _move(act, begun, "answer", changes, said)
    row = begun.row
    facts = {"unit": row["target_unit"]}
    await _tell(act, supervision, version, "answered", row["issuer_unit"], row["case_id"], facts)
    return version


async def verify(act: ActionContext, supervision: uuid.UUID) -> int:
    """核验, by the issuer's side: the answer holds, the correction was made."""
    begun = await _begin(act, supervision, "verify")
    return await _move(act, begun, "verify", {"verified_at": act.now, "verified_by": act.actor.id}, {})


async def give_back(act: ActionContext, supervision: uuid.UUID, *, reason: str, answer_by: date | None) -> int:
    """退回重报: the answer does not hold; a new one is owed. The date first ordered stays on the record."""
    begun = await _begin(act, supervision, "return")
    owed = max(owed_by(act, answer_by), begun.row["answer_by"])
    _, said = await write_note(act, begun.case, "supervision_return", reason)
    version = await _move(act, begun, "return", {"due": owed}, {"answer_by": owed.timestamp(), **said})
    row = begun.row
    await _tell(act, supervision, version, "returned", row["target_unit"], row["case_id"], {"by": row["issuer_unit"]})
    return version


async def withdraw(act: ActionContext, supervision: uuid.UUID, *, reason: str) -> int:
    """撤销督办, by the issuer's side, with its reason."""
    begun = await _begin(act, supervision, "withdraw")
    _, said = await write_note(act, begun.case, "supervision_withdrawal", reason)
    return await _move(act, begun, "withdraw", {}, said)
