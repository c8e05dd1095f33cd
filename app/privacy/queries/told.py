"""What the resident reads of their own requests, and what the case file lists."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.queries.file import local
from app.cases.queries.notes import NOTE, ORIGINAL, NoteText
from app.cases.schemas.resident import DataRequestToldOut
from app.core.database import Connection
from app.core.rows import all_typed, fetch_all
from app.privacy.rules import DECIDED, TURN_TO, Asked, Ground, RequestState
from app.reference.queries import Reference

# Those that were asked with the code: what was asked at a window is answered there.
OWN_REQUESTS = f"""(select jsonb_agg(jsonb_build_object('number', t.number, 'asked', t.asked, 'state', t.state, 'due', t.due,
        'ground', t.ground, 'reply', {ORIGINAL.format("t.answer")}, 'fetch_until', case when t.fetched_at is null
        then t.fetch_until end) order by t.asked_at, t.id)
    from data_request t where t.case_id = c.id and t.online)"""
_FILE = f"""
    select t.number, t.asked, t.relative is not null as relative, t.online, t.state, t.asked_at, t.due, t.ground,
        t.decided_at, s.name as decider, t.fetched_at, t.served_at, {NOTE.format("t.answer")} as reply
    from data_request t left join staff s on s.id = t.decided_by where t.case_id = $1 order by t.asked_at, t.id
"""


@dataclass(frozen=True, slots=True)
class _Own:
    number: str
    asked: Asked
    state: RequestState
    due: datetime
    ground: Ground | None
    reply: NoteText
    fetch_until: datetime | None


async def tell_requests(_: Connection, found: Any, __: Reference, language: str) -> dict[str, Any]:
    """In plain words, with where to turn once there is an answer."""
    return {"data_requests": [_told(one, language) for one in all_typed(_Own, found)]}


def _told(one: _Own, language: str) -> DataRequestToldOut:
    answered = one.state in DECIDED
    return DataRequestToldOut(
        number=one.number, asked=one.asked.words.say(language), said=one.state.words.say(language),
        due=None if answered else one.due, reply=one.reply,
        ground=one.ground.words.say(language) if one.ground else None,
        turn_to=TURN_TO.say(language) if answered else None, fetch_until=one.fetch_until,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Filed:
    number: str
    asked: Asked
    relative: bool
    online: bool
    state: RequestState
    asked_at: datetime
    due: datetime
    ground: Ground | None
    decided_at: datetime | None
    decider: str | None
    fetched_at: datetime | None
    served_at: datetime | None
    reply: NoteText


async def list_for_file(conn: Connection, case_id: uuid.UUID, reference: Reference) -> list[dict[str, object]]:
    """As the file of the case lists them."""
    tz = reference.city.tz
    return [
        {
            "number": one.number, "asked": one.asked.words.zh,
            "by": f"{'近亲属' if one.relative else '本人'}（{'凭查询码' if one.online else '窗口'}）",
            "at": local(one.asked_at, tz), "due": local(one.due, tz), "state": one.state.words.zh,
            "ground": one.ground.words.zh if one.ground else "", "reply": one.reply or "",
            "decided": f"{local(one.decided_at, tz)} {one.decider or ''}" if one.decided_at else "",
            "done": "；".join(filter(None, (
                f"{local(one.fetched_at, tz)} 提供副本" if one.fetched_at else "",
                f"{local(one.served_at, tz)} 送达答复" if one.served_at else ""))),
        }
        for one in await fetch_all(conn, _Filed, _FILE, case_id)
    ]  # fmt: skip
