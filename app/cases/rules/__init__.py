"""The life of a case: its words, the one table of transitions, and who may take which step. Pure.

The table is served and enforced: what it does not hold is refused.
"""

from app.cases.rules.decisions import CaseSubject, available_actions, refusal
from app.cases.rules.facts import Facts, Offer, answers, own_offer
from app.cases.rules.outside import TRACKED, Limit, OutsideStage, next_limit
from app.cases.rules.standing import Part, Standing
from app.cases.rules.terms import (
    LIVE,
    MAX_REPRESENTATIVES,
    NO_TIER_ABOVE,
    OPEN_KINDS,
    RESULT_OF,
    REVIEW_RESULTS,
    REVIEWS,
    Channel,
    Kind,
    LocatedBy,
    Outcome,
    PartyRole,
    PetitionClass,
    Purpose,
    Relation,
    Result,
    Route,
    Satisfaction,
    Solved,
    Status,
)
from app.cases.rules.transitions import CASE_STEPS, NOT_FOR_ACCUSATIONS, TRANSITIONS, By, ClockEffect

__all__ = [
    "CASE_STEPS",
    "LIVE",
    "MAX_REPRESENTATIVES",
    "NOT_FOR_ACCUSATIONS",
    "NO_TIER_ABOVE",
    "OPEN_KINDS",
    "RESULT_OF",
    "REVIEWS",
    "REVIEW_RESULTS",
    "TRACKED",
    "TRANSITIONS",
    "By",
    "CaseSubject",
    "Channel",
    "ClockEffect",
    "Facts",
    "Kind",
    "Limit",
    "LocatedBy",
    "Offer",
    "Outcome",
    "OutsideStage",
    "Part",
    "PartyRole",
    "PetitionClass",
    "Purpose",
    "Relation",
    "Result",
    "Route",
    "Satisfaction",
    "Solved",
    "Standing",
    "Status",
    "answers",
    "available_actions",
    "next_limit",
    "own_offer",
    "refusal",
]
