"""GET /v1/categories, /v1/dispute_kinds, /v1/dispute_kinds/{code}."""

from dataclasses import asdict
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query

from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.errors import Invalid, NotFound
from app.core.http import Language, Read, requires
from app.core.openapi import may_answer
from app.core.texts import Code
from app.routing import queries
from app.routing.rules import DisputeKind, Outside, Point
from app.routing.schemas import (
    CategoriesOut,
    ChannelOut,
    ChecklistOut,
    CompetentOut,
    ConfirmationOut,
    DisputeKindOut,
    DisputeKindRef,
    DisputeKindsOut,
    GroundedOut,
    MethodOut,
    OutsideRouteOut,
)

G = TypeVar("G", bound=GroundedOut)
router = APIRouter(prefix="/v1", tags=["map"])
CanReadMap = Annotated[Actor, Depends(requires(Permission.MAP_READ))]


@router.get("/categories", summary="What a case can be about")
async def list_categories(_: CanReadMap, conn: Read) -> CategoriesOut:
    """Codes for `category`, with the kinds each may be used for."""
    found = await queries.list_categories(conn)
    return CategoriesOut.model_validate({"items": list(found.values())}, from_attributes=True)


@router.get("/dispute_kinds", summary="Kinds of disputes")
async def list_dispute_kinds(_: CanReadMap, conn: Read, said: Language) -> DisputeKindsOut:
    """Each category of disputes belongs to one kind; a dispute's page names its kind in `dispute_kind`."""
    found = await queries.list_dispute_kinds(conn)
    items = [
        DisputeKindRef(code=k.code, name=k.name.say(said), categories=list(k.categories), procedure=k.procedure,
                       channels=[channel for channel, _ in k.channels], confirmable=k.confirmable,
                       functions=list(k.functions))
        for k in found.values()
    ]  # fmt: skip
    return DisputeKindsOut(items=items)


@router.get(
    "/dispute_kinds/{code}", summary="How disputes of a kind are mediated",
    responses=may_answer(NotFound, Invalid),
)  # fmt: skip
async def get_dispute_kind(
    code: Code, _: CanReadMap, conn: Read, said: Language,
    township: Annotated[Code | None, Query(description="Names the competent units there")] = None,
) -> DisputeKindOut:  # fmt: skip
    """Suggested procedure, channels, points of method, checklist, and the other routes with their limits.

    Each point says how firmly it stands: `law` with its article, the `practice` of mediators, or `configuration`.
    """
    kind = (await queries.list_dispute_kinds(conn)).get(code)
    if kind is None:
        raise NotFound("没有这一纠纷类型，见 /v1/dispute_kinds。", "No such kind of dispute; see /v1/dispute_kinds.")
    competent = None if township is None else await _competent(conn, kind, township, said)
    return DisputeKindOut(
        code=kind.code, name=kind.name.say(said), categories=list(kind.categories), procedure=kind.procedure,
        talks_first="joint" if kind.joint_talks_first else "separate",
        channels=[_told(ChannelOut, point, said, channel=channel) for channel, point in kind.channels],
        confirmation=_told(ConfirmationOut, kind.confirmation, said, possible=kind.confirmable),
        functions=list(kind.functions),
        methods=[_told(MethodOut, point, said, step=step) for step, point in kind.methods],
        checklist=ChecklistOut(ask=[w.say(said) for w in kind.questions], papers=[w.say(said) for w in kind.papers]),
        routes=[_route(outside, said) for outside in kind.routes], competent=competent,
    )  # fmt: skip


def _told(kind: type[G], point: Point, language: str, **more: object) -> G:
    basis = point.basis.say(language) if point.basis else None
    said = {"text": point.words.say(language), "status": point.firmness, "basis": basis, "source": point.source}
    return kind.model_validate({**said, **more})


def _route(outside: Outside, language: str) -> OutsideRouteOut:
    limit = outside.limit and {**asdict(outside.limit), "starts": outside.limit.starts.say(language)}
    return _told(OutsideRouteOut, outside.point, language, route=outside.route, limit=limit)


async def _competent(conn: Connection, kind: DisputeKind, township: str, language: str) -> CompetentOut:
    if not await queries.is_township(conn, township):
        raise Invalid(
            "没有这个乡镇（街道），见 /v1/areas?tier=township。",
            "No such township; see /v1/areas?tier=township.",
            pointer="#/query/township",
        )
    leads = await queries.list_leads(conn, township, kind.categories, language)
    helpers = await queries.list_helpers(conn, township, kind.functions, language)
    return CompetentOut(township=township, leads=leads, helpers=helpers)
