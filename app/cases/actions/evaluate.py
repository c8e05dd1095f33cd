"""What the resident says of a settled case: the rating, the wish to have it taken up again, and who decides on that."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.cases.actions.codes import petitioners_phones
from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin, start_clocks, take_up_again
from app.cases.queries.case_page import open_parties
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEWS, PetitionClass, Satisfaction, Solved, Status
from app.core import errors
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection, uuid7
from app.core.rows import fetch_one
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.messages.actions import queue
from app.messages.rules import Channel
from app.reference.actions import ActionContext

_RATE = """
    update rating set rated_at = $2, satisfaction = $3, solved = $4, sealed = $5, seal_key = $6, firm_at = $7
    where case_id = $1 and superseded_at is null
"""
_INVITE = "insert into rating (case_id, invited_at, window_ends) values ($1, $2, $3)"
_REVOCABLE = """
    select r.id, r.case_id, r.window_ends from rating r join cases c on c.id = r.case_id
    where c.number = $1 and r.superseded_at is null and r.rated_at is not null and r.firm_at > $2 for update of c, r
"""
_CURRENT = (
    "select id, window_ends, rated_at, firm_at from rating where case_id = $1 and superseded_at is null for update"
)
REVOCABLE = timedelta(days=7)  # a rating counts once this has passed without a word from who it was told to
BY_REVOCATION = Actor(id="rating_code", kind="resident")


@dataclass(frozen=True, slots=True)
class _Current:
    """The rating that a case has, or is invited to."""

    id: int
    window_ends: datetime
    rated_at: datetime | None
    firm_at: datetime | None


async def invite(act: ActionContext, case: LoadedCase) -> None:
    """The window to rate opens at closing (信访工作条例 21), where the procedure has one: a grid event has no resident, and of
    an accusation nothing is told that could be seen."""
    for clock in await start_clocks(act, case, StartsOn.CLOSED):
        await act.conn.execute(_INVITE, case.facts.id, act.now, clock.due)


async def rate(
    act: ActionContext, case: LoadedCase, *, satisfaction: Satisfaction, solved: Solved, words: str | None
) -> bool:  # fmt: skip
    """The resident's rating, once: what can be changed is what people can be pressed to change. Who brought the matter is told
    of it with a code that takes it back, and it counts a week later. Where nobody can be told, it counts only if it was not
    given with the first code, which whoever registered the matter has read; with a code from a desk it may be given anew.

    The caller has checked the query code and holds the case's lock. Gives whether it opened a request to take the case up again.
    """
    case_id = case.facts.id
    current = await fetch_one(act.conn, _Current, _CURRENT, case_id)
    if current is None or case.facts.status is not Status.CLOSED:
        raise errors.Conflict("办结后方可评价。", "A case is rated once it has been closed.")
    first_code = case.row.query_issue == 1
    if current.rated_at is not None and (current.firm_at is not None or first_code):
        raise errors.Conflict(
            "您已评价，评价只作一次，他人无法更改；仍不满意的，可申请重新办理。",
            "You have rated it: a rating is given once and nobody can change it. You may still ask to have it reopened.",
        )
    if act.now > current.window_ends:
        raise errors.Conflict(
            "评价期限已过；仍不满意的，可申请重新办理。",
            "The time to rate is over; you may still ask to have it reopened.",
        )
    rating = current.id
    if current.rated_at is not None:
        rating = await _invite_anew(act.conn, case_id, rating, current.window_ends, now=act.now)
    phones = petitioners_phones(await open_parties(act.conn, case_id))
    for phone in phones:
        await _tell_of_rating(act.conn, case_id, rating, phone, now=act.now)
    sealed = keys().seal({"words": words}, f"rating {case_id}") if words else None
    await act.conn.execute(
        _RATE, case_id, act.now, satisfaction.value, solved.value, sealed.body if sealed else None,
        sealed.key if sealed else None, None if first_code and not phones else act.now + REVOCABLE,
    )  # fmt: skip
    await deadlines.meet(act.conn, case_id, ClockKind.EVALUATION, act.now)
    facts = {"satisfaction": satisfaction.value, "solved": solved.value}
    await record(act.conn, case_id, "rated", actor=act.actor, at=act.now, facts=facts)
    low = satisfaction is Satisfaction.UNSATISFIED
    return low and _reopenable(case) and await _ask(act, case, "rating", words)


async def revoke_rating(conn: Connection, number: str, code: str, *, now: datetime) -> bool:
    """Whoever was told of a rating takes it back with the code in that message: it counts for nothing, and the invitation stands
    anew. False where number and code are not those of a rating that may still be taken back."""
    found = await fetch_one(conn, _Revocable, _REVOCABLE, number, now)
    if found is None or not hmac.compare_digest(_revocation_code(found.id), code):
        return False
    window_ends = max(found.window_ends, now + REVOCABLE)
    await conn.execute("update rating set revoked_at = $2 where id = $1", found.id, now)
    await _invite_anew(conn, found.case_id, found.id, window_ends, now=now)
    await record(conn, found.case_id, "rating_revoked", actor=BY_REVOCATION, at=now)
    return True


@dataclass(frozen=True, slots=True)
class _Revocable:
    """A rating that does not count yet."""

    id: int
    case_id: uuid.UUID
    window_ends: datetime


async def _invite_anew(
    conn: Connection, case_id: uuid.UUID, rating: int, window_ends: datetime, *, now: datetime
) -> int:
    await conn.execute("update rating set superseded_at = $2 where id = $1", rating, now)
    return int(await conn.fetchval(f"{_INVITE} returning id", case_id, now, window_ends))


async def _tell_of_rating(conn: Connection, case_id: uuid.UUID, rating: int, phone: str, *, now: datetime) -> None:
    await queue(
        conn, f"rated {rating} {keys().phone_index(phone).hex()}", "rated", now=now, channel=Channel.SMS, address=phone,
        case_id=case_id, secret={"code": _revocation_code(rating)}, facts={"days": REVOCABLE.days},
    )  # fmt: skip


def _revocation_code(rating: int) -> str:
    return keys().query_code(f"rating {rating}", 1)


async def ask_to_reopen(act: ActionContext, case: LoadedCase, *, words: str) -> None:
    """The resident asks in words. The caller has checked the query code and holds the case's lock."""
    if case.facts.status is not Status.CLOSED or not _reopenable(case):
        raise errors.Conflict(
            "办结的事项方可申请重新办理；对复查意见不服的可申请复核。",
            "A closed case may be asked to be reopened; against a review, apply for a re-review.",
        )
    if not await _ask(act, case, "words", words):
        raise errors.Conflict("已有一份申请在等待决定。", "A request waits for its decision already.")


def _reopenable(case: LoadedCase) -> bool:
    """Reviews are mended by the review above; a sealed desk knows its own way."""
    return case.row.procedure not in REVIEWS and case.facts.petition_class is not PetitionClass.ACCUSATION


async def _ask(act: ActionContext, case: LoadedCase, cause: str, words: str | None) -> bool:
    if case.facts.asked:
        return False
    request = uuid7()
    sealed = keys().seal({"words": words}, f"reopening_request {request}") if words else None
    await act.conn.execute(
        "insert into reopening_request (id, case_id, cause, state, sealed, seal_key, asked_at)"
        " values ($1, $2, $3, 'open', $4, $5, $6)",
        request, case.facts.id, cause, sealed.body if sealed else None, sealed.key if sealed else None, act.now,
    )  # fmt: skip
    facts = {"request": str(request), "cause": cause}
    await record(act.conn, case.facts.id, "reopening_asked", actor=act.actor, at=act.now, facts=facts)
    return True


async def grant_reopening(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """Somebody who did not work the case agrees: it is taken up again."""
    case = await begin(act, case_id, "grant_reopening")
    note, said = await write_note(act, case, "reopening_reason", reason)
    await take_up_again(act, case, "grant_reopening", said, request=note)


async def decline_reopening(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """Not taken up again; the resident reads the reason."""
    case = await begin(act, case_id, "decline_reopening")
    note, said = await write_note(act, case, "reopening_declined", reason)
    await act.conn.execute(
        "update reopening_request set state = 'declined', decided_by = $2, decided_at = $3, note = $4"
        " where case_id = $1 and state = 'open'",
        case_id, act.actor.id, act.now, note,
    )  # fmt: skip
    await advance(act, case, "decline_reopening", facts=said)
