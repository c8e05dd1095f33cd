"""A wage dispute (欠薪): mediated, agreed, paid in three parts with one breach, confirmed by the court, followed up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.cast import Cast, member
from tests.mediation.doors import COMMITTEE, LI, ZHOU, Talks, instant, today


def test_a_wage_dispute_is_mediated_and_the_agreement_kept(cast: Cast) -> None:
    talks = Talks(cast).proposed()
    page = cast(ZHOU).get(f"/v1/cases/{talks.case}").json()
    assert page["procedure"] == "people_mediation"
    assert {c["rule"] for c in page["clocks"] if not c["stopped_at"]} == {"M1"}
    petitioner, respondent = talks.sides
    assert cast(ZHOU).act(talks.case, "accept").status_code == 409, "both sides consent first"
    talks.does("consent", {"party": petitioner, "how": "in_person"})
    assert talks.page["state"] == "proposed"
    assert talks.does("consent", {"party": respondent, "how": "phone"})["state"] == "consented"
    assert talks.refused("start")["type"] == "/problems/action-refused"
    talks.accepted()
    talks.does("assign", {"staff": str(member(ZHOU).staff), "how": "chosen"})
    talks.does("declare", {"related": False})
    talks.does("start")
    talks.does("schedule_session", talks.talk())
    (session,) = talks.page["sessions"]
    talks.does("open_session", {"session": session["id"]})
    page = talks.does("record_session", {"session": session["id"], "minutes": "双方确认欠薪数额。"})
    assert page["sessions"][0]["minutes"] == "双方确认欠薪数额。"
    talks.does("draft_agreement", talks.terms(*(talks.pay(400_000, today(n)) for n in (10, 20, 30))))
    signs = talks.signs()
    for signature in signs[:-1]:
        assert talks.does("sign", signature)["state"] == "under_way"
    assert talks.does("sign", signs[-1])["state"] == "agreed"
    talks.paid(400_000)
    assert talks.obligations[0]["state"] == "performed"
    cast(ZHOU).does(talks.case, "conclude", {"result": "agreement", "reply": "双方达成协议。"})
