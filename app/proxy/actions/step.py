"""What every step of a proxy has in common: lock, judge, move on, end. What the proxy sees changes in the same transaction."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.cases.actions.access import revoke
from app.cases.actions.record import record
from app.cases.queries.visible import lock_case_of
from app.core import errors
from app.core.database import Connection
from app.core.rows import change_row
from app.messages.actions import queue
from app.proxy.queries import ProxyRow, find_live, get_candidate, get_proxy
from app.proxy.rules import PROXIES, By, State, not_fit
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand

_OVER = "update proxy_authority set ended_at = $2, ended_as = $3 where proxy = $1 and ended_at is null"
_DROP = "update proxy_errand set state = 'dropped' where proxy = $1 and state in ('planned', 'doing')"
_PAPERS = """
    insert into proxy_paper (case_id, attachment, authority, errand)
    select case_id, id, $4, $5 from attachment
    where id = any($1::uuid[]) and case_id = $2 and file is not null and ($3::text is null or purpose = $3)
    order by array_position($1, id) returning attachment
"""
# As the end of the authority has it.
ENDED_AS = {
    State.CLOSED: "closed", State.STEPPED_DOWN: "stepped_down", State.WITHDRAWN: "revoked", State.EXPIRED: "expired",
    State.CONFLICT: "conflict",
}  # fmt: skip


async def begin(act: ActionContext, proxy_id: uuid.UUID, action: str) -> ProxyRow:
    """The proxy, when this actor may take this step now; its case is locked. Raises NotFound, Stale, ActionRefused or
    Forbidden."""
    await lock_case_of(act.conn, "proxy", proxy_id, actor=act.actor)
    proxy = await get_proxy(act.conn, proxy_id, actor=act.actor, now=act.now)
    PROXIES.check(proxy, action, act.actor, act.now, version=act.version)
    if PROXIES[action].by == By.PROXY:
        await _still_fit(act, proxy)
    return proxy


async def begin_by_code(act: ActionContext, case_id: uuid.UUID, action: str) -> ProxyRow:
    """The one that goes on, for its resident, who holds the lock; raises Conflict where there is none, ActionRefused."""
    proxy = await find_live(act.conn, case_id, now=act.now)
    if proxy is None:
        raise errors.Conflict("本件没有进行中的代办。", "No proxy carries this case.")
    PROXIES.check_state(proxy, action, act.actor, act.now)
    return proxy


async def _still_fit(act: ActionContext, proxy: ProxyRow) -> None:
    """Posts and units change. Whom the matter concerns by now must not learn so: for them the case is not there."""
    found = await get_candidate(act.conn, proxy.carrier, proxy.case_id)
    if found is None or found.barred:
        raise errors.NotFound
    why = not_fit(found)
    if why is not None:
        raise errors.Forbidden(why.zh, why.en)


async def require_fit(act: ActionContext, staff: uuid.UUID, case_id: uuid.UUID) -> None:
    """Raises Conflict for somebody who may not be the proxy as things stand now."""
    await keep_at_hand(act.conn, [staff])
    why = not_fit(await get_candidate(act.conn, staff, case_id))
    if why is not None:
        raise errors.Conflict(why.zh, why.en)


async def move(
    act: ActionContext, proxy: ProxyRow, kind: str, *, columns: Mapping[str, object] | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Change the proxy's row and append the event to the case."""
    await change_row(act.conn, "proxy", proxy.id, columns or {})
    said = {"proxy": str(proxy.id), **(facts or {})}
    await record(act.conn, proxy.case_id, kind, actor=act.actor, at=act.now, facts=said)


async def end(
    act: ActionContext, proxy: ProxyRow, state: State, kind: str, *, at: datetime | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """It is over: the authority, what it let the proxy see and what was still planned end; who offered it is told."""
    when = at or act.now
    if proxy.staff is not None:
        await revoke(act.conn, proxy.case_id, "proxy", at=act.now, grantees=[f"staff:{proxy.staff}"])
    if state in ENDED_AS:
        await act.conn.execute(_OVER, proxy.id, when, ENDED_AS[state])
    await act.conn.execute(_DROP, proxy.id)
    await move(act, proxy, kind, columns={"state": state.value, "ended_at": when}, facts=facts)
    if proxy.offered_by and proxy.offered_by != act.actor.who:
        await tell(
            act.conn, Reminder(proxy.id, proxy.case_id, "ended", proxy.offered_by, {"why": state.value}), act.now
        )


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to tell somebody in the app, once for each occasion (`mark` tells those of one kind apart)."""

    proxy: uuid.UUID
    case_id: uuid.UUID
    what: str
    grantee: str
    facts: Mapping[str, object] = field(default_factory=dict)
    mark: str = ""

    @property
    def key(self) -> str:
        """What tells one occasion from another."""
        return f"proxy {self.proxy} {self.what} {self.mark} {self.grantee}"


async def tell(conn: Connection, said: Reminder, now: datetime) -> None:
    """Unless it was said before."""
    await queue(
        conn, said.key, f"proxy_{said.what}", now=now, grantee=said.grantee, case_id=said.case_id, facts=said.facts
    )


async def keep_papers(
    act: ActionContext, case_id: uuid.UUID, attachments: Sequence[uuid.UUID], *, authority: uuid.UUID | None = None,
    errand: uuid.UUID | None = None, purpose: str | None = None,
) -> None:  # fmt: skip
    """Files of this case as proof. Raises Invalid for one that is not there, was withdrawn, or is for something else."""
    wanted = list(dict.fromkeys(attachments))
    if not wanted:
        return
    kept = {attachment for (attachment,) in await act.conn.fetch(_PAPERS, wanted, case_id, purpose, authority, errand)}
    missing = next((n for n, attachment in enumerate(wanted) if attachment not in kept), None)
    if missing is not None:
        raise errors.Invalid(
            "本件没有这个（用途相符的）附件，或已撤回。",
            "The case has no such attachment of that purpose, or it was withdrawn.",
            pointer=f"#/body/attachments/{missing}",
        )
