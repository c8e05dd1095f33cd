"""What a kind of dispute is: suggestions to whoever mediates one, each with its ground. Nothing here decides anything."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import Words


class Mediation(StrEnum):
    """A channel of mediation: 人民调解、行政调解、行业性专业性调解、劳动争议调解."""

    PEOPLE = "people"
    ADMINISTRATIVE = "administrative"
    SECTORAL = "sectoral"
    LABOUR = "labour"


class Firmness(StrEnum):
    """How firmly a point of a dispute kind stands: an article, the practice of mediators, or this city's own setting."""

    LAW = "law"
    PRACTICE = "practice"
    CONFIGURATION = "configuration"


class Step(StrEnum):
    """What a point of method is about. ``protect`` comes before any talk, ``never`` ends mediation."""

    PROTECT = "protect"
    TALKS = "talks"
    EXPERTS = "experts"
    EXPLAIN = "explain"
    AGREEMENT = "agreement"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Point:
    """Something to know or do, with its ground. ``source`` says where the text of the ground was read, if it was."""

    words: Words
    firmness: Firmness
    basis: Words | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of somebody else's procedure, told and never counted here: so long, from the day in words."""

    length: int
    unit: str
    starts: Words


@dataclass(frozen=True, slots=True)
class Outside:
    """Another route, open when mediation fails or is not wanted (人民调解法 26). ``route`` is one that a case is referred to."""

    route: str
    point: Point
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class DisputeKind:
    """How disputes of some categories are usually mediated: suggestions to whoever handles one, deciding nothing.

    ``functions`` are those of the departments that can help. ``confirmation`` says whether a court may confirm the agreement.
    ``questions`` and ``papers`` are the checklist.
    """

    code: str
    name: Words
    categories: tuple[str, ...]
    procedure: str
    joint_talks_first: bool
    functions: tuple[str, ...]
    channels: tuple[tuple[Mediation, Point], ...]
    confirmable: bool
    confirmation: Point
    methods: tuple[tuple[Step, Point], ...]
    questions: tuple[Words, ...]
    papers: tuple[Words, ...]
    routes: tuple[Outside, ...]
