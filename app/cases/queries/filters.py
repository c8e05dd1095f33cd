"""What a list or a count is narrowed to, as conditions on rows and as sets of ids to start from."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.cases.queries.access import open_to, seen_by
from app.cases.queries.registry import LIST_FILTERS
from app.cases.rules import OPEN_KINDS
from app.cases.schemas.filters import Filters
from app.core import errors
from app.core.access import UNIT_SIGHT, Actor
from app.core.database import Connection, Parameters

FEW = 5_000  # as many ids are looked up one by one in the time in which an ordered walk skips a few thousand rows


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
    if f.box is not None:
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
    found = [
        f"c.id {'not ' if asked is False else ''}in ({_ids(name, f, p)})"
        for name in LIST_FILTERS
        if (asked := getattr(f, name)) is not None
    ]
    if f.rating is not None:
        ended = f" and r.window_ends >= {p.add(now)}::timestamptz" if f.rating == "awaited" else ""
        found.append(f"c.id in ({_RATED}{_RATINGS[f.rating]}{ended})")
    if f.visited is not None:
        found.append(f"{'' if f.visited else 'not '}exists ({_VISITED})")
    if f.escalated is not None:
        found.append(f"c.escalated_to is {'not ' if f.escalated else ''}null")
    if f.urged is not None:
        found.append(f"({_URGED.format(now=p.add(now))}) is {'' if f.urged else 'not '}true")
    return found


def _ids(name: str, f: Filters, p: Parameters) -> str:
    """The ids that a registered filter gives for the value asked for."""
    value = p.add(getattr(f, name)) if "{value}" in LIST_FILTERS[name] else ""
    return f"select b.id from ({LIST_FILTERS[name].format(value=value)}) b"


def _columns(f: Filters, p: Parameters) -> list[str]:
    asked = {f.tier: f.area, "cell": f.cell, "kind": f.kind, "category": f.category, "lead_unit": f.unit}
    found = [f"c.{column} = {p.add(value)}" for column, value in asked.items() if value is not None]
    if f.centre is not None:
        found.append(f"(c.centre = {p.add(f.centre)} or c.lead_unit = {p.add(f.centre)})")
    return found


def has_status(f: Filters, p: Parameters) -> list[str]:
    """The condition on the status, if one is asked for."""
    if f.status and len(f.status) == 1:
        return [f"c.status = {p.add(f.status[0])}"]
    return [f"c.status = any({p.add(list(f.status))}::text[])"] if f.status else []


# A limit of an authority that was missed and has been urged by the clock (level 3 of its escalation; 4 is criticised).
_URGED = (
    "select true from open_clock k where c.due < {now}::timestamptz and k.case_id = c.id and k.owner = 'organ'"
    " and k.level >= 3 limit 1"
)
_RATED = "select r.case_id from rating r where r.superseded_at is null and "
_RATINGS = {
    "awaited": "r.rated_at is null",
    "given": "r.rated_at is not null",
    "unsatisfied": "r.satisfaction = 'unsatisfied'",
}
_VISITED = "select from return_visit v where v.case_id = c.id and v.reached and v.at >= c.closed_at"
OWN = {
    "emergency": "select k.case_id as id from clock k where k.kind = 'emergency' and k.subject = {value}::uuid::text",
    "invited_from": (
        "select r.case_id as id from rating r where r.superseded_at is null and r.invited_at >= {value}::timestamptz"
    ),
    "reopening_asked": "select q.case_id as id from reopening_request q where q.state = 'open'",
}


def _queue(f: Filters, p: Parameters) -> str:
    return "c.queue is not null" if f.queue == "any" else f"c.queue = {p.add(f.queue)}"


def _box(f: Filters, p: Parameters) -> str:
    west, south, east, north = (p.add(edge) for edge in f.box or ())
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
    "supervised": lambda f, _, p: _ids("supervised", f, p),
    "emergency": lambda f, _, p: _ids("emergency", f, p),
    "text": _by_word,
    "bbox": lambda f, _, p: f"select c.id from cases c where {_box(f, p)}",
    "queue": lambda f, _, p: f"select c.id from cases c where {_queue(f, p)}",
    "sight": _by_sight,
}


def _selective(f: Filters, actor: Actor, *, newest: bool) -> list[str]:
    """The sources that may hold few ids. By due time, communities and units have an index in the order of the list."""
    asked = {
        "assignee": f.assignee is not None, "cell": f.cell is not None, "community": newest and f.tier == "community",
        "unit": newest and f.unit is not None, "text": bool(f.words), "bbox": f.box is not None,
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


def area_filter(code: str | None, tiers: Mapping[str, str]) -> str | None:
    """The tier of an area code; raises Invalid for a code that the city does not have."""
    if code is None:
        return None
    if code not in tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/query/area")
    return tiers[code]
