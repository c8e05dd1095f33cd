"""Tables of the case: the case itself, what links it to others, and what its resident says of it."""

from app.cases.models.after import Hearing, HearingSeat, OutsideProcedure, ReturnVisit
from app.cases.models.case import (
    Assignment,
    Case,
    CaseAccess,
    CaseConcern,
    CaseNote,
    CaseText,
    Party,
)
from app.cases.models.event import Event
from app.cases.models.linked import CaseLink, Rating, ReopeningRequest

__all__ = [
    "Assignment",
    "Case",
    "CaseAccess",
    "CaseConcern",
    "CaseLink",
    "CaseNote",
    "CaseText",
    "Event",
    "Hearing",
    "HearingSeat",
    "OutsideProcedure",
    "Party",
    "Rating",
    "ReopeningRequest",
    "ReturnVisit",
]
