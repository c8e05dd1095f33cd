"""Asking: with number and query code, or at a window."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.access import grant, revoke
from app.cases.actions.notes import keep_note
from app.cases.actions.offering import grantees
from app.cases.actions.owed import owed_by
from app.cases.actions.parties import own_party
from app.cases.actions.record import record
from app.cases.actions.wishes import proven
from app.cases.queries.case_page import open_parties
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.queries.standing import check_involved
from app.cases.rules import PetitionClass
from app.cases.rules.correcting import SPEAKERS
from app.cases.schemas.page import PartyOut
from app.core import errors
from app.core.access import ROLE_PERMISSIONS, Permission
from app.core.database import uuid7
from app.core.rows import change_row, fetch_one
from app.core.settings import section
from app.messages.actions import queue
from app.privacy.queries import WORKED_BY, get_by_number
from app.privacy.rules import ARTICLES, WORKFLOW, Asked, DataRequest, not_asked, whose
from app.privacy.settings import PrivacySettings
from app.reference.actions import ActionContext

_ASK = """
    insert into data_request (id, number, case_id, party, asked, relative, state, online, taken_by, note, asked_at, due,
        decider)
    values ($1, $2 || '-P' || (1 + (select count(*) from data_request where case_id = $3)), $3, $4, $5, $6, 'open', $7, $8,
        $9, $10, $11, $12)
    returning number
"""
# The nearest unit, from the lead upwards, in which somebody may decide who did not work the case; of an accusation, its desk.
_DECIDER = f"""
    select coalesce((select u.code from unit l join unit u on u.path @> l.path
        where l.code = c.lead_unit and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
            and c.petition_class is distinct from 'accusation'
            and exists (select from post p where p.unit = u.code and p.role = any($2::text[]) and p.staff is not null
                and p.staff::text <> all ({WORKED_BY}) and 'staff:' || p.staff <> $3)
        order by nlevel(u.path) desc limit 1), c.lead_unit) as decider
    from cases c where c.id = $1
"""
_OTHERS = "select exists (select from data_request where case_id = $1 and decider = $2 and state = 'open')"
_ROLES = sorted(role.value for role, may in ROLE_PERMISSIONS.items() if Permission.PRIVACY_DECIDE in may)
_OPEN = """
    select id, number, due from data_request where case_id = $1 and party = $2 and asked = $3 and state = 'open'
"""


DECIDES = "data_decider"  # the part in a case of a unit that decides on a request, until it has


@dataclass(frozen=True, slots=True)
class Receipt:
    """A request that is open: its number, and by when it is answered."""

    id: uuid.UUID
    number: str
    due: datetime


async def ask_at_window(
    act: ActionContext, case_id: uuid.UUID, *, asked: Asked, party: uuid.UUID, words: str, relative: str | None,
    code: str | None, paper: uuid.UUID | None,
) -> uuid.UUID:  # fmt: skip
    """Taken by staff who have to do with the case, at the wish of the person, which their query code or a signed paper shows.
    Gives the request's id. Raises NotFound, Forbidden, Invalid, Conflict."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    check_involved(case.facts.standing, Permission.CASE_REGISTER, act.actor)
    person = next((one for one in await open_parties(act.conn, case_id) if one.id == party), None)
    no = not_asked(case.facts.kind, case.facts.petition_class, person.role) if person else None
    if person is None or no is not None:
        raise errors.Invalid(
            "本件没有可提出请求的这名当事人。", "Nobody of that name may ask on this case.", pointer="#/body/party"
        )
    if code is not None and (relative is not None or person.role not in SPEAKERS):
        raise errors.Invalid(
            "查询码只证明信访人本人的意愿：其他人和近亲属须提供签名材料（paper）。",
            "The code shows the wish of who brought the matter: others, and relatives, sign a paper.",
            pointer="#/body/code",
        )
    proof = proven(case, code=code, paper=paper)
    if (open_one := await fetch_one(act.conn, Receipt, _OPEN, case_id, party, asked)) is not None:
        raise errors.Conflict(
            f"同一请求（{open_one.number}）正在审查。", f"The same was asked already, and is open: {open_one.number}.",
            number=open_one.number,
        )  # fmt: skip
    receipt = await _ask(act, case, person, asked, words, relative=relative, proof=proof)
    return receipt.id


async def ask_by_code(act: ActionContext, case: LoadedCase, *, asked: Asked, words: str) -> Receipt:
    """By the resident. The caller has checked the query code and holds the case's lock. The same asked again while it is open
    gives the same receipt. Raises Conflict."""
    if case.facts.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict(
            "检举控告件的个人信息请求请向受理部门当面提出。", "Of an accusation, ask at its desk, in person."
        )
    person = own_party(await open_parties(act.conn, case.case_id))
    if (open_one := await fetch_one(act.conn, Receipt, _OPEN, case.case_id, person.id, asked)) is not None:
        return open_one
    return await _ask(act, case, person, asked, words, relative=None, proof={"proof": "code"})


async def _ask(
    act: ActionContext, case: LoadedCase, person: PartyOut, asked: Asked, words: str, *, relative: str | None,
    proof: Mapping[str, object],
) -> Receipt:  # fmt: skip
    due = owed_by(act, None, days=section(PrivacySettings).days, pointer="#/body")
    note, request, online = await keep_note(act, case, "data_request", words), uuid7(), act.actor.kind == "resident"
    decider: str = await act.conn.fetchval(_DECIDER, case.case_id, _ROLES, act.actor.who)
    number = await act.conn.fetchval(
        _ASK, request, case.row.number, case.case_id, person.id, asked, relative, online, act.actor.who, note.id, act.now,
        due, decider,
    )  # fmt: skip
    facts = {
        "request": str(request), "asked": asked, "basis": ARTICLES[asked], "answer_by": due.timestamp(),
        "whose": whose(person.role, relative), **proof, **note.said,
    }  # fmt: skip
    await record(act.conn, case.case_id, "data_asked", actor=act.actor, at=act.now, facts=facts)
    named = await grantees(act, case, decider)
    if decider != case.facts.lead_unit:
        await grant(act.conn, case.case_id, named, DECIDES)
    for name in named:
        await queue(
            act.conn, f"data asked {request} {name}", "data_asked", now=act.now, grantee=name, case_id=case.case_id
        )
    return Receipt(request, number, due)


async def end_sight(act: ActionContext, found: DataRequest) -> None:
    """A unit that saw the case to decide this alone sees it no more."""
    if not await act.conn.fetchval(_OTHERS, found.case_id, found.decider):
        await revoke(act.conn, found.case_id, DECIDES, at=act.now, grantees=[f"unit:{found.decider}"])


async def withdraw_by_code(act: ActionContext, case: LoadedCase, number: str) -> None:
    """The resident takes a request back that is still open. Raises NotFound for a number that is not theirs, ActionRefused."""
    found = await get_by_number(act.conn, case.case_id, number, act.now)
    WORKFLOW.check_state(found, "withdraw", act.actor, act.now)
    await change_row(act.conn, "data_request", found.id, {"state": WORKFLOW["withdraw"].target})
    await end_sight(act, found)
    facts = {"request": str(found.id), "asked": found.asked, "whose": found.whose}
    await record(act.conn, case.case_id, "data_withdrawn", actor=act.actor, at=act.now, facts=facts)
