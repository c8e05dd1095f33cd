"""Who mediates: chosen or appointed, checked for recusal at every assignment and again before every talk (RMTJ 15, 19)."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from app.cases.actions.access import grant
from app.cases.actions.step import write_note
from app.cases.queries.one import load_linked
from app.core import errors
from app.core.database import Connection
from app.core.rows import fetch_all
from app.mediation import queries
from app.mediation.actions.step import LockedMediation, begin, end_access, move
from app.mediation.rules import LIVE, Candidate, Relation, recusal
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand

_CANDIDATES = """
    select s.id, s.active,
        exists (select from post p where p.staff = s.id and p.role = 'mediator') as mediates,
        exists (select from unit u where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and c.barred_units @> u.path) or coalesce(s.id = any(c.barred_staff), false) as barred,
        exists (select from mediator m where m.case_id = c.id and m.staff = s.id and m.relation is not null) as declared,
        exists (select from event e where e.case_id = c.id and e.kind in ('conclude', 'decide_review')
            and e.actor = 'staff:' || s.id) as had_a_hand
    from staff s, cases c where s.id = any($1::uuid[]) and c.id = $2
"""


async def list_candidates(
    conn: Connection, case_id: uuid.UUID, staff: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Candidate]:
    """What is known of these, by id; nothing of who does not exist."""
    return {found.id: found for found in await fetch_all(conn, Candidate, _CANDIDATES, list(staff), case_id)}


async def assign(act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, how: str) -> None:
    """选定或指定: chosen by the parties or appointed (RMTJ 19); checked for recusal. It gives them access to the case."""
    locked = await begin(act, mediation, "assign")
    await keep_at_hand(act.conn, [staff])
    found = (await list_candidates(act.conn, locked.case_id, [staff])).get(staff)
    if found is None:
        raise errors.Invalid("没有这名工作人员。", "There is no such member of staff.", pointer="#/body/staff")
    if why := recusal(found):
        raise errors.Conflict(why.zh, why.en)
    if any(mediator.staff == staff for mediator in locked.its.mediators):
        raise errors.Conflict("此人已是本件调解员。", "This person mediates here already.")
    await act.conn.execute(
        "insert into mediator (mediation, case_id, staff, how, assigned_by, assigned_at) values ($1, $2, $3, $4, $5, $6)",
        mediation, locked.case_id, staff, how, act.actor.id, act.now,
    )  # fmt: skip
    await grant(act.conn, locked.case_id, [f"staff:{staff}"], "mediator")
    await queue(
        act.conn, f"mediation {mediation} assigned {locked.its.version} staff:{staff}", "mediation_assigned",
        now=act.now, grantee=f"staff:{staff}", case_id=locked.case_id,
    )  # fmt: skip
    await move(act, locked, "assign", facts={"staff": str(staff), "how": how})


async def declare(
    act: ActionContext, mediation: uuid.UUID, *, related: bool, relation: Relation | None, words: str | None
) -> None:
    """By each mediator: nothing ties them to a party, or what does. Who is related to a party mediates no more, and no
    longer has access to the case."""
    locked, me = await begin(act, mediation, "declare"), uuid.UUID(act.actor.id)
    if relation is not None:
        note, said = await write_note(act, locked.case, "mediator_recusal", words or relation.value)
        await _relieve(act, locked, me, "declare", relation=relation, note=note, said=said)
        return
    await act.conn.execute(
        "update mediator set declared_at = $3 where mediation = $1 and staff = $2 and relieved_at is null",
        mediation, me, act.now,
    )  # fmt: skip
    await move(act, locked, "declare", facts={"staff": act.actor.id, "related": related})


async def relieve(
    act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, reason: str, relation: Relation | None
) -> None:
    """更换: at a party's objection with the `relation` (never again here), or for another reason; their access ends."""
    locked = await begin(act, mediation, "relieve")
    if all(mediator.staff != staff for mediator in locked.its.mediators):
        raise errors.Invalid("此人不是本件调解员。", "This person does not mediate here.", pointer="#/body/staff")
    note, said = await write_note(act, locked.case, "mediator_recusal", reason)
    await _relieve(act, locked, staff, "relieve", relation=relation, note=note, said=said)


async def relieve_absent(act: ActionContext, mediation: uuid.UUID, staff: uuid.UUID, *, handover: uuid.UUID) -> None:
    """They hand over all they hold. Nobody takes their place by that: the lead assigns, and recusal is checked then."""
    its = await queries.load(act.conn, mediation)
    case = await load_linked(act.conn, its.case_id, act.reference)
    await _relieve(act, LockedMediation(case, its), staff, "relieve", said={"handover": str(handover)})


async def _relieve(
    act: ActionContext, locked: LockedMediation, staff: uuid.UUID, action: str, *, said: Mapping[str, Any],
    relation: Relation | None = None, note: uuid.UUID | None = None,
) -> None:  # fmt: skip
    await act.conn.execute(
        "update mediator set relieved_at = $3, relieved_by = $4, relation = $5, note = $6"
        " where mediation = $1 and staff = $2 and relieved_at is null",
        locked.id, staff, act.now, act.actor.id, relation, note,
    )  # fmt: skip
    await end_access(act, locked.case_id, staff)
    lead = f"unit:{locked.its.lead_unit}"
    # Once agreed nobody is assigned any more; what is left is the lead's to follow up.
    template = "mediator_relieved" if locked.its.state in LIVE else "task_came_back"
    await queue(
        act.conn, f"mediation {locked.id} relieved {locked.its.version} {lead}", template, now=act.now, grantee=lead,
        case_id=locked.case_id,
    )  # fmt: skip
    await move(act, locked, action, facts={"staff": str(staff), "related": relation is not None, **said})


async def check_mediators(act: ActionContext, locked: LockedMediation) -> list[str]:
    """The mediators, each checked again: something may have come up since. Raises ActionRefused."""
    mediators = locked.its.mediators
    if not mediators:
        raise errors.ActionRefused("请先选定或指定调解员。", "Assign a mediator first.", allowed=["assign"])
    found = await list_candidates(act.conn, locked.case_id, [mediator.staff for mediator in mediators])
    for mediator in mediators:
        if why := recusal(found[mediator.staff]):
            raise errors.ActionRefused(why.zh, why.en, allowed=["relieve"], staff=str(mediator.staff))
    if silent := [str(mediator.staff) for mediator in mediators if mediator.declared_at is None]:
        raise errors.ActionRefused(
            "调解员须先声明与当事人无利害关系。", "Each mediator declares first that nothing ties them to a party.",
            allowed=["declare", "relieve"], staff=silent[0],
        )  # fmt: skip
    return [str(mediator.staff) for mediator in mediators]
