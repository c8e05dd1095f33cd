"""A year's days off are published: provisional limits are counted again, as the law of both sides has it."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cases.actions.record import record
from app.core.access import Actor
from app.core.database import Connection
from app.core.rows import fetch_all
from app.deadlines import actions as deadlines
from app.deadlines.rules import Due, LengthUnit, Owner, due_at, first, later_by_days, revise
from app.reference.queries import Reference

CALENDAR = Actor(id="calendar", kind="system")

_PROVISIONAL = """
    select k.id, k.case_id, k.kind, k.rule, k.owner, k.start, k.due, k.due_unrolled, k.provisional, k.breached_at,
        c.procedure, c.procedure_version
    from open_clock k join cases c on c.id = k.case_id
    where k.provisional order by c.id, k.id for update of c
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told(Due):
    """A limit as it was told, with its clock."""

    id: int
    case_id: uuid.UUID
    kind: str
    rule: str
    owner: Owner
    start: datetime
    breached_at: datetime | None
    procedure: str
    procedure_version: int


async def recompute_provisional(conn: Connection, reference: Reference, *, now: datetime) -> tuple[int, int]:
    """Count every provisional limit again; gives how many were looked at and how many of them moved.

    A resident's limit never moves earlier than the date told, an authority's never later. A limit that moves
    is an event of its case. One that was breached already is left alone.
    """
    limits = await fetch_all(conn, _Told, _PROVISIONAL)
    moved = 0
    for told in limits:
        held = revise(told, _anew(told, reference), told.owner)
        if told.breached_at is not None:
            held = Due(told.due, told.due_unrolled, held.provisional)
        climbs = first(
            reference.procedures[told.procedure, told.procedure_version].ladder, told.owner, told.start, held.due,
            calendar=reference.calendar, tz=reference.city.tz,
        )  # fmt: skip
        await deadlines.move_clock(conn, told.id, held, climbs=climbs)
        if held.due != told.due:
            await _tell(conn, told, held, now)
            moved += 1
    return len(limits), moved


def _anew(told: _Told, reference: Reference) -> Due:
    """Working days are counted again from the start; other limits keep their day, which is rolled again."""
    clocks = reference.procedures[told.procedure, told.procedure_version].clocks
    rule = next((rule for rule in clocks if rule.id == told.rule), None)
    if rule is not None and rule.unit is LengthUnit.WORKING_DAY:
        return due_at(rule.length, rule.unit, told.start, calendar=reference.calendar, tz=reference.city.tz)
    return later_by_days(told, 0, calendar=reference.calendar, tz=reference.city.tz)


async def _tell(conn: Connection, told: _Told, held: Due, now: datetime) -> None:
    before, due = (limit.due.astimezone(UTC).isoformat() for limit in (told, held))
    facts = {"clock": told.kind, "owner": told.owner.value, "rule": told.rule, "before": before, "due": due}
    await record(conn, told.case_id, "limit_recomputed", actor=CALENDAR, at=now, facts=facts)
