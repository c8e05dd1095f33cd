"""Who answers for a case: ordered rules compiled into one route per area, kind, class and category.

Territorial responsibility and responsibility by level (属地管理、分级负责) give the areas and tiers of a route; the
competent one answers (谁主管、谁负责) gives its function. The conflict guard is kept here as the reference for the
statement that applies it at intake.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    """Where a case goes. ``petition_class`` is '' for other kinds; ``ladder`` holds the units above, nearest first."""

    area: str
    kind: str
    petition_class: str
    category: str
    unit: str
    rule: str
    ladder: tuple[str, ...]


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


def receiving_centre(path: Sequence[str], centres: Mapping[str, str]) -> str | None:
    """The centre that receives a case: the community's, else its township's, county's, city's.

    ``path`` holds area codes from the city down, as deep as the case is placed; ``centres`` maps area code to centre.
    """
    return next((centres[code] for code in reversed(path) if code in centres), None)


# --- Conflict guard -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LadderUnit:
    """A unit on a ladder. ``above`` holds the codes of all units it stands under."""

    code: str
    tier: Tier
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concerned:
    """A unit that a report is about; a member of staff counts as the unit they belong to."""

    code: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Guarded:
    """The receiving centre and the routed unit after the guard, and whether it moved them."""

    centre: str
    unit: str
    moved: bool


def guarded(
    centre_ladder: Sequence[LadderUnit],
    unit_ladder: Sequence[LadderUnit],
    concerned: Collection[Concerned],
    intake: LadderUnit,
) -> Guarded:
    """Keeps a matter from those it is about.

    Each ladder begins with the unit itself and rises. If either unit is concerned, or stands under a unit that is,
    both move to the first unit of their ladder that is strictly above the highest tier concerned and is itself neither
    concerned nor beneath a concerned unit. Where none is left, the city's ``intake`` desk takes it, the last resort,
    whatever the report says about it.
    """
    codes = frozenset(unit.code for unit in concerned)
    centre, unit = centre_ladder[0] if centre_ladder else intake, unit_ladder[0] if unit_ladder else intake
    if not (_touched(centre, codes) or _touched(unit, codes)):
        return Guarded(centre.code, unit.code, moved=False)
    return Guarded(
        _first_above(centre_ladder, concerned, intake).code,
        _first_above(unit_ladder, concerned, intake).code,
        moved=True,
    )


def accusation_desk(desks: Sequence[LadderUnit], concerned: Collection[Concerned], intake: LadderUnit) -> str:
    """The discipline desk that leads an accusation: one tier above the highest unit concerned.

    ``desks`` are those of the case's area from the lowest to the city's. The city's desk takes it where none is left
    above, and where no unit is named (nothing named, or words alone). If that desk is itself accused, the city's
    ``intake`` desk takes it (Regulation 30: never to the unit accused).
    """
    codes = frozenset(unit.code for unit in concerned)
    highest = desks[-1] if desks and not _touched(desks[-1], codes) else intake
    return (_first_above(desks, concerned, highest) if concerned else highest).code


def _touched(rung: LadderUnit, concerned: Collection[str]) -> bool:
    return rung.code in concerned or any(code in concerned for code in rung.above)


def _first_above(ladder: Sequence[LadderUnit], concerned: Collection[Concerned], otherwise: LadderUnit) -> LadderUnit:
    codes = frozenset(unit.code for unit in concerned)
    ceiling = max(unit.tier.height for unit in concerned)
    free = (rung for rung in ladder if rung.tier.height > ceiling and not _touched(rung, codes))
    return next(free, otherwise)


# --- Compiling ----------------------------------------------------------------------------------------------------

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
    found: dict[tuple[str, str], tuple[Unit, tuple[str, ...]] | None] = {}
    for (kind, petition_class, category), rules in combinations:
        for rule in rules:
            key = (rule.id, category.function)
            if key not in found:
                found[key] = _resolve(rule, category.function, places, index)
            if (hit := found[key]) is not None:
                yield Route(area, kind, petition_class, category.code, hit[0].code, rule.id, hit[1])
                break
        else:
            raise RoutingIncomplete(
                f"no rule finds a unit for {kind} {petition_class} {category.code} in area {area}: "
                "end the rules with one that sends everything to the intake desk"
            )


def _resolve(
    rule: Rule, function: str, places: Mapping[Tier, str], index: _Index
) -> tuple[Unit, tuple[str, ...]] | None:
    """The first unit on the rule's chain, and the units above it: one a tier, as the chain names them."""
    last = rule.targets[-1]
    higher = (Target(last.kind, tier, last.function) for tier in Tier if tier.height > last.tier.height)
    candidates = [
        unit for target in (*rule.targets, *higher) if (unit := _unit_at(target, function, places, index)) is not None
    ]
    if not candidates:
        return None
    chosen = candidates[0]
    by_tier: dict[Tier, str] = {}
    for unit in candidates:
        by_tier.setdefault(unit.tier, unit.code)
    return chosen, tuple(by_tier[tier] for tier in Tier if tier in by_tier and tier.height > chosen.tier.height)


def _unit_at(target: Target, function: str, places: Mapping[Tier, str], index: _Index) -> Unit | None:
    if target.tier not in places:
        return None
    wanted = (target.function or function) if target.kind is UnitKind.DEPARTMENT else None
    return index.get((target.kind, wanted, places[target.tier]))
