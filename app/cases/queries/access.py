"""The one door to cases: for lists, counts, search, history and every action alike."""

from app.cases.rules import OPEN_KINDS
from app.core.access import Actor, Permission
from app.core.database import Parameters

_OPEN = ", ".join(f"'{kind.value}'" for kind in OPEN_KINDS)


def visible_to(actor: Actor, parameters: Parameters, *, alias: str = "c") -> str:
    """A condition on `cases` under `alias`: what this actor may know exists.

    A part in the case (`case_access`), or, for requests and events only, the area. Whoever is concerned, or stands
    under a unit that is, sees nothing whatever else they hold. The part is a scalar subquery, asked row by row after
    all that the row itself can answer: EXISTS would let the planner hash every row of a busy unit.
    """
    if not actor.may(Permission.CASE_READ):
        return "false"
    grantees = parameters.add(actor.grantees())
    arms = [
        *open_to(actor, parameters, alias=alias),
        f"(select true from case_access a where a.case_id = {alias}.id and a.grantee = any({grantees}::text[])"
        " and (a.until is null or a.until > now()) limit 1)",
    ]
    return f"({' or '.join(arms)}) and {_not_barred(actor, parameters, alias)}"


def open_to(actor: Actor, parameters: Parameters, *, alias: str = "c") -> list[str]:
    """Conditions on `cases` under `alias`, any of which opens a request or an event to this actor by its area."""
    return [
        f"({alias}.kind in ({_OPEN}) and {alias}.{tier} = any({parameters.add(codes)}::text[]))"
        for tier, codes in actor.areas().items()
    ]


def _not_barred(actor: Actor, parameters: Parameters, alias: str) -> str:
    """Neither this person nor a unit they stand in or under is concerned."""
    paths = parameters.add(actor.unit_paths())
    person = parameters.add(actor.id if actor.kind == "staff" else None)
    return (
        f"({alias}.barred_units is null or not exists (select from unnest({paths}::text[]) p(path)"
        f" where {alias}.barred_units @> p.path::ltree))"
        f" and ({alias}.barred_staff is null or {person}::uuid is null or not {person}::uuid = any({alias}.barred_staff))"
    )
