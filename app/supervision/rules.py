"""Who may supervise whom, and what follows what. Pure.

XF = 信访工作条例 (2022): 39 (orders to correct by a date), 40 (what is supervised, answered in writing), 43 to 46.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.access import Role
from app.core.errors import Words


class SupervisionKind(StrEnum):
    """What is asked: urged, supervised with a card, ordered to correct by a date, or instructed by a leader."""

    URGE = "urge"
    SUPERVISE = "supervise"
    CORRECT = "correct"
    INSTRUCT = "instruct"


class CardLevel(StrEnum):
    """The card of a supervision."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class ProblemType(StrEnum):
    """What is wrong with the handling (XF 40, 43 to 46)."""

    NOT_REGISTERED = "not_registered"
    NOT_ACCEPTED = "not_accepted"
    LATE_NOTICE = "late_notice"
    LATE_COMPLETION = "late_completion"
    NOT_BY_LAW = "not_by_law"
    BUCK_PASSING = "buck_passing"
    FALSE_REPORT = "false_report"
    NOT_CARRIED_OUT = "not_carried_out"
    LEAK = "leak"
    RETALIATION = "retaliation"
    URGENT_NOT_REPORTED = "urgent_not_reported"


class SupervisionState(StrEnum):
    """Where a supervision stands."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"


PROBLEM_WORDS: dict[ProblemType, Words] = {
    ProblemType.NOT_REGISTERED: Words("应登记未登记", "not registered"),
    ProblemType.NOT_ACCEPTED: Words("应受理未受理", "not accepted though competent"),
    ProblemType.LATE_NOTICE: Words("未按期书面告知", "no written notice in time"),
    ProblemType.LATE_COMPLETION: Words("未按期办结", "not completed in time"),
    ProblemType.NOT_BY_LAW: Words("未依法依规办理", "not handled by law"),
    ProblemType.BUCK_PASSING: Words("推诿敷衍拖延", "passed on, put off or delayed"),
    ProblemType.FALSE_REPORT: Words("弄虚作假", "false report"),
    ProblemType.NOT_CARRIED_OUT: Words("拒不执行处理意见", "the opinion is not carried out"),
    ProblemType.LEAK: Words("泄露检举控告材料", "material of an accusation was leaked"),
    ProblemType.RETALIATION: Words("打击报复", "retaliation"),
    ProblemType.URGENT_NOT_REPORTED: Words("隐瞒、缓报紧急信息", "urgent information concealed or delayed"),
}

KIND_WORDS: dict[SupervisionKind, Words] = {
    SupervisionKind.URGE: Words("催办", "urging"),
    SupervisionKind.SUPERVISE: Words("督办", "supervision"),
    SupervisionKind.CORRECT: Words("责令限期整改", "order to correct by a date"),
    SupervisionKind.INSTRUCT: Words("领导批示", "leader's instruction"),
}

# action → (from, to). An urging ends with its answer; the others wait for the issuer's verification.
MOVES: dict[str, tuple[frozenset[SupervisionState], SupervisionState]] = {
    "answer": (frozenset({SupervisionState.OPEN, SupervisionState.RETURNED}), SupervisionState.ANSWERED),
    "verify": (frozenset({SupervisionState.ANSWERED}), SupervisionState.VERIFIED),
    "return": (frozenset({SupervisionState.ANSWERED}), SupervisionState.RETURNED),
    "withdraw": (frozenset({SupervisionState.OPEN, SupervisionState.RETURNED}), SupervisionState.WITHDRAWN),
}
TIERS = ("city", "county", "township", "community")
OVERSEERS = frozenset({"centre", "petition_office"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands: `path` in the tree of units, `area_path` in that of areas, both dotted, ancestors first."""

    code: str
    kind: str
    tier: str
    path: str
    area_path: str


def covers(above: str, below: str) -> bool:
    """Whether a dotted path is an ancestor of another, or the same."""
    return below == above or below.startswith(above + ".")


def why_not(role: Role, issuer: Standing, target: Standing, kind: SupervisionKind, *, secret: bool) -> Words | None:
    """Why a post of `role` in `issuer` may not supervise `target`; None when it may.

    Downwards only: a superior of the unit in its own line, or a centre or petition office of a higher tier whose area
    covers that of the unit. Never upwards, sideways, or the own unit. Accusations stay between discipline desks.
    """
    if issuer.code == target.code:
        return Words("不得督办本单位。", "A unit does not supervise itself.")
    if TIERS.index(issuer.tier) > TIERS.index(target.tier):
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
    higher = TIERS.index(issuer.tier) < TIERS.index(target.tier)
    oversees = issuer.kind in OVERSEERS and higher and covers(issuer.area_path, target.area_path)
    if superior or oversees:
        return None
    if not higher:
        return Words("不得督办同级单位，请由上一级督办。", "Not a unit of the same tier; ask the tier above.")
    return Words("该单位不在本单位的督办范围内。", "This unit is not under yours: neither in its line nor in its area.")


def move_refused(action: str, state: SupervisionState, kind: SupervisionKind) -> Words | None:
    """Why a supervision in `state` does not take `action`; None when it does."""
    sources, _ = MOVES[action]
    if kind is SupervisionKind.URGE and action in ("verify", "return"):
        return Words("催办经书面答复即结束，无需核验。", "An urging ends with its written answer.")
    if state in sources:
        return None
    allowed = "、".join(sorted(s.value for s in sources))
    return Words(
        f"当前为 {state}；只能在 {allowed} 时进行。",
        f"It is {state}; possible from {allowed.replace('、', ', ')}.",
    )  # fmt: skip


def ends(action: str, kind: SupervisionKind) -> bool:
    """Whether nothing is owed after `action`."""
    return action in ("verify", "withdraw") or (action == "answer" and kind is SupervisionKind.URGE)
