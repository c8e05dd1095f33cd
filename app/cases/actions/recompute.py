"""A year's days off are published: provisional limits are counted again, as the law of both sides has it."""

from datetime import UTC, datetime
from typing import Any

from app.cases.actions.record import record
from app.core.access import Actor
from app.core.database import Connection
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockRule, Due, LengthUnit, Owner, due_at, first, later_by_days, revise
from app.reference.queries import Reference

CALENDAR = Actor(id="calendar", kind="system")

_PROVISIONAL = """
    select k.id, k.case_id, k.kind, k.rule, k.owner, k.start, k.due, k.due_unrolled, k.breached_at, c.procedure,
        c.procedure_version
    from open_clock k join cases c on c.id = k.case_id
    where k.provisional order by c.id, k.id for update of c
"""


async def recompute_provisional(conn: Connection, reference: Reference, *, now: datetime) -> tuple[int, int]:
    """Count every provisional limit again; gives how many were looked at and how many of them moved.

    A resident's limit never moves earlier than the date told, an authority's never later. A limit that moves
    is an event of its case. One that was breached already is left alone.
    """
    rows = await conn.fetch(_PROVISIONAL)
    moved = 0
    for row in rows:
        told = Due(row["due"], row["due_unrolled"], provisional=True)
        owner = Owner(row["owner"])
        held = revise(told, _anew(row, told, reference), owner)
        if row["breached_at"] is not None:
            held = Due(told.due, told.due_unrolled, held.provisional)
        level, next_at = first(
            reference.procedures[row["procedure"], row["procedure_version"]].ladder, owner, row["start"], held.due,
            calendar=reference.calendar, tz=reference.city.tz,
        )  # fmt: skip
        await deadlines.move_clock(conn, row["id"], held, climbs=(level, next_at))
        if held.due != told.due:
            await _tell(conn, row, held, now)
            moved += 1
    return len(rows), moved


def _anew(row: Any, told: Due, reference: Reference) -> Due:
    """Working days are counted again from the start; other limits keep their day, which is rolled again."""
    rule = _rule(row, reference)
    if rule is not None and rule.unit is LengthUnit.WORKING_DAY:
        return due_at(rule.length, rule.unit, row["start"], calendar=reference.calendar, tz=reference.city.tz)
    return later_by_days(told, 0, calendar=reference.calendar, tz=reference.city.tz)


def _rule(row: Any, reference: Reference) -> ClockRule | None:
    clocks = reference.procedures[row["procedure"], row["procedure_version"]].clocks
    return next((rule for rule in clocks if rule.id == row["rule"]), None)


async def _tell(conn: Connection, row: Any, held: Due, now: datetime) -> None:
    facts = {
        "kind": row["kind"], "rule": row["rule"], "before": row["due"].astimezone(UTC).isoformat(),
        "due": held.due.astimezone(UTC).isoformat(),
    }  # fmt: skip
    await record(conn, row["case_id"], "limit_recomputed", actor=CALENDAR, at=now, facts=facts)
