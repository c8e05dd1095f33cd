"""The words of a case: kinds, states, results, routes. Pure."""

from enum import StrEnum

from app.core.errors import Worded


class Kind(StrEnum):
    """What is brought in."""

    PETITION = "petition"
    DISPUTE = "dispute"
    REQUEST = "request"
    EVENT = "event"


OPEN_KINDS = (Kind.REQUEST, Kind.EVENT)  # open to their area; petitions and disputes only through a part in the case


class PetitionClass(StrEnum):
    """信访工作条例 29 to 31."""

    SUGGESTION = "suggestion"
    ACCUSATION = "accusation"
    APPEAL = "appeal"


class Channel(StrEnum):
    """How it came in."""

    WINDOW = "window"
    GRID_WORKER = "grid_worker"
    HOTLINE = "hotline"
    LETTER = "letter"
    APP = "app"
    PARTNER = "partner"
    IMPORT = "import"


class LocatedBy(StrEnum):
    """How the place is known: measured, chosen by a person, or only as words (then the queue)."""

    POINT = "point"
    PERSON = "person"
    ADDRESS = "address"


class PartyRole(StrEnum):
    """What a person is to the case."""

    PETITIONER = "petitioner"
    REPRESENTATIVE = "representative"
    AGENT = "agent"
    RESPONDENT = "respondent"
    AFFECTED = "affected"


MAX_REPRESENTATIVES = 5  # 信访工作条例 20 ¶3


class Status(Worded):
    """The spine, and the ends beside it."""

    REGISTERED = "registered", "已登记，等待受理", "registered, waiting to be accepted"
    ACCEPTED = "accepted", "已受理", "accepted"
    HANDLING = "handling", "正在办理", "being handled"
    CONCLUDED = "concluded", "已有办理结果，正在答复", "decided, the reply is on its way"
    CLOSED = "closed", "已办结", "closed"
    DECLINED = "declined", "不予受理，已告知正确途径", "not accepted; you were told where to turn"
    REFERRED = "referred", "已导入法定途径", "referred to a legal route"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    MERGED = "merged", "已并入同一事项办理", "joined to another case on the same matter"


LIVE = frozenset({Status.REGISTERED, Status.ACCEPTED, Status.HANDLING, Status.CONCLUDED})


class Result(StrEnum):
    """How a matter ended (信访工作条例 32: supported, explained, not supported; and the everyday ends)."""

    RESOLVED = "resolved"
    PARTLY_RESOLVED = "partly_resolved"
    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    EXPLAINED = "explained"
    ADOPTED = "adopted"
    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"
    UNFOUNDED = "unfounded"
    UPHELD = "upheld"
    CHANGED = "changed"
    REDO_ORDERED = "redo_ordered"


class Relation(StrEnum):
    """What a later case is to an earlier one. All of a matter's cases are counted once (domain: families)."""

    REVIEW = "review"  # 复查, 信访工作条例 35
    REREVIEW = "rereview"  # 复核, 36
    REPEAT = "repeat"  # the same matter brought to a higher authority while it is being handled, 19 ¶3
    JOINT = "joint"
    PARENT = "parent"


REVIEWS = frozenset({Relation.REVIEW, Relation.REREVIEW})  # the codes of their procedures too


class Outcome(StrEnum):
    """What a review decides of the opinion before it."""

    UPHOLD = "uphold"
    CHANGE = "change"
    ORDER_REDO = "order_redo"


RESULT_OF = {Outcome.UPHOLD: Result.UPHELD, Outcome.CHANGE: Result.CHANGED, Outcome.ORDER_REDO: Result.REDO_ORDERED}
REVIEW_RESULTS = frozenset(RESULT_OF.values())


class Satisfaction(StrEnum):
    """How the resident rates the handling."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    UNSATISFIED = "unsatisfied"


class Solved(StrEnum):
    """Whether the matter is settled, in the resident's eyes."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


NO_TIER_ABOVE = "no_tier_above"  # the queue of reviews for which the city has no authority above the one that decided


class Route(StrEnum):
    """Where a matter belongs when it does not belong here (信访工作条例 31 (1) to (5))."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    PROCURATORATE = "procuratorate"
    POLICE = "police"
    PARTY_APPEAL = "party_appeal"
    OTHER_ORGAN = "other_organ"


class Purpose(Worded):
    """What an attachment is for. The rooms above point at attachments of their purpose."""

    EVIDENCE = "evidence", "证据材料", "evidence"
    SIGNATURE = "signature", "签字页", "signature"
    AUTHORITY = "authority", "授权委托书", "written authority"
    PROOF = "proof", "办理凭证", "proof of an errand"
    MINUTES = "minutes", "笔录、会议记录", "minutes"
    RESULT = "result", "办理结果", "written result"
    RECEIPT = "receipt", "收据、履行凭证", "receipt"
    WISH = "wish", "群众签字的意愿凭据", "signed wish of the resident"
    OTHER = "other", "其他材料", "other"
