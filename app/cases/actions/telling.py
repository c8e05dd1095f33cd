"""The resident is told that something was done on their matter: at once, by the way they chose, the number and no more."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.cases.rules.plain import is_told
from app.cases.settings import CasesSettings
from app.core.database import Connection
from app.core.settings import section
from app.messages.actions import OUTSIDE
from app.messages.actions.queue import ON_TWICE

# Who brought it, by SMS if they gave a phone, unless they chose otherwise. That there is a phone is not known here of an
# accusation: of these only who chose it is told. What one request does is told once.
_TELL = f"""
    {OUTSIDE}
    select concat_ws(' ', 'told', p.case_id, $3::timestamptz, $2::text, p.id), way.channel, p.id, $2, p.case_id, $4,
        $3::timestamptz
    from party p
    cross join lateral (select coalesce(p.tell_by, case when p.phone_index is not null then 'sms' end) as channel) way
    where p.case_id = any($1::uuid[]) and p.role in ('petitioner', 'representative') and way.channel in ('sms', 'email')
    {ON_TWICE}
"""


async def tell(
    conn: Connection, cases: Sequence[uuid.UUID], template: str, at: datetime, facts: Mapping[str, object] | None = None
) -> None:
    """The petitioners of these cases are told by a message of this template; `facts` are numbers and codes."""
    await conn.execute(_TELL, list(cases), template, at, dict(facts or {}))


async def tell_step(
    conn: Connection, cases: Sequence[uuid.UUID], kind: str, at: datetime, said: Mapping[str, object]
) -> None:
    """The same of a recorded step, if the resident is to hear of it at once."""
    if not is_told(kind, said):
        return
    if "undo_until" in said:
        await tell(conn, cases, "wish_recorded", at, {"hours": section(CasesSettings).undo_hours})
    else:
        await tell(conn, cases, "progress", at)
