"""What is due on clocks, taken set-wise: any number of processes may run, one of them works, each action exactly once.

The clocks that are due are locked, and the cases of those that somebody is told about; what lies in other hands is left
for the next round, so nothing here ever waits for a lock. The rules say which steps each clock takes, and everything is
written in one transaction: the clock's new level is what makes it happen once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.cases.actions.telling import tell_step
from app.cases.queries.one import ABOVE
from app.core.access import CLOCK
from app.core.database import Connection
from app.core.rows import fetch_all, read_sql
from app.deadlines import actions as deadlines
from app.deadlines.rules import AT_ONCE, ClockKind, EscalationStep, Owner, QuietHours, StartsOn, escalation
from app.messages.actions import IN_APP
from app.messages.actions.queue import ON_TWICE
from app.reference.queries import Reference

BATCH = 5000

# One runner of a city at a time: two would share out the clocks of one case, and the escalation of one would stop a clock
# before the other has urged. The lock ends with the transaction, so a runner that is killed holds up nobody.
_ALONE = "select pg_try_advisory_xact_lock(hashtextextended('deadline sweep ' || current_schema(), 0))"
# Clocks of one procedure that stand alike escalate alike: one row for all of them.
_DUE = """
    with locked as materialized (
        select k.id, k.kind, k.owner, k.level, k.start, k.due, c.procedure, c.procedure_version
        from running_clock k join cases c on c.id = k.case_id
        where k.next_at <= $1
        order by k.next_at limit $2
        for update of k skip locked
    )
    select procedure, procedure_version, kind = 'completion' as completes, kind = 'emergency' as presses, owner, level,
        due, case when level = 0 then start end as start, array_agg(id) as clocks
    from locked group by 1, 2, 3, 4, 5, 6, 7, 8
"""
_HOLD = """
    select k.id from clock k join cases c on c.id = k.case_id where k.id = any($1::bigint[]) for update of c skip locked
"""
# One event a case, whatever number of its clocks it is about.
_TELL = """
    with pressed as (
        select k.case_id, jsonb_build_object('set', '{}'::jsonb, 'clocks', jsonb_agg(jsonb_build_object('kind', k.kind,
            'rule', k.rule, 'due', extract(epoch from k.due)) order by k.id)) as facts
        from clock k where k.id = any($1::bigint[]) group by 1
    )
    select append_events(array_agg(case_id), $2, $3, $4, array_agg(facts)) from pressed
"""
_RECALL = read_sql(__package__, "recall")
_ESCALATE = """
    with up as materialized (
        select s.id, s.target, s.recalled, u.tier from unnest($1::uuid[], $2::text[], $3::text[]) s(id, target, recalled)
        join unit u on u.code = s.target
    ), offered as (
        insert into assignment (case_id, unit, part, state, offered_by, offered_at)
        select id, target, 'lead', 'offered', $5, $4 from up order by id
    ), seen as (
        insert into case_access (case_id, grantee, part) select id, 'unit:' || target, 'offer' from up
        on conflict (case_id, grantee, part) do update set until = null
    )
    select append_events(array_agg(id), 'escalate', $4, $6, array_agg(jsonb_build_object('set',
        jsonb_build_object('escalated_to', tier), 'unit', target, 'recalled', recalled, 'why', 'breach',
        'basis', 'XF 15 ¶3'))) from up
"""
# To whoever leads, and to the unit that is to sign; an accusation's lead is its sworn posts.
_MESSAGE = f"""
    {IN_APP}
    select 'clock ' || k.id || ' ' || k.extensions || ' ' || $2 || ' ' || g.grantee, g.grantee, 'clock_' || $2, k.case_id,
        jsonb_build_object('kind', k.kind, 'rule', k.rule), $3
    from clock k join cases c on c.id = k.case_id
    cross join lateral (
        select 'unit:' || c.lead_unit as grantee where c.petition_class is distinct from 'accusation'
        union all select 'unit:' || k.subject where k.kind = 'sign_for'
        union all select 'post:' || p.id from post p where c.petition_class = 'accusation' and p.unit = c.lead_unit
            and p.role in ('discipline_officer', 'coordinator')
    ) g
    where k.id = any($1::bigint[])
    {ON_TWICE}
"""
_MESSAGE_UP = f"""
    {IN_APP}
    select 'escalated ' || s.id || ' ' || s.target, 'unit:' || s.target, 'escalated', s.id, '{{}}'::jsonb, $3
    from unnest($1::uuid[], $2::text[]) s(id, target)
    {ON_TWICE}
"""


@dataclass(frozen=True, slots=True)
class _Alike:
    """Clocks of one procedure that stand alike. `completes`: by them a result is due; `presses`: by hours, day and night."""

    procedure: str
    procedure_version: int
    completes: bool
    presses: bool
    owner: Owner
    level: int
    due: datetime
    start: datetime | None
    clocks: list[int]


@dataclass(frozen=True, slots=True)
class _Up:
    """A case that goes up to the centre `target`; the unit whose offer was `recalled`."""

    id: UUID
    target: str
    procedure: str
    procedure_version: int
    recalled: str | None


@dataclass(slots=True)
class _Round:
    """What the clocks of one batch take, as the columns of the statements."""

    clocks: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    plans: list[tuple[int, int, datetime | None, bool, bool]] = field(default_factory=list)
    pressed: dict[EscalationStep, list[int]] = field(default_factory=dict)
    up: list[int] = field(default_factory=list)

    def loud(self) -> set[int]:
        """The clocks whose cases are written to. A breach alone is written on the clock."""
        return {clock for clocks in (*self.pressed.values(), self.up) for clock in clocks}

    def leave(self, clocks: set[int]) -> None:
        """Put these off to the next round."""
        kept = [(clock, place) for clock, place in zip(self.clocks, self.places, strict=True) if clock not in clocks]
        self.clocks, self.places = [clock for clock, _ in kept], [place for _, place in kept]
        self.pressed = {rung: [c for c in ids if c not in clocks] for rung, ids in self.pressed.items()}
        self.up = [clock for clock in self.up if clock not in clocks]


async def process_due_clocks(
    conn: Connection, reference: Reference, *, now: datetime, quiet: QuietHours, limit: int = BATCH
) -> int:  # fmt: skip
    """Take what is due on at most `limit` clocks, in the caller's transaction; gives how many clocks were moved.

    Breach and lapse are facts kept on the clock; urging, criticism and escalation are events of the case. Cases that
    somebody holds are left out, so a caller goes on until it gets 0 (at once while another runner works) and comes back
    later.
    """
    if not await conn.fetchval(_ALONE):
        return 0
    groups = await fetch_all(conn, _Alike, _DUE, now, limit)
    if not groups:
        return 0
    taken = _Round()
    for alike in groups:
        _take(taken, alike, reference, now, quiet)
    if loud := taken.loud():
        held = {row["id"] for row in await conn.fetch(_HOLD, list(loud))}
        taken.leave(loud - held)
    await deadlines.climb(conn, taken.clocks, taken.places, taken.plans)
    if taken.up:
        await _escalate(conn, reference, taken.up, now)
    for rung in EscalationStep:  # a case that is due two of them has them in this order
        clocks = taken.pressed.get(rung, [])
        if clocks and rung in (EscalationStep.URGE, EscalationStep.CRITICISE):
            await conn.execute(_TELL, clocks, rung.value, now, f"{CLOCK.kind}:{CLOCK.id}")
        if clocks:
            await conn.execute(_MESSAGE, clocks, rung.value, now)
    return len(taken.clocks)


def _take(taken: _Round, alike: _Alike, reference: Reference, now: datetime, quiet: QuietHours) -> None:
    ladder = reference.procedures[alike.procedure, alike.procedure_version].ladder
    if alike.presses:  # hours that run through the night and over days off are pressed then too: somebody is on duty
        ladder = replace(ladder, round_the_clock=True)
    step = escalation(
        ladder, alike.owner, alike.level, alike.start or alike.due, alike.due, now,
        quiet=quiet, calendar=reference.calendar, tz=reference.city.tz,
    )  # fmt: skip
    place = len(taken.plans)
    taken.clocks += alike.clocks
    taken.places += [place] * len(alike.clocks)
    taken.plans.append(
        (place, step.level, step.next_at, EscalationStep.BREACH in step.rungs, EscalationStep.LAPSE in step.rungs)
    )
    for rung in step.rungs:
        if rung not in AT_ONCE or (
            rung is EscalationStep.BREACH and ladder.round_the_clock
        ):  # a breach is on the board by itself
            taken.pressed.setdefault(rung, []).extend(alike.clocks)
    if alike.completes and ladder.escalate in step.rungs:
        taken.up += alike.clocks


async def _escalate(conn: Connection, reference: Reference, clocks: Sequence[int], now: datetime) -> None:
    """The cases of these clocks go up to the centre above, where there is one and no result yet."""
    cases = await fetch_all(conn, _Up, _RECALL.format(above=ABOVE), clocks, now, CLOCK.id)
    ids = [case.id for case in cases]
    await deadlines.stop_of_all(conn, ids, (ClockKind.SIGN_FOR, ClockKind.RETURN_RULING), now)
    named = {(case.procedure, case.procedure_version) for case in cases}
    plans = {name: reference.plan(reference.procedures[name], StartsOn.OFFERED, now) for name in named}
    to_sign = [
        (case.id, clock, case.target)
        for case in cases
        for clock in plans[case.procedure, case.procedure_version]
        if clock.kind is ClockKind.SIGN_FOR
    ]
    await deadlines.start_all(conn, to_sign)
    targets = [case.target for case in cases]
    recalled = [case.recalled for case in cases]
    await conn.execute(_ESCALATE, ids, targets, recalled, now, CLOCK.id, f"{CLOCK.kind}:{CLOCK.id}")
    await conn.execute(_MESSAGE_UP, ids, targets, now)
    await tell_step(conn, ids, "escalate", now, {})
