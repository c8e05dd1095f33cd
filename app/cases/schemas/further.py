"""Bodies of the steps around a case: links, hearings, visits, procedures outside."""

import uuid
from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from app.cases.rules import OutsideStage, Relation
from app.cases.schemas.taken import CaseNumber, QueryCode
from app.core.bodies import Closed
from app.core.texts import LongText, Name, ShortText, Title, unfit


class LinkIn(Closed):
    """To which earlier case, as what, and why."""

    other: uuid.UUID
    relation: Literal[Relation.JOINT, Relation.PARENT]
    reason: LongText


class LinkRepeatIn(Closed):
    """Which live case it repeats: by id where the caller sees it, else by the resident's number and query code."""

    other: uuid.UUID | None = None
    number: CaseNumber | None = None
    code: QueryCode | None = None
    reason: LongText

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.number is None) != (self.code is None) or (self.number is None) == (self.other is None):
            raise unfit("请给出 other，或同时给出编号和查询码", "give other, or number and code together")
        return self


class ParticipantIn(Closed):
    """A seat: a member of staff, or somebody else by name (sealed)."""

    role: Literal["chair", "member", "recorder", "organ", "petitioner", "agent", "expert", "observer"]
    staff: uuid.UUID | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.staff is None) == (self.name is None):
            raise unfit("staff、name 须且只能给出一项", "give exactly one of staff, name")
        return self


class HearingIn(Closed):
    """When, where, what about, and who takes part: one chair."""

    at: AwareDatetime
    place: Title
    purpose: LongText
    participants: list[ParticipantIn] = Field(min_length=1, max_length=50)


class HearingRecordIn(Closed):
    """What was said and shown."""

    record: LongText


class VisitIn(Closed):
    """Whether the resident was reached and, if so, confirms what the file says."""

    method: Literal["phone", "in_person", "online"]
    reached: bool
    confirmed: bool | None = None
    words: LongText

    @model_validator(mode="after")
    def _confirmed_when_reached(self) -> Self:
        if self.reached != (self.confirmed is not None):
            raise unfit("联系到时须填 confirmed，未联系到时不填", "confirmed goes with having reached the resident")
        return self


class OutsideIn(Closed):
    """How far the procedure has come that the case was referred to: body, stage and its dates."""

    body: ShortText
    stage: OutsideStage
    filed_on: date
    accepted_on: date | None = None
    ended_on: date | None = Field(default=None, description="When it was refused or decided")
    extended: bool = False
    simple: bool = Field(default=False, description="Reconsideration in the simple procedure")
    words: LongText | None = None
