"""What every step of a proxy has in common: lock, judge, move on, end. Sight moves in the same transaction."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.actions.access import grant, revoke
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase, get_for_change
from app.core import errors
from app.core.database import Connection
from app.core.errors import Words
from app.messages.actions import queue
from app.proxy import queries
from app.proxy.rules import MOVES, By, State, move_refused, not_fit
from app.reference.actions import ActionContext
from app.staff.actions import keep_at_hand

_OVER = "update proxy_authority set ended_at = $2, ended_as = $3 where proxy = $1 and ended_at is null"
_DROP = "update proxy_errand set state = 'dropped' where proxy = $1 and state in ('planned', 'doing')"
# As the authority's end has it.
ENDED_AS = {
    State.CLOSED: "closed", State.STEPPED_DOWN: "stepped_down", State.WITHDRAWN: "revoked", State.EXPIRED: "expired",
    State.CONFLICT: "conflict",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Begun:
    """A proxy locked for a change, with its case."""

    case: LoadedCase
    row: Any

    @property
    def id(self) -> uuid.UUID:
        """The proxy's."""
        found: uuid.UUID = self.row["id"]
        return found


async def begin(act: ActionContext, proxy: uuid.UUID, action: str) -> Begun:
    """Lock the case and judge. Raises NotFound (also for who lost the sight), Stale, ActionRefused or Forbidden."""
    found = await queries.get_row(act.conn, proxy, actor=act.actor)
    case = await get_for_change(act.conn, found["case_id"], act.reference, actor=act.actor)
    row = await queries.get_by_id(act.conn, proxy)
    if row["version"] != act.version:
        state = queries.state_of(row, act.now)
        raise errors.Stale(
            "该代办已被更新，请按 current 重新确认后再提交。", "The proxy has changed; look at `current`.",
            current={"version": row["version"], "state": state},
        )  # fmt: skip
    await allows(act, row, action)
    return Begun(case, row)


async def allows(act: ActionContext, row: Any, action: str) -> None:
    """Whether the state takes the step and this actor may; who carries it must still be fit to. Raises as `begin`."""
    refused = move_refused(action, queries.state_of(row, act.now))
    if refused is not None:
        allowed = queries.actions_for(act.actor, row, act.now)
        raise errors.ActionRefused(refused.zh, refused.en, allowed=allowed)
    if act.actor.kind == "resident":
        return
    if not queries.stands_right(action, act.actor, row):
        raise errors.Forbidden(
            "此步骤由代办员本人办理；授权由代办员以外的人登记。",
            "This is for the proxy; an authority is recorded by somebody other than the proxy.",
        )
    if MOVES[action].by is By.PROXY:
        await _still_fit(act, row)


async def _still_fit(act: ActionContext, row: Any) -> None:
    """Posts and units change. Whom the matter concerns by now must not learn so: for them the case is not there."""
    found = await queries.get_candidate(act.conn, row["staff"], row["case_id"])
    if found is None or found.barred:
        raise errors.NotFound
    why = not_fit(found)
    if why is not None:
        raise errors.Forbidden(why.zh, why.en)


async def fit(act: ActionContext, staff: uuid.UUID, case_id: uuid.UUID) -> None:
    """Raises Conflict for somebody who may not be the proxy as things stand now."""
    await keep_at_hand(act.conn, [staff])
    why = not_fit(await queries.get_candidate(act.conn, staff, case_id))
    if why is not None:
        raise errors.Conflict(why.zh, why.en)


async def move(
    act: ActionContext,
    begun: Begun,
    kind: str,
    *,
    columns: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Change the proxy's row and append the event to the case."""
    columns = columns or {}
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(columns, 2))
    await act.conn.execute(f"update proxy set version = version + 1{sets} where id = $1", begun.id, *columns.values())
    said = {"proxy": str(begun.id), **(facts or {})}
    await record(act.conn, begun.case.facts.id, kind, actor=act.actor, at=act.now, facts=said)


async def give_sight(act: ActionContext, begun: Begun, until: datetime) -> None:
    """The proxy sees the case until the authority's last instant, whoever looks or does not."""
    await grant(act.conn, begun.row["case_id"], [f"staff:{begun.row['staff']}"], "proxy", until=until)


async def end(
    act: ActionContext,
    begun: Begun,
    state: State,
    kind: str,
    *,
    at: datetime | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """It is over: the authority, the sight and what was still planned end in this transaction; who offered it is told."""
    row, when = begun.row, at or act.now
    if row["staff"] is not None:
        await revoke(act.conn, row["case_id"], "proxy", at=act.now, grantees=[f"staff:{row['staff']}"])
    if state in ENDED_AS:
        await act.conn.execute(_OVER, begun.id, when, ENDED_AS[state])
    await act.conn.execute(_DROP, begun.id)
    await move(act, begun, kind, columns={"state": state.value, "ended_at": when}, facts=facts)
    if row["offered_by"] and row["offered_by"] != f"{act.actor.kind}:{act.actor.id}":
        await tell(act.conn, begun.row, "ended", row["offered_by"], act.now, facts={"why": state.value})


async def tell(
    conn: Connection,
    row: Any,
    what: str,
    grantee: str,
    now: datetime,
    *,
    mark: str = "",
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """In the app, once for each occasion (`mark` tells those of one kind apart)."""
    key = key_of(row, what, grantee, mark)
    return await queue(conn, key, f"proxy_{what}", now=now, grantee=grantee, case_id=row["case_id"], facts=facts)


def key_of(row: Any, what: str, grantee: str, mark: str = "") -> str:
    """What tells one occasion from another."""
    return f"proxy {row['id']} {what} {mark} {grantee}"


async def keep_papers(
    act: ActionContext,
    case_id: uuid.UUID,
    attachments: Sequence[uuid.UUID],
    *,
    proves: str,
    found: uuid.UUID,
    purpose: str | None,
) -> None:
    """Files of this case as proof. Raises Invalid for one that is not there, was withdrawn, or is for something else."""
    for n, attachment in enumerate(dict.fromkeys(attachments)):
        there = await act.conn.fetchval(
            "select true from attachment where id = $1 and case_id = $2 and file is not null"
            " and ($3::text is null or purpose = $3)",
            attachment, case_id, purpose,
        )  # fmt: skip
        if not there:
            why = Words(
                "本件没有这个（用途相符的）附件，或已撤回。",
                "The case has no such attachment of that purpose, or it was withdrawn.",
            )
            raise errors.Invalid(why.zh, why.en, pointer=f"#/body/attachments/{n}")
        await act.conn.execute(
            f"insert into proxy_paper (case_id, attachment, {proves}) values ($1, $2, $3)", case_id, attachment, found
        )
