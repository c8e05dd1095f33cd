"""Who is kept out of a case follows from whom it concerns, and with it who leads it and is offered it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.actions.access import Part, change
from app.cases.actions.anew import route_anew
from app.cases.actions.notes import keep_note
from app.cases.actions.offering import grantees, stop_waiting
from app.cases.actions.record import record
from app.cases.actions.step import start_clocks
from app.cases.queries.one import LoadedCase, load_linked
from app.cases.rules import TRANSITIONS
from app.core import errors
from app.core.rows import fetch_all, fetch_one, read_sql
from app.deadlines.rules import ClockKind, StartsOn
from app.messages.actions import queue
from app.reference.actions import ActionContext

BARS = "bars"  # the kind of note, sealed, that says who is kept out from then on

_LEAVE = "update assignment set state = 'done', taken_at = $2 where id = $1"
_STAND_IN = """
    insert into assignment (case_id, unit, part, state, offered_by, offered_at, answered_by, answered_at, stands_in_for)
    values ($1, $2, 'lead', 'signed', $3, $4, $3, $4, $5)
"""
_WITHDRAW = "update assignment set state = 'recalled', answered_by = $2, answered_at = $3, taken_at = $3 where id = $1"
_STEP_BACK = "update assignment set state = 'done' where case_id = $1 and part = 'lead' and state = 'signed'"
_RETURN = """
    update assignment set state = $2, part = $3, taken_at = null, answered_by = case when $2 = 'signed' then answered_by end,
        answered_at = case when $2 = 'signed' then answered_at end
    where id = $1
"""
_LOST = "update assignment set taken_at = null where id = $1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A case, as what is written on it is sealed whatever it is about."""

    case_id: uuid.UUID
    secret: bool = True


@dataclass(frozen=True, slots=True)
class _Id:
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class _Barred:
    id: uuid.UUID
    units: tuple[str, ...]
    staff: tuple[uuid.UUID, ...]

    @property
    def words(self) -> str:
        """Who is kept out, to be sealed."""
        return json.dumps({"units": self.units, "staff": [str(person) for person in self.staff]})


@dataclass(frozen=True, slots=True)
class _Taken:
    """A lead or an offer that a bar took from a unit. `stood_in`: who got the lead for it still has it; `stands_in`: it had the
    lead for another itself; `late`: another has signed for the lead since."""

    id: int
    unit: str
    offered: bool
    late: bool
    stands_in: bool
    stood_in: bool


@dataclass(frozen=True, slots=True)
class _Hands:
    """In whose hands a case is; `away`: its lead is kept out. `leading` is the lead's assignment, `offer` an open offer to a
    unit that is kept out, `open` that any is; `free` what was taken from those who are kept out no more."""

    lead: str
    away: bool
    stand_in: str
    leading: int | None
    offer: int | None
    open: bool
    free: tuple[_Taken, ...]


async def require_apart(act: ActionContext, one: uuid.UUID, other: uuid.UUID) -> None:
    """Two cases are joined only where nobody whom one of them bars has the other in hand; raises Conflict."""
    if await act.conn.fetchval(read_sql(__package__, "apart"), one, other, act.now):
        raise errors.Conflict(
            "其中一件须回避的单位或人员正在办理另一件，或所涉单位尚待指明，不能并案或关联。",
            "One of the two keeps out who has the other in hand, or waits until a unit is named: they are not joined.",
        )


async def hold_family(act: ActionContext, case_id: uuid.UUID) -> list[uuid.UUID]:
    """The case and all that are merged together with it, locked."""
    return [case.id for case in await fetch_all(act.conn, _Id, read_sql(__package__, "joined"), case_id)]


async def settle(act: ActionContext, case_id: uuid.UUID, *, apart: bool = False) -> None:
    """Whoever a case, or one merged with it, concerns is kept out of all of them; the lead or an offer that one of them had
    goes to a unit above, and comes back to whom nothing keeps out any more. Told in an event, which seals whom it names.
    `apart`: it stands alone again, and what changed meanwhile is made up for."""
    joined = await hold_family(act, case_id)
    changed = {c.id: c for c in await fetch_all(act.conn, _Barred, read_sql(__package__, "rebar"), joined)}
    for one in joined:
        columns = await _into_free_hands(act, one, joined)
        if one in changed or (apart and one == case_id):
            columns |= await route_anew(act, one, joined)
        if columns or one in changed:
            said = (await keep_note(act, Sealed(one), BARS, changed[one].words)).said if one in changed else {}
            await record(act.conn, one, "bars_changed", actor=act.actor, at=act.now, columns=columns, facts=said)


async def _into_free_hands(act: ActionContext, case_id: uuid.UUID, family: Sequence[uuid.UUID]) -> dict[str, object]:
    """Gives the columns that change with it."""
    columns: dict[str, object] = {}
    hands = await _hands(act, case_id, family)
    if not (hands.free or hands.away or hands.offer):
        return columns
    case = await load_linked(act.conn, case_id, act.reference)
    while hands.free:  # the last taken first: who stood in for somebody may have had it taken in turn
        columns |= await _give_back(act, case, hands, hands.free[0])
        hands = await _hands(act, case_id, family)
    if hands.offer is not None:
        await act.conn.execute(_WITHDRAW, hands.offer, act.actor.id, act.now)
        await stop_waiting(act, case_id)
    if hands.away and hands.stand_in != hands.lead and hands.leading is not None:
        await act.conn.execute(_LEAVE, hands.leading, act.now)
        await act.conn.execute(_STAND_IN, case_id, hands.stand_in, act.actor.id, act.now, hands.leading)
        columns["lead_unit"] = hands.stand_in
        await _lead(act, case, hands.stand_in, taken=[])
    return columns


async def _hands(act: ActionContext, case_id: uuid.UUID, family: Sequence[uuid.UUID]) -> _Hands:
    hands = await fetch_one(act.conn, _Hands, read_sql(__package__, "hands"), case_id, family)
    assert hands is not None  # noqa: S101 (the case is there)
    return hands


async def _give_back(act: ActionContext, case: LoadedCase, hands: _Hands, taken: _Taken) -> dict[str, object]:
    """The lead comes back from who stood in, else its unit helps; an offer comes back unless another one is open, somebody
    has signed since, or the case has ended."""
    if taken.offered:
        if (
            case.facts.status not in TRANSITIONS["offer"].sources
            or hands.open
            or taken.late
            or hands.lead == taken.unit
        ):
            await act.conn.execute(_LOST, taken.id)
            await change(
                act.conn, case.case_id, act.now, taken=[(g, "offer") for g in await grantees(act, case, taken.unit)]
            )
        else:
            await act.conn.execute(_RETURN, taken.id, "offered", "lead")
            await start_clocks(act, case, StartsOn.OFFERED, kind=ClockKind.SIGN_FOR, subject=taken.unit)
        return {}
    if not taken.stood_in and taken.stands_in:
        await act.conn.execute(_LOST, taken.id)
        await change(
            act.conn, case.case_id, act.now, taken=[(g, "lead") for g in await grantees(act, case, taken.unit)]
        )
        return {}
    if not taken.stood_in:
        await act.conn.execute(_RETURN, taken.id, "signed", "co")
        helping = await grantees(act, case, taken.unit)
        given, no_more = [(g, "co") for g in helping], [(g, "lead") for g in helping if hands.lead != taken.unit]
        await change(act.conn, case.case_id, act.now, given=given, taken=no_more)
        return {}
    await act.conn.execute(_STEP_BACK, case.case_id)
    await act.conn.execute(_RETURN, taken.id, "signed", "lead")
    await _lead(act, case, taken.unit, taken=[(g, "lead") for g in await grantees(act, case, hands.lead)])
    return {"lead_unit": taken.unit}


async def _lead(act: ActionContext, case: LoadedCase, unit: str, *, taken: list[Part]) -> None:
    """`unit` leads, sees the case by that, and is told. What the one before saw it by is left: the bar hides it."""
    after = await grantees(act, case, unit)
    await change(act.conn, case.case_id, act.now, given=[(name, "lead") for name in after], taken=taken)
    for name in after:
        await queue(
            act.conn, f"bars {case.case_id} {case.facts.version} {name}", "lead_moved", now=act.now, grantee=name,
            case_id=case.case_id,
        )  # fmt: skip
