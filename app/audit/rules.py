"""What was looked at and for what, in words, and the patterns that an auditor asks for. Pure."""

from datetime import timedelta
from enum import StrEnum

from app.core.errors import Words

WHAT = {
    "parties": Words("当事人、地点和文字的原文", "parties, place and texts in clear"),
    "phone": Words("以电话号码查找其他事项", "other cases with the phone"),
    "file": Words("案卷原文", "the file in clear"),
    "mediation": Words("调解卷宗原文", "the mediation's file in clear"),
    "notice": Words("文书原文", "a notice in clear"),
    "attachment": Words("附件", "an attachment"),
    "query_code": Words("打印用的新查询码", "a new query code, to be printed"),
}
KINDS = {
    "contact": Words("联系", "to contact somebody"),
    "visit": Words("走访", "to visit"),
    "verify": Words("核实", "to verify"),
    "serve": Words("送达", "to serve"),
    "mediate": Words("调解", "to mediate"),
    "review": Words("复查、审核", "to review"),
    "register": Words("登记、更正", "to register or correct"),
    "archive": Words("归档、移送", "to archive or hand on"),
    "emergency": Words("应急", "in an emergency"),
    "handle": Words("办理", "to handle"),
}


class Pattern(StrEnum):
    """What in looks deserves a question; none of them is a fault by itself.

    `no_act`: in the days about it the person did nothing in the case. `burst`: many cases within an hour. `outside_part`:
    the case was open to the person by its area alone.
    """

    NO_ACT = "no_act"
    BURST = "burst"
    OUTSIDE_PART = "outside_part"


ACTS_BEFORE, ACTS_AFTER = timedelta(days=1), timedelta(days=3)
BURST_CASES, BURST_WITHIN = 10, timedelta(hours=1)
REACH = timedelta(days=30)  # how far back a list goes that names no day


def what_of(what: str) -> Words | None:
    """What was looked at: `notice ID` and the like by their first word."""
    return WHAT.get(what.split(" ")[0])
