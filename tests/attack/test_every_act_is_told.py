"""Every step of every thing: either the resident hears of it, or it is written down here why it is not about them."""

from typing import Any

import pytest

from app.capabilities import compose
from app.cases.rules.plain import is_told, plainly
from app.cases.rules.registry import STEP_WORDS
from app.core.workflow import WORKFLOWS
from tests.cast import Cast, Lives
from tests.support.each import each
from tests.support.residents import door

compose()
# What an event says when it is about the resident, as far as its words depend on it.
ABOUT_THEM = {
    "part": "lead", "whose": "speaker", "what": "joint", "effective": True, "owner": "resident", "set": {"lead_unit": "X"},
    "by": "resident", "fields": ["title"],
}  # fmt: skip
# thing → what its steps are recorded as on the case; None: nothing is recorded on a case.
KINDS: dict[str, Any] = {
    "case": lambda action: action,
    "attachment": lambda action: {"withdraw": "withdraw_attachment", "redact": "attach"}[action],
    "task": lambda action: {
        "sign_for": "sign_task", "arrive": "arrive", "object": "object_to_call", "rule": "rule_on_call",
    }.get(action, f"{action}_task"),
    "whistle": lambda action: f"{action}_whistle",
    "meeting": lambda action: f"{action}_meeting",
    "proxy": lambda action: {
        "plan_errand": "plan_errand", "begin_errand": "begin_errand", "finish_errand": "finish_errand",
        "drop_errand": "drop_errand", "pass_on": "pass_on_notice", "step_down": "step_down_proxy",
    }.get(action, f"{action}_proxy"),
    "errand": lambda action: action,
    "mediation": lambda action: f"mediation_{action}",
    "supervision": lambda action: f"{action}_supervision",
    "data_request": lambda action: {
        "grant": "data_granted", "refuse": "data_refused", "withdraw": "data_withdrawn", "hand_over": "data_copy_given",
        "serve": "data_answer_served",
    }[action],
    "centre": None, "booking": None, "emergency": None,
}  # fmt: skip
BETWEEN = "between offices: who is responsible stays, and nothing of theirs begins or ends"
FILE = "of the file alone: what they may ask, read and do is the same before and after"
# Events that the resident is told nothing of, and why each is not about them.
NOT_ABOUT_THEM = {
    **dict.fromkeys(("offer", "refuse", "recall", "dispute_competence", "flag_urgent", "report_upward", "urge", "criticise"),
                    BETWEEN),
    **dict.fromkeys(("give_task", "sign_task", "refuse_task", "answer_task", "return_task", "waive_task", "recall_task",
                     "object_to_call", "rule_on_call", "call_meeting", "accept_meeting", "decline_meeting", "cancel_meeting"),
                    BETWEEN),
    **dict.fromkeys(("supervise", "answer_supervision", "verify_supervision", "return_supervision", "withdraw_supervision"),
                    BETWEEN),
    **dict.fromkeys(("handed_over", "write_note"), "between colleagues of one unit"),
    **dict.fromkeys(("emergency_on", "emergency_off"), "binds units alone: what the resident is owed is owed no later"),
    **dict.fromkeys(("attach", "withdraw_attachment", "archive", "redraft"), FILE),
    **dict.fromkeys(("hold", "release_hold"), "a court or an investigation may need that nobody hears of it; whoever asks for"
                    " a correction or erasure is told then"),
    "place": "the file is placed on the map; once another unit is responsible they are told by its signing for it",
    **dict.fromkeys(("link", "linked", "merged_in", "merge_undone"), "about another case: whoever brought that one is told"),
    "erase": "nobody is left to be reached; whoever asked for it was told so with the answer, days before",
    "record_visit": "they were visited or called themselves",
    "mediation_consent": "their own word, or the other side's: they are told when the mediation begins or ends",
    **dict.fromkeys(("mediation_relieve", "mediation_declare"), "they are told of the mediator who comes instead"),
    **dict.fromkeys(("mediation_open_session", "mediation_record_session", "mediation_follow_up"), "they are there themselves"),
    **dict.fromkeys(("plan_errand", "begin_errand", "drop_errand"), "work of their proxy, read at POST /v1/query/proxy; what it"
                    " came to is told"),
}  # fmt: skip
# Told when they ask, without a message: it asks nothing of them and takes nothing from them.
READ_WHEN_THEY_ASK = {
    "registered", "handle", "hold_hearing", "record_hearing", "track_outside", "arrive", "hold_meeting", "finish_errand",
    "pass_on_notice", "mediation_record_performance", "mediation_breach", "mediation_assign",
}  # fmt: skip


def reaches(kind: str) -> bool:
    return plainly(kind, ABOUT_THEM) is not None


def test_the_list_of_things_is_whole() -> None:
    assert set(KINDS) == set(WORKFLOWS)


@pytest.mark.parametrize("thing", [thing for thing, named in KINDS.items() if named])
def test_every_step_is_told_or_is_not_about_them(thing: str) -> None:
    for action in each(WORKFLOWS[thing].steps):
        kind = KINDS[thing](action)
        assert kind in STEP_WORDS, f"{thing} {action}: what is it recorded as?"
        assert reaches(kind) or kind in NOT_ABOUT_THEM, f"{thing} {action}: tell them, or say why not"


def test_every_recorded_kind_is_told_or_is_not_about_them() -> None:
    for kind in each(STEP_WORDS):
        assert reaches(kind) is (kind not in NOT_ABOUT_THEM), kind
    assert set(NOT_ABOUT_THEM) <= set(STEP_WORDS), "a reason that nothing needs"


def test_what_they_read_reaches_them_as_a_message_unless_it_asks_nothing_of_them() -> None:
    for kind in each(STEP_WORDS):
        assert is_told(kind, ABOUT_THEM) is (reaches(kind) and kind not in READ_WHEN_THEY_ASK), kind


def told(sql: Any, case: str) -> int:
    return len(sql("select 1 from message where case_id = $1::uuid and channel = 'sms'", case))


def test_an_attempt_that_counts_as_served_is_told_with_where_to_read_it(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.attempted(kind="request", category="heating.outage")
    before = told(sql, got["id"])
    cast("liu.head").does(got["id"], "approve_attempt")
    assert told(sql, got["id"]) == before + 1
    assert "未能送到您手中" in door(cast, "", got).json()["steps"][-1]["said"]


def test_whoever_comes_to_lead_by_a_ruling_is_told(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.registered(kind="request", category="heating.outage")
    clerk = cast.seat("C150102001001.window_clerk.1")
    cast("chen.housing").does(got["id"], "refuse", {"reason": "不属本单位职责"})
    before = told(sql, got["id"])
    clerk.does(got["id"], "rule_return", {"upheld": False, "reason": "属于该单位职责"})
    assert told(sql, got["id"]) == before + 1
    view = door(cast, "", got).json()
    assert view["steps"][-1]["said"] == f"现由{view['handled_by']}负责办理。"
    assert view["handled_by"] == "新城区住房和城乡建设局"


def test_whoever_comes_to_lead_by_a_bar_is_told(cast: Cast, lives: Lives, sql: Any) -> None:
    got = lives.signed(kind="request", category="heating.outage")
    assert door(cast, "concerns", got, concerns=[{"unit": "D150102_housing"}]).status_code == 200
    said = [step["said"] for step in door(cast, "", got).json()["steps"]]
    assert any("因回避，办理单位已变更" in words for words in said)
