"""From the resident's wish to somebody who is offered; `_by_code` is what the resident does with number and query code."""

import uuid
from typing import Any

from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase
from app.cases.queries.visible import LockedCase, lock_case
from app.cases.rules import LIVE as LIVE_CASES
from app.core import errors
from app.core.access import CLOCK
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.settings import section
from app.proxy.actions.step import begin, begin_by_code, end, move, require_fit
from app.proxy.queries.duties import due_in
from app.proxy.queries.proxies import ProxyRow, find_live
from app.proxy.rules import Capacity, State, asked_refused
from app.proxy.settings import ProxySettings
from app.reference.actions import ActionContext

_REQUEST = """
    insert into proxy (id, case_id, state, wish, requested_by, requested_at, authority_due, filing_due)
    values ($1, $2, 'requested', $3, $4, $5, $6, $7)
"""
_NOBODY: dict[str, Any] = dict.fromkeys(("staff", "capacity", "sealed", "seal_key", "offered_by", "offered_at"))


async def request(act: ActionContext, case_id: uuid.UUID, *, wish: str) -> uuid.UUID:
    """At the resident's wish, by staff who see the case. Raises NotFound or Conflict."""
    return await request_by_code(act, await lock_case(act.conn, case_id, actor=act.actor), wish=wish)


async def request_by_code(act: ActionContext, case: LockedCase | LoadedCase, *, wish: str | None) -> uuid.UUID:
    """申请代办. One at a time; of an accusation none."""
    refused = asked_refused(accusation=case.secret, live=case.status in LIVE_CASES)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    await _make_room(act, case.case_id)
    note = await keep_note(act, case, "proxy_wish", wish) if wish else None
    made, configured = uuid7(), section(ProxySettings)
    due = due_in(configured.authority_days, act.now, act.reference)
    filing = max(due, due_in(configured.filing_days, act.now, act.reference))
    await act.conn.execute(
        _REQUEST, made, case.case_id, note.id if note else None, act.actor.who, act.now, due, filing
    )  # fmt: skip
    facts = {
        "proxy": str(made), "authority_due": due.timestamp(), "filing_due": filing.timestamp(),
        **(note.said if note else {}),
    }  # fmt: skip
    await record(act.conn, case.case_id, "request_proxy", actor=act.actor, at=act.now, facts=facts)
    return made


async def _make_room(act: ActionContext, case_id: uuid.UUID) -> None:
    """One whose authority ran out is over, though that is not on record yet. Raises Conflict for a live one."""
    proxy = await find_live(act.conn, case_id, now=act.now)
    if proxy is None:
        return
    if proxy.state is not State.EXPIRED:
        raise errors.Conflict(
            "本件已有代办，请先撤回或等其结束。", "The case has a proxy already; withdraw it or wait for its end."
        )
    await expire(ActionContext(act.conn, act.reference, CLOCK, act.now, 0), proxy)


async def expire(act: ActionContext, proxy: ProxyRow) -> None:
    """Put on record that the authority ran out, at the instant when it did."""
    await end(act, proxy, State.EXPIRED, "expire_proxy", at=proxy.valid_until)


async def offer(
    act: ActionContext, proxy_id: uuid.UUID, *, staff: uuid.UUID, capacity: Capacity, name: str | None
) -> None:
    """Never anybody whom the matter concerns or who stands under them, nor of another area. They see nothing of the case
    before the resident authorises them."""
    proxy = await begin(act, proxy_id, "offer")
    await require_fit(act, staff, proxy.case_id)
    sealed = keys().seal({"name": name}, f"proxy {proxy_id}") if name else None
    columns = {
        "state": State.OFFERED.value, "staff": staff, "capacity": capacity.value, "sealed": sealed.body if sealed else None,
        "seal_key": sealed.key if sealed else None, "offered_by": act.actor.who, "offered_at": act.now,
    }  # fmt: skip
    await move(act, proxy, "offer_proxy", columns=columns, facts={"staff": str(staff), "capacity": capacity.value})


async def withdraw_offer(act: ActionContext, proxy: ProxyRow, kind: str, facts: dict[str, Any]) -> None:
    """Back to the wish, so that somebody else may be offered. Under legal hold nobody's name is erased: then it ends, and
    may be asked for again."""
    if proxy.held and proxy.sealed is not None:
        await end(act, proxy, State.DECLINED, kind, facts=facts)
        return
    await move(act, proxy, kind, columns={"state": State.REQUESTED.value, **_NOBODY}, facts=facts)


async def recall(act: ActionContext, proxy_id: uuid.UUID) -> None:
    """Somebody else may be offered."""
    proxy = await begin(act, proxy_id, "recall")
    await withdraw_offer(act, proxy, "recall_proxy", {"staff": str(proxy.staff)})


async def decline(act: ActionContext, proxy_id: uuid.UUID, *, reason: str) -> None:
    """The resident does not want one, or none can be found; they read the reason."""
    proxy = await begin(act, proxy_id, "decline")
    note = await keep_note(act, proxy, "proxy_declined", reason)
    await end(act, proxy, State.DECLINED, "decline_proxy", facts=note.said)


async def decline_by_code(act: ActionContext, case_id: uuid.UUID, *, words: str | None, another: bool) -> None:
    """The resident does not want the one who was offered: `another` may be, or none."""
    proxy = await begin_by_code(act, case_id, "decline")
    note = await keep_note(act, proxy, "proxy_declined", words) if words else None
    facts = {"staff": str(proxy.staff) if proxy.staff else None, **(note.said if note else {})}
    if another and proxy.staff is not None:
        await withdraw_offer(act, proxy, "decline_proxy", facts)
    else:
        await end(act, proxy, State.DECLINED, "decline_proxy", facts=facts)
