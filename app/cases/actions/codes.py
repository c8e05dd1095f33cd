"""A new query code for who lost theirs: sent to the phone that is known of the petitioner, and to nobody else.

Number and phone are matched by the runner, not in the request: its answer would tell by the time it takes whether a phone
belongs to a matter.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.cases.actions.record import record
from app.cases.queries.case_page import open_parties
from app.cases.rules import LIVE, Status
from app.cases.schemas.page import PartyOut
from app.cases.schemas.shown import Delivered
from app.cases.settings import CasesSettings
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection, Database
from app.core.rows import all_typed, fetch_one
from app.core.settings import section
from app.messages.actions import queue
from app.messages.rules import Channel

AGAIN_AFTER = timedelta(hours=1)  # so that nobody's phone is flooded, nor their code changed under their hands
MOST_AT_ONCE = 50
BY_PHONE = Actor(id="phone", kind="resident")
# A phone that came by a paper alone gets no code while the resident, who was told at the one before, may still object.
_SPEAK = ("petitioner", "representative")
_TAKE = """
    delete from code_request where id in (select id from code_request order by id limit $1 for update skip locked)
    returning number, phone_index
"""
_CASE = """
    select c.id, c.query_issue from cases c
    where c.number = $1 and c.petition_class is distinct from 'accusation' and c.status = any($3::text[])
        and exists (select from party p where p.case_id = c.id and p.phone_index = $2 and p.role = any($4::text[]))
        and not exists (select from event e where e.case_id = c.id and e.kind = 'reissue_code' and e.at > $5)
        and not exists (select from event e where e.case_id = c.id and e.kind = 'correct' and e.at > $6
            and e.data->>'proof' = 'paper' and e.data->'fields' ? 'party.phone')
    for update of c
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    number: str
    phone_index: bytes


@dataclass(frozen=True, slots=True)
class _Case:
    id: uuid.UUID
    query_issue: int


def petitioners_phones(parties: Iterable[PartyOut]) -> list[str]:
    """Where those are reached who brought the matter."""
    return [p.phone for p in parties if p.role in _SPEAK and p.phone]


async def ask_for_code(conn: Connection, number: str, phone: str, *, now: datetime) -> None:
    """Keep the request for the runner."""
    await conn.execute(
        "insert into code_request (number, phone_index, asked_at) values ($1, $2, $3)",
        number, keys().phone_index(phone), now,
    )  # fmt: skip


async def send_code(conn: Connection, case_id: uuid.UUID, issue: int, phone: str, *, now: datetime) -> None:
    """By SMS; the code is sealed with the number it goes to, and forgotten once it was sent."""
    code = keys().query_code(str(case_id), issue)
    await queue(
        conn, f"code {case_id} {issue} {keys().phone_index(phone).hex()}", "new_code", now=now, channel=Channel.SMS,
        address=phone, case_id=case_id, secret={"code": code},
    )  # fmt: skip


async def answer_requests(database: Database, now: datetime) -> int:
    """A new code wherever number and phone belong together; gives how many requests were looked at."""

    async def batch(conn: Connection) -> int:
        asked = all_typed(_Asked, await conn.fetch(_TAKE, MOST_AT_ONCE))
        for one in sorted(set(asked), key=lambda one: one.number):
            await _answer(conn, one, now)
        return len(asked)

    return await database.drain(batch)


async def _answer(conn: Connection, asked: _Asked, now: datetime) -> None:
    states = [*LIVE, Status.CLOSED]
    since, settled = now - AGAIN_AFTER, now - timedelta(hours=section(CasesSettings).undo_hours)
    case = await fetch_one(conn, _Case, _CASE, asked.number, asked.phone_index, states, list(_SPEAK), since, settled)
    if case is None:
        return
    issue = case.query_issue + 1
    hashed = keys().query_hash(keys().query_code(str(case.id), issue))
    await conn.execute("update cases set query_hash = $2 where id = $1", case.id, hashed)
    phones = petitioners_phones(await open_parties(conn, case.id))
    phone = next(phone for phone in phones if keys().phone_index(phone) == asked.phone_index)
    await send_code(conn, case.id, issue, phone, now=now)
    columns, facts = {"query_issue": issue}, {"delivered": Delivered.SMS.value}
    await record(conn, case.id, "reissue_code", actor=BY_PHONE, at=now, columns=columns, facts=facts)
