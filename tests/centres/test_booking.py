"""A room is never taken twice, whoever asks at once; and when it is taken is all that strangers learn."""

import asyncio
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.centres.actions.booking import book, give_back, release
from app.centres.rules import BookingPurpose, Period
from app.core import errors
from app.core.database import connect
from app.reference import queries as reference
from app.reference.actions import ActionContext
from app.staff.queries import get_actor
from seeds.hohhot.staff import staff_id
from tests.cast import CITY, Cast, Lives, Person
from tests.centres.conftest import HOUR, WEDNESDAY, Keeper

Move = Callable[[timedelta], datetime]
Keepers = Callable[[str], Keeper]


def room_of(cast: Cast, centre: str, code: str = "101") -> str:
    rooms = cast("li.window").get(f"/v1/centres/{centre}/rooms").json()["rooms"]
    return str(next(room["id"] for room in rooms if room["code"] == code))


def slot(since: float, until: float, purpose: str = "meeting") -> dict[str, str]:
    times = (WEDNESDAY + since * HOUR, WEDNESDAY + until * HOUR)
    return {"since": times[0].isoformat(), "until": times[1].isoformat(), "purpose": purpose}


def take(person: Person, room: str, since: float, until: float) -> Any:
    return person.post(f"/v1/rooms/{room}/bookings", slot(since, until))


def test_book_meet_a_taken_slot_release(cast: Cast, wednesday: Move) -> None:
    sun, zhou, room = cast("sun.coordinator"), cast("zhou.mediator"), room_of(cast, "C150102001")
    before = list(sun.walk("/v1/me/bookings"))
    made = take(sun, room, 5, 6)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    booking = made.json()
    assert (booking["centre"], booking["unit"], booking["room_code"]) == ("C150102001", "C150102001", "101")
    taken = take(zhou, room, 5.5, 6.5)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/conflict")
    assert taken.json()["free"] == [  # of an hour or more, while it is open
        {"since": "2026-11-25T02:00:00+00:00", "until": "2026-11-25T04:00:00+00:00"},
        {"since": "2026-11-25T08:00:00+00:00", "until": "2026-11-25T09:30:00+00:00"},
    ]
    assert take(zhou, room, 6, 7).status_code == 201, "one begins when the other ends"
    assert [item["id"] for item in sun.walk("/v1/me/bookings") if item not in before] == [booking["id"]]
    assert zhou.get(f"/v1/bookings/{booking['id']}").status_code == 404, "of another unit"
    url = f"/v1/bookings/{booking['id']}/actions/release"
    assert zhou.post(url, version=1).status_code == 404
    assert sun.post(url).status_code == 428
    assert sun.post(url, version=2).status_code == 412
    gone = sun.post(url, version=1)
    assert (gone.status_code, gone.headers["etag"], gone.json()["version"]) == (200, '"2"', 2)
    assert gone.json()["released_at"]
    assert sun.post(url, version=2).status_code == 409
    assert list(sun.walk("/v1/me/bookings")) == before
    assert take(zhou, room, 5, 6).status_code == 201


def test_who_may_use_a_room(cast: Cast, wednesday: Move) -> None:
    room = room_of(cast, "C150105002")
    for n, (post, status) in enumerate(
        [
            ("C150105002.window_clerk.1", 201), ("M150105002.mediator.1", 201), ("C150105.coordinator.1", 201),
            ("C150100.organ_head.1", 201), ("D150105_justice.handler.1", 201), ("D150105_hrss.handler.1", 403),
            ("C150105003.coordinator.1", 403), ("C150100.auditor.1", 403),
        ]
    ):  # fmt: skip
        assert take(cast.seat(post), room, 5 + n / 2, 5.5 + n / 2).status_code == status, post
    assert take(cast("wang.grid"), room, 20, 21).status_code == 403
    assert take(cast.machine(), room, 20, 21).status_code == 403
    assert take(cast.seat("C150105002.window_clerk.1"), str(uuid.uuid4()), 5, 6).status_code == 404


@pytest.mark.parametrize(("since", "until"), [(2, 1), (1, 1), (-3, -2), (1, 14), (1, 1.02), (24 * 400, 24 * 400 + 1)])
def test_a_time_that_does_not_fit(cast: Cast, wednesday: Move, since: float, until: float) -> None:
    reply = take(cast("sun.coordinator"), room_of(cast, "C150102001"), since, until)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid")


def test_a_booked_room_is_not_closed_under_its_guests(cast: Cast, keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150105003")
    room = room_of(cast, "C150105003")
    booking = take(centre.person, room, 5, 6).json()
    reply = centre.try_to("close_room", {"code": "101"})
    assert (reply.status_code, len(reply.json()["taken"])) == (409, 1)
    centre.person.post(f"/v1/bookings/{booking['id']}/actions/release", version=1)
    centre.does("close_room", code="101")
    assert take(centre.person, room, 5, 6).status_code == 404


def test_twenty_at_once_and_one_has_it(cast: Cast, wednesday: Move) -> None:
    """All overlap at noon: exactly one wins, the others are told what is free, none meets a fault."""
    room, gate = room_of(cast, "C150105004"), threading.Barrier(20)
    people = [cast.seat("C150105004.coordinator.1"), cast.seat("M150105004.mediator.1")] * 10

    def attempt(number: int) -> Any:
        gate.wait()
        return take(people[number], room, 5 + number / 100, 7 - number / 100)

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(attempt, range(20)))
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 19
    assert all(isinstance(reply.json()["free"], list) for reply in replies if reply.status_code == 409)


_numbers = st.integers(0, 47)
_periods = st.lists(st.tuples(_numbers, st.integers(1, 8)), min_size=2, max_size=12)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(periods=_periods)
def test_whatever_is_asked_at_once_no_two_overlap_and_no_free_wish_is_refused(
    cast: Cast, sql: Callable[..., Any], wednesday: Move, periods: list[tuple[int, int]]
) -> None:
    """Wishes in quarters of an hour, four hands at once: those kept are disjoint, and each one refused meets one kept."""
    room = room_of(cast, "C150105005")
    sql("delete from room_booking where room = $1::uuid", room)
    person = cast.seat("C150105005.coordinator.1")
    wishes = [(begin / 4, (begin + length) / 4) for begin, length in periods]
    with ThreadPoolExecutor(4) as pool:
        statuses = [r.status_code for r in pool.map(lambda wish: take(person, room, *wish), wishes)]
    assert set(statuses) <= {201, 409}
    kept = [wish for wish, status in zip(wishes, statuses, strict=True) if status == 201]

    def meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one[0] < other[1] and other[0] < one[1]

    assert not [1 for n, one in enumerate(kept) for other in kept[n + 1 :] if meet(one, other)]
    refused = [wish for wish, status in zip(wishes, statuses, strict=True) if status == 409]
    assert all(any(meet(wish, one) for one in kept) for wish in refused)


def test_the_database_itself_takes_no_room_and_no_person_twice(cast: Cast, sql: Callable[..., Any]) -> None:
    import asyncpg

    room = room_of(cast, "C150105006")
    booked = (
        "insert into room_booking (id, room, period, purpose, unit, booked_at, booked_by) values"
        " (gen_random_uuid(), $1::uuid, tstzrange('2027-03-01 09:00+08', $2::timestamptz, $3), 'talk', 'C150105006', now(), 'x')"
    )
    ends = datetime.fromisoformat("2027-03-01T10:00:00+08:00")
    sql(booked, room, ends, "[)")
    with pytest.raises(asyncpg.ExclusionViolationError):
        sql(booked, room, ends + HOUR, "[)")
    for bounds, until in (("[]", ends), ("(]", ends), ("[)", None)):
        with pytest.raises(asyncpg.CheckViolationError):
            sql(booked, room, until, bounds)
    shift = (
        "insert into duty_shift (id, centre, unit, staff, period, set_at, set_by) values (gen_random_uuid(), $1,"
        " 'M150105006', $2::uuid, tstzrange('2027-03-01 09:00+08', '2027-03-01 10:00+08'), now(), 'x')"
    )
    person = str(staff_id("M150105006.mediator.1"))
    sql(shift, "C150105006", person)
    with pytest.raises(asyncpg.ExclusionViolationError):
        sql(shift, "C150103", person)


# --- For a case


def shows_nothing(person: Person, case: dict[str, Any], booking: str) -> None:
    told = person.get("/v1/centres/C150102001/rooms").text
    assert '"since":"2026-11-25T07:00:00Z"' in told
    for below in ("rooms", "duty", "rota", "changes", "reception?category=neighbour.noise"):
        told += person.get(f"/v1/centres/C150102001/{below}").text
    told += person.get("/v1/me/bookings").text + person.get("/v1/centres/C150102001").text
    for secret in (case["id"], case["number"], booking):
        assert secret not in told
    assert person.get(f"/v1/bookings/{booking}").status_code in (403, 404)
    reply = person.post(f"/v1/bookings/{booking}/actions/release", version=1)
    assert reply.status_code in (403, 404)


def test_a_booking_for_a_case_shows_as_taken_and_as_nothing_else(
    cast: Cast, lives: Lives, database: str, wednesday: Move
) -> None:
    """What mediation and hearings stand on: not even the unit that booked meets the case through its room."""
    case, room = lives.registered(kind="dispute", category="neighbour.noise"), room_of(cast, "C150102001", "102")
    period = Period(WEDNESDAY + 5 * HOUR, WEDNESDAY + 6 * HOUR)

    async def act(do: Callable[[ActionContext], Any]) -> Any:
        conn = await connect(CITY, "app")
        try:
            async with conn.transaction():
                actor = await get_actor(conn, staff_id("M150102001.mediator.1"))
                rules = await reference.load(conn, WEDNESDAY)
                return await do(ActionContext(conn, rules, actor, WEDNESDAY, 1))
        finally:
            await conn.close()

    def booked(context: ActionContext) -> Any:
        return book(context, uuid.UUID(room), period, BookingPurpose.MEDIATION, case=uuid.UUID(case["id"]))

    booking = asyncio.run(act(booked))
    for who in ("zhou.mediator", "sun.coordinator", "qin.head", "wang.grid", "gao.window", "lin.auditor", "guo.admin"):
        shows_nothing(cast(who), case, str(booking))
    for who, status in (("zhou.mediator", 200), ("sun.coordinator", 404), ("wang.grid", 404), ("chen.housing", 404)):
        reply = cast(who).get(f"/v1/cases/{case['id']}/bookings")
        assert reply.status_code == status, who
        assert status == 404 or [item["id"] for item in reply.json()["items"]] == [str(booking)]
    assert take(cast("sun.coordinator"), room, 5, 6).status_code == 409
    with pytest.raises(errors.NotFound):
        asyncio.run(act(lambda context: release(context, booking)))
    asyncio.run(act(lambda context: give_back(context.conn, [booking], by=context.actor.id, at=context.now)))
    assert take(cast("sun.coordinator"), room, 5, 6).status_code == 201
