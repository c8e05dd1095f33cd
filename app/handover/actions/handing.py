"""Handing over all that a person holds in one transaction: nothing stays with them, and their access to it ends."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from app.cases.actions import assignments
from app.cases.actions.access import grant, revoke, revoke_all
from app.cases.actions.record import record
from app.centres.actions.keeping import Change
from app.centres.actions.rota import begin_absence, pass_shift
from app.core import errors
from app.core.access import Role
from app.core.database import uuid7
from app.core.rows import fetch_all
from app.core.veiled import Veiled, unveiled
from app.emergency import actions as emergencies
from app.emergency.rules import Shift
from app.emergency.schemas import OnDuty
from app.grids import actions as grids
from app.handover.actions.deciding import Reach, check_reach, hear
from app.handover.queries import Person, find_person, list_held
from app.handover.rules import Becomes, Decided, HeldKind, Move, Why, differences, in_line, plan
from app.mediation.actions.talks import relieve_absent
from app.messages.actions import queue
from app.proxy.actions import arranging as proxies
from app.reference.actions import ActionContext
from app.staff.actions import vacate
from app.staff.queries import get_actor


@dataclass(frozen=True, slots=True)
class Handover:
    """Of whom, why, until when, to whom."""

    staff: uuid.UUID
    why: Why
    until: datetime | None
    to: uuid.UUID | None

    @property
    def said(self) -> dict[str, str | None]:
        """What two persons must both have said."""
        until = self.until.astimezone(UTC).isoformat() if self.until else None
        return {"why": self.why.value, "until": until, "to": str(self.to) if self.to else None}


async def preview(act: ActionContext, asked: Handover) -> list[Move]:
    """Every thing the person holds, and to whom each would go. Changes nothing."""
    return await _plan(act, asked, await _check(act, asked))


async def hand_over(
    act: ActionContext, asked: Handover, approved: Mapping[str, uuid.UUID | None]
) -> tuple[uuid.UUID | None, str | None, list[Move]]:  # fmt: skip
    """Carry out what was previewed: its id, who asked for it first where that takes two, and what went where. Without an id
    it waits for the second of them. Raises Conflict that names what has changed since; then nothing is done.

    Locked in this order, as by whoever plans shifts or gives work: centres, people, cases, emergencies, each by their ids.
    """
    reach = await check_reach(act, asked.staff, asked.why)
    asked_by = None
    if reach.by_two:
        moves = await preview(act, asked)
        _compare(moves, approved)
        asked_by = await hear(act, Decided.HANDOVER, str(asked.staff), asked.said, reach.posts)
        if asked_by is None:
            return None, act.actor.who, moves
    centres = await begin_absence(act, asked.staff, asked.until)
    checked = await _check(act, asked, lock=True)
    cases = [case for (case,) in await act.conn.fetch(_LOCK, asked.staff)]
    moves = await _plan(act, asked, checked)
    _compare(moves, approved)
    moves = await _pass_shifts(centres, moves)
    await _pass_duty(act, asked, [m for m in moves if m.held.kind is HeldKind.EMERGENCY_SHIFT])
    handover = await _keep(act, asked, asked_by, moves)
    await _move_cells(act, asked, [m for m in moves if m.held.kind is HeldKind.CELL])
    await _move_tasks(act, asked, handover, cases, {m.held.ref: m for m in moves if m.held.kind is HeldKind.TASK})
    await _end_trust(act, asked, handover, moves)
    if asked.why is Why.LEAVES:
        await _leave(act, asked, [m.held.ref for m in moves if m.held.kind is HeldKind.POST])
    return handover, asked_by, moves


def _compare(moves: Sequence[Move], approved: Mapping[str, uuid.UUID | None]) -> None:
    if found := differences(moves, approved):
        raise errors.Conflict(
            "预览之后有变化，请重新预览后再提交。", "Something changed since the preview: look at it again.", **found
        )


@dataclass(frozen=True, slots=True)
class _Checked:
    """Whom the actor reaches, and who takes over."""

    reach: Reach
    taker: Person | None


async def _check(act: ActionContext, asked: Handover, *, lock: bool = False) -> _Checked:
    """The successor, if one is named; the order of the locks is that of the ids."""
    if lock and asked.to is not None and asked.to < asked.staff:
        await act.conn.execute("select hold_staff(array[$1::uuid], true)", asked.to)
    reach = await check_reach(act, asked.staff, asked.why, lock=lock)
    if asked.until is not None and asked.until <= act.now:
        raise errors.Invalid("休假截止时间须在现在之后。", "A leave ends after now.", pointer="#/body/until")
    if asked.to is None:
        return _Checked(reach, None)
    taker = await find_person(act.conn, asked.to, actor=act.actor, now=act.now, lock=lock)
    if asked.to == asked.staff or taker is None or not (taker.active and taker.roles):
        taker = None
    elif not taker.within:
        posts = (await get_actor(act.conn, asked.to)).posts if reach.of_line else ()
        taker = taker if any(in_line(a, b) or in_line(b, a) for a in posts for b in reach.posts) else None
    if taker is None:
        raise errors.Invalid(
            "请指定本单位或下级单位的另一名在岗人员。", "Name somebody else on duty in your unit, or in one under it.",
            pointer="#/body/to",
        )  # fmt: skip
    return _Checked(reach, taker)


async def _plan(act: ActionContext, asked: Handover, checked: _Checked) -> list[Move]:
    posts, taker = checked.reach.ending(act.actor), checked.taker
    held = await list_held(
        act.conn, asked.staff, asked.why, asked.until, asked.to, posts=posts, actor=act.actor, now=act.now
    )
    if taker is not None and Role.GRID_WORKER not in taker.roles and any(h.kind is HeldKind.CELL for h in held):
        raise errors.Invalid("网格须交给网格员。", "A cell goes to a grid worker.", pointer="#/body/to")
    free = taker is not None and not (taker.full_time and taker.has_cell)
    return plan(held, asked.why, asked.to, may_lead_cell=free)


# Live cases of the person's cells name them as worker; those with a task of theirs, which they carry or mediate, too.
_LOCK = """
    select c.id from cases c where c.id in (
        select a.case_id from assignment a where a.staff = $1 and a.state in ('offered', 'signed')
        union select o.id from cases o where o.cell in (select w.cell from cell_worker w where w.staff = $1) and o.worker = $1
            and o.status in ('registered', 'accepted', 'handling', 'concluded')
        union select p.case_id from proxy p where p.staff = $1 and p.ended_at is null
        union select m.case_id from mediator m where m.staff = $1 and m.relieved_at is null
    ) order by c.id for update
"""
_ITEM = """
    insert into staff_handover_item (handover, kind, ref, state, case_id, becomes, taken_by)
    values ($1, $2, $3, $4, $5, $6, $7)
"""


async def _keep(act: ActionContext, asked: Handover, asked_by: str | None, moves: Sequence[Move]) -> uuid.UUID:
    handover = uuid7()
    await act.conn.execute(
        "insert into staff_handover (id, staff, why, until, successor, asked_by, made_by, made_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        handover, asked.staff, asked.why.value, asked.until, asked.to, asked_by, act.actor.who, act.now,
    )  # fmt: skip
    await act.conn.executemany(
        _ITEM,
        [
            (handover, m.held.kind.value, m.held.ref, m.held.state, m.held.case, m.becomes.value, m.to)
            for m in moves
        ],
    )  # fmt: skip
    return handover


async def _pass_shifts(centres: Mapping[str, Change], moves: Sequence[Move]) -> list[Move]:
    """Off the rota, or on it with the successor. Where they cannot after all nobody stands in: no hand-over fails for it."""
    done = []
    for move in moves:
        if move.held.kind is HeldKind.SHIFT:
            passed = await pass_shift(centres[move.held.state], uuid.UUID(move.held.ref), move.to)
            done.append(move if passed else replace(move, becomes=Becomes.WITHDRAWN, to=None))
        else:
            done.append(move)
    return done


async def _pass_duty(act: ActionContext, asked: Handover, moves: Sequence[Move]) -> None:
    for move in sorted(moves, key=lambda m: m.held.state):
        day, half, emergency = move.held.ref.split(":")
        shift = OnDuty(date.fromisoformat(day), Shift(half), asked.staff)
        await emergencies.pass_duty(act, uuid.UUID(emergency), shift, move.to)


async def _end_trust(act: ActionContext, asked: Handover, handover: uuid.UUID, moves: Sequence[Move]) -> None:
    """What was given to this person alone ends, and their access by it; or it stays over a leave."""
    for move in moves:
        if move.held.kind in (HeldKind.PROXY, HeldKind.PROXY_OFFER):
            step = proxies.stay if move.becomes is Becomes.STAYS else proxies.give_up
            await step(act, uuid.UUID(move.held.ref), handover=handover)
        elif move.held.kind is HeldKind.MEDIATOR and move.becomes is not Becomes.STAYS:
            await relieve_absent(act, uuid.UUID(move.held.ref), asked.staff, handover=handover)


async def _move_cells(act: ActionContext, asked: Handover, moves: Sequence[Move]) -> None:
    """Who leaves holds no cell; who is on leave stays its worker while somebody covers. Cover passes on until its own end."""
    cells = [move.held.ref for move in moves]
    await grids.end_work(act.conn, asked.staff, cells, at=act.now, primary=asked.why is Why.LEAVES)
    for move in moves:
        if move.to is not None:
            until = asked.until if move.held.state == "primary" else move.held.until
            await grids.give_work(act.conn, move.held.ref, move.to, move.becomes.value, since=act.now, until=until)


_STATE = """
    select c.worker, c.lead_unit, not coalesce($2::uuid = any(c.barred_staff), false) and not exists (
            select from staff s join unit u on u.code = s.unit
            where s.id = $2 and withheld_from(c.barred_units, c.waits_above, u.path, u.tier)) as free,
        array(select a.id from assignment a where a.case_id = c.id and a.staff = $3
            and a.state in ('offered', 'signed') order by a.id) as tasks
    from cases c where c.id = $1
"""


@dataclass(frozen=True, slots=True)
class _State:
    """A case whose tasks go to others; `free`: it may name the successor as its worker."""

    worker: uuid.UUID | None
    lead_unit: str
    free: bool
    tasks: list[Veiled]


async def _move_tasks(
    act: ActionContext, asked: Handover, handover: uuid.UUID, cases: Sequence[uuid.UUID], moves: Mapping[str, Move]
) -> None:  # fmt: skip
    """Case by case: the tasks, the worker it names, who sees it, and one event that says so."""
    for case in cases:
        (state,) = await fetch_all(act.conn, _State, _STATE, case, asked.to, asked.staff)
        tasks = [moves[str(task)] for task in state.tasks]
        for move in tasks:
            await _move_task(act, asked, case, state.lead_unit, move)
        columns: dict[str, object] = {}
        if asked.why is Why.LEAVES and state.worker == asked.staff:
            columns["worker"] = asked.to if state.free else None
        if tasks or columns:
            to = next((move.to for move in tasks if move.to), None)
            facts = {"handover": str(handover), "from": str(asked.staff), "to": str(to) if to else None,
                     "why": asked.why.value, "tasks": len(tasks)}  # fmt: skip
            await record(act.conn, case, "handed_over", actor=act.actor, at=act.now, columns=columns, facts=facts)


async def _move_task(act: ActionContext, asked: Handover, case: uuid.UUID, lead: str, move: Move) -> None:
    task = unveiled(uuid.UUID(move.held.ref))
    await assignments.recall(act.conn, task, by=act.actor.id, at=act.now)
    await revoke(act.conn, case, "task", at=act.now, grantees=[f"staff:{asked.staff}"])
    grantee, template = f"unit:{lead}", "task_came_back"
    if move.becomes is Becomes.TASK and move.to is not None:
        await assignments.pass_on(act.conn, task, move.to, move.held.state, by=act.actor.id, at=act.now)
        await grant(act.conn, case, [f"staff:{move.to}"], "task")
        grantee, template = f"staff:{move.to}", "task_handed_over"
    await queue(act.conn, f"{template} {task} {grantee}", template, now=act.now, grantee=grantee, case_id=case)


async def _leave(act: ActionContext, asked: Handover, posts: Sequence[str]) -> None:
    """The seats stand empty; whatever the person saw by name is seen no more."""
    await vacate(act.conn, asked.staff, posts)
    await revoke_all(act.conn, f"staff:{asked.staff}", at=act.now)
