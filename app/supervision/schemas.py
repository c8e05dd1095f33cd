"""Supervisions as asked and as shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from app.areas.rules import Tier
from app.core.bodies import Closed, Items
from app.core.texts import Code, LongText, unfit
from app.supervision.rules import CardLevel, ProblemType, SupervisionKind, SupervisionState


class SuperviseIn(Closed):
    """What is asked of which unit (the lead unless named), and by which day the written answer is owed."""

    kind: SupervisionKind
    text: LongText
    unit: Code | None = Field(default=None, description="A unit with a part in the case; the lead if left out")
    level: CardLevel | None = Field(default=None, description="The card; with `supervise` alone")
    problem: ProblemType | None = Field(default=None, description="Needed with `supervise` and `correct`")
    answer_by: date | None = Field(default=None, description="Needed with `correct`; else the configured working days")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is SupervisionKind.SUPERVISE) != (self.level is not None):
            raise unfit("督办须定级（黄、橙、红），其他方式不定级", "a supervision carries a card, nothing else does")
        if self.kind in (SupervisionKind.SUPERVISE, SupervisionKind.CORRECT) and self.problem is None:
            raise unfit("督办和责令整改须注明问题类型", "a supervision or an order names the problem")
        if self.kind is SupervisionKind.CORRECT and self.answer_by is None:
            raise unfit("责令限期整改须写明期限", "an order to correct names its date")
        return self


class AnswerIn(Closed):
    """The written answer."""

    text: LongText


class ReturnIn(Closed):
    """Why the answer does not hold, and by which day another is owed."""

    reason: LongText
    answer_by: date | None = None


class WithdrawIn(Closed):
    """Why nothing more is asked."""

    reason: LongText


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionItem:
    """A supervision in a list."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    category: str
    status: str
    title: str | None
    lead_unit: str
    kind: SupervisionKind
    level: CardLevel | None
    problem: ProblemType | None
    issuer_unit: str
    target_unit: str
    tier: Tier
    issued_at: datetime
    answer_by: datetime
    due: datetime
    state: SupervisionState
    overdue: bool
    answered_at: datetime | None
    verified_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionOut(SupervisionItem):
    """One with its texts and what this caller may do."""

    text: str | None
    answer_text: str | None
    kind_text: str
    problem_text: str | None
    available_actions: list[str]


class SupervisionPage(Items[SupervisionItem]):
    """One page; the `Link` header leads to the next."""


@dataclass(frozen=True, slots=True)
class SupervisionCount:
    """How many, of which overdue."""

    key: str | None
    supervisions: int
    overdue: int


class SupervisionCountsOut(BaseModel):
    """The board's figures."""

    by: str
    items: list[SupervisionCount]
