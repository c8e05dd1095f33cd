"""Hearings (听证): called, opened, and held or cancelled. In re-review their days are not counted (信访工作条例 31, 36 ¶2)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.notes import write_note
from app.cases.actions.step import advance, begin
from app.cases.queries.one import LoadedCase
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.reference.actions import ActionContext

JUDGING = frozenset({"chair", "member", "recorder"})  # seats that whom the matter concerns does not take (XF 28 ¶3)

_BARRED = """
    select s.id, coalesce(s.id = any(c.barred_staff), false) or exists (select from unit u
        where (u.code = s.unit or u.code in (select p.unit from post p where p.staff = s.id))
            and withheld_from(c.barred_units, c.waits_above, u.path, u.tier)) as barred
    from staff s, cases c where s.id = any($1) and c.id = $2
"""
_AHEAD = "select id from hearing where case_id = $1 and state = any($2::text[])"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who takes part, as what: a member of staff, or somebody else by name."""

    role: str
    staff: uuid.UUID | None = None
    name: str | None = None


async def schedule_hearing(
    act: ActionContext, case_id: uuid.UUID, *, at: datetime, place: str, purpose: str, participants: Sequence[Seat]
) -> None:
    """Call a hearing. One chair presides; whoever the matter concerns takes no judging seat. A seat opens no case."""
    case = await begin(act, case_id, "schedule_hearing")
    if at <= act.now:
        raise errors.Invalid("听证时间须在现在之后。", "A hearing lies ahead.", pointer="#/body/at")
    await _seats_fit(act, case, participants)
    _, said = await write_note(act, case, "hearing_purpose", purpose)
    hearing, who = uuid7(), f"{act.actor.kind}:{act.actor.id}"
    await act.conn.execute(
        "insert into hearing (id, case_id, state, scheduled_at, place, made_by, made_at)"
        " values ($1, $2, 'scheduled', $3, $4, $5, $6)",
        hearing, case_id, at, place, who, act.now,
    )  # fmt: skip
    for seat in participants:
        sealed = keys().seal({"name": seat.name}, f"hearing_seat {hearing}") if seat.name else None
        await act.conn.execute(
            "insert into hearing_seat (hearing, role, staff, sealed, seal_key) values ($1, $2, $3, $4, $5)",
            hearing, seat.role, seat.staff, sealed.body if sealed else None, sealed.key if sealed else None,
        )  # fmt: skip
    facts = {"hearing": str(hearing), "hearing_at": at.timestamp(), **said}
    await advance(act, case, "schedule_hearing", facts=facts)


async def _seats_fit(act: ActionContext, case: LoadedCase, participants: Sequence[Seat]) -> None:
    if sum(seat.role == "chair" for seat in participants) != 1:
        raise errors.Invalid("须有且只有一名主持人。", "A hearing has one chair.", pointer="#/body/participants")
    staff = [seat.staff for seat in participants if seat.staff is not None]
    found = {row["id"]: row["barred"] for row in await act.conn.fetch(_BARRED, staff, case.facts.id)}
    for n, seat in enumerate(participants):
        place = f"#/body/participants/{n}"
        if seat.role in JUDGING and seat.staff is None:
            raise errors.Invalid(
                "主持、听证和记录须由工作人员担任。", "Who presides, hears or records is staff.", pointer=place
            )
        if seat.staff is not None and seat.staff not in found:
            raise errors.Invalid("没有这名工作人员。", "There is no such member of staff.", pointer=place)
        if seat.role in JUDGING and seat.staff is not None and found[seat.staff]:
            raise errors.Conflict(
                "与本件有利害关系或曾参与原处理的人员应当回避。",
                "Recusal: whom the matter concerns, or who had a hand in the opinion, does not sit.",
            )


async def hold_hearing(act: ActionContext, case_id: uuid.UUID) -> None:
    """It begins. Where the procedure does not count a hearing's days, the limit stands still from now on."""
    case = await begin(act, case_id, "hold_hearing")
    hearing = await act.conn.fetchval(_AHEAD, case_id, ["scheduled"])
    await act.conn.execute("update hearing set state = 'opened', began_at = $2 where id = $1", hearing, act.now)
    await advance(act, case, "hold_hearing", facts={"hearing": str(hearing)})


async def record_hearing(act: ActionContext, case_id: uuid.UUID, *, record: str) -> None:
    """It has ended, and what was said is written down; the limit moves on by its days where they are not counted."""
    case = await begin(act, case_id, "record_hearing")
    hearing = await act.conn.fetchval(_AHEAD, case_id, ["opened"])
    note, said = await write_note(act, case, "hearing_record", record)
    await act.conn.execute(
        "update hearing set state = 'held', ended_at = $2, record = $3 where id = $1", hearing, act.now, note
    )
    await advance(act, case, "record_hearing", facts={"hearing": str(hearing), **said})


async def cancel_hearing(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """It will not take place."""
    case = await begin(act, case_id, "cancel_hearing")
    hearing = await act.conn.fetchval(_AHEAD, case_id, ["scheduled"])
    _, said = await write_note(act, case, "hearing_cancelled", reason)
    await act.conn.execute("update hearing set state = 'cancelled' where id = $1", hearing)
    await advance(act, case, "cancel_hearing", facts={"hearing": str(hearing), **said})
