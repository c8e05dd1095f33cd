"""Up and down the tiers of centres: township → county → city. The tier below stays responsible until the one above signs.

Taken up by the lead ("beyond our power"), at the resident's wish, or by a breached limit (see deadline_sweep). Never twice to
one tier; the ceiling is the city.
"""

import uuid
from collections.abc import Mapping

from app.cases.actions.access import grant
from app.cases.actions.notes import write_note
from app.cases.actions.offering import make_offer, offer_instead
from app.cases.actions.step import advance, begin, start_clocks
from app.cases.actions.wishes import wished
from app.cases.queries.one import LoadedCase
from app.cases.rules import refusal
from app.core import errors
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.messages.actions import queue
from app.reference.actions import ActionContext


async def escalate(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """上报: the lead declares the matter beyond its power; the centre above is offered the lead."""
    case = await begin(act, case_id, "escalate")
    await _take_up(act, case, "escalate", reason)


async def go_up(
    act: ActionContext, case_id: uuid.UUID, *, reason: str, code: str | None, paper: uuid.UUID | None
) -> None:
    """The resident wants the tier above to look at it; nobody below may hold that back. Their query code shows it, or a paper
    they signed; they are told at once, and may undo it until the centre above has signed."""
    case = await begin(act, case_id, "go_up")
    wish = wished(act, case, code=code, paper=paper)
    await _take_up(act, case, "go_up", reason, {"before": case.row.escalated_to, **wish})


async def go_up_by_code(act: ActionContext, case: LoadedCase, *, words: str) -> str:
    """The same by the resident's own hand, once: while the centre above has not signed, the same answer again. The caller has
    checked the query code and holds the case's lock; gives the centre that it is offered to. Raises ActionRefused where
    the case is in no state for it."""
    waiting = case.facts.lead_offer
    if case.facts.came_up and waiting is not None:
        return waiting.unit
    no = refusal(case.facts, "go_up", act.actor, act.now)
    if no is not None and not no.forbidden:  # a permission is what staff need
        raise errors.ActionRefused(no.why.zh, no.why.en)
    await _take_up(act, case, "go_up", words)
    return str(case.facts.above)


async def _take_up(
    act: ActionContext, case: LoadedCase, action: str, reason: str, wish: Mapping[str, object] | None = None
) -> None:
    """Offer the lead to the centre above; an offer that is open gives way."""
    above, recalled = str(case.facts.above), case.facts.lead_offer
    _, said = await write_note(act, case, "escalation_reason", reason)
    await offer_instead(act, case, above)
    await queue(
        act.conn, f"escalated {case.facts.id} {case.facts.version} {above}", "escalated", now=act.now, grantee=f"unit:{above}",
        case_id=case.facts.id,
    )  # fmt: skip
    facts = {"unit": above, "recalled": recalled.unit if recalled else None, **(wish or {}), **said}
    await advance(act, case, action, columns={"escalated_to": str(case.row.above_tier)}, facts=facts)


async def send_back(act: ActionContext, case_id: uuid.UUID, *, guidance: str) -> None:
    """退回下级: offered to the unit that had it below, with guidance in writing; the tier above leads until it signs."""
    case = await begin(act, case_id, "send_back")
    note, said = await write_note(act, case, "guidance", guidance)
    await make_offer(act, case, str(case.facts.below), note=note)
    await advance(act, case, "send_back", facts={"unit": case.facts.below, **said})


async def flag_urgent(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """A major or urgent matter is discovered: the time to report it upward begins (信访工作条例 25)."""
    case = await begin(act, case_id, "flag_urgent")
    _, said = await write_note(act, case, "urgency_reason", reason)
    await start_clocks(act, case, StartsOn.DISCOVERED)
    await advance(act, case, "flag_urgent", facts=said)


async def report_upward(act: ActionContext, case_id: uuid.UUID, *, unit: str, reason: str) -> None:
    """Report it to a unit above, which sees the case from then on; the lead stays where it is (信访工作条例 25)."""
    case = await begin(act, case_id, "report_upward", unit=unit)
    above = case.unit
    if above is None or above.barred or not (above.of_its_areas and above.above_lead):
        raise errors.Invalid(
            "请选择本件所在区域、主办单位以上层级且不涉及本件的单位。",
            "Name a unit above the lead, in the case's own areas, that the matter does not concern.", pointer="#/body/unit",
        )  # fmt: skip
    _, said = await write_note(act, case, "report", reason)
    await grant(act.conn, case_id, [f"unit:{unit}"], "informed")
    await deadlines.meet(act.conn, case_id, ClockKind.REPORT, act.now)
    await advance(act, case, "report_upward", facts={"unit": unit, **said})
