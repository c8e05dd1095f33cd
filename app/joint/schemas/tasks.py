"""Tasks, and what departments that are called do, as asked and as shown."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.bodies import example
from app.core.geometry import Crs, Latitude, Longitude, to_wgs84
from app.core.texts import Code, LongText, Reason, unfit
from app.joint.rules.tasks import Ruling

MOST_UNITS = 20


def _each_once(units: list[str]) -> list[str]:
    if len(set(units)) < len(units):
        raise unfit("每个单位只列一次", "name each unit once")
    return units


Units = Annotated[list[Code], Field(min_length=1, max_length=MOST_UNITS), AfterValidator(_each_once)]


class SpotIn(BaseModel):
    """One point and its system: where something is, or where an act was done. Never a track."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude] = Field(examples=[[111.67, 40.81]])
    crs: Crs = Field(description="System of the point; never guessed")

    def wgs84(self) -> tuple[float, float]:
        """(longitude, latitude) in WGS84."""
        return to_wgs84(*self.coordinates, self.crs)


class GiveTaskIn(BaseModel):
    """What is asked of which unit, and by which day the written result is owed."""

    model_config = example(unit="D150102_energy", text="请核查该小区换热站供热参数，书面反馈。", answer_by="2026-12-04")

    unit: Code
    text: LongText
    answer_by: date | None = Field(default=None, description="Else the configured number of working days")


class ResultIn(BaseModel):
    """The written result."""

    model_config = example(result="换热站二次网供水温度已调至58℃，住户室温达到20℃。")

    result: LongText
    files: list[uuid.UUID] = Field(default=[], max_length=MOST_UNITS, description="Attachments of the case")


class BecauseIn(BaseModel):
    """Why."""

    model_config = example(reason="该事项不属本单位职责。")

    reason: Reason


class ReturnTaskIn(BaseModel):
    """Why the result does not do, and by which day another is owed."""

    model_config = example(reason="未附测温记录，请补充。")

    reason: Reason
    answer_by: date | None = Field(default=None, description="Never sooner than it was owed before")


class ArriveIn(BaseModel):
    """On the spot, now; the place is one point or left out."""

    model_config = example(point={"type": "Point", "coordinates": [111.67, 40.81], "crs": "WGS84"})

    point: SpotIn | None = None


class RuleCallIn(BaseModel):
    """Whether the objection is upheld (it was called wrongly) or dismissed, and why."""

    model_config = example(ruling="dismissed", reason="换热站设备属本部门监管，应当到场。")

    ruling: Ruling
    reason: Reason


class JointTaskItem(BaseModel):
    """A task in a list. `taken` says whether the unit signed for it, `state` what became of the result."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    category: str
    status: str
    title: str | None
    lead_unit: str
    source: str
    whistle: uuid.UUID | None
    meeting: uuid.UUID | None
    unit: str
    asked_by_unit: str
    asked_at: datetime
    due: datetime
    overdue: bool
    taken: str
    state: str
    answered_at: datetime | None
    ended_at: datetime | None
    arrive_by: datetime | None
    arrived_at: datetime | None
    arrival_breached_at: datetime | None
    ruler: str | None
    ruling: str | None
    version: int


class JointTaskOut(JointTaskItem):
    """One with its texts, where its unit signed its arrival, and what this caller may do."""

    text: str | None
    result_text: str | None
    waiver_text: str | None
    refusal_text: str | None
    objection_text: str | None
    ruling_text: str | None
    arrival_lon: float | None
    arrival_lat: float | None
    files: list[uuid.UUID]
    available_actions: list[str]


class JointTaskPage(BaseModel):
    """By the time the result is owed; the `Link` header leads to the next page."""

    items: list[JointTaskItem]
