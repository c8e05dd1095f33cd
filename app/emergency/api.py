"""Routes of emergency mode."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic_core import to_json

from app.cases.queries.filters import area_filter
from app.core import paging
from app.core.access import Actor, Permission
from app.core.http import Now, Read, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries
from app.core.texts import Code
from app.emergency import actions, queries
from app.emergency.schemas import EmergencyIn, EmergencyItem, EmergencyOut, EmergencyPage, EndIn, RotaIn, ShiftIn
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["emergency"])
CanRead = Annotated[Actor, Depends(requires(Permission.STAFF_READ))]
CanSwitch = Annotated[Actor, Depends(requires(Permission.EMERGENCY_SWITCH))]
Rules = Annotated[Reference, Depends(reference)]


@router.get("/emergencies", response_model=EmergencyPage, summary="Emergencies")
async def list_emergencies(
    _: CanRead, conn: Read, at: Now, rules: Rules, request: Request, response: Response,
    stands: Annotated[bool | None, Query(description="On now")] = None,
    area: Annotated[Code | None, Query(description="Touching this area")] = None,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> EmergencyPage:  # fmt: skip
    """The newest first. They name areas, categories and staff on duty, never a case."""
    area_filter(area, rules.tiers)
    after = paging.decode(cursor, 1, uuids=True)
    before = uuid.UUID(after[0]) if after else None
    rows = await queries.list_emergencies(conn, stands=stands, area=area, before=before, limit=limit + 1, now=at)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["id"])])))
    return EmergencyPage(items=[EmergencyItem.model_validate(dict(row)) for row in rows[:limit]])


@router.get(
    "/emergencies/{emergency_id}", response_model=EmergencyOut, summary="One emergency",
    responses={200: carries("ETag")},
)  # fmt: skip
async def get_emergency(emergency_id: uuid.UUID, _: CanRead, conn: Read, at: Now) -> Response:
    """With its rota and its record. The ETag is its version."""
    shown = await _shown(conn, emergency_id, at)
    return reply(200, to_json(shown), str(shown["version"]))


async def _shown(conn: Any, emergency: uuid.UUID, at: Any) -> dict[str, Any]:
    found = await queries.get_emergency(conn, emergency, now=at)
    return EmergencyOut.model_validate(found).model_dump(mode="json")


@router.post(
    "/emergencies", response_model=EmergencyOut, summary="Switch on emergency mode", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def switch_on_emergency(
    sent: EmergencyIn, conn: Write, call: ThisCall, rules: Rules, actor: CanSwitch
) -> Response:
    """By the head of a unit whose area covers it, until a time and for a reason; it ends by itself.

    Units must begin handling matching cases within the configured hours. No legal limit and none of a resident's
    changes, and nobody sees a case more than before.
    """

    async def act() -> tuple[int, bytes, str | None]:
        begin = actions.Begin(sent.area, sent.category, sent.ends_at, sent.reason, _rota(sent.rota))
        made = await actions.switch_on(conn, rules, begin, actor=actor, now=call.now)
        shown = await _shown(conn, made, call.now)
        return 201, to_json(shown), str(shown["version"])

    return await once(conn, call, act)


def _rota(sent: list[ShiftIn]) -> tuple[actions.OnDuty, ...]:
    return tuple(actions.OnDuty(shift.day, shift.shift, shift.staff) for shift in sent)


class Change:
    """One change of an emergency: replays first, then the version, then the change; the reply is its page."""

    def __init__(
        self, emergency_id: uuid.UUID, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules
    ) -> None:  # fmt: skip
        self.id, self.conn, self.call, self.version, self.rules = emergency_id, conn, call, version, rules

    async def make(self, change: Callable[..., Awaitable[None]], *more: Any) -> Response:
        """Make the change once and show the emergency as it is then."""

        async def act() -> tuple[int, bytes, str | None]:
            await change(
                self.conn, self.rules, self.id, *more, version=self.version, actor=self.call.actor, now=self.call.now
            )
            shown = await _shown(self.conn, self.id, self.call.now)
            return 200, to_json(shown), str(shown["version"])

        return await once(self.conn, self.call, act)


ThisChange = Annotated[Change, Depends(Change, scope="function")]


@router.post("/emergencies/{emergency_id}/actions/end", response_model=EmergencyOut, summary="End it early")
async def end_emergency(change: ThisChange, _: CanSwitch, __: EndIn | None = None) -> Response:
    """The faster limits that still run are lifted; the legal ones were never touched."""
    return await change.make(actions.end)


@router.post("/emergencies/{emergency_id}/actions/set_rota", response_model=EmergencyOut, summary="Write the duty rota")
async def set_emergency_rota(sent: RotaIn, change: ThisChange, _: CanSwitch) -> Response:
    """The whole rota anew: members of the area's units, on days of the emergency. It opens no case to them."""
    return await change.make(actions.set_rota, _rota(sent.rota))
