"""Who may supervise whom, and what follows what. Pure.

XF = 信访工作条例 (2022): 39 (orders to correct by a date), 40 (what is supervised, answered in writing), 43 to 46.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.areas.rules import Tier
from app.core.access import Actor, Permission, Role
from app.core.errors import Worded, Words
from app.core.workflow import Refusal, Transition, Workflow, not_now, table


class SupervisionKind(Worded):
    """What is asked: urged, supervised with a card, ordered to correct by a date, or instructed by a leader."""

    URGE = "urge", "催办", "urging"
    SUPERVISE = "supervise", "督办", "supervision"
    CORRECT = "correct", "责令限期整改", "order to correct by a date"
    INSTRUCT = "instruct", "领导批示", "leader's instruction"


class CardLevel(StrEnum):
    """The card of a supervision."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class ProblemType(Worded):
    """What is wrong with the handling (XF 40, 43 to 46)."""

    NOT_REGISTERED = "not_registered", "应登记未登记", "not registered"
    NOT_ACCEPTED = "not_accepted", "应受理未受理", "not accepted though competent"
    LATE_NOTICE = "late_notice", "未按期书面告知", "no written notice in time"
    LATE_COMPLETION = "late_completion", "未按期办结", "not completed in time"
    NOT_BY_LAW = "not_by_law", "未依法依规办理", "not handled by law"
    BUCK_PASSING = "buck_passing", "推诿敷衍拖延", "passed on, put off or delayed"
    FALSE_REPORT = "false_report", "弄虚作假", "false report"
    NOT_CARRIED_OUT = "not_carried_out", "拒不执行处理意见", "the opinion is not carried out"
    LEAK = "leak", "泄露检举控告材料", "material of an accusation was leaked"
    RETALIATION = "retaliation", "打击报复", "retaliation"
    URGENT_NOT_REPORTED = "urgent_not_reported", "隐瞒、缓报紧急信息", "urgent information concealed or delayed"


class SupervisionState(StrEnum):
    """Where a supervision stands."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


_S, _OWED = SupervisionState, frozenset({SupervisionState.OPEN, SupervisionState.RETURNED})
_ANSWERED = frozenset({_S.ANSWERED})
# An urging ends with its answer; the others wait for the issuer's verification.
WORKFLOW = Workflow(
    "supervision",
    Words("该督办", "the supervision"),
    {
        "target": Words("被督办单位的人员", "the staff of the unit asked"),
        "issuer": Words(
            "督办方的其他人员（不属于被督办单位、也不是答复人）", "others of the issuer's side, never whoever answered"
        ),
    },
    table([
        Transition("answer", Words("书面答复", "Answer in writing"), _OWED, _S.ANSWERED, Permission.SUPERVISION_ANSWER,
                   "target", ("text",), basis="信访工作条例 40"),
        Transition("verify", Words("核验", "Verify the answer"), _ANSWERED, _S.VERIFIED, Permission.SUPERVISION_ISSUE,
                   "issuer"),
        Transition("return", Words("退回重报", "Return the answer"), _ANSWERED, _S.RETURNED,
                   Permission.SUPERVISION_ISSUE, "issuer", ("reason",)),
        Transition("withdraw", Words("撤销督办", "Withdraw the supervision"), _OWED, _S.WITHDRAWN,
                   Permission.SUPERVISION_ISSUE, "issuer", ("reason",)),
    ]),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supervision:
    """One supervision, as decisions need it."""

    id: uuid.UUID
    case_id: uuid.UUID
    kind: SupervisionKind
    state: SupervisionState
    issuer_unit: str
    target_unit: str
    answer_by: datetime
    first_answered_at: datetime | None
    answered_by: str | None
    version: int

    def refuses(self, action: str, _: Actor, __: datetime) -> Refusal | None:
        """An urging ends with its answer."""
        if self.kind is SupervisionKind.URGE and action in ("verify", "return"):
            return not_now("催办经书面答复即结束，无需核验。", "An urging ends with its written answer.")
        return None

    def stands(self, actor: Actor, step: Transition[SupervisionState]) -> bool:
        """On the side that the step is for. Who answered does not verify, whatever posts they hold."""
        if step.by == "target":
            return self.target_unit in actor.units_with(step.permission)
        asked_too = actor.id == self.answered_by or any(post.unit == self.target_unit for post in actor.posts)
        return self.issuer_unit in actor.units_with(step.permission) and not asked_too

    def ends_with(self, action: str) -> bool:
        """Whether nothing is owed after `action`."""
        return action in ("verify", "withdraw") or (action == "answer" and self.kind is SupervisionKind.URGE)


OVERSEERS = frozenset({"centre", "petition_office"})


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where a unit stands: `path` in the tree of units, `area_path` in that of areas, both dotted, ancestors first."""

    code: str
    kind: str
    tier: Tier
    path: str
    area_path: str


def covers(above: str, below: str) -> bool:
    """Whether a dotted path is an ancestor of another, or the same."""
    return below == above or below.startswith(above + ".")


def why_not(role: Role, issuer: UnitPlace, target: UnitPlace, kind: SupervisionKind, *, secret: bool) -> Words | None:
    """Why a post of `role` in `issuer` may not supervise `target`; None when it may.

    Downwards only: a superior of the unit in its own line, or a centre or petition office of a higher tier whose area
    covers that of the unit. Never upwards, sideways, or the own unit. Accusations stay between discipline desks.
    """
    if issuer.code == target.code:
        return Words("不得督办本单位。", "A unit does not supervise itself.")
    if issuer.tier.height < target.tier.height:
        return Words("只能督办下级，不得向上督办。", "Supervision goes downwards, never upwards.")
    if secret and not (issuer.kind == target.kind == "discipline_desk"):
        return Words(
            "检举控告件只由上级纪检监察窗口督办。", "An accusation is supervised by a higher discipline desk alone."
        )
    if role is Role.COORDINATOR and issuer.kind not in OVERSEERS:
        return Words("协调员只在中心或信访部门行使督办。", "A coordinator supervises from a centre or petition office.")
    if kind is SupervisionKind.INSTRUCT and role is not Role.ORGAN_HEAD:
        return Words("批示只能由单位负责人作出。", "Only the head of a unit gives an instruction.")
    superior = covers(issuer.path, target.path)
    higher = issuer.tier.height > target.tier.height
    oversees = issuer.kind in OVERSEERS and higher and covers(issuer.area_path, target.area_path)
    if superior or oversees:
        return None
    if not higher:
        return Words("不得督办同级单位，请由上一级督办。", "Not a unit of the same tier; ask the tier above.")
    return Words("该单位不在本单位的督办范围内。", "This unit is not under yours: neither in its line nor in its area.")
