"""What a correction takes, and what is shown of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, EmailStr, Field, model_validator

from app.cases.schemas.page import PartyOut, WrittenNoteOut, WrittenOut
from app.cases.schemas.sealed import OpenedText
from app.cases.schemas.taken import PlaceIn, QueryCode, QueryIn, ReasonIn
from app.core.bodies import Closed, Items
from app.core.texts import LongText, Name, Phone, ShortText, Title, unfit


class OwnDataIn(Closed):
    """What is corrected of a person; `without` names what is to be given up, such as the phone of a stranger."""

    name: Name | None = None
    phone: Phone | None = None
    address: ShortText | None = None
    email: EmailStr | None = None
    without: list[Literal["phone", "address", "email"]] = Field(default=[], max_length=3)

    @model_validator(mode="after")
    def _something(self) -> Self:
        given = self.model_fields_set - {"id", "without"}
        if (not given and not self.without) or set(self.without) & {name for name in given if getattr(self, name)}:
            raise unfit(
                "请给出要更正的信息；同一项不能既更正又去除", "give what is corrected, or in `without` what goes"
            )
        return self

    def values(self) -> dict[str, str | None]:
        """By the names of `rules.correcting.FIELDS`."""
        said = {name: getattr(self, name) for name in ("name", "phone", "address", "email")}
        given: dict[str, str | None] = {f"party.{name}": value for name, value in said.items() if value is not None}
        return given | {f"party.{name}": None for name in self.without}


class PartyCorrectionIn(OwnDataIn):
    """The same of a party of the case."""

    id: uuid.UUID


class CorrectIn(ReasonIn):
    """What stands instead, and why. `code` or `paper` shows the resident's wish, where their phone or e-mail is corrected."""

    title: Title | None = None
    description: LongText | None = None
    address: ShortText | None = Field(default=None, description="Of the place")
    place: PlaceIn | None = None
    received_at: AwareDatetime | None = Field(default=None, description="When the matter was really received: earlier")
    party: PartyCorrectionIn | None = None
    code: QueryCode | None = Field(default=None, description="The query code of this case; not kept")
    paper: uuid.UUID | None = Field(default=None, description="Of the case, with purpose `wish`")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.title, self.description, self.address, self.place, self.received_at, self.party)):
            raise unfit("请给出要更正的内容", "give what is corrected")
        if self.code is not None and self.paper is not None:
            raise unfit("code、paper 只能给出一项", "give one of code, paper")
        return self


class OwnCorrection(Closed):
    """What a resident corrects."""

    title: Title | None = None
    description: LongText | None = None
    address: ShortText | None = Field(default=None, description="Of the place")
    party: OwnDataIn | None = Field(default=None, description="Your own data")


class CorrectByCodeIn(QueryIn, OwnCorrection):
    """Number and code of the case, and what stands instead: your words until there is a result, your own data always."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((self.title, self.description, self.address, self.party)):
            raise unfit("请给出要更正的内容", "give what is corrected")
        return self


class CorrectedOut(BaseModel):
    """What was corrected, in words; nothing where it said so already."""

    number: str
    corrected: list[str]
    said: str


@dataclass(frozen=True, slots=True)
class BeforeOut:
    """The version before of what was corrected; what was not is left out. Masked as the page masks."""

    title: OpenedText
    description: OpenedText
    address: OpenedText
    cell: OpenedText
    area: OpenedText
    point: OpenedText
    received_at: OpenedText
    name: OpenedText
    phone: OpenedText
    home: OpenedText
    email: OpenedText


@dataclass(frozen=True, slots=True)
class CorrectionOut:
    """Something that was put right: which fields, of which party, by whom, when, why, and what had stood there."""

    id: uuid.UUID
    at: datetime
    author: str
    author_name: str | None
    fields: list[str]
    party: uuid.UUID | None
    reason: OpenedText
    before: BeforeOut


class CorrectionsOut(Items[CorrectionOut]):
    """What was corrected on a case, the oldest first."""


@dataclass(frozen=True, slots=True)
class InClearOut:
    """What is shown with stars, in clear: parties, the place, the report, those notes that hold numbers of people, and what
    stood before a correction."""

    items: tuple[PartyOut, ...]
    address: OpenedText
    text: WrittenOut
    notes: tuple[WrittenNoteOut, ...]
    corrections: list[CorrectionOut]
