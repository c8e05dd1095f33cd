"""Who mediates: chosen or appointed, checked for recusal at every assignment and again before every talk (RMTJ 15, 19)."""

import uuid
from collections.abc import Mapping
from typing import Any

from app.cases.actions.access import grant
from app.cases.actions.step import write_note
from app.cases.queries.one import load_linked
from app.core import errors
from app.mediation import queries
from app.mediation.actions.step import Begun, begin, end_sight, move
from app.mediation.rules import LIVE, Relation, Standing, recusal
from app.messages.actions import queue
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand

_STANDING = """
    select s.id, s.active,
        exists (select from post p where p.staff = s.id and p.role = 'mediator') as mediates,
        exists (select from unit u where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and c.barred_units @> u.path) or coalesce(s.id = any(c.barred_staff), false) as barred,
        exists (select from mediator m where m.case_id = c.id and m.staff = s.id and m.relation is not null) as declared,
        exists (select from event e where e.case_id = c.id and e.kind in ('conclude', 'decide_review')
            and e.actor = 'staff:' || s.id) as had_a_hand
    from staff s, cases c where s.id = any($1::uuid[]) and c.id = $2
"""
_ACTIVE = "select staff, declared_at from mediator where mediation = $1 and relieved_at is null order by id"


async def _standings(act: ActionContext, case_id: uuid.UUID, staff: list[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    rows = await act.conn.fetch(_STANDING, staff, case_id)
    return {
        row["id"]: Standing(row["active"], row["mediates"], row["barred"], row["declared"], row["had_a_hand"])
        for row in rows
    }


async def assign(act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, how: str) -> None:
    """选定或指定: gives access to the case. Raises Invalid (nobody), Conflict (recusal, or mediates already)."""
    begun = await begin(act, mediation, "assign")
    case_id = begun.case.facts.id
    await keep_at_hand(act.conn, [staff])
    found = (await _standings(act, case_id, [staff])).get(staff)
    if found is None:
        raise errors.Invalid("没有这名工作人员。", "There is no such member of staff.", pointer="#/body/staff")
    if why := recusal(found):
        raise errors.Conflict(why.zh, why.en)
    if any(row["staff"] == staff for row in await act.conn.fetch(_ACTIVE, mediation)):
        raise errors.Conflict("此人已是本件调解员。", "This person mediates here already.")
    await act.conn.execute(
        "insert into mediator (mediation, case_id, staff, how, assigned_by, assigned_at) values ($1, $2, $3, $4, $5, $6)",
        mediation, case_id, staff, how, act.actor.id, act.now,
    )  # fmt: skip
    await grant(act.conn, case_id, [f"staff:{staff}"], "mediator")
    await queue(
        act.conn, f"mediation {mediation} assigned {begun.row['version']} staff:{staff}", "mediation_assigned",
        now=act.now, grantee=f"staff:{staff}", case_id=case_id,
    )  # fmt: skip
    await move(act, begun, "assign", facts={"staff": str(staff), "how": how})


async def declare(act: ActionContext, mediation: uuid.UUID, *, relation: Relation | None, words: str | None) -> None:
    """A mediator says that nothing ties them to a party, or what does: then they mediate no more and see no more."""
    begun = await begin(act, mediation, "declare")
    if not any(str(row["staff"]) == act.actor.id for row in await act.conn.fetch(_ACTIVE, mediation)):
        raise errors.Forbidden("由调解员本人声明。", "Each mediator declares for themself.")
    me = uuid.UUID(act.actor.id)
    if relation is None:
        await act.conn.execute(
            "update mediator set declared_at = $3 where mediation = $1 and staff = $2 and relieved_at is null",
            mediation, me, act.now,
        )  # fmt: skip
        await move(act, begun, "declare", facts={"staff": act.actor.id, "related": False})
        return
    note, said = await write_note(act, begun.case, "mediator_recusal", words or relation.value)
    await _relieve(act, begun, me, "declare", relation=relation, note=note, said=said)


async def relieve(
    act: ActionContext, mediation: uuid.UUID, *, staff: uuid.UUID, relation: Relation | None, reason: str
) -> None:
    """更换: at a party's objection with the `relation` (never again here), or for another reason."""
    begun = await begin(act, mediation, "relieve")
    if not any(row["staff"] == staff for row in await act.conn.fetch(_ACTIVE, mediation)):
        raise errors.Invalid("此人不是本件调解员。", "This person does not mediate here.", pointer="#/body/staff")
    note, said = await write_note(act, begun.case, "mediator_recusal", reason)
    await _relieve(act, begun, staff, "relieve", relation=relation, note=note, said=said)


async def relieve_absent(act: ActionContext, mediation: uuid.UUID, staff: uuid.UUID, *, handover: uuid.UUID) -> None:
    """They hand over all they hold. Nobody takes their place by that: the lead assigns, and recusal is checked then."""
    (row,) = await act.conn.fetch("select * from mediation where id = $1", mediation)
    case = await load_linked(act.conn, row["case_id"], act.reference)
    begun = Begun(case, row, await queries.sides(act.conn, row["case_id"]))
    await _relieve(act, begun, staff, "relieve", said={"handover": str(handover)})


async def _relieve(
    act: ActionContext, begun: Begun, staff: uuid.UUID, action: str, *, said: Mapping[str, str], relation: Relation | None = None,
    note: uuid.UUID | None = None,
) -> None:  # fmt: skip
    await act.conn.execute(
        "update mediator set relieved_at = $3, relieved_by = $4, relation = $5, note = $6"
        " where mediation = $1 and staff = $2 and relieved_at is null",
        begun.id, staff, act.now, act.actor.id, relation.value if relation else None, note,
    )  # fmt: skip
    await end_sight(act, begun.case.facts.id, staff)
    lead = f"unit:{begun.case.facts.lead_unit}"
    # Once agreed nobody is assigned any more; what is left is the lead's to follow up.
    template = "mediator_relieved" if begun.row["state"] in LIVE else "task_came_back"
    await queue(
        act.conn, f"mediation {begun.id} relieved {begun.row['version']} {lead}", template, now=act.now, grantee=lead,
        case_id=begun.case.facts.id,
    )  # fmt: skip
    await move(act, begun, action, facts={"staff": str(staff), "related": relation is not None, **said})


async def check_all(act: ActionContext, begun: Begun) -> list[str]:
    """The mediators, each checked again: something may have come up since. Raises ActionRefused."""
    rows = await act.conn.fetch(_ACTIVE, begun.id)
    if not rows:
        raise errors.ActionRefused("请先选定或指定调解员。", "Assign a mediator first.", allowed=["assign"])
    standings = await _standings(act, begun.case.facts.id, [row["staff"] for row in rows])
    for row in rows:
        if why := recusal(standings[row["staff"]]):
            raise errors.ActionRefused(why.zh, why.en, allowed=["relieve"], staff=str(row["staff"]))
    silent = [str(row["staff"]) for row in rows if row["declared_at"] is None]
    if silent:
        raise errors.ActionRefused(
            "调解员须先声明与当事人无利害关系。", "Each mediator declares first that nothing ties them to a party.",
            allowed=["declare", "relieve"], staff=silent[0],
        )  # fmt: skip
    return [str(row["staff"]) for row in rows]


async def barred(act: ActionContext, case_id: uuid.UUID, staff: list[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of these who exist, whether the matter concerns them."""
    found: dict[uuid.UUID, Any] = await _standings(act, case_id, staff)
    return {who: standing.barred for who, standing in found.items()}
