"""Who looked at personal data in clear: kept in `read_log`, to which the service only adds; bounded for each person and day."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.access import ROLE_PERMISSIONS, Actor, Permission
from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import TooMany
from app.core.rows import fetch_one
from app.core.settings import settings

DAY = timedelta(days=1)
_LOG = """
    insert into read_log (at, actor, unit, role, case_id, what, kind, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# One look at a time of each person, so that none is counted twice as the last that is free.
_ALONE = "select pg_advisory_xact_lock(hashtextextended('look ' || $1, 0))"
_USED = """
    select (select count(distinct case_id)::int from read_log
            where actor = $1 and at > $2 and at <= $3 and case_id <> $4
                and (kind is not null or starts_with(what, 'attachment '))) as used,
        (select max(cases)::int from reveal_lift where actor = $1 and at <= $3 and until > $3) as lifted
"""
_LIFT = "insert into reveal_lift (actor, cases, until, by, at, reason) values ($1, $2, $3, $4, $5, $6)"


@dataclass(frozen=True, slots=True)
class _Looks:
    """How many other cases somebody has seen within a day, and how many a head has raised it to."""

    used: int
    lifted: int | None


# What a look in clear may be for: the word that the reason holds says it. The first that fits is kept beside the reason.
ACTS = {
    "contact": ("电话", "联系", "回访", "通知", "告知", "答复", "call", "contact", "tell"),
    "visit": ("走访", "上门", "入户", "现场", "visit"),
    "verify": ("核对", "核实", "核查", "查证", "身份", "check", "verify"),
    "serve": ("送达", "寄送", "打印", "serve", "print"),
    "mediate": ("调解", "协商", "mediat"),
    "review": ("复查", "复核", "听证", "审核", "review", "hearing"),
    "register": ("登记", "补录", "更正", "register", "correct"),
    "archive": ("归档", "立卷", "档案", "移送", "法院", "仲裁", "archive", "court"),
    "emergency": ("应急", "抢险", "救助", "emergency"),
    "handle": ("办理", "处理", "处置", "维修", "handle", "repair"),
}
_ACTS = {kind: re.compile("|".join(words), re.I) for kind, words in ACTS.items()}


class LooksUsedUp(TooMany, slug="looks-used-up", zh="今日查看次数已满", en="Looks used up"):
    """So many cases were seen in clear within a day; a head above may raise the number until tomorrow."""


def act_of(reason: str) -> str | None:
    """Which act a reason names; None for a reason that names none."""
    return next((kind for kind, words in _ACTS.items() if words.search(reason)), None)


async def log_reading(
    conn: Connection, case_id: uuid.UUID, what: str, reason: str, *, actor: Actor, now: datetime, kind: str | None = None
) -> None:  # fmt: skip
    """Who looked, for which unit, when, and why; the reason may name people and is sealed under `read_log` and the case's
    id. `kind` is the act of a look in clear; without one it counts for no bound."""
    sealed = keys().seal({"reason": reason}, f"read_log {case_id}").as_text()
    seat = next((post for post in actor.posts if Permission.PARTY_REVEAL in ROLE_PERMISSIONS[post.role]), None)
    unit, role = (seat.unit, seat.role.value) if seat else (actor.unit, None)
    await conn.execute(_LOG, now, actor.who, unit, role, case_id, what, kind, sealed)


async def look_in_clear(
    conn: Connection, case_id: uuid.UUID, what: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Log a look at people in clear, if another is free (`take_look`). In a transaction, before anything is shown."""
    await take_look(conn, case_id, actor=actor, now=now)
    await log_reading(conn, case_id, what, reason, actor=actor, now=now, kind=act_of(reason) or "other")


async def take_look(conn: Connection, case_id: uuid.UUID, *, actor: Actor, now: datetime) -> None:
    """Raises LooksUsedUp for who has seen people or papers of as many cases within a day as one may; what was seen within the
    day may be seen again. Nobody else of that name takes one before the transaction ends."""
    await conn.execute(_ALONE, actor.who)
    looks = await fetch_one(conn, _Looks, _USED, actor.who, now - DAY, now, case_id)
    assert looks is not None  # noqa: S101 (one row by construction)
    most = max(settings().reveals_per_day, looks.lifted or 0)
    if looks.used >= most:
        raise LooksUsedUp(
            f"24 小时内已查看 {looks.used} 件的个人信息，达到上限。确有需要的，请本单位或上级单位负责人临时提高（有效一天）。",
            f"You saw people of {looks.used} cases in clear within a day, which is the most. A head of your unit or above may"
            " raise it for a day.", most=most,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lift:
    """A bound that somebody raised: so many cases within a day, until then."""

    cases: int
    until: datetime


async def lift_bound(conn: Connection, who: str, cases: int, reason: str, *, actor: Actor, now: datetime) -> Lift:
    """Let somebody (`staff:UUID`) see people of so many cases within a day, for a day from now. The caller has judged who."""
    sealed = keys().seal({"reason": reason}, f"reveal_lift {who}").as_text()
    lift = Lift(cases, now + DAY)
    await conn.execute(_LIFT, who, cases, lift.until, actor.who, now, sealed)
    return lift
