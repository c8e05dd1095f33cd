"""Notices set-wise: what app/cases/actions/drafting.py drafts for one case, for all cases of a round at once.

They are made as everybody's are, text and seal: at a fifth of a millisecond each the demo's thirty thousand need no
other way. What is costly, their PDF, is made when somebody asks for it.
"""

import json
import uuid
from datetime import datetime
from typing import Any

from app.cases.actions.drafting import addressees
from app.cases.queries.one import opened_note
from app.cases.rules import Status
from app.core.crypto import Sealed, keys
from app.core.database import Connection, copy_rows
from app.core.workflow import Transition
from app.deadlines.rules import ClockKind
from app.notices.actions import Draft, make
from app.notices.actions.keep import COLUMNS, as_row
from app.notices.rules import NoticeKind, Owed, owed
from app.reference.queries import Reference

DRAFTING = """
    create temp table drafting (
        id uuid, case_id uuid, kind text, version smallint, state text, meets text, note uuid, facts text, sealed bytea,
        seal_key bytea, salt bytea, digest bytea, drafted_at timestamptz, drafted_by text
    ) on commit drop
"""
_ROWS = """
    select a.case_id, a.at, a.lead, a.offer_unit, a.staff, a.route, a.result, a.days, a.clocks, a.more, a.secret,
        l.number, l.received_at, l.kind, l.procedure, l.procedure_version, x.title, x.description, x.sealed as title_sealed,
        x.seal_key as title_key, n.id as id, n.body, n.sealed, n.seal_key,
        exists (select from notice t where t.case_id = a.case_id and t.kind in ('acceptance', 'rights_and_duties')
            and t.state in ('served', 'waived', 'approved')) as told
    from act a join life l on l.id = a.case_id join case_text x on x.case_id = a.case_id and x.version = 1
    left join case_note n on n.id = coalesce(a.note, a.offer_note)
"""
_PARTIES = "select p.case_id, p.id, p.role, p.sealed, p.seal_key from act a join party p on p.case_id = a.case_id"
_KEEP = f"""
    insert into notice ({", ".join(COLUMNS)})
    select {", ".join("facts::jsonb" if name == "facts" else name for name in COLUMNS)} from drafting
    order by drafted_at, case_id
"""
_SAY = """
    update act a set waits = d.meets, more = a.more || jsonb_build_object(
        'notice', d.kind, 'notice_id', d.id, 'notice_digest', encode(d.digest, 'hex'))
    from drafting d where d.case_id = a.case_id
"""


async def draft_notices(conn: Connection, reference: Reference, step: Transition[Status]) -> None:
    """Draft what the step owes for every case in `act`; its event will say so, and its clock waits."""
    rows = [(row, due) for row in await conn.fetch(_ROWS) if (due := _owed(reference, step, row)) is not None]
    if not rows:
        return
    parties: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for party in await conn.fetch(_PARTIES):
        content = keys().unseal(Sealed(party["seal_key"], party["sealed"]), f"party {party['id']}")
        parties.setdefault(party["case_id"], []).append({"role": party["role"], **content})
    made = [_made(reference, step, row, due, parties.get(row["case_id"], [])) for row, due in rows]
    await copy_rows(conn, "drafting", COLUMNS, made)
    await conn.execute(_KEEP)
    await conn.execute(_SAY)
    await conn.execute("truncate drafting")


def _owed(reference: Reference, step: Transition[Status], row: Any) -> Owed | None:
    if step.notice == "transfer" and row["id"] is None:  # the routing made at registration has no reason
        return None
    acceptance, completion = _named(reference, row["procedure"], row["procedure_version"])
    due = owed(
        step.notice, kind=row["kind"], accusation=row["secret"], acceptance=acceptance, completion=completion
    )  # fmt: skip
    if due is not None and due.kind is NoticeKind.NON_ACCEPTANCE and row["told"]:
        return Owed(due.kind)
    return due


def _named(reference: Reference, procedure: str, version: int) -> tuple[str | None, str | None]:
    named = {rule.kind: rule.notice for rule in reference.procedures[procedure, version].clocks}
    return named.get(ClockKind.ACCEPTANCE), named.get(ClockKind.COMPLETION)


def _made(
    reference: Reference, step: Transition[Status], row: Any, due: Owed, parties: list[dict[str, Any]]
) -> tuple[Any, ...]:
    tz, at, title, claim = reference.city.tz, row["at"], row["title"], row["description"]
    if row["title_sealed"] is not None:
        sealed = Sealed(row["title_key"], row["title_sealed"])
        written = keys().unseal(sealed, f"case_text {row['case_id']}")
        title, claim = written.get("title"), written.get("description")
    facts = _facts(reference, step, row, due)
    draft = Draft(
        kind=due.kind, number=row["number"], subject=title or "", to=addressees(parties, row["kind"]),
        organ=reference.names.get(facts["organ"], facts["organ"]), received=row["received_at"].astimezone(tz).date(),
        drafted=at.astimezone(tz).date(), text=opened_note(row) if row["id"] else None,
        claim=claim, facts=facts,
    )  # fmt: skip
    notice = uuid.uuid5(row["case_id"], f"notice {step.action} {at.isoformat()}")
    kept = list(as_row(draft, make(draft, notice), notice=notice, case_id=row["case_id"], meets=due.meets,
                       note=row["id"], at=at, by=f"staff:{row['staff']}"))  # fmt: skip
    kept[COLUMNS.index("facts")] = json.dumps(facts)
    return tuple(kept)


def _facts(reference: Reference, step: Transition[Status], row: Any, due: Owed) -> dict[str, Any]:
    tz = reference.city.tz
    facts: dict[str, Any] = {"organ": row["offer_unit"] if step.notice == "transfer" else row["lead"]}
    if due.kind is NoticeKind.ACCEPTANCE:
        planned = {clock["kind"]: clock["due"] for clock in json.loads(row["clocks"] or "[]")}
        if limit := planned.get(ClockKind.COMPLETION):
            facts["due"] = datetime.fromisoformat(limit).astimezone(tz).date().isoformat()
    elif step.notice == "non_acceptance":
        facts["route"] = row["route"]
    elif step.notice == "opinion":
        facts["result"] = row["result"]
    elif due.kind is NoticeKind.EXTENSION:
        until = datetime.fromisoformat(row["more"]["due"]).astimezone(tz).date()
        facts |= {"days": row["more"]["days"], "due": until.isoformat()}
    return facts
