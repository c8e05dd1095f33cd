"""Dashboards of centres and areas, and indicators."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from app.analytics.queries import dashboards, indicators
from app.analytics.queries.indicators import INDICATORS
from app.analytics.rules.figures import Figure, Moments, board, figures, moments
from app.analytics.schemas import BoardOut, DashboardOut, FigureOut, IndicatorsOut
from app.cases.queries.filters import area_filter
from app.core import errors
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Language, Now, ReadFigures, reference, requires
from app.core.texts import Code
from app.emergency.queries import get_emergency
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["figures"])
CanRead = Annotated[Actor, Depends(requires(Permission.FIGURES_READ))]
Rules = Annotated[Reference, Depends(reference)]
MOST_MONTHS = 24
By = Literal["none", "county", "township", "community", "category", "unit"]
Month = Annotated[str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]


@router.get("/centres/{code}/dashboard", summary="The dashboard of a centre")
async def read_centre_dashboard(
    code: Code, actor: CanRead, conn: ReadFigures, at: Now, said: Language, rules: Rules
) -> DashboardOut:
    """What the centre received or leads, for posts of the centre and of those above it; only what the caller may see.

    Every figure leads to the list of exactly its rows.
    """
    scope = await dashboards.find_centre(conn, code, actor=actor)
    return await _shown(conn, scope, figures, actor, at, said, rules)


@router.get("/areas/{code}/dashboard", summary="The dashboard of an area")
async def read_area_dashboard(
    code: Code, actor: CanRead, conn: ReadFigures, at: Now, said: Language, rules: Rules
) -> DashboardOut:
    """A township, a county, the city or a community, for posts whose area covers it; only what the caller may see."""
    scope = dashboards.find_area(rules, code, actor=actor)
    return await _shown(conn, scope, figures, actor, at, said, rules)


@router.get("/emergencies/{emergency_id}/board", summary="The joint board of an emergency")
async def read_emergency_board(
    emergency_id: uuid.UUID, actor: CanRead, conn: ReadFigures, at: Now, said: Language, rules: Rules
) -> BoardOut:
    """How its cases stand, and who is on duty today. For all units alike; each counts only what it may see anyway."""
    found = await get_emergency(conn, emergency_id, now=at)
    area = found.area
    scope = dashboards.Scope("emergency", str(emergency_id), rules.names.get(area, area), rules.tiers[area])
    today = at.astimezone(rules.city.tz).date()
    page = await _shown(conn, scope, board, actor, at, said, rules)
    duty = [shift for shift in found.rota if shift.day == today]
    return BoardOut(**dict(page), stands=found.stands, on_duty=duty)


async def _shown(
    conn: Connection, scope: dashboards.Scope, of: Callable[[Moments], tuple[Figure, ...]], actor: Actor, at: datetime,
    language: str, rules: Reference,
) -> DashboardOut:  # fmt: skip
    when = moments(at, calendar=rules.calendar, tz=rules.city.tz, recent_days=rules.city.profile.visit_days)
    wanted = of(when)
    values = await dashboards.count(conn, scope, wanted, when, actor=actor)
    shown = [
        FigureOut(code=figure.code, name=figure.title.say(language), value=value, light=figure.light,
                  rows=dashboards.rows_of(scope, figure))
        for figure, value in zip(wanted, values, strict=True)
    ]  # fmt: skip
    return DashboardOut(kind=scope.kind, code=scope.code, name=scope.name, tier=scope.tier, as_of=at, figures=shown)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months: their first day, the first day after them, and the instant up to which facts count."""

    first: date
    after: date
    known: datetime
    looks_back: bool

    @property
    def months(self) -> int:
        """How many."""
        return (self.after.year - self.first.year) * 12 + self.after.month - self.first.month


async def span(
    rules: Rules, at: Now, since: Month = None, until: Month = None,
    as_of: Annotated[date | None, Query(description="Facts after this day do not count")] = None,
) -> Span:  # fmt: skip
    """The months asked for; this month if none is."""
    tz = rules.city.tz
    today = at.astimezone(tz).date()
    first = date.fromisoformat(f"{since}-01") if since else today.replace(day=1)
    last = date.fromisoformat(f"{until}-01") if until else first
    found = Span(first, (last + timedelta(days=31)).replace(day=1), at, as_of is not None)
    if not 1 <= found.months <= MOST_MONTHS:
        raise errors.Invalid(
            f"起止月份须先后有序，最多 {MOST_MONTHS} 个月。",
            f"From a month to a later one, {MOST_MONTHS} at most.",
            pointer="#/query/until",
        )
    if as_of is None:
        return found
    if not first <= as_of <= today:
        raise errors.Invalid(
            "截至日期须在起始月份之后、今天之前。",
            "The day lies between the first month and today.",
            pointer="#/query/as_of",
        )
    return replace(found, known=min(at, datetime.combine(as_of + timedelta(days=1), time(), tz)))


async def wanted_indicators(
    indicator: Annotated[list[Code] | None, Query(description="Codes; all if left out", max_length=40)] = None,
) -> list[str]:
    """The codes asked for, each once."""
    codes = list(dict.fromkeys(indicator or INDICATORS))
    if unknown := [code for code in codes if code not in INDICATORS]:
        raise errors.Invalid(
            f"没有指标 {unknown[0]}；可选：{'、'.join(INDICATORS)}。",
            f"There is no indicator {unknown[0]}; there are {', '.join(INDICATORS)}.",
            pointer="#/query/indicator",
        )
    return codes


@router.get("/indicators", summary="Indicators of handling")
async def list_indicators(
    when: Annotated[Span, Depends(span)], codes: Annotated[list[str], Depends(wanted_indicators)], actor: CanRead,
    conn: ReadFigures, said: Language, rules: Rules,
    area: Annotated[Code | None, Query(description="That of the caller's own post if left out")] = None,
    by: Annotated[By, Query(description="What the cells are")] = "none",
) -> IndicatorsOut:  # fmt: skip
    """Numerator, denominator and ratio over whole months, of the cases that the caller may see.

    Cells whose numerator, denominator or difference is between one and four are suppressed, with as many more as keep
    them from being worked out, for whoever does not head the unit, or a centre or petition office above the area. They
    ask for the area of a post of their own, one month at a time, as it stands now.
    """
    area_filter(area, rules.tiers)
    own = [post.area for post in dashboards.reading(actor)]
    place = area or next(iter(own), rules.city.code)
    headed = await indicators.headed_by(conn, actor)
    free = any(above in rules.lines[place] for above in headed.areas)
    if not free and (place not in own or when.months > 1 or when.looks_back):
        raise errors.Forbidden(
            "只有该区域中心或信访部门负责人可查其他区域、跨月或历史时点；请查本岗位区域的单月数据。",
            "Other areas, several months or an earlier day are for the head of a centre or petition office above;"
            " ask for one month of the area of your own post.",
        )
    first, after = (datetime.combine(day, time(), rules.city.tz) for day in (when.first, when.after))
    days = rules.city.profile.first_time_days
    asked = indicators.Asked(place, rules.tiers[place], first, after, when.known, by, free, days, headed.units)
    found = await indicators.read_indicators(conn, codes, asked, rules, actor=actor, language=said)
    return IndicatorsOut(
        area=place, by=by, since=when.first, until=when.after - timedelta(days=1), as_of=when.known, indicators=found
    )
