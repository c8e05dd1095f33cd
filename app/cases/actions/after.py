"""What is kept of a case that has left: the procedure outside it was referred to, and visits after closing."""

import uuid
from datetime import UTC, date, datetime, time

from app.cases.actions.notes import write_note
from app.cases.actions.step import advance, begin
from app.cases.rules import TRACKED, OutsideStage, Route, next_limit
from app.core import errors
from app.deadlines.rules import LengthUnit, due_at
from app.reference.actions import ActionContext

_REFERRED = "select data->>'route' from event where case_id = $1 and kind = 'refer' order by seq desc limit 1"
_KEEP = """
    insert into outside_procedure (case_id, route, body, stage, filed_on, accepted_on, ended_on, extended, simple,
        next_rule, next_due, updated_by, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (case_id) do update set body = $3, stage = $4, filed_on = $5, accepted_on = $6, ended_on = $7,
        extended = $8, simple = $9, next_rule = $10, next_due = $11, updated_by = $12, updated_at = $13
"""


async def track_outside(
    act: ActionContext, case_id: uuid.UUID, *, body: str, stage: OutsideStage, filed_on: date, accepted_on: date | None,
    ended_on: date | None, extended: bool, simple: bool, words: str | None,
) -> None:  # fmt: skip
    """Note how far the arbitration, reconsideration or litigation has come that the case was referred to, and what the
    other body owes next. Told, never counted as anybody's breach."""
    case = await begin(act, case_id, "track_outside")
    route = Route(await act.conn.fetchval(_REFERRED, case_id))
    if route not in TRACKED:
        raise errors.ActionRefused(
            "只登记仲裁、行政复议和诉讼的进展。", "Only arbitration, reconsideration and litigation are followed."
        )
    _in_order(act, stage, filed_on, accepted_on, ended_on)
    limit = next_limit(route, stage, filed_on, accepted_on, extended=extended, simple=simple)
    due = None
    if limit is not None:
        tz = act.reference.city.tz
        unit = LengthUnit.WORKING_DAY if limit.working else LengthUnit.CALENDAR_DAY
        start = datetime.combine(limit.start, time(12), tz)
        due = due_at(limit.days, unit, start, calendar=act.reference.calendar, tz=tz).due
    await act.conn.execute(
        _KEEP, case_id, route.value, body, stage.value, filed_on, accepted_on, ended_on, extended, simple,
        limit.rule if limit else None, due, act.actor.id, act.now,
    )  # fmt: skip
    said = (await write_note(act, case, "outside_progress", words))[1] if words else {}
    told = {"route": route.value, "stage": stage.value, "filed_on": filed_on.isoformat(),
            "next_due": due.astimezone(UTC).isoformat() if due else None}  # fmt: skip
    await advance(act, case, "track_outside", facts={**told, **said})


def _in_order(
    act: ActionContext, stage: OutsideStage, filed_on: date, accepted_on: date | None, ended_on: date | None
) -> None:  # fmt: skip
    """Each date where its stage needs it, none before the one it follows, none in the future."""
    needed = {
        "accepted_on": (accepted_on, stage is OutsideStage.ACCEPTED),
        "ended_on": (ended_on, stage in (OutsideStage.REFUSED, OutsideStage.DECIDED)),
    }
    for name, (given, wanted) in needed.items():
        if wanted and given is None:
            raise errors.Invalid(f"该阶段须填写 {name}。", f"This stage has a date: {name}.", pointer=f"#/body/{name}")
    today = act.now.astimezone(act.reference.city.tz).date()
    dates = [day for day in (filed_on, accepted_on, ended_on) if day is not None]
    if dates != sorted(dates) or dates[-1] > today:
        raise errors.Invalid(
            "日期须按先后顺序，且不得晚于今天。", "The dates follow each other, and none lies ahead.",
            pointer="#/body/filed_on",
        )  # fmt: skip


async def record_visit(
    act: ActionContext, case_id: uuid.UUID, *, method: str, reached: bool, confirmed: bool | None, words: str
) -> None:  # fmt: skip
    """回访: whether the resident was reached after closing, and whether they confirm what the file says."""
    case = await begin(act, case_id, "record_visit")
    note, said = await write_note(act, case, "return_visit", words)
    await act.conn.execute(
        "insert into return_visit (case_id, at, visitor, method, reached, confirmed, note)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        case_id, act.now, act.actor.id, method, reached, confirmed, note,
    )  # fmt: skip
    await advance(act, case, "record_visit", facts={"reached": reached, "confirmed": confirmed, **said})
