"""What a proxy may do, for whom, and until when. Pure.

XZFY 17 = 行政复议法 17 is the model of the authority: it states matter, powers and period, and is changed or taken back in
writing. D1 and D2 are lines of the policy table: practice elsewhere, with lengths that this city sets.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import Words


class State(StrEnum):
    """Where a proxy relation stands. Those of LIVE go on; the others are its end."""

    REQUESTED = "requested"
    OFFERED = "offered"
    AUTHORISED = "authorised"
    REPORTING = "reporting"  # the authority is filed: errands are run and reported back
    CLOSED = "closed"
    DECLINED = "declined"
    STEPPED_DOWN = "stepped_down"
    WITHDRAWN = "withdrawn_by_resident"
    EXPIRED = "authority_expired"
    CONFLICT = "conflict_of_interest"


LIVE = frozenset({State.REQUESTED, State.OFFERED, State.AUTHORISED, State.REPORTING})
CARRYING = frozenset({State.AUTHORISED, State.REPORTING})


class Capacity(StrEnum):
    """As what somebody carries it. A lawyer has no login: they are named, and a member of staff acts here beside them."""

    GRID_WORKER = "grid_worker"
    VILLAGE_CADRE = "village_cadre"
    CENTRE_CLERK = "centre_clerk"
    LAWYER = "lawyer"


class Power(StrEnum):
    """What the resident lets the proxy do. Nothing else follows from it: not to rate, close, withdraw or go up."""

    SUBMIT_MATERIALS = "submit_materials"
    ENQUIRE = "enquire"
    RECEIVE_NOTICES = "receive_notices"
    ATTEND_SESSIONS = "attend_sessions"
    ACCEPT_SERVICE = "accept_service"


class Evidence(StrEnum):
    """What shows that the resident gave the authority."""

    PAPER = "paper"  # a photo of the signed paper
    RECORDED_CONSENT = "recorded_consent"  # said before a witness, who wrote it down
    QUERY_CODE = "query_code"  # given by whoever holds number and code


class ErrandKind(StrEnum):
    """One thing done for the resident."""

    FILE = "file"
    ASK = "ask"
    ACCOMPANY = "accompany"
    URGE = "urge"
    FETCH_REPLY = "fetch_reply"
    REPORT_BACK = "report_back"


class ErrandState(StrEnum):
    """Planned, begun, done with its proof, or dropped with a reason."""

    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


class Told(StrEnum):
    """How a resident was told of a notice."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    MESSAGE = "message"
    LETTER = "letter"


STATE_WORDS: dict[State, Words] = {
    State.REQUESTED: Words("已申请代办，待安排代办员", "asked for; a proxy is to be offered"),
    State.OFFERED: Words("已推荐代办员，待您同意并授权", "a proxy is offered; it is yours to authorise or decline"),
    State.AUTHORISED: Words("已授权，代办员即将办理备案", "authorised; the authority is to be filed"),
    State.REPORTING: Words("代办中", "being carried"),
    State.CLOSED: Words("代办已完成", "carried to its end"),
    State.DECLINED: Words("未采用代办", "not taken up"),
    State.STEPPED_DOWN: Words("代办员已辞任，可另行申请", "the proxy stepped down; another may be asked for"),
    State.WITHDRAWN: Words("您已撤回委托，代办已停止", "you withdrew the authority; the proxy has stopped"),
    State.EXPIRED: Words("委托已到期，代办已停止", "the authority has expired; the proxy has stopped"),
    State.CONFLICT: Words(
        "代办员应当回避，代办已停止，可另行申请", "the proxy had to stand back; another may be asked for"
    ),
}
POWER_WORDS: dict[Power, Words] = {
    Power.SUBMIT_MATERIALS: Words("提交材料", "hand in material"),
    Power.ENQUIRE: Words("查询、催办", "enquire and urge"),
    Power.RECEIVE_NOTICES: Words("领取文书副本并转告", "receive copies of notices and pass them on"),
    Power.ATTEND_SESSIONS: Words("陪同参加听证、调解等", "accompany to hearings and sessions"),
    Power.ACCEPT_SERVICE: Words("代收送达（自代办员签收起计算您的期限）", "accept service: your own times run from it"),
}
ERRAND_WORDS: dict[ErrandKind, Words] = {
    ErrandKind.FILE: Words("代为递交材料", "handed in material"),
    ErrandKind.ASK: Words("代为查询", "asked how it stands"),
    ErrandKind.ACCOMPANY: Words("陪同办理", "went along"),
    ErrandKind.URGE: Words("代为催办", "urged the unit"),
    ErrandKind.FETCH_REPLY: Words("代取答复", "fetched the reply"),
    ErrandKind.REPORT_BACK: Words("向您反馈", "reported back to you"),
}
# Reporting back is owed under every authority, and so needs no power.
NEEDS: dict[ErrandKind, Power | None] = {
    ErrandKind.FILE: Power.SUBMIT_MATERIALS,
    ErrandKind.ASK: Power.ENQUIRE,
    ErrandKind.URGE: Power.ENQUIRE,
    ErrandKind.ACCOMPANY: Power.ATTEND_SESSIONS,
    ErrandKind.FETCH_REPLY: Power.RECEIVE_NOTICES,
    ErrandKind.REPORT_BACK: None,
}


class By(StrEnum):
    """Who takes a step: staff who arrange, the proxy, or either. The resident has doors of their own."""

    ARRANGER = "arranger"
    PROXY = "proxy"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Move:
    """One step: from where, to where (None: it stays), and by whom."""

    sources: frozenset[State]
    target: State | None
    by: By


_OFFERED = frozenset({State.OFFERED})
MOVES: dict[str, Move] = {
    "offer": Move(frozenset({State.REQUESTED}), State.OFFERED, By.ARRANGER),
    "recall": Move(_OFFERED, State.REQUESTED, By.ARRANGER),
    "decline": Move(frozenset({State.REQUESTED, State.OFFERED}), State.DECLINED, By.ARRANGER),
    "authorise": Move(_OFFERED | CARRYING, State.AUTHORISED, By.ARRANGER),
    "revoke": Move(LIVE, State.WITHDRAWN, By.EITHER),
    "step_down": Move(CARRYING, State.STEPPED_DOWN, By.PROXY),
    "file": Move(frozenset({State.AUTHORISED}), State.REPORTING, By.PROXY),
    "plan_errand": Move(CARRYING, None, By.PROXY),
    "begin_errand": Move(CARRYING, None, By.PROXY),
    "finish_errand": Move(CARRYING, None, By.PROXY),
    "drop_errand": Move(CARRYING, None, By.PROXY),
    "pass_on": Move(CARRYING, None, By.PROXY),
    "close": Move(frozenset({State.REPORTING}), State.CLOSED, By.PROXY),
}
ERRAND_MOVES: dict[str, tuple[frozenset[ErrandState], ErrandState]] = {
    "begin_errand": (frozenset({ErrandState.PLANNED}), ErrandState.DOING),
    "finish_errand": (frozenset({ErrandState.PLANNED, ErrandState.DOING}), ErrandState.DONE),
    "drop_errand": (frozenset({ErrandState.PLANNED, ErrandState.DOING}), ErrandState.DROPPED),
}


@dataclass(frozen=True, slots=True)
class Authority:
    """What stands in the paper. It is good from `recorded_at` until `until` or until it is taken back, whatever is first."""

    powers: frozenset[Power]
    recorded_at: datetime
    until: datetime
    ended_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it is good now. At `until` it is over by itself, whether or not anybody has looked."""
        return self.recorded_at <= now < self.until and (self.ended_at is None or now < self.ended_at)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might carry it. `barred`: the matter concerns them, or a unit that they stand in or under. `reaches`:
    a post of theirs that carries is for an area which holds that of the case."""

    active: bool
    barred: bool
    reaches: bool
    worked: bool


def not_fit(found: Candidate | None) -> Words | None:
    """Why somebody may not be the proxy in a case; None when they may. Asked at the offer, the authority and every act."""
    if found is None or not found.active:
        return Words("没有这名在岗工作人员。", "There is no such member of staff at work.")
    if found.barred:
        return Words(
            "被反映单位（人）及其下属人员不得代办本件。",
            "Whom the matter concerns, and everybody under them, is never its proxy.",
        )
    if found.worked:
        return Words("承办过本件的人员不得再作代办员。", "Who decided, served or closed the case is not its proxy.")
    if not found.reaches:
        return Words(
            "代办员须为本辖区（村、社区、街道或上级中心）的代办人员。",
            "A proxy is of the area: their post must cover the place of the case.",
        )
    return None


def asked_refused(*, accusation: bool, live: bool) -> Words | None:
    """Why no proxy may be asked for; None when one may."""
    if accusation:
        return Words(
            "检举控告件不适用代办，由受理窗口直接与本人联系。",
            "An accusation is never carried by a proxy: its desk speaks with its petitioner alone.",
        )
    if not live:
        return Words("该件已结束，不再安排代办。", "The case has ended: there is nothing left to carry.")
    return None


def period_refused(
    starts: datetime, until: datetime, now: datetime, *, longest_days: int
) -> tuple[str, Words] | None:  # fmt: skip
    """What is wrong with the period of an authority: the field and why. It begins by now; a later one is recorded then."""
    if starts > now:
        return "valid_from", Words(
            "委托自登记时起生效：起始时间不得晚于现在，到期前可再登记。",
            "An authority holds once it is recorded: it begins by now; record a later one when it begins.",
        )
    if not now < until <= now + timedelta(days=longest_days):
        return "valid_until", Words(
            f"委托期限须在现在之后、{longest_days} 天之内。",
            f"The period ends after now and within {longest_days} days.",
        )
    return None


def move_refused(action: str, state: State) -> Words | None:
    """Why a relation in `state` does not take `action`; None when it does."""
    sources = MOVES[action].sources
    if state in sources:
        return None
    allowed = sorted(s.value for s in sources)
    return Words(
        f"当前为 {state}；只能在 {'、'.join(allowed)} 时进行。",
        f"It is {state}; possible from {', '.join(allowed)}.",
    )  # fmt: skip


def errand_refused(action: str, state: ErrandState) -> Words | None:
    """The same of one errand."""
    if state in ERRAND_MOVES[action][0]:
        return None
    return Words(f"该事项当前为 {state}。", f"This errand is {state}.")


def beyond(needed: Power | None, powers: Collection[Power]) -> Words | None:
    """Why an act lies beyond the authority; None when it is within."""
    if needed is None or needed in powers:
        return None
    return Words(
        f"超出委托权限：委托书未包含“{POWER_WORDS[needed].zh}”（{needed}）。",
        f"Beyond the authority: it does not hold the power {needed}.",
    )


def close_refused(*, open_errands: int, open_notices: int, reported: bool) -> Words | None:
    """Why it is not carried to its end yet; None when it is."""
    if open_errands:
        return Words("尚有未完成的代办事项。", "An errand is not finished yet.")
    if open_notices:
        return Words("尚有文书未转告本人。", "A notice has not been passed on to the resident yet.")
    if not reported:
        return Words("须先向本人反馈一次。", "Report back to the resident first.")
    return None


def reports_owed(last: datetime, now: datetime, every_days: int) -> int:
    """How many times in a row the resident should have been reported to since `last`; 0 when nothing is owed."""
    return max(0, (now - last) // timedelta(days=every_days))
