"""Reading: list, counts, tasks, one case, its timeline."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from fastapi import APIRouter, Depends, Query, Request, Response

from app.cases.queries import corrections, lists, record, tasks
from app.cases.queries.filters import area_filter
from app.cases.queries.page import show_case
from app.cases.rules import OPEN_KINDS, Kind
from app.cases.rules.plain import step_title
from app.cases.schemas.correcting import CorrectionsOut
from app.cases.schemas.filters import Filters
from app.cases.schemas.page import CaseOut
from app.cases.schemas.shown import CasePage, CountsOut, SimilarPage, TasksOut, TimelineOut
from app.core import errors, paging
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, Signed, reference, requires
from app.core.idempotency import reply
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.core.precompiled import PrecompiledRoute
from app.reference.queries import Reference
from app.reference.runner import versioned

router = APIRouter(prefix="/v1", tags=["cases"])
lists_router = APIRouter(prefix="/v1", tags=["cases"], route_class=PrecompiledRoute)
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
Rules = Annotated[Reference, Depends(reference)]


async def filters(rules: Rules, actor: Signed, **asked: Any) -> Filters:
    """The filters that every list of cases takes."""
    f = Filters(**asked)
    if any(len(word) < 2 for word in f.words):
        raise errors.Invalid(
            "每个检索词至少两个字。", "Each search word needs two characters or more.", pointer="#/query/q"
        )
    tier, sparse = area_filter(f.area, rules.tiers), not _open(rules, actor, f.area, f.kind, f.category)
    status = list(dict.fromkeys(f.status or ()))
    return replace(f, status=status, tier=tier, box=paging.box(f.bbox), sparse=sparse)


def _parameters() -> Iterator[Parameter]:
    """What FastAPI reads: rules and caller, then every filter as a parameter of the address."""
    yield from (p for p in signature(filters).parameters.values() if p.kind is Parameter.POSITIONAL_OR_KEYWORD)
    for name, hint in get_type_hints(Filters, include_extras=True).items():
        if get_origin(hint) is Annotated:
            kind, meaning, *limits = get_args(hint)
            asked = Annotated[(kind, Query(description=meaning), *limits)]  # type: ignore[valid-type]  # read, not written here
            yield Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=asked)


filters.__signature__ = Signature(list(_parameters()))  # type: ignore[attr-defined]


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


@router.get("/cases/counts", summary="Count cases")
async def count_cases(
    f: ThisFilter, actor: CanRead, conn: Read, at: Now,
    by: Annotated[Literal["status", "kind", "category", "county", "township", "lead_unit", "queue"], Query()] = "status",
) -> CountsOut:  # fmt: skip
    """Counts of what the caller may see, with those overdue; the same filters as the list."""
    return CountsOut(by=by, items=await lists.count_cases(conn, f, actor=actor, by=by, now=at))


@router.get("/me/tasks", summary="What waits for me?")
async def list_my_tasks(actor: CanRead, conn: Read, at: Now, page: ThisPage) -> TasksOut:
    """Offers to sign for, tasks signed for, cases the caller's units lead, and results they owe (`task`), by due time."""
    found = await tasks.list_tasks(conn, actor=actor, after=page.after(2, uuids=True), limit=page.most, now=at)
    return TasksOut(items=page.of(found, lambda task: (task.due or "infinity", task.task or task.id)))


@router.get("/cases/{case_id}", response_model=CaseOut, summary="One case", responses={200: carries("ETag")})
async def get_case(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language, rules: Rules) -> Response:
    """The case with personal data masked and the steps this caller may take. The ETag is its version."""
    page = await show_case(conn, case_id, actor=actor, reference=rules, language=said, now=at)
    return reply(200, *versioned(page))


@router.get("/cases/{case_id}/timeline", summary="Its timeline")
async def get_timeline(
    case_id: uuid.UUID, actor: CanRead, conn: Read, said: Language, page: ThisPage
) -> TimelineOut:  # fmt: skip
    """Every event in order, as it was recorded."""
    last = page.after(1, numbers=True)
    after = int(last[0]) if last else 0
    found = await record.list_timeline(conn, case_id, actor=actor, after=after, limit=page.most)
    events = page.of(found, lambda event: (event.seq,))
    return TimelineOut(items=[replace(event, title=step_title(event.kind, said)) for event in events])


@router.get("/cases/{case_id}/similar", summary="May be the same matter")
async def list_similar_cases(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now) -> SimilarPage:
    """Hints from what the caller may see: same category, near in place and time, similar title. They never block."""
    return SimilarPage(items=await record.list_similar(conn, case_id, actor=actor, now=at))


@router.get("/cases/{case_id}/corrections", summary="What was corrected")
async def list_case_corrections(case_id: uuid.UUID, actor: CanRead, conn: Read) -> CorrectionsOut:
    """What was put right of what was registered, by whom and why, with the version before; masked as the page is. In clear:
    `reveal`."""
    return CorrectionsOut(items=await corrections.list_corrections(conn, case_id, actor=actor))
