"""What every step has in common: lock, judge by the table, move the clocks, record."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.cases.actions.access import change
from app.cases.actions.reactions import Moment, react
from app.cases.actions.record import record
from app.cases.queries.looking import LookedCase, look
from app.cases.queries.one import LoadedCase
from app.cases.rules import CASE_STEPS, TRANSITIONS, CaseSubject, ClockEffect, Status
from app.core.workflow import Transition
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, PlannedClock, Procedure, StartsOn
from app.notices.actions import replace
from app.notices.rules import CLOSING
from app.reference.actions import ActionContext

_END_ASSIGNMENTS = """
    update assignment set state = case state when 'offered' then 'recalled' else 'done' end,
        answered_at = coalesce(answered_at, $2), answered_by = coalesce(answered_by, $3)
    where case_id = $1 and (state = 'offered' or state = 'signed' and part = 'co')
"""
_NO_HEARING = "update hearing set state = 'cancelled' where case_id = $1 and state = 'scheduled'"
_TAKE_OUT = "update archive set taken_out_at = $2 where case_id = $1 and taken_out_at is null"


async def start_clocks(
    act: ActionContext,
    case: LoadedCase,
    on: StartsOn,
    *,
    at: datetime | None = None,
    subject: str = "",
    kind: ClockKind | None = None,
) -> tuple[PlannedClock, ...]:
    """Set the clocks of the case's procedure running that begin with this act, which was done `at` (now); of one `kind` if
    named."""
    procedure = act.reference.procedures[case.row.procedure, case.row.procedure_version]
    planned = tuple(clock for clock in act.reference.plan(procedure, on, at or act.now) if kind in (None, clock.kind))
    await deadlines.start(act.conn, case.facts.id, planned, subject=subject)
    return planned


@dataclass(frozen=True, slots=True)
class DraftedNotice:
    """A notice that a step drafted: what the event says of it, and the kind of clock that waits for its service."""

    said: Mapping[str, object] = field(default_factory=dict)
    meets: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What a service does to the clocks: it meets one `at` an instant (now), and stops others."""

    met: tuple[str, ...] = ()
    at: datetime | None = None
    stopped: tuple[str, ...] = ()


NO_NOTICE, NOTHING_SERVED = DraftedNotice(), Served()


async def begin(act: ActionContext, case_id: uuid.UUID, action: str, *, unit: str | None = None) -> LookedCase:
    """The case, locked, when this actor may take this step now; `unit` is one that the step names.

    Raises Repeated when it was taken before; NotFound, Stale (with the present state), ActionRefused (with what is
    allowed) or Forbidden.
    """
    case = await look(act.conn, case_id, act.reference, actor=act.actor, call=act.call, unit=unit)
    CASE_STEPS.check(
        CaseSubject(case.facts), action, act.actor, act.now,
        version=act.version, current={"status": case.facts.status, "lead_unit": case.facts.lead_unit},
    )  # fmt: skip
    return case


async def advance(
    act: ActionContext, case: LoadedCase, action: str, *, columns: Mapping[str, object] | None = None,
    facts: Mapping[str, object] | None = None, owing: DraftedNotice = NO_NOTICE, served: Served = NOTHING_SERVED,
) -> None:  # fmt: skip
    """Carry out what the table says of this step (status, clocks) together with `columns`; the version is one more.

    `owing` is the notice that the step drafted: the clock that waits for it runs on.
    """
    step = TRANSITIONS[action]
    waits = ClockKind(owing.meets) if owing.meets else None
    for effect in step.clocks:
        if effect is ClockEffect.MEET_SERVED:
            await deadlines.finish(
                act.conn, case.facts.id, act.now, met=served.met, stopped=served.stopped, met_at=served.at
            )
        elif effect is not ClockEffect.MEET_ACCEPTANCE or waits is not ClockKind.ACCEPTANCE:
            await _apply(act, case, ClockEffect(effect), waits)
    status = {"status": step.target.value} if step.target else {}
    await record(
        act.conn, case.facts.id, action, actor=act.actor, at=act.now, columns={**status, **(columns or {})},
        facts={**_said(step), **owing.said, **(facts or {})},
    )  # fmt: skip


def _said(step: Transition[Status]) -> dict[str, object]:
    return {"basis": step.basis} if step.basis else {}


async def _apply(act: ActionContext, case: LoadedCase, effect: ClockEffect, waits: ClockKind | None) -> None:
    case_id = case.facts.id
    procedure = act.reference.procedures[case.row.procedure, case.row.procedure_version]
    if effect is ClockEffect.MEET_ACCEPTANCE:
        await deadlines.meet(act.conn, case_id, ClockKind.ACCEPTANCE, act.now)
    elif effect is ClockEffect.START_COMPLETION:
        await deadlines.start(act.conn, case_id, act.reference.plan(procedure, StartsOn.ACCEPTED, act.now))
    elif effect in (ClockEffect.PAUSE_FOR_HEARING, ClockEffect.RESUME_AFTER_HEARING):
        await _for_hearing(act, case_id, procedure, effect)
    elif effect is ClockEffect.MEET_EMERGENCY:
        await deadlines.meet(act.conn, case_id, ClockKind.EMERGENCY, act.now)
    elif effect is ClockEffect.STOP_ALL:
        await deadlines.stop_all(act.conn, case_id, act.now, but=waits)
    elif effect is ClockEffect.RESTART_COMPLETION:
        # A notice of acceptance that nobody has served yet is still to be served in time.
        await deadlines.stop_all(act.conn, case_id, act.now, but=ClockKind.ACCEPTANCE)
        planned = [
            clock
            for starts_on in StartsOn
            for clock in act.reference.plan(procedure, starts_on, act.now)
            if clock.kind is ClockKind.COMPLETION
        ]
        await deadlines.start(act.conn, case_id, planned)


async def _for_hearing(act: ActionContext, case_id: uuid.UUID, procedure: Procedure, effect: ClockEffect) -> None:
    """Only a procedure that says so leaves a hearing's days out (信访工作条例 36 ¶2): no other pause is known."""
    if "hearing" not in procedure.pauses:
        return
    if effect is ClockEffect.PAUSE_FOR_HEARING:
        await deadlines.pause(act.conn, case_id, ClockKind.COMPLETION, act.now)
        return
    calendar, tz = act.reference.calendar, act.reference.city.tz
    await deadlines.resume(
        act.conn, case_id, ClockKind.COMPLETION, act.now, ladder=procedure.ladder, calendar=calendar, tz=tz
    )


async def take_up_again(
    act: ActionContext, case: LoadedCase, kind: str, facts: Mapping[str, object], *, request: uuid.UUID | None = None
) -> None:
    """Back to handling, whatever led to it: completion starts anew, the old result, its service and the rating no longer count,
    and whoever asked for it has it granted."""
    case_id = case.facts.id
    await replace(act.conn, [uuid.UUID(n.id) for n in case.facts.notices if n.kind in CLOSING], now=act.now)
    await act.conn.execute(_TAKE_OUT, case_id, act.now)
    await act.conn.execute(
        "update rating set superseded_at = $2 where case_id = $1 and superseded_at is null", case_id, act.now
    )
    await act.conn.execute(
        "update reopening_request set state = 'granted', decided_by = $2, decided_at = $3, note = $4"
        " where case_id = $1 and state = 'open'",
        case_id, act.actor.id, act.now, request,
    )  # fmt: skip
    await _apply(act, case, ClockEffect.RESTART_COMPLETION, None)
    columns = {"status": Status.HANDLING.value, "closed_at": None, "concluded_at": None, "result": None,
               "reopened": case.row.reopened + 1}  # fmt: skip
    said = _said(TRANSITIONS[kind]) if kind in TRANSITIONS else {}
    await record(act.conn, case_id, kind, actor=act.actor, at=act.now, columns=columns, facts={**said, **facts})


async def end_assignments(act: ActionContext, case: LoadedCase) -> None:
    """No offer stays open and no task runs on after the case has ended; who never signed for it sees it no more."""
    await act.conn.execute(_END_ASSIGNMENTS, case.facts.id, act.now, act.actor.id)
    await act.conn.execute(_NO_HEARING, case.facts.id)
    unseen = await react(act, Moment.ENDED, case, act.now)
    await change(act.conn, case.facts.id, act.now, taken=[(None, "offer"), *unseen])
