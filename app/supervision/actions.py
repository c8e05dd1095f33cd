"""Issuing a supervision and answering it. Every act is an event of the case; its words are notes of the case."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.areas.rules import Tier
from app.cases.actions.notes import keep_note
from app.cases.actions.owed import owed_by as until
from app.cases.actions.record import record
from app.cases.queries.visible import LockedCase, lock_case
from app.cases.rules import LIVE, Status
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.errors import Words
from app.core.rows import change_row, fetch_all
from app.core.settings import section
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.supervision import queries
from app.supervision.rules import WORKFLOW, CardLevel, ProblemType, Supervision, SupervisionKind, UnitPlace, why_not
from app.supervision.settings import SupervisionSettings


async def issue(
    act: ActionContext, case_id: uuid.UUID, *, kind: SupervisionKind, text: str, unit: str | None,
    level: CardLevel | None, problem: ProblemType | None, answer_by: date | None,
) -> uuid.UUID:  # fmt: skip
    """Ask a unit that has a part in the case for a written answer: the lead unless one is named.

    Raises NotFound for a case that the issuer does not see, Conflict for the state of the case, Invalid for a unit
    without a part in it or a date that does not fit, Forbidden (upwards, sideways, the own unit).
    """
    case = await lock_case(act.conn, case_id, actor=act.actor)
    _case_allows(case, kind)
    target, issuer = await _sides(act, case, unit or case.lead_unit, kind)
    owed = owed_by(act, answer_by)
    note = await keep_note(act, case, f"supervision_{kind.value}", text)
    made = uuid7()
    await act.conn.execute(
        "insert into supervision (id, case_id, kind, level, problem, issuer_unit, issued_by, target_unit, note,"
        " issued_at, answer_by, due, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 'open')",
        made, case_id, kind, level, problem, issuer, act.actor.id, target, note.id, act.now, owed,
    )  # fmt: skip
    facts = {
        "supervision": str(made), "what": kind, "level": level, "problem": problem,
        "unit": target, "by": issuer, "answer_by": owed.timestamp(), **note.said,
    }  # fmt: skip
    await record(act.conn, case_id, "supervise", actor=act.actor, at=act.now, facts=facts)
    await _tell(act, made, 1, "issued", target, case_id, by=issuer)
    return made


async def _tell(
    act: ActionContext, supervision: uuid.UUID, version: int, what: str, to: str, case_id: uuid.UUID, **facts: str
) -> None:
    """In the app, to the unit, and there to whoever may see the case."""
    key = f"supervision {supervision} {version} unit:{to}"
    await queue(act.conn, key, f"supervision_{what}", now=act.now, grantee=f"unit:{to}", case_id=case_id, facts=facts)


def _case_allows(case: LockedCase, kind: SupervisionKind) -> None:
    if case.status is Status.MERGED:
        raise errors.Conflict(
            "该件已并案，请督办并入的件。", "The case was merged; supervise the one it was merged into."
        )
    if kind is SupervisionKind.URGE and case.status not in LIVE:
        raise errors.Conflict(
            "该件已结束，无可催办；可督办或责令整改。", "The case has ended: supervise or order instead."
        )


_UNITS = """
    select u.code, u.kind, u.tier, u.path::text as path, a.path::text as area_path,
        (c.lead_unit = u.code or exists (select from assignment s where s.case_id = c.id and s.unit = u.code
            and s.state in ('offered', 'signed')))
            and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier) as involved
    from unit u join area a on a.code = u.area, cases c
    where u.code = any($1::text[]) and c.id = $2
"""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit, and whether it leads the case, helps, or has it on offer."""

    code: str
    kind: str
    tier: Tier
    path: str
    area_path: str
    involved: bool

    @property
    def place(self) -> UnitPlace:
        return UnitPlace(self.code, self.kind, self.tier, self.path, self.area_path)


async def _sides(act: ActionContext, case: LockedCase, unit: str, kind: SupervisionKind) -> tuple[str, str]:
    """The unit asked, and the one in whose name this actor may supervise it; raises Invalid, or Forbidden with the nearest
    reason."""
    issuing = act.actor.units_with(Permission.SUPERVISION_ISSUE)
    units = {u.code: u for u in await fetch_all(act.conn, _Unit, _UNITS, [unit, *issuing], case.case_id)}
    if unit not in units or not units[unit].involved:
        raise errors.Invalid(
            "该单位不是本件的主办、协办或待签收单位。", "This unit neither leads the case, helps, nor has it on offer.",
            pointer="#/body/unit",
        )  # fmt: skip
    why = Words("不得督办本单位。", "A unit does not supervise itself.")
    if not any(post.unit == unit for post in act.actor.posts):
        for post in (post for post in act.actor.posts if post.unit in issuing):
            refused = why_not(post.role, units[post.unit].place, units[unit].place, kind, secret=case.secret)
            if refused is None:
                return unit, post.unit
            why = refused
    raise errors.Forbidden(why.zh, why.en)


def owed_by(act: ActionContext, day: date | None) -> datetime:
    """When the answer is owed: the end of the day named, or of the configured number of working days from now."""
    return until(act, day, days=section(SupervisionSettings).days, pointer="#/body/answer_by")


# --- What follows


@dataclass(frozen=True, slots=True)
class _Begun:
    """A supervision that is being changed, with its case, both locked."""

    case: LockedCase
    found: Supervision


async def _begin(act: ActionContext, supervision: uuid.UUID, action: str) -> _Begun:
    """Lock case and supervision and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case_id = await act.conn.fetchval("select case_id from supervision where id = $1", supervision)
    if case_id is None:
        raise errors.NotFound
    case = await lock_case(act.conn, case_id, actor=act.actor)
    found = await queries.get_state(act.conn, supervision)
    WORKFLOW.check(found, action, act.actor, act.now, version=act.version)
    return _Begun(case, found)


async def _move(
    act: ActionContext, begun: _Begun, action: str, changes: Mapping[str, object], said: Mapping[str, object]
) -> int:
    """Change the row and append the event; returns the supervision's new version."""
    found = begun.found
    columns = {**changes, "state": WORKFLOW[action].target}
    if found.ends_with(action):
        columns["ended_at"] = act.now
    version = await change_row(act.conn, "supervision", found.id, columns)
    facts = {"supervision": str(found.id), "what": found.kind, **said}
    await record(act.conn, found.case_id, f"{action}_supervision", actor=act.actor, at=act.now, facts=facts)
    return version


async def answer(act: ActionContext, supervision: uuid.UUID, *, text: str) -> None:
    """By the unit that was asked; with an urging, this ends it (XF 40)."""
    begun = await _begin(act, supervision, "answer")
    found = begun.found
    note = await keep_note(act, begun.case, "supervision_answer", text)
    first = found.first_answered_at or act.now
    changes = {"answer": note.id, "answered_at": act.now, "answered_by": act.actor.id, "first_answered_at": first}
    version = await _move(act, begun, "answer", changes, note.said)
    await _tell(act, supervision, version, "answered", found.issuer_unit, found.case_id, unit=found.target_unit)


async def verify(act: ActionContext, supervision: uuid.UUID) -> None:
    """By the issuer's side, never by whoever answered: the answer holds, the correction was made."""
    begun = await _begin(act, supervision, "verify")
    await _move(act, begun, "verify", {"verified_at": act.now, "verified_by": act.actor.id}, {})


async def give_back(act: ActionContext, supervision: uuid.UUID, *, reason: str, answer_by: date | None) -> None:
    """By the issuer's side: another answer is owed. The date first ordered stays on the record."""
    begun = await _begin(act, supervision, "return")
    found = begun.found
    owed = max(owed_by(act, answer_by), found.answer_by)
    note = await keep_note(act, begun.case, "supervision_return", reason)
    version = await _move(act, begun, "return", {"due": owed}, {"answer_by": owed.timestamp(), **note.said})
    await _tell(act, supervision, version, "returned", found.target_unit, found.case_id, by=found.issuer_unit)


async def withdraw(act: ActionContext, supervision: uuid.UUID, *, reason: str) -> None:
    """By the issuer's side, with the reason: nothing more is owed."""
    begun = await _begin(act, supervision, "withdraw")
    note = await keep_note(act, begun.case, "supervision_withdrawal", reason)
    await _move(act, begun, "withdraw", {}, note.said)
