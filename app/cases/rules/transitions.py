"""The one table of transitions: served at GET /v1/transitions and enforced by every action. Pure.

Articles: XF = 信访工作条例 (2022), RMTJ = 人民调解法, LDTJ = 劳动争议调解仲裁法, XZFY = 行政复议法, DB11 = DB11/T 2021—2022,
PIPL = 个人信息保护法.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from app.cases.rules.terms import LIVE, Status
from app.core.access import Permission
from app.core.errors import Words
from app.core.workflow import Transition, Workflow, table


class By(StrEnum):
    """In which relation to the case the acting person must stand."""

    LEAD = "lead"
    OFFERED = "offered"
    LEAD_OR_ABOVE = "lead_or_above"
    WISH = "wish"
    VISITOR = "visitor"
    INVOLVED = "involved"
    KEEPER = "keeper"
    DECIDER = "decider"
    APPROVER = "approver"
    SUPERIOR = "superior"
    NAMER = "namer"
    DESK = "desk"


def _lead(subject: Any) -> Words:
    unit = f" {subject.facts.lead_unit}" if subject is not None else ""
    return Words(f"主办单位{unit}", f"the lead unit{unit}")


WHO: dict[str, Words | Callable[[Any], Words]] = {
    By.LEAD: _lead,
    By.OFFERED: Words("被派单的单位或人员", "the unit or person that the offer names"),
    By.LEAD_OR_ABOVE: Words("主办单位或其上级", "the lead unit or one above it"),
    By.WISH: Words("主办单位或登记人", "the lead unit, or who registered it"),
    By.VISITOR: Words("主办单位、其上级或登记人", "the lead unit, one above it, or who registered it"),
    By.INVOLVED: Words("承办、协办、登记本件的单位和人员或主办单位的上级",
                       "whoever has a part in the case, or stands above its lead"),
    By.KEEPER: Words("作出保全的人或主办单位的上级", "who placed the hold, or a unit above the lead"),
    By.DECIDER: Words("主办单位或其上级中未承办、办结本件的人",
                      "somebody of the lead unit, or of one above it, who neither handled nor closed the case"),
    By.APPROVER: Words("主办单位或其上级中登记送达以外的人",
                       "somebody of the lead unit, or of one above it, other than who recorded the service"),
    By.SUPERIOR: Words("共同上级单位", "the common superior"),
    By.DESK: Words("协办单位或主办单位上级的窗口，且未承办、办结、登记本件",
                   "a desk with a part in the case, or above its lead; not of the lead, nor who handled or registered it"),
    By.NAMER: Words("层级高于所涉单位的主办单位或属地中心",
                    "the lead or a centre of its area, in a tier above whom it concerns"),
}  # fmt: skip


class ClockEffect(StrEnum):
    """What a transition does to the clocks."""

    MEET_ACCEPTANCE = "meet_acceptance"
    START_COMPLETION = "start_completion"
    MEET_SERVED = "meet_served"  # the clock that waits for the notice which is served
    MEET_EMERGENCY = "meet_emergency"
    STOP_ALL = "stop_all"
    RESTART_COMPLETION = "restart_completion"
    PAUSE_FOR_HEARING = "pause_for_hearing"
    RESUME_AFTER_HEARING = "resume_after_hearing"


def _t(
    action: str, zh: str, en: str, sources: set[Status] | frozenset[Status], target: Status | None,
    permission: Permission, by: By, *required: str, clocks: tuple[ClockEffect, ...] = (), notice: str | None = None,
    basis: str = "",
) -> Transition[Status]:  # fmt: skip
    return Transition(
        action, Words(zh, en), frozenset(sources), target, permission, by, required, clocks, notice, basis
    )


_S, _P, _C = Status, Permission, ClockEffect
_BEFORE_RESULT = frozenset({_S.REGISTERED, _S.ACCEPTED, _S.HANDLING})
# Where a notice may wait for service: that of non-acceptance is owed by cases that have ended.
_TOLD = _BEFORE_RESULT | {_S.CONCLUDED, _S.DECLINED, _S.REFERRED}
_DECIDING = frozenset({_S.ACCEPTED, _S.HANDLING})

TRANSITIONS: dict[str, Transition[Status]] = table(
    (
        _t("offer", "派给其他单位", "offer to another unit", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD,
           "unit", "reason", basis="XF 22, 24"),
        _t("sign_for", "签收", "sign for the offer", _BEFORE_RESULT, None, _P.CASE_SIGN, By.OFFERED, notice="transfer",
           basis="XF 23"),
        _t("refuse", "退回", "refuse the offer", _BEFORE_RESULT, None, _P.CASE_SIGN, By.OFFERED,
           "reason", basis="XF 23 ¶3"),
        _t("recall", "撤回派单", "recall the offer", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD),
        _t("rule_return", "裁定退单", "rule on a return", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD,
           "upheld", "reason"),
        _t("place", "落图定位", "place on the map", _BEFORE_RESULT, None, _P.CASE_PLACE, By.INVOLVED),
        _t("accept", "受理", "accept", {_S.REGISTERED}, _S.ACCEPTED, _P.CASE_ACCEPT, By.LEAD,
           clocks=(_C.MEET_ACCEPTANCE, _C.START_COMPLETION), notice="acceptance", basis="XF 22, 23"),
        _t("decline", "不予受理", "decline", {_S.REGISTERED}, _S.DECLINED, _P.CASE_ACCEPT, By.LEAD,
           "route", "reason", clocks=(_C.MEET_ACCEPTANCE, _C.STOP_ALL), notice="non_acceptance", basis="XF 23 ¶2"),
        _t("refer", "导入法定途径", "refer to a legal route", {_S.REGISTERED, _S.ACCEPTED}, _S.REFERRED,
           _P.CASE_ACCEPT, By.LEAD, "route", "reason", clocks=(_C.MEET_ACCEPTANCE, _C.STOP_ALL),
           notice="non_acceptance", basis="XF 28, 31 (1)-(5)"),
        _t("handle", "开始办理", "start handling", {_S.ACCEPTED}, _S.HANDLING, _P.CASE_HANDLE, By.LEAD,
           clocks=(_C.MEET_EMERGENCY,), basis="XF 27"),
        _t("extend", "延长办理期限", "extend the limit", {_S.ACCEPTED, _S.HANDLING}, None, _P.CLOCK_EXTEND, By.LEAD,
           "days", "reason" , notice="extension", basis="XF 34"),
        _t("conclude", "作出办理结果", "conclude", {_S.HANDLING}, _S.CONCLUDED, _P.CASE_CONCLUDE, By.LEAD,
           "result", "reply", notice="opinion", basis="XF 31 (6), 32"),
        _t("decide_review", "作出复查（复核）决定", "decide the review", {_S.HANDLING}, _S.CONCLUDED, _P.CASE_CONCLUDE,
           By.LEAD, "outcome", "reply", notice="review_decision", basis="XF 35, 36"),
        _t("serve", "送达文书", "record how a notice was served", _TOLD, None, _P.CASE_CLOSE, By.LEAD,
           "outcome", "method", "at", "proof", clocks=(_C.MEET_SERVED,), basis="XF 23, 32, 34, 35"),
        _t("approve_attempt", "核准送达尝试", "approve the attempt to serve", _TOLD, None,
           _P.SERVICE_APPROVE, By.APPROVER, clocks=(_C.MEET_SERVED,), basis="XF 32"),
        _t("redraft", "重新生成文书", "redraft a notice", _TOLD, None, _P.CASE_CLOSE, By.LEAD),
        _t("close", "办结", "close", {_S.CONCLUDED}, _S.CLOSED, _P.CASE_CLOSE, By.LEAD, basis="XF 32"),
        _t("archive", "归档", "archive", {_S.CLOSED, _S.DECLINED, _S.REFERRED, _S.WITHDRAWN}, None, _P.CASE_CLOSE, By.LEAD),
        _t("hold", "依法保全", "put under legal hold", frozenset(_S), None, _P.FILE_HOLD, By.LEAD_OR_ABOVE, "reason"),
        _t("release_hold", "解除保全", "release from legal hold", frozenset(_S), None, _P.FILE_HOLD, By.KEEPER, "reason"),
        _t("reopen", "重新办理", "reopen", {_S.CONCLUDED, _S.CLOSED, _S.WITHDRAWN}, _S.HANDLING, _P.CASE_REOPEN,
           By.LEAD_OR_ABOVE, "reason", clocks=(_C.RESTART_COMPLETION,), basis="XF 40"),
        _t("grant_reopening", "同意重新办理", "grant the request to reopen", {_S.CLOSED}, _S.HANDLING, _P.CASE_REOPEN,
           By.DECIDER, "reason", clocks=(_C.RESTART_COMPLETION,), basis="XF 21, 40"),
        _t("decline_reopening", "不同意重新办理", "decline the request to reopen", {_S.CLOSED}, None, _P.CASE_REOPEN,
           By.DECIDER, "reason", basis="XF 21, 27"),
        _t("escalate", "上报上级中心", "take up to the centre above", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD,
           "reason", basis="XF 15 ¶3"),
        _t("go_up", "按群众意愿上报", "take up at the resident's wish", _BEFORE_RESULT, None, _P.CASE_REGISTER, By.WISH,
           "reason", basis="XF 15 ¶3, 20"),
        _t("send_back", "退回下级并指导", "send back down with guidance", _BEFORE_RESULT, None, _P.CASE_OFFER, By.LEAD,
           "guidance", basis="XF 15 ¶3"),
        _t("dispute_competence", "提出管辖争议", "dispute who is competent", _BEFORE_RESULT, None, _P.CASE_SIGN,
           By.OFFERED, "reason", basis="XF 24"),
        _t("rule_competence", "裁定办理机关", "rule who is competent", _BEFORE_RESULT, None, _P.CASE_RULE, By.SUPERIOR,
           "unit", "reason", basis="XF 24"),
        _t("flag_urgent", "标记重大紧急", "flag as major or urgent", _BEFORE_RESULT, None, _P.CASE_SIGN, By.INVOLVED,
           "reason", basis="XF 25"),
        _t("report_upward", "报告上级", "report a major or urgent matter upward", _BEFORE_RESULT, None, _P.CASE_OFFER,
           By.LEAD, "unit", "reason", basis="XF 25"),
        _t("reclassify", "变更类别或程序", "change category or procedure", _BEFORE_RESULT, None, _P.CASE_ACCEPT, By.LEAD,
           "reason", basis="XF 22, 31"),
        _t("withdraw", "撤回", "withdraw at the resident's wish", _BEFORE_RESULT, _S.WITHDRAWN, _P.CASE_WITHDRAW,
           By.WISH, "reason", clocks=(_C.STOP_ALL,)),
        _t("merge", "并案", "merge into another case", _BEFORE_RESULT, _S.MERGED, _P.CASE_MERGE, By.LEAD,
           "into", "reason", clocks=(_C.STOP_ALL,), basis="XF 19 ¶3"),
        _t("unmerge", "撤销并案", "undo a merge", {_S.MERGED}, None, _P.CASE_MERGE, By.LEAD, "reason"),
        _t("link", "关联到另一件", "link to another case", LIVE, None, _P.CASE_MERGE, By.LEAD, "other", "relation", "reason",
           basis="XF 20 ¶3"),
        _t("link_repeat", "不再受理（同一事项正在办理）", "decline what is being handled elsewhere", {_S.REGISTERED},
           _S.DECLINED, _P.CASE_ACCEPT, By.LEAD, "reason", clocks=(_C.STOP_ALL,), notice="non_acceptance",
           basis="XF 19 ¶3"),
        _t("unlink", "撤销关联", "undo a link", LIVE | {_S.DECLINED}, None, _P.CASE_MERGE, By.LEAD, "reason"),
        _t("name_concerned", "指明所涉单位或人员", "name whom it concerns", frozenset(_S), None, _P.CONCERN_NAME, By.NAMER,
           "whom", "reason", basis="XF 28 ¶3, 30 ¶3"),
        _t("mend_concerned", "更正所涉单位或人员", "correct whom it concerns", frozenset(_S), None, _P.CONCERN_NAME, By.NAMER,
           "instead_of", "whom", "reason", basis="XF 28 ¶3, 30 ¶3"),
        _t("lift_concerned", "解除回避", "lift a bar", frozenset(_S), None, _P.CONCERN_NAME, By.NAMER, "whom", "reason",
           basis="XF 28 ¶3"),
        _t("schedule_hearing", "安排听证", "call a hearing", _DECIDING, None, _P.CASE_HANDLE, By.LEAD, "at", "place",
           "purpose", "participants", basis="XF 31 (6), 36 ¶2"),
        _t("hold_hearing", "听证开始", "open the hearing", _DECIDING, None, _P.CASE_HANDLE, By.LEAD,
           clocks=(_C.PAUSE_FOR_HEARING,), basis="XF 31 (6), 36 ¶2"),
        _t("record_hearing", "听证结束并记录", "end and record the hearing", _DECIDING, None, _P.CASE_HANDLE, By.LEAD,
           "record", clocks=(_C.RESUME_AFTER_HEARING,), basis="XF 36 ¶2"),
        _t("cancel_hearing", "取消听证", "cancel the hearing", _DECIDING, None, _P.CASE_HANDLE, By.LEAD, "reason"),
        _t("record_visit", "回访", "record a return visit", {_S.CLOSED}, None, _P.CASE_CLOSE, By.VISITOR, "method",
           "reached", "words"),
        _t("track_outside", "登记法定途径进展", "follow the procedure outside", {_S.REFERRED}, None, _P.CASE_ACCEPT,
           By.LEAD, "body", "stage", "filed_on", basis="LDTJ 29, 43; XZFY 30, 62"),
        _t("correct", "更正登记内容", "correct what was registered", frozenset(_S) - {_S.MERGED}, None, _P.CASE_REGISTER,
           By.VISITOR, "reason", basis="PIPL 46"),
        _t("reissue_code", "重发查询码", "issue a new query code", LIVE | {_S.CLOSED}, None, _P.CODE_REISSUE,
           By.DESK, basis="XF 18, 21"),
    )
)  # fmt: skip
CASE_STEPS = Workflow("case", Words("该件", "the case"), WHO, TRANSITIONS)

# An accusation keeps one desk and one file: nothing that would name it to others (信访工作条例 30 ¶3).
NOT_FOR_ACCUSATIONS = frozenset({
    "merge", "unmerge", "place", "escalate", "go_up", "send_back", "dispute_competence", "rule_competence", "flag_urgent",
    "report_upward", "reclassify", "link", "link_repeat", "unlink", "schedule_hearing", "reissue_code",
})  # fmt: skip
