"""A step looks once, in one statement: was it taken before, the case with its lock, and what is read beside it."""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from app.cases.queries.access import visible_to
from app.cases.queries.case_page import PARTIES
from app.cases.queries.notes import ORIGINAL, NoteText
from app.cases.queries.one import TEXT, CaseRow, CaseText, LoadedCase, as_facts, facts_statement, lock
from app.cases.schemas.page import PartyOut
from app.core.access import Actor
from app.core.calls import BEFORE, Before, Call, Repeated
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import part, read_sql
from app.reference.queries import Reference

_OFFERED_FOR = (
    "(select a.note from assignment a where a.case_id = found.id and a.state = 'offered' and a.part = 'lead')"
)


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as it stands to a case. `above_concerned`: in a higher tier than every unit that the matter is about.
    `beside_lead`, `above_lead`: by its tier; `of_its_areas`: it stands in an area of the case.

    Were it to lead, `lead_stays` as a co-handler: the lead before has a duty left where it received the matter first
    (首接负责), or stands in the same line of areas one tier below (it stays responsible) or above (it guides). `receiving`
    is the centre of its area, where the matter would leave the line of areas it lies in.
    """

    code: str
    kind: str
    barred: bool
    above_concerned: bool
    beside_lead: bool
    above_lead: bool
    of_its_areas: bool
    lead_stays: bool
    receiving: str | None


@dataclass(frozen=True, slots=True)
class _Beside:
    text: CaseText | None
    parties: tuple[PartyOut, ...]
    why_offered: NoteText
    unit: NamedUnit | None


@dataclass(frozen=True, slots=True)
class _Held:
    id: uuid.UUID | None
    version: int | None
    seen: int | None


@dataclass(frozen=True, slots=True)
class LookedCase(LoadedCase):
    """A case with what a step reads beside it: its text, the parties in clear, why the lead was offered (if it was, for a
    reason), and the unit that the step names, else the one that is offered the lead."""

    text: CaseText | None
    parties: tuple[PartyOut, ...]
    why_offered: str | None
    unit: NamedUnit | None


async def look(
    conn: Connection, case_id: uuid.UUID, reference: Reference, *, actor: Actor, call: Call | None, unit: str | None
) -> LookedCase:
    """The case, locked until the transaction ends; raises NotFound for what the actor may not know exists, and what
    became of the same `call` before: Repeated, InFlight or KeyReused."""
    parameters = Parameters([call and call.caller, call and call.key, case_id, unit])
    statement = read_sql(__package__, "look").format(
        before=BEFORE, facts=facts_statement(), visible=visible_to(actor, parameters), text=TEXT.format("found.id"),
        parties=PARTIES.format("found.id"), why=ORIGINAL.format(_OFFERED_FOR),
    )  # fmt: skip
    # In other hands, or changed since the statement began, which reads all but the locked row as it was then. Whoever
    # changes a case moves its version. So wait for the lock, and look again: it may have been this very call.
    for again in (False, True):
        if again:
            with suppress(NotFound):  # a step may take its taker's right to see; its repeat is answered all the same
                await lock(conn, case_id, actor=actor)
        (row,) = await conn.fetch(statement, *parameters)
        if call is not None and (answer := part(Before, row).answer(call)):
            raise Repeated(answer)
        held = part(_Held, row)
        if held.id is not None and (again or held.version == held.seen):
            break
    else:
        raise NotFound
    found, beside = part(CaseRow, row), part(_Beside, row)
    return LookedCase(as_facts(found, reference), found, beside.text, beside.parties, beside.why_offered, beside.unit)
