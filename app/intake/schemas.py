"""What a report may hold, and what comes back."""

import uuid
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, EmailStr, Field, model_validator

from app.cases.rules import MAX_REPRESENTATIVES, Channel, Kind, PartyRole, PetitionClass
from app.cases.schemas.page import AreasOut, CellRef, RoutingOut
from app.cases.schemas.taken import WhomIn
from app.core.bodies import Closed, Items, Measure
from app.core.geometry import Crs, Latitude, Longitude
from app.core.texts import Code, LongText, Name, Phone, ShortText, Title, unfit


class PointIn(Closed):
    """A GeoJSON point: [longitude, latitude] in degrees of the named system."""

    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude] = Field(examples=[[111.67, 40.81]])


class LocationIn(Closed):
    """Where: a measured point with its system, or a cell or area chosen by a person, or an address alone."""

    point: PointIn | None = None
    crs: Crs | None = Field(default=None, description="System of the point; never guessed (GCJ-02 is 604 m off here)")
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, strict=True, allow_inf_nan=False)] | None = None
    cell: Code | None = Field(default=None, description="Cell code chosen at the window")
    area: Code | None = Field(default=None, description="Area code of any tier chosen at the window")
    address: ShortText | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.point is None) != (self.crs is None):
            raise unfit(
                "坐标与坐标系 crs 须同时给出：WGS84、CGCS2000、GCJ02 或 BD09",
                "point and crs go together: name WGS84, CGCS2000, GCJ02 or BD09",
            )
        if sum(way is not None for way in (self.point, self.cell, self.area)) > 1:
            raise unfit("point、cell、area 只能给出一项", "give one of point, cell, area")
        if self.point is None and self.cell is None and self.area is None and self.address is None:
            raise unfit(
                "请给出带坐标系的坐标、网格、区域，或至少给出地址",
                "give a point with its crs, a cell, an area, or at least an address",
            )
        return self


class PartyIn(Closed):
    """Someone who takes part. Name, phone, address and e-mail are sealed; nothing else about a person is taken."""

    role: PartyRole
    name: Name | None = None
    phone: Phone | None = None
    address: ShortText | None = None
    email: EmailStr | None = Field(
        default=None, description="Only to tell them that something was done, or served by e-mail"
    )
    tell_by: Literal["sms", "email", "none"] | None = Field(
        default=None,
        description="How they are told at once of what is done on their matter: the number, no content. Left out: by SMS, else"
        " by e-mail; of an accusation not at all",
    )

    @model_validator(mode="after")
    def _someone(self) -> Self:
        if self.name is None and self.phone is None:
            raise unfit("姓名、电话至少填一项", "give a name or a phone")
        if {"sms": self.phone, "email": self.email}.get(self.tell_by or "none", "") is None:
            raise unfit("按 tell_by 告知须填写相应的电话或邮箱", "tell_by sms needs a phone, email an e-mail address")
        return self


class ConcernIn(Closed):
    """Whom the matter is about: a unit, a member of staff, or words. They and all beneath them will not see it; words wait
    above until a person has named the unit."""

    unit: Code | None = None
    staff: uuid.UUID | None = None
    text: ShortText | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(way is not None for way in (self.unit, self.staff, self.text)) != 1:
            raise unfit("unit、staff、text 须且只能给出一项", "give exactly one of unit, staff, text")
        return self


class NotToIn(WhomIn):
    """Who must not be involved, at the resident's wish."""


class SourceIn(Closed):
    """The other system's own number: the same (system, external_id) is one case, however often it is sent."""

    system: Code
    external_id: Code


class ReportIn(Closed):
    """One matter, however it is brought."""

    id: uuid.UUID | None = Field(default=None, description="UUIDv7 made by the client; optional")
    kind: Kind
    petition_class: PetitionClass | None = Field(default=None, description="For petitions only, and needed there")
    category: Code
    channel: Channel
    title: Title
    description: LongText | None = None
    location: LocationIn
    parties: list[PartyIn] = Field(default=[], max_length=50)
    concerns: list[ConcernIn] = Field(default=[], max_length=20, description="Units or staff the matter is about")
    not_to: list[NotToIn] = Field(default=[], max_length=20, description="Who must not be involved")
    source: SourceIn | None = None
    complexity: Literal["simple", "ordinary", "complex"] | None = Field(default=None, description="Disputes only")
    simple: bool = Field(default=False, description="Petitions: the simple procedure, where it fits")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is Kind.PETITION) != (self.petition_class is not None):
            raise unfit(
                "信访须注明类别 petition_class（建议意见、检举控告或申诉求决），其他事项不填",
                "petition_class (suggestion, accusation or appeal) is for petitions, and is needed there",
            )
        if self.complexity is not None and self.kind is not Kind.DISPUTE:
            raise unfit("复杂程度 complexity 仅用于矛盾纠纷", "complexity belongs to disputes")
        if self.simple and (self.kind is not Kind.PETITION or self.petition_class is PetitionClass.ACCUSATION):
            raise unfit("简易办理 simple 仅用于建议意见和申诉求决", "simple belongs to suggestions and appeals")
        if sum(party.role is PartyRole.REPRESENTATIVE for party in self.parties) > MAX_REPRESENTATIVES:
            raise unfit(
                "推选的代表不得超过五人（信访工作条例第二十条）",
                "a joint petition has at most five representatives (信访工作条例第二十条)",
            )
        if self.kind is Kind.EVENT and any(party.role is not PartyRole.AFFECTED for party in self.parties):
            raise unfit(
                "网格事件针对地点或物，只可登记求助人（affected）",
                "an event concerns a place or a thing; only someone asking for help is named, as affected",
            )
        return self


class BatchIn(Closed):
    """Up to 500 reports in one request; each is checked by itself."""

    measured: ClassVar = Measure(4_000_000, members=50_000)

    items: list[dict[str, object]] = Field(min_length=1, max_length=500, description="Each as for `POST /v1/cases`")


class ClockOut(BaseModel):
    """A limit: `due` decides lateness, `due_unrolled` is the day before any roll over days off."""

    kind: str
    rule: str
    basis: str
    due: datetime
    due_unrolled: datetime
    provisional: bool


class ReceiptOut(BaseModel):
    """The receipt. An accusation's carries id, number, query code and status alone. The code is shown when the matter is filed,
    and not in a repeat."""

    id: uuid.UUID
    number: str
    query_code: str | None = None
    status: str
    kind: str | None = None
    petition_class: str | None = None
    category: str | None = None
    procedure: str | None = None
    cell: CellRef | None = None
    areas: AreasOut | None = None
    queue: str | None = None
    worker: uuid.UUID | None = None
    centre: str | None = None
    lead_unit: str | None = None
    offered_to: str | None = None
    routing: RoutingOut | None = None
    clocks: list[ClockOut] | None = None
    names: dict[str, str] | None = None
    available_actions: list[str] | None = None
    similar: str | None = None


class BatchItemOut(BaseModel):
    """What became of one item: 201 or 200 with the receipt, or 4xx with the problem."""

    status: int
    case: ReceiptOut | None = None
    problem: dict[str, object] | None = Field(default=None, description="As every problem; see the schema `Problem`")


class BatchOut(Items[BatchItemOut]):
    """One entry an item, in the order sent."""
