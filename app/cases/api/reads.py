"""Reading: list, counts, tasks, one case, its timeline."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic_core import to_json

from app.cases.api.list_filters import narrowing
from app.cases.queries import lists, record, tasks
from app.cases.queries.filters import Filters, area_filter
from app.cases.queries.page import show_case, step_title
from app.cases.rules import OPEN_KINDS, Kind, Status
from app.cases.schemas import (
    CaseOut,
    CasePage,
    CountOut,
    CountsOut,
    EventOut,
    SimilarOut,
    SimilarPage,
    TaskOut,
    TasksOut,
    TimelineOut,
)  # fmt: skip
from app.core import errors, paging
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, Signed, reference, requires
from app.core.idempotency import reply
from app.core.openapi import carries
from app.core.precompiled import PrecompiledRoute
from app.core.texts import Code, Searched
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["cases"])
lists_router = APIRouter(prefix="/v1", tags=["cases"], route_class=PrecompiledRoute)
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
Rules = Annotated[Reference, Depends(reference)]


async def filters(
    rules: Rules,
    actor: Signed,
    more: Annotated[dict[str, Any], Depends(narrowing)],
    area: Annotated[Code | None, Query(description="Area code of any tier")] = None,
    cell: Annotated[Code | None, Query(description="Cell code")] = None,
    unit: Annotated[Code | None, Query(description="Unit that leads")] = None,
    assignee: Annotated[uuid.UUID | None, Query(description="Member of staff with an open assignment")] = None,
    kind: Annotated[Kind | None, Query()] = None,
    category: Annotated[Code | None, Query()] = None,
    status: Annotated[list[Status] | None, Query(description="One or more", max_length=9)] = None,
    overdue: Annotated[bool | None, Query(description="A limit has passed")] = None,
    queue: Annotated[
        Literal["any", "address_only", "outside_cells", "outside_city", "no_worker", "no_tier_above"] | None,
        Query(description="Cases that wait for a place, a worker, or an authority above the city"),
    ] = None,
    q: Annotated[Searched | None, Query(description="Words of title or address, two characters or more")] = None,
    bbox: Annotated[str | None, Query(max_length=100, description="west,south,east,north (WGS84)")] = None,
) -> Filters:
    """The filters that every list of cases takes."""
    if q is not None and any(len(word) < 2 for word in q.split()):
        raise errors.Invalid(
            "每个检索词至少两个字。", "Each search word needs two characters or more.", pointer="#/query/q"
        )
    return Filters(
        area=area, tier=area_filter(area, rules.tiers), cell=cell, unit=unit, assignee=assignee, kind=kind,
        category=category, status=tuple(s.value for s in dict.fromkeys(status or ())), overdue=overdue,
        queue=queue, text=q, bbox=paging.box(bbox), sparse=not _open(rules, actor, area, kind, category), **more,
    )  # fmt: skip


def _open(rules: Reference, actor: Actor, area: str | None, kind: Kind | None, category: str | None) -> bool:
    """Whether the caller's areas open any of what is asked for; a guess by today's rules, which decides about speed."""
    known = rules.categories.get(category) if category else None
    kinds = {kind} if kind else set(known.kinds) if known else set(Kind)
    within = area is None or any(rules.overlap(area, code) for codes in actor.areas().values() for code in codes)
    return within and not kinds.isdisjoint(OPEN_KINDS)


ThisFilter = Annotated[Filters, Depends(filters)]


@lists_router.get("/cases", response_model=CasePage, summary="List cases")
async def list_cases(
    f: ThisFilter, actor: CanRead, conn: Read, at: Now, request: Request, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None, sort: Annotated[Literal["due", "newest"], Query()] = "due",
) -> Response:  # fmt: skip
    """What the caller may see, by due time or the newest first. `Link: rel="next"` leads on."""
    newest = sort == "newest"
    after = paging.decode(cursor, 1 if newest else 2, uuids=True)
    body, last = await lists.list_cases(conn, f, actor=actor, after=after, newest=newest, limit=limit, now=at)
    return reply(200, body.encode(), headers=paging.link(request, paging.encode(last) if last else None))


@router.get("/cases/counts", response_model=CountsOut, summary="Count cases")
async def count_cases(
    f: ThisFilter, actor: CanRead, conn: Read, at: Now,
    by: Annotated[Literal["status", "kind", "category", "county", "township", "lead_unit", "queue"], Query()] = "status",
) -> CountsOut:  # fmt: skip
    """Counts of what the caller may see, with those overdue; the same filters as the list."""
    rows = await lists.count_cases(conn, f, actor=actor, by=by, now=at)
    return CountsOut(by=by, items=[CountOut(**dict(row)) for row in rows])


@router.get("/me/tasks", response_model=TasksOut, summary="What waits for me?")
async def list_my_tasks(
    actor: CanRead, conn: Read, at: Now, request: Request, response: Response, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None,
) -> TasksOut:  # fmt: skip
    """Offers to sign for, tasks signed for, cases the caller's units lead, and results they owe (`task`), by due time."""
    after = paging.decode(cursor, 2, uuids=True)
    rows = await tasks.list_tasks(conn, actor=actor, after=after, limit=limit + 1, now=at)
    if len(rows) > limit:
        last = rows[limit - 1]
        response.headers.update(paging.link(request, paging.encode([last["sort_due"], str(last["sort_id"])])))
    return TasksOut(items=[TaskOut(**dict(row)) for row in rows[:limit]])


@router.get("/cases/{case_id}", response_model=CaseOut, summary="One case", responses={200: carries("ETag")})
async def get_case(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language, rules: Rules) -> Response:
    """The case with personal data masked and the steps this caller may take. The ETag is its version."""
    page = await show_case(conn, case_id, actor=actor, reference=rules, language=said, now=at)
    return reply(200, to_json(page), str(page["version"]))


@router.get("/cases/{case_id}/timeline", response_model=TimelineOut, summary="Its timeline")
async def get_timeline(
    case_id: uuid.UUID, actor: CanRead, conn: Read, said: Language, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> TimelineOut:  # fmt: skip
    """Every event in order, as it was recorded."""
    last = paging.decode(cursor, 1, numbers=True)
    after = int(last[0]) if last else 0
    rows = await record.list_timeline(conn, case_id, actor=actor, after=after, limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["seq"])])))
    items = [
        EventOut(seq=r["seq"], kind=r["kind"], title=step_title(r["kind"], said), at=r["at"], actor=r["actor"],
                 actor_name=r["actor_name"], text=r["text"], data=r["data"], hash=r["hash"].hex())
        for r in rows[:limit]
    ]  # fmt: skip
    return TimelineOut(items=items)


@router.get("/cases/{case_id}/similar", response_model=SimilarPage, summary="May be the same matter")
async def list_similar_cases(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now) -> SimilarPage:
    """Hints from what the caller may see: same category, near in place and time, similar title. They never block."""
    rows = await record.list_similar(conn, case_id, actor=actor, now=at)
    return SimilarPage(items=[SimilarOut(**dict(row)) for row in rows])
