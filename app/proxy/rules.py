"""What a proxy may do, for whom, and until when. Pure.

XZFY 17 = 行政复议法 17 is the model of the authority: it states matter, powers and period, and is changed or taken back in
writing. D1 and D2 are lines of the policy table: practice elsewhere, with lengths that this city sets.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from app.cases.rules import Standing
from app.core.access import Actor, Permission
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, table


class State(Worded):
    """Where a proxy relation stands. Those of LIVE go on; the others are its end."""

    REQUESTED = "requested", "已申请代办，待安排代办员", "asked for; a proxy is to be offered"
    OFFERED = "offered", "已推荐代办员，待您同意并授权", "a proxy is offered; it is yours to authorise or decline"
    AUTHORISED = "authorised", "已授权，代办员即将办理备案", "authorised; the authority is to be filed"
    REPORTING = "reporting", "代办中", "being carried"  # the authority is filed: errands are run and reported back
    CLOSED = "closed", "代办已完成", "carried to its end"
    DECLINED = "declined", "未采用代办", "not taken up"
    STEPPED_DOWN = "stepped_down", "代办员已辞任，可另行申请", "the proxy stepped down; another may be asked for"
    WITHDRAWN = "withdrawn_by_resident", "您已撤回委托，代办已停止", "you withdrew the authority; the proxy has stopped"
    EXPIRED = "authority_expired", "委托已到期，代办已停止", "the authority has expired; the proxy has stopped"
    CONFLICT = (
        "conflict_of_interest",
        "代办员应当回避，代办已停止，可另行申请",
        "the proxy had to stand back; another may be asked for",
    )


LIVE = frozenset({State.REQUESTED, State.OFFERED, State.AUTHORISED, State.REPORTING})
CARRYING = frozenset({State.AUTHORISED, State.REPORTING})


class Capacity(StrEnum):
    """As what somebody carries it. A lawyer has no login: they are named, and a member of staff acts here beside them."""

    GRID_WORKER = "grid_worker"
    VILLAGE_CADRE = "village_cadre"
    CENTRE_CLERK = "centre_clerk"
    LAWYER = "lawyer"


class Power(Worded):
    """What the resident lets the proxy do. Nothing else follows from it: not to rate, close, withdraw or go up."""

    SUBMIT_MATERIALS = "submit_materials", "提交材料", "hand in material"
    ENQUIRE = "enquire", "查询、催办", "enquire and urge"
    RECEIVE_NOTICES = "receive_notices", "领取文书副本并转告", "receive copies of notices and pass them on"
    ATTEND_SESSIONS = "attend_sessions", "陪同参加听证、调解等", "accompany to hearings and sessions"
    ACCEPT_SERVICE = (
        "accept_service",
        "代收送达（自代办员签收起计算您的期限）",
        "accept service: your own times run from it",
    )


class Evidence(StrEnum):
    """What shows that the resident gave the authority."""

    PAPER = "paper"  # a photo of the signed paper
    RECORDED_CONSENT = "recorded_consent"  # said before a witness, who wrote it down
    QUERY_CODE = "query_code"  # given by whoever holds number and code


class ErrandKind(Worded):
    """One thing done for the resident."""

    FILE = "file", "代为递交材料", "handed in material"
    ASK = "ask", "代为查询", "asked how it stands"
    ACCOMPANY = "accompany", "陪同办理", "went along"
    URGE = "urge", "代为催办", "urged the unit"
    FETCH_REPLY = "fetch_reply", "代取答复", "fetched the reply"
    REPORT_BACK = "report_back", "向您反馈", "reported back to you"


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
    """Who takes a step. The resident does so with number and query code."""

    ARRANGER = "arranger"
    PROXY = "proxy"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """What a decision needs to know of a proxy; `standing` is that of its case, `powers` and `valid_until` those of the last
    authority."""

    state: State
    version: int
    standing: Standing
    staff: uuid.UUID | None = None
    offered_by: str | None = None
    powers: frozenset[Power] = frozenset()
    valid_until: datetime | None = None

    def at(self, now: datetime) -> Self:
        """As it stands now: at `valid_until` an authority is over by itself, whether or not anybody has looked."""
        over = self.state in CARRYING and self.valid_until is not None and self.valid_until <= now
        return replace(self, state=State.EXPIRED) if over else self

    def carried_by(self, actor: Actor) -> bool:
        """Whether the actor is the one who was offered or authorised."""
        return actor.kind == "staff" and str(self.staff) == actor.id

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing but the state stands against a step."""
        return None

    def stands(self, actor: Actor, step: Transition[State]) -> bool:
        """Whether the actor is on the side that takes the step. Neither the proxy nor who offered them writes the authority."""
        carries = self.carried_by(actor)
        involved = self.standing.involves(actor, Permission.PROXY_ARRANGE)
        arranges = involved and not (step.action == "authorise" and (carries or actor.who == self.offered_by))
        return (step.by != By.PROXY and arranges) or (step.by != By.ARRANGER and carries)


def _step(
    action: str, zh: str, en: str, sources: Collection[State], target: State | None, by: By, *required: str
) -> Transition[State]:  # fmt: skip
    permission = Permission.PROXY_ARRANGE if by is By.ARRANGER else Permission.PROXY_CARRY
    return Transition(action, Words(zh, en), frozenset(sources), target, permission, by, required)


_S = State
PROXIES = Workflow(
    "proxy",
    Words("代办", "the proxy"),
    {
        By.ARRANGER: Words(
            "承办、协办、登记本件或主办单位上级的安排人员，代办员除外",
            "staff who arrange proxies and have a part in the case or stand above its lead, other than the proxy",
        ),
        By.PROXY: Words("代办员本人", "the proxy"),
        By.EITHER: Words(
            "代办员本人，或承办、协办、登记本件或主办单位上级的安排人员",
            "the proxy, or staff who arrange proxies and have a part in the case or stand above its lead",
        ),
    },
    table([
        _step("offer", "推荐代办员", "offer a proxy", {_S.REQUESTED}, _S.OFFERED, By.ARRANGER, "staff", "capacity"),
        _step("recall", "收回推荐", "take the offer back", {_S.OFFERED}, _S.REQUESTED, By.ARRANGER),
        _step("decline", "不采用代办", "record that no proxy is taken", {_S.REQUESTED, _S.OFFERED}, _S.DECLINED,
              By.ARRANGER, "reason"),
        _step("authorise", "登记授权", "record the authority", {_S.OFFERED, *CARRYING}, _S.AUTHORISED, By.ARRANGER,
              "matter", "powers", "valid_until", "evidence"),
        _step("revoke", "登记撤回委托", "record that the authority is withdrawn", LIVE, _S.WITHDRAWN, By.EITHER, "words"),
        _step("step_down", "辞任", "step down", CARRYING, _S.STEPPED_DOWN, By.PROXY, "reason"),
        _step("file", "备案", "file the authority", {_S.AUTHORISED}, _S.REPORTING, By.PROXY, "filing_number"),
        _step("plan_errand", "安排代办事项", "plan an errand", CARRYING, None, By.PROXY, "kind", "plan"),
        _step("begin_errand", "开始代办事项", "begin an errand", CARRYING, None, By.PROXY, "errand"),
        _step("finish_errand", "完成代办事项", "finish an errand", CARRYING, None, By.PROXY, "errand", "at", "words"),
        _step("drop_errand", "取消代办事项", "drop an errand", CARRYING, None, By.PROXY, "errand", "reason"),
        _step("pass_on", "转告文书", "pass a notice on", CARRYING, None, By.PROXY, "notice", "method", "at", "words"),
        _step("close", "代办完成", "close it, all being done", {_S.REPORTING}, _S.CLOSED, By.PROXY),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a decision needs to know of an errand."""

    state: ErrandState
    kind: ErrandKind

    @property
    def version(self) -> int:
        """It has none beside that of its proxy."""
        return 0

    def refuses(self, _: str, __: Actor, ___: datetime) -> Refusal | None:
        """Nothing but the state stands against a step."""
        return None

    def stands(self, _: Actor, __: Transition[ErrandState]) -> bool:
        """Who may, the table of the proxy has judged."""
        return True


def _errand(action: str, target: ErrandState, *sources: ErrandState) -> Transition[ErrandState]:
    step = PROXIES[action]
    return Transition(action, step.title, frozenset(sources), target, step.permission, step.by, step.required)


_E = ErrandState
ERRANDS = Workflow(
    "errand",
    Words("代办事项", "the errand"),
    PROXIES.who,
    table([
        _errand("begin_errand", _E.DOING, _E.PLANNED),
        _errand("finish_errand", _E.DONE, _E.PLANNED, _E.DOING),
        _errand("drop_errand", _E.DROPPED, _E.PLANNED, _E.DOING),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might carry it. `barred`: the matter concerns them, or a unit that they stand in or under. `reaches`:
    a post of theirs with the right to carry is for an area which holds that of the case. `worked`: they decided, served
    or closed it."""

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


def consent_refused(evidence: Evidence, mine: Collection[str], arranged_in: Collection[str]) -> Words | None:
    """Why a consent said before a witness is not recorded by somebody of these units; None when it may be. Whoever asked for
    the proxy, or offered them, does not vouch for it, nor does anybody beside them."""
    if evidence is not Evidence.RECORDED_CONSENT or set(mine).isdisjoint(arranged_in):
        return None
    return Words(
        "口头同意须由申请、推荐代办的单位以外的单位记录；也可凭签字的委托书，或由群众本人凭编号和查询码授权。",
        "A consent that was said is recorded by another unit than asked for the proxy or offered them; else by the signed paper,"
        " or by the resident with number and code.",
    )


def beyond(needed: Power | None, powers: Collection[Power]) -> Words | None:
    """Why an act lies beyond the authority; None when it is within."""
    if needed is None or needed in powers:
        return None
    return Words(
        f"超出委托权限：委托书未包含“{needed.words.zh}”（{needed}）。",
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
