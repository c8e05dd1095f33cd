"""Whether an opinion may be reviewed now, by whom, and what to say where it may not (信访工作条例 35 to 37). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.areas.rules import Tier
from app.core.errors import Worded, Words

DESKS = ("discipline_desk", "intake_desk")  # they decide no appeals of others


_STILL_OPEN = Words(
    "您仍可：就新的事实和理由重新反映；请原办理机关当面解释说明（信访工作条例第三十七条）；属于仲裁、诉讼、行政复议范围的依法提出；"
    "申请法律援助或社会救助。中心窗口可以协助。",
    "What stays open: new facts or reasons may be brought; the authority that decided explains it in person (XF 37); what"
    " belongs to arbitration, a court or reconsideration goes there; legal aid and social relief may be applied for. Any"
    " centre's window helps.",
)


class Why(Worded):
    """Why an application is not taken."""

    NOT_AN_APPEAL = (
        "not_an_appeal",
        "复查只适用于申诉求决类信访事项的处理意见。其他事项如不满意，可评价或申请重新办理。",
        "Only the opinion on an appeal is reviewed. Any other case may be rated, or asked to be reopened.",
    )
    OTHER_ROUTE = (
        "other_route",
        "本件未作出处理意见：已告知应走的途径。请按告知的途径提出；对途径有异议的，可向中心窗口说明。",
        "There is no opinion to review: you were told which route is the right one. Take it, or tell a window why not.",
    )
    NOT_DECIDED = (
        "not_decided",
        "本件尚未作出处理意见。作出并送达后，自收到之日起30日内可以申请复查；现在可凭查询码要求上报上级。",
        "No opinion has been given yet. Once you receive it, 30 days are open to apply for a review.",
    )
    NOT_SERVED = (
        "not_served",
        "处理意见尚未送达。自您收到之日起30日内可以申请复查。",
        "The opinion has not been served. From the day you receive it, 30 days are open to apply for a review.",
    )
    UNDER_REVIEW = (
        "under_review",
        "该处理意见的复查（复核）正在办理，不必重复申请。",
        "This opinion is under review already; no second application is needed.",
    )
    TOO_LATE = (
        "too_late",
        f"申请复查（复核）须在收到书面答复之日起30日内提出，期限已过。{_STILL_OPEN.zh}",
        f"A review is applied for within 30 days of receipt of the written reply; that time is over. {_STILL_OPEN.en}",
    )
    ANSWERED = (
        "answered",
        f"该复查（复核）请求已经答复并告知去向。{_STILL_OPEN.zh}",
        f"This application was answered, and you were told where to turn. {_STILL_OPEN.en}",
    )
    EXHAUSTED = (
        "exhausted",
        f"本件已经复核，同一事实和理由不再受理（信访工作条例第三十六条）。{_STILL_OPEN.zh}",
        f"The matter has been re-reviewed; the same facts and reasons are not taken again (XF 36). {_STILL_OPEN.en}",
    )


@dataclass(frozen=True, slots=True)
class Opinion:
    """The last decision on a matter: of the original case, of its review or of its re-review (`stage`).

    `ends` is the last instant to apply, None when the opinion was never received in writing (waived, or an attempt that
    somebody approved): then no time has begun to run.
    """

    stage: str
    petition_class: str | None
    status: str
    served: bool
    ends: datetime | None = None


def refuses(opinion: Opinion, now: datetime) -> Why | None:
    """Why no review of this opinion is open at this instant; None when one is."""
    if opinion.petition_class != "appeal":
        return Why.NOT_AN_APPEAL
    if opinion.status in ("referred", "declined"):
        return Why.OTHER_ROUTE if opinion.stage == "original" else Why.ANSWERED
    reviewing = opinion.stage != "original"
    if opinion.status not in ("concluded", "closed"):
        return Why.UNDER_REVIEW if reviewing else Why.NOT_DECIDED
    if not opinion.served:
        return Why.UNDER_REVIEW if reviewing else Why.NOT_SERVED
    if opinion.stage == "rereview":
        return Why.EXHAUSTED
    if opinion.ends is not None and now > opinion.ends:
        return Why.TOO_LATE
    return None


@dataclass(frozen=True, slots=True)
class Organ:
    """A unit that may have decided, or may review. `above` are the codes of the units it stands under, `free` says that
    the matter does not concern it; `covers` that its area holds that of the unit which `decided`."""

    code: str
    kind: str
    function: str | None
    tier: str
    parent: str | None = None
    free: bool = True
    covers: bool = True
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews; `waits` when no authority of the city stands above the one that decided and a desk only passes it on."""

    unit: str
    waits: bool = False


def reviewer(decided: Organ, organs: Sequence[Organ]) -> Reviewer | None:
    """The authority one tier above the one that decided: its superior, else the department of the same function, else the
    petition office, else the centre there. Where all of that tier are barred, the next tier. Where the city ends, its
    intake desk passes the application on (its petition office, if the desk itself decided). None: nobody at all is left.
    """
    for tier in tuple(Tier)[Tier(decided.tier).height + 1 :]:
        fit = [o for o in organs if o.tier == tier and o.covers and o.free and o.kind not in DESKS]
        if ranked := sorted((rank, o.code) for o in fit if (rank := _rank(decided, o)) is not None):
            return Reviewer(ranked[0][1])
    others = [
        o for o in organs if o.tier == Tier.CITY and o.code != decided.code and (o.free or o.kind == "intake_desk")
    ]
    passes_on = [o.code for kind in ("intake_desk", "petition_office") for o in others if o.kind == kind]
    return Reviewer(passes_on[0], waits=True) if passes_on else None


def _rank(decided: Organ, organ: Organ) -> int | None:
    if organ.code == decided.parent:
        return 0
    if organ.kind == decided.kind and organ.function == decided.function and organ.kind == "department":
        return 1
    return {"petition_office": 2, "centre": 3}.get(organ.kind)
