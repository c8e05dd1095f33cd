"""Requests about one's own data: who may ask, who decides, on which grounds one is refused. Pure.

Articles are of the 个人信息保护法 (PIPL).
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from app.cases.rules import LIVE, Kind, PartyRole, PetitionClass, Standing, Status
from app.cases.rules.correcting import SPEAKERS
from app.core.access import Actor, Permission
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table


class Asked(Worded):
    """What is asked for."""

    COPY = "copy", "查阅、复制", "a copy"
    CORRECT = "correct", "更正、补充", "correction"
    ERASE = "erase", "删除", "erasure"
    EXPLAIN = "explain", "解释说明", "explanation"


ARTICLES: dict[Asked, str] = {
    Asked.COPY: "个人信息保护法第四十五条", Asked.CORRECT: "个人信息保护法第四十六条",
    Asked.ERASE: "个人信息保护法第四十七条", Asked.EXPLAIN: "个人信息保护法第四十八条",
}  # fmt: skip


class RequestState(Worded):
    """Where a request stands."""

    OPEN = "open", "正在审查", "being looked into"
    GRANTED = "granted", "准予", "granted"
    REFUSED = "refused", "不予准许", "refused"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"


class Ground(Worded):
    """The legal basis of a refusal."""

    CASE_RUNS = (
        "case_runs",
        "事项仍在办理，处理目的尚未实现（个人信息保护法第四十七条第一款）",
        "the matter is not settled: PIPL 47 ¶1",
    )
    RETENTION = (
        "retention", "规定的保管期限未届满，仅作存储并采取安全保护措施（个人信息保护法第四十七条第二款）",
        "the period of keeping runs; it is stored and protected, nothing else: PIPL 47 ¶2",
    )  # fmt: skip
    HOLD = (
        "hold", "案卷依法保全，仅作存储并采取安全保护措施（个人信息保护法第四十七条第二款）",
        "the file is under legal hold; it is stored and protected, nothing else: PIPL 47 ¶2",
    )  # fmt: skip
    ACCURATE = (
        "accurate",
        "经核实，原信息准确、完整（个人信息保护法第四十六条第二款）",
        "found to be right and complete: PIPL 46 ¶2",
    )
    SECRECY = (
        "secrecy", "依法应当保密，或者提供将妨碍履行法定职责（个人信息保护法第十八条、第三十五条、第四十五条）",
        "secret by law, or it would hinder a statutory duty: PIPL 18, 35, 45",
    )  # fmt: skip
    NOT_THE_PERSON = (
        "not_the_person",
        "未能核实请求人的身份或者资格（个人信息保护法第四十九条、第五十条）",
        "who asks was not shown to be the person: PIPL 49, 50",
    )


STORED_ONLY = frozenset({Ground.RETENTION, Ground.HOLD})  # after these nothing but storing and protecting is done
_ERASING = frozenset({Ground.CASE_RUNS, *STORED_ONLY})
FITS: dict[Asked, frozenset[Ground]] = {
    Asked.COPY: frozenset({Ground.SECRECY, Ground.NOT_THE_PERSON}),
    Asked.CORRECT: frozenset({Ground.ACCURATE, Ground.NOT_THE_PERSON}),
    Asked.ERASE: _ERASING | {Ground.NOT_THE_PERSON},
    Asked.EXPLAIN: frozenset({Ground.SECRECY, Ground.NOT_THE_PERSON}),
}
TURN_TO = Words(
    "对本答复不服的，可以向履行个人信息保护职责的部门（网信部门）投诉、举报（个人信息保护法第六十五条），"
    "或者依法向人民法院提起诉讼（第五十条第二款）。",
    "Against this answer: complain to the authority that protects personal data (PIPL 65), or bring it before the people's"
    " court (PIPL 50 ¶2).",
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the erasure of a case's data is judged by; `kept_until` is that of its archive, None for ever."""

    status: Status
    held: bool
    archived: bool
    kept_until: date | None
    day: date

    @property
    def against(self) -> frozenset[Ground]:
        """What stands against erasing."""
        found = {Ground.HOLD} if self.held else set()
        if self.status in LIVE:
            found.add(Ground.CASE_RUNS)
        elif not self.archived or self.kept_until is None or self.kept_until >= self.day:
            found.add(Ground.RETENTION)
        return frozenset(found)


def not_asked(kind: Kind, petition_class: PetitionClass | None, role: str) -> Words | None:
    """Why nobody of this role may ask on this case. That somebody was complained of is not told them (信访工作条例 30 ¶3): only
    the other side of a dispute knows of it."""
    if role in SPEAKERS or (role == PartyRole.AFFECTED and petition_class is not PetitionClass.ACCUSATION):
        return None
    if role in (PartyRole.RESPONDENT, PartyRole.AGENT) and kind is Kind.DISPUTE:
        return None
    return Words("本件没有可提出请求的这名当事人。", "Nobody of that name may ask on this case.")


def whose(role: str, relative: str | None) -> str:
    """`speaker` for a request of who brought the matter, which they are told of; `other` for everybody else's."""
    return "speaker" if role in SPEAKERS and relative is None else "other"


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A request as decisions need it. `online`: it was asked with the query code; `decider`: the unit that decides; `corrected`:
    something was corrected since it was asked; `fetched`: the copy was given; `worked_by`: who handled or registered the
    case."""

    id: uuid.UUID
    case_id: uuid.UUID
    asked: Asked
    state: RequestState
    online: bool
    role: str
    relative: str | None
    taken_by: str
    decider: str
    fetch_until: datetime | None
    fetched: bool
    served: bool
    corrected: bool
    keeping: Keeping
    standing: Standing
    worked_by: frozenset[str]
    version: int

    @property
    def whose(self) -> str:
        """As events say whether it is told to who brought the matter."""
        return whose(self.role, self.relative)

    def refuses(self, action: str, _: Actor, now: datetime) -> Refusal | None:
        """What the thing asked for, the case or the time has against a step."""
        if action == "grant" and self.asked is Asked.ERASE and self.keeping.against:
            why = "；".join(ground.words.zh for ground in sorted(self.keeping.against))
            en = "; ".join(ground.words.en for ground in sorted(self.keeping.against))
            return not_now(f"现在不能删除：{why}。", f"It cannot be erased now: {en}.")
        if action == "hand_over":
            return self._not_handed_over(now)
        if action == "serve" and self.served:
            return not_now("答复已送达。", "The answer was served already.")
        return None

    def _not_handed_over(self, now: datetime) -> Refusal | None:
        if self.asked is not Asked.COPY:
            return not_now("本请求不是查阅、复制。", "No copy was asked for.")
        if self.fetched:
            return not_now(
                "副本只提供一次，已经提供；需要的请重新提出请求。", "The copy is given once, and was: ask anew."
            )
        if self.fetch_until is None or now > self.fetch_until:
            return not_now("领取期限已过，请重新提出请求。", "The time to fetch the copy is over: ask anew.")
        return None

    def stands(self, actor: Actor, step: Transition[RequestState]) -> bool:
        """Who decides neither handled the case nor took the request; at a window serves who has to do with the case."""
        if step.by == "decider":
            near = self.decider in actor.works_for(step.permission) or self.standing.is_above(actor, step.permission)
            return near and actor.id not in self.worked_by and actor.who != self.taken_by
        return step.by == "window" and self.standing.involves(actor, step.permission)


_P, _OPEN, DECIDED = (
    Permission,
    frozenset({RequestState.OPEN}),
    frozenset({RequestState.GRANTED, RequestState.REFUSED}),
)
WORKFLOW: Workflow[RequestState] = Workflow(
    "data_request",
    Words("该请求", "the request"),
    {
        "decider": Words("审查单位或主办单位的上级中未办理、登记本件也未接收本请求的人",
                         "of the unit that decides, or above the lead: who neither handled the case nor took it or the request"),
        "window": Words("承办、协办、登记本件的单位和人员或主办单位的上级",
                        "whoever has a part in the case, or stands above its lead"),
        "resident": Words("请求人凭编号和查询码", "who asked, with number and query code"),
    },
    table((
        Transition("grant", Words("准予个人信息请求", "grant a request about personal data"), _OPEN, RequestState.GRANTED,
                   _P.PRIVACY_DECIDE, "decider", ("reply",), basis="PIPL 45-49"),
        Transition("refuse", Words("不予准许个人信息请求", "refuse a request about personal data"), _OPEN, RequestState.REFUSED,
                   _P.PRIVACY_DECIDE, "decider", ("ground", "reply"), basis="PIPL 50"),
        Transition("withdraw", Words("撤回个人信息请求", "withdraw a request about personal data"), _OPEN,
                   RequestState.WITHDRAWN, _P.CASE_REGISTER, "resident"),
        Transition("hand_over", Words("交付个人信息副本", "hand over the copy"), frozenset({RequestState.GRANTED}), None,
                   _P.PARTY_REVEAL, "window", ("reason",), basis="PIPL 45"),
        Transition("serve", Words("送达个人信息请求答复", "record how the answer was served"), DECIDED, None,
                   _P.CASE_CLOSE, "window", ("method", "proof"), basis="PIPL 50"),
    )),
)  # fmt: skip


def ground_refused(asked: Asked, ground: Ground, keeping: Keeping) -> Words | None:
    """Why a request is not refused on this ground."""
    if ground not in FITS[asked]:
        return Words("该理由不适用于这类请求。", "The ground does not fit what was asked for.")
    if ground in _ERASING and ground not in keeping.against:
        return Words("本件的情况不支持该理由。", "The case does not bear the ground out.")
    return None
