"""Why a step does not stand now, whoever takes it: offers, going up, results, hearings, links. Pure."""

from datetime import datetime

from app.cases.rules.facts import Facts, Offer, own_offer
from app.cases.rules.terms import REVIEWS, PetitionClass, Status
from app.core.access import Actor
from app.core.errors import Words
from app.core.workflow import Refusal
from app.deadlines.rules import Returns
from app.notices.rules import CLOSING, outstanding, to_approve, to_redraft, to_serve


def guard(facts: Facts, action: str, now: datetime) -> Refusal | None:
    of_offers, of_result = _of_offers(facts, now), _of_result(facts, now)
    rest = (
        _of_ladder(facts),
        _of_file(facts),
        _of_hearings(facts),
        _of_links(facts),
        _of_concerns(facts),
    )
    for table in (of_offers, of_result, *rest):
        holds, why = table.get(action, (True, None))
        if not holds and why is not None:
            return Refusal(False, why)
    return None


def _of_concerns(facts: Facts) -> dict[str, tuple[bool, Words]]:
    """While words wait to be named, nobody below has any part in it."""
    name_it = Words(
        "所涉对象尚未落实到单位：请先指明所涉单位，或确认与任何单位无关（name_concerned）。",
        "Words say whom it concerns: name the unit first, or say that none is meant (name_concerned).",
    )
    nobody = Words("本件没有列明所涉单位或人员。", "Nobody is named whom it concerns.")
    steps = ("offer", "send_back", "rule_competence", "merge", "link", "link_repeat")
    return {
        **dict.fromkeys(steps, (not facts.waits, name_it)),
        **dict.fromkeys(("mend_concerned", "lift_concerned"), (facts.concerns, nobody)),
    }


def _of_hearings(facts: Facts) -> dict[str, tuple[bool, Words]]:
    ahead = Words("先举行或取消已安排的听证。", "A hearing is ahead: hold it or cancel it first.")
    none_called = Words("没有已安排的听证。", "No hearing is called.")
    appeal = facts.petition_class is PetitionClass.APPEAL
    return {
        "schedule_hearing": (
            appeal and facts.hearing is None,
            ahead if appeal else Words("听证适用于申诉求决。", "A hearing belongs to an appeal."),
        ),
        "hold_hearing": (facts.hearing == "scheduled", none_called),
        "cancel_hearing": (facts.hearing == "scheduled", none_called),
        "record_hearing": (facts.hearing == "opened", Words("没有正在进行的听证。", "No hearing is open.")),
        "conclude": (facts.hearing is None, ahead),
        "decide_review": (facts.hearing is None, ahead),
    }


def _of_links(facts: Facts) -> dict[str, tuple[bool, Words]]:
    free = facts.linked is None and facts.procedure not in REVIEWS
    taken = Words("本件已关联到另一件，或为复查、复核件。", "The case is linked already, or is a review.")
    by_hand = facts.linked is not None and facts.linked not in REVIEWS
    return {
        "link": (free, taken), "link_repeat": (free, taken),
        "unlink": (by_hand, Words("没有可撤销的关联。", "There is no link to undo.")),
    }  # fmt: skip


def _of_offers(facts: Facts, now: datetime) -> dict[str, tuple[bool, Words]]:
    offered = facts.lead_offer is not None
    none_open = Words("没有待签收的派单。", "No offer is open.")
    return {
        "offer": (not offered, Words("已有一份待签收的派单，请先撤回。", "An offer is open already; recall it first.")),
        "recall": (
            facts.lead_offer is not None and not facts.lead_offer.returned,
            Words("该单位已退单，请先裁定（rule_return）。", "It was returned: rule on that (rule_return).")
            if offered
            else none_open,
        ),
        "sign_for": (bool(facts.offers), none_open),
        "refuse": (bool(facts.offers), none_open),
        "rule_return": _rulable(facts, now),
        "place": (facts.queued, Words("该件已有网格，不在待定位队列。", "The case has a place; it is in no queue.")),
        "dispute_competence": (
            facts.lead_offer is not None and facts.lead_offer.unit in facts.refused_by
            and facts.objectable_until is not None and facts.superior is None and facts.returns is None,
            Words("须先退回；再次派来后仍认为不属本机关职权的，方可提请共同上级裁定，且同时只有一件争议。",
                  "Refuse it first; once it is offered again, the common superior may be asked to rule, one dispute at a time."),
        ),
        "rule_competence": (facts.superior is not None, Words("没有待裁定的管辖争议。", "No dispute waits for a ruling.")),
    }  # fmt: skip


def _rulable(facts: Facts, now: datetime) -> tuple[bool, Words]:
    """Who sent it rules on a return, and finally where the unit can no longer return it but does not sign for it."""
    none = Words("没有待裁定的退单。", "No return waits for a ruling.")
    offer = facts.lead_offer
    if facts.returns is None or offer is None or facts.came_up:
        return False, none
    if not offer.returned and _refusable(facts, offer, now)[0]:
        return False, Words("该单位仍在签收、退单期限内。", "The unit may still sign for it or return it.")
    return True, none


def kept(facts: Facts, actor: Actor, now: datetime) -> Refusal | None:
    """Why the offer to lead is not given back now; a task offered beside it always may be."""
    offer = own_offer(facts, actor)
    if offer is None or offer.part != "lead":
        return None
    holds, why = _refusable(facts, offer, now)
    return None if holds else Refusal(False, why)


def _refusable(facts: Facts, offer: Offer, now: datetime) -> tuple[bool, Words]:
    """A forwarded petition goes back once, within the days the law gives; who sent it again did not agree (XF 23, 24).
    Other matters are returned to the dispatcher as often as the procedure lets them (H5), so that nothing ping-pongs."""
    over = facts.objectable_until is not None and now > facts.objectable_until
    if facts.returns is not None:
        return _returnable(facts, facts.returns, offer, over=over)
    if over:
        return False, Words(
            "已过提出异议的期限（收到之日起5个工作日），请签收办理。",
            "The time to object is over (XF 23: five working days of receipt); sign for it.",
        )
    if facts.objectable_until is not None and offer.unit in facts.refused_by:
        return False, Words(
            "派出单位未同意退回；仍有异议的，请提请共同上级裁定（dispute_competence）。",
            "The sender did not agree; ask the common superior to rule (dispute_competence).",
        )
    return True, Words("", "")


def _returnable(facts: Facts, limit: Returns, offer: Offer, *, over: bool) -> tuple[bool, Words]:
    if facts.came_up:
        return False, Words(
            "上报的事项不得退单：请先签收，再以 send_back 退回下级并指导。",
            "What was taken up is not returned: sign for it, and send it back with guidance (send_back).",
        )
    if offer.returned:
        return False, Words("已退单，等待派出单位裁定。", "It was returned already; the dispatcher rules.")
    if over:
        return False, Words("已过退单期限，请签收办理。", "The time to return it is over; sign for it.")
    if facts.returned_by.count(offer.unit) >= limit.per_unit or len(facts.returned_by) >= limit.per_case:
        return False, Words(
            f"退单次数已用完（每单位{limit.per_unit}次、每件{limit.per_case}次），请签收办理，或由派出单位裁定。",
            f"No returns are left ({limit.per_unit} a unit, {limit.per_case} a case); sign for it, or the dispatcher rules.",
        )
    return True, Words("", "")


def _of_ladder(facts: Facts) -> dict[str, tuple[bool, Words]]:
    top = Words(
        "已到最高层级，没有可上报的中心；对处理意见不服的可申请复查。",
        "There is no centre above to take it to; a decision may be reviewed.",
    )
    return {
        "escalate": (facts.above is not None, top),
        "go_up": (
            facts.above is not None and not (facts.came_up and facts.lead_offer is not None),
            top
            if facts.above is None
            else Words(
                "已上报，等待上级中心签收。", "It was taken up already, and waits for the centre above to sign."
            ),
        ),
        "send_back": (
            facts.below is not None and facts.lead_offer is None,
            Words(
                "该件不是由下级上报、已签收的，无从退回。", "It did not come up from below, or an offer is still open."
            ),
        ),
        "flag_urgent": (
            not facts.reporting,
            Words("已标记，等待报告上级。", "It is flagged; the report upward is due."),
        ),
        "report_upward": (facts.reporting, Words("没有待报告的重大紧急标记。", "Nothing is flagged to be reported.")),
    }


def _of_result(facts: Facts, now: datetime) -> dict[str, tuple[bool, Words]]:
    offered = facts.lead_offer is not None
    return {
        "conclude": (not offered, Words("派单尚未签收或撤回。", "An offer is open; have it signed for or recall it.")),
        "serve": (
            bool(to_serve(facts.notices, concluded=facts.status is Status.CONCLUDED)),
            Words("没有待送达的文书。", "No notice waits to be served."),
        ),
        "decide_review": (
            not offered, Words("派单尚未签收或撤回。", "An offer is open; have it signed for or recall it.")
        ),
        "close": (_all_served(facts), _unserved(facts)),
        "approve_attempt": (
            bool(to_approve(facts.notices)), Words("没有待核准的送达尝试。", "No attempt waits for approval."),
        ),
        "redraft": (
            bool(to_redraft(facts.notices)), Words("没有需要重新生成的文书。", "No notice waits to be redrafted."),
        ),
        "extend": (
            facts.extendable_until is not None and now <= facts.extendable_until,
            Words("没有可延长的期限：期限须在届满前、由办理机关负责人延长一次。",
                  "No limit can be extended: once only, before it expires (XF 34)."),
        ),
    }  # fmt: skip


def _of_file(facts: Facts) -> dict[str, tuple[bool, Words]]:
    return {
        "archive": (
            not facts.archived and (facts.status is Status.WITHDRAWN or not outstanding(facts.notices)),
            Words("已归档，或尚有文书未送达。", "It is archived already, or a notice is still to be served."),
        ),
        "correct": (
            facts.held_by is None,
            Words(
                "该件依法保全，解除前案卷保持原样。", "The file is under legal hold: it stays as it is until released."
            ),
        ),
        "hold": (facts.held_by is None, Words("该件已被依法保全。", "The file is held already.")),
        "release_hold": (facts.held_by is not None, Words("该件未被保全。", "No hold lies on the file.")),
    }


def _all_served(facts: Facts) -> bool:
    return not outstanding(facts.notices) and any(n.kind in CLOSING for n in facts.notices)


def _unserved(facts: Facts) -> Words:
    kinds = [n.kind.words for n in outstanding(facts.notices)] or [Words("办理结果", "the result")]
    zh, en = "、".join(k.zh for k in kinds), ", ".join(k.en for k in kinds)
    return Words(
        f"尚无有效送达记录（{zh}）：请先登记送达、依法免送，或由他人核准送达尝试。",
        f"No complete service record of {en}: record service, a waiver with its article, or have the attempt approved.",
    )


def of_reviews(facts: Facts, action: str) -> Refusal | None:
    if action == "decide_review" and facts.procedure not in REVIEWS:
        return Refusal(False, Words(
            "只有复查、复核件可以作出复查（复核）决定；请用“作出办理结果”。",
            "Only a review or re-review is decided so; conclude this case.",
        ))  # fmt: skip
    if action == "decide_review" and facts.top:
        return Refusal(False, Words(
            "原办理机关已是市级，本市没有其上一级机关：请“不予受理”并告知应向自治区有关机关提出。",
            "The city has no authority above the one that decided: decline, and name the authority of the region to turn to.",
        ))  # fmt: skip
    if action in ("grant_reopening", "decline_reopening") and not facts.asked:
        return Refusal(False, Words("没有待决定的重新办理申请。", "No request to reopen waits."))
    return None
