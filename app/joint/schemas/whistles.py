"""Call-outs as asked and as shown."""

import uuid
from datetime import date, datetime

from pydantic import BaseModel, Field

from app.core.bodies import example
from app.core.texts import LongText
from app.joint.rules.whistles import Occasion
from app.joint.schemas.tasks import SpotIn, Units


class WhistleIn(BaseModel):
    """Which departments are called to the spot, on which occasion, what for."""

    model_config = example(
        occasion="emergency", text="整栋楼停暖，请立即到场处置。", units=["D150102_housing", "D150102_energy"],
        point={"type": "Point", "coordinates": [111.67, 40.81], "crs": "WGS84"},
    )  # fmt: skip

    occasion: Occasion
    text: LongText
    units: Units
    point: SpotIn | None = Field(default=None, description="Where; the case's own place if left out")
    answer_by: date | None = Field(default=None, description="Day of the written results; else the configured days")


class SettleIn(BaseModel):
    """What was settled."""

    model_config = example(settled="管网抢修完成，整栋楼恢复供暖，住户代表到场确认。")

    settled: LongText


class CallOut(BaseModel):
    """One department called: its task, when it had to be there, when it was."""

    task: uuid.UUID
    unit: str
    taken: str
    state: str
    arrive_by: datetime | None
    arrived_at: datetime | None
    arrival_breached_at: datetime | None
    answered_at: datetime | None
    objected_at: datetime | None
    ruling: str | None


class WhistleItem(BaseModel):
    """A whistle and whom it called."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    category: str
    status: str
    unit: str
    occasion: str
    lon: float | None
    lat: float | None
    blown_at: datetime
    state: str
    ended_at: datetime | None
    version: int
    calls: list[CallOut]


class WhistleOut(WhistleItem):
    """One with its texts, and what this caller may do."""

    occasion_text: str
    text: str | None
    settlement_text: str | None
    available_actions: list[str]


class WhistlePage(BaseModel):
    """In their order; the `Link` header leads to the next page."""

    items: list[WhistleItem]
