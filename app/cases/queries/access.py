"""The one way to cases: for lists, counts, search, history and every action alike."""

from app.cases.rules import OPEN_KINDS
from app.core.access import Actor, Permission
from app.core.database import Parameters

_OPEN = ", ".join(f"'{kind.value}'" for kind in OPEN_KINDS)


def visible_to(actor: Actor, parameters: Parameters, *, alias: str = "c", sweep: bool = False) -> str:
    """A condition on `cases` under `alias`: what this actor may know exists.

    A part in the case (`case_access`), or, for requests and events only, the area. Whoever is concerned, or stands
    under a unit that is, sees nothing whatever else they hold. The part is a scalar subquery, asked row by row after
    all that the row itself can answer: EXISTS would let the planner hash every row of a busy unit. `sweep` is for
    statements that go through most rows anyway: there all parts are read once.
    """
    if not actor.may(Permission.CASE_READ):
        return "false"
    parts = seen_by(actor, parameters)
    probe = f"(select true from {parts} and a.case_id = {alias}.id limit 1)"
    part = f"{alias}.id in (select a.case_id from {parts})" if sweep else probe
    return (
        f"({' or '.join([*open_to(actor, parameters, alias=alias), part])}) and {_not_barred(actor, parameters, alias)}"
        f" and {_seated(actor, parameters)}"
    )


def seen_by(actor: Actor, parameters: Parameters) -> str:
    """The parts (`case_access a`) by which this actor sees cases at the instant of the call."""
    grantees, at = parameters.add(actor.grantees()), parameters.add(actor.at)
    return (
        f"case_access a where a.grantee = any({grantees}::text[]) and (a.until is null or a.until > {at}::timestamptz)"
    )


def _seated(actor: Actor, parameters: Parameters) -> str:
    """Every post of the token is still held: who handed over sees nothing from that transaction on, not when it expires.

    Asked once a statement, as it depends on no row.
    """
    if actor.kind != "staff":
        return "true"
    posts, person = parameters.add([post.id for post in actor.posts]), parameters.add(actor.id)
    held = f"select count(*) from post p where p.id = any({posts}::text[]) and p.staff = {person}::uuid"
    return f"({held}) = {len(actor.posts)}"


def open_to(actor: Actor, parameters: Parameters, *, alias: str = "c") -> list[str]:
    """Conditions on `cases` under `alias`, any of which opens a request or an event to this actor by its area."""
    return [
        f"({alias}.kind in ({_OPEN}) and {alias}.waits_above is null and {alias}.{tier} = any({parameters.add(codes)}::text[]))"
        for tier, codes in actor.areas().items()
    ]


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
