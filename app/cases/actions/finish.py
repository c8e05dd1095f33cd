"""Finishing honestly: how the reply was served, close, reopen, withdraw."""

import uuid
from datetime import datetime

from app.cases.actions.drafting import send_word
from app.cases.actions.evaluate import invite
from app.cases.actions.notes import write_note
from app.cases.actions.review import settle
from app.cases.actions.step import Served, advance, begin, end_assignments, start_clocks, take_up_again
from app.cases.actions.wishes import wished
from app.cases.queries.looking import LookedCase
from app.cases.queries.one import LoadedCase
from app.cases.rules import Status
from app.cases.rules.registry import refused_by_checks
from app.core import errors
from app.deadlines.rules import ClockKind, StartsOn
from app.notices import actions as notices
from app.notices.rules import CLOSING, WAIVED_IF_UNKNOWN, Notice, NoticeKind, to_approve, to_serve
from app.reference.actions import ActionContext


async def serve(
    act: ActionContext, case_id: uuid.UUID, *, outcome: str, method: str, at: datetime, proof: str, article: str | None,
    kind: NoticeKind | None = None,
) -> None:  # fmt: skip
    """Record how a notice reached the resident; a later record replaces an earlier one.

    Served or waived (with the article that allows it) meets the clock that waits for it; an attempt does once approved.
    """
    case = await begin(act, case_id, "serve")
    notice = _the_one(to_serve(case.facts.notices, concluded=case.facts.status is Status.CONCLUDED, kind=kind))
    notice_id = uuid.UUID(notice.id)
    if at > act.now or at < notice.drafted_at:
        raise errors.Invalid(
            "送达时间须在文书作出之后、现在之前。", "Service lies between the drafting of the notice and now.",
            pointer="#/body/at",
        )  # fmt: skip
    refused = refused_by_checks("serve", case.facts, method=method, at=at)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    if outcome == "waived" and notice.kind in WAIVED_IF_UNKNOWN:
        _name_or_address_is_unclear(case)
    note, said = await write_note(act, case, "service_proof", proof)
    await notices.record_service(
        act.conn, case_id, notice_id, outcome=outcome, method=method, at=at, article=article, note=note, by=act.actor.id,
        now=act.now,
    )  # fmt: skip
    if outcome == "served":
        await send_word(act, case, notice, method)
    facts = {"outcome": outcome, "method": method, "at_service": at.timestamp(), "article": article, **said}
    closing, attempted = notice.kind in CLOSING, outcome == "attempted"
    # The resident's time to ask for a review runs from the receipt of the written opinion (信访工作条例 35, 36).
    served = Served(
        met=(notice.meets,) if notice.meets and not attempted else (), at=at,
        stopped=(ClockKind.APPLY_REVIEW,) if closing else (),
    )  # fmt: skip
    await advance(act, case, "serve", facts={**facts, **_named(notice)}, served=served)
    if closing and outcome == "served":
        await start_clocks(act, case, StartsOn.SERVED, at=at)
    if not attempted:
        await _takes_effect(act, case, notice)


async def _takes_effect(act: ActionContext, case: LoadedCase, notice: Notice) -> None:
    """What a review decided holds once the decision has reached the resident."""
    if notice.kind in CLOSING:
        await settle(act, case)


def _name_or_address_is_unclear(case: LookedCase) -> None:
    """信访工作条例 23 ¶2: only then need the petitioner not be told in writing."""
    if any(p.role == "petitioner" and p.name and p.address for p in case.parties):
        raise errors.Invalid(
            "信访人姓名、住址清楚，受理与否须书面告知，不得免送（信访工作条例第二十三条）。",
            "Name and address are clear: whether it is accepted must be told in writing (XF 23).",
            pointer="#/body/outcome",
        )


def _the_one(found: list[Notice]) -> Notice:
    """The notice meant. Raises ActionRefused when none waits, Invalid when several do and none is named."""
    if not found:
        raise errors.ActionRefused("没有这种待送达的文书。", "No notice of that kind waits for this.")
    if len({notice.kind for notice in found}) > 1 and found[0].kind not in CLOSING:
        kinds = sorted({notice.kind.value for notice in found})
        raise errors.Invalid(
            f"有多份文书待处理，请用 kind 指明：{'、'.join(kinds)}。", f"Several notices wait; name one: {', '.join(kinds)}.",
            pointer="#/body/kind",
        )  # fmt: skip
    return found[0]


def _named(notice: Notice) -> dict[str, str]:
    return {"notice": notice.kind.value, "notice_id": notice.id}


async def approve_attempt(act: ActionContext, case_id: uuid.UUID, *, kind: NoticeKind | None = None) -> None:
    """Somebody other than the recorder accepts that a notice could not be handed over; its clock is met now."""
    case = await begin(act, case_id, "approve_attempt")
    others = [n for n in to_approve(case.facts.notices, kind) if n.recorded_by != act.actor.id]
    notice = _the_one(others)
    await notices.approve_service(act.conn, uuid.UUID(notice.id), by=act.actor.id, now=act.now)
    served = Served(met=(notice.meets,) if notice.meets else ())
    await advance(act, case, "approve_attempt", facts=_named(notice), served=served)
    await _takes_effect(act, case, notice)


async def close(act: ActionContext, case_id: uuid.UUID) -> None:
    """办结, once every notice due has reached the resident, is waived, or was attempted and approved by another.

    The resident is invited to rate what was done.
    """
    case = await begin(act, case_id, "close")
    await end_assignments(act, case)
    await invite(act, case)
    await advance(act, case, "close", columns={"closed_at": act.now})


async def reopen(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """Take a matter up again: back to handling, completion starts anew, the old result and its service no longer count."""
    case = await begin(act, case_id, "reopen")
    note, said = await write_note(act, case, "reopening_reason", reason)
    await take_up_again(act, case, "reopen", said, request=note)


async def withdraw(
    act: ActionContext, case_id: uuid.UUID, *, reason: str, code: str | None, paper: uuid.UUID | None
) -> None:
    """撤回, at the resident's wish: their query code, or a paper they signed. They are told at once, and may undo it."""
    case = await begin(act, case_id, "withdraw")
    wish = wished(act, case, code=code, paper=paper)
    _, said = await write_note(act, case, "withdrawal_reason", reason)
    await end_assignments(act, case)
    await advance(
        act, case, "withdraw", columns={"closed_at": act.now}, facts={"before": case.facts.status.value, **wish, **said}
    )
