"""The conflict guard as a pure rule: what the statement of intake is held against."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.areas.rules import Tier


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
    *,
    words: bool = False,
) -> Guarded:
    """Keeps a matter from those it is about.

    Each ladder begins with the unit itself and rises. If either unit is concerned, or stands under a unit that is,
    both move to the first unit of their ladder that is strictly above the highest tier concerned and is itself neither
    concerned nor beneath a concerned unit. Where none is left, the city's ``intake`` desk takes it, the last resort,
    whatever the report says about it. Where ``words`` say whom it is about, either unit may be meant: it waits with the
    first centre above both, and is offered to nobody.
    """
    codes = frozenset(unit.code for unit in concerned)
    centre, unit = centre_ladder[0] if centre_ladder else intake, unit_ladder[0] if unit_ladder else intake
    if words:
        height = max(rung.tier.height for rung in (centre, unit))
        free = (rung for rung in centre_ladder if rung.tier.height > height)
        waits = next((rung for rung in free if not concerned or _above(rung, concerned)), intake)
        return Guarded(waits.code, waits.code, moved=True)
    if not (_touched(centre, codes) or _touched(unit, codes)):
        return Guarded(centre.code, unit.code, moved=False)
    return Guarded(
        _first_above(centre_ladder, concerned, intake).code,
        _first_above(unit_ladder, concerned, intake).code,
        moved=True,
    )


def accusation_desk(
    desks: Sequence[LadderUnit], concerned: Collection[Concerned], intake: LadderUnit, *, words: bool = False
) -> str:
    """The discipline desk that leads an accusation: one tier above the highest unit concerned.

    ``desks`` are those of the case's area from the lowest to the city's. The city's desk takes it where none is left
    above, and where no unit is named, or ``words`` name somebody too. If that desk is itself accused, the city's
    ``intake`` desk takes it (Regulation 30: never to the unit accused).
    """
    codes = frozenset(unit.code for unit in concerned)
    highest = desks[-1] if desks and not _touched(desks[-1], codes) else intake
    return (_first_above(desks, concerned, highest) if concerned and not words else highest).code


def _touched(rung: LadderUnit, concerned: Collection[str]) -> bool:
    return rung.code in concerned or any(code in concerned for code in rung.above)


def _first_above(ladder: Sequence[LadderUnit], concerned: Collection[Concerned], otherwise: LadderUnit) -> LadderUnit:
    return next((rung for rung in ladder if _above(rung, concerned)), otherwise)


def _above(rung: LadderUnit, concerned: Collection[Concerned]) -> bool:
    return rung.tier.height > max(unit.tier.height for unit in concerned) and not _touched(
        rung, frozenset(unit.code for unit in concerned)
    )
