"""A dashboard in one statement: every figure is a filter of the list of cases, counted by that filter's own conditions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from app.analytics.rules.figures import LIVE, Figure, Moments
from app.cases.queries.access import in_areas, in_parts
from app.cases.queries.filters import conditions, has_status, started
from app.cases.schemas.filters import Filters
from app.core.access import Actor, Permission, Post
from app.core.database import Connection, Parameters
from app.core.errors import Forbidden, NotFound
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class Scope:
    """What a dashboard is about: an area of a tier, or what a centre received or leads."""

    kind: str
    code: str
    name: str
    tier: str

    @property
    def narrow(self) -> dict[str, str]:
        """The filter that its rows share, as an address has it."""
        return {self.kind: self.code}

    @property
    def filters(self) -> Filters:
        """The same as the conditions have it."""
        if self.kind == "emergency":
            return Filters(emergency=uuid.UUID(self.code))
        return Filters(area=self.code, tier=self.tier) if self.kind == "area" else Filters(centre=self.code)


def find_area(reference: Reference, code: str, *, actor: Actor) -> Scope:
    """The area, for posts whose own area covers it; raises NotFound or Forbidden."""
    if code not in reference.tiers:
        raise NotFound("没有这个区域。", "There is no such area.")
    if not any(post.area in reference.lines[code] for post in reading(actor)):
        raise Forbidden("该区域的看板只对覆盖该区域的岗位开放。", "For posts whose area covers this one.")
    return Scope("area", code, reference.names.get(code, code), reference.tiers[code])


async def find_centre(conn: Connection, code: str, *, actor: Actor) -> Scope:
    """The centre, for posts of it and of the centres above it; raises NotFound or Forbidden."""
    row = await conn.fetchrow("select name, tier, path::text from unit where code = $1 and kind = 'centre'", code)
    if row is None:
        raise NotFound("没有这个中心。", "There is no such centre.")
    name, tier, path = row
    if not any(post.unit in path.split(".") for post in reading(actor)):
        raise Forbidden("该中心的看板只对本中心及上级中心开放。", "For posts of this centre and of those above it.")
    return Scope("centre", code, name, tier)


def reading(actor: Actor) -> tuple[Post, ...]:
    """The posts that let their holder read dashboards."""
    units = actor.units_with(Permission.FIGURES_READ)
    return tuple(post for post in actor.posts if post.unit in units)


# Whatever a figure counts is among these: live, new this week, under supervision, or closed of late, to be rated or asked
# to be reopened. It spares the look at most open cases of an area; of the caller's parts each is looked at anyway.
_WORTH = (
    "(c.status = any({live}::text[]) or c.registered_at >= {week}::timestamptz"
    " or c.id in (select v.case_id from supervision v where v.ended_at is null and v.by_area union all"
    " select r.case_id from rating r where r.superseded_at is null and r.by_area and r.invited_at >= {recent}::timestamptz"
    " union all select r.case_id from rating r where r.superseded_at is null and r.by_area and r.rated_at is null"
    " and r.window_ends >= {now}::timestamptz union all"
    " select q.case_id from reopening_request q where q.state = 'open' and q.by_area))"
)


async def count(conn: Connection, scope: Scope, wanted: Sequence[Figure], m: Moments, *, actor: Actor) -> list[int]:
    """The value of each figure, in one statement; only cases that the caller may see are counted."""
    p = Parameters()
    seen = " and ".join([in_parts(actor, p), *conditions(scope.filters, p, m.now)])
    arms = [f"select {_told(wanted, p, m, hashed=False)} from {seen}"]
    if scope.kind == "emergency":
        rows, base = started("emergency", scope.filters, actor, p), []
    else:
        rows, base = "cases c", conditions(scope.filters, p, m.now, walked=scope.filters.tier)
        base.append(_WORTH.format(live=p.add(list(LIVE)), week=p.add(m.week), recent=p.add(m.recent), now=p.add(m.now)))
    where = " and ".join([in_areas(actor, p), *base])
    arms.append(f"select {_told(wanted, p, m, hashed=True)} from {rows} where {where}")
    sums = ", ".join(f"sum(f{n})" for n in range(len(wanted)))
    row = await conn.fetchrow(f"select {sums} from ({' union all '.join(arms)}) arms", *p)
    return [int(value) for value in row or ()]


def _told(wanted: Sequence[Figure], p: Parameters, m: Moments, *, hashed: bool) -> str:
    """A column for each figure: how many cases it counts."""
    columns = []
    for n, figure in enumerate(wanted):
        f = Filters(**figure.narrow)
        holds = " and ".join([*has_status(f, p), *conditions(f, p, m.now, hashed=hashed), "true"])
        columns.append(f"count(*) filter (where {holds}) as f{n}")
    return ", ".join(columns)


def rows_of(scope: Scope, figure: Figure) -> str:
    """The address of the list that holds exactly the rows which a figure counts."""
    asked: list[tuple[str, str]] = []
    for name, value in {**scope.narrow, **figure.narrow}.items():
        values = value if isinstance(value, tuple) else (value,)
        asked += [(name, _written(each)) for each in values]
    return f"/v1/cases?{urlencode(asked)}"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)
