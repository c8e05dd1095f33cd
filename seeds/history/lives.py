"""Living the demo's lives set-wise: round by round through the table of transitions, all cases of a round at once."""

import hashlib
import json
import os
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.cases.rules import TRANSITIONS, By, ClockEffect, Status
from app.core.access import ROLE_PERMISSIONS, UNIT_SIGHT, Role
from app.core.crypto import keys
from app.core.database import Connection, copy_rows
from app.core.workflow import Transition
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, ClockRefused, Due, PlannedClock, Procedure, StartsOn, extend
from app.reference.queries import Reference
from seeds.history import moves
from seeds.history.ahead import ahead
from seeds.history.moves import MOVES, SENT_COLUMNS
from seeds.history.notices import DRAFTING, draft_notices
from seeds.history.reports import Moved
from seeds.hohhot.cases import DemoReport
from seeds.hohhot.records import City

_SWORN = (Role.DISCIPLINE_OFFICER, Role.COORDINATOR)  # the posts that a sealed case is granted to
# Who of a unit takes a step, where several may.
_TURNS = (
    Role.HANDLER, Role.MEDIATOR, Role.DISCIPLINE_OFFICER, Role.COORDINATOR, Role.WINDOW_CLERK, Role.ORGAN_HEAD,
    Role.SUPERVISOR,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one case: the fields of a DemoStep, and `unit` and `days` for an offer and an extension."""

    case: uuid.UUID
    action: str
    at: datetime
    text: str | None = None
    result: str | None = None
    route: str | None = None
    outcome: str | None = None
    method: str | None = None
    article: str | None = None
    into: uuid.UUID | None = None
    unit: str | None = None
    days: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    procedure: Procedure
    secret: bool


def steps_of(reports: Iterable[DemoReport]) -> list[Step]:
    """The steps of all reports."""
    return [
        Step(report.id, s.action, s.at, s.text, s.result, s.route, s.outcome, s.method, s.article, s.into, kind=s.kind)
        for report in reports
        for s in report.steps
    ]


async def live(
    conn: Connection, reference: Reference, city: City, steps: Sequence[Step], *, moved: Moved
) -> Counter[str]:
    """Take every step that the table of transitions allows, leaving the rows that one call after the other would leave.

    Runs in the caller's transaction. A step that is void for its case (nothing to sign for, nobody there who may) is
    left out; gives how many were, by action.
    """
    await _prepare(conn, city)
    rows = await conn.fetch("select id, procedure, procedure_version, petition_class from life")
    matters = {
        r["id"]: _Matter(
            reference.procedures[r["procedure"], r["procedure_version"]], r["petition_class"] == "accusation"
        )
        for r in rows
    }
    void: Counter[str] = Counter()
    done = 0
    rounds = ((action, [_row(s, matters[s.case], reference) for s in group]) for action, group in _rounds(steps))
    async for action, sent in ahead(rounds):
        await copy_rows(conn, "sent", SENT_COLUMNS, sent)
        void[action] += len(sent) - await _take(conn, reference, TRANSITIONS[action])
        await conn.execute("truncate sent, act")
        done += len(sent)
        moved(done, len(steps))
    await conn.execute(moves.LIVED)
    return +void


def _rounds(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """Steps in groups of one action: a case takes one step a round, in the order of time. A merge is a step of both."""
    taken: Counter[uuid.UUID] = Counter()
    groups: dict[tuple[int, str], list[Step]] = {}
    for step in sorted(steps, key=lambda step: (step.at, step.case)):
        cases = [step.case, step.into] if step.into else [step.case]
        turn = 1 + max(taken[case] for case in cases)
        for case in cases:
            taken[case] = turn
        groups.setdefault((turn, step.action), []).append(step)
    return [(action, groups[turn, action]) for turn, action in sorted(groups)]


async def _prepare(conn: Connection, city: City) -> None:
    for table in (moves.SENT, moves.ACT, moves.DOER, moves.LIFE, DRAFTING):
        await conn.execute(table)
    await conn.execute("alter table life add primary key (id)")
    doers: dict[tuple[str, str], tuple[Any, ...]] = {}
    for role in _TURNS:
        actions = [step.action for step in TRANSITIONS.values() if step.permission in ROLE_PERMISSIONS[role]]
        for post in city.posts:
            if post.role == role and role in UNIT_SIGHT:
                for action in actions:
                    row = (action, post.unit, f"unit:{post.unit}", post.area, role in _SWORN, post.staff)
                    doers.setdefault((action, post.unit), row)
    columns = ("action", "unit", "grantee", "area", "sworn", "staff")
    await copy_rows(conn, "doer", columns, list(doers.values()))
    await conn.execute("create index on doer (action, grantee)")
    await conn.execute("create index on doer (action, area)")
    await conn.execute("analyze doer")


def _row(step: Step, matter: _Matter, reference: Reference) -> tuple[Any, ...]:
    note = body = salt = digest = sealed = None
    if MOVES[step.action].note and step.text is not None:
        note, salt, body = uuid.uuid5(step.case, f"{step.action} {step.at.isoformat()}"), os.urandom(16), step.text
        digest = hashlib.sha256(salt + body.encode()).hexdigest()
        if matter.secret:
            sealed, body = keys().seal({"body": body}, f"case_note {note}"), None
    planned = _planned(step, matter.procedure, reference)
    return (
        step.case, step.at, note, body, sealed.body if sealed else None, sealed.key if sealed else None, salt, digest,
        step.route, step.result, step.outcome, step.method, step.article, step.unit, step.into, step.days,
        json.dumps([_as_row(clock) for clock in planned], ensure_ascii=False) if planned else None, step.kind,
    )  # fmt: skip


def _planned(step: Step, procedure: Procedure, reference: Reference) -> list[PlannedClock]:
    effects = TRANSITIONS[step.action].clocks
    if ClockEffect.RESTART_COMPLETION in effects:
        planned = [clock for starts_on in StartsOn for clock in reference.plan(procedure, starts_on, step.at)]
        return [clock for clock in planned if clock.kind is ClockKind.COMPLETION]
    if step.action == "offer":
        offered = reference.plan(procedure, StartsOn.OFFERED, step.at)
        return [clock for clock in offered if clock.kind is ClockKind.SIGN_FOR]
    begun = StartsOn.ACCEPTED if ClockEffect.START_COMPLETION in effects else None
    if step.action == "serve" and step.kind is None and step.outcome == "served":
        begun = StartsOn.SERVED
    elif step.action == "close":
        begun = StartsOn.CLOSED
    return list(reference.plan(procedure, begun, step.at)) if begun else []


def _as_row(clock: PlannedClock) -> dict[str, Any]:
    return {
        "kind": clock.kind.value, "rule": clock.rule, "version": clock.version, "basis": clock.basis_zh,
        "owner": clock.owner.value,
        "due": clock.due.isoformat(), "due_unrolled": clock.due_unrolled.isoformat(), "provisional": clock.provisional,
        "level": clock.level, "next_at": clock.next_at.isoformat(),
    }  # fmt: skip


async def _take(conn: Connection, reference: Reference, step: Transition[Status]) -> int:
    """All cases in `sent` take the step as far as they may; gives how many did."""
    move = MOVES[step.action]
    doer = {By.LEAD: moves.LEAD, By.OFFERED: moves.OFFERED}.get(By(step.by), moves.SIGHT)
    await conn.execute(
        moves.TAKE.format(doer=doer, guard=move.guard), step.action, [status.value for status in step.sources]
    )
    if step.action == "extend":
        await _extend(conn, reference)
    if move.note:
        await conn.execute(moves.NOTE, move.note)
    for write in move.writes:
        await conn.execute(write)
    if step.notice:
        await draft_notices(conn, reference, step)
    await _move_clocks(conn, step)
    status = {"status": f"'{step.target.value}'"} if step.target else {}
    said = {"basis": step.basis} if step.basis else {}
    noted = " || jsonb_build_object('note', a.note, 'digest', a.digest)" if move.note else ""
    statement = moves.record({**status, **move.columns}, f"{move.facts}{noted} || a.more")
    done = await conn.execute(statement, step.action, said)
    if step.action == "merge":
        joined = moves.record({}, "jsonb_build_object('from', a.case_id)", key="into_case")
        await conn.execute(joined, "merged_in", {})
    return int(done.rpartition(" ")[2])


async def _move_clocks(conn: Connection, step: Transition[Status]) -> None:
    for effect in step.clocks:
        if effect is ClockEffect.MEET_ACCEPTANCE:
            await conn.execute(moves.MEET, ClockKind.ACCEPTANCE.value)
        elif effect is ClockEffect.MEET_SERVED:
            await conn.execute(moves.MEET_SERVED)
        if effect is ClockEffect.STOP_ALL:
            await conn.execute(moves.STOP, None)
        elif effect is ClockEffect.RESTART_COMPLETION:
            await conn.execute(moves.STOP, ClockKind.ACCEPTANCE.value)
    if step.action == "serve":
        await conn.execute(moves.STOP_APPLYING)
    elif step.action == "sign_for":
        await conn.execute(moves.MEET, ClockKind.SIGN_FOR.value)
    elif step.action in ("refuse", "recall"):
        await conn.execute(moves.STOP_WAITING)
    await conn.execute(moves.START)


async def _extend(conn: Connection, reference: Reference) -> None:
    """Extensions are few and their rule is pure code: one at a time. One that the rule refuses is void."""
    rows = await conn.fetch(
        "select a.*, k.id as clock, k.start, k.due, k.due_unrolled, k.provisional, k.extensions, c.procedure, c.procedure_version"
        " from act a join life c on c.id = a.case_id left join clock k on k.case_id = a.case_id"
        " and k.kind = 'completion' and k.met_at is null and k.stopped_at is null order by a.at, a.case_id"
    )
    for row in rows:
        facts = await _lengthen(conn, reference, row)
        if facts is None:
            await conn.execute("delete from act where case_id = $1", row["case_id"])
        else:
            await conn.execute("update act set more = $2 where case_id = $1", row["case_id"], facts)


async def _lengthen(conn: Connection, reference: Reference, row: Any) -> dict[str, Any] | None:
    rule = reference.clock_rule(row["procedure"], row["procedure_version"], ClockKind.COMPLETION)
    if rule is None or rule.extension is None or row["clock"] is None:
        return None
    told, may = Due(row["due"], row["due_unrolled"], row["provisional"]), rule.extension
    try:
        due = extend(
            rule, told, row["days"], may.unit, row["at"], row["extensions"], approver_roles=[may.approver_role],
            calendar=reference.calendar, tz=reference.city.tz,
        )  # fmt: skip
    except ClockRefused:
        return None
    climbs = reference.first(row["procedure"], row["procedure_version"], row["start"], due.due)
    await deadlines.extend_clock(
        conn, row["clock"], told.due, due, days=row["days"], approver=row["staff"], now=row["at"], climbs=climbs
    )
    return {"days": row["days"], "due": due.due.astimezone(UTC).isoformat(), "rule": rule.id}
