"""Giving an empty seat to somebody."""

import uuid

from app.core import errors
from app.core.database import uuid7
from app.handover.actions.deciding import hear, takes_two
from app.handover.queries import find_person, lock_seat
from app.handover.rules import Decided
from app.handover.schemas import SeatGivenOut
from app.reference.actions import ActionContext
from app.staff.actions import seat


async def give_seat(act: ActionContext, post_id: str, staff: uuid.UUID) -> SeatGivenOut:
    """By who stands above the seat, to somebody of their line; where nobody does, by two persons. Never to oneself.

    Raises NotFound, Conflict for a seat that is held, Forbidden, Invalid.
    """
    found = await lock_seat(act.conn, post_id)
    if found is None:
        raise errors.NotFound
    if str(staff) == act.actor.id:
        raise errors.Forbidden("岗位不能授予本人。", "Nobody gives a seat to themselves.")
    by_two = await takes_two(act, [found.post], but=staff)
    if found.holder is not None:
        raise errors.Conflict("该岗位有人在任，请先办理交接。", "Somebody holds this seat: hand over first.")
    person = await find_person(act.conn, staff, actor=act.actor, now=act.now, lock=True)
    if person is None or not person.active or not (by_two or person.within):
        raise errors.Invalid(
            "请指定本单位或下级单位的在册人员。", "Name a member of staff of your unit, or of one under it.",
            pointer="#/body/staff",
        )  # fmt: skip
    asked_by = await hear(act, Decided.SEAT, post_id, {"staff": str(staff)}, [found.post]) if by_two else None
    if by_two and asked_by is None:
        return SeatGivenOut(post_id, staff, act.actor.who, None, None)
    await seat(act.conn, staff, post_id)
    await act.conn.execute(
        "insert into seat_given (id, post, staff, asked_by, given_by, given_at) values ($1, $2, $3, $4, $5, $6)",
        uuid7(), post_id, staff, asked_by, act.actor.who, act.now,
    )  # fmt: skip
    return SeatGivenOut(post_id, staff, asked_by, act.actor.who, act.now)
