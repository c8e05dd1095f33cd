"""更正: what was registered is put right. The version before stays, sealed; the event names fields and digests alone."""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.cases.actions.notes import write_note
from app.cases.actions.offering import grantees
from app.cases.actions.parties import own_party, rewrite_party
from app.cases.actions.place import move
from app.cases.actions.reclassify import MAIN, recompute
from app.cases.actions.step import advance, begin
from app.cases.actions.texts import rewrite_text
from app.cases.actions.wishes import proven
from app.cases.queries.case_page import open_texts
from app.cases.queries.one import LoadedCase
from app.cases.rules import CASE_STEPS, CaseSubject, PetitionClass
from app.cases.rules.correcting import MATTER, REACH, SPEAKERS, changed, not_corrected, not_received_then
from app.cases.schemas.correcting import OwnCorrection, PartyCorrectionIn
from app.cases.schemas.page import PartyOut, RevealedOut
from app.cases.schemas.taken import PlaceIn
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.messages.actions import queue
from app.messages.rules import Channel
from app.reference.actions import ActionContext

_KEEP = """
    insert into correction (id, case_id, party, fields, sealed, seal_key, salt, note, author, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_RUNS = "select exists (select from running_clock where case_id = $1 and kind = any($2::text[]))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand instead: values by the names of `rules.correcting.FIELDS` (None: nothing more), of one party."""

    values: Mapping[str, str | None]
    place: PlaceIn | None = None
    received_at: datetime | None = None
    party: PartyOut | None = None


@dataclass(slots=True)
class _Work:
    """A correction as it comes about: `rows` counts those of text and party that are written anew."""

    fields: list[str]
    before: dict[str, object]
    columns: dict[str, object]
    rows: int = 0


async def correct(
    act: ActionContext, case_id: uuid.UUID, *, reason: str, title: str | None, description: str | None, address: str | None,
    place: PlaceIn | None, received_at: datetime | None, party: PartyCorrectionIn | None, code: str | None,
    paper: uuid.UUID | None,
) -> None:  # fmt: skip
    """What was registered wrongly is put right, by who registered the case, leads it or stands above its lead. The version
    before stays and is read by who sees the case. Phone and e-mail of who brought it need their query code or a signed paper.

    Until there is a result also the matter: text, place, day of receipt (to an earlier one; limits are counted from it). The
    resident is told, also at the phone they had before.
    """
    case = await begin(act, case_id, "correct")
    written = await open_texts(act.conn, case_id)
    matter = {"title": title, "description": description, "address": address}
    about = None
    if party is not None:
        about = next((p for p in written.items if p.id == party.id), None)
        if about is None:
            raise errors.Invalid("本件没有这名当事人。", "The case has no such party.", pointer="#/body/party/id")
    values = {k: v for k, v in matter.items() if v is not None} | (party.values() if party else {})
    proof = proven(case, code=code, paper=paper) if code or paper else {}
    _, said = await write_note(act, case, "correction_reason", reason)
    work = await _correct(act, case, written, Wanted(values, place, received_at, about), {**proof, **said})
    if work is None:
        raise errors.Invalid("没有任何变化。", "Nothing would change.", pointer="#/body")


async def correct_by_code(act: ActionContext, case: LoadedCase, said: OwnCorrection) -> list[str]:
    """The resident corrects what is theirs, at once: until there is a result their words, always their own data. The caller has
    checked the query code and holds the case's lock. Gives the fields; none where nothing changes. Raises Conflict."""
    CASE_STEPS.check_state(CaseSubject(case.facts), "correct", act.actor, act.now)
    if case.facts.petition_class is PetitionClass.ACCUSATION:
        raise errors.Conflict(
            "检举控告件请向受理部门当面更正。", "What belongs to an accusation is corrected at its desk, in person."
        )
    written = await open_texts(act.conn, case.case_id)
    about = own_party(written.items) if said.party is not None else None
    matter = {"title": said.title, "description": said.description, "address": said.address}
    values = {k: v for k, v in matter.items() if v is not None} | (said.party.values() if said.party else {})
    work = await _correct(act, case, written, Wanted(values, party=about), {"proof": "code"})
    return work.fields if work else []


async def _correct(
    act: ActionContext, case: LoadedCase, written: RevealedOut, wanted: Wanted, said: Mapping[str, object]
) -> _Work | None:
    """None where nothing changes. Raises Conflict or Invalid for what is not corrected now."""
    before = {
        "title": written.text.title, "description": written.text.description, "address": written.address,
        **{f"party.{name}": getattr(wanted.party, name, None) for name in ("name", "phone", "address", "email")},
    }  # fmt: skip
    fields = changed(before, wanted.values)
    fields += [name for name in ("location", "received_at") if getattr(wanted, _WANTED[name]) is not None]
    if not fields:
        return None
    work = _Work(fields, {name: before[name] for name in fields if name in before and name in MATTER}, {})
    _judge(case, written, wanted, work.fields, proven="proof" in said)
    texts = {name: value for name, value in wanted.values.items() if name in MATTER and name in fields}
    if texts:
        await rewrite_text(act, case, {**{n: before[n] for n in ("title", "description", "address")}, **texts})
        work.rows += 1
    own = {name.removeprefix("party."): value for name, value in wanted.values.items() if name not in MATTER}
    if wanted.party is not None and own:
        await rewrite_party(act, case, wanted.party, own)
        work.rows += 1
        work.before["party"] = {name: getattr(wanted.party, name) for name in own}
    await _move(act, case, wanted, work)
    await _keep(act, case, wanted, work, said)
    return work


_WANTED = {"location": "place", "received_at": "received_at"}


def _judge(case: LoadedCase, written: RevealedOut, wanted: Wanted, fields: list[str], *, proven: bool) -> None:
    if not MATTER.isdisjoint(fields) and written.text.title is None:
        raise errors.Conflict("内容已清除，不能更正。", "The text was erased: there is nothing to correct.")
    role = wanted.party.role if wanted.party else None
    no = not_corrected(fields, case.status, case.facts.petition_class, role, proven=proven)
    if no is not None:
        raise errors.Conflict(no.zh, no.en)
    if wanted.received_at is not None:
        no = not_received_then(wanted.received_at, case.row.received_at)
        if no is not None:
            raise errors.Invalid(no.zh, no.en, pointer="#/body/received_at")


async def _move(act: ActionContext, case: LoadedCase, wanted: Wanted, work: _Work) -> None:
    """Place and day of receipt; limits that run are counted from the right day."""
    if wanted.place is not None:
        place = wanted.place
        columns, before = await move(act, case, lon=place.lon, lat=place.lat, crs=place.crs, code=place.code)
        work.columns |= columns
        work.before |= before
    if wanted.received_at is not None:
        work.before["received_at"] = case.row.received_at.isoformat()
        work.columns["received_at"] = wanted.received_at
        if await act.conn.fetchval(_RUNS, case.case_id, [kind.value for kind in MAIN]):
            since = replace(case, row=replace(case.row, received_at=wanted.received_at))
            procedure = act.reference.procedures[case.row.procedure, case.row.procedure_version]
            await recompute(act, since, procedure)


async def _keep(act: ActionContext, case: LoadedCase, wanted: Wanted, work: _Work, said: Mapping[str, object]) -> None:
    """The version before, the event, and word of it."""
    correction, salt = uuid7(), os.urandom(16)
    content = json.dumps(work.before, ensure_ascii=False, sort_keys=True)
    sealed = keys().seal(work.before, f"correction {correction}")
    party = wanted.party.id if wanted.party else None
    note = uuid.UUID(str(said["note"])) if "note" in said else None
    await act.conn.execute(
        _KEEP, correction, case.case_id, party, work.fields, sealed.body, sealed.key, salt, note, act.actor.who, act.now
    )
    facts = {
        "fields": work.fields, "correction": str(correction), "replaced": work.rows,
        "was": hashlib.sha256(salt + content.encode()).hexdigest(), **({"party": str(party)} if party else {}), **said,
    }  # fmt: skip
    await advance(act, case, "correct", columns=work.columns, facts=facts)
    await _tell(act, case, wanted, work, correction)


async def _tell(act: ActionContext, case: LoadedCase, wanted: Wanted, work: _Work, correction: uuid.UUID) -> None:
    """The lead, unless it did it; and whoever was reached before, since another number may be somebody else's."""
    if not case.facts.standing.leads(act.actor, CASE_STEPS["correct"].permission):
        for name in await grantees(act, case, case.facts.lead_unit):
            await queue(
                act.conn, f"corrected {correction} {name}", "corrected", now=act.now, grantee=name, case_id=case.case_id
            )
    party = wanted.party
    if party is None or party.role not in SPEAKERS or party.tell_by == "none" or REACH.isdisjoint(work.fields):
        return
    for field, channel in (("phone", Channel.SMS), ("email", Channel.EMAIL)):
        before = getattr(party, field)
        if before and f"party.{field}" in work.fields:
            await queue(
                act.conn, f"reached before {correction} {field}", "reach_corrected", now=act.now, channel=channel,
                address=before, case_id=case.case_id,
            )  # fmt: skip
