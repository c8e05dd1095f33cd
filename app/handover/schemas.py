"""A hand-over as asked for, previewed and recorded."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from app.core.bodies import Closed, Items
from app.core.texts import Code, unfit
from app.handover.rules import Becomes, HeldKind, Why


class HandoverItemIn(Closed):
    """One line of the preview as approved."""

    kind: HeldKind
    ref: Code
    to: uuid.UUID | None = None


class HandoverIn(Closed):
    """First with `dry_run`: what is held, and to whom each would go. Then without it, with the items of that preview."""

    why: Why
    until: AwareDatetime | None = Field(default=None, description="The end of a leave")
    to: uuid.UUID | None = Field(default=None, description="Who takes over; for a leave somebody must")
    dry_run: bool = False
    items: Annotated[list[HandoverItemIn], Field(max_length=5000)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.why is Why.ON_LEAVE) != (self.until is not None):
            raise unfit("休假须写明截止时间 until，离任不写。", "A leave has an end (`until`); leaving has none.")
        if self.why is Why.ON_LEAVE and self.to is None:
            raise unfit("休假须指定代班人 to。", "Somebody covers a leave: name them in `to`.")
        if not self.dry_run and self.items is None:
            raise unfit(
                "请先预览（dry_run），再附上预览所列 items。", "Preview first (`dry_run`), then send its `items`."
            )
        return self


@dataclass(frozen=True, slots=True)
class HandoverItemOut:
    """What goes where, or what becomes of it. What belongs to a case is shown to who sees the case alone.

    `ref` is the code of a cell or post, the name of a task, the id of a proxy, mediation or shift, or day:shift:emergency;
    `state` of a shift is its centre or emergency.
    """

    kind: HeldKind
    ref: str
    state: str
    case: uuid.UUID | None
    number: str | None
    becomes: Becomes
    to: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class HandoverOut:
    """A hand-over; a preview, and what waits for a second person, has no `id` yet. `asked_by` is the first of two persons."""

    id: uuid.UUID | None
    staff: uuid.UUID
    why: Why
    until: datetime | None
    to: uuid.UUID | None
    asked_by: str | None
    made_by: str | None
    made_at: datetime | None
    items: list[HandoverItemOut]


class HandoverList(Items[HandoverOut]):
    """Hand-overs of one person, the latest first."""


class SeatIn(Closed):
    """Who is to hold an empty seat."""

    staff: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeatGivenOut:
    """A seat and who was given it; what waits for a second person was given by nobody yet. `asked_by` is the first of two."""

    post: str
    staff: uuid.UUID
    asked_by: str | None
    given_by: str | None
    given_at: datetime | None


class SeatGivenList(Items[SeatGivenOut]):
    """Who was given one seat, the latest first."""
