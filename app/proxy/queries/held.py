"""What proxy handling holds of the resident, for the copy of their data: authorities given, errands done, notices passed on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.registry import Held, HeldFact
from app.core.database import Connection
from app.core.rows import fetch_all
from app.notices.rules import NoticeKind
from app.proxy.rules import ErrandKind, Power

_GIVEN = """
    select a.recorded_at as at, a.powers, a.ended_at is not null as ended from proxy_authority a join proxy p on p.id = a.proxy
    where p.case_id = $1
"""
_DONE = """
    select e.done_at as at, e.kind from proxy_errand e join proxy p on p.id = e.proxy
    where p.case_id = $1 and e.state = 'done'
"""
_PASSED = """
    select d.at, n.kind from proxy_passing d join proxy p on p.id = d.proxy join notice n on n.id = d.notice
    where p.case_id = $1
"""


@dataclass(frozen=True, slots=True)
class _Given:
    at: datetime
    powers: list[Power]
    ended: bool


@dataclass(frozen=True, slots=True)
class _Done:
    at: datetime
    kind: ErrandKind


@dataclass(frozen=True, slots=True)
class _Passed:
    at: datetime
    kind: NoticeKind


async def _read(conn: Connection, case_id: uuid.UUID, _: uuid.UUID) -> list[HeldFact]:
    facts = [
        HeldFact(one.at, f"授权代办：{'、'.join(power.words.zh for power in one.powers)}{'（已终止）' if one.ended else ''}")
        for one in await fetch_all(conn, _Given, _GIVEN, case_id)
    ]  # fmt: skip
    facts += [HeldFact(one.at, f"代办员{one.kind.words.zh}") for one in await fetch_all(conn, _Done, _DONE, case_id)]
    facts += [
        HeldFact(one.at, f"代办员转告《{one.kind.words.zh}》")
        for one in await fetch_all(conn, _Passed, _PASSED, case_id)
    ]
    return sorted(facts, key=lambda fact: fact.at)


HELD = Held("代办", speakers=True, read=_read)
