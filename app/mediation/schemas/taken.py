"""Mediations as asked for, and every act upon them."""

import uuid
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from app.core.bodies import example
from app.core.texts import LongText, Name, Phone, Reason, ShortText, unfit
from app.mediation.rules import ConfirmationState, Duty, MediationChannel, Origin, Relation

How = Literal["in_person", "phone", "written", "online"]
Method = Literal["phone", "in_person", "online"]
GuestRole = Literal["expert", "relative", "neighbour", "colleague", "organisation", "recorder"]
Manner = Literal["cash", "bank_transfer", "mobile_payment", "in_kind", "in_person", "in_writing", "other"]
Cents = Annotated[int, Field(gt=0, le=10**13, strict=True, description="In cents (分)")]
_ID = "01a206cf-ffd4-701d-98b1-6b2166fde918"
_OTHER = "01a206cf-ffd4-701d-98b1-6b2166fde919"


class RespondentIn(BaseModel):
    """The other side, where the report did not name it."""

    model_config = example(name="示范建筑公司", phone="13900000000")

    name: Name
    phone: Phone | None = None
    address: ShortText | None = None


class MediateIn(BaseModel):
    """An application by a party, or the committee's proposal."""

    model_config = example(channel="people", origin="application", text="申请调解工资纠纷。")

    channel: MediationChannel
    origin: Origin
    text: LongText = Field(description="What is asked for, or why it is proposed")
    respondents: list[RespondentIn] = Field(default_factory=list, max_length=20)


class SaidIn(BaseModel):
    """What a party says, and how."""

    model_config = example(party=_ID, how="in_person")

    party: uuid.UUID
    how: How
    evidence: uuid.UUID | None = Field(default=None, description="An attachment of the case")


class RefusalIn(SaidIn):
    """A party's clear refusal."""

    model_config = example(party=_ID, how="phone", reason="不愿调解，将申请仲裁。")

    reason: Reason


class AssignIn(BaseModel):
    """Who mediates: chosen by the parties, or appointed."""

    model_config = example(staff=_ID, how="chosen")

    staff: uuid.UUID
    how: Literal["chosen", "appointed"]


class DeclareIn(BaseModel):
    """Whether something ties the mediator to a party, and what."""

    model_config = example(related=False)

    related: bool
    relation: Relation | None = None
    words: ShortText | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.related != (self.relation is not None):
            raise unfit("有利害关系的须注明是何关系，没有的不填", "name the relation where there is one, else none")
        return self


class RelieveIn(BaseModel):
    """Who mediates no more; with a `relation` never again in this case."""

    model_config = example(staff=_ID, reason="当事人申请回避", relation="acquaintance")

    staff: uuid.UUID
    reason: Reason
    relation: Relation | None = None


class WhyIn(BaseModel):
    """Why."""

    model_config = example(reason="双方分歧较大，难以达成一致。")

    reason: Reason


class LongerIn(BaseModel):
    """By how many of the rule's units (months, in people's mediation), and who of the parties agrees."""

    model_config = example(length=1, reason="需核对考勤记录。", agreed=[{"party": _ID, "how": "in_person"}])

    length: int = Field(ge=1, le=12)
    agreed: list[SaidIn] = Field(max_length=50)
    reason: Reason


class GuestIn(BaseModel):
    """Somebody invited: staff, or a name."""

    model_config = example(role="expert", name="王律师")

    role: GuestRole
    staff: uuid.UUID | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.staff is None) == (self.name is None):
            raise unfit("填工作人员或姓名，二者之一", "a member of staff or a name, one of both")
        return self


class SessionIn(BaseModel):
    """When and where both sides, or one `party` alone, are heard, and who is invited with the parties' consent."""

    model_config = example(
        since="2026-12-01T09:00:00+08:00", until="2026-12-01T11:00:00+08:00", room=_ID,
        invited=[{"role": "expert", "name": "王律师"}], agreed_by=[_ID, _OTHER],
    )  # fmt: skip

    since: AwareDatetime
    until: AwareDatetime
    room: uuid.UUID | None = Field(default=None, description="A room of a centre; it is booked")
    place: ShortText | None = Field(default=None, description="Where else, instead of a room")
    party: uuid.UUID | None = Field(default=None, description="A separate talk with this party")
    invited: list[GuestIn] = Field(default_factory=list, max_length=20)
    agreed_by: list[uuid.UUID] = Field(
        default_factory=list, max_length=50, description="The parties that let them be invited; all, but for a recorder"
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.room is None) == (self.place is None):
            raise unfit("填房间或其他地点，二者之一", "a room or another place, one of both")
        return self


class ThisSessionIn(BaseModel):
    """Which talk."""

    model_config = example(session=_ID)

    session: uuid.UUID


class MinutesIn(ThisSessionIn):
    """What was said."""

    model_config = example(session=_ID, minutes="双方确认欠薪一万二千元，公司提出分期支付。")

    minutes: LongText


class CancelIn(ThisSessionIn):
    """Why it will not take place."""

    model_config = example(session=_ID, reason="当事人请求改期")

    reason: Reason


class ObligationIn(BaseModel):
    """Who owes whom what, by when, how."""

    model_config = example(
        debtor=_ID, creditor=_OTHER, duty="pay", amount_cents=400000, due="2026-12-31", manner="bank_transfer"
    )

    debtor: uuid.UUID
    creditor: uuid.UUID
    duty: Duty
    amount_cents: Cents | None = None
    act: ShortText | None = None
    due: date
    manner: Manner

    @model_validator(mode="after")
    def _fits_its_duty(self) -> Self:
        if (self.duty is Duty.PAY) != (self.amount_cents is not None):
            raise unfit("给付义务须填金额（分），行为义务不填", "a payment has its amount in cents, an act has none")
        if (self.duty is Duty.ACT) != (self.act is not None):
            raise unfit("行为义务须写明行为，给付义务不填", "an act is described, a payment is not")
        if self.debtor == self.creditor:
            raise unfit("义务人和权利人不能相同", "nobody owes themself")
        return self


class AgreementIn(BaseModel):
    """The main facts and issues, the terms, and each obligation."""

    model_config = example(
        facts="公司欠付2026年8月至10月工资共12000元。", terms="分三期付清。",
        obligations=[
            {"debtor": _ID, "creditor": _OTHER, "duty": "pay", "amount_cents": 400000, "due": "2026-12-31",
             "manner": "bank_transfer"}
        ],
    )  # fmt: skip

    facts: LongText
    terms: LongText
    obligations: list[ObligationIn] = Field(min_length=1, max_length=100)


class SignIn(BaseModel):
    """Whose signature, with the file that shows it. A mediator signs for themself."""

    model_config = example(signer="party", party=_ID, evidence=_OTHER)

    signer: Literal["party", "mediator", "seal"]
    party: uuid.UUID | None = None
    evidence: uuid.UUID = Field(description="An attachment of the case, of purpose `signature`")

    @model_validator(mode="after")
    def _party_named(self) -> Self:
        if (self.signer == "party") != (self.party is not None):
            raise unfit("当事人签名须注明是哪一方，其他不填", "a party's signature names the party, others do not")
        return self


class PerformIn(BaseModel):
    """What was paid or done, and when."""

    model_config = example(obligation=_ID, amount_cents=150000, on="2026-12-30")

    obligation: uuid.UUID
    on: date
    amount_cents: Cents | None = Field(default=None, description="Of a payment; left out for an act")
    receipt: uuid.UUID | None = Field(default=None, description="An attachment of the case")


class FollowUpIn(BaseModel):
    """Whether somebody was reached, and what they said."""

    model_config = example(obligation=_ID, method="phone", reached=True, words="已收到第一期款项。")

    obligation: uuid.UUID
    method: Method
    reached: bool
    words: LongText


class ConfirmIn(BaseModel):
    """Which court both sides applied to, and when."""

    model_config = example(court="新城区人民法院", on="2026-12-10", parties=[_ID, _OTHER])

    court: ShortText
    on: date
    parties: list[uuid.UUID] = Field(max_length=50)
    evidence: uuid.UUID | None = None


class CourtRulingIn(BaseModel):
    """What the court decided, or that the parties withdrew."""

    model_config = example(state="confirmed", on="2026-12-20")

    state: Literal[ConfirmationState.CONFIRMED, ConfirmationState.REFUSED, ConfirmationState.WITHDRAWN]
    on: date | None = None
    ruling: uuid.UUID | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.state is not ConfirmationState.WITHDRAWN) != (self.on is not None):
            raise unfit("法院的决定须填日期，撤回的不填", "a decision has its date, a withdrawal has none")
        return self
