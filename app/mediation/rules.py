"""What follows what in a mediation, who may not mediate, when an agreement holds and is kept. Pure.

RMTJ = 人民调解法: 15, 17 to 20, 22, 23, 26, 28 to 33. MSSF = 民事诉讼法: 205. LDTJ = 劳动争议调解仲裁法: 14, 16.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.cases.rules import Facts, Result
from app.core.access import Actor, Permission
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table


class MediationChannel(Worded):
    """By which law it is mediated."""

    PEOPLE = "people", "人民调解", "people's mediation"
    ADMINISTRATIVE = "administrative", "行政调解", "administrative mediation"
    SECTORAL = "sectoral", "行业性、专业性调解", "sectoral mediation"
    JUDICIAL_REFERRAL = "judicial_referral", "法院委派、委托调解", "mediation referred by a court"
    LABOUR = "labour", "劳动争议调解", "labour dispute mediation"


# The kind of note of a talk with one side: for the mediators and the lead, whom their own room shows it (RMTJ 15).
SEPARATE_TALK = "mediation_separate_talk"
# The procedure a case runs under while it is mediated by this channel; elsewhere it keeps its own.
PROCEDURE_OF = {MediationChannel.PEOPLE: "people_mediation", MediationChannel.LABOUR: "labour_mediation"}


class Origin(StrEnum):
    """Who asked for it: a party, or the committee proposed it (RMTJ 17)."""

    APPLICATION = "application"
    PROPOSAL = "proposal"


class MediationState(Worded):
    """Where a mediation stands."""

    PROPOSED = "proposed", "等待双方同意", "waiting for the consent of both sides"
    CONSENTED = "consented", "双方已同意", "both sides consent"
    UNDER_WAY = "under_way", "正在调解", "under way"
    SUSPENDED = "suspended", "已中止", "suspended"
    AGREED = "agreed", "已达成协议", "agreed"
    FAILED = "failed", "调解不成", "failed"
    ENDED = "ended", "已终止", "ended"


class Relation(StrEnum):
    """What keeps somebody from mediating (回避)."""

    RELATIVE = "relative"
    INTEREST = "interest"
    ACQUAINTANCE = "acquaintance"
    OTHER = "other"


class Duty(StrEnum):
    """What is owed under an agreement: money, or an act."""

    PAY = "pay"
    ACT = "act"


class ObligationState(StrEnum):
    """How far an obligation has been kept."""

    OPEN = "open"
    PARTLY = "partly"
    PERFORMED = "performed"


class ConfirmationState(StrEnum):
    """What became of a joint application to the court (RMTJ 33)."""

    APPLIED = "applied"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


LIVE = frozenset(
    {MediationState.PROPOSED, MediationState.CONSENTED, MediationState.UNDER_WAY, MediationState.SUSPENDED}
)  # fmt: skip
SIDES = ("petitioner", "respondent")  # the parties whose consent and signature count


# --- The workflow


def _step(
    action: str, zh: str, en: str, sources: Collection[MediationState], *required: str, target: MediationState | None = None,
    by: str = "lead_or_mediator", basis: str = "", notice: str | None = None,
) -> Transition[MediationState]:  # fmt: skip
    sources = frozenset(sources)
    permission = Permission.MEDIATION_WORK
    return Transition(
        action, Words(zh, en), sources, target, permission, by, required=required, notice=notice, basis=basis
    )


_S = MediationState
_TALKING, _GOING_ON, _AGREED = {_S.UNDER_WAY}, {_S.UNDER_WAY, _S.SUSPENDED}, {_S.AGREED}
WORKFLOW: Workflow[MediationState] = Workflow(
    "mediation",
    Words("该调解", "the mediation"),
    who={
        "lead": Words("主办单位", "the lead unit"),
        "mediator": Words("本件调解员本人", "its mediators themselves"),
        "lead_or_mediator": Words("主办单位或本件调解员", "the lead unit or its mediators"),
    },
    steps=table([
        _step("consent", "登记当事人同意", "record a party's consent", {_S.PROPOSED}, "party", "how",
              basis="RMTJ 17", notice="rights_and_duties"),
        _step("refuse", "当事人明确拒绝", "record a party's clear refusal", LIVE, "party", "how", "reason",
              target=_S.ENDED, basis="RMTJ 17, 26"),
        _step("assign", "选定、指定调解员", "assign a mediator", LIVE, "staff", "how", by="lead", basis="RMTJ 19"),
        _step("relieve", "更换、免去调解员", "relieve a mediator", LIVE, "staff", "reason", by="lead",
              basis="RMTJ 15, 19"),
        _step("declare", "调解员声明有无利害关系", "declare one's relations", LIVE, "related", by="mediator",
              basis="RMTJ 15"),
        _step("start", "开始调解", "start", {_S.CONSENTED}, target=_S.UNDER_WAY, basis="RMTJ 22, 23"),
        _step("extend", "经双方同意延长", "extend with both sides' agreement", _GOING_ON, "length", "agreed", "reason"),
        _step("suspend", "中止", "suspend", _TALKING, "reason", target=_S.SUSPENDED, basis="RMTJ 23"),
        _step("resume", "恢复", "resume", {_S.SUSPENDED}, "reason", target=_S.UNDER_WAY, basis="RMTJ 23"),
        _step("schedule_session", "安排调解", "schedule a session", _TALKING, "since", "until", basis="RMTJ 20, 22"),
        _step("open_session", "调解开始", "open a session", _TALKING, "session", basis="RMTJ 22, 23"),
        _step("record_session", "记录调解", "record a session", _GOING_ON, "session", "minutes", basis="RMTJ 27"),
        _step("cancel_session", "取消调解安排", "cancel a session", LIVE, "session", "reason"),
        _step("draft_agreement", "起草协议", "draft the agreement", _TALKING, "facts", "terms", "obligations",
              basis="RMTJ 28, 29"),
        _step("sign", "签字、盖章", "sign", _TALKING, "signer", "evidence", basis="RMTJ 29"),
        _step("agree_orally", "达成口头协议", "agree orally", _TALKING, "facts", "terms", "obligations",
              target=_S.AGREED, basis="RMTJ 28, 30"),
        _step("fail", "调解不成", "end without agreement", _GOING_ON, "reason", target=_S.FAILED, basis="RMTJ 26"),
        _step("record_performance", "登记履行", "record performance", _AGREED, "obligation", "on", basis="RMTJ 31"),
        _step("follow_up", "履行回访", "follow up", _AGREED, "obligation", "method", "reached", "words", basis="RMTJ 31"),
        _step("apply_confirmation", "共同申请司法确认", "apply jointly to the court", _AGREED, "court", "on", "parties",
              basis="RMTJ 33; MSSF 205"),
        _step("decide_confirmation", "登记司法确认结果", "record what the court decided", _AGREED, "state",
              basis="RMTJ 33"),
    ]),
)  # fmt: skip


# --- What a mediation means to the steps of its case


@dataclass(frozen=True, slots=True)
class Mediated:
    """The state of a case's last mediation, and whether its agreement holds."""

    state: MediationState | None
    agreed: bool


# What would take the case from under a mediation that goes on.
_NOT_WHILE_MEDIATED = frozenset({"conclude", "withdraw", "refer", "decline", "merge", "link_repeat", "reclassify"})


def refuses_of_case(mediated: Mediated, _: Facts, action: str, __: Actor, ___: datetime) -> Refusal | None:
    """Why a step of the case waits for its mediation."""
    if action in _NOT_WHILE_MEDIATED and mediated.state in LIVE:
        return not_now(
            "调解正在进行：请先达成协议或终止调解。", "A mediation goes on: reach an agreement or end it first."
        )
    if action == "accept" and mediated.state == MediationState.PROPOSED:
        return not_now(
            "双方同意调解后方可受理（人民调解法第十七条）。", "Both sides consent before it is accepted (RMTJ 17)."
        )
    return None


def wrong_result(mediated: Mediated, facts: Facts, result: Result) -> Words | None:
    """What a mediation led to is the result of its case: an agreement that holds, or none."""
    by_mediation = mediated.state is not None or facts.procedure in PROCEDURE_OF.values()
    if by_mediation and result is Result.AGREEMENT and not mediated.agreed:
        return Words(
            "没有已生效的调解协议：书面协议须双方签字、调解员签字并盖章，口头协议须登记。",
            "No agreement holds: a written one takes both sides', a mediator's signature and the seal; an oral one is recorded.",
        )
    if result is Result.NO_AGREEMENT and mediated.agreed:
        return Words("调解协议已经生效。", "An agreement holds.")
    return None


# --- Recusal (回避)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of somebody who is to mediate: `mediates` that they hold a mediator's post, `barred` that the matter
    concerns them or a unit they stand in or under, or that a party wants them kept out; `declared` a relation they told,
    `had_a_hand` that they decided this case before."""

    id: uuid.UUID
    active: bool
    mediates: bool
    barred: bool
    declared: bool
    had_a_hand: bool


def recusal(candidate: Candidate) -> Words | None:
    """Why this one may not mediate this case; None when nothing is known against it."""
    if not candidate.active or not candidate.mediates:
        return Words("此人不是在岗的调解员。", "This person holds no mediator's post now.")
    if candidate.barred:
        return Words(
            "与本件当事人或被反映单位有关、或当事人要求回避的人员不得担任调解员。",
            "Recusal: the matter concerns this person or their unit, or a party wants them kept out.",
        )
    if candidate.declared:
        return Words("此人已声明与当事人有利害关系，应当回避。", "Recusal: this person declared a relation to a party.")
    if candidate.had_a_hand:
        return Words("此人曾就本件作出过处理结果，应当回避。", "Recusal: this person decided this case before.")
    return None


# --- Consent, agreement, performance


def missing(needed: Collection[str], given: Collection[str]) -> list[str]:
    """Whose consent or signature is still wanting, in order."""
    return sorted(set(needed) - set(given))


@dataclass(frozen=True, slots=True)
class Signatures:
    """Whose signatures an agreement holds: parties by id, whether a mediator's, whether the committee's seal."""

    parties: frozenset[str]
    mediator: bool
    seal: bool

    def complete(self, needed: Collection[str]) -> bool:
        """Written: each party, a mediator, and the seal (RMTJ 29)."""
        return self.mediator and self.seal and not missing(needed, self.parties)


def obligation_state(duty: Duty, amount: int | None, paid: int, *, done: bool) -> ObligationState:
    """Performed with the last cent or the act; part payments before."""
    if duty is Duty.ACT:
        return ObligationState.PERFORMED if done else ObligationState.OPEN
    if paid == amount:
        return ObligationState.PERFORMED
    return ObligationState.PARTLY if paid else ObligationState.OPEN


def overpaid(amount: int, paid: int, more: int) -> Words | None:
    """Why a payment is too much; None when it fits what is still owed."""
    left = amount - paid
    if more <= left:
        return None
    return Words(f"超过尚欠数额（{yuan(left)}元）。", f"More than is still owed ({yuan(left)} yuan).")


def yuan(cents: int) -> str:
    """An amount as it is written: 12345 → 123.45."""
    return f"{cents // 100}.{cents % 100:02d}"


# RMTJ 26, 32: what stays open, told at failure and at a breach.
OTHER_ROUTES = Words(
    "调解不成的，可以依法通过仲裁、行政、司法等途径维护自己的权利。",
    "Arbitration, administrative and judicial routes stay open.",
)
AFTER_BREACH = Words(
    "到期未履行的，可以就协议的履行向人民法院提起诉讼；经司法确认有效的，可以向人民法院申请强制执行。",
    "What was not performed in time may be brought before the court; a confirmed agreement may be enforced there.",
)
