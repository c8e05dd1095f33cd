"""Who may take which step now, and why not. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.cases.rules.terms import REVIEWS, Kind, PetitionClass, Status
from app.cases.rules.transitions import NOT_FOR_ACCUSATIONS, TRANSITIONS, By, Transition
from app.core.access import Actor, Permission, Role
from app.core.errors import Words
from app.deadlines.rules import Returns
from app.notices.rules import CLOSING, TITLES, Notice, outstanding, to_approve, to_redraft, to_serve


@dataclass(frozen=True, slots=True)
class Offer:
    """An open assignment: to a unit, or to one person in it."""

    id: int
    unit: str
    staff: uuid.UUID | None
    part: str
    note: uuid.UUID | None = None  # why it was offered; an offer made at registration has none
    returned: bool = False  # the unit returned it (退单), and waits for the ruling of who sent it


@dataclass(frozen=True, slots=True)
class Proxy:
    """An authority under which somebody carries, or carried, the matter for the resident (信访代办)."""

    staff: str
    powers: frozenset[str]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a case.

    `above` is the centre it may be taken up to, `below` the unit it came up from; `objectable_until` the end of the time
    in which the open offer may be refused, where the procedure has one (XF 23 ¶3); `refused_by` the units that refused it
    before. `superior` is the unit that a dispute over competence waits for; `reporting` that a report upward is due.
    `forbids` are the steps that the procedure rules out, with why. `top` says that no organ of the city may decide this
    review. `asked` that a request to reopen waits; `worked_by` the people who concluded, served or closed the case.
    `returns` is how often the procedure lets it be returned to the dispatcher, `returned_by` who did, once for each time;
    `came_up` that the open offer is to the centre it was taken up to; `ruled_by` the unit that ruled finally that the
    present lead handles it.
    `hearing` is the state of the hearing ahead (scheduled | opened); `linked` the relation of the link to an earlier case.
    `mediation` is the state of the last mediation, `agreed` whether its agreement holds.
    `unanswered` are the units that owe the written result of a task, `whistling` those whose whistle is not settled.
    `proxies` are the authorities of the resident's proxies, each with the end that it had or will have.
    """

    id: uuid.UUID
    status: Status
    kind: Kind
    petition_class: PetitionClass | None
    lead_unit: str
    version: int
    offers: tuple[Offer, ...] = ()
    notices: tuple[Notice, ...] = ()
    queued: bool = False
    archived: bool = False
    held: bool = False
    extendable_until: datetime | None = None
    above: str | None = None
    below: str | None = None
    objectable_until: datetime | None = None
    refused_by: frozenset[str] = frozenset()
    superior: str | None = None
    reporting: bool = False
    procedure: str = ""
    forbids: Mapping[str, Words] = field(default_factory=dict)
    top: bool = False
    asked: bool = False
    worked_by: frozenset[str] = frozenset()
    hearing: str | None = None
    linked: str | None = None
    mediation: str | None = None
    agreed: bool = False
    unanswered: tuple[str, ...] = ()
    whistling: tuple[str, ...] = ()
    proxies: tuple[Proxy, ...] = ()

    @property
    def carried_by(self) -> frozenset[str]:
        """Whoever is or was the resident's proxy."""
        return frozenset(proxy.staff for proxy in self.proxies)

    returns: Returns | None = None
    returned_by: tuple[str, ...] = ()
    ruled_by: str | None = None
    came_up: bool = False

    @property
    def lead_offer(self) -> Offer | None:
        """The one open offer to lead, if any."""
        return next((offer for offer in self.offers if offer.part == "lead"), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: `forbidden` names the person's lack, otherwise it is the state of the case."""

    forbidden: bool
    why: Words


def refusal(facts: Facts, action: str, actor: Actor, now: datetime) -> Refusal | None:
    """Why `actor` may not take `action` now; None when nothing stands against it."""
    step = TRANSITIONS[action]
    if facts.petition_class is PetitionClass.ACCUSATION and action in NOT_FOR_ACCUSATIONS:
        return Refusal(False, Words("检举控告件不适用此步骤。", "An accusation does not allow this step."))
    if facts.status not in step.sources:
        allowed = "、".join(sorted(s.value for s in step.sources))
        return Refusal(False, Words(
            f"“{step.title.zh}”只能在以下状态进行：{allowed}；当前为 {facts.status}。",
            f"'{action}' is possible from {allowed.replace('、', ', ')}; the case is {facts.status}.",
        ))  # fmt: skip
    if action in facts.forbids:
        return Refusal(False, facts.forbids[action])
    no = (
        _guard(facts, action, now) or _of_reviews(facts, action) or _by_a_proxy(facts, action, actor)
        or _not_the_one(facts, step, actor)
    )  # fmt: skip
    return _kept(facts, actor, now) if no is None and action == "refuse" else no


# What a proxy may do in the case beside the errands: answer a task of their own post, say where it is, call it urgent.
# Never decide, serve, close or withdraw it, nor take a query code: the resident's word stays the resident's.
_PROXY_MAY = frozenset({"sign_for", "refuse", "place", "flag_urgent"})


def _by_a_proxy(facts: Facts, action: str, actor: Actor) -> Refusal | None:
    if actor.id not in facts.carried_by or action in _PROXY_MAY:
        return None
    return Refusal(True, Words(
        "本件的代办员（含曾任）不得办理、送达、办结，也不得代本人撤回、上报或领取查询码。",
        "Who is or was the resident's proxy in this case neither handles, serves nor closes it, nor withdraws it, takes it up"
        " or gets its query code.",
    ))  # fmt: skip


def service_on_proxy_refused(facts: Facts, at: datetime) -> Words | None:
    """Why handing a notice to the proxy at `at` is no service on the resident; None when it is.

    Receipt by an agent is receipt by the principal only as far as the authority goes (XZFY 17 as the model): the power to
    receive copies is not the power to let the resident's own times begin.
    """
    if any("accept_service" in proxy.powers and proxy.since <= at < proxy.until for proxy in facts.proxies):
        return None
    return Words(
        "交给代办员不等于送达本人：委托书须在送达时有效并写明“代收送达”（accept_service），否则请送达本人。",
        "Handing it to the proxy does not serve the resident: at that time an authority with accept_service must stand.",
    )


def _guard(facts: Facts, action: str, now: datetime) -> Refusal | None:
    of_offers, of_result = _of_offers(facts, now), _of_result(facts, now)
    rest = (
        _of_ladder(facts),
        _of_file(facts),
        _of_hearings(facts),
        _of_links(facts),
        _of_tasks(facts),
        _of_mediation(facts),
    )
    for table in (of_offers, of_result, *rest):
        holds, why = table.get(action, (True, None))
        if not holds and why is not None:
            return Refusal(False, why)
    return None


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


MEDIATING = frozenset({"proposed", "consented", "under_way", "suspended"})
# What would take the case from under a mediation that goes on.
_NOT_WHILE_MEDIATED = (
    "conclude", "withdraw", "refer", "decline", "merge", "link_repeat", "reclassify",
)  # fmt: skip


def _of_mediation(facts: Facts) -> dict[str, tuple[bool, Words]]:
    ended = facts.mediation not in MEDIATING
    first = Words("调解正在进行：请先达成协议或终止调解。", "A mediation goes on: reach an agreement or end it first.")
    consent = Words(
        "双方同意调解后方可受理（人民调解法第十七条）。", "Both sides consent before it is accepted (RMTJ 17)."
    )
    return {action: (ended, first) for action in _NOT_WHILE_MEDIATED} | {
        "accept": (facts.mediation != "proposed", consent)
    }


def _of_tasks(facts: Facts) -> dict[str, tuple[bool, Words]]:
    """A case concludes once each co-handler has answered, or the lead has recorded why not; a whistle once it is settled."""
    if facts.unanswered:
        zh, en = "、".join(facts.unanswered), ", ".join(facts.unanswered)
        why = Words(f"协办单位 {zh} 尚未书面反馈：请等待反馈，或说明未反馈原因（waive）。",
                    f"{en} still owe the written result of a task: wait for it, or record why not (waive).")  # fmt: skip
    else:
        zh, en = "、".join(facts.whistling), ", ".join(facts.whistling)
        why = Words(f"{zh} 的吹哨尚未办结（事不完，人不走）。", f"The whistle of {en} is not settled yet.")
    return {"conclude": (not facts.unanswered and not facts.whistling, why)}


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


def _kept(facts: Facts, actor: Actor, now: datetime) -> Refusal | None:
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
        "go_up": (facts.above is not None, top),
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
        "hold": (not facts.held, Words("该件已被依法保全。", "The file is held already.")),
        "release_hold": (facts.held, Words("该件未被保全。", "No hold lies on the file.")),
    }


def _all_served(facts: Facts) -> bool:
    return not outstanding(facts.notices) and any(n.kind in CLOSING for n in facts.notices)


def _unserved(facts: Facts) -> Words:
    kinds = [TITLES[n.kind] for n in outstanding(facts.notices)] or [Words("办理结果", "the result")]
    zh, en = "、".join(k.zh for k in kinds), ", ".join(k.en for k in kinds)
    return Words(
        f"尚无有效送达记录（{zh}）：请先登记送达、依法免送，或由他人核准送达尝试。",
        f"No complete service record of {en}: record service, a waiver with its article, or have the attempt approved.",
    )


def _of_reviews(facts: Facts, action: str) -> Refusal | None:
    if action == "decide_review" and facts.procedure not in REVIEWS:
        return Refusal(False, Words(
            "只有复查、复核件可以作出复查（复核）决定；请用“作出办理结果”。",
            "Only a review or re-review is decided so; conclude this case.",
        ))  # fmt: skip
    if action == "decide_review" and facts.top:
        return Refusal(False, Words(
            "原办理机关已是市级，本市没有其上一级机关：请“不予受理”并告知应向自治区有关机关提出。",
            "The city has no organ above the one that decided: decline, and name the organ of the region to turn to.",
        ))  # fmt: skip
    if action in ("grant_reopening", "decline_reopening") and not facts.asked:
        return Refusal(False, Words("没有待决定的重新办理申请。", "No request to reopen waits."))
    return None


def _not_the_one(facts: Facts, step: Transition, actor: Actor) -> Refusal | None:
    if not actor.may(step.permission):
        return Refusal(True, Words(
            f"您的岗位没有“{step.title.zh}”的权限。", f"None of your posts may {step.title.en} ({step.permission})."
        ))  # fmt: skip
    units = actor.units_with(step.permission)
    if step.by is By.LEAD and facts.lead_unit not in units:
        return Refusal(True, Words(
            f"只有主办单位 {facts.lead_unit} 可以执行“{step.title.zh}”。",
            f"Only the lead unit {facts.lead_unit} may {step.title.en}.",
        ))  # fmt: skip
    offers = [o for o in facts.offers if o.part == "lead" or step.action != "dispute_competence"]
    if step.by is By.OFFERED and not any(answers(offer, actor) for offer in offers):
        return Refusal(True, Words("派单不是发给您或您的单位。", "The offer is not made to you or your unit."))
    if step.action in ("grant_reopening", "decline_reopening") and actor.id in facts.worked_by:
        return Refusal(True, Words(
            "须由承办、办结本件以外的人决定。", "Somebody who neither handled nor closed the case must decide."
        ))  # fmt: skip
    if step.action == "rule_competence" and facts.superior not in units:
        return Refusal(True, Words(
            f"管辖争议由共同上级 {facts.superior} 裁定。", f"The common superior {facts.superior} rules on this dispute."
        ))  # fmt: skip
    if step.action == "approve_attempt" and all(n.recorded_by == actor.id for n in to_approve(facts.notices)):
        return Refusal(True, Words("须由登记人以外的人核准。", "Somebody other than the recorder must approve."))
    return None


def answers(offer: Offer, actor: Actor) -> bool:
    """Whether `actor` may sign for or refuse `offer`: the named person, else a post of the unit with the right."""
    if offer.staff is not None:
        return str(offer.staff) == actor.id
    return any(
        post.unit == offer.unit and post.role is not Role.GRID_WORKER
        for post in actor.posts
        if offer.unit in actor.units_with(Permission.CASE_SIGN)
    )


def own_offer(facts: Facts, actor: Actor) -> Offer | None:
    """The offer that `actor` answers; the lead before a task."""
    mine = [offer for offer in facts.offers if answers(offer, actor)]
    return min(mine, key=lambda offer: (offer.part != "lead", offer.id), default=None)


def available_actions(facts: Facts, actor: Actor, now: datetime) -> list[str]:
    """The steps that would be accepted from this caller now, in the table's order."""
    likely = (a for a, t in TRANSITIONS.items() if facts.status in t.sources and actor.may(t.permission))
    return [action for action in likely if refusal(facts, action, actor, now) is None]


def check_character(number: int, alphabet: str) -> str:
    """Number modulo 31 as a readable sign: catches every wrong digit and every swap of neighbours (31 is prime)."""
    return alphabet[number % len(alphabet)]
