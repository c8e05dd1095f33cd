"""Dashboards and indicators as shown."""

from datetime import date, datetime

from pydantic import BaseModel

from app.emergency.schemas import ShiftOut


class FigureOut(BaseModel):
    """One number, and the list of exactly the rows that it counts."""

    code: str
    name: str
    value: int
    light: str | None
    rows: str


class DashboardOut(BaseModel):
    """The figures of a centre or an area, of the cases that the caller may see."""

    kind: str
    code: str
    name: str
    tier: str
    as_of: datetime
    figures: list[FigureOut]


class BoardOut(DashboardOut):
    """The joint board of an emergency."""

    stands: bool
    on_duty: list[ShiftOut]


class CellOut(BaseModel):
    """One ratio with both its counts; all three are null where it is suppressed."""

    key: str | None
    name: str | None
    numerator: int | None
    denominator: int | None
    ratio: float | None
    suppressed: bool


class IndicatorOut(BaseModel):
    """One indicator: the whole, and its cells by the group asked for."""

    code: str
    name: str
    formula: str
    total: CellOut
    cells: list[CellOut]


class IndicatorsOut(BaseModel):
    """The indicators of an area over whole months, as known at a time."""

    area: str
    by: str
    since: date
    until: date
    as_of: datetime
    indicators: list[IndicatorOut]
