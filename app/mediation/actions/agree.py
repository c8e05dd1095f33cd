"""The agreement: drafted and signed by all, or oral (RMTJ 28 to 30); from then on it binds."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.cases.actions.step import write_note
from app.core import errors
from app.core.database import uuid7
from app.deadlines import actions as deadlines
from app.deadlines.rules import StartsOn
from app.mediation import queries
from app.mediation.actions.mediators import check_all
from app.mediation.actions.step import Begun, begin, is_evidence, leads, local_day, move, of_the_sides
from app.mediation.rules import Duty, MediationState, missing
from app.reference.actions import ActionContext

AGREEMENT = "mediation_agreement"  # the procedure that holds the limits of an agreement
MOST_AHEAD = timedelta(days=3660)
_DRAFT = "select id from mediation_agreement where mediation = $1 and state = 'draft'"


@dataclass(frozen=True, slots=True)
class Promise:
    """Who owes whom: an amount in cents or an act, by which day, in what manner."""

    debtor: uuid.UUID
    creditor: uuid.UUID
    duty: Duty
    due: date
    manner: str
    amount_cents: int | None = None
    act: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed (RMTJ 29)."""

    facts: str
    terms: str
    obligations: Sequence[Promise]


async def draft_agreement(act: ActionContext, mediation: uuid.UUID, terms: Terms) -> None:
    """起草书面协议: replaces a draft that stands, with what was signed under it."""
    begun = await begin(act, mediation, "draft_agreement")
    made, said = await _keep(act, begun, terms, "written")
    await move(act, begun, "draft_agreement", facts={"agreement": str(made), **said})


async def agree_orally(act: ActionContext, mediation: uuid.UUID, terms: Terms) -> None:
    """口头协议: holds from now on, recorded by a mediator (RMTJ 28, 30)."""
    begun = await begin(act, mediation, "agree_orally")
    mediators = await check_all(act, begun)
    if act.actor.id not in mediators:
        raise errors.Forbidden("口头协议由调解员登记。", "An oral agreement is recorded by a mediator (RMTJ 28).")
    made, said = await _keep(act, begun, terms, "oral")
    said |= await _take_effect(act, begun, made)
    await move(act, begun, "agree_orally", facts={"agreement": str(made), **said})


async def _keep(act: ActionContext, begun: Begun, terms: Terms, form: str) -> tuple[uuid.UUID, dict[str, Any]]:
    for n, promise in enumerate(terms.obligations):
        _fits(act, begun, promise, f"#/body/obligations/{n}")
    case_id = begun.case.facts.id
    await act.conn.execute(
        "update mediation_agreement set state = 'void' where mediation = $1 and state = 'draft'", begun.id
    )
    facts, of_facts = await write_note(act, begun.case, "mediation_facts", terms.facts)
    words, of_terms = await write_note(act, begun.case, "mediation_terms", terms.terms)
    made = uuid7()
    await act.conn.execute(
        "insert into mediation_agreement (id, mediation, case_id, form, state, facts, terms, drafted_by, drafted_at)"
        " values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8)",
        made, begun.id, case_id, form, facts, words, act.actor.id, act.now,
    )  # fmt: skip
    for number, promise in enumerate(terms.obligations, 1):
        done = await write_note(act, begun.case, "mediation_duty", promise.act) if promise.act else None
        await act.conn.execute(
            "insert into mediation_obligation (id, agreement, case_id, number, debtor, creditor, duty, amount_cents, act,"
            " due, manner) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            uuid7(), made, case_id, number, promise.debtor, promise.creditor, promise.duty.value, promise.amount_cents,
            done[0] if done else None, promise.due, promise.manner,
        )  # fmt: skip
    return made, {"form": form, "facts": of_facts, "terms": of_terms, "obligations": len(terms.obligations)}


def _fits(act: ActionContext, begun: Begun, promise: Promise, pointer: str) -> None:
    of_the_sides(begun, promise.debtor, f"{pointer}/debtor")
    of_the_sides(begun, promise.creditor, f"{pointer}/creditor")
    today = local_day(act, act.now)
    if not today <= promise.due <= today + MOST_AHEAD:
        raise errors.Invalid(
            "履行日期须在今天起十年之内。",
            "What is owed is due from today on, within ten years.",
            pointer=f"{pointer}/due",
        )


async def sign(
    act: ActionContext, mediation: uuid.UUID, *, signer: str, party: uuid.UUID | None, evidence: uuid.UUID
) -> None:  # fmt: skip
    """签名、盖章: a party's, the own as mediator, or the committee's seal. With the last one it holds (RMTJ 29)."""
    begun = await begin(act, mediation, "sign")
    agreement = await act.conn.fetchval(_DRAFT, mediation)
    if agreement is None:
        raise errors.ActionRefused("请先起草协议。", "Draft the agreement first.", allowed=["draft_agreement"])
    await is_evidence(act, begun.case.facts.id, evidence, "#/body/evidence", "signature")
    staff = await _may_sign(act, begun, signer, party)
    done = await act.conn.execute(
        "insert into mediation_signature (agreement, case_id, signer, party, staff, evidence, recorded_by, signed_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        agreement, begun.case.facts.id, signer, party, staff, evidence, act.actor.id, act.now,
    )  # fmt: skip
    if done.endswith(" 0"):
        raise errors.Conflict("该方已签。", "That signature is there already.")
    facts: dict[str, Any] = {"agreement": str(agreement), "signer": signer, "party": str(party) if party else None}
    signed = await queries.signatures(act.conn, agreement)
    if not signed.complete(begun.parties):
        await move(act, begun, "sign", facts={**facts, "lacking": missing(begun.parties, signed.parties)})
        return
    facts |= await _take_effect(act, begun, agreement)
    await move(act, begun, "sign", facts=facts, to=MediationState.AGREED)


async def _may_sign(act: ActionContext, begun: Begun, signer: str, party: uuid.UUID | None) -> uuid.UUID | None:
    if party is not None:
        of_the_sides(begun, party, "#/body/party")
    if signer == "seal" and not leads(act.actor, begun.case):
        lead = begun.case.facts.lead_unit
        raise errors.Forbidden(f"由主办单位 {lead} 盖章。", f"The lead unit {lead} sets its seal.")
    if signer != "mediator":
        return None
    if act.actor.id not in await check_all(act, begun):
        raise errors.Forbidden("由调解员本人签名。", "A mediator signs for themself.")
    return uuid.UUID(act.actor.id)


async def _take_effect(act: ActionContext, begun: Begun, agreement: uuid.UUID) -> dict[str, Any]:
    """From now on: the parties' thirty days for the court (M4), and a follow-up after each agreed day (M3)."""
    case_id = begun.case.facts.id
    await act.conn.execute(
        "update mediation_agreement set state = 'effective', effective_at = $2 where id = $1", agreement, act.now
    )
    procedure = act.reference.procedure(AGREEMENT, act.now)
    window = act.reference.plan(procedure, StartsOn.EFFECTIVE, act.now)
    await deadlines.start(act.conn, case_id, window, subject=str(agreement))
    for row in await act.conn.fetch("select id, due from mediation_obligation where agreement = $1", agreement):
        day = datetime.combine(row["due"], time(12), act.reference.city.tz)
        after = act.reference.plan(procedure, StartsOn.OBLIGATION_DUE, day)
        await deadlines.start(act.conn, case_id, after, subject=str(row["id"]))
    return {"effective": True, "confirm_until": window[0].due.timestamp() if window else None}
