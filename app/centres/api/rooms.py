"""Rooms: when they are free, and taking one for the caller's own unit. For a case, the rooms above book."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import to_json

from app.centres.actions import book, release
from app.centres.api.reads import CanRead, From, To, within
from app.centres.queries import places
from app.centres.queries import rooms as queries
from app.centres.schemas.shown import BookingOut, BookingPage, RoomsOut
from app.centres.schemas.taken import BookIn
from app.core import errors, paging
from app.core.access import Actor, Permission
from app.core.http import Now, Read, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries
from app.core.texts import Code
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["centres"])
CanBook = Annotated[Actor, Depends(requires(Permission.ROOM_BOOK))]
Rules = Annotated[Reference, Depends(reference)]


@router.get("/centres/{code}/rooms", response_model=RoomsOut, summary="When are rooms free?")
async def list_rooms(code: Code, _: CanRead, conn: Read, now: Now, since: From = None, until: To = None) -> RoomsOut:
    """Each room of a centre and when it is taken; by whom or for what is told to nobody here."""
    await places.get_centre(conn, code)
    begins, ends = within(since, until, now)
    rooms = await places.list_rooms(conn, code, now)
    taken = await queries.list_taken(conn, [room["id"] for room in rooms], begins, ends)
    shown = [
        {**dict(room), "taken": [{"since": p.since, "until": p.until} for p in taken[room["id"]]]} for room in rooms
    ]
    return RoomsOut.model_validate({"centre": code, "since": begins, "until": ends, "rooms": shown})


@router.post(
    "/rooms/{room_id}/bookings", response_model=BookingOut, status_code=201, summary="Book a room",
    responses={201: carries("ETag")},
)  # fmt: skip
async def book_room(
    room_id: uuid.UUID, sent: BookIn, actor: CanBook, conn: Write, call: ThisCall, rules: Rules
) -> Response:
    """For the caller's own unit: of the centre, above it, or stationed there. Taken: 409, and `free` says when else."""

    async def act() -> tuple[int, bytes, str | None]:
        made = await book(conn, room_id, sent.period, sent.purpose, actor=actor, now=call.now, rules=rules)
        return 201, to_json(dict(await queries.get_booking(conn, made, actor=actor))), "1"

    return await once(conn, call, act)


@router.get("/me/bookings", response_model=BookingPage, summary="Which rooms has my unit taken?")
async def list_my_bookings(
    actor: CanBook, conn: Read, at: Now, request: Request, response: Response, limit: paging.Limit = paging.PAGE,
    cursor: paging.Cursor = None,
) -> BookingPage:  # fmt: skip
    """Bookings of the caller's units that are not over. Those for a case stand with the case."""
    after = paging.decode(cursor, 2, uuids=True)
    rows = await queries.list_bookings(conn, actor=actor, now=at, after=after, limit=limit + 1)
    if len(rows) > limit:
        last = rows[limit - 1]
        response.headers.update(paging.link(request, paging.encode([last["since"].isoformat(), str(last["id"])])))
    return BookingPage(items=[BookingOut(**dict(row)) for row in rows[:limit]])


@router.get(
    "/bookings/{booking_id}", response_model=BookingOut, summary="One booking", responses={200: carries("ETag")}
)
async def get_booking(booking_id: uuid.UUID, actor: CanBook, conn: Read) -> Response:
    """Of the caller's own unit. The ETag is its version."""
    found = await queries.get_booking(conn, booking_id, actor=actor)
    return reply(200, to_json(dict(found)), str(found["version"]))


@router.post("/bookings/{booking_id}/actions/release", response_model=BookingOut, summary="Give a room back")
async def release_booking(
    booking_id: uuid.UUID, actor: CanBook, conn: Write, call: ThisCall, version: ThisVersion
) -> Response:
    """By the unit that took it; the time is free again at once."""

    async def act() -> tuple[int, bytes, str | None]:
        found = await queries.get_booking(conn, booking_id, actor=actor)
        if found["version"] != version:
            raise errors.Stale(
                "该预订已有新版本，请重新读取。", "The booking has changed; read it again.",
                current={"version": found["version"]},
            )  # fmt: skip
        await release(conn, booking_id, actor=actor, now=call.now)
        shown = dict(await queries.get_booking(conn, booking_id, actor=actor))
        return 200, to_json(shown), str(shown["version"])

    return await once(conn, call, act)
