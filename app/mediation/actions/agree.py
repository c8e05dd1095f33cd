"""The agreement: drafted and signed by all, or oral (RMTJ 28 to 30); from then on it binds."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.cases.actions.notes import write_note
from app.cases.rules import Purpose
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import fetch_all, named
from app.deadlines import actions as deadlines
from app.deadlines.rules import StartsOn
from app.mediation.actions.step import LockedMediation, begin, is_evidence, local_day, move, of_the_sides, void_draft
from app.mediation.actions.talks import check_mediators
from app.mediation.rules import MediationState, Signatures
from app.mediation.schemas.taken import ObligationIn
from app.reference.actions import ActionContext

AGREEMENT = "mediation_agreement"  # the procedure that holds the limits of an agreement
MOST_AHEAD = timedelta(days=3660)
_DRAFT = """
    insert into mediation_agreement (id, mediation, case_id, form, state, facts, terms, drafted_by, drafted_at)
    values (:id, :mediation, :case_id, :form, 'draft', :facts, :terms, :drafted_by, :drafted_at)
"""
_OBLIGATION = """
    insert into mediation_obligation (id, agreement, case_id, number, debtor, creditor, duty, amount_cents, act, due, manner)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
# Gives every signature there is; `fresh` is the one that was not there before.
_SIGN = """
    with made as (
        insert into mediation_signature (agreement, case_id, signer, party, staff, evidence, recorded_by, signed_at)
        values (:agreement, :case_id, :signer, :party, :staff, :evidence, :recorded_by, :signed_at) on conflict do nothing
        returning signer, party
    )
    select signer, party, true as fresh from made
    union all select signer, party, false from mediation_signature where agreement = :agreement
"""
_TAKE_EFFECT = """
    with effective as (
        update mediation_agreement set state = 'effective', effective_at = $2 where id = $1 returning id
    )
    select o.id, o.due from mediation_obligation o join effective e on e.id = o.agreement order by o.number
"""


async def draft_agreement(
    act: ActionContext, mediation: uuid.UUID, *, facts: str, terms: str, obligations: Sequence[ObligationIn]
) -> None:
    """A written one, to be signed; it replaces a draft that stands, with what was signed under it (RMTJ 29)."""
    locked = await begin(act, mediation, "draft_agreement")
    made, said = await _keep(act, locked, "written", facts, terms, obligations)
    await move(act, locked, "draft_agreement", facts={"agreement": str(made), **said})


async def agree_orally(
    act: ActionContext, mediation: uuid.UUID, *, facts: str, terms: str, obligations: Sequence[ObligationIn]
) -> None:
    """It holds from now on; recorded by a mediator (RMTJ 28, 30)."""
    locked = await begin(act, mediation, "agree_orally")
    await check_mediators(act, locked)
    if not locked.its.is_mediator(act.actor):
        raise errors.Forbidden("口头协议由调解员登记。", "An oral agreement is recorded by a mediator (RMTJ 28).")
    made, said = await _keep(act, locked, "oral", facts, terms, obligations)
    said |= await _take_effect(act, locked, made)
    await move(act, locked, "agree_orally", facts={"agreement": str(made), **said})


async def _keep(
    act: ActionContext, locked: LockedMediation, form: str, facts: str, terms: str, obligations: Sequence[ObligationIn]
) -> tuple[uuid.UUID, dict[str, object]]:
    for n, promise in enumerate(obligations):
        _check(act, locked, promise, f"#/body/obligations/{n}")
    await void_draft(act, locked)
    facts_note, of_facts = await write_note(act, locked.case, "mediation_facts", facts)
    terms_note, of_terms = await write_note(act, locked.case, "mediation_terms", terms)
    made = uuid7()
    values = {
        "id": made, "mediation": locked.id, "case_id": locked.case_id, "form": form, "facts": facts_note,
        "terms": terms_note, "drafted_by": act.actor.id, "drafted_at": act.now,
    }  # fmt: skip
    await act.conn.execute(*named(_DRAFT, values))
    rows = []
    for number, one in enumerate(obligations, 1):
        what = (await write_note(act, locked.case, "mediation_duty", one.act))[0] if one.act else None
        rows.append((uuid7(), made, locked.case_id, number, one.debtor, one.creditor, one.duty, one.amount_cents, what,
                     one.due, one.manner))  # fmt: skip
    await act.conn.executemany(_OBLIGATION, rows)
    return made, {"form": form, "facts": of_facts, "terms": of_terms, "obligations": len(obligations)}


def _check(act: ActionContext, locked: LockedMediation, promise: ObligationIn, pointer: str) -> None:
    of_the_sides(locked, promise.debtor, f"{pointer}/debtor")
    of_the_sides(locked, promise.creditor, f"{pointer}/creditor")
    today = local_day(act, act.now)
    if not today <= promise.due <= today + MOST_AHEAD:
        raise errors.Invalid(
            "履行日期须在今天起十年之内。",
            "What is owed is due from today on, within ten years.",
            pointer=f"{pointer}/due",
        )


@dataclass(frozen=True, slots=True)
class _Signature:
    signer: str
    party: uuid.UUID | None
    fresh: bool


async def sign(
    act: ActionContext, mediation: uuid.UUID, *, signer: str, party: uuid.UUID | None, evidence: uuid.UUID
) -> None:
    """Each party, a mediator and the seal, each with its file; with the last one the agreement holds (RMTJ 29)."""
    locked = await begin(act, mediation, "sign")
    draft = locked.its.agreement
    if draft is None:
        raise errors.ActionRefused("请先起草协议。", "Draft the agreement first.", allowed=["draft_agreement"])
    await is_evidence(act, locked.case_id, evidence, "#/body/evidence", Purpose.SIGNATURE)
    values = {
        "agreement": draft.id, "case_id": locked.case_id, "signer": signer, "party": party,
        "staff": await _may_sign(act, locked, signer, party), "evidence": evidence, "recorded_by": act.actor.id,
        "signed_at": act.now,
    }  # fmt: skip
    signed = await fetch_all(act.conn, _Signature, *named(_SIGN, values))
    if not any(one.fresh for one in signed):
        raise errors.Conflict("该方已签。", "That signature is there already.")
    signers, parties = {one.signer for one in signed}, frozenset(str(one.party) for one in signed if one.party)
    facts: dict[str, object] = {"agreement": str(draft.id), "signer": signer, "party": str(party) if party else None}
    if not Signatures(parties, "mediator" in signers, "seal" in signers).complete(locked.its.sides):
        await move(act, locked, "sign", facts={**facts, "lacking": locked.its.lacking(set(parties))})
        return
    facts |= await _take_effect(act, locked, draft.id)
    await move(act, locked, "sign", facts=facts, to=MediationState.AGREED)


async def _may_sign(
    act: ActionContext, locked: LockedMediation, signer: str, party: uuid.UUID | None
) -> uuid.UUID | None:
    """The member of staff who signs as mediator; None for the other signers."""
    if party is not None:
        of_the_sides(locked, party, "#/body/party")
    lead = locked.its.lead_unit
    if signer == "seal" and lead not in act.actor.units_with(Permission.MEDIATION_WORK):
        raise errors.Forbidden(f"由主办单位 {lead} 盖章。", f"The lead unit {lead} sets its seal.")
    if signer != "mediator":
        return None
    await check_mediators(act, locked)
    if not locked.its.is_mediator(act.actor):
        raise errors.Forbidden("由调解员本人签名。", "A mediator signs for themself.")
    return uuid.UUID(act.actor.id)


@dataclass(frozen=True, slots=True)
class _Due:
    id: uuid.UUID
    due: date


async def _take_effect(act: ActionContext, locked: LockedMediation, agreement: uuid.UUID) -> dict[str, object]:
    """From now on: the parties' thirty days for the court (M4), and a follow-up after each agreed day (M3)."""
    procedure = act.reference.procedure(AGREEMENT, act.now)
    window = act.reference.plan(procedure, StartsOn.EFFECTIVE, act.now)
    clocks = [(locked.case_id, clock, str(agreement)) for clock in window]
    for owed in await fetch_all(act.conn, _Due, _TAKE_EFFECT, agreement, act.now):
        day = datetime.combine(owed.due, time(12), act.reference.city.tz)
        after = act.reference.plan(procedure, StartsOn.OBLIGATION_DUE, day)
        clocks += [(locked.case_id, clock, str(owed.id)) for clock in after]
    await deadlines.start_all(act.conn, clocks)
    return {"effective": True, "confirm_until": window[0].due.timestamp() if window else None}
