"""What the resident says of a settled case: the rating, the wish to have it taken up again, and who decides on that."""

import uuid

from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.actions.step import advance, begin, start_clocks, take_up_again
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEWS, PetitionClass, Satisfaction, Solved, Status
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.reference.actions import ActionContext

_RATE = """
    update rating set rated_at = $2, satisfaction = $3, solved = $4, sealed = $5, seal_key = $6
    where case_id = $1 and superseded_at is null
"""
_CURRENT = "select window_ends, rated_at from rating where case_id = $1 and superseded_at is null for update"


async def invite(act: ActionContext, case: LoadedCase) -> None:
    """The window to rate opens at closing (信访工作条例 21), where the procedure has one: a grid event has no resident, and of
    an accusation nothing is told that could be seen."""
    for clock in await start_clocks(act, case, StartsOn.CLOSED):
        await act.conn.execute(
            "insert into rating (case_id, invited_at, window_ends) values ($1, $2, $3)",
            case.facts.id, act.now, clock.due,
        )  # fmt: skip


async def rate(
    act: ActionContext, case: LoadedCase, *, satisfaction: Satisfaction, solved: Solved, words: str | None
) -> bool:  # fmt: skip
    """The resident's rating, once: what can be changed is what people can be pressed to change. The caller has checked the
    query code and holds the case's lock. Gives whether it opened a request to take the case up again.
    """
    case_id = case.facts.id
    current = await act.conn.fetchrow(_CURRENT, case_id)
    if current is None or case.facts.status is not Status.CLOSED:
        raise errors.Conflict("办结后方可评价。", "A case is rated once it has been closed.")
    if current["rated_at"] is not None:
        raise errors.Conflict(
            "您已评价，评价只作一次，他人无法更改；仍不满意的，可申请重新办理。",
            "You have rated it: a rating is given once and nobody can change it. You may still ask to have it reopened.",
        )
    if act.now > current["window_ends"]:
        raise errors.Conflict(
            "评价期限已过；仍不满意的，可申请重新办理。",
            "The time to rate is over; you may still ask to have it reopened.",
        )
    sealed = keys().seal({"words": words}, f"rating {case_id}") if words else None
    await act.conn.execute(
        _RATE, case_id, act.now, satisfaction.value, solved.value, sealed.body if sealed else None,
        sealed.key if sealed else None,
    )  # fmt: skip
    await deadlines.meet(act.conn, case_id, ClockKind.EVALUATION, act.now)
    facts = {"satisfaction": satisfaction.value, "solved": solved.value}
    await record(act.conn, case_id, "rated", actor=act.actor, at=act.now, facts=facts)
    low = satisfaction is Satisfaction.UNSATISFIED
    return low and _reopenable(case) and await _ask(act, case, "rating", words)


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
