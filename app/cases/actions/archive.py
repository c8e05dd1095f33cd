"""归档: the file is closed and kept for its class; a legal hold keeps it whatever its class says."""

import uuid

from app.cases.actions.notes import write_note
from app.cases.actions.step import advance, begin
from app.cases.rules.retention import kept_until, retention_of
from app.reference.actions import ActionContext

_ARCHIVE = """
    insert into archive (case_id, retention, kept_until, archived_at, archived_by) values ($1, $2, $3, $4, $5)
    on conflict (case_id) do update set retention = excluded.retention, kept_until = excluded.kept_until,
        archived_at = excluded.archived_at, archived_by = excluded.archived_by, taken_out_at = null
"""


async def archive(act: ActionContext, case_id: uuid.UUID) -> None:
    """The case has ended and everybody has been told: its file is kept until the day its class gives."""
    case = await begin(act, case_id, "archive")
    retention = retention_of(case.row.procedure, act.reference.city.profile.retention)
    until = kept_until(retention, act.now.astimezone(act.reference.city.tz).date())
    await act.conn.execute(_ARCHIVE, case_id, retention.value, until, act.now, f"{act.actor.kind}:{act.actor.id}")
    facts = {"retention": retention.value, "kept_until": until.isoformat() if until else None}
    await advance(act, case, "archive", facts=facts)


async def take_out(act: ActionContext, case_id: uuid.UUID) -> None:
    """The file is worked on again."""
    await act.conn.execute(
        "update archive set taken_out_at = $2 where case_id = $1 and taken_out_at is null", case_id, act.now
    )


async def hold(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """A court, an investigation or an archive inspection needs it: nothing of it may be erased until released."""
    case = await begin(act, case_id, "hold")
    note, said = await write_note(act, case, "hold_reason", reason)
    await act.conn.execute(
        "insert into legal_hold (case_id, note, placed_by, placed_at) values ($1, $2, $3, $4)",
        case_id, note, f"{act.actor.kind}:{act.actor.id}", act.now,
    )  # fmt: skip
    await advance(act, case, "hold", facts=said)


async def release_hold(act: ActionContext, case_id: uuid.UUID, *, reason: str) -> None:
    """The hold is over; the class of the file counts again."""
    case = await begin(act, case_id, "release_hold")
    _, said = await write_note(act, case, "release_reason", reason)
    await act.conn.execute(
        "update legal_hold set released_at = $2, released_by = $3 where case_id = $1 and released_at is null",
        case_id, act.now, f"{act.actor.kind}:{act.actor.id}",
    )  # fmt: skip
    await advance(act, case, "release_hold", facts=said)
