"""One mediation with everything that hangs on it. What one side said alone is shown to the mediators and the lead."""

import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

from app.cases.queries.access import visible_to
from app.cases.queries.one import masked, open_parties, opened_note
from app.core.access import Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.masking import mask_name
from app.mediation.queries import load
from app.mediation.rules import WORKFLOW, Duty, obligation_state

_ITEM = """
    select m.id, m.case_id, c.number, c.lead_unit, c.township, m.channel, m.origin, m.state, m.unit, m.request, m.opened_by,
        m.opened_at, m.consented_at, m.started_at, m.ended_at, m.refused_by, m.reason, m.version
    from mediation m join cases c on c.id = m.case_id
"""
_SESSIONS = """
    select s.id, s.kind, s.party, s.state, s.since, s.until, s.place, s.began_at, s.ended_at, s.minutes, b.room,
        r.centre, r.code as room_code
    from mediation_session s left join room_booking b on b.id = s.booking left join room r on r.id = b.room
    where s.mediation = $1 order by s.since, s.id
"""
_AGREEMENT = """
    select g.id, g.form, g.state, g.facts, g.terms, g.drafted_by, g.drafted_at, g.effective_at,
        (select k.due from clock k where k.case_id = g.case_id and k.kind = 'confirmation' and k.subject = g.id::text
         order by k.id desc limit 1) as confirm_until
    from mediation_agreement g where g.mediation = $1 and g.state <> 'void'
"""


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[Any]:
    """All mediations of one case, the oldest first; raises NotFound for a case that the actor may not know exists."""
    p = Parameters([case_id])
    where = visible_to(actor, p)
    if not await conn.fetchval(f"select exists (select from cases c where c.id = $1 and {where})", *p):
        raise NotFound
    return await conn.fetch(f"{_ITEM} where m.case_id = $1 order by m.opened_at, m.id", case_id)


async def list_mine(
    conn: Connection, *, actor: Actor, after: list[Any] | None, limit: int
) -> list[Any]:  # fmt: skip
    """Those that the actor mediates now, of cases they may see; the newest first."""
    p = Parameters([uuid.UUID(actor.id) if actor.kind == "staff" else None])
    where = [
        "exists (select from mediator a where a.mediation = m.id and a.staff = $1::uuid and a.relieved_at is null)",
        visible_to(actor, p),
    ]
    if after is not None:
        where.append(f"m.id < {p.add(uuid.UUID(after[0]))}::uuid")
    return await conn.fetch(f"{_ITEM} where {' and '.join(where)} order by m.id desc limit {p.add(limit)}", *p)


async def get_mediation(conn: Connection, mediation: uuid.UUID, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """One, names masked; raises NotFound for one of a case that the actor may not know exists."""
    p = Parameters([mediation])
    row = await conn.fetchrow(f"{_ITEM} where m.id = $1 and {visible_to(actor, p)}", *p)
    if row is None:
        raise NotFound
    its = await load(conn, mediation)
    inside = its.is_mediator(actor) or its.lead_unit in actor.units_with(Permission.MEDIATION_WORK)
    parties = [masked(party) for party in await open_parties(conn, row["case_id"])]
    page = {
        **dict(row), "parties": [{"id": x["id"], "role": x["role"], "name": x.get("name")} for x in parties],
        "consents": [dict(r) for r in await conn.fetch(_CONSENTS, mediation)],
        "mediators": [dict(r) for r in await conn.fetch(_MEDIATORS, mediation)],
        "sessions": await _sessions(conn, mediation), "agreement": await _agreement(conn, mediation, now=now),
        "available_actions": WORKFLOW.available(its, actor, now),
    }  # fmt: skip
    return await _with_words(conn, page, inside=inside)


_CONSENTS = """
    select about, party, given, how, evidence, recorded_at from mediation_consent where mediation = $1 order by id
"""
_MEDIATORS = """
    select a.staff, s.name, a.how, a.assigned_at, a.declared_at, a.relation, a.relieved_at
    from mediator a join staff s on s.id = a.staff where a.mediation = $1 order by a.id
"""


async def _sessions(conn: Connection, mediation: uuid.UUID) -> list[dict[str, Any]]:
    rows = await conn.fetch(_SESSIONS, mediation)
    seats: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for seat in await conn.fetch(
        "select session, role, staff, sealed, seal_key from mediation_seat where session = any($1::uuid[]) order by id",
        [row["id"] for row in rows],
    ):  # fmt: skip
        name = guest(seat)
        shown = {"role": seat["role"], "staff": seat["staff"], "name": mask_name(name) if name else None}
        seats[seat["session"]].append(shown)
    return [{**dict(row), "invited": seats[row["id"]]} for row in rows]


def guest(seat: Any) -> str | None:
    """The name of somebody invited, in clear; None for staff, and once it was erased."""
    if seat["sealed"] is None:
        return None
    try:
        return keys().unseal(Sealed(seat["seal_key"], seat["sealed"]), f"mediation_seat {seat['session']}").get("name")
    except Unsealable:
        return None


async def _agreement(conn: Connection, mediation: uuid.UUID, *, now: datetime) -> dict[str, Any] | None:
    row = await conn.fetchrow(_AGREEMENT, mediation)
    if row is None:
        return None
    agreement = row["id"]
    found = dict(row)
    found["obligations"] = await list_obligations(conn, agreement)
    found["signatures"] = [
        dict(r)
        for r in await conn.fetch(
            "select signer, party, staff, evidence, signed_at from mediation_signature where agreement = $1 order by id",
            agreement,
        )
    ]
    confirmation = await conn.fetchrow(
        "select id, court, state, evidence, ruling, applied_on, decided_on from judicial_confirmation where agreement = $1"
        " order by recorded_at desc limit 1",
        agreement,
    )  # fmt: skip
    found["confirmation"] = dict(confirmation) if confirmation else None
    open_to = row["confirm_until"] is not None and confirmation is None and now <= row["confirm_until"]
    found["confirm_until"] = row["confirm_until"] if open_to else None
    return found


async def list_obligations(conn: Connection, agreement: uuid.UUID) -> list[dict[str, Any]]:
    """What is owed under an agreement, with what was done and asked about it."""
    rows = await conn.fetch(
        "select id, number, debtor, creditor, duty, amount_cents, currency, act, due, manner, paid_cents, performed_at,"
        " breached_at from mediation_obligation where agreement = $1 order by number",
        agreement,
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    done: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for r in await conn.fetch(
        "select obligation, amount_cents, performed_on, receipt, recorded_by, recorded_at from mediation_performance"
        " where obligation = any($1::uuid[]) order by id",
        ids,
    ):  # fmt: skip
        done[r["obligation"]].append({k: v for k, v in r.items() if k != "obligation"})
    asked: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for r in await conn.fetch(
        "select obligation, method, reached, note, visitor, at from mediation_follow_up"
        " where obligation = any($1::uuid[]) order by id",
        ids,
    ):  # fmt: skip
        asked[r["obligation"]].append({k: v for k, v in r.items() if k != "obligation"})
    return [
        {
            **dict(row), "performances": done[row["id"]], "follow_ups": asked[row["id"]],
            "state": obligation_state(
                Duty(row["duty"]), row["amount_cents"], row["paid_cents"], done=row["performed_at"] is not None
            ).value,
        }
        for row in rows
    ]  # fmt: skip


async def _with_words(conn: Connection, page: dict[str, Any], *, inside: bool) -> dict[str, Any]:
    """Ids of notes become their words; of a talk with one side only for those `inside`."""
    agreement = page["agreement"]
    named = [page["request"], page["reason"], *(s["minutes"] for s in page["sessions"])]
    if agreement:
        named += [agreement["facts"], agreement["terms"], *(o["act"] for o in agreement["obligations"])]
        named += [f["note"] for o in agreement["obligations"] for f in o["follow_ups"]]
    words = await texts(conn, named)
    page["request"], page["reason"] = words.get(page["request"]), words.get(page["reason"])
    for session in page["sessions"]:
        session["withheld"] = session["kind"] == "separate" and session["minutes"] is not None and not inside
        session["minutes"] = None if session["withheld"] else words.get(session["minutes"])
    if agreement:
        agreement["facts"], agreement["terms"] = words.get(agreement["facts"]), words.get(agreement["terms"])
        for obligation in agreement["obligations"]:
            obligation["act"] = words.get(obligation["act"])
            obligation["follow_ups"] = [
                {**{k: v for k, v in f.items() if k != "note"}, "words": words.get(f["note"])}
                for f in obligation["follow_ups"]
            ]
    return page


async def texts(conn: Connection, notes: list[uuid.UUID | None]) -> dict[uuid.UUID | None, str | None]:
    """The words of notes by id."""
    rows = await conn.fetch(
        "select id, body, sealed, seal_key from case_note where id = any($1::uuid[])", [n for n in notes if n]
    )
    return {row["id"]: opened_note(row) for row in rows}
