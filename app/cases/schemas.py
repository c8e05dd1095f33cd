"""Bodies of the steps, and what is shown of a case."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from app.cases.rules import Result, Route
from app.core.geometry import Crs
from app.core.texts import Code, LongText, ShortText


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class NothingIn(BaseModel):
    """A step that needs no words."""

    model_config = _example()


class ReasonIn(BaseModel):
    """A step with its reason."""

    model_config = _example(reason="当事人书面提出")

    reason: LongText


class OfferIn(BaseModel):
    """To which unit, and why."""

    model_config = _example(unit="D150102_housing", reason="属住建部门职责")

    unit: Code
    reason: LongText


class RouteIn(BaseModel):
    """Where the matter belongs, and why it is not taken here."""

    model_config = _example(route="arbitration", reason="劳动争议应先申请仲裁")

    route: Route
    reason: LongText


class ExtendIn(BaseModel):
    """By how many days (of the rule's own unit), and why."""

    model_config = _example(days=30, reason="案情复杂，需补充鉴定")

    days: Annotated[int, Field(ge=1, le=365)]
    reason: LongText


class ConcludeIn(BaseModel):
    """The result from the list and the reply the resident will get."""

    model_config = _example(result="resolved", reply="供热管线已修复，室温已达18摄氏度以上。")

    result: Result
    reply: LongText


class ServeIn(BaseModel):
    """How the reply reached the resident: served with proof, waived with the article, or attempted."""

    model_config = _example(
        outcome="served", method="in_person", at="2026-11-23T10:00:00+08:00", proof="当面签收，回证已存"
    )

    outcome: Literal["served", "waived", "attempted"]
    method: Literal["in_person", "phone", "sms", "letter", "online", "posted", "none"]
    at: AwareDatetime
    proof: LongText
    article: ShortText | None = Field(
        default=None, description="The article that allows a waiver; needed with `waived`"
    )

    @model_validator(mode="after")
    def _waiver_names_its_article(self) -> Self:
        if (self.outcome == "waived") != (self.article is not None):
            raise ValueError("a waiver names the article that allows it; other outcomes name none")
        return self


class MergeIn(BaseModel):
    """Into which case, and why."""

    model_config = _example(into="01a206cf-ffd4-701d-98b1-6b2166fde918", reason="同一地点同一事项")

    into: uuid.UUID
    reason: LongText


class PlaceIn(BaseModel):
    """A point with its system, or a cell or area code that a person chose."""

    model_config = _example(code="150102001001001")

    lon: Annotated[FiniteFloat, Field(ge=-180, le=180)] | None = None
    lat: Annotated[FiniteFloat, Field(ge=-90, le=90)] | None = None
    crs: Crs | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [part is not None for part in (self.lon, self.lat, self.crs)]
        if any(given) != all(given) or all(given) == (self.code is not None):
            raise ValueError("give lon, lat and crs together, or a code")
        return self


class RevealIn(BaseModel):
    """Why personal data must be seen in clear; kept in the read log."""

    model_config = _example(reason="电话回访")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]


class SamePhoneIn(BaseModel):
    """Which party's phone, and why."""

    model_config = _example(party="01a206cf-ffd4-701d-98b1-6b2166fde918", reason="核对是否重复来电")

    party: uuid.UUID
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]


class QueryIn(BaseModel):
    """What the resident holds: the number and the code of the receipt."""

    model_config = _example(number="260000001U", code="GZC5VWNPZV")

    number: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9]{9,12}[0-9A-Za-z]$")]
    code: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9A-Za-z]{10}$")]


class QueryOut(BaseModel):
    """Where a matter stands, in plain words."""

    number: str
    status: str
    said: str
    handled_by: str | None = None
    due: datetime | None = None
    steps: list[dict[str, Any]] = []
    reply: str | None = None


class PartyOut(BaseModel):
    """A party, masked."""

    id: uuid.UUID
    role: str
    name: str | None = None
    phone: str | None = None
    address: str | None = None


class CaseOut(BaseModel):
    """A case as its page shows it."""

    model_config = ConfigDict(extra="allow")

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    channel: str
    procedure: str
    status: str
    status_text: str
    title: str | None
    description: str | None
    location: dict[str, Any]
    areas: dict[str, str | None]
    lead_unit: str
    parties: list[PartyOut]
    clocks: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    available_actions: list[str]
    version: int


class CaseItem(BaseModel):
    """A case in a list."""

    id: uuid.UUID
    number: str
    kind: str
    petition_class: str | None
    category: str
    status: str
    title: str | None
    cell: str | None
    community: str | None
    township: str | None
    county: str | None
    lead_unit: str
    worker: uuid.UUID | None
    queue: str | None
    due: datetime | None
    overdue: bool
    registered_at: datetime
    version: int


class CasePage(BaseModel):
    """One page; the `Link` header leads to the next."""

    items: list[CaseItem]


class CountOut(BaseModel):
    """How many, of which overdue."""

    key: str | None
    cases: int
    overdue: int


class CountsOut(BaseModel):
    """Counts of what the caller may see."""

    by: str
    items: list[CountOut]


class TaskOut(BaseModel):
    """Something that waits for the caller."""

    id: uuid.UUID
    number: str
    kind: str
    category: str
    status: str
    title: str | None
    part: str
    assignment: str
    offered_at: datetime
    lead_unit: str
    due: datetime | None
    overdue: bool
    version: int


class TasksOut(BaseModel):
    """By due time."""

    items: list[TaskOut]


class EventOut(BaseModel):
    """One entry of the timeline; `hash` links the chain."""

    seq: int
    kind: str
    title: str
    at: datetime
    actor: str
    data: dict[str, Any]
    hash: str


class TimelineOut(BaseModel):
    """The case's record in order."""

    items: list[EventOut]


class SimilarOut(BaseModel):
    """A case that may be the same matter."""

    id: uuid.UUID
    number: str
    status: str
    title: str | None
    likeness: float
    metres: int | None
    registered_at: datetime


class SimilarPage(BaseModel):
    """Hints, never a block."""

    items: list[SimilarOut]


class PartiesOut(BaseModel):
    """Parties in clear."""

    items: list[PartyOut]


class OtherCaseOut(BaseModel):
    """Another case with the same phone."""

    id: uuid.UUID
    number: str
    status: str
    kind: str
    category: str
    registered_at: datetime


class OtherCasesOut(BaseModel):
    """What the caller may see anyway."""

    items: list[OtherCaseOut]


class CodeOut(BaseModel):
    """The new query code."""

    number: str
    query_code: str


class TransitionOut(BaseModel):
    """One row of the transition table."""

    action: str
    title: str
    sources: list[str]
    target: str | None
    permission: str
    by: str
    required: list[str]
    clocks: list[str]
    notice: str | None
    basis: str


class TransitionsOut(BaseModel):
    """The table that is served and enforced."""

    items: list[TransitionOut]
