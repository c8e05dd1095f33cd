"""Who answers for a case: ordered rules compiled into one route per area, kind, class and category.

Territorial responsibility and responsibility by level (属地管理、分级负责) give the areas and tiers of a route; the
competent one answers (谁主管、谁负责) gives its function.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.areas.rules import Tier

KINDS = ("petition", "dispute", "request", "event")
ACCUSATION = "accusation"
PETITION_CLASSES = ("suggestion", ACCUSATION, "appeal")
NO_CLASS = ""


class UnitKind(StrEnum):
    """What sort of unit may be a rule's target."""

    CENTRE = "centre"
    DEPARTMENT = "department"
    PETITION_OFFICE = "petition_office"
    DISCIPLINE_DESK = "discipline_desk"
    MEDIATION_COMMITTEE = "mediation_committee"
    INTAKE_DESK = "intake_desk"


class RoutingIncomplete(ValueError):
    """The rules leave a combination of area, kind, class and category without a unit."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area. ``path`` holds the area codes from the city down to this one, its own code last."""

    code: str
    tier: Tier
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that can answer for cases. Only departments have a ``function``; it stands under its ``parent``."""

    code: str
    kind: UnitKind
    function: str | None
    tier: Tier
    area: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What a case may be about. ``urgency`` is set for requests, ``complexity`` for disputes."""

    code: str
    kinds: tuple[str, ...]
    function: str
    name_zh: str = ""
    name_en: str = ""
    urgency: str | None = None
    complexity: str | None = None
    hotline: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A unit looked for at one tier of the case's area. A department without ``function`` is the category's own."""

    kind: UnitKind
    tier: Tier
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One routing rule. Rules are tried by ``rank``; the first that matches and finds a unit decides.

    ``kind`` None matches every kind, ``petition_class`` None every class. ``categories`` are patterns: a code,
    ``prefix.*`` or ``*``. ``functions``, when given, narrows to categories of those functions. ``targets`` are looked
    for in order; where none exists, the kind of the last is looked for at the tiers above it. Whatever it matches, a
    rule applies to accusations only when it leads to discipline or intake desks alone (Regulation 30).
    """

    id: str
    rank: int
    kind: str | None
    targets: tuple[Target, ...]
    reason_zh: str
    reason_en: str
    petition_class: str | None = None
    categories: tuple[str, ...] = ("*",)
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case goes. ``petition_class`` is '' for other kinds."""

    area: str
    kind: str
    petition_class: str
    category: str
    unit: str
    rule: str


def matches(pattern: str, category: str) -> bool:
    """Whether a category code fits a pattern: the code itself, ``prefix.*`` or ``*``."""
    return pattern in ("*", category) or (pattern.endswith(".*") and category.startswith(pattern[:-1]))


def compile_routes(
    units: Iterable[Unit], categories: Iterable[Category], rules: Iterable[Rule], areas: Iterable[Area]
) -> list[Route]:
    """One route for every township, county and city area and every kind, class and category allowed.

    Sorted by area, then kind, class and category; the same input in any order gives the same list. Areas of the
    community tier are skipped: a case there uses its township's routes.
    Raises RoutingIncomplete when no rule finds a unit for a combination.
    """
    ordered = sorted(rules, key=lambda rule: (rule.rank, rule.id))
    combinations = [(c, _matching(ordered, *c)) for c in _combinations(categories)]
    known = {area.code: area for area in areas}
    index = _index(units)
    return [
        route
        for code in sorted(known)
        if known[code].tier is not Tier.COMMUNITY
        for route in _routes_of(code, _codes_by_tier(known[code], known), combinations, index)
    ]


_ACCUSATION_DESKS = (UnitKind.DISCIPLINE_DESK, UnitKind.INTAKE_DESK)
_Combination = tuple[str, str, Category]
_Index = Mapping[tuple[UnitKind, str | None, str], Unit]


def _combinations(categories: Iterable[Category]) -> list[_Combination]:
    """Every kind, class and category that may be filed, in a fixed order."""
    return sorted(
        (
            (kind, petition_class, category)
            for category in categories
            for kind in category.kinds
            for petition_class in (PETITION_CLASSES if kind == "petition" else (NO_CLASS,))
        ),
        key=lambda c: (c[0], c[1], c[2].code),
    )


def _matching(rules: Iterable[Rule], kind: str, petition_class: str, category: Category) -> list[Rule]:
    return [
        rule
        for rule in rules
        if rule.kind in (None, kind)
        and rule.petition_class in (None, petition_class)
        and (petition_class != ACCUSATION or all(target.kind in _ACCUSATION_DESKS for target in rule.targets))
        and (not rule.functions or category.function in rule.functions)
        and any(matches(pattern, category.code) for pattern in rule.categories)
    ]


def _index(units: Iterable[Unit]) -> _Index:
    """Units by kind, function and area; of several alike the smallest code."""
    index: dict[tuple[UnitKind, str | None, str], Unit] = {}
    for unit in sorted(units, key=lambda unit: unit.code):
        index.setdefault((unit.kind, unit.function, unit.area), unit)
    return index


def _codes_by_tier(area: Area, known: Mapping[str, Area]) -> dict[Tier, str]:
    return {known[code].tier: code for code in area.path if code in known}


def _routes_of(
    area: str,
    places: Mapping[Tier, str],
    combinations: Sequence[tuple[_Combination, list[Rule]]],
    index: _Index,
) -> Iterator[Route]:
    found: dict[tuple[str, str], Unit | None] = {}
    for (kind, petition_class, category), rules in combinations:
        for rule in rules:
            key = (rule.id, category.function)
            if key not in found:
                found[key] = _resolve(rule, category.function, places, index)
            if (unit := found[key]) is not None:
                yield Route(area, kind, petition_class, category.code, unit.code, rule.id)
                break
        else:
            raise RoutingIncomplete(
                f"no rule finds a unit for {kind} {petition_class} {category.code} in area {area}: "
                "end the rules with one that sends everything to the intake desk"
            )


def _resolve(rule: Rule, function: str, places: Mapping[Tier, str], index: _Index) -> Unit | None:
    """The first unit on the rule's chain."""
    last = rule.targets[-1]
    higher = (Target(last.kind, tier, last.function) for tier in Tier if tier.height > last.tier.height)
    found = (_unit_at(target, function, places, index) for target in (*rule.targets, *higher))
    return next((unit for unit in found if unit is not None), None)


def _unit_at(target: Target, function: str, places: Mapping[Tier, str], index: _Index) -> Unit | None:
    if target.tier not in places:
        return None
    wanted = (target.function or function) if target.kind is UnitKind.DEPARTMENT else None
    return index.get((target.kind, wanted, places[target.tier]))
