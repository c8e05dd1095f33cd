"""What every act of a mediation has in common: lock case and mediation, judge, change, record."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.actions.access import revoke
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase, get_for_change
from app.core import errors
from app.core.access import Actor, Permission
from app.mediation import queries
from app.mediation.rules import LIVE, MOVES, SIDES, MediationState, missing, move_refused
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class Begun:
    """A mediation locked for a change, with its case and whose consent counts (id → role)."""

    case: LoadedCase
    row: Any
    parties: Mapping[str, str]

    @property
    def id(self) -> uuid.UUID:
        """The mediation's."""
        return uuid.UUID(str(self.row["id"]))


async def begin(act: ActionContext, mediation: uuid.UUID, action: str) -> Begun:
    """Lock case and mediation and judge; raises NotFound, Stale, ActionRefused or Forbidden."""
    case_id = await act.conn.fetchval("select case_id from mediation where id = $1", mediation)
    if case_id is None:
        raise errors.NotFound
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    row = await act.conn.fetchrow("select * from mediation where id = $1", mediation)
    assert row is not None  # noqa: S101 (rows of this table are never deleted)
    if row["version"] != act.version:
        raise errors.Stale(
            "该调解已被更新，请按 current 重新确认后再提交。", "The mediation has changed; look at `current`.",
            current={"version": row["version"], "state": row["state"]},
        )  # fmt: skip
    mine = await queries.mediates(act.conn, mediation, act.actor)
    allowed = queries.actions_for(act.actor, case.facts.lead_unit, row["state"], mediates=mine)
    refused = move_refused(action, MediationState(row["state"]))
    if refused is not None:
        raise errors.ActionRefused(refused.zh, refused.en, allowed=allowed)
    if action not in allowed:
        lead = case.facts.lead_unit
        raise errors.Forbidden(
            f"由主办单位 {lead} 或本件的调解员办理。", f"This is for the lead unit {lead}, or a mediator of this case."
        )
    parties = await queries.sides(act.conn, case_id)
    return Begun(case, row, parties)


async def move(
    act: ActionContext, begun: Begun, action: str, *, columns: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None, of_case: Mapping[str, Any] | None = None, to: MediationState | None = None,
) -> int:  # fmt: skip
    """Change the row and append the event; returns the mediation's new version. `to` is the state where the table leaves
    it open; `of_case` are columns of the case."""
    target = to or MOVES[action].target
    changes = dict(columns or {})
    if target is not None:
        changes["state"] = target.value
        if target not in LIVE:
            changes["ended_at"] = act.now
            await _end(act, begun, target)
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(changes, 2))
    version: int = await act.conn.fetchval(
        f"update mediation set version = version + 1{sets} where id = $1 returning version", begun.id, *changes.values()
    )
    said = {"mediation": str(begun.id), "basis": MOVES[action].basis or None, "state": changes.get("state")}
    await record(
        act.conn, begun.case.facts.id, f"mediation_{action}", actor=act.actor, at=act.now, columns=of_case,
        facts={**{k: v for k, v in said.items() if v is not None}, **(facts or {})},
    )  # fmt: skip
    return version


async def _end(act: ActionContext, begun: Begun, target: MediationState) -> None:
    """No talk stays ahead, no draft open; without an agreement nobody mediates any more."""
    await give_rooms_back(act, begun.id, None)
    await act.conn.execute(
        "update mediation_session set state = 'cancelled', began_at = null where mediation = $1"
        " and state in ('scheduled', 'opened')",
        begun.id,
    )
    await act.conn.execute(
        "update mediation_agreement set state = 'void' where mediation = $1 and state = 'draft'", begun.id
    )
    if target is not MediationState.AGREED:
        await relieve_all(act, begun)


async def give_rooms_back(act: ActionContext, mediation: uuid.UUID, session: uuid.UUID | None) -> None:
    """The rooms of what will not take place (of one session, or all ahead) are free again."""
    await act.conn.execute(
        "update room_booking b set released_at = $2, released_by = $3, version = version + 1 from mediation_session s"
        " where s.mediation = $1 and s.booking = b.id and s.state in ('scheduled', 'opened')"
        " and ($4::uuid is null or s.id = $4) and b.released_at is null and upper(b.period) > $2",
        mediation, act.now, act.actor.id, session,
    )  # fmt: skip


async def relieve_all(act: ActionContext, begun: Begun) -> None:
    """Nobody mediates any more, and whoever saw the case for that alone sees it no more."""
    await act.conn.execute(
        "update mediator set relieved_at = $2, relieved_by = $3 where mediation = $1 and relieved_at is null",
        begun.id, act.now, act.actor.id,
    )  # fmt: skip
    await end_sight(act, begun.case.facts.id, None)


async def end_sight(act: ActionContext, case_id: uuid.UUID, staff: uuid.UUID | None) -> None:
    """What a mediator saw as one ends with this transaction; of all of them without `staff`."""
    await revoke(act.conn, case_id, "mediator", at=act.now, grantees=[f"staff:{staff}"] if staff else None)


def needed(begun: Begun) -> list[str]:
    """The parties whose consent and signature count."""
    return sorted(begun.parties)


def of_the_sides(begun: Begun, party: uuid.UUID, pointer: str) -> None:
    """Raises Invalid for somebody who is on neither side."""
    if str(party) not in begun.parties:
        raise errors.Invalid(
            "不是本件的申请人或被申请人。", f"Not a party of either side ({', '.join(SIDES)}).", pointer=pointer
        )


def all_agree(begun: Begun, agreed: Collection[uuid.UUID], pointer: str, zh: str, en: str) -> None:
    """Raises Invalid, naming who is missing, unless every party of both sides is there."""
    lacking = missing(begun.parties, [str(party) for party in agreed])
    if lacking:
        raise errors.Invalid(zh, en, pointer=pointer, missing=lacking)


async def is_evidence(
    act: ActionContext, case_id: uuid.UUID, file: uuid.UUID | None, pointer: str, *purposes: str
) -> None:
    """Raises Invalid unless `file` is an attachment of the case that was not withdrawn and is for one of `purposes`."""
    if file is None:
        return
    fits = await act.conn.fetchval(
        "select exists (select from attachment where id = $1 and case_id = $2 and withdrawn_at is null"
        " and (cardinality($3::text[]) = 0 or purpose = any($3::text[])))",
        file, case_id, list(purposes),
    )  # fmt: skip
    if not fits:
        what = "、".join(purposes) or "any"
        raise errors.Invalid(
            f"本件没有这份附件，或已撤回，或用途不符（应为 {what}）。",
            f"The case has no such attachment that stands and is for this ({what}).", pointer=pointer,
        )  # fmt: skip


def leads(actor: Actor, case: LoadedCase) -> bool:
    """Whether the actor stands in the lead unit with the right."""
    return case.facts.lead_unit in actor.units_with(Permission.MEDIATION_WORK)


def local_day(act: ActionContext, instant: datetime) -> Any:
    """The city's day of an instant."""
    return instant.astimezone(act.reference.city.tz).date()
