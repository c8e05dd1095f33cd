"""Families: the same matter brought to a higher authority while it is being handled, a group's cases, parts of one matter."""

import uuid
from datetime import datetime

from app.cases.actions.barring import require_apart, settle
from app.cases.actions.drafting import NoticeText, draft_due_notice
from app.cases.actions.family import lock_both, take_up_offers
from app.cases.actions.notes import write_note
from app.cases.actions.step import NO_NOTICE, advance, begin, end_assignments
from app.cases.queries.one import LoadedCase, find_by_code, get_facts, load_by_code, told_due
from app.cases.rules import LIVE, MAX_REPRESENTATIVES, REVIEWS, PetitionClass, Relation, Status
from app.core import errors
from app.deadlines import actions as deadlines
from app.notices.actions import replace
from app.notices.rules import NoticeKind
from app.reference.actions import ActionContext

_LINK = "insert into case_link (case_id, other, relation, made_by, made_at) values ($1, $2, $3, $4, $5)"
_LIVE = "select id, other, relation, made_at from case_link where case_id = $1 and undone_at is null"
_REVIEWED = (
    "insert into case_link (case_id, other, relation, opinion_at, made_by, made_at) values ($1, $2, $3, $4, $5, $6)"
)
_MAKE_ROOM = """
    update case_link l set undone_at = $3, undone_by = $4 from cases r
    where r.id = l.case_id and l.other = $1 and l.opinion_at = $2 and l.undone_at is null and r.status = 'withdrawn'
"""
_LATE = f"select {told_due('c')} < $2::timestamptz from cases c where c.id = $1"
_REPRESENTATIVES = "select count(*) from party where case_id = any($1) and role = 'representative'"


async def link(act: ActionContext, case_id: uuid.UUID, *, other: uuid.UUID, relation: Relation, reason: str) -> None:
    """并列关联: this case is one of a group's (`joint`), or a part of a larger one (`parent`); both go on, and are counted
    once. Whoever links sees both; the link gives nobody access to the other."""
    await lock_both(act, case_id, other)
    case = await begin(act, case_id, "link")
    head = await get_facts(act.conn, other, act.reference, actor=act.actor)
    await _may_head(act, case, head)
    if relation is Relation.JOINT:
        speak = await act.conn.fetchval(_REPRESENTATIVES, [case_id, other])
        if speak > MAX_REPRESENTATIVES:
            raise errors.Conflict(
                f"推选的代表合计 {speak} 人，不得超过五人（信访工作条例第二十条）。",
                f"Together they have {speak} representatives; a joint petition has at most five (XF 20 ¶3).",
            )
    await _write(act, case, head, relation, "link", reason)


async def link_repeat(
    act: ActionContext,
    case_id: uuid.UUID,
    *,
    other: uuid.UUID | None,
    number: str | None,
    code: str | None,
    reason: str,
) -> None:
    """同一事项正在办理: not accepted here while another authority handles it within its limit (信访工作条例 19 ¶3). The resident
    reads who handles it and until when. The case it repeats is one that the caller sees, or that the resident opens with
    its number and query code: that shows it to nobody.
    """
    if other is None and number is not None and code is not None:
        await lock_both(act, case_id, await find_by_code(act.conn, number, code))
        case = await begin(act, case_id, "link_repeat")
        head = await load_by_code(act.conn, number, code, act.reference)
    elif other is not None:
        await lock_both(act, case_id, other)
        case = await begin(act, case_id, "link_repeat")
        head = await get_facts(act.conn, other, act.reference, actor=act.actor)
    else:
        raise errors.Invalid("请给出 other，或原件的编号和查询码。", "Give other, or number and code of the case.",
                             pointer="#/body/other")  # fmt: skip
    await _may_head(act, case, head)
    late = await act.conn.fetchval(_LATE, head.facts.id, act.now)
    if late:
        raise errors.Conflict(
            "原件已超过办理期限，不适用不再受理：请受理，或督办原件。",
            "The other case is past its limit, so this one may be brought: accept it, or press the other.",
        )
    await end_assignments(act, case)
    await _write(act, case, head, Relation.REPEAT, "link_repeat", reason)


async def _may_head(act: ActionContext, case: LoadedCase, head: LoadedCase) -> None:
    """The other is live, of the same kind, no review and no accusation, and itself not linked to a third: so every family
    has one head, and is counted once. Nobody whom one of the two concerns has the other in hand: what is complained of a unit
    does not become a part, or a repeat, of that unit's own case."""
    if head.facts.id == case.facts.id:
        raise errors.Invalid("不能关联自身。", "A case is not linked to itself.", pointer="#/body/other")
    sealed = head.facts.petition_class is PetitionClass.ACCUSATION
    if head.facts.status not in LIVE or sealed or head.row.procedure in REVIEWS:
        raise errors.Conflict("对方件已结束，或不可关联。", "The other case has ended, or takes no link.")
    if head.facts.kind is not case.facts.kind:
        raise errors.Conflict("不同类型的事项不能关联。", "Cases of different kinds are not linked.")
    if head.facts.linked is not None:
        raise errors.Conflict(
            "对方件本身已关联到另一件，请直接关联到那一件。", "The other case is linked to a third: link to that one."
        )
    await require_apart(act, case.facts.id, head.facts.id)


async def _write(
    act: ActionContext, case: LoadedCase, head: LoadedCase, relation: Relation, action: str, reason: str
) -> None:
    """The link is told on the record of the case that is linked. The other's neither grows nor moves: who has that one in hand
    may not know of this one."""
    note, said = await write_note(act, case, f"{action}_reason", reason)
    owing = NO_NOTICE
    if relation is Relation.REPEAT:
        owing = await draft_due_notice(act, case, action, NoticeText(note, reason, _where_it_is(act, head)))
    who = f"{act.actor.kind}:{act.actor.id}"
    await act.conn.execute(_LINK, case.facts.id, head.facts.id, relation.value, who, act.now)
    facts = {"into": str(head.facts.id), "relation": relation.value, **said}
    columns = {"closed_at": act.now} if relation is Relation.REPEAT else {}
    await advance(act, case, action, columns=columns, facts=facts, owing=owing)


async def link_review(
    act: ActionContext, review: uuid.UUID, reviewed: uuid.UUID, relation: Relation, opinion_at: datetime | None
) -> None:
    """`review` is about the opinion given on `reviewed` at that instant; a review that was withdrawn makes room for it."""
    await act.conn.execute(_MAKE_ROOM, reviewed, opinion_at, act.now, act.actor.who)
    await act.conn.execute(_REVIEWED, review, reviewed, relation.value, opinion_at, act.actor.who, act.now)


def _where_it_is(act: ActionContext, head: LoadedCase) -> dict[str, str]:
    """What the resident is told in writing: who handles the matter, and until when (XF 19 ¶3)."""
    names, due = act.reference.names, head.row.clock and head.row.clock.due
    told = {"handler": names.get(head.facts.lead_unit, head.facts.lead_unit)}
    return told | ({"due": due.astimezone(act.reference.city.tz).date().isoformat()} if due else {})


async def unlink(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """撤销关联. A repeat is registered again as it was: its clocks run on with the limits they had, its offer stands."""
    other = await act.conn.fetchval("select other from case_link where case_id = $1 and undone_at is null", case_id)
    await lock_both(act, case_id, other)
    case = await begin(act, case_id, "unlink")
    (row,) = await act.conn.fetch(_LIVE, case_id)
    _, said = await write_note(act, case, "unlink_reason", reason)
    await act.conn.execute(
        "update case_link set undone_at = $2, undone_by = $3 where id = $1",
        row["id"], act.now, f"{act.actor.kind}:{act.actor.id}",
    )  # fmt: skip
    told_no = [uuid.UUID(n.id) for n in case.facts.notices if n.kind is NoticeKind.NON_ACCEPTANCE and n.due]
    await replace(act.conn, told_no, now=act.now)
    columns: dict[str, object] = {}
    if row["relation"] == Relation.REPEAT and case.facts.status is Status.DECLINED:
        columns = {"status": Status.REGISTERED.value, "closed_at": None}
        await deadlines.resume_stopped(act.conn, case_id, row["made_at"])
        await take_up_offers(act, case, row["made_at"])
    facts = {"into": str(row["other"]), "relation": row["relation"], **said}
    await advance(act, case, "unlink", columns=columns, facts=facts)
    await settle(act, case_id, apart=True)  # an offer that stands again may be to somebody whom it concerns by now
