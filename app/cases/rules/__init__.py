"""The life of a case: its words, the one table of transitions, and who may take which step. Pure.

The table is served and enforced: what it does not hold is refused.
"""

from app.cases.rules.decisions import (
    Facts,
    Offer,
    Refusal,
    answers,
    available_actions,
    check_character,
    refusal,
)
from app.cases.rules.outside import TRACKED, Limit, OutsideStage, next_limit
from app.cases.rules.terms import (
    LIVE,
    MAX_REPRESENTATIVES,
    NO_TIER_ABOVE,
    OPEN_KINDS,
<<<<<<< HEAD
    RESULT_OF,
    REVIEW_RESULTS,
    REVIEWS,
=======
    PURPOSE_WORDS,
>>>>>>> attachments
    STATUS_WORDS,
    Channel,
    Kind,
    LocatedBy,
    Outcome,
    PartyRole,
    PetitionClass,
<<<<<<< HEAD
    Relation,
=======
    Purpose,
>>>>>>> attachments
    Result,
    Route,
    Satisfaction,
    Solved,
    Status,
)
from app.cases.rules.transitions import NOT_FOR_ACCUSATIONS, TRANSITIONS, By, ClockEffect, Transition

__all__ = [
    "LIVE",
    "MAX_REPRESENTATIVES",
    "NOT_FOR_ACCUSATIONS",
    "NO_TIER_ABOVE",
    "OPEN_KINDS",
<<<<<<< HEAD
    "RESULT_OF",
    "REVIEWS",
    "REVIEW_RESULTS",
=======
    "PURPOSE_WORDS",
>>>>>>> attachments
    "STATUS_WORDS",
    "TRACKED",
    "TRANSITIONS",
    "By",
    "Channel",
    "ClockEffect",
    "Facts",
    "Kind",
    "Limit",
    "LocatedBy",
    "Offer",
    "Outcome",
    "OutsideStage",
    "PartyRole",
    "PetitionClass",
    "Purpose",
    "Refusal",
    "Relation",
    "Result",
    "Route",
    "Satisfaction",
    "Solved",
    "Status",
    "Transition",
    "answers",
    "available_actions",
    "check_character",
    "next_limit",
    "refusal",
]
