"""Moving responsibility: offered, signed for, returned, recalled. It moves when the next unit signs, not when sent."""

import uuid

from app.cases.actions.assignments import answer
from app.cases.actions.drafting import NoticeText, draft_due_notice
from app.cases.actions.leading import pass_lead
from app.cases.actions.notes import write_note
from app.cases.actions.offering import make_offer, stop_waiting, withdraw_sight
from app.cases.actions.step import NO_NOTICE, advance, begin, start_clocks
from app.cases.queries.looking import LookedCase
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEWS, Offer, own_offer
from app.core import errors
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.messages.actions import queue
from app.reference.actions import ActionContext

_RULED = "update assignment set ruling = $2, ruled_by = $3 where id = $1"


async def offer(act: ActionContext, case_id: uuid.UUID, *, unit: str, reason: str) -> None:
    """Offer the lead to another unit of any tier and area (跨层级、跨地域、跨系统、跨部门); it sees the case from now on, and the
    present lead stays responsible."""
    case = await begin(act, case_id, "offer", unit=unit)
    _check_target(case, unit)
    note, said = await write_note(act, case, "offer_reason", reason)
    await make_offer(act, case, unit, note=note)
    await advance(act, case, "offer", facts={"unit": unit, **said})


def _check_target(case: LookedCase, unit: str) -> None:
    found = case.unit
    desk = found is not None and found.kind == "discipline_desk"
    # An accusation goes to no desk beside the units that it is about.
    if found is None or case.secret != desk or (case.secret and not found.above_concerned):
        raise errors.Invalid(
            "没有可派的这个单位。", "There is no such unit to offer this case to.", pointer="#/body/unit"
        )
    if unit == case.facts.lead_unit:
        raise errors.Invalid("该单位已是主办单位。", "This unit leads the case already.", pointer="#/body/unit")
    if found.barred:
        raise errors.Conflict(
            "该事项涉及此单位或其上级，应予回避。", "The matter concerns this unit or one above it: recusal."
        )
    if unit == case.facts.ruled_by:
        raise errors.Conflict(
            "该单位已最终裁定由本单位办理，不得再退回。",
            "That unit ruled finally that this one handles it: it does not go back.",
        )
    if case.row.procedure in REVIEWS and not found.beside_lead:
        raise errors.Conflict(
            "复查、复核由作出处理意见机关的上一级机关办理，只能派给同级单位。",
            "A review is led one tier above the opinion: offer it to a unit of the same tier.",
        )


async def sign_for(act: ActionContext, case_id: uuid.UUID) -> None:
    """Take what was offered. The lead moves to the signing unit, and the sign-for clock is met."""
    case = await begin(act, case_id, "sign_for")
    found = _own_offer(act, case)
    if found.part != "lead":
        await answer(act, found.id, "signed")
        await advance(act, case, "sign_for", facts={"part": found.part, "unit": found.unit})
        return
    await pass_lead(act, case, found.id)
    await deadlines.finish(act.conn, case_id, act.now, met=(ClockKind.SIGN_FOR,), stopped=(ClockKind.RETURN_RULING,))
    owing = await draft_due_notice(act, case, "sign_for", _transferred(case, found)) if found.note else NO_NOTICE
    facts = {"part": "lead", "unit": found.unit}
    await advance(act, case, "sign_for", columns={"lead_unit": found.unit}, facts=facts, owing=owing)


async def refuse(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """Give an offer back with the reason. The present lead stays, and the refusing side no longer sees the case; where the
    procedure has the dispatcher rule on returns, it sees it until that is done."""
    case = await begin(act, case_id, "refuse")
    found = _own_offer(act, case)
    returned = found.part == "lead" and case.facts.returns is not None
    note, said = await write_note(act, case, "return_reason" if returned else "refusal_reason", reason)
    if returned:
        await _return(act, case, found)
    else:
        await answer(act, found.id, "refused", note)
        await withdraw_sight(act, case, found)
        if found.part == "lead":
            await stop_waiting(act, case_id)
    facts = {"part": found.part, "unit": found.unit, "returned": returned, **said}
    await advance(act, case, "refuse", facts=facts)


async def _return(act: ActionContext, case: LoadedCase, found: Offer) -> None:
    """退单: who sent it shall rule, within a time of its own; the clocks of the matter run on."""
    case_id, lead = case.facts.id, case.facts.lead_unit
    await act.conn.execute("update assignment set returned_at = $2 where id = $1", found.id, act.now)
    await deadlines.stop(act.conn, case_id, ClockKind.SIGN_FOR, act.now)
    await start_clocks(act, case, StartsOn.RETURNED)
    await queue(
        act.conn, f"returned {found.id} unit:{lead}", "returned", now=act.now, grantee=f"unit:{lead}", case_id=case_id,
        facts={"unit": found.unit},
    )  # fmt: skip


async def rule_return(act: ActionContext, case_id: uuid.UUID, *, upheld: bool, reason: str) -> None:
    """Who sent it rules: the return is upheld, and the lead stays where it is; or the unit handles it, finally: the lead
    moves at once. So does it where the unit can no longer return it and does not sign."""
    case = await begin(act, case_id, "rule_return")
    found = case.facts.lead_offer
    if found is None or (upheld and not found.returned):
        raise errors.Invalid(
            "该单位没有退单，不能裁定同意退单。", "The unit did not return it: there is no return to uphold.",
            pointer="#/body/upheld",
        )  # fmt: skip
    _, said = await write_note(act, case, "return_ruling", reason)
    ruling = "upheld" if upheld else "rejected" if found.returned else "designated"
    await deadlines.finish(act.conn, case_id, act.now, met=(ClockKind.RETURN_RULING,), stopped=(ClockKind.SIGN_FOR,))
    columns = {}
    if upheld:
        await answer(act, found.id, "refused")
        await withdraw_sight(act, case, found)
    else:
        await pass_lead(act, case, found.id)
        columns = {"lead_unit": found.unit}
    await act.conn.execute(_RULED, found.id, ruling, case.facts.lead_unit)
    if not upheld:
        await queue(
            act.conn, f"ruled {found.id} unit:{found.unit}", "return_ruled", now=act.now, grantee=f"unit:{found.unit}",
            case_id=case_id, facts={"by": case.facts.lead_unit},
        )  # fmt: skip
    await advance(act, case, "rule_return", columns=columns, facts={"unit": found.unit, "ruling": ruling, **said})


async def recall(act: ActionContext, case_id: uuid.UUID) -> None:
    """Take the open offer back before it is signed for."""
    case = await begin(act, case_id, "recall")
    found = case.facts.lead_offer
    if found is None:
        raise errors.ActionRefused("没有待签收的派单。", "No offer is open.")
    await answer(act, found.id, "recalled")
    await withdraw_sight(act, case, found)
    await stop_waiting(act, case_id)
    await advance(act, case, "recall", facts={"unit": found.unit})


def _transferred(case: LookedCase, found: Offer) -> NoticeText:
    """Another authority took over what one had offered it for a reason: the petitioner is told (信访工作条例 23). The first
    routing has none: it is the registration itself."""
    return NoticeText(found.note, case.why_offered, {"organ": found.unit})


def _own_offer(act: ActionContext, case: LoadedCase) -> Offer:
    """The offer this actor answers, which `begin` has found to be there."""
    found = own_offer(case.facts, act.actor)
    if found is None:
        raise errors.Forbidden("派单不是发给您或您的单位。", "The offer is not made to you or your unit.")
    return found
