"""Looks at people in clear, read back: by the petitioner of a case, and by auditors of its area."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.audit.rules import (
    ACTS_AFTER,
    ACTS_BEFORE,
    BURST_CASES,
    BURST_WITHIN,
    KINDS,
    REACH,
    Pattern,
    what_of,
)
from app.audit.schemas import LookOut, LookToldOut
from app.cases.queries.access import _not_barred, _seated
from app.cases.queries.one import find_by_code
from app.core.access import UNIT_SIGHT, Actor, Role
from app.core.crypto import keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import Mark, fetch_all, read_sql
from app.reference.queries import Reference

MOST_TOLD = 200
_OF_CASE = """
    select l.at, l.unit, l.role, l.what, l.kind from read_log l join cases c on c.id = l.case_id
    where c.id = $1 and c.petition_class is distinct from 'accusation' and l.actor not like 'resident:%'
    order by l.at desc, l.id desc limit $2
"""
_NO_ACT = """(l.kind is not null and l.at <= {now} - {after} and not exists (select from event e where e.case_id = l.case_id
    and e.actor = l.actor and e.at between l.at - {before} and l.at + {after}))"""
_BURST = """((select count(distinct o.case_id) from read_log o where o.actor = l.actor and o.kind is not null
    and o.at > l.at - {within} and o.at <= l.at + {within}) >= {cases})"""
_OUTSIDE = """(l.kind is not null and not exists (select from case_access a where a.case_id = l.case_id
    and (a.grantee = l.actor or a.grantee = 'unit:' || l.unit and l.role = any({roles}::text[]))
    and (a.until is null or a.until > l.at)))"""


@dataclass(frozen=True, slots=True)
class _Look:
    at: datetime
    unit: str | None
    role: str | None
    what: str
    kind: str | None


async def ask_who_looked(
    conn: Connection, number: str, code: str, *, reference: Reference, language: str
) -> list[LookToldOut]:
    """Who looked at a petitioner's case in clear; raises NotFound, the same for a wrong number or a wrong code. Of an
    accusation nothing, as of all else in it."""
    case = await find_by_code(conn, number, code)
    if case is None:
        raise NotFound("编号或查询码有误。", "The number or the code is wrong.")
    looks = await fetch_all(conn, _Look, _OF_CASE, case, MOST_TOLD)
    return [_told(look, reference, language) for look in looks]


def _told(look: _Look, reference: Reference, language: str) -> LookToldOut:
    what, kind = what_of(look.what), KINDS.get(look.kind or "")
    return LookToldOut(
        unit=reference.names.get(look.unit or ""), role=look.role, at=look.at,
        what=what.say(language) if what else look.what, kind=kind.say(language) if kind else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which looks: of whom, at which case, of which pattern, from when until when."""

    staff: uuid.UUID | None
    case: uuid.UUID | None
    pattern: Pattern | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ListedLook(LookOut):
    """One with its place in the list: looks of one instant at one case have different ones."""

    id: int


async def list_looks(
    conn: Connection, asked: Asked, *, actor: Actor, after: Mark, limit: int, now: datetime
) -> list[ListedLook]:
    """Looks at cases of the auditor's areas, the latest first; of none that concerns the auditor. `after`: the instant of the
    last one before, and its veiled id."""
    p = Parameters()
    patterns = _patterns(p, now)
    areas = [f"c.{tier} = any({p.add(codes)}::text[])" for tier, codes in _audited(actor).items()]
    where = [f"({' or '.join(areas) or 'false'})", _not_barred(actor, p, "c"), _seated(actor, p)]
    where.append(f"l.at >= {p.add(asked.since or now - REACH)}::timestamptz")
    if asked.until is not None:
        where.append(f"l.at < {p.add(asked.until)}::timestamptz")
    if asked.staff is not None:
        where.append(f"l.actor = 'staff:' || {p.add(asked.staff)}::uuid::text")
    if asked.case is not None:
        where.append(f"l.case_id = {p.add(asked.case)}::uuid")
    if asked.pattern is not None:
        where.append(patterns[asked.pattern.value])
    if after is not None:
        serial = keys().unveil(after[1]) or 0
        where.append(f"(l.at, l.id) < ({p.add(after[0])}::timestamptz, {p.add(serial)}::bigint)")
    statement = read_sql(__package__, "looks").format(**patterns)
    order = f"order by l.at desc, l.id desc limit {p.add(limit)}"
    return await fetch_all(conn, ListedLook, f"{statement} and {' and '.join(where)} {order}", *p)


def _patterns(p: Parameters, now: datetime) -> dict[str, str]:
    stamp, before, later = (
        f"{p.add(now)}::timestamptz",
        f"{p.add(ACTS_BEFORE)}::interval",
        f"{p.add(ACTS_AFTER)}::interval",
    )
    within = f"{p.add(BURST_WITHIN)}::interval"
    return {
        "no_act": _NO_ACT.format(now=stamp, before=before, after=later),
        "burst": _BURST.format(within=within, cases=BURST_CASES),
        "outside_part": _OUTSIDE.format(roles=p.add([role.value for role in UNIT_SIGHT])),
    }


def _audited(actor: Actor) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for post in actor.posts:
        if post.role is Role.AUDITOR:
            found.setdefault(post.tier, []).append(post.area)
    return found
