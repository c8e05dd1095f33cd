"""The life of a case: its states, the one table of transitions, and who may take which step. Pure.

The table is served at GET /v1/transitions and enforced by every action: what it does not hold is refused.
Articles: XF = 信访工作条例 (2022), RMTJ = 人民调解法, DB11 = DB11/T 2021—2022.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.access import Actor, Permission, Role
from app.core.errors import Words


class Kind(StrEnum):
    """What comes through the door."""

    PETITION = "petition"
    DISPUTE = "dispute"
    REQUEST = "request"
    EVENT = "event"


OPEN_KINDS = (Kind.REQUEST, Kind.EVENT)  # open to their area; petitions and disputes only through a part in the case


class PetitionClass(StrEnum):
    """信访工作条例 29 to 31."""

    SUGGESTION = "suggestion"
    ACCUSATION = "accusation"
    APPEAL = "appeal"


class Channel(StrEnum):
    """The door it came through."""

    WINDOW = "window"
    GRID_WORKER = "grid_worker"
    HOTLINE = "hotline"
    LETTER = "letter"
    APP = "app"
    PARTNER = "partner"
    IMPORT = "import"


class LocatedBy(StrEnum):
    """How the place is known: measured, chosen by a person, or only as words (then the queue)."""

    POINT = "point"
    PERSON = "person"
    ADDRESS = "address"


class PartyRole(StrEnum):
    """What a person is to the case."""

    PETITIONER = "petitioner"
    REPRESENTATIVE = "representative"
    AGENT = "agent"
    RESPONDENT = "respondent"
    AFFECTED = "affected"


MAX_REPRESENTATIVES = 5  # 信访工作条例 20 ¶3


class Status(StrEnum):
    """The spine, and the ends beside it."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    HANDLING = "handling"
    CONCLUDED = "concluded"
    CLOSED = "closed"
    DECLINED = "declined"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


LIVE = frozenset({Status.REGISTERED, Status.ACCEPTED, Status.HANDLING, Status.CONCLUDED})

STATUS_WORDS: dict[Status, Words] = {
    Status.REGISTERED: Words("已登记，等待受理", "registered, waiting to be accepted"),
    Status.ACCEPTED: Words("已受理", "accepted"),
    Status.HANDLING: Words("正在办理", "being handled"),
    Status.CONCLUDED: Words("已有办理结果，正在答复", "decided, the reply is on its way"),
    Status.CLOSED: Words("已办结", "closed"),
    Status.DECLINED: Words("不予受理，已告知正确途径", "not accepted; you were told where to turn"),
    Status.REFERRED: Words("已导入法定途径", "referred to a legal route"),
    Status.WITHDRAWN: Words("已撤回", "withdrawn"),
    Status.MERGED: Words("已并入同一事项办理", "joined to another case on the same matter"),
}


class Result(StrEnum):
    """How a matter ended (信访工作条例 32: supported, explained, not supported; and the everyday ends)."""

    RESOLVED = "resolved"
    PARTLY_RESOLVED = "partly_resolved"
    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    EXPLAINED = "explained"
    ADOPTED = "adopted"
    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"
    UNFOUNDED = "unfounded"


class Route(StrEnum):
    """Where a matter belongs when it does not belong here (信访工作条例 31 (1) to (5))."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    PROCURATORATE = "procuratorate"
    POLICE = "police"
    PARTY_APPEAL = "party_appeal"
    OTHER_ORGAN = "other_organ"


class By(StrEnum):
    """Where the acting post must stand."""

    LEAD = "lead"  # in the lead unit
    OFFERED = "offered"  # in the unit, or as the person, the offer names
    SIGHT = "sight"  # anyone who sees the case and holds the permission


class ClockEffect(StrEnum):
    """What a transition does to the clocks."""

    MEET_ACCEPTANCE = "meet_acceptance"
    START_COMPLETION = "start_completion"
    MEET_COMPLETION = "meet_completion"
    STOP_ALL = "stop_all"
    RESTART_COMPLETION = "restart_completion"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow, or one act that leaves the status as it is (`target` None)."""

    action: str
    title: Words
    sources: frozenset[Status]
    target: Status | None
    permission: Permission
    by: By
    required: tuple[str, ...] = ()
    clocks: tuple[ClockEffect, ...] = ()
    notice: str | None = None
    basis: str = ""


def _t(
    action: str, zh: str, en: str, sources: set[Status] | frozenset[Status], target: Status | None,
    permission: Permission, by: By, *required: str, clocks: tuple[ClockEffect, ...] = (), notice: str | None = None,
    basis: str = "",
) -> Transition:  # fmt: skip
    return Transition(
        action, Words(zh, en), frozenset(sources), target, permission, by, required, clocks, notice, basis
    )


_S, _P, _C = Status, Permission, ClockEffect
_BEFORE_RESULT = frozenset({_S.REGISTERED, _S.ACCEPTED, _S.HANDLING})

TRANSITIONS: dict[str, Transition] = {
    t.action: t
    for t in (
        _t("offer", "派给其他单位", "offer to another unit", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD,
           "unit", "reason", basis="XF 22, 24"),
        _t("sign_for", "签收", "sign for the offer", _BEFORE_RESULT, None, _P.CASE_SIGN, By.OFFERED, basis="XF 23"),
        _t("refuse", "退回", "refuse the offer", _BEFORE_RESULT, None, _P.CASE_SIGN, By.OFFERED,
           "reason", basis="XF 23 ¶3"),
        _t("recall", "撤回派单", "recall the offer", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD),
        _t("place", "落图定位", "place on the map", _BEFORE_RESULT, None, _P.CASE_PLACE, By.SIGHT),
        _t("accept", "受理", "accept", {_S.REGISTERED}, _S.ACCEPTED, _P.CASE_ACCEPT, By.LEAD,
           clocks=(_C.MEET_ACCEPTANCE, _C.START_COMPLETION), notice="acceptance", basis="XF 22, 23"),
        _t("decline", "不予受理", "decline", {_S.REGISTERED}, _S.DECLINED, _P.CASE_ACCEPT, By.LEAD,
           "route", "reason", clocks=(_C.MEET_ACCEPTANCE, _C.STOP_ALL), notice="non_acceptance", basis="XF 23 ¶2"),
        _t("refer", "导入法定途径", "refer to a legal route", {_S.REGISTERED, _S.ACCEPTED}, _S.REFERRED,
           _P.CASE_ACCEPT, By.LEAD, "route", "reason", clocks=(_C.MEET_ACCEPTANCE, _C.STOP_ALL),
           notice="non_acceptance", basis="XF 28, 31 (1)-(5)"),
        _t("handle", "开始办理", "start handling", {_S.ACCEPTED}, _S.HANDLING, _P.CASE_HANDLE, By.LEAD, basis="XF 27"),
        _t("extend", "延长办理期限", "extend the limit", {_S.ACCEPTED, _S.HANDLING}, None, _P.CLOCK_EXTEND, By.LEAD,
           "days", "reason", clocks=(_C.EXTEND,), notice="extension", basis="XF 34"),
        _t("conclude", "作出办理结果", "conclude", {_S.HANDLING}, _S.CONCLUDED, _P.CASE_CONCLUDE, By.LEAD,
           "result", "reply", notice="opinion", basis="XF 31 (6), 32"),
        _t("serve", "送达答复", "record how the reply was served", {_S.CONCLUDED}, None, _P.CASE_CLOSE, By.LEAD,
           "outcome", "method", "at", "proof", clocks=(_C.MEET_COMPLETION,), basis="XF 32, 35"),
        _t("approve_attempt", "核准送达尝试", "approve the attempt to serve", {_S.CONCLUDED}, None,
           _P.SERVICE_APPROVE, By.SIGHT, clocks=(_C.MEET_COMPLETION,), basis="XF 32"),
        _t("close", "办结", "close", {_S.CONCLUDED}, _S.CLOSED, _P.CASE_CLOSE, By.LEAD, basis="XF 32"),
        _t("reopen", "重新办理", "reopen", {_S.CONCLUDED, _S.CLOSED, _S.WITHDRAWN}, _S.HANDLING, _P.CASE_REOPEN,
           By.SIGHT, "reason", clocks=(_C.RESTART_COMPLETION,), basis="XF 40"),
        _t("withdraw", "撤回", "withdraw at the resident's wish", _BEFORE_RESULT, _S.WITHDRAWN, _P.CASE_WITHDRAW,
           By.SIGHT, "reason", clocks=(_C.STOP_ALL,)),
        _t("merge", "并案", "merge into another case", _BEFORE_RESULT, _S.MERGED, _P.CASE_MERGE, By.LEAD,
           "into", "reason", clocks=(_C.STOP_ALL,), basis="XF 19 ¶3"),
        _t("unmerge", "撤销并案", "undo a merge", {_S.MERGED}, None, _P.CASE_MERGE, By.LEAD, "reason"),
        _t("reissue_code", "重发查询码", "issue a new query code", LIVE | {_S.CLOSED}, None, _P.CODE_REISSUE,
           By.SIGHT, basis="XF 18, 21"),
    )
}  # fmt: skip

# An accusation keeps one desk and one file: nothing that would name it to others (信访工作条例 30 ¶3).
NOT_FOR_ACCUSATIONS = frozenset({"merge", "unmerge", "place"})


@dataclass(frozen=True, slots=True)
class Offer:
    """An open assignment: to a unit, or to one person in it."""

    id: int
    unit: str
    staff: uuid.UUID | None
    part: str


@dataclass(frozen=True, slots=True)
class Service:
    """The current service record."""

    outcome: str
    recorded_by: str
    approved_by: str | None

    @property
    def complete(self) -> bool:
        """Served or waived, or an attempt that somebody else approved."""
        return self.outcome != "attempted" or self.approved_by is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a case."""

    id: uuid.UUID
    status: Status
    kind: Kind
    petition_class: PetitionClass | None
    lead_unit: str
    version: int
    offers: tuple[Offer, ...] = ()
    service: Service | None = None
    queued: bool = False
    extendable_until: datetime | None = None

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
    return _guard(facts, action, now) or _not_the_one(facts, step, actor)


def _guard(facts: Facts, action: str, now: datetime) -> Refusal | None:
    offered = facts.lead_offer is not None
    guards: dict[str, tuple[bool, Words]] = {
        "offer": (not offered, Words("已有一份待签收的派单，请先撤回。", "An offer is open already; recall it first.")),
        "recall": (offered, Words("没有待签收的派单。", "No offer is open.")),
        "sign_for": (bool(facts.offers), Words("没有待签收的派单。", "No offer is open.")),
        "refuse": (bool(facts.offers), Words("没有待签收的派单。", "No offer is open.")),
        "place": (facts.queued, Words("该件已有网格，不在待定位队列。", "The case has a place; it is in no queue.")),
        "conclude": (not offered, Words("派单尚未签收或撤回。", "An offer is open; have it signed for or recall it.")),
        "close": (
            facts.service is not None and facts.service.complete,
            Words("尚无有效送达记录：请先登记送达、依法免送，或由他人核准送达尝试。",
                  "No complete service record: record service, a waiver with its article, or have the attempt approved."),
        ),
        "approve_attempt": (
            facts.service is not None and not facts.service.complete,
            Words("没有待核准的送达尝试。", "No attempt waits for approval."),
        ),
        "extend": (
            facts.extendable_until is not None and now <= facts.extendable_until,
            Words("没有可延长的期限：期限须在届满前、由办理机关负责人延长一次。",
                  "No limit can be extended: once only, before it expires (XF 34)."),
        ),
    }  # fmt: skip
    holds, why = guards.get(action, (True, Words("", "")))
    return None if holds else Refusal(False, why)


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
    if step.by is By.OFFERED and not any(answers(offer, actor) for offer in facts.offers):
        return Refusal(True, Words("派单不是发给您或您的单位。", "The offer is not made to you or your unit."))
    if step.action == "approve_attempt" and facts.service and facts.service.recorded_by == actor.id:
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


def available_actions(facts: Facts, actor: Actor, now: datetime) -> list[str]:
    """The steps that would be accepted from this caller now, in the table's order."""
    likely = (a for a, t in TRANSITIONS.items() if facts.status in t.sources and actor.may(t.permission))
    return [action for action in likely if refusal(facts, action, actor, now) is None]


def check_character(number: int, alphabet: str) -> str:
    """Number modulo 31 as a readable sign: catches every wrong digit and every swap of neighbours (31 is prime)."""
    return alphabet[number % len(alphabet)]
