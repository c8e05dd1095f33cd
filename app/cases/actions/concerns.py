"""Whom a matter concerns, after it was registered: named, corrected and lifted by the tier above, said by its resident."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.cases.actions.access import grant, revoke
from app.cases.actions.barring import Sealed, settle
from app.cases.actions.notes import write_note
from app.cases.actions.offering import end_offer, offer_instead
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin
from app.cases.queries.looking import LookedCase
from app.cases.queries.one import LoadedCase, load_linked
from app.cases.rules import REVIEWS, Status
from app.core import errors
from app.core.access import Permission
from app.core.crypto import keys, opened
from app.core.rows import fetch_all, fetch_one, read_sql
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
    where case_id = $1 and relation = 'concerns' and ended_at is null and (staff is null and unit = $4 or staff = $5::uuid)
    returning id
"""
_END_WORDS = "update case_concern set ended_by = $2, ended_at = $3 where case_id = $1 and sealed is not null and ended_at is null"
_LIVE = "select id, unit, sealed, seal_key from case_concern where case_id = $1 and ended_at is null"
_HELPER = """
    insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at)
    select c.id, s.unit, s.id, 'co', 'offered', $2, $3 from cases c join staff s on s.id = c.worker join unit u on u.code = s.unit
    where c.id = $1 and c.kind in ('request', 'event') and not coalesce(s.id = any(c.barred_staff), false)
        and not withheld_from(c.barred_units, null, u.path, u.tier)
        and not exists (select from assignment a where a.case_id = c.id and a.staff = s.id)
    returning 'staff:' || staff as helper
"""
_RANKS = """
    select (select count(*) from unit where code = any($1::text[])) + (select count(*) from staff where id = any($2::uuid[]))
            as known,
        coalesce((select max(tier_rank(u.tier)) from unit u where u.code = any($1::text[]) or u.code in (
            select p.unit from post p where p.staff = any($2::uuid[])
            union all select s.unit from staff s where s.id = any($2::uuid[]))), 0) as named,
        coalesce((select max(case when u.kind in ('intake_desk', 'discipline_desk', 'centre') and u.tier = 'city'
            and not u.code = any($1::text[]) then 5 else tier_rank(u.tier) end) from unit u where u.code = any($3::text[])), 0)
            as mine
"""


class Whom(Protocol):
    """A unit or a member of staff."""

    unit: str | None
    staff: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class _Ranks:
    """How many of those named exist, how high the highest unit among them stands, and the highest that names them: at the
    city's tier its centre and desks stand above all others."""

    known: int
    named: int
    mine: int


@dataclass(frozen=True, slots=True)
class _Concern:
    id: int
    unit: str | None
    sealed: bytes | None
    seal_key: bytes | None


@dataclass(frozen=True, slots=True)
class _Anew:
    """Who would lead and answer were it registered now; `untouched`: it stands as its registration left it."""

    untouched: bool
    lead: str
    answering: str


async def name_concerned(act: ActionContext, case_id: uuid.UUID, *, whom: Sequence[Whom], reason: str) -> None:
    """Name the units and people that the matter concerns: they, and whoever stands under them, are kept out from now on. What
    words said of it is settled by that; with nobody named, it is found that they mean no unit."""
    case = await begin(act, case_id, "name_concerned")
    if not whom and not case.facts.waits:
        raise errors.Invalid("请指明所涉单位或人员。", "Name whom it concerns.", pointer="#/body/whom")
    await _may_name(act, case, whom)
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    await act.conn.execute(_END_WORDS, case_id, act.actor.who, act.now)
    await _name(act, case_id, "concerns", whom)
    await advance(act, case, "name_concerned", facts=said)
    await _follow(act, case)


async def mend_concerned(
    act: ActionContext, case_id: uuid.UUID, *, instead_of: Whom, whom: Sequence[Whom], reason: str
) -> None:
    """Somebody else is meant: those named wrongly get back what the bar took from them."""
    case = await begin(act, case_id, "mend_concerned")
    await _may_name(act, case, whom)
    await _end(act, case_id, instead_of, "#/body/instead_of")
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    await _name(act, case_id, "concerns", whom)
    await advance(act, case, "mend_concerned", facts=said)
    await _follow(act, case)


async def lift_concerned(act: ActionContext, case_id: uuid.UUID, *, whom: Whom, reason: str) -> None:
    """The matter does not concern them after all: they get back what the bar took from them. Whom the resident does not want
    involved (`not_to`) stays out: that is the resident's to say."""
    case = await begin(act, case_id, "lift_concerned")
    await _end(act, case_id, whom, "#/body/whom")
    _, said = await write_note(act, Sealed(case_id), "concern_reason", reason)
    await advance(act, case, "lift_concerned", facts=said)
    await _follow(act, case)


async def say_concerned(
    act: ActionContext, case: LoadedCase, *, concerns: Sequence[tuple[str | None, str | None]], not_to: Sequence[str]
) -> None:
    """The resident says whom it concerns: a unit, or words. The caller has checked the query code and holds the case's lock.
    What was said before is not said twice."""
    units = [unit for unit, _ in concerns if unit]
    if await act.conn.fetchval("select count(*) from unit where code = any($1::text[])", {*units, *not_to}) < len(
        {*units, *not_to}
    ):
        raise errors.Invalid("没有这个单位。", "There is no such unit.", pointer="#/body/concerns")
    live = await fetch_all(act.conn, _Concern, _LIVE, case.case_id)
    known = {opened(k.sealed, k.seal_key, f"case_concern {case.case_id}").get("text") for k in live if k.sealed}
    words = [text for _, text in concerns if text and text not in known]
    fresh = bool(words) or not {*units, *not_to} <= {k.unit for k in live}
    if not fresh:
        return
    if len(live) + len(concerns) + len(not_to) > MOST:
        raise errors.Conflict(
            "回避登记已达上限，请到窗口办理。", "So many were named already: please turn to a window."
        )
    for text in words:
        sealed = keys().seal({"text": text}, f"case_concern {case.case_id}")
        await act.conn.execute(_SAY, case.case_id, sealed.body, sealed.key, act.actor.who, act.now)
    for relation, named in (("concerns", units), ("not_to", list(not_to))):
        await act.conn.execute(_NAME, case.case_id, relation, act.actor.who, act.now, named, [None] * len(named))
    await record(act.conn, case.case_id, "concern_said", actor=act.actor, at=act.now)
    await settle(act, case.case_id)


async def _may_name(act: ActionContext, case: LookedCase, whom: Sequence[Whom]) -> None:
    """Those who name stand above those whom they name."""
    units, staff = sorted({w.unit for w in whom if w.unit}), sorted({w.staff for w in whom if w.staff})
    mine = case.facts.namers & act.actor.units_with(Permission.CONCERN_NAME)
    ranks = await fetch_one(act.conn, _Ranks, _RANKS, units, staff, sorted(mine))
    assert ranks is not None  # noqa: S101 (one row by construction)
    if ranks.known < len(units) + len(staff):
        raise errors.Invalid("没有这个单位或人员。", "There is no such unit or member of staff.", pointer="#/body/whom")
    if ranks.named >= ranks.mine:
        raise errors.Forbidden(
            "所涉单位的层级不低于本单位：请上报，由上级指明。",
            "Whom you name stands no lower than your unit: take it up, the tier above names them.",
        )


async def _name(act: ActionContext, case_id: uuid.UUID, relation: str, whom: Sequence[Whom]) -> None:
    units, staff = [w.unit for w in whom], [w.staff for w in whom]
    await act.conn.execute(_NAME, case_id, relation, act.actor.who, act.now, units, staff)


async def _end(act: ActionContext, case_id: uuid.UUID, whom: Whom, pointer: str) -> None:
    if not await act.conn.fetch(_END, case_id, act.actor.who, act.now, whom.unit, whom.staff):
        raise errors.Invalid("所列名单中没有这个单位或人员。", "Nobody of that name is concerned.", pointer=pointer)


async def _follow(act: ActionContext, case: LookedCase) -> None:
    """What follows of whom it concerns now. A case that stands as its registration left it goes the way it would go now; who
    decided that goes on seeing it."""
    await settle(act, case.case_id)
    anew = await fetch_one(act.conn, _Anew, read_sql(__package__, "anew"), case.case_id)
    now = await load_linked(act.conn, case.case_id, act.reference)
    if anew is None or not anew.untouched or now.facts.status is not Status.REGISTERED or now.row.procedure in REVIEWS:
        return
    helpers = [row["helper"] for row in await act.conn.fetch(_HELPER, case.case_id, act.actor.id, act.now)]
    await grant(act.conn, case.case_id, helpers, "task")
    lead, offer = now.facts.lead_unit, now.facts.lead_offer
    if anew.lead == lead and anew.answering == (offer.unit if offer else lead):
        return
    if anew.lead != lead:
        await _lead_anew(act, now, anew.lead)
    if anew.answering != anew.lead:
        await offer_instead(act, now, anew.answering)
    elif offer is not None:
        await end_offer(act, now.case_id)
    columns = {"lead_unit": anew.lead, "centre": anew.lead, "routed_unit": anew.answering}
    await record(act.conn, now.case_id, "routed_anew", actor=act.actor, at=act.now, columns=columns)


async def _lead_anew(act: ActionContext, case: LoadedCase, unit: str) -> None:
    before = f"unit:{case.facts.lead_unit}"
    await act.conn.execute(
        "update assignment set unit = $2 where case_id = $1 and part = 'lead' and state = 'signed'", case.case_id, unit
    )
    await revoke(act.conn, case.case_id, "lead", at=act.now, grantees=[before])
    await grant(act.conn, case.case_id, [f"unit:{unit}"], "lead")
    await grant(act.conn, case.case_id, [before], "informed")
