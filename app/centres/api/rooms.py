"""Rooms: when they are free, and taking one for the caller's own unit. For a case, the capabilities above book."""

import uuid
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.centres.actions.booking import book, release
from app.centres.api.reads import CanRead, From, To, within
from app.centres.queries import places
from app.centres.queries import rooms as queries
from app.centres.rules import BOOKINGS
from app.centres.schemas.shown import BookingOut, BookingPage, RoomBusy, RoomsOut, Taken
from app.centres.schemas.taken import BookIn
from app.core.access import Actor, Permission
from app.core.http import Now, Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.core.texts import Code
from app.reference.actions import ActionContext
from app.reference.runner import ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["centres"])
CanBook = Annotated[Actor, Depends(requires(Permission.ROOM_BOOK))]


@router.get("/centres/{code}/rooms", response_model=RoomsOut, summary="When are rooms free?")
async def list_rooms(code: Code, _: CanRead, conn: Read, now: Now, since: From = None, until: To = None) -> RoomsOut:
    """Each room of a centre and when it is taken; by whom or for what is told to nobody here."""
    await places.get_centre(conn, code)
    begins, ends = within(since, until, now)
    rooms = await places.list_rooms(conn, code, now)
    taken = await queries.list_taken(conn, [room.id for room in rooms], begins, ends)
    shown = [RoomBusy(**asdict(room), taken=[Taken(p.since, p.until) for p in taken[room.id]]) for room in rooms]
    return RoomsOut(centre=code, since=begins, until=ends, rooms=shown)


async def _show(act: ActionContext, booking: uuid.UUID, _: str) -> BookingOut:
    return await queries.get_booking(act.conn, booking, actor=act.actor)


@router.post(
    "/rooms/{room_id}/bookings", response_model=BookingOut, status_code=201, summary="Book a room",
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.ROOM_BOOK))],
)  # fmt: skip
async def book_room(room_id: uuid.UUID, sent: BookIn, creator: ThisCreator) -> Response:
    """For the caller's own unit: of the centre, above it, or stationed there. Taken: 409, and `free` says when else."""
    return await creator.run(lambda act: book(act, room_id, sent.period, sent.purpose), _show)


@router.get("/me/bookings", response_model=BookingPage, summary="Which rooms has my unit taken?")
async def list_my_bookings(actor: CanBook, conn: Read, page: ThisPage) -> BookingPage:
    """Bookings of the caller's units that are not over. Those for a case stand with the case."""
    rows = await queries.list_bookings(conn, actor=actor, after=page.after_instant(), limit=page.most)
    return BookingPage(items=page.of(rows, lambda row: (row.since, row.id)))


@router.get(
    "/bookings/{booking_id}", response_model=BookingOut, summary="One booking", responses={200: carries("ETag")}
)
async def get_booking(booking_id: uuid.UUID, _: CanBook, reader: ThisReader) -> Response:
    """Of the caller's own unit. The ETag is its version."""
    return await reader.show(booking_id, _show)


step_routes(
    router, BOOKINGS, "/bookings/{booking_id}", {"release": (release, None)}, answer=BookingOut, show=_show,
    key="booking_id",
)  # fmt: skip
