"""Who is competent, when two units do not agree: their common superior rules (信访工作条例 24)."""

import uuid

from app.cases.actions.access import grant
from app.cases.actions.leading import pass_lead
from app.cases.actions.notes import write_note
from app.cases.actions.offering import end_offer
from app.cases.actions.step import advance, begin, start_clocks
from app.core import errors
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.reference.actions import ActionContext

# The nearest centre above both: of the case's areas, none that the matter concerns; else the city's intake desk.
_SUPERIOR = """
    select coalesce((
        select u.code from unit u where u.kind = 'centre' and u.area in (c.township, c.county, c.city)
            and u.code not in ($2, $3) and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
            and tier_rank(u.tier) > (select max(tier_rank(o.tier)) from unit o where o.code in ($2, $3))
        order by tier_rank(u.tier) limit 1),
        (select code from unit where kind = 'intake_desk'))
    from cases c where c.id = $1
"""


async def dispute_competence(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """The unit that it was offered to again still holds that it is not competent: the common superior shall rule."""
    case = await begin(act, case_id, "dispute_competence")
    offer = case.facts.lead_offer
    if offer is None:
        raise errors.ActionRefused("没有待签收的派单。", "No offer is open.")
    superior = await act.conn.fetchval(_SUPERIOR, case_id, case.facts.lead_unit, offer.unit)
    _, said = await write_note(act, case, "competence_reason", reason)
    await start_clocks(act, case, StartsOn.DISPUTED, subject=superior)
    await grant(act.conn, case_id, [f"unit:{superior}"], "superior")
    await advance(act, case, "dispute_competence", facts={"superior": superior, "unit": offer.unit, **said})


async def rule_competence(act: ActionContext, case_id: uuid.UUID, *, unit: str, reason: str) -> None:
    """The common superior names the unit that handles it; the lead moves at once, and nobody sends it back again."""
    case = await begin(act, case_id, "rule_competence", unit=unit)
    if case.unit is None or case.unit.barred or case.unit.kind == "discipline_desk":
        raise errors.Invalid("不能裁定由该单位办理。", "This unit cannot be ruled competent.", pointer="#/body/unit")
    _, said = await write_note(act, case, "competence_ruling", reason)
    await deadlines.meet(act.conn, case_id, ClockKind.COMPETENCE, act.now)
    await end_offer(act, case_id)
    columns = {}
    if unit != case.facts.lead_unit:
        await pass_lead(act, case)
        columns = {"lead_unit": unit}
    await advance(act, case, "rule_competence", columns=columns, facts={"unit": unit, **said})
