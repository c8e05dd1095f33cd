"""What a list or a count is narrowed to, as conditions on rows and as sets of ids to start from."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.cases.queries.access import OPEN
from app.cases.queries.registry import LIST_FILTERS, Mark
from app.cases.queries.working import working_parts
from app.cases.rules import OPEN_KINDS
from app.cases.schemas.filters import Filters
from app.core import errors
from app.core.access import Actor
from app.core.database import Connection, Parameters

FEW = 5_000  # as many ids are looked up one by one in the time in which an ordered walk skips a few thousand rows


def conditions(
    f: Filters, p: Parameters, now: datetime, *, hashed: bool = False, walked: str | None = None
) -> list[str]:
    """One condition on `cases c` a filter given, except `status`; values are always parameters.

    What other tables say is judged row by row, from the case's own rows (a scalar subquery): a join, EXISTS or IN would let
    the planner begin with them. `hashed` is for statements that go through many open cases: there the ids of requests and
    events that have a mark are read once. `walked` is the tier of areas that the statement walks; one asked for beside it
    is judged by the row.
    """
    found = _columns(f, p, walked)
    if f.assignee is not None:
        found.append(
            f"(select true from assignment s where s.case_id = c.id and s.staff = {p.add(f.assignee)}"
            " and s.state in ('offered', 'signed') limit 1)"
        )
    found += [*_times(f, p, now), *_marks(f, p, now, hashed=hashed)]
    if f.queue is not None:
        found.append(_queue(f, p))
    if f.box is not None:
        found.append(f"({_box(f, p)}) is true")
    return found


def says(f: Filters, p: Parameters, actor: Actor) -> list[str]:
    """One condition a word: the title holds it, or the address of a case that the actor works on."""
    if not f.words:
        return []
    works_on = f"(select true from {working_parts(actor, p)} and a.case_id = c.id limit 1)"
    return [
        f"(select true from case_text t where t.case_id = c.id and ({_holds(word, 't.title')}"
        f" or {_holds(word, 't.address')} and {works_on}) limit 1)"
        for word in map(p.add, f.words)
    ]


def _times(f: Filters, p: Parameters, now: datetime) -> list[str]:
    bounds = (
        ("c.due >=", now if f.overdue is False else None), ("c.due <", now if f.overdue else None),
        ("c.due <", f.due_before), ("c.due >=", f.due_from), ("c.registered_at >=", f.registered_from),
    )  # fmt: skip
    return [f"{bound} {p.add(at)}::timestamptz" for bound, at in bounds if at is not None]


def _marks(f: Filters, p: Parameters, now: datetime, *, hashed: bool) -> list[str]:
    asked = [
        (mark, value, value is not False)
        for name, mark in LIST_FILTERS.items()
        if (value := getattr(f, name)) is not None
    ]
    if f.rating is not None:
        asked.append((_RATINGS[f.rating], now, True))
    found = []
    for mark, value, wanted in asked:
        given = p.add(value) if "{value}" in mark.rows else ""
        if hashed:
            found.append(f"c.id {'' if wanted else 'not '}in ({mark.ids(given)})")
        else:
            found.append(f"{mark.on('c.id', given)} is {'' if wanted else 'not '}true")
    if f.visited is not None:
        found.append(f"({_VISITED}) is {'' if f.visited else 'not '}true")
    if f.escalated is not None:
        found.append(f"c.escalated_to is {'not ' if f.escalated else ''}null")
    if f.urged is not None:
        found.append(f"({_URGED.format(now=p.add(now))}) is {'' if f.urged else 'not '}true")
    return found


def _columns(f: Filters, p: Parameters, walked: str | None) -> list[str]:
    asked = {"cell": f.cell, "kind": f.kind, "category": f.category, "lead_unit": f.unit}
    found = [f"c.{column} = {p.add(value)}" for column, value in asked.items() if value is not None]
    if f.area is not None:
        found.append(f"c.{f.tier} = {p.add(f.area)}" if walked == f.tier else f"(c.{f.tier} = {p.add(f.area)}) is true")
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
_RATED = "rating r where r.superseded_at is null and "
_RATINGS = {
    "awaited": Mark(f"{_RATED}r.rated_at is null and r.window_ends >= {{value}}::timestamptz"),
    "given": Mark(f"{_RATED}r.firm_at <= {{value}}::timestamptz"),
    "unsatisfied": Mark(f"{_RATED}r.satisfaction = 'unsatisfied' and r.firm_at <= {{value}}::timestamptz"),
}
_VISITED = "select true from return_visit v where v.case_id = c.id and v.reached and v.at >= c.closed_at limit 1"
OWN = {
    "emergency": Mark("clock k where k.kind = 'emergency' and k.subject = {value}::uuid::text"),
    "invited_from": Mark("rating r where r.superseded_at is null and r.invited_at >= {value}::timestamptz"),
    "reopening_asked": Mark("reopening_request q where q.state = 'open'"),
}


def _queue(f: Filters, p: Parameters) -> str:
    return "c.queue is not null" if f.queue == "any" else f"c.queue = {p.add(f.queue)}"


def _box(f: Filters, p: Parameters) -> str:
    west, south, east, north = (p.add(edge) for edge in f.box or ())
    return f"c.point && st_makeenvelope({west}, {south}, {east}, {north}, 4326)"


def _holds(word: str, text: str) -> str:
    return f"coalesce(position(lower({word}::text) in lower({text})) > 0, false)"


# --- where a search among the open cases may start ------------------------------------------------------------------


def _by_word(f: Filters, actor: Actor, p: Parameters) -> str:
    """Pairs of characters find titles, the text itself decides: a two-character word has no trigram. For addresses the
    actor's own parts are walked, so that it costs nothing what lies in cases of others."""
    word = p.add(max(f.words, key=len))
    return (
        "select t.case_id as id from case_text t"
        f" where t.by_area and bigrams(t.title) @> bigrams({word}::text) and {_holds(word, 't.title')}"
        f" union all select a.case_id from {working_parts(actor, p)}"
        f" and (select t.by_area and {_holds(word, 't.address')} from case_text t where t.case_id = a.case_id)"
    )


def _open(condition: str) -> str:
    return f"select c.id from cases c where c.kind in ({OPEN}) and {condition}"


def _marked(name: str) -> Callable[[Filters, Actor, Parameters], str]:
    return lambda f, _, p: LIST_FILTERS[name].ids(
        p.add(getattr(f, name)) if "{value}" in LIST_FILTERS[name].rows else ""
    )


_SOURCES: dict[str, Callable[[Filters, Actor, Parameters], str]] = {
    "assignee": lambda f, _, p: (
        f"select s.case_id as id from assignment s where s.staff = {p.add(f.assignee)}"
        " and s.state in ('offered', 'signed') and s.by_area"
    ),
    "cell": lambda f, _, p: _open(f"c.cell = {p.add(f.cell)}"),
    "community": lambda f, _, p: _open(f"c.community = {p.add(f.area)}"),
    "unit": lambda f, _, p: _open(f"c.lead_unit = {p.add(f.unit)}"),
    "centre": lambda f, _, p: (
        f"{_open(f'c.centre = {p.add(f.centre)}')} union all {_open(f'c.lead_unit = {p.add(f.centre)}')}"
    ),
    "supervised": _marked("supervised"),
    "emergency": _marked("emergency"),
    "text": _by_word,
    "bbox": lambda f, _, p: _open(_box(f, p)),
    "queue": lambda f, _, p: _open(_queue(f, p)),
}


def _selective(f: Filters, *, newest: bool) -> list[str]:
    """The sources that may hold few ids. By due time, communities and units have an index in the order of the list."""
    asked = {
        "assignee": f.assignee is not None, "cell": f.cell is not None, "community": newest and f.tier == "community",
        "unit": newest and f.unit is not None, "text": bool(f.words), "bbox": f.box is not None,
        "queue": f.queue is not None, "centre": f.centre is not None, "supervised": f.supervised is True,
        "emergency": f.emergency is not None,
    }  # fmt: skip
    return [name for name, is_asked in asked.items() if is_asked]


def started(name: str, f: Filters, actor: Actor, p: Parameters) -> str:
    """What follows FROM for all requests and events `c` which this filter leaves, each by its id."""
    return (
        f"(select distinct id from ({_SOURCES[name](f, actor, p)}) s) f"
        " cross join lateral (select * from cases c where c.id = f.id offset 0) c"
    )


async def choose_source(
    conn: Connection, f: Filters, actor: Actor, *, newest: bool = False, sweep: bool = False
) -> str | None:
    """The source with the fewest ids, if that is at most FEW; None means: walk the open cases in the order of the list.

    One round trip where something selective is asked for, none for a list by area, kind, status and time, nor for who sees no
    area. A `sweep` (a count) reads all anyway, and starts from whatever is asked for rather than from every case.
    """
    named = _selective(f, newest=newest) if actor.areas() and (f.kind is None or f.kind in OPEN_KINDS) else []
    if not named:
        return None
    p = Parameters()
    counts = [f"(select count(*) from (select from ({_SOURCES[n](f, actor, p)}) s limit {FEW + 1}) few)" for n in named]
    row = await conn.fetchrow(f"select {', '.join(counts)}", *p)
    assert row is not None  # noqa: S101 (one row by construction)
    number, name = min(zip(row, named, strict=True))
    return name if number <= FEW else named[0] if sweep else None


def area_filter(code: str | None, tiers: Mapping[str, str]) -> str | None:
    """The tier of an area code; raises Invalid for a code that the city does not have."""
    if code is None:
        return None
    if code not in tiers:
        raise errors.Invalid("没有这个区域代码。", "There is no such area code.", pointer="#/query/area")
    return tiers[code]
