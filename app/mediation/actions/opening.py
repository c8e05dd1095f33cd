"""Opening a mediation, both sides' consent, their refusal, the start, and how it ends without an agreement."""

import uuid
from collections.abc import Sequence

from app.cases.actions.decide import extended, keep_extension
from app.cases.actions.drafting import NoticeText, draft_notice
from app.cases.actions.notes import write_note
from app.cases.actions.parties import add_party
from app.cases.actions.reclassify import recompute, run_under
from app.cases.actions.record import record
from app.cases.actions.step import DraftedNotice, start_clocks
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import Kind, Status
from app.core import errors
from app.core.access import Permission
from app.core.database import uuid7
from app.core.rows import named
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.mediation import queries
from app.mediation.actions.step import LockedMediation, all_agree, begin, is_evidence, move, of_the_sides
from app.mediation.actions.talks import check_mediators
from app.mediation.rules import PROCEDURE_OF, SIDES, MediationChannel, MediationState, Origin
from app.mediation.schemas.taken import RespondentIn, SaidIn
from app.notices.actions import replace
from app.notices.rules import NoticeKind
from app.reference.actions import ActionContext

_OPEN_TO = frozenset({Status.REGISTERED, Status.ACCEPTED, Status.HANDLING})
_OPEN = """
    insert into mediation (id, case_id, channel, origin, state, unit, request, procedure_before, opened_by, opened_at)
    values (:id, :case_id, :channel, :origin, 'proposed', :unit, :request, :procedure_before, :opened_by, :opened_at)
"""
# Gives the parties whose consent stands, with this one.
_CONSENT = """
    with kept as (
        insert into mediation_consent (mediation, case_id, about, party, given, how, evidence, recorded_by, recorded_at)
        values (:mediation, :case_id, :about, :party, :given, :how, :evidence, :by, :at)
        on conflict (mediation, about, party) do update set given = excluded.given, how = excluded.how,
            evidence = excluded.evidence, recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at
        returning party, given
    )
    select party from kept where given union select party from mediation_consent
    where mediation = :mediation and about = :about and given and party <> :party
"""
_UNANSWERED = """
    select exists (select from open_clock where case_id = $1 and kind = 'acceptance')
"""
_TOLD = """
    select exists (select from notice where case_id = $1 and kind = 'rights_and_duties' and drafted_at >= $2
        and state in ('served', 'waived', 'approved'))
"""


async def open_mediation(
    act: ActionContext, case_id: uuid.UUID, *, channel: MediationChannel, origin: Origin, text: str,
    respondents: Sequence[RespondentIn],
) -> uuid.UUID:  # fmt: skip
    """申请或提议调解 (RMTJ 17): the limits of the channel run from now. Raises NotFound, Conflict, Forbidden, Invalid."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    await _check_open(act, case)
    for person in respondents:
        await add_party(act.conn, case_id, "respondent", name=person.name, phone=person.phone, address=person.address)
    if not await act.conn.fetchval(_BOTH_SIDES, case_id):
        raise errors.Invalid(
            "须有申请人和被申请人，请补充对方当事人。", "Name the other side: both are needed.",
            pointer="#/body/respondents",
        )  # fmt: skip
    note, said = await write_note(act, case, f"mediation_{origin.value}", text)
    made = uuid7()
    values = {
        "id": made, "case_id": case_id, "channel": channel, "origin": origin, "unit": case.facts.lead_unit,
        "request": note, "procedure_before": case.facts.procedure, "opened_by": act.actor.id, "opened_at": act.now,
    }  # fmt: skip
    await act.conn.execute(*named(_OPEN, values))
    columns = await _under_its_procedure(act, case, channel)
    facts = {"mediation": str(made), "channel": channel, "origin": origin, "added": len(respondents), **said}
    await record(act.conn, case_id, "mediation_open", actor=act.actor, at=act.now, columns=columns, facts=facts)
    return made


_BOTH_SIDES = f"select count(distinct role) = 2 from party where case_id = $1 and role in {SIDES}"


async def _check_open(act: ActionContext, case: LoadedCase) -> None:
    if case.facts.kind is not Kind.DISPUTE or case.facts.status not in _OPEN_TO:
        raise errors.Conflict(
            "调解适用于尚无结果的矛盾纠纷；信访和诉求请另行登记为纠纷。",
            "Mediation is for a dispute that has no result yet; register a petition or request as a dispute.",
        )
    lead = case.facts.lead_unit
    if lead not in act.actor.units_with(Permission.MEDIATION_WORK):
        raise errors.Forbidden(f"由主办单位 {lead} 组织调解。", f"The lead unit {lead} holds the mediation.")
    if await act.conn.fetchval(queries.LIVE_ONE, case.facts.id):
        raise errors.Conflict("本件已有正在进行的调解。", "A mediation of this case goes on already.")


async def _under_its_procedure(act: ActionContext, case: LoadedCase, channel: MediationChannel) -> dict[str, object]:
    """The channel's limits run from this application (M1, L1); completion after acceptance waits for the consent.

    Under that procedure already, a case long accepted has the application alone to be answered in time."""
    code = PROCEDURE_OF.get(channel)
    if code is None:
        return {}
    if code == case.facts.procedure:
        if case.facts.status is not Status.REGISTERED and not await act.conn.fetchval(_UNANSWERED, case.facts.id):
            await start_clocks(act, case, StartsOn.REGISTERED, kind=ClockKind.ACCEPTANCE)
        return {}
    procedure = act.reference.procedure(code, act.now)
    await run_under(act, case, procedure, {StartsOn.REGISTERED: act.now})
    return {"procedure": procedure.code, "procedure_version": procedure.version}


async def consent(
    act: ActionContext, mediation: uuid.UUID, *, party: uuid.UUID, how: str, evidence: uuid.UUID | None
) -> None:
    """Of one party (RMTJ 17). With the last of both sides it is consented to, and they are told rights and duties."""
    locked = await begin(act, mediation, "consent")
    of_the_sides(locked, party, "#/body/party")
    given = await _keep_consent(act, locked, "mediation", party, how, evidence, given=True)
    facts = {"party": str(party), "how": how}
    if locked.its.lacking(given):
        await move(act, locked, "consent", facts=facts)
        return
    told = await _tell_rights(act, locked)
    columns = {"consented_at": act.now}
    await move(act, locked, "consent", columns=columns, facts={**facts, **told.said}, to=MediationState.CONSENTED)


async def _keep_consent(
    act: ActionContext, locked: LockedMediation, about: str, party: uuid.UUID, how: str, evidence: uuid.UUID | None, *,
    given: bool,
) -> set[str]:  # fmt: skip
    await is_evidence(act, locked.case_id, evidence, "#/body/evidence")
    values = {
        "mediation": locked.id, "case_id": locked.case_id, "about": about, "party": party, "given": given, "how": how,
        "evidence": evidence, "by": act.actor.id, "at": act.now,
    }  # fmt: skip
    return {str(row[0]) for row in await act.conn.fetch(*named(_CONSENT, values))}


async def _tell_rights(act: ActionContext, locked: LockedMediation) -> DraftedNotice:
    """Where acceptance, which tells them, is still ahead, nothing is owed here; else the sheet and the completion limit."""
    case = locked.case
    timed = locked.its.channel in PROCEDURE_OF
    if case.facts.status is Status.REGISTERED and timed:
        return DraftedNotice()
    if timed and case.row.clock is None:
        await start_clocks(act, case, StartsOn.ACCEPTED, kind=ClockKind.COMPLETION)
    told = [uuid.UUID(n.id) for n in case.facts.notices if n.kind is NoticeKind.RIGHTS_AND_DUTIES]
    await replace(act.conn, told, now=act.now)  # of a mediation before this one
    meets = ClockKind.ACCEPTANCE.value if timed else None
    return await draft_notice(act, case, NoticeKind.RIGHTS_AND_DUTIES, meets, NoticeText())


async def refuse(
    act: ActionContext, mediation: uuid.UUID, *, party: uuid.UUID, how: str, evidence: uuid.UUID | None, reason: str
) -> None:
    """One party's clear refusal ends it, at any time before an agreement (RMTJ 17). If it had not begun, the case goes back
    to the procedure it had."""
    locked = await begin(act, mediation, "refuse")
    of_the_sides(locked, party, "#/body/party")
    await _keep_consent(act, locked, "mediation", party, how, evidence, given=False)
    note, words = await write_note(act, locked.case, "mediation_refusal", reason)
    back = await _back(act, locked) if locked.its.started_at is None else {}
    facts = {"party": str(party), "how": how, **words}
    await move(act, locked, "refuse", columns={"refused_by": party, "reason": note}, facts=facts, of_case=back)


async def _back(act: ActionContext, locked: LockedMediation) -> dict[str, object]:
    """The limits that would have run had nobody asked for a mediation."""
    case = locked.case
    if locked.its.procedure_before == case.facts.procedure:
        if case.facts.status is not Status.REGISTERED:  # its own acceptance was told long ago
            await deadlines.stop(act.conn, case.facts.id, ClockKind.ACCEPTANCE, act.now)
        return {}
    procedure = act.reference.procedure(locked.its.procedure_before, case.row.registered_at)
    await recompute(act, case, procedure)
    return {"procedure": procedure.code, "procedure_version": procedure.version}


async def start(act: ActionContext, mediation: uuid.UUID) -> None:
    """Once rights and duties were told and every mediator declared to be free of ties (RMTJ 15, 22, 23)."""
    locked = await begin(act, mediation, "start")
    if locked.case.facts.status not in (Status.ACCEPTED, Status.HANDLING):
        raise errors.ActionRefused("请先受理本件。", "Accept the case first.", allowed=[])
    if not await act.conn.fetchval(_TOLD, locked.case_id, locked.its.opened_at):
        raise errors.ActionRefused(
            "请先送达调解权利义务告知书。", "Serve the sheet of rights and duties first.", allowed=[]
        )
    mediators = await check_mediators(act, locked)
    await move(act, locked, "start", columns={"started_at": act.now}, facts={"mediators": mediators})


async def extend(
    act: ActionContext, mediation: uuid.UUID, *, length: int, agreed: Sequence[SaidIn], reason: str
) -> None:
    """With the agreement of every party on record, once, before the limit, within the procedure's bound (M2)."""
    locked = await begin(act, mediation, "extend")
    case = locked.case
    rule = act.reference.clock_rule(case.row.procedure, case.row.procedure_version, ClockKind.COMPLETION)
    if rule is None or rule.extension is None or rule.extension.consent is None or case.row.clock is None:
        raise errors.ActionRefused("该期限不可经双方同意延长。", "No limit here is extended by agreement.", allowed=[])
    all_agree(
        locked, [said.party for said in agreed], "#/body/agreed", "延长须双方当事人都同意。",
        "Both sides agree to an extension.",
    )  # fmt: skip
    due = extended(act, case, rule, length)
    for said in agreed:
        of_the_sides(locked, said.party, "#/body/agreed")
        await _keep_consent(act, locked, "extension", said.party, said.how, said.evidence, given=True)
    _, words = await write_note(act, case, "extension_reason", reason)
    await keep_extension(act, case, due, length)
    facts = {
        "length": length, "due": due.due.timestamp(), "rule": rule.id, "agreed": sorted(locked.its.sides), **words,
    }  # fmt: skip
    await move(act, locked, "extend", facts=facts)


async def suspend(act: ActionContext, mediation: uuid.UUID, *, reason: str) -> None:
    """A side does not want to go on at present."""
    await _for_a_reason(act, await begin(act, mediation, "suspend"), "suspend", reason)


async def resume(act: ActionContext, mediation: uuid.UUID, *, reason: str) -> None:
    """Both sides go on; mediators are checked again."""
    locked = await begin(act, mediation, "resume")
    await check_mediators(act, locked)
    await _for_a_reason(act, locked, "resume", reason)


async def fail(act: ActionContext, mediation: uuid.UUID, *, reason: str) -> None:
    """No agreement was reached; the reply tells the routes that stay open (RMTJ 26)."""
    await _for_a_reason(act, await begin(act, mediation, "fail"), "fail", reason)


async def _for_a_reason(act: ActionContext, locked: LockedMediation, action: str, reason: str) -> None:
    note, said = await write_note(act, locked.case, f"mediation_{action}", reason)
    await move(act, locked, action, columns={"reason": note} if action == "fail" else {}, facts=said)
