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
from app.cases.rules.terms import (
    LIVE,
    MAX_REPRESENTATIVES,
    OPEN_KINDS,
    PURPOSE_WORDS,
    STATUS_WORDS,
    Channel,
    Kind,
    LocatedBy,
    PartyRole,
    PetitionClass,
    Purpose,
    Result,
    Route,
    Status,
)
from app.cases.rules.transitions import NOT_FOR_ACCUSATIONS, TRANSITIONS, By, ClockEffect, Transition

__all__ = [
    "LIVE",
    "MAX_REPRESENTATIVES",
    "NOT_FOR_ACCUSATIONS",
    "OPEN_KINDS",
    "PURPOSE_WORDS",
    "STATUS_WORDS",
    "TRANSITIONS",
    "By",
    "Channel",
    "ClockEffect",
    "Facts",
    "Kind",
    "LocatedBy",
    "Offer",
    "PartyRole",
    "PetitionClass",
    "Purpose",
    "Refusal",
    "Result",
    "Route",
    "Status",
    "Transition",
    "answers",
    "available_actions",
    "check_character",
    "refusal",
]
