"""Pure deciders of routing: who answers for a case, and what kinds of disputes there are."""

from app.areas.rules import Tier
from app.routing.rules.disputes import DisputeKind, Firmness, Limit, Mediation, Outside, Point, Step
from app.routing.rules.routes import (
    KINDS,
    PETITION_CLASSES,
    Area,
    Category,
    RoutingIncomplete,
    Rule,
    Target,
    Unit,
    UnitKind,
    compile_routes,
    matches,
)

__all__ = [
    "KINDS",
    "PETITION_CLASSES",
    "Area",
    "Category",
    "DisputeKind",
    "Firmness",
    "Limit",
    "Mediation",
    "Outside",
    "Point",
    "RoutingIncomplete",
    "Rule",
    "Step",
    "Target",
    "Tier",
    "Unit",
    "UnitKind",
    "compile_routes",
    "matches",
]
