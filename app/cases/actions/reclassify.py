"""Another category or procedure: the limits are computed again from the time of filing, and why is written down."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from app.cases.actions.notes import write_note
from app.cases.actions.step import advance, begin
from app.cases.queries.one import LoadedCase
from app.cases.rules import PetitionClass
from app.core import errors
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, Due, PlannedClock, Procedure, StartsOn, choose_procedure, due_at
from app.reference.actions import ActionContext

MAIN = (ClockKind.ACCEPTANCE, ClockKind.COMPLETION)


async def reclassify(
    act: ActionContext, case_id: uuid.UUID, *, category: str | None, petition_class: PetitionClass | None, complexity: str | None,
    simple: bool, reason: str,
) -> None:  # fmt: skip
    """The lead corrects what the matter is. Limits already met stay met; those that run begin anew from their own start.

    The version of the new procedure is the one in force on the day of filing. An accusation is never made or unmade so.
    """
    case = await begin(act, case_id, "reclassify")
    code, name = _sort(act, case, category, petition_class, complexity, simple), category or case.row.category
    kind = petition_class or case.facts.petition_class
    procedure = act.reference.procedure(code, case.row.registered_at)
    if (procedure.code, name, kind) == (case.row.procedure, case.row.category, case.facts.petition_class):
        raise errors.Invalid("没有任何变化。", "Nothing would change.", pointer="#/body")
    _, said = await write_note(act, case, "reclassification_reason", reason)
    before = {"procedure": case.row.procedure, "category": case.row.category}
    await recompute(act, case, procedure)
    columns = {"category": name, "procedure": procedure.code, "procedure_version": procedure.version}
    if kind is not case.facts.petition_class:
        columns["petition_class"] = str(kind)
    await advance(act, case, "reclassify", columns=columns, facts={"before": before, **said})


def _sort(
    act: ActionContext, case: LoadedCase, category: str | None, petition_class: PetitionClass | None,
    complexity: str | None, simple: bool,
) -> str:  # fmt: skip
    if petition_class is PetitionClass.ACCUSATION or (petition_class and case.facts.petition_class is None):
        raise errors.Invalid(
            "不能改为检举控告：请不予受理并告知，由当事人另行密件登记。",
            "A case is not turned into an accusation: decline it, and register the accusation, which is sealed.",
            pointer="#/body/petition_class",
        )  # fmt: skip
    found = act.reference.categories.get(category or case.row.category)
    if found is None or case.facts.kind not in found.kinds:
        fitting = [code for code, c in act.reference.categories.items() if case.facts.kind in c.kinds]
        raise errors.Invalid(
            "没有适用的类别。",
            "There is no such category for this kind.",
            pointer="#/body/category",
            categories=fitting,
        )
    kind = petition_class or case.facts.petition_class
    return choose_procedure(case.facts.kind, kind, found.urgency, complexity or found.complexity, simple)


async def run_under(
    act: ActionContext, case: LoadedCase, procedure: Procedure, starts: Mapping[StartsOn, datetime | None], *,
    but: Collection[str] = (),
) -> list[PlannedClock]:  # fmt: skip
    """Acceptance and completion run by another procedure, from these instants; kinds in `but` were done already."""
    await deadlines.give_way(act.conn, case.facts.id, MAIN, act.now)
    planned = [
        clock
        for on, at in starts.items()
        if at is not None
        for clock in act.reference.plan(procedure, on, at)
        if clock.kind in MAIN and clock.kind.value not in but
    ]
    await deadlines.start(act.conn, case.facts.id, planned)
    return planned


async def recompute(act: ActionContext, case: LoadedCase, procedure: Procedure) -> None:
    """All limits anew, from the receipt and the acceptance of the case, under `procedure`."""
    days = case.row.clock.granted_days if case.row.clock else 0
    starts = {StartsOn.REGISTERED: case.row.received_at, StartsOn.ACCEPTED: case.row.accepted_at}
    planned = await run_under(act, case, procedure, starts, but=case.row.clocks_met)
    if days and any(clock.kind is ClockKind.COMPLETION for clock in planned):
        await _keep_extension(act, case, procedure, days, next(c for c in planned if c.kind is ClockKind.COMPLETION))


async def _keep_extension(
    act: ActionContext, case: LoadedCase, procedure: Procedure, days: int, clock: PlannedClock
) -> None:
    """An extension that was granted holds under the new procedure too, as far as that knows one."""
    rule = next(r for r in procedure.clocks if r.kind is ClockKind.COMPLETION)
    if rule.extension is None:
        return
    length = min(days, rule.extension.max_length)
    later = due_at(
        length, rule.extension.unit, clock.due_unrolled, calendar=act.reference.calendar, tz=act.reference.city.tz
    )
    due = Due(max(later.due, clock.due), later.due_unrolled, later.provisional)
    level, next_at = _first(act, procedure, clock.start, due.due)
    await deadlines.start_extended(act.conn, case.facts.id, ClockKind.COMPLETION, due, climbs=(level, next_at))


def _first(act: ActionContext, procedure: Procedure, start: datetime, due: datetime) -> tuple[int, datetime]:
    return act.reference.first(procedure.code, procedure.version, start, due)
