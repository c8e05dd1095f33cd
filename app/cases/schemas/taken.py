"""Bodies of the steps and of the resident's query."""

import uuid
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from app.cases.rules import Outcome, PetitionClass, Result, Route
from app.core.bodies import Closed
from app.core.geometry import Crs, Latitude, Longitude
from app.core.looks import ACTS, act_of
from app.core.texts import Clean, Code, LongText, Phone, ShortText, unfit
from app.notices.rules import NoticeKind

CaseNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=13, pattern=r"^[0-9]{9,12}[0-9A-Za-z]$")
]
QueryCode = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, max_length=10, pattern=r"^[0-9A-Za-z]{10}$")
]


class ReasonIn(Closed):
    """A step with its reason."""

    reason: LongText


class ProvenIn(Closed):
    """What shows that the resident wishes it: the query code they hold, or a paper they signed."""

    code: QueryCode | None = Field(
        default=None, description="The query code of this case, as the resident gives it; not kept"
    )
    paper: uuid.UUID | None = Field(
        default=None, description="Of the case, with purpose `wish`: a photo of what the resident signed; for one wish"
    )

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.code is None) == (self.paper is None):
            raise unfit("code、paper 须且只能给出一项", "give exactly one of code, paper")
        return self


class WishedIn(ReasonIn, ProvenIn):
    """What the resident wishes and why, with what shows it."""


class OfferIn(Closed):
    """To which unit, and why."""

    unit: Code
    reason: LongText


class GuidanceIn(Closed):
    """What the tier below should do."""

    guidance: LongText


class ToUnitIn(Closed):
    """Which unit, and why."""

    unit: Code
    reason: LongText


class ReclassifyIn(Closed):
    """What the matter is after all, and why: at least one of category, petition_class, complexity, simple."""

    category: Code | None = None
    petition_class: PetitionClass | None = None
    complexity: Literal["simple", "ordinary", "complex"] | None = Field(default=None, description="Of a dispute")
    simple: bool = Field(default=False, description="The simple procedure, for appeals and suggestions")
    reason: LongText


class RulingIn(Closed):
    """Whether the return stands, and why. If not, the unit handles the matter and does not return it again."""

    upheld: bool
    reason: LongText


class RouteIn(Closed):
    """Where the matter belongs, and why it is not taken here."""

    route: Route
    reason: LongText


class ExtendIn(Closed):
    """By how many days (of the rule's own unit), and why."""

    days: Annotated[int, Field(ge=1, le=365)]
    reason: LongText


class ConcludeIn(Closed):
    """The result from the list and the reply the resident will get."""

    result: Result
    reply: LongText


class DecideReviewIn(Closed):
    """What the review decides: uphold the opinion, change its result, or order the matter to be handled again."""

    outcome: Outcome
    reply: LongText = Field(description="To the resident: what was found and decided, and on what ground")
    directions: LongText | None = Field(
        default=None, description="To the unit that decided, with a change or an order: what it must carry out"
    )
    result: Result | None = Field(default=None, description="With a change: the result that now holds")


class ServeIn(Closed):
    """How the reply reached the resident: served with proof, waived with the article, or attempted."""

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


class WhichNoticeIn(Closed):
    """Which notice, where several wait."""

    kind: NoticeKind | None = None


class MergeIn(Closed):
    """Into which case, and why."""

    into: uuid.UUID
    reason: LongText


class PlaceIn(Closed):
    """A point with its system, or a cell or area code that a person chose."""

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


def _names_an_act(reason: str) -> str:
    if act_of(reason) is None:
        acts_zh = "、".join(words[0] for words in ACTS.values())
        raise unfit(
            f"请写明为办理何事而查看，例如：{acts_zh}",
            f"say for which act: {', '.join(words[-1] for words in ACTS.values())}",
        )
    return reason


LookReason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=300), Clean, AfterValidator(_names_an_act)
]


class RevealIn(Closed):
    """For which act personal data must be seen in clear (电话联系, 核对身份, 送达 …); kept in the read log."""

    reason: LookReason


class SamePhoneIn(Closed):
    """Which party's phone, and for which act."""

    party: uuid.UUID
    reason: LookReason


class WhomIn(Closed):
    """A unit or a member of staff, who counts as every unit they hold a post in."""

    unit: Code | None = None
    staff: uuid.UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.unit is None) == (self.staff is None):
            raise unfit("unit、staff 须且只能给出一项", "give exactly one of unit, staff")
        return self


class NameConcernedIn(Closed):
    """Whom the matter concerns, and why; nobody where the words mean no unit and nobody of one."""

    whom: list[WhomIn] = Field(max_length=20)
    reason: LongText


class MendConcernedIn(Closed):
    """Who was named wrongly, who is meant instead, and why."""

    instead_of: WhomIn
    whom: list[WhomIn] = Field(min_length=1, max_length=20)
    reason: LongText


class LiftConcernedIn(Closed):
    """Whom the matter does not concern after all, and why."""

    whom: WhomIn
    reason: LongText


class QueryIn(Closed):
    """What the resident holds: the number and the code of the receipt."""

    number: CaseNumber
    code: QueryCode


class CodeIn(Closed):
    """The number of the receipt, and the phone of who brought the matter."""

    number: CaseNumber
    phone: Phone


class UnitOrWordsIn(Closed):
    """A unit, or words that say who is meant."""

    unit: Code | None = None
    text: ShortText | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.unit is None) == (self.text is None):
            raise unfit("unit、text 须且只能给出一项", "give exactly one of unit, text")
        return self


class UnitIn(Closed):
    """A unit."""

    unit: Code


class ConcernsByCodeIn(QueryIn):
    """Whom the matter concerns, which units must not be involved, and who may be after all."""

    concerns: list[UnitOrWordsIn] = Field(default=[], max_length=20)
    not_to: list[UnitIn] = Field(default=[], max_length=20)
    let_in: list[WhomIn] = Field(default=[], max_length=20, description="Of those whom `not_to` named")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.concerns or self.not_to or self.let_in):
            raise unfit("请填写 concerns、not_to 或 let_in", "give concerns, not_to or let_in")
        return self
