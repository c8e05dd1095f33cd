"""Opening a mediation, both sides' consent, their refusal, the start, and how it ends without an agreement."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.cases.actions.decide import extended, keep_extension
from app.cases.actions.drafting import NoticeText, draft_notice
from app.cases.actions.reclassify import recompute, run_under
from app.cases.actions.record import record
from app.cases.actions.step import DraftedNotice, start_clocks, write_note
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import Kind, Status
from app.core import errors
from app.core.crypto import keys
from app.core.database import uuid7
from app.deadlines import actions as deadlines
from app.deadlines.rules import ClockKind, StartsOn
from app.mediation import queries
from app.mediation.actions.mediators import check_all
from app.mediation.actions.step import (
    Begun,
    all_agree,
    begin,
    is_evidence,
    leads,
    move,
    needed,
    of_the_sides,
)
from app.mediation.rules import PROCEDURE_OF, MediationChannel, MediationState, Origin, both_sides, missing
from app.notices.actions import replace
from app.notices.rules import NoticeKind
from app.reference.actions import ActionContext

_OPEN_TO = frozenset({Status.REGISTERED, Status.ACCEPTED, Status.HANDLING})
_CONSENT = """
    insert into mediation_consent (mediation, case_id, about, party, given, how, evidence, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (mediation, about, party) do update set given = $5, how = $6, evidence = $7, recorded_by = $8,
        recorded_at = $9
"""
_UNANSWERED = """
    select exists (select from clock where case_id = $1 and kind = 'acceptance' and met_at is null and stopped_at is null)
"""
_TOLD = """
    select exists (select from notice where case_id = $1 and kind = 'rights_and_duties' and drafted_at >= $2
        and state in ('served', 'waived', 'approved'))
"""


@dataclass(frozen=True, slots=True)
class NewParty:
    """The other side, where the report did not name it."""

    name: str
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a party says, how, and the file that shows it."""

    party: uuid.UUID
    how: str
    evidence: uuid.UUID | None = None


async def open_mediation(
    act: ActionContext, case_id: uuid.UUID, *, channel: MediationChannel, origin: Origin, text: str,
    respondents: Sequence[NewParty] = (),
) -> uuid.UUID:  # fmt: skip
    """申请或提议调解 (RMTJ 17): the limits of the channel run from now. Raises NotFound, Conflict, Forbidden, Invalid."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    await _may_open(act, case)
    for person in respondents:
        await _add_party(act, case_id, person)
    if not both_sides(await queries.sides(act.conn, case_id)):
        why = "须有申请人和被申请人，请补充对方当事人。", "Name the other side: both are needed."
        raise errors.Invalid(*why, pointer="#/body/respondents")
    note, said = await write_note(act, case, f"mediation_{origin.value}", text)
    made = uuid7()
    await act.conn.execute(
        "insert into mediation (id, case_id, channel, origin, state, unit, request, procedure_before, opened_by,"
        " opened_at) values ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8, $9)",
        made, case_id, channel.value, origin.value, case.facts.lead_unit, note, case.facts.procedure, act.actor.id,
        act.now,
    )  # fmt: skip
    facts = {
        "mediation": str(made),
        "channel": channel.value,
        "origin": origin.value,
        "added": len(respondents),
        **said,
    }
    columns = await _under_its_procedure(act, case, channel)
    await record(act.conn, case_id, "mediation_open", actor=act.actor, at=act.now, columns=columns, facts=facts)
    return made


async def _may_open(act: ActionContext, case: LoadedCase) -> None:
    if case.facts.kind is not Kind.DISPUTE or case.facts.status not in _OPEN_TO:
        raise errors.Conflict(
            "调解适用于尚无结果的矛盾纠纷；信访和诉求请另行登记为纠纷。",
            "Mediation is for a dispute that has no result yet; register a petition or request as a dispute.",
        )
    if not leads(act.actor, case):
        lead = case.facts.lead_unit
        raise errors.Forbidden(f"由主办单位 {lead} 组织调解。", f"The lead unit {lead} holds the mediation.")
    if await act.conn.fetchval(queries.LIVE_ONE, case.facts.id):
        raise errors.Conflict("本件已有正在进行的调解。", "A mediation of this case goes on already.")


async def _add_party(act: ActionContext, case_id: uuid.UUID, person: NewParty) -> None:
    party = uuid7()
    told = {"name": person.name, "phone": person.phone, "address": person.address}
    sealed = keys().seal({k: v for k, v in told.items() if v}, f"party {party}")
    await act.conn.execute(
        "insert into party (id, case_id, role, sealed, seal_key, phone_index) values ($1, $2, 'respondent', $3, $4, $5)",
        party, case_id, sealed.body, sealed.key, keys().phone_index(person.phone) if person.phone else None,
    )  # fmt: skip


async def _under_its_procedure(act: ActionContext, case: LoadedCase, channel: MediationChannel) -> dict[str, Any]:
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


async def consent(act: ActionContext, mediation: uuid.UUID, said: Said) -> None:
    """A party consents. With the last one both sides do: they are told their rights and duties before it starts."""
    begun = await begin(act, mediation, "consent")
    of_the_sides(begun, said.party, "#/body/party")
    await _keep_consent(act, begun, "mediation", said, given=True)
    given = await queries.consents(act.conn, mediation, "mediation")
    facts: dict[str, Any] = {"party": str(said.party), "how": said.how}
    if missing(begun.parties, given):
        await move(act, begun, "consent", facts=facts)
        return
    owing = await _tell_rights(act, begun)
    columns = {"consented_at": act.now}
    await move(
        act, begun, "consent", columns=columns, facts={**facts, **owing.said}, to=MediationState.CONSENTED
    )  # fmt: skip


async def _keep_consent(act: ActionContext, begun: Begun, about: str, said: Said, *, given: bool) -> None:
    case_id = begun.case.facts.id
    await is_evidence(act, case_id, said.evidence, "#/body/evidence")
    await act.conn.execute(
        _CONSENT, begun.id, case_id, about, said.party, given, said.how, said.evidence, act.actor.id, act.now
    )


async def _tell_rights(act: ActionContext, begun: Begun) -> DraftedNotice:
    """Where acceptance, which tells them, is still ahead, nothing is owed here; else the sheet and the completion limit."""
    case = begun.case
    channel = MediationChannel(begun.row["channel"])
    if case.facts.status is Status.REGISTERED and channel in PROCEDURE_OF:
        return DraftedNotice()
    if channel in PROCEDURE_OF and case.row["clock_id"] is None:
        procedure = act.reference.procedures[case.row["procedure"], case.row["procedure_version"]]
        planned = act.reference.plan(procedure, StartsOn.ACCEPTED, act.now)
        await deadlines.start(act.conn, case.facts.id, [c for c in planned if c.kind is ClockKind.COMPLETION])
    meets = ClockKind.ACCEPTANCE.value if channel in PROCEDURE_OF else None
    told = [uuid.UUID(n.id) for n in case.facts.notices if n.kind is NoticeKind.RIGHTS_AND_DUTIES]
    await replace(act.conn, told, now=act.now)  # of a mediation before this one
    return await draft_notice(act, case, NoticeKind.RIGHTS_AND_DUTIES, meets, NoticeText())


async def refuse(act: ActionContext, mediation: uuid.UUID, said: Said, *, reason: str) -> None:
    """明确拒绝调解: one party's clear word ends it (RMTJ 17). Never consented to, the case goes back to the procedure it had."""
    begun = await begin(act, mediation, "refuse")
    of_the_sides(begun, said.party, "#/body/party")
    await _keep_consent(act, begun, "mediation", said, given=False)
    note, words = await write_note(act, begun.case, "mediation_refusal", reason)
    back = await _back(act, begun) if begun.row["started_at"] is None else {}
    columns = {"refused_by": said.party, "reason": note}
    facts = {"party": str(said.party), "how": said.how, **words}
    await move(act, begun, "refuse", columns=columns, facts=facts, of_case=back)


async def _back(act: ActionContext, begun: Begun) -> dict[str, Any]:
    """The limits that would have run had nobody asked for a mediation."""
    before = begun.row["procedure_before"]
    if before == begun.case.facts.procedure:
        if begun.case.facts.status is not Status.REGISTERED:  # its own acceptance was told long ago
            await deadlines.stop(act.conn, begun.case.facts.id, ClockKind.ACCEPTANCE, act.now)
        return {}
    procedure = act.reference.procedure(before, begun.case.row["registered_at"])
    await recompute(act, begun.case, procedure)
    return {"procedure": procedure.code, "procedure_version": procedure.version}


async def start(act: ActionContext, mediation: uuid.UUID) -> None:
    """开始: rights and duties were told, and mediators whom nothing ties to a party are there (RMTJ 15, 22, 23)."""
    begun = await begin(act, mediation, "start")
    if begun.case.facts.status not in (Status.ACCEPTED, Status.HANDLING):
        raise errors.ActionRefused("请先受理本件。", "Accept the case first.", allowed=[])
    if not await act.conn.fetchval(_TOLD, begun.case.facts.id, begun.row["opened_at"]):
        raise errors.ActionRefused(
            "请先送达调解权利义务告知书。", "Serve the sheet of rights and duties first.", allowed=[]
        )
    mediators = await check_all(act, begun)
    await move(act, begun, "start", columns={"started_at": act.now}, facts={"mediators": mediators})


async def extend(act: ActionContext, mediation: uuid.UUID, *, length: int, agreed: Sequence[Said], reason: str) -> None:
    """延长: with the agreement of both sides on record, once, within the procedure's bound (M2)."""
    begun = await begin(act, mediation, "extend")
    case = begun.case
    rule = act.reference.clock_rule(case.row["procedure"], case.row["procedure_version"], ClockKind.COMPLETION)
    if rule is None or rule.extension is None or rule.extension.consent is None or case.row["clock_id"] is None:
        raise errors.ActionRefused("该期限不可经双方同意延长。", "No limit here is extended by agreement.", allowed=[])
    all_agree(
        begun, [said.party for said in agreed], "#/body/agreed", "延长须双方当事人都同意。",
        "Both sides agree to an extension.",
    )  # fmt: skip
    due = extended(act, case, rule, length)
    for said in agreed:
        of_the_sides(begun, said.party, "#/body/agreed")
        await _keep_consent(act, begun, "extension", said, given=True)
    _, words = await write_note(act, case, "extension_reason", reason)
    await keep_extension(act, case, due, length)
    facts = {"length": length, "due": due.due.timestamp(), "rule": rule.id, "agreed": needed(begun), **words}
    await move(act, begun, "extend", facts=facts)


async def with_reason(act: ActionContext, mediation: uuid.UUID, action: str, *, reason: str) -> None:
    """中止、恢复、调解不成: the state and why. Of the other routes the notice of the result tells (RMTJ 26)."""
    begun = await begin(act, mediation, action)
    if action == "resume":
        await check_all(act, begun)
    note, said = await write_note(act, begun.case, f"mediation_{action}", reason)
    columns = {"reason": note} if action == "fail" else {}
    await move(act, begun, action, columns=columns, facts=said)
