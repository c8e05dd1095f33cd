"""Who is on duty at a centre: resident units whenever it is open, rotating ones on their days or by rota, on-call by rota."""

from collections.abc import Collection
from enum import StrEnum

from app.core.errors import Words


class Stationing(StrEnum):
    """How a unit is at a centre (常驻 / 轮驻 / 随驻)."""

    RESIDENT = "resident"
    ROTATING = "rotating"
    ON_CALL = "on_call"


class DutyState(StrEnum):
    """Where a stationed unit is at an instant."""

    ON_DUTY = "on_duty"
    ON_CALL = "on_call"
    ABSENT = "absent"


class Instead(StrEnum):
    """What a clerk does so that the visitor need not go anywhere else."""

    AT_WINDOW = "at_window"
    CALL_IN = "call_in"
    OFFER = "offer"


HOW_WORDS: dict[Stationing, Words] = {
    Stationing.RESIDENT: Words("常驻", "resident"),
    Stationing.ROTATING: Words("轮驻", "rotating"),
    Stationing.ON_CALL: Words("随驻", "on call"),
}
STATE_WORDS: dict[DutyState, Words] = {
    DutyState.ON_DUTY: Words("在岗", "on duty"),
    DutyState.ON_CALL: Words("随叫随到", "on call"),
    DutyState.ABSENT: Words("不在岗", "not there"),
}
INSTEAD_WORDS: dict[Instead, Words] = {
    Instead.AT_WINDOW: Words("请到该单位窗口当场办理。", "Taken at that unit's window now."),
    Instead.CALL_IN: Words("请按所列方式通知随驻人员到场。", "Call the unit in, as stated."),
    Instead.OFFER: Words(
        "由本窗口登记并线上派送，当事人无需另跑。", "Register it here and offer it electronically: no second trip."
    ),
}


def duty_state(
    how: Stationing, *, open_now: bool, weekday: int | None, weekdays: Collection[int], rostered: bool
) -> DutyState:
    """Where a unit is. `weekday` is what the day counts as (None on a holiday); `rostered`: a shift of its runs now."""
    if how is Stationing.ON_CALL:
        return DutyState.ON_CALL if rostered else DutyState.ABSENT
    there = how is Stationing.RESIDENT or rostered or weekday in weekdays
    return DutyState.ON_DUTY if open_now and there else DutyState.ABSENT


def instead(state: DutyState | None) -> Instead:
    """What is done when the competent unit stands so; None: it is not stationed here."""
    return {DutyState.ON_DUTY: Instead.AT_WINDOW, DutyState.ON_CALL: Instead.CALL_IN}.get(
        state or DutyState.ABSENT, Instead.OFFER
    )
