"""Bodies of the steps and of the resident's query."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from app.cases.rules import Outcome, PetitionClass, Result, Route
from app.core.bodies import example
from app.core.geometry import Crs, Latitude, Longitude
from app.core.texts import Code, LongText, Reason, ShortText, unfit
from app.notices.rules import NoticeKind


class ReasonIn(BaseModel):
    """A step with its reason."""

    model_config = example(reason="当事人书面提出")

    reason: LongText


class OfferIn(BaseModel):
    """To which unit, and why."""

    model_config = example(unit="D150102_housing", reason="属住建部门职责")

    unit: Code
    reason: LongText


class GuidanceIn(BaseModel):
    """What the tier below should do."""

    model_config = example(guidance="请组织双方现场核对供热温度记录，五日内再行调处")

    guidance: LongText


class ToUnitIn(BaseModel):
    """Which unit, and why."""

    model_config = example(unit="C150102", reason="属于可能影响公共安全的紧急事项")

    unit: Code
    reason: LongText


class ReclassifyIn(BaseModel):
    """What the matter is after all, and why: at least one of category, petition_class, complexity, simple."""

    model_config = example(category="heating.temperature", reason="实为室温不达标，并非停暖")

    category: Code | None = None
    petition_class: PetitionClass | None = None
    complexity: Literal["simple", "ordinary", "complex"] | None = Field(default=None, description="Of a dispute")
    simple: bool = Field(default=False, description="The simple procedure, for appeals and suggestions")
    reason: LongText


class RulingIn(BaseModel):
    """Whether the return stands, and why. If not, the unit handles the matter and does not return it again."""

    model_config = example(upheld=False, reason="供热设施维护属该单位职责，请予办理")

    upheld: bool
    reason: LongText


class RouteIn(BaseModel):
    """Where the matter belongs, and why it is not taken here."""

    model_config = example(route="arbitration", reason="劳动争议应先申请仲裁")

    route: Route
    reason: LongText


class ExtendIn(BaseModel):
    """By how many days (of the rule's own unit), and why."""

    model_config = example(days=30, reason="案情复杂，需补充鉴定")

    days: Annotated[int, Field(ge=1, le=365)]
    reason: LongText


class ConcludeIn(BaseModel):
    """The result from the list and the reply the resident will get."""

    model_config = example(result="resolved", reply="供热管线已修复，室温已达18摄氏度以上。")

    result: Result
    reply: LongText


class DecideReviewIn(BaseModel):
    """What the review decides: uphold the opinion, change its result, or order the matter to be handled again."""

    model_config = example(outcome="uphold", reply="经复查，原处理意见事实清楚、依据正确，予以维持。")

    outcome: Outcome
    reply: LongText = Field(description="To the resident: what was found and decided, and on what ground")
    directions: LongText | None = Field(
        default=None, description="To the unit that decided, with a change or an order: what it must carry out"
    )
    result: Result | None = Field(default=None, description="With a change: the result that now holds")


class ServeIn(BaseModel):
    """How the reply reached the resident: served with proof, waived with the article, or attempted."""

    model_config = example(
        outcome="served", method="in_person", at="2026-11-23T10:00:00+08:00", proof="当面签收，回证已存"
    )

    outcome: Literal["served", "waived", "attempted"]
    method: Literal["in_person", "phone", "sms", "email", "letter", "online", "posted", "proxy", "none"] = Field(
        description="`proxy`: handed to the resident's proxy, whose authority holds accept_service"
    )
    at: AwareDatetime
    proof: LongText
    article: ShortText | None = Field(
        default=None, description="The article that allows a waiver; needed with `waived`"
    )
    kind: NoticeKind | None = Field(
        default=None, description="Which notice, where several wait; once concluded that of the result unless named"
    )

    @model_validator(mode="after")
    def _waiver_names_its_article(self) -> Self:
        if (self.outcome == "waived") != (self.article is not None):
            raise unfit(
                "免于送达须注明依据条款，其他方式不填",
                "a waiver names the article that allows it; other outcomes name none",
            )
        return self


class WhichNoticeIn(BaseModel):
    """Which notice, where several wait."""

    model_config = example(kind="acceptance")

    kind: NoticeKind | None = None


class MergeIn(BaseModel):
    """Into which case, and why."""

    model_config = example(into="01a206cf-ffd4-701d-98b1-6b2166fde918", reason="同一地点同一事项")

    into: uuid.UUID
    reason: LongText


class PlaceIn(BaseModel):
    """A point with its system, or a cell or area code that a person chose."""

    model_config = example(code="150102001001001")

    lon: Longitude | None = None
    lat: Latitude | None = None
    crs: Crs | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [part is not None for part in (self.lon, self.lat, self.crs)]
        if any(given) != all(given) or all(given) == (self.code is not None):
            raise unfit("请同时给出 lon、lat、crs，或给出一个代码", "give lon, lat and crs together, or a code")
        return self


class RevealIn(BaseModel):
    """Why personal data must be seen in clear; kept in the read log."""

    model_config = example(reason="电话回访")

    reason: Reason


class SamePhoneIn(BaseModel):
    """Which party's phone, and why."""

    model_config = example(party="01a206cf-ffd4-701d-98b1-6b2166fde918", reason="核对是否重复来电")

    party: uuid.UUID
    reason: Reason


class QueryIn(BaseModel):
    """What the resident holds: the number and the code of the receipt."""

    model_config = example(number="260000001U", code="GZC5VWNPZV")

    number: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9]{9,12}[0-9A-Za-z]$")]
    code: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[0-9A-Za-z]{10}$")]
