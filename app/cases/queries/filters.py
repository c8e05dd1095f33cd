"""What a list or a count is narrowed to, as conditions on rows and as sets of ids to start from."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.access import open_to, seen_by
from app.cases.rules import OPEN_KINDS
from app.core import errors
from app.core.access import UNIT_SIGHT, Actor
from app.core.database import Connection, Parameters

FEW = 5_000  # as many ids are looked up one by one in the time in which an ordered walk skips a few thousand rows


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `tier` is that of `area`; times are aware; `bbox` west, south, east, north.

    `sparse` says that the caller is likely to see little of what is asked for: another area, kinds not open to theirs.
    """

    area: str | None = None
    tier: str | None = None
    cell: str | None = None
    unit: str | None = None
    assignee: uuid.UUID | None = None
    kind: str | None = None
    category: str | None = None
    status: tuple[str, ...] = ()
    overdue: bool | None = None
    due_before: datetime | None = None
    due_from: datetime | None = None
    registered_from: datetime | None = None
    centre: str | None = None
    supervised: bool | None = None
    escalated: bool | None = None
    urged: bool | None = None
    emergency: uuid.UUID | None = None
    invited_from: datetime | None = None
    rating: str | None = None
    visited: bool | None = None
    reopening_asked: bool | None = None
    queue: str | None = None
    text: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    sparse: bool = False

    @property
    def words(self) -> list[str]:
        """The words of `text`."""
        return (self.text or "").split()


def conditions(f: Filters, p: Parameters, now: datetime) -> list[str]:
    """One condition on `cases c` a filter given, except `status`; values are always parameters.

    Text, assignee and box are judged row by row (a scalar subquery, `is true`): where they are to be the start of the
    search, `sources` gives their ids.
    """
    found = _columns(f, p)
    if f.assignee is not None:
        found.append(
            f"(select true from assignment s where s.case_id = c.id and s.staff = {p.add(f.assignee)}"
            " and s.state in ('offered', 'signed') limit 1)"
        )
    found += [*_times(f, p, now), *_marks(f, p, now)]
    if f.queue is not None:
        found.append(_queue(f, p))
    if f.bbox is not None:
        found.append(f"({_box(f, p)}) is true")
    found += [f"(select true from case_text t where t.case_id = c.id and {_holds(p.add(w))} limit 1)" for w in f.words]
    return found


def _times(f: Filters, p: Parameters, now: datetime) -> list[str]:
    bounds = (
        ("c.due >=", now if f.overdue is False else None), ("c.due <", now if f.overdue else None),
        ("c.due <", f.due_before), ("c.due >=", f.due_from), ("c.registered_at >=", f.registered_from),
    )  # fmt: skip
    return [f"{bound} {p.add(at)}::timestamptz" for bound, at in bounds if at is not None]


def _marks(f: Filters, p: Parameters, now: datetime) -> list[str]:
    found = []
    if f.supervised is not None:
        found.append(f"c.id {'' if f.supervised else 'not '}in ({_SUPERVISED})")
    if f.emergency is not None:
        found.append(f"c.id in ({_EMERGENCY.format(id=p.add(str(f.emergency)))})")
    if f.invited_from is not None:
        found.append(f"c.id in ({_INVITED.format(since=p.add(f.invited_from))})")
    if f.rating is not None:
        found.append(
            f"c.id in ({_RATED[f.rating].format(now=p.add(now)) if f.rating == 'awaited' else _RATED[f.rating]})"
        )
    if f.visited is not None:
        found.append(f"{'' if f.visited else 'not '}exists ({_VISITED})")
    if f.reopening_asked is not None:
        found.append(f"c.id {'' if f.reopening_asked else 'not '}in ({_REOPENING})")
    if f.escalated is not None:
        found.append(f"c.escalated_to is {'not ' if f.escalated else ''}null")
    if f.urged is not None:
        found.append(f"({_URGED.format(now=p.add(now))}) is {'' if f.urged else 'not '}true")
    return found


def _columns(f: Filters, p: Parameters) -> list[str]:
    asked = {f.tier: f.area, "cell": f.cell, "kind": f.kind, "category": f.category, "lead_unit": f.unit}
    found = [f"c.{column} = {p.add(value)}" for column, value in asked.items() if value is not None]
    if f.centre is not None:
        found.append(f"(c.centre = {p.add(f.centre)} or c.lead_unit = {p.add(f.centre)})")
    return found


def has_status(f: Filters, p: Parameters) -> list[str]:
    """The condition on the status, if one is asked for."""
    if len(f.status) == 1:
        return [f"c.status = {p.add(f.status[0])}"]
    return [f"c.status = any({p.add(list(f.status))}::text[])"] if f.status else []


# A limit of an authority that was missed and has been urged by the clock (level 3 of its escalation; 4 is criticised).
_URGED = (
    "select true from open_clock k where c.due < {now}::timestamptz and k.case_id = c.id and k.owner = 'organ'"
    " and k.level >= 3 limit 1"
)
_EMERGENCY = "select k.case_id from clock k where k.kind = 'emergency' and k.subject = {id}"
_CURRENT = "select r.case_id from rating r where r.superseded_at is null and"
_INVITED = f"{_CURRENT} r.invited_at >= {{since}}::timestamptz"
_RATED = {
    "awaited": f"{_CURRENT} r.rated_at is null and r.window_ends >= {{now}}::timestamptz",
    "given": f"{_CURRENT} r.rated_at is not null",
    "unsatisfied": f"{_CURRENT} r.satisfaction = 'unsatisfied'",
}
_VISITED = "select from return_visit v where v.case_id = c.id and v.reached and v.at >= c.closed_at"
_REOPENING = "select q.case_id from reopening_request q where q.state = 'open'"
_SUPERVISED = "select v.case_id from supervision v where v.ended_at is null"


def _queue(f: Filters, p: Parameters) -> str:
    return "c.queue is not null" if f.queue == "any" else f"c.queue = {p.add(f.queue)}"


def _box(f: Filters, p: Parameters) -> str:
    west, south, east, north = (p.add(edge) for edge in f.bbox or ())
    return f"c.point && st_makeenvelope({west}, {south}, {east}, {north}, 4326)"


def _holds(word: str) -> str:
    return f"position(lower({word}::text) in lower(t.title || ' ' || coalesce(t.address, ''))) > 0"


# --- where a search may start ---------------------------------------------------------------------------------------


def _by_word(f: Filters, _: Actor, p: Parameters) -> str:
    """Pairs of characters find the rows, the text itself decides: a two-character word has no trigram."""
    word = p.add(max(f.words, key=len))
    return f"select t.case_id as id from case_text t where t.bigrams @> bigrams({word}::text) and {_holds(word)}"


def _by_sight(f: Filters, actor: Actor, p: Parameters) -> str:
    """Everything the actor may know of: parts in cases and, where the filter allows such kinds, open areas."""
    arms = [f"select a.case_id as id from {seen_by(actor, p)}"]
    open_areas = open_to(actor, p) if f.kind is None or f.kind in OPEN_KINDS else []
    if open_areas:  # a machine has none: a parameter that no condition uses would be refused
        asked = "".join(f" and {condition}" for condition in _columns(f, p))
        arms += [f"select c.id from cases c where {arm}{asked}" for arm in open_areas]
    return " union all ".join(arms)


_SOURCES: dict[str, Callable[[Filters, Actor, Parameters], str]] = {
    "assignee": lambda f, _, p: (
        f"select s.case_id as id from assignment s where s.staff = {p.add(f.assignee)}"
        " and s.state in ('offered', 'signed')"
    ),
    "cell": lambda f, _, p: f"select c.id from cases c where c.cell = {p.add(f.cell)}",
    "community": lambda f, _, p: f"select c.id from cases c where c.community = {p.add(f.area)}",
    "unit": lambda f, _, p: f"select c.id from cases c where c.lead_unit = {p.add(f.unit)}",
    "centre": lambda f, _, p: (
        f"select c.id from cases c where c.centre = {p.add(f.centre)}"
        f" union all select c.id from cases c where c.lead_unit = {p.add(f.centre)}"
    ),
    "supervised": lambda *_: _SUPERVISED.replace("v.case_id", "v.case_id as id", 1),
    "emergency": lambda f, _, p: _EMERGENCY.format(id=p.add(str(f.emergency))).replace("case_id", "case_id as id", 1),
    "text": _by_word,
    "bbox": lambda f, _, p: f"select c.id from cases c where {_box(f, p)}",
    "queue": lambda f, _, p: f"select c.id from cases c where {_queue(f, p)}",
    "sight": _by_sight,
}


def _selective(f: Filters, actor: Actor, *, newest: bool) -> list[str]:
    """The sources that may hold few ids. By due time, communities and units have an index in the order of the list."""
    asked = {
        "assignee": f.assignee is not None, "cell": f.cell is not None, "community": newest and f.tier == "community",
        "unit": newest and f.unit is not None, "text": bool(f.words), "bbox": f.bbox is not None,
        "queue": f.queue is not None, "centre": f.centre is not None, "supervised": f.supervised is True,
        "emergency": f.emergency is not None,
        "sight": f.sparse or not any(post.role in UNIT_SIGHT for post in actor.posts),
    }  # fmt: skip
    return [name for name, is_asked in asked.items() if is_asked]


def source(name: str, f: Filters, actor: Actor, p: Parameters) -> str:
    """A set of ids that holds all cases which this filter (or the actor's access) leaves."""
    return _SOURCES[name](f, actor, p)


async def choose_source(
    conn: Connection, f: Filters, actor: Actor, *, newest: bool = False, sweep: bool = False
) -> str | None:
    """The source with the fewest ids, if that is at most FEW; None means: walk the cases in the order of the list.

    One round trip where something selective is asked for, none for a list by area, kind, status and time. A `sweep`
    (a count) reads all anyway, and starts from whatever is asked for rather than from every case.
    """
    p = Parameters()
    named = _selective(f, actor, newest=newest)
    if not named:
        return None
    counts = [f"(select count(*) from (select from ({source(n, f, actor, p)}) s limit {FEW + 1}) few)" for n in named]
    row = await conn.fetchrow(f"select {', '.join(counts)}", *p)
    assert row is not None  # noqa: S101 (one row by construction)
    number, name = min(zip(row, named, strict=True))
    if number <= FEW:
        return name
    return next((name for name in named if name != "sight"), None) if sweep else None


def area_filter(code: str | None, tiers: Any) -> str | None:
    """The tier of an area code; raises Invalid for a code that the city does not have."""
    if code is None:
        return None
    if code not in tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/query/area")
    return str(tiers[code])
