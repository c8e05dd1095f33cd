"""The duty rota: shifts planned one by one or a month at once, withdrawn, swapped, taken off who is absent."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg

from app.centres.actions.setup import Change, move_on
from app.centres.queries.places import list_stations, list_windows
from app.centres.rules import Period, unfit_shift
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, uuid7
from app.core.errors import Words
from app.reference.queries import Reference
from app.staff.actions import keep_at_hand


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


_INSERT = """
    insert into duty_shift (id, centre, unit, staff, window_code, period, set_at, set_by)
    values ($1, $2, $3, $4, $5, tstzrange($6, $7), $8, $9)
"""
TWICE = Words("此人该时段已有班次。", "This person is on another shift at that time.")


async def plan_shift(change: Change, plan: Plan) -> uuid.UUID:
    """Put somebody on duty. Raises Invalid (unit, person, window, time) or Conflict (on another shift then)."""
    if wrong := (await _Place.read(change, [plan])).unfit(plan):
        raise errors.Invalid(wrong.zh, wrong.en, pointer="#/body")
    made = await _try(change, plan)
    if made is None:
        raise errors.Conflict(TWICE.zh, TWICE.en)
    return made


async def cancel_shift(change: Change, shift: uuid.UUID) -> None:
    """Withdraw a shift that is not over; what was there stays on the record."""
    await _withdraw(change, [await _load(change, shift, "#/body/shift")])


async def swap_shifts(change: Change, shift: uuid.UUID, other: uuid.UUID) -> None:
    """Two people of one unit take each other's shift. Raises Invalid, or Conflict where one is on a third then."""
    one, two = await _load(change, shift, "#/body/shift"), await _load(change, other, "#/body/other")
    if one["unit"] != two["unit"] or one["staff"] == two["staff"]:
        raise errors.Invalid(
            "只能由同一单位的两人换班。", "Two people of one unit swap.", pointer="#/body/other"
        )  # fmt: skip
    await _withdraw(change, [one, two])
    for mine, theirs in ((one, two), (two, one)):
        plan = Plan(mine["unit"], theirs["staff"], Period(mine["since"], mine["until"]), mine["window_code"])
        if await _try(change, plan) is None:
            raise errors.Conflict(TWICE.zh, TWICE.en)


_CENTRES = """
    select distinct centre from duty_shift where staff = $1 and withdrawn_at is null and upper(period) > $2
        and ($3::timestamptz is null or lower(period) < $3) order by centre
"""


async def begin_absence(
    conn: Connection, staff: uuid.UUID, until: datetime | None, *, actor: Actor, now: datetime, rules: Reference
) -> dict[str, Change]:  # fmt: skip
    """Lock the centres in which a person has shifts ahead that begin before `until`, in the order of their codes.

    Whoever may say that the person is absent need not keep the centre.
    """
    rows = await conn.fetch(_CENTRES, staff, now, until)
    return {
        r["centre"]: replace(await move_on(conn, r["centre"], actor=actor, now=now, rules=rules), now=now) for r in rows
    }


async def pass_shift(change: Change, shift: uuid.UUID, to: uuid.UUID | None) -> bool:
    """Withdraw a shift of an absent person; `to` stands in for what is left of it, unless on another shift then."""
    row = await _load(change, shift, "#/body/items")
    await _withdraw(change, [row])
    if to is None:
        return False
    left = Period(max(row["since"], change.now), row["until"])
    return await _try(change, Plan(row["unit"], to, left, row["window_code"])) is not None


async def import_rota(change: Change, plans: Sequence[Plan]) -> list[Line]:
    """Many shifts at once: good ones are kept, those that stand already left alone, the others told why, each by itself."""
    place = await _Place.read(change, plans)
    standing = await _standing(change, plans)
    lines = []
    for plan in plans:
        if found := standing.get(_key(plan)):
            lines.append(Line(200, found))
        elif wrong := place.unfit(plan):
            lines.append(Line(422, why=wrong))
        elif made := await _try(change, plan):
            standing[_key(plan)] = made
            lines.append(Line(201, made))
        else:
            lines.append(Line(409, why=TWICE))
    return lines


def _key(plan: Plan) -> tuple[Any, ...]:
    return plan.unit, plan.staff, plan.period.since, plan.period.until, plan.window


async def _standing(change: Change, plans: Sequence[Plan]) -> dict[tuple[Any, ...], uuid.UUID]:
    """The shifts of these people that stand in this centre."""
    rows = await change.conn.fetch(
        "select id, unit, staff, lower(period) as since, upper(period) as until, window_code from duty_shift"
        " where centre = $1 and staff = any($2::uuid[]) and withdrawn_at is null",
        change.centre, list({plan.staff for plan in plans}),
    )  # fmt: skip
    return {(r["unit"], r["staff"], r["since"], r["until"], r["window_code"]): r["id"] for r in rows}


@dataclass(frozen=True, slots=True)
class _Place:
    """What a plan must fit: the units stationed, the windows, and whose people they are."""

    change: Change
    stationed: frozenset[str]
    windows: frozenset[str]
    members: Mapping[str, frozenset[uuid.UUID]]

    @classmethod
    async def read(cls, change: Change, plans: Sequence[Plan]) -> "_Place":
        """Of the units that the plans name."""
        await keep_at_hand(change.conn, [plan.staff for plan in plans])
        stations = await list_stations(change.conn, change.centre, change.now)
        windows = await list_windows(change.conn, change.centre, change.now)
        rows = await change.conn.fetch(
            "select s.unit, s.id from staff s where s.unit = any($1::text[]) and s.active"
            " union select p.unit, s.id from post p join staff s on s.id = p.staff"
            " where p.unit = any($1::text[]) and s.active",
            list({plan.unit for plan in plans}),
        )  # fmt: skip
        members: dict[str, set[uuid.UUID]] = {}
        for row in rows:
            members.setdefault(row["unit"], set()).add(uuid.UUID(str(row["id"])))
        kept = {unit: frozenset(people) for unit, people in members.items()}
        return cls(change, frozenset(r["unit"] for r in stations), frozenset(r["code"] for r in windows), kept)

    def unfit(self, plan: Plan) -> Words | None:
        """Why nobody can be on duty as planned; None when somebody can."""
        if plan.unit not in self.stationed and plan.unit != self.change.centre:
            return Words("该单位没有进驻本中心。", "The unit is not stationed here.")
        if plan.staff not in self.members.get(plan.unit, frozenset()):
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
                _INSERT, made, change.centre, plan.unit, plan.staff, plan.window, plan.period.since, plan.period.until,
                change.now, change.actor.id,
            )  # fmt: skip
    except asyncpg.ExclusionViolationError:
        return None
    return made


async def _load(change: Change, shift: uuid.UUID, pointer: str) -> Any:
    row = await change.conn.fetchrow(
        "select id, unit, staff, window_code, lower(period) as since, upper(period) as until from duty_shift"
        " where id = $1 and centre = $2 and withdrawn_at is null and upper(period) > $3",
        shift, change.centre, change.now,
    )  # fmt: skip
    if row is None:
        raise errors.Invalid(
            "本中心没有这个未结束的班次。", "There is no such shift to come in this centre.", pointer=pointer
        )
    return row


async def _withdraw(change: Change, shifts: Sequence[Any]) -> None:
    await change.conn.execute(
        "update duty_shift set withdrawn_at = $2, withdrawn_by = $3 where id = any($1::uuid[])",
        [shift["id"] for shift in shifts], change.now, change.actor.id,
    )  # fmt: skip
