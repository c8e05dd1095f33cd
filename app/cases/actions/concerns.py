"""Whom a matter concerns, after it was registered: named, corrected and lifted by the tier above, said by its resident."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.cases.actions.barring import Sealed, hold_family, settle
from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin
from app.cases.queries.concerned import list_concerns
from app.cases.queries.looking import LookedCase
from app.cases.queries.one import LoadedCase
from app.core import errors
from app.core.access import Permission
from app.core.crypto import keys
from app.core.rows import fetch_one
from app.reference.actions import ActionContext

MOST = 60  # people and units that one case may concern

# A member of staff counts as every unit they hold a post in.
_NAME = """
    insert into case_concern (case_id, relation, unit, staff, named_by, named_at)
    select $1, $2, coalesce(w.unit, held.unit), w.staff, $3, $4 from unnest($5::text[], $6::uuid[]) w(unit, staff)
    left join lateral (
        select p.unit from post p where p.staff = w.staff union select s.unit from staff s where s.id = w.staff
    ) held on true
    where not exists (select from case_concern k where k.case_id = $1 and k.relation = $2 and k.ended_at is null
        and k.unit = coalesce(w.unit, held.unit) and k.staff is not distinct from w.staff)
"""
_SAY = """
    insert into case_concern (case_id, relation, sealed, seal_key, named_by, named_at) values ($1, 'concerns', $2, $3, $4, $5)
"""
_END = """
    update case_concern set ended_by = $2, ended_at = $3
    where case_id = $1 and relation = $4 and ended_at is null and (staff is null and unit = $5 or staff = $6::uuid)
    returning id
"""
_END_WORDS = """
    update case_concern set ended_by = $2, ended_at = $3
    where case_id = any($1::uuid[]) and sealed is not null and ended_at is null returning case_id
"""
# Whom one names stands below, or is one's own unit; the city's centre and desks stand above all units of the city.
_RANKS = """
    with named as (
        select u.code, u.tier from unit u where u.code = any($1::text[]) or u.code in (
            select p.unit from post p where p.staff = any($2::uuid[])
            union all select s.unit from staff s where s.id = any($2::uuid[]))
    )
    select (select count(*) from unit where code = any($1::text[])) + (select count(*) from staff where id = any($2::uuid[]))
            as known,
        coalesce((select max(tier_rank(tier)) from named where code <> all($3::text[])), 0) as named,
        coalesce((select max(case when u.kind in ('intake_desk', 'discipline_desk', 'centre') and u.tier = 'city' then 5
            else tier_rank(u.tier) end) from unit u where u.code = any($3::text[])), 0) as mine
"""


class Whom(Protocol):
    """A unit or a member of staff."""

    unit: str | None
    staff: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class SaidByResident:
    """Units and words that say whom it concerns; units that must not be involved; and who is let in again of those whom a
    resident kept out."""

    units: Sequence[str]
    words: Sequence[str]
    not_to: Sequence[str]
    let_in: Sequence[Whom]


@dataclass(frozen=True, slots=True)
class _Ranks:
    """How many of those named exist, how high the highest unit among them stands, and the highest of those that name them."""

    known: int
    named: int
    mine: int


async def name_concerned(act: ActionContext, case_id: uuid.UUID, *, whom: Sequence[Whom], reason: str) -> None:
    """Name the units and people that the matter concerns: they, and whoever stands under them, are kept out from now on. What
    words said of it, or of a case merged with it, is settled by that; with nobody named, it is found that they mean no unit."""
    case = await begin(act, case_id, "name_concerned")
    if not whom and not case.facts.waits:
        raise errors.Invalid("请指明所涉单位或人员。", "Name whom it concerns.", pointer="#/body/whom")
    await _may_name(act, case, whom)
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    meant = await act.conn.fetch(_END_WORDS, await hold_family(act, case_id), act.actor.who, act.now)
    for one in sorted({case_id, *(row["case_id"] for row in meant)}):
        await _name(act, one, whom)
    await advance(act, case, "name_concerned", facts=said)
    await settle(act, case_id)


async def mend_concerned(
    act: ActionContext, case_id: uuid.UUID, *, instead_of: Whom, whom: Sequence[Whom], reason: str
) -> None:
    """Somebody else is meant: those named wrongly get back what the bar took from them."""
    case = await begin(act, case_id, "mend_concerned")
    await _may_name(act, case, whom)
    await _lift(act, case_id, instead_of, "#/body/instead_of")
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    await _name(act, case_id, whom)
    await advance(act, case, "mend_concerned", facts=said)
    await settle(act, case_id)


async def lift_concerned(act: ActionContext, case_id: uuid.UUID, *, whom: Whom, reason: str) -> None:
    """The matter does not concern them after all: they get back what the bar took from them. Whom the resident does not want
    involved (`not_to`) stays out: that is the resident's to say."""
    case = await begin(act, case_id, "lift_concerned")
    await _lift(act, case_id, whom, "#/body/whom")
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    await advance(act, case, "lift_concerned", facts=said)
    await settle(act, case_id)


async def say_concerned(act: ActionContext, case: LoadedCase, said: SaidByResident) -> None:
    """The resident says whom it concerns, who must not be involved, and who may be after all. The caller has checked the query
    code and holds the case's lock. What was said before is not said twice."""
    units = {*said.units, *said.not_to}
    if await act.conn.fetchval("select count(*) from unit where code = any($1::text[])", units) < len(units):
        raise errors.Invalid("没有这个单位。", "There is no such unit.", pointer="#/body/concerns")
    live = await list_concerns(act.conn, case.case_id)
    known = {concern.words for concern in live}
    words = [text for text in dict.fromkeys(said.words) if text not in known]
    there = {(k.relation, k.unit) for k in live if k.staff is None}
    wanted = [("concerns", unit) for unit in said.units] + [("not_to", unit) for unit in said.not_to]
    named = [pair for pair in wanted if pair not in there]
    if len(live) + len(words) + len(named) > MOST:
        raise errors.Conflict(
            "回避登记已达上限，请到窗口办理。", "So many were named already: please turn to a window."
        )
    ended = [row for whom in said.let_in for row in await _end(act, case.case_id, "not_to", whom)]
    if not (words or ended or named):
        return
    for text in words:
        sealed = keys().seal({"text": text}, f"case_concern {case.case_id}")
        await act.conn.execute(_SAY, case.case_id, sealed.body, sealed.key, act.actor.who, act.now)
    for relation, unit in named:
        await act.conn.execute(_NAME, case.case_id, relation, act.actor.who, act.now, [unit], [None])
    await record(act.conn, case.case_id, "concern_said", actor=act.actor, at=act.now)
    await settle(act, case.case_id)


async def _may_name(act: ActionContext, case: LookedCase, whom: Sequence[Whom]) -> None:
    """Those who name stand above those whom they name; or it is they themselves who stand back."""
    units, staff = sorted({w.unit for w in whom if w.unit}), sorted({w.staff for w in whom if w.staff})
    mine = case.facts.namers & act.actor.works_for(Permission.CONCERN_NAME)
    ranks = await fetch_one(act.conn, _Ranks, _RANKS, units, staff, sorted(mine))
    assert ranks is not None  # noqa: S101 (one row by construction)
    if ranks.known < len(units) + len(staff):
        raise errors.Invalid("没有这个单位或人员。", "There is no such unit or member of staff.", pointer="#/body/whom")
    if ranks.named >= ranks.mine:
        raise errors.Forbidden(
            "所涉单位的层级不低于本单位：请上报，由上级指明。",
            "Whom you name stands no lower than your unit: take it up, the tier above names them.",
        )


async def _name(act: ActionContext, case_id: uuid.UUID, whom: Sequence[Whom]) -> None:
    units, staff = [w.unit for w in whom], [w.staff for w in whom]
    await act.conn.execute(_NAME, case_id, "concerns", act.actor.who, act.now, units, staff)


async def _end(act: ActionContext, case_id: uuid.UUID, relation: str, whom: Whom) -> list[object]:
    """Gives what ended: nothing where nobody of that name is kept out by that relation."""
    return list(await act.conn.fetch(_END, case_id, act.actor.who, act.now, relation, whom.unit, whom.staff))


async def _lift(act: ActionContext, case_id: uuid.UUID, whom: Whom, pointer: str) -> None:
    if not await _end(act, case_id, "concerns", whom):
        raise errors.Invalid("所列名单中没有这个单位或人员。", "Nobody of that name is concerned.", pointer=pointer)
