"""Counting matters rather than cases, and ratings beside how many took part."""

from typing import Any

from app.cases.queries.access import visible_to
from app.core.access import Actor
from app.core.database import Connection, Parameters


def counts_once(alias: str = "c") -> str:
    """A condition on `cases` under `alias`: the one case of each family that statistics count.

    Not what was merged into another, brought again while it was being handled, joined to a group's case, a part of a
    larger one, or the review of an opinion: of these the first case stands for all. Undone links and merges count again.
    """
    return (
        f"({alias}.status <> 'merged' and not exists (select from case_link family"
        f" where family.case_id = {alias}.id and family.undone_at is null))"
    )


_PARTICIPATION = """
    select count(*) as invited, count(r.rated_at) as rated,
        count(*) filter (where r.rated_at is null and r.window_ends >= $1::timestamptz) as still_open,
        count(*) filter (where r.satisfaction = 'satisfied') as satisfied,
        count(*) filter (where r.satisfaction = 'basically') as basically,
        count(*) filter (where r.satisfaction = 'unsatisfied') as unsatisfied,
        count(*) filter (where r.solved = 'yes') as solved,
        count(*) filter (where r.solved = 'partly') as partly,
        count(*) filter (where r.solved = 'no') as unsolved
    from rating r join cases c on c.id = r.case_id
    where {where}
"""


async def count_participation(
    conn: Connection, *, actor: Actor, now: Any, since: Any, until: Any, narrowed: str = "true"
) -> dict[str, int]:
    """Satisfaction beside participation, of cases that the actor may see and that were closed from `since` until before
    `until`: a rate of satisfaction without how many rated says nothing. Ratings of cases taken up again since count where
    they were given. `narrowed` is a condition on `cases c` without parameters.
    """
    p = Parameters([now, since, until])
    where = (
        f"r.invited_at >= $2::timestamptz and r.invited_at < $3::timestamptz and {narrowed} and {visible_to(actor, p)}"
    )
    (row,) = await conn.fetch(_PARTICIPATION.format(where=where), *p)
    return dict(row)
