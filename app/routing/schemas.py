"""Categories and routes as shown."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from app.core.bodies import Items
from app.routing.rules import Firmness, Mediation, Step


class CategoryOut(BaseModel):
    """What a case can be about."""

    code: str
    name_zh: str
    name_en: str
    kinds: list[str]
    urgency: str | None
    complexity: str | None
    function: str


class CategoriesOut(Items[CategoryOut]):
    """Every category."""


class GroundedOut(BaseModel):
    """Something to know or do. `basis` is its ground, `source` where the text of the ground was read, if it was."""

    text: str
    status: Firmness
    basis: str | None
    source: str | None


class ChannelOut(GroundedOut):
    """A channel of mediation that is open to the parties."""

    channel: Mediation


class MethodOut(GroundedOut):
    """A point of method: `protect` comes before any talk, `never` is what may not be mediated."""

    step: Step


class ConfirmationOut(GroundedOut):
    """Whether a court may confirm the agreement (司法确认), and within which bounds."""

    possible: bool


class ChecklistOut(BaseModel):
    """What to ask, and which papers to collect. A suggestion: none of it is a condition of being helped."""

    ask: list[str]
    papers: list[str]


class OutsideLimitOut(BaseModel):
    """A limit of the other body's procedure, from the day that `starts` names. Told, never counted here."""

    length: int
    unit: Literal["hour", "calendar_day", "working_day", "calendar_month", "year"]
    starts: str


class OutsideRouteOut(GroundedOut):
    """Another route, told when mediation fails or is not wanted; `route` as in `refer`."""

    route: str
    limit: OutsideLimitOut | None


class DisputeKindRef(BaseModel):
    """A kind of dispute in the list."""

    code: str
    name: str
    categories: list[str]
    procedure: str
    channels: list[Mediation]
    confirmable: bool
    functions: list[str]


class DisputeKindsOut(Items[DisputeKindRef]):
    """Every kind of dispute."""


@dataclass(frozen=True, slots=True)
class LeadOut:
    """The unit that the routes send a dispute of a category to, unless it is concerned itself."""

    category: str
    unit: str
    kind: str
    tier: str
    name: str


@dataclass(frozen=True, slots=True)
class HelperOut:
    """The nearest department of a function."""

    function: str
    unit: str
    kind: str
    tier: str
    name: str


class CompetentOut(BaseModel):
    """Who leads and who can help in one township."""

    township: str
    leads: list[LeadOut]
    helpers: list[HelperOut]


class DisputeKindOut(BaseModel):
    """How disputes of this kind are usually mediated. `procedure` is a suggestion: registering follows the category, or
    the complexity that the clerk chose. `competent` is filled when a township was named."""

    code: str
    name: str
    categories: list[str]
    procedure: str
    talks_first: Literal["joint", "separate"]
    channels: list[ChannelOut]
    confirmation: ConfirmationOut
    functions: list[str]
    methods: list[MethodOut]
    checklist: ChecklistOut
    routes: list[OutsideRouteOut]
    competent: CompetentOut | None
