"""Which written notices there are, which of them a step owes, and when one counts as served. Pure.

Articles: XF = 信访工作条例 (2022), RMTJ = 人民调解法.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.core.errors import Worded


class NoticeKind(Worded):
    """The kinds of written notices; each has a template of its own."""

    ACCEPTANCE = "acceptance", "受理告知书", "notice of acceptance"
    NON_ACCEPTANCE = "non_acceptance", "不予受理告知书", "notice of non-acceptance"
    TRANSFER = "transfer", "转送告知书", "notice of transfer"
    EXTENSION = "extension", "延期告知书", "notice of extension"
    OPINION = "opinion", "信访事项处理意见书", "handling opinion"
    REPLY = "reply", "答复", "reply"
    CALL_BACK = "call_back", "办理结果反馈", "feedback of the result"
    RIGHTS_AND_DUTIES = "rights_and_duties", "调解权利义务告知书", "rights and duties in mediation"
    MEDIATION_RESULT = "mediation_result", "调解结果告知书", "result of mediation"
    REVIEW_DECISION = "review_decision", "复查（复核）意见书", "review decision"
    URGING = "urging", "催办通知书", "urging notice"


class NoticeState(StrEnum):
    """Drafted and not yet with the resident; or how it got there; or why it is no more to be served."""

    DRAFTED = "drafted"
    FAILED = "failed"  # the template could not be filled: redraft it
    SERVED = "served"
    WAIVED = "waived"
    ATTEMPTED = "attempted"
    APPROVED = "approved"  # an attempt that somebody else accepted
    REPLACED = "replaced"


STATE_WORDS: dict[NoticeState, str] = {
    NoticeState.DRAFTED: "待送达", NoticeState.FAILED: "未能生成", NoticeState.SERVED: "已送达",
    NoticeState.WAIVED: "依法免予送达", NoticeState.ATTEMPTED: "送达未果", NoticeState.APPROVED: "送达未果，经核准",
    NoticeState.REPLACED: "已被替换",
}  # fmt: skip
METHOD_WORDS: dict[str, str] = {
    "in_person": "当面", "phone": "电话", "sms": "短信", "email": "电子邮件", "letter": "信函", "online": "网上",
    "posted": "张贴公告", "proxy": "代办人转交", "none": "无法送达",
}  # fmt: skip

DUE = frozenset({NoticeState.DRAFTED, NoticeState.FAILED, NoticeState.ATTEMPTED})
SERVABLE = frozenset({NoticeState.DRAFTED, NoticeState.ATTEMPTED})

# What a step says when it ends a matter: one of them stands at a time, and a reopening replaces it.
CLOSING = frozenset(
    {
        NoticeKind.OPINION, NoticeKind.REPLY, NoticeKind.CALL_BACK, NoticeKind.MEDIATION_RESULT,
        NoticeKind.REVIEW_DECISION,
    }
)  # fmt: skip
# XF 23 ¶2: written notice of acceptance or not is waived where name or address is unclear, and only there.
WAIVED_IF_UNKNOWN = frozenset({NoticeKind.ACCEPTANCE, NoticeKind.NON_ACCEPTANCE})


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that counts, as decisions need it. `meets` is the kind of clock its service stops."""

    id: str
    kind: NoticeKind
    state: NoticeState
    meets: str | None = None
    recorded_by: str | None = None
    drafted_at: datetime = _LONG_AGO

    @property
    def due(self) -> bool:
        """Whether it still has to reach the resident."""
        return self.state in DUE


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that a step has to draft; `meets` names the clock that runs until it is served."""

    kind: NoticeKind
    meets: str | None = None


def owed(
    step: str | None, *, kind: str, accusation: bool, acceptance: str | None, completion: str | None
) -> Owed | None:
    """The notice that a step owes in a case.

    `step` is what the table of transitions names; `acceptance` and `completion` are the notices that the clock rules of
    its procedure name. Where the procedure owes no written notice of acceptance (requests, grid events, a centre's
    disputes), neither does its refusal, and the clock is met by the act.
    """
    if step == "acceptance":
        return Owed(NoticeKind(acceptance), "acceptance") if acceptance else None
    if step == "non_acceptance":
        return Owed(NoticeKind.NON_ACCEPTANCE, "acceptance") if acceptance else None
    if step == "review_decision":
        return Owed(NoticeKind.REVIEW_DECISION, "completion")
    if step == "opinion":
        return Owed(NoticeKind(completion or "reply"), "completion")
    if step in ("extension", "transfer"):  # XF 34, 23: told to the petitioner
        return Owed(NoticeKind(step)) if kind == "petition" and not accusation else None
    return None


def to_serve(notices: tuple[Notice, ...], *, concluded: bool, kind: NoticeKind | None = None) -> list[Notice]:
    """The notices a service may be recorded for, of one kind if named. Once concluded the closing one goes first, and its
    record may be made anew."""
    open_to = [n for n in notices if n.state in SERVABLE or (concluded and n.kind in CLOSING and n.state != "failed")]
    if kind is not None:
        return [n for n in open_to if n.kind is kind]
    return [n for n in open_to if concluded and n.kind in CLOSING] or open_to


def to_approve(notices: tuple[Notice, ...], kind: NoticeKind | None = None) -> list[Notice]:
    """The attempts that wait for somebody else's word; the closing one first."""
    waiting = [n for n in notices if n.state is NoticeState.ATTEMPTED and kind in (None, n.kind)]
    return sorted(waiting, key=lambda n: n.kind not in CLOSING)


def to_redraft(notices: tuple[Notice, ...], kind: NoticeKind | None = None) -> list[Notice]:
    """Those that can be made anew: failed ones first, then those nobody has served yet."""
    open_to = [n for n in notices if n.state in (NoticeState.FAILED, NoticeState.DRAFTED) and kind in (None, n.kind)]
    return sorted(open_to, key=lambda n: n.state is not NoticeState.FAILED)


def outstanding(notices: tuple[Notice, ...]) -> list[Notice]:
    """What still has to reach the resident before the case may be closed."""
    return [n for n in notices if n.due]


ROUTE_WORDS: dict[str, str] = {
    "litigation": "请依法向人民法院提起诉讼，或者通过审判监督程序解决。",
    "arbitration": "请依法向有管辖权的仲裁机构申请仲裁。",
    "reconsideration": "请依法向行政复议机关申请行政复议。",
    "procuratorate": "请依法向人民检察院提出。",
    "police": "请依法向公安机关报案或者提出。",
    "party_appeal": "请按照党员申诉、人事处理复核等规定向有关机关提出。",
    "other_organ": "请向有权处理的机关、单位提出。",
}
RESULT_WORDS: dict[str, str] = {
    "resolved": "已解决",
    "partly_resolved": "部分解决",
    "supported": "予以支持",
    "not_supported": "不予支持",
    "explained": "已作解释说明",
    "adopted": "予以采纳",
    "agreement": "达成协议",
    "no_agreement": "未达成协议",
    "unfounded": "反映情况不属实",
    "upheld": "维持原处理意见",
    "changed": "变更原处理意见",
    "redo_ordered": "撤销原处理意见，责令重新办理",
}
