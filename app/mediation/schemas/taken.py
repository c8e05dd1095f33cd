"""Mediations as asked for, and every act upon them."""

import uuid
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from app.core.bodies import Closed
from app.core.texts import LongText, Name, Phone, Reason, ShortText, unfit
from app.mediation.rules import ConfirmationState, Duty, MediationChannel, Origin, Relation

How = Literal["in_person", "phone", "written", "online"]
Method = Literal["phone", "in_person", "online"]
GuestRole = Literal["expert", "relative", "neighbour", "colleague", "organisation", "recorder"]
Manner = Literal["cash", "bank_transfer", "mobile_payment", "in_kind", "in_person", "in_writing", "other"]
Cents = Annotated[int, Field(gt=0, le=10**13, strict=True, description="In cents (分)")]


class RespondentIn(Closed):
    """The other side, where the report did not name it."""

    name: Name
    phone: Phone | None = None
    address: ShortText | None = None


class MediateIn(Closed):
    """An application by a party, or the committee's proposal."""

    channel: MediationChannel
    origin: Origin
    text: LongText = Field(description="What is asked for, or why it is proposed")
    respondents: list[RespondentIn] = Field(default_factory=list, max_length=20)


class SaidIn(Closed):
    """What a party says, and how."""

    party: uuid.UUID
    how: How
    evidence: uuid.UUID | None = Field(default=None, description="An attachment of the case")


class RefusalIn(SaidIn):
    """A party's clear refusal."""

    reason: Reason


class AssignIn(Closed):
    """Who mediates: chosen by the parties, or appointed."""

    staff: uuid.UUID
    how: Literal["chosen", "appointed"]


class DeclareIn(Closed):
    """Whether something ties the mediator to a party, and what."""

    related: bool
    relation: Relation | None = None
    words: ShortText | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.related != (self.relation is not None):
            raise unfit("有利害关系的须注明是何关系，没有的不填", "name the relation where there is one, else none")
        return self


class RelieveIn(Closed):
    """Who mediates no more; with a `relation` never again in this case."""

    staff: uuid.UUID
    reason: Reason
    relation: Relation | None = None


class WhyIn(Closed):
    """Why."""

    reason: Reason


class LongerIn(Closed):
    """By how many of the rule's units (months, in people's mediation), and who of the parties agrees."""

    length: int = Field(ge=1, le=12)
    agreed: list[SaidIn] = Field(max_length=50)
    reason: Reason


class GuestIn(Closed):
    """Somebody invited: staff, or a name."""

    role: GuestRole
    staff: uuid.UUID | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.staff is None) == (self.name is None):
            raise unfit("填工作人员或姓名，二者之一", "a member of staff or a name, one of both")
        return self


class SessionIn(Closed):
    """When and where both sides, or one `party` alone, are heard, and who is invited with the parties' consent."""

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


class ThisSessionIn(Closed):
    """Which talk."""

    session: uuid.UUID


class MinutesIn(ThisSessionIn):
    """What was said."""

    minutes: LongText


class CancelIn(ThisSessionIn):
    """Why it will not take place."""

    reason: Reason


class ObligationIn(Closed):
    """Who owes whom what, by when, how."""

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


class AgreementIn(Closed):
    """The main facts and issues, the terms, and each obligation."""

    facts: LongText
    terms: LongText
    obligations: list[ObligationIn] = Field(min_length=1, max_length=100)


class SignIn(Closed):
    """Whose signature, with the file that shows it. A mediator signs for themself."""

    signer: Literal["party", "mediator", "seal"]
    party: uuid.UUID | None = None
    evidence: uuid.UUID = Field(description="An attachment of the case, of purpose `signature`")

    @model_validator(mode="after")
    def _party_named(self) -> Self:
        if (self.signer == "party") != (self.party is not None):
            raise unfit("当事人签名须注明是哪一方，其他不填", "a party's signature names the party, others do not")
        return self


class PerformIn(Closed):
    """What was paid or done, and when."""

    obligation: uuid.UUID
    on: date
    amount_cents: Cents | None = Field(default=None, description="Of a payment; left out for an act")
    receipt: uuid.UUID | None = Field(default=None, description="An attachment of the case")


class FollowUpIn(Closed):
    """Whether somebody was reached, and what they said."""

    obligation: uuid.UUID
    method: Method
    reached: bool
    words: LongText


class ConfirmIn(Closed):
    """Which court both sides applied to, and when."""

    court: ShortText
    on: date
    parties: list[uuid.UUID] = Field(max_length=50)
    evidence: uuid.UUID | None = None


class CourtRulingIn(Closed):
    """What the court decided, or that the parties withdrew."""

    state: Literal[ConfirmationState.CONFIRMED, ConfirmationState.REFUSED, ConfirmationState.WITHDRAWN]
    on: date | None = None
    ruling: uuid.UUID | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.state is not ConfirmationState.WITHDRAWN) != (self.on is not None):
            raise unfit("法院的决定须填日期，撤回的不填", "a decision has its date, a withdrawal has none")
        return self
