"""The faster limits: set on matching cases, taken off when the emergency is over. Set-wise, one event a case.

Only clocks of the kind `emergency` are ever touched: a legal limit, and any limit of a resident's, stays what it was.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.record import record_all
from app.core.rows import fetch_all
from app.deadlines import actions as deadlines
from app.emergency.queries import Standing
from app.emergency.rules import RULE, faster_limit
from app.messages.actions import InApp, queue_all
from app.reference.actions import ActionContext

BATCH = 1_000

_MATCHES = (
    "c.{tier} = {area} and ({category}::text is null or c.category = {category}"
    " or starts_with(c.category, {category} || '.'))"
)
# Cases nobody has begun to handle, in the area and the category, but for accusations (their desk has its own rules).
# Those in other hands are left for the next round.
_MEANT = f"""
    select c.id, c.lead_unit, c.registered_at
    from cases c
    where c.status in ('registered', 'accepted') and c.petition_class is distinct from 'accusation'
        and {_MATCHES}
        and not exists (select from clock k where k.case_id = c.id and k.kind = 'emergency' and k.subject = $1::text)
    order by c.id limit $4
    for update of c skip locked
"""
_LIMITED = """
    select c.id as case_id, k.id as clock
    from cases c join open_clock k on k.case_id = c.id
    where k.kind = 'emergency' and k.subject = $1::text{strayed}
    order by c.id limit $2
    for update of c skip locked
"""


@dataclass(frozen=True, slots=True)
class _Meant:
    """A case that an emergency is about."""

    id: uuid.UUID
    lead_unit: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class _Limited:
    """A case with the faster limit, which still runs."""

    case_id: uuid.UUID
    clock: int


async def set_clocks(act: ActionContext, standing: Standing) -> int:
    """Give at most BATCH matching cases the faster limit, each told to its lead unit; gives how many."""
    subject, tier, calendar, tz = str(standing.id), standing.tier, act.reference.calendar, act.reference.city.tz
    statement = _MEANT.format(tier=tier, area="$2", category="$3")
    meant = await fetch_all(act.conn, _Meant, statement, subject, standing.area, standing.category, BATCH)
    limits = {
        case.id: faster_limit(
            max(case.registered_at, standing.began_at), standing.hours, calendar=calendar, tz=tz
        )
        for case in meant
    }  # fmt: skip
    await deadlines.start_all(act.conn, [(case, limit, subject) for case, limit in limits.items()])
    told = [
        InApp(
            f"emergency {subject} {case.id}", f"unit:{case.lead_unit}", "emergency_limit", case.id,
            {"hours": standing.hours},
        )
        for case in meant
    ]  # fmt: skip
    await queue_all(act.conn, told, now=act.now)
    said = [
        (case, {"emergency": subject, "rule": RULE, "due": limit.due.timestamp()}) for case, limit in limits.items()
    ]
    await record_all(act.conn, said, "emergency_on", actor=_who(act), at=act.now)
    return len(meant)


async def lift_clocks(act: ActionContext, emergency: uuid.UUID, *, at: datetime) -> int:
    """Stop at most BATCH limits that still run, as of `at`; gives how many."""
    statement = _LIMITED.format(strayed="")
    return await _lift(act, emergency, await fetch_all(act.conn, _Limited, statement, str(emergency), BATCH), at)


async def lift_strayed(act: ActionContext, standing: Standing) -> int:
    """Stop the limits of cases that were placed or classified anew and match no longer; at most BATCH, gives how many."""
    tier = standing.tier
    matches = _MATCHES.format(tier=tier, area="$3", category="$4")
    limited = await fetch_all(
        act.conn, _Limited, _LIMITED.format(strayed=f" and ({matches}) is not true"),
        str(standing.id), BATCH, standing.area, standing.category,
    )  # fmt: skip
    return await _lift(act, standing.id, limited, act.now)


async def _lift(act: ActionContext, emergency: uuid.UUID, limited: Sequence[_Limited], at: datetime) -> int:
    await deadlines.stop_these(act.conn, [one.clock for one in limited], at)
    said = [(one.case_id, {"emergency": str(emergency)}) for one in limited]
    await record_all(act.conn, said, "emergency_off", actor=_who(act), at=act.now)
    return len(limited)


def _who(act: ActionContext) -> str:
    return f"{act.actor.kind}:{act.actor.id}"
