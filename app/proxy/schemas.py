"""What staff, proxies and residents send, and proxies as they are shown."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from app.cases.queries.notes import NoteText
from app.cases.schemas.taken import ProvenIn, QueryIn
from app.core.bodies import Closed, Items
from app.core.geometry import Crs, Latitude, Longitude
from app.core.texts import Code, LongText, Name, unfit
from app.proxy.rules import Capacity, ErrandKind, Evidence, Power, Told

Papers = Annotated[list[uuid.UUID], Field(max_length=20)]


class WishIn(ProvenIn):
    """What the resident would like to have carried."""

    wish: LongText


class OfferProxyIn(Closed):
    """Who would carry it, and as what. A lawyer is named; `staff` acts here beside them and answers for it."""

    staff: uuid.UUID
    capacity: Capacity
    name: Name | None = Field(default=None, description="Of a lawyer, who has no login; sealed")

    @model_validator(mode="after")
    def _lawyers_are_named(self) -> Self:
        if (self.capacity is Capacity.LAWYER) != (self.name is not None):
            raise unfit("律师须写明姓名，其他代办员不另写", "a lawyer is named, nobody else is")
        return self


class ReasonForIn(Closed):
    """Why."""

    reason: LongText


class RevokeIn(ProvenIn):
    """What the resident wrote."""

    words: LongText


class PowersIn(Closed):
    """Matter, powers and period."""

    matter: LongText = Field(description="What is carried, as the paper says it")
    powers: Annotated[list[Power], Field(min_length=1, max_length=len(Power))]
    valid_until: AwareDatetime

    @model_validator(mode="after")
    def _service_is_passed_on(self) -> Self:
        if Power.ACCEPT_SERVICE in self.powers and Power.RECEIVE_NOTICES not in self.powers:
            raise unfit(
                "代收送达（accept_service）须同时授权转告（receive_notices）",
                "accept_service goes with receive_notices: what is served on the proxy is passed on",
            )
        return self


class AuthoriseIn(PowersIn):
    """An authority as its paper says, or as it was given before a witness."""

    evidence: Evidence
    valid_from: AwareDatetime | None = Field(
        default=None, description="As the paper says, by now; it holds once recorded"
    )
    attachments: Papers = Field(
        default=[], description="Of the case, with purpose `authority`: photos of the signed paper"
    )
    consent: LongText | None = Field(
        default=None, description="With `recorded_consent`: what was said, and before whom"
    )

    @model_validator(mode="after")
    def _fits_its_evidence(self) -> Self:
        if self.evidence is Evidence.QUERY_CODE:
            raise unfit(
                "凭查询码授权由群众本人办理", "by query code the resident authorises: POST /v1/query/proxy/authorise"
            )
        if self.evidence is Evidence.RECORDED_CONSENT and Power.ACCEPT_SERVICE in self.powers:
            raise unfit(
                "代收送达须凭签字的委托书，或由群众本人凭编号和查询码授权",
                "accept_service is given on signed paper, or by the resident with number and code",
            )
        if (self.evidence is Evidence.PAPER) != bool(self.attachments):
            raise unfit("书面委托须附签字件，其他方式不附", "a paper comes with its photo, nothing else does")
        if (self.evidence is Evidence.RECORDED_CONSENT) != (self.consent is not None):
            raise unfit("口头同意须写明内容和见证人", "a recorded consent says what was said and before whom")
        return self


class FileIn(Closed):
    """Under which number the authority was filed: with the petition office, the hotline or a department."""

    filing_number: Code


class PlanErrandIn(Closed):
    """What is to be done, and with which unit."""

    kind: ErrandKind
    plan: LongText
    unit: Code | None = None


class ErrandIn(Closed):
    """Which errand."""

    errand: uuid.UUID


class ErrandPlaceIn(Closed):
    """One point where it was done; never a track."""

    lon: Longitude
    lat: Latitude
    crs: Crs = Field(description="System of the point; never guessed")


class FinishErrandIn(Closed):
    """What was done, when, where, and what was answered."""

    errand: uuid.UUID
    at: AwareDatetime
    words: LongText
    reply: LongText | None = Field(default=None, description="What the unit answered")
    place: ErrandPlaceIn | None = None
    attachments: Papers = Field(default=[])


class DropErrandIn(Closed):
    """Which errand is not needed any more, and why."""

    errand: uuid.UUID
    reason: LongText


class PassOnIn(Closed):
    """How the resident was told of a notice."""

    notice: uuid.UUID
    method: Told
    at: AwareDatetime
    words: LongText


class AskForProxyIn(QueryIn):
    """Number and code, and what should be carried."""

    wish: LongText | None = None


class AuthoriseByCodeIn(QueryIn, PowersIn):
    """Number and code, and what the one who was offered may do."""


class DeclineByCodeIn(QueryIn):
    """Not the one who was offered; `another` may be."""

    words: LongText | None = None
    another: bool = True


class RevokeByCodeIn(QueryIn):
    """The authority is withdrawn, at once."""

    words: LongText | None = None


class ProofByCodeIn(QueryIn):
    """One file among what the proxy did."""

    attachment: uuid.UUID


class ProofOut(BaseModel):
    """A file that proves something: `GET /v1/attachments/{id}` for who sees the case."""

    id: uuid.UUID
    purpose: str
    media_type: str
    withdrawn: bool


class ErrandPointOut(BaseModel):
    """A GeoJSON point: longitude, latitude in degrees (WGS84)."""

    type: str
    coordinates: tuple[float, float]


class AuthorityOut(BaseModel):
    """One authority: it holds from `recorded_at` to `valid_until`, or to `ended_at` if that came first."""

    id: uuid.UUID
    staff: uuid.UUID
    matter: NoteText
    powers: list[str]
    powers_text: list[str]
    evidence: str
    valid_from: datetime
    valid_until: datetime
    recorded_at: datetime
    ended_at: datetime | None
    ended_as: str | None
    papers: list[ProofOut]


class ErrandOut(BaseModel):
    """One thing done, or to be done; `crs` is the system that the point was given in."""

    id: uuid.UUID
    kind: str
    kind_text: str
    state: str
    unit: str | None
    plan: NoteText
    planned_at: datetime
    done_at: datetime | None
    recorded_at: datetime | None
    words: NoteText
    reply: NoteText
    point: ErrandPointOut | None
    crs: str | None
    papers: list[ProofOut]


@dataclass(frozen=True, slots=True)
class ProxyDutyOut:
    """A notice to be passed on by `due` (D2): passed on by the proxy, or served by the authority before (`served_at`)."""

    notice: uuid.UUID
    kind: str
    since: datetime
    due: datetime
    passed_at: datetime | None
    method: str | None
    words: str | None
    served_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class ProxyItem:
    """A proxy in a list. `overdue`: the authority or its filing is or was late (D1)."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    status: str
    state: str
    state_text: str
    staff: uuid.UUID | None
    staff_name: str | None
    staff_unit: str | None
    capacity: str | None
    until: datetime | None
    requested_at: datetime
    authority_due: datetime
    filing_due: datetime
    filed_at: datetime | None
    ended_at: datetime | None
    overdue: bool
    version: int


@dataclass(frozen=True, slots=True)
class ProxyOut(ProxyItem):
    """One with its authorities, errands and notices, and what this caller may do. An outsider's name is masked."""

    requested_by: str
    wish: str | None
    offered_by: str | None
    offered_at: datetime | None
    outsider: str | None
    filing_number: str | None
    authorities: list[AuthorityOut]
    errands: list[ErrandOut]
    notices: list[ProxyDutyOut]
    available_actions: list[str]


class ProxyPage(Items[ProxyItem]):
    """One page; the `Link` header leads to the next."""


@dataclass(frozen=True, slots=True)
class OwnProxyOut:
    """A proxy as its resident sees it: who, until when, and everything that was done."""

    number: str
    state: str
    said: str
    name: str | None
    contact: str | None
    capacity: str | None
    unit: str | None
    requested_at: datetime
    filing_number: str | None
    filed_at: datetime | None
    ended_at: datetime | None
    authorities: list[AuthorityOut]
    errands: list[ErrandOut]
    notices: list[ProxyDutyOut]


class OwnProxiesOut(Items[OwnProxyOut]):
    """All there were, the first one first."""
