"""Limits of procedures outside: labour arbitration (L2) and administrative reconsideration (R1). Pure.

They are the other body's. They are computed so that staff and resident know when to ask, and are nobody's breach here.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.cases.rules.terms import Route


class OutsideStage(StrEnum):
    """How far a procedure outside has come."""

    FILED = "filed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DECIDED = "decided"


TRACKED = frozenset({Route.ARBITRATION, Route.RECONSIDERATION, Route.LITIGATION})


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the other body: `days` from `start`, working days where `working`; `rule` is its line and article."""

    rule: str
    start: date
    days: int
    working: bool = False


def next_limit(
    route: Route, stage: OutsideStage, filed_on: date, accepted_on: date | None, *, extended: bool, simple: bool
) -> Limit | None:
    """What the other body owes next; None when it owes nothing or its limits are its own (a court).

    Arbitration: 5 days to accept, 45 from acceptance, 15 more on extension (劳动争议调解仲裁法 29, 43). Reconsideration:
    5 working days to examine, silence being acceptance; 60 days from acceptance, 30 in the simple procedure, 30 more on
    extension of the ordinary one (行政复议法 30, 53, 62, 88).
    """
    if stage is OutsideStage.FILED and route is Route.ARBITRATION:
        return Limit("L2 劳动争议调解仲裁法第二十九条", filed_on, 5)
    if stage is OutsideStage.FILED and route is Route.RECONSIDERATION:
        return Limit("R1 行政复议法第三十条", filed_on, 5, working=True)
    if stage is not OutsideStage.ACCEPTED or accepted_on is None:
        return None
    if route is Route.ARBITRATION:
        return Limit("L2 劳动争议调解仲裁法第四十三条", accepted_on, 45 + 15 * extended)
    if route is Route.RECONSIDERATION:
        days = 30 if simple else 60 + 30 * extended
        return Limit("R1 行政复议法第六十二条", accepted_on, days)
    return None
