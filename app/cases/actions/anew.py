"""Where whom it concerns has changed, a case that stands as its registration left it goes the way it would go now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.actions.access import change, grant
from app.cases.actions.offering import end_offer, offer_instead
from app.cases.queries.one import LoadedCase, load_linked
from app.cases.rules import REVIEWS
from app.core.rows import fetch_one, read_sql
from app.messages.actions import queue
from app.reference.actions import ActionContext

_LEAD = "update assignment set unit = $2 where case_id = $1 and part = 'lead' and state = 'signed'"
_HELPER = """
    insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at)
    select c.id, s.unit, s.id, 'co', 'offered', $2, $3 from cases c join staff s on s.id = c.worker join unit u on u.code = s.unit
    where c.id = $1 and c.kind in ('request', 'event') and not coalesce(s.id = any(c.barred_staff), false)
        and not withheld_from(c.barred_units, u.path)
        and not exists (select from assignment a where a.case_id = c.id and a.staff = s.id)
    returning 'staff:' || staff as helper
"""


@dataclass(frozen=True, slots=True)
class _Anew:
    """Who would lead and answer were it registered now; `untouched`: it stands as its registration left it."""

    untouched: bool
    lead: str
    answering: str


async def route_anew(act: ActionContext, case_id: uuid.UUID, family: Sequence[uuid.UUID]) -> dict[str, object]:
    """Gives the columns that change with it. `family` are the cases by which people are kept out of it."""
    anew = await fetch_one(act.conn, _Anew, read_sql(__package__, "anew"), case_id, family)
    if anew is None or not anew.untouched:
        return {}
    case = await load_linked(act.conn, case_id, act.reference)
    if case.row.procedure in REVIEWS:
        return {}
    helpers = [row["helper"] for row in await act.conn.fetch(_HELPER, case_id, act.actor.id, act.now)]
    await grant(act.conn, case_id, helpers, "task")
    lead, offer = case.facts.lead_unit, case.facts.lead_offer
    if anew.lead == lead and anew.answering == (offer.unit if offer else lead):
        return {}
    if anew.lead != lead:
        await _lead(act, case, anew.lead)
    if anew.answering != anew.lead:
        await offer_instead(act, case, anew.answering)
    elif offer is not None:
        await end_offer(act, case_id)
    return {"lead_unit": anew.lead, "centre": anew.lead, "routed_unit": anew.answering}


async def _lead(act: ActionContext, case: LoadedCase, unit: str) -> None:
    """The centre of its place leads it, as if it had been registered there now, and is told. Who found so goes on seeing it."""
    before = case.facts.lead_unit
    await act.conn.execute(_LEAD, case.case_id, unit)
    given = [(f"unit:{unit}", "lead")]
    if any(post.unit == before for post in act.actor.posts):
        given.append((f"unit:{before}", "informed"))
    await change(act.conn, case.case_id, act.now, given=given, taken=[(f"unit:{before}", "lead")])
    await queue(
        act.conn, f"anew {case.case_id} {case.facts.version}", "lead_moved", now=act.now, grantee=f"unit:{unit}",
        case_id=case.case_id,
    )  # fmt: skip
