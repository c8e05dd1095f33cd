"""The duty rota: shifts planned one by one or a month at once, withdrawn, swapped, taken off who is absent."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.centres.actions.keeping import Change, begin, begin_unasked
from app.centres.queries import list_stations, list_windows
from app.centres.rules import Period, unfit_shift
from app.core import errors
from app.core.database import uuid7
from app.core.errors import Words
from app.core.rows import fetch_all, fetch_one
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand
from app.staff.queries import members_of


@dataclass(frozen=True, slots=True)
class Plan:
    """Who of which unit is on duty when; `window` None is the unit's own."""

    unit: str
    staff: uuid.UUID
    period: Period
    window: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line of an import."""

    status: int
    shift: uuid.UUID | None = None
    why: Words | None = None


TWICE = Words("此人该时段已有班次。", "This person is on another shift at that time.")


async def plan_shift(
    act: ActionContext,
    centre: str,
    *,
    unit: str,
    staff: uuid.UUID,
    since: datetime,
    until: datetime,
    window: str | None,
) -> None:
    """Somebody of a unit stationed here, or of the centre; nobody is on two shifts at once."""
    change = await begin(act, centre, "plan_shift")
    plan = Plan(unit, staff, Period(since, until), window)
    if wrong := (await _Place.read(change, [plan])).unfit(plan):
        raise errors.Invalid(wrong.zh, wrong.en, pointer="#/body")
    if await _try(change, plan) is None:
        raise errors.Conflict(TWICE.zh, TWICE.en)


async def cancel_shift(act: ActionContext, centre: str, *, shift: uuid.UUID) -> None:
    """A shift that is not over; what was there stays on the record."""
    change = await begin(act, centre, "cancel_shift")
    await _withdraw(change, [await _load(change, shift, "#/body/shift")])


async def swap_shifts(act: ActionContext, centre: str, *, shift: uuid.UUID, other: uuid.UUID) -> None:
    """Two people of one unit take each other's place; refused where one is on a third shift then."""
    change = await begin(act, centre, "swap_shifts")
    one, two = await _load(change, shift, "#/body/shift"), await _load(change, other, "#/body/other")
    if one.unit != two.unit or one.staff == two.staff:
        raise errors.Invalid("只能由同一单位的两人换班。", "Two people of one unit swap.", pointer="#/body/other")
    await _withdraw(change, [one, two])
    for mine, theirs in ((one, two), (two, one)):
        plan = Plan(mine.unit, theirs.staff, Period(mine.since, mine.until), mine.window_code)
        if await _try(change, plan) is None:
            raise errors.Conflict(TWICE.zh, TWICE.en)


_CENTRES = """
    select distinct centre from duty_shift where staff = $1 and withdrawn_at is null and upper(period) > $2
        and ($3::timestamptz is null or lower(period) < $3) order by centre
"""


async def begin_absence(act: ActionContext, staff: uuid.UUID, until: datetime | None) -> dict[str, Change]:
    """Lock the centres in which a person has shifts ahead that begin before `until`, in the order of their codes.

    Whoever may say that the person is absent need not keep the centre.
    """
    rows = await act.conn.fetch(_CENTRES, staff, act.now, until)
    return {centre: await begin_unasked(act, centre) for (centre,) in rows}


async def pass_shift(change: Change, shift: uuid.UUID, to: uuid.UUID | None) -> bool:
    """Withdraw a shift of an absent person; `to` stands in for what is left of it, unless on another shift then."""
    found = await _load(change, shift, "#/body/items")
    await _withdraw(change, [found])
    if to is None:
        return False
    left = Period(max(found.since, change.now), found.until)
    return await _try(change, Plan(found.unit, to, left, found.window_code)) is not None


async def import_rota(act: ActionContext, centre: str, *, plans: Sequence[Plan]) -> list[Line]:
    """Good lines are kept, the others reported; a line that stands already is left alone, so that it may be repeated."""
    change = await begin(act, centre, "import_rota")
    place = await _Place.read(change, plans)
    standing = await _standing(change, plans)
    lines = []
    for plan in plans:
        if found := standing.get(plan):
            lines.append(Line(200, found))
        elif wrong := place.unfit(plan):
            lines.append(Line(422, why=wrong))
        elif made := await _try(change, plan):
            standing[plan] = made
            lines.append(Line(201, made))
        else:
            lines.append(Line(409, why=TWICE))
    return lines


@dataclass(frozen=True, slots=True)
class _Shift:
    """A shift that stands."""

    id: uuid.UUID
    unit: str
    staff: uuid.UUID
    window_code: str | None
    since: datetime
    until: datetime


_SHIFT = """
    select id, unit, staff, window_code, lower(period) as since, upper(period) as until from duty_shift
    where centre = $1 and withdrawn_at is null
"""


async def _standing(change: Change, plans: Sequence[Plan]) -> dict[Plan, uuid.UUID]:
    """The shifts of these people that stand in this centre."""
    people = list({plan.staff for plan in plans})
    found = await fetch_all(change.conn, _Shift, f"{_SHIFT} and staff = any($2::uuid[])", change.centre, people)
    return {Plan(s.unit, s.staff, Period(s.since, s.until), s.window_code): s.id for s in found}


@dataclass(frozen=True, slots=True)
class _Place:
    """What a plan must fit: the units stationed, the windows, and whose people they are."""

    change: Change
    stationed: Collection[str]
    windows: Collection[str]
    members: Mapping[str, Collection[uuid.UUID]]

    @classmethod
    async def read(cls, change: Change, plans: Sequence[Plan]) -> "_Place":
        """Of the units that the plans name."""
        conn, centre = change.conn, change.centre
        await keep_at_hand(conn, [plan.staff for plan in plans])
        stationed = {centre, *(station.unit for station in await list_stations(conn, centre, change.now))}
        windows = {window.code for window in await list_windows(conn, centre, change.now)}
        return cls(change, stationed, windows, await members_of(conn, {plan.unit for plan in plans}))

    def unfit(self, plan: Plan) -> Words | None:
        """Why nobody can be on duty as planned; None when somebody can."""
        if plan.unit not in self.stationed:
            return Words("该单位没有进驻本中心。", "The unit is not stationed here.")
        if plan.staff not in self.members.get(plan.unit, ()):
            return Words("此人不是该单位的在岗人员。", "This person is not of that unit's staff.")
        if plan.window is not None and plan.window not in self.windows:
            return Words("没有这个窗口。", "There is no such window.")
        return unfit_shift(plan.period, self.change.now)


async def _try(change: Change, plan: Plan) -> uuid.UUID | None:
    """The new shift, or None where the person is on another one then: the constraint judges, over all centres."""
    made = uuid7()
    try:
        async with change.conn.transaction():
            await change.conn.execute(
                "insert into duty_shift (id, centre, unit, staff, window_code, period, set_at, set_by)"
                " values ($1, $2, $3, $4, $5, tstzrange($6, $7), $8, $9)",
                made, change.centre, plan.unit, plan.staff, plan.window, plan.period.since, plan.period.until, change.now,
                change.by,
            )  # fmt: skip
    except asyncpg.ExclusionViolationError:
        return None
    return made


async def _load(change: Change, shift: uuid.UUID, pointer: str) -> _Shift:
    statement = f"{_SHIFT} and id = $2 and upper(period) > $3"
    found = await fetch_one(change.conn, _Shift, statement, change.centre, shift, change.now)
    if found is None:
        raise errors.Invalid(
            "本中心没有这个未结束的班次。", "There is no such shift to come in this centre.", pointer=pointer
        )
    return found


async def _withdraw(change: Change, shifts: Sequence[_Shift]) -> None:
    await change.conn.execute(
        "update duty_shift set withdrawn_at = $2, withdrawn_by = $3 where id = any($1::uuid[])",
        [shift.id for shift in shifts], change.now, change.by,
    )  # fmt: skip
