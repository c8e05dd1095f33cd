"""The one way to cases: for lists, counts, search, history and every action alike.

One case is asked for with `visible_to`. What many are narrowed to is a filter, and a filter never decides where a read
begins: it walks the open cases of the caller's areas (`in_areas`), and the caller's parts (`in_parts`), and
applies the filter to what comes out. So neither its time nor its plan tells that something hidden matches.
"""

from collections.abc import Sequence

from app.cases.rules import OPEN_KINDS
from app.core.access import Actor, Permission
from app.core.database import Parameters

OPEN = ", ".join(f"'{kind.value}'" for kind in OPEN_KINDS)


def visible_to(actor: Actor, parameters: Parameters, *, alias: str = "c") -> str:
    """A condition on `cases` under `alias`: what this actor may know exists.

    A part in the case (`case_access`), or, for requests and events only, the area. Whoever is concerned, or stands
    under a unit that is, sees nothing whatever else they hold. The part is a scalar subquery, asked row by row after
    all that the row itself can answer: EXISTS would let the planner hash every row of a busy unit.
    """
    if not actor.may(Permission.CASE_READ):
        return "false"
    part = f"(select true from {seen_by(actor, parameters)} and a.case_id = {alias}.id limit 1)"
    ways = " or ".join([*open_to(actor, parameters, alias=alias), part])
    return f"({ways}) and {_let_in(actor, parameters, alias)}"


def in_areas(actor: Actor, parameters: Parameters, *, tiers: Sequence[str] | None = None) -> str:
    """The condition on `cases c` that they are open to this actor by their area (of these tiers). By the row and the caller
    alone, so that the indexes that hold requests and events alone serve it; `false` for whoever sees no area."""
    arms = open_to(actor, parameters, tiers=tiers) if actor.may(Permission.CASE_READ) else []
    return f"({' or '.join(arms)}) and {_let_in(actor, parameters, 'c')}" if arms else "false"


def in_parts(actor: Actor, parameters: Parameters) -> str:
    """The cases `c` in which this actor has a part and that `in_areas` does not give, each once, as what follows FROM; the WHERE
    may be added to with AND.

    Each part leads to its case by its id (OFFSET 0: the planner cannot turn that round).
    """
    if not actor.may(Permission.CASE_READ):
        return "cases c where false"
    return (
        f"({_case_ids(actor, parameters)}) a"
        " cross join lateral (select * from cases where id = a.case_id offset 0) c"
        f" where {_let_in(actor, parameters, 'c')}"
    )


def in_parts_by(
    actor: Actor, parameters: Parameters, where: Sequence[str], *, columns: str, order: Sequence[str], down: bool, end: str
) -> str:  # fmt: skip
    """A SELECT of `columns` of the first cases `c` of `in_parts` for which `where` holds: in the order of `due` and `case_id`, or
    of one of them, of `case_access a`, in which an index has them for each name under which the actor is known.
    """
    if not actor.may(Permission.CASE_READ):
        return f"select {columns} from cases c where false"
    keys = ", ".join(f"a.{key}" for key in order)
    by = ", ".join(f"a.{key}{' desc' if down else ''}" for key in order)
    conditions = " and ".join([_let_in(actor, parameters, "c"), *where])
    arms = [
        f"select {columns} from {names} cross join lateral (select distinct on ({keys}) {columns} from case_access a"
        f" cross join lateral (select * from cases where id = a.case_id offset 0) c where {part} and {conditions}"
        f" order by {by} {end}) c"
        for names, part in _parts(actor, parameters)
    ]
    return " union all ".join(arms)


def _parts(actor: Actor, parameters: Parameters) -> list[tuple[str, str]]:
    """The names `mine(name)` under which the actor is known, and the condition on `case_access a` of what each sees that the
    actor's areas do not show. The parts of a unit in its own area are passed over in the index, but for who is of the unit
    and has another area."""
    codes = sorted({code for codes in actor.areas().values() for code in codes})
    names, at = parameters.add(actor.grantees()), parameters.add(actor.at)
    theirs = f"a.grantee = mine.name and (a.until is null or a.until > {at}::timestamptz)"
    own = f"unnest({names}::text[]) mine(name)"
    if not codes:  # nor any unit: what is theirs by name is always outside
        return [(own, f"a.outside and {theirs}")]
    areas = f"{parameters.add(codes)}::text[]"
    elsewhere = f"(a.areas && {areas}) is not true"
    moved = (
        f"(select u.name from unnest({names}::text[]) u(name) join unit on unit.code = substr(u.name, 6)"
        f" where starts_with(u.name, 'unit:') and unit.area <> all({areas})) mine"
    )
    return [(own, f"a.outside and {theirs} and {elsewhere}"), (moved, f"not a.outside and {theirs} and {elsewhere}")]


def _case_ids(actor: Actor, parameters: Parameters) -> str:
    """SELECT of the ids of the cases of `_parts`, each once."""
    return " union ".join(
        f"select a.case_id from {names} cross join lateral (select a.case_id from case_access a where {part} offset 0) a"
        for names, part in _parts(actor, parameters)
    )


def beside(
    actor: Actor, parameters: Parameters, row: str, where: Sequence[str], *, columns: str, join: str = "", end: str = ""
) -> str:
    """SELECTs, joined by UNION ALL, of the rows that hang on cases `c` which this actor may know of, and for which `where` holds.

    `row` names a table with `case_id` and `by_area`, and its alias; `join` what else its conditions ask. `end` orders and
    limits each of the two: rows of open cases, in the order of an index, and those of the caller's parts.
    """
    table, alias = row.split()
    its_case = f"cross join lateral (select * from cases where id = {alias}.case_id offset 0) c"
    asked = "".join(f" and {condition}" for condition in where)
    if not actor.may(Permission.CASE_READ):
        return f"select {columns} from {row} {join} join cases c on false{asked}"
    return (
        f"(select {columns} from {row} {join} {its_case} where {alias}.by_area and {in_areas(actor, parameters)}{asked} {end})"
        f" union all (select {columns} from ({_case_ids(actor, parameters)}) a"
        f" cross join lateral (select * from {table} where case_id = a.case_id offset 0) {alias} {join} {its_case}"
        f" where {_let_in(actor, parameters, 'c')}{asked} {end})"
    )


def seen_by(actor: Actor, parameters: Parameters) -> str:
    """The parts (`case_access a`) by which this actor sees cases at the instant of the call."""
    grantees, at = parameters.add(actor.grantees()), parameters.add(actor.at)
    return (
        f"case_access a where a.grantee = any({grantees}::text[]) and (a.until is null or a.until > {at}::timestamptz)"
    )


def open_to(actor: Actor, parameters: Parameters, *, alias: str = "c", tiers: Sequence[str] | None = None) -> list[str]:
    """Conditions on `cases` under `alias`, any of which opens a request or an event to this actor by its area."""
    return [
        f"({alias}.kind in ({OPEN}) and {alias}.waits_above is null and {alias}.{tier} = any({parameters.add(codes)}::text[]))"
        for tier, codes in actor.areas().items()
        if tiers is None or tier in tiers
    ]


def _let_in(actor: Actor, parameters: Parameters, alias: str) -> str:
    return f"{_not_barred(actor, parameters, alias)} and {_seated(actor, parameters)}"


def _seated(actor: Actor, parameters: Parameters) -> str:
    """Every post of the token is still held: who handed over sees nothing from that transaction on, not when it expires.

    Asked once a statement, as it depends on no row.
    """
    if actor.kind != "staff":
        return "true"
    posts, person = parameters.add([post.id for post in actor.posts]), parameters.add(actor.id)
    held = f"select count(*) from post p where p.id = any({posts}::text[]) and p.staff = {person}::uuid"
    return f"({held}) = {len(actor.posts)}"


def _not_barred(actor: Actor, parameters: Parameters, alias: str) -> str:
    """Neither this person nor a unit they stand in or under is concerned; and where words wait to be named, they stand above
    all who had it in hand, or lead it. By the row and the caller alone: whether it holds costs the same."""
    line, units = parameters.add(actor.line()), parameters.add([post.unit for post in actor.posts])
    tiers, person = parameters.add(actor.tiers_below()), parameters.add(actor.id if actor.kind == "staff" else None)
    return (
        f"not coalesce({alias}.barred_units && {line}::text[], false)"
        f" and ({alias}.waits_above is null or {alias}.lead_unit = any({units}::text[])"
        f" or {alias}.waits_above = any({tiers}::text[]))"
        f" and not coalesce({person}::uuid = any({alias}.barred_staff), false)"
    )
