"""What every step of a mediation has in common: lock case and mediation, judge, change, record."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.attachments.queries import list_unfit
from app.cases.actions.access import revoke
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import Purpose
from app.centres.actions.booking import give_back
from app.core import errors
from app.core.rows import change_row
from app.mediation import queries
from app.mediation.queries import Mediation
from app.mediation.rules import LIVE, SIDES, WORKFLOW, MediationState
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class LockedMediation:
    """A mediation and its case, locked for a change."""

    case: LoadedCase
    its: Mediation

    @property
    def id(self) -> uuid.UUID:
        """The mediation's."""
        return self.its.id

    @property
    def case_id(self) -> uuid.UUID:
        """The case's."""
        return self.its.case_id


async def begin(act: ActionContext, mediation: uuid.UUID, action: str) -> LockedMediation:
    """Lock case and mediation and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case_id = await act.conn.fetchval("select case_id from mediation where id = $1", mediation)
    if case_id is None:
        raise errors.NotFound
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    its = await queries.load(act.conn, mediation, actor=act.actor, now=act.now, judged=True)
    WORKFLOW.check(its, action, act.actor, act.now, version=act.version)
    return LockedMediation(case, its)


async def move(
    act: ActionContext, locked: LockedMediation, action: str, *, columns: Mapping[str, object] | None = None,
    facts: Mapping[str, object] | None = None, of_case: Mapping[str, object] | None = None, to: MediationState | None = None,
) -> None:  # fmt: skip
    """Change the row and append the event. `to` is the state where the table leaves it open; `of_case` are columns of the
    case."""
    step = WORKFLOW[action]
    target, changes = to or step.target, dict(columns or {})
    if target is not None:
        changes["state"] = target
        if target not in LIVE:
            changes["ended_at"] = act.now
            await _end(act, locked, target)
    await change_row(act.conn, "mediation", locked.id, changes)
    said = {"mediation": str(locked.id), "basis": step.basis or None, "state": target}
    said = {name: value for name, value in said.items() if value is not None}
    await record(
        act.conn, locked.case_id, f"mediation_{action}", actor=act.actor, at=act.now, columns=of_case,
        facts={**said, **(facts or {})},
    )  # fmt: skip


_CANCEL = """
    update mediation_session set state = 'cancelled', began_at = null
    where mediation = $1 and state in ('scheduled', 'opened') returning booking
"""
_RELIEVE_ALL = """
    update mediator set relieved_at = $2, relieved_by = $3 where mediation = $1 and relieved_at is null
"""


async def _end(act: ActionContext, locked: LockedMediation, target: MediationState) -> None:
    """No talk stays ahead, no draft open; without an agreement nobody mediates any more, and whoever saw the case for that
    alone sees it no more."""
    await free_rooms(act, (row[0] for row in await act.conn.fetch(_CANCEL, locked.id)))
    if target is not MediationState.AGREED:
        await void_draft(act, locked)
        await act.conn.execute(_RELIEVE_ALL, locked.id, act.now, act.actor.id)
        await end_access(act, locked.case_id)


async def void_draft(act: ActionContext, locked: LockedMediation) -> None:
    """A draft that stands is given up, with what was signed under it."""
    if locked.its.agreement is not None and locked.its.agreement.state == "draft":
        await act.conn.execute("update mediation_agreement set state = 'void' where id = $1", locked.its.agreement.id)


async def free_rooms(act: ActionContext, bookings: Iterable[uuid.UUID | None]) -> None:
    """The rooms of what will not take place are free again."""
    if booked := [booking for booking in bookings if booking is not None]:
        await give_back(act.conn, booked, by=act.actor.id, at=act.now)


async def end_access(act: ActionContext, case_id: uuid.UUID, staff: uuid.UUID | None = None) -> None:
    """What a mediator saw as one ends with this transaction; of all of them without `staff`."""
    await revoke(act.conn, case_id, "mediator", at=act.now, grantees=[f"staff:{staff}"] if staff else None)


def of_the_sides(locked: LockedMediation, party: uuid.UUID, pointer: str) -> None:
    """Raises Invalid for somebody who is on neither side."""
    if str(party) not in locked.its.sides:
        raise errors.Invalid(
            "不是本件的申请人或被申请人。", f"Not a party of either side ({', '.join(SIDES)}).", pointer=pointer
        )


def all_agree(locked: LockedMediation, agreed: Collection[uuid.UUID], pointer: str, zh: str, en: str) -> None:
    """Raises Invalid, naming who is missing, unless every party of both sides is there."""
    if lacking := locked.its.lacking({str(party) for party in agreed}):
        raise errors.Invalid(zh, en, pointer=pointer, missing=lacking)


async def is_evidence(
    act: ActionContext, case_id: uuid.UUID, file: uuid.UUID | None, pointer: str, *purposes: Purpose
) -> None:
    """Raises Invalid unless `file` is an attachment of the case that was not withdrawn and is for one of `purposes`."""
    if file is not None and await list_unfit(act.conn, case_id, [file], *purposes):
        what = "、".join(purposes) or "any"
        raise errors.Invalid(
            f"本件没有这份附件，或已撤回，或用途不符（应为 {what}）。",
            f"The case has no such attachment, it was withdrawn, or it is for another purpose ({what} is needed).",
            pointer=pointer,
        )


def local_day(act: ActionContext, instant: datetime) -> date:
    """The city's day of an instant."""
    return instant.astimezone(act.reference.city.tz).date()
