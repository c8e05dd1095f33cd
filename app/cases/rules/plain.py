"""What each recorded step is called, and what it means to whoever brought the matter, in plain words. Pure.

What passes between offices is not told: an offer, a note on urgency.
"""

from collections.abc import Mapping

from app.cases.rules.correcting import named
from app.cases.rules.registry import STEP_WORDS, StepWords, Told
from app.cases.rules.transitions import TRANSITIONS
from app.core.errors import Words

# What is recorded of a case beside its own steps, which their table names.
TITLES: dict[str, Words] = {
    "registered": Words("登记", "registered"), "merged_in": Words("同一事项并入", "another case joined"),
    "merge_undone": Words("并案撤销", "a joined case left"), "linked": Words("关联原件", "linked to the case before it"),
    "review_upheld": Words("复查（复核）维持", "the review upheld the opinion"),
    "review_changed": Words("复查（复核）变更了结果", "the review changed the result"),
    "wish_undone": Words("群众撤销了登记的意愿", "the resident undid a wish that staff had recorded"),
    "redo_ordered": Words("复查（复核）责令重新办理", "the review ordered it to be handled again"),
    "concern_said": Words("群众提出回避", "the resident named whom it concerns"),
    "bars_changed": Words("回避人员变动", "who stands back from it has changed"),
    "rated": Words("群众已评价", "rated by the resident"),
    "rating_revoked": Words("群众撤销了评价", "the resident took a rating back"),
    "reopening_asked": Words("群众申请重新办理", "the resident asked to have it reopened"), "urge": Words("催办", "urged"),
    "erase": Words("清除个人信息", "personal data erased"),
    "criticise": Words("逾期通报", "criticised for delay"),
    "limit_recomputed": Words("放假安排公布后重新计算期限", "limit counted again, the days off being published"),
}  # fmt: skip
_SERVED = {
    "attempted": Words("曾尝试送达《{notice}》，未能送到。", "We tried to serve the {notice} and did not reach you."),
    "waived": Words("《{notice}》依规定免予送达。", "The {notice} was not served, as the rules allow."),
}


def _at_your_wish(zh: str, en: str) -> Told:
    """As the resident asked, or as staff recorded that they had."""
    asked = Words(f"已按您的意愿{zh}。", f"It was {en} at your wish.")
    recorded = Words(
        f"工作人员登记：按您的意愿{zh}。如非您本意，可在期限内凭编号和查询码撤销。",
        f"Staff recorded that you wished it {en}. If not, undo it in time with number and query code.",
    )
    return lambda data: recorded if "undo_until" in data else asked


def _corrected(data: Mapping[str, object]) -> Words:
    """Which fields; by whom they read elsewhere."""
    fields = data.get("fields")
    what = named(fields if isinstance(fields, list) else ())
    return Words(
        f"登记内容已更正（{what.zh}），更正前的内容留存在案；如有误，可凭编号和查询码更正。",
        f"What was registered was corrected ({what.en}); what stood before is kept. If it is wrong, correct it with the code.",
    )


_NOW_LEADS = Words("现由{unit}负责办理。", "{unit} is now responsible for it.")


def _lead_moved(data: Mapping[str, object]) -> Words | None:
    """Of what passes between offices they hear that somebody else is responsible now."""
    moved = data.get("set")
    return _NOW_LEADS if isinstance(moved, Mapping) and "lead_unit" in moved else None


def _lead_taken(data: Mapping[str, object]) -> Words | None:
    """The same where nobody was named: a bar took the lead from a unit, or gave it back."""
    return _BARRED if _lead_moved(data) else None


_BARRED = Words(
    "因回避，办理单位已变更，现办理单位见上。",
    "Who handles it has changed, so that nobody whom it concerns does; see above who.",
)


def _own_limit(data: Mapping[str, object]) -> Words | None:
    """A limit of theirs to exercise a right; the authorities' limits are theirs to keep."""
    return _LIMIT_MOVED if data.get("owner") == "resident" else None


_LIMIT_MOVED = Words(
    "放假安排公布后，您行使权利的期限已重新计算，只会推迟，见上。",
    "The days off were published, so your own limit was counted again: it is only ever later; see above.",
)
# Placeholders: {unit} the unit that now leads, {days}, {notice} its title. None passes between offices.
TOLD: dict[str, Told] = {
    "registered": Words("您反映的事项已登记。", "Your matter is registered."),
    # Where somebody only helps, who is responsible has not changed.
    "sign_for": lambda data: _NOW_LEADS if data.get("part") == "lead" else None,
    "accept": Words("已受理。", "It is accepted."),
    "decline": Words(
        "经审查不予受理，理由和应走的途径见告知书。", "It is not accepted; the notice says why, and which way to go."
    ),
    "refer": Words("本事项应通过法定途径解决，途径见告知书。", "It belongs to a legal route; the notice says which."),
    "handle": Words("正在核实、办理。", "It is being looked into."),
    "extend": Words(
        "经负责人批准，办理期限延长{days}日，理由见告知书。",
        "The limit was extended by {days} days; the notice says why.",
    ),
    "conclude": Words("已作出办理结果，即将送达给您。", "There is a result; it will be served on you."),
    "serve": lambda data: _SERVED.get(str(data.get("outcome")), Words("《{notice}》已送达。", "The {notice} was served.")),
    "close": Words(
        "已办结。欢迎您评价；不满意的，可申请重新办理。",
        "It is closed. Please rate it; you may ask to have it reopened.",
    ),
    "reopen": Words("已重新办理。", "It is taken up again."),
    "withdraw": _at_your_wish("撤回", "withdrawn"),
    "escalate": Words(
        "已上报上一级中心；对方签收前，现办理单位仍负责。",
        "It went to the centre above; until that signs, the present unit stays responsible.",
    ),
    "go_up": _at_your_wish("上报上一级中心", "taken up to the centre above"),
    "wish_undone": Words(
        "已按您的要求撤销工作人员的登记，恢复到此前状态。", "What staff had recorded was undone; all stands as it did."
    ),
    "send_back": Words("上级已提出指导意见，交回下级办理。", "The centre above sent it back down with guidance."),
    "reclassify": Words(
        "办理类别或程序有调整，期限按新程序自登记时起算。",
        "Its category or procedure was changed; limits count from registration.",
    ),
    "merge": Words("与同一事项合并办理。", "It is handled together with the same matter."),
    "unmerge": Words("已恢复单独办理。", "It is handled by itself again."),
    "link_repeat": Words(
        "同一事项正在办理，不再另行受理；进度见下。",
        "The same matter is being handled already; see below where it stands.",
    ),
    "unlink": Words("已恢复单独办理。", "It is handled by itself again."),
    "name_concerned": Words(
        "已核定本事项涉及的单位和人员，被反映的单位和人员一律回避。",
        "Whom your matter concerns was settled; whoever it concerns stands back from it.",
    ),
    "mend_concerned": Words(
        "已更正本事项涉及的单位和人员。", "Whom your matter concerns was corrected."
    ),
    "lift_concerned": Words(
        "经上级核实，原列单位或人员与本事项无关，不再回避；您有异议的，可再次提出。",
        "The tier above found that somebody named does not need to stand back; you may name them again.",
    ),
    "concern_said": Words("您提出的回避请求已登记。", "Whom you named is noted and stands back."),
    "decide_review": Words(
        "已作出复查（复核）决定，即将送达给您。", "The review is decided; the decision will be served on you."
    ),
    "review_upheld": Words("复查（复核）维持了原处理意见。", "The review upheld the opinion."),
    "review_changed": Words("复查（复核）变更了原处理意见。", "The review changed the opinion."),
    "redo_ordered": Words("复查（复核）责令重新办理。", "The review ordered it to be handled again."),
    "rated": Words("您已评价，谢谢。", "You rated it, thank you."),
    "rating_revoked": Words("评价已撤销，可重新评价。", "The rating was taken back; you may rate anew."),
    "reopening_asked": Words(
        "您的重新办理申请已收到，由承办人员以外的人决定。",
        "Your request to reopen is received; somebody who did not work the case decides.",
    ),
    "grant_reopening": Words("同意您的申请，重新办理。", "Your request is granted: it is taken up again."),
    "decline_reopening": Words("未同意重新办理，理由见下。", "Your request to reopen was declined; see below why."),
    "schedule_hearing": Words("已安排听证，时间地点见下。", "A hearing is called; see below when and where."),
    "hold_hearing": Words("听证已举行。", "The hearing was opened."),
    "record_hearing": Words("听证已结束，记录在案。", "The hearing is over and on record."),
    "cancel_hearing": Words("原定听证取消。", "The hearing will not take place."),
    "reissue_code": Words(
        "查询码已重新发放，原查询码失效。", "A new query code was issued; the one before works no longer."
    ),
    "correct": _corrected,
    "rule_return": _lead_moved,
    "rule_competence": _lead_moved,
    "bars_changed": _lead_taken,
    "limit_recomputed": _own_limit,
    "approve_attempt": Words(
        "《{notice}》未能送到您手中，已依规定处理；可凭编号和查询码查看，或到受理窗口领取。",
        "The {notice} could not be handed to you; read it with number and query code, or fetch it at the window.",
    ),
    "track_outside": Words("法定途径的进展已登记。", "How the legal route stands was noted."),
    **dict.fromkeys((
        "offer", "refuse", "recall", "place", "redraft", "archive", "hold", "release_hold", "dispute_competence", "flag_urgent",
        "report_upward", "link", "linked", "merged_in", "merge_undone", "record_visit", "urge", "criticise", "erase",
    )),
}  # fmt: skip
# What a resident reads when they ask: no message is sent of it.
QUIET = frozenset({"registered", "handle", "hold_hearing", "record_hearing", "track_outside"})
_TITLES = {**{action: step.title for action, step in TRANSITIONS.items()}, **TITLES}
WORDS = {kind: StepWords(title, TOLD[kind], kind in QUIET) for kind, title in _TITLES.items()}
# Ways of service that send word themselves.
SENT_WORD = frozenset({"sms", "email", "online"})


def plainly(kind: str, data: Mapping[str, object]) -> Words | None:
    """What the resident is told of an event, with its placeholders; None for what passes between offices."""
    told = STEP_WORDS[kind].told if kind in STEP_WORDS else None
    return told(data) if callable(told) else told


def is_told(kind: str, data: Mapping[str, object]) -> bool:
    """Whether the resident gets a message of an event at once."""
    words = STEP_WORDS.get(kind)
    if words is None or words.quiet or (data.get("outcome") == "served" and data.get("method") in SENT_WORD):
        return False
    return plainly(kind, data) is not None


def step_title(kind: str, language: str) -> str:
    """An event kind in words."""
    return STEP_WORDS[kind].title.say(language) if kind in STEP_WORDS else kind
