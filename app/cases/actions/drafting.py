"""Notices within a case: what a step owes is drafted with it, so that neither is without the other."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.cases.actions.step import DraftedNotice, advance, begin
from app.cases.queries.case_page import open_parties
from app.cases.queries.looking import LookedCase
from app.cases.queries.notes import opened_note
from app.cases.queries.one import LoadedCase, read_text
from app.cases.rules import TRANSITIONS, Kind, PetitionClass
from app.cases.schemas.page import PartyOut
from app.core import errors
from app.deadlines.rules import ClockKind, StartsOn
from app.messages.actions import queue
from app.messages.rules import Channel
from app.notices import actions as notices
from app.notices.rules import Notice, NoticeKind, Owed, owed, to_redraft
from app.reference.actions import ActionContext

_ADDRESSED = {"petitioner", "representative"}


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The note that a notice quotes: its id and its text."""

    note: uuid.UUID | None = None
    text: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # codes


def owed_by(act: ActionContext, case: LoadedCase, action: str) -> Owed | None:
    """The notice that a step owes under the case's procedure."""
    rules = act.reference.procedures[case.row.procedure, case.row.procedure_version].clocks
    named = {rule.kind: rule.notice for rule in rules}
    return owed(
        TRANSITIONS[action].notice, kind=case.facts.kind, completion=named.get(ClockKind.COMPLETION),
        acceptance=named.get(ClockKind.ACCEPTANCE),
        accusation=case.facts.petition_class is PetitionClass.ACCUSATION,
    )  # fmt: skip


async def draft_due_notice(
    act: ActionContext, case: LoadedCase, action: str, words: NoticeText | None = None
) -> DraftedNotice:
    """Draft what the step owes; gives what its event says of it and the clock that now waits for its service."""
    due = owed_by(act, case, action)
    if due is None:
        return DraftedNotice()
    meets = due.meets
    if due.kind is NoticeKind.NON_ACCEPTANCE:  # nobody is told any more that it was accepted, if nobody has been yet
        told = [n for n in case.facts.notices if n.kind in (NoticeKind.ACCEPTANCE, NoticeKind.RIGHTS_AND_DUTIES)]
        await notices.replace(act.conn, [uuid.UUID(n.id) for n in told if n.due], now=act.now)
        meets = None if any(not n.due for n in told) else meets
    return await draft_notice(act, case, due.kind, meets, words or NoticeText())


async def draft_notice(
    act: ActionContext, case: LoadedCase, kind: NoticeKind, meets: str | None, words: NoticeText
) -> DraftedNotice:
    """Draft a notice; gives what the event says of it and the clock that waits for its service."""
    facts = {"organ": case.facts.lead_unit, **words.facts}
    if kind is NoticeKind.ACCEPTANCE and (due := _completion_due(act, case)):
        facts["due"] = due
    made_of = await drafted(act, case, kind, words.text, facts)
    notice, made = await notices.draft(
        act.conn, case.facts.id, made_of, meets=meets, note=words.note, now=act.now,
        by=f"{act.actor.kind}:{act.actor.id}",
    )  # fmt: skip
    said = {"notice": kind.value, "notice_id": str(notice)}
    if made.digest is not None:
        said["notice_digest"] = made.digest.hex()
    elif case.facts.petition_class is not PetitionClass.ACCUSATION:
        await queue(
            act.conn, f"notice {notice} failed unit:{case.facts.lead_unit}", "notice_failed", now=act.now,
            grantee=f"unit:{case.facts.lead_unit}", case_id=case.facts.id, facts={"kind": kind.value},
        )  # fmt: skip
    return DraftedNotice(said, meets)


async def drafted(
    act: ActionContext, case: LoadedCase, kind: NoticeKind, text: str | None, facts: Mapping[str, object]
) -> notices.Draft:
    """Everything that the template prints, as it is now."""
    tz, organ = act.reference.city.tz, str(facts["organ"])
    if isinstance(case, LookedCase):
        written, parties = case.text, case.parties
    else:
        written, parties = await read_text(act.conn, case.facts.id), await open_parties(act.conn, case.facts.id)
    return notices.Draft(
        kind=kind, number=case.row.number, subject=(written.title if written else None) or "",
        to=addressees(parties, case.facts.kind),
        organ=act.reference.names.get(organ, organ),
        received=case.row.received_at.astimezone(tz).date(), drafted=act.now.astimezone(tz).date(), text=text,
        claim=written.description if written else None, facts=facts,
    )  # fmt: skip


def addressees(parties: Iterable[PartyOut], kind: str) -> tuple[str, ...]:
    """Whom a notice is made out to: who brought the matter, and in a dispute both sides."""
    roles = {*_ADDRESSED, "respondent"} if kind == Kind.DISPUTE else _ADDRESSED
    return tuple(sorted(p.name for p in parties if p.role in roles and p.name))


def _completion_due(act: ActionContext, case: LoadedCase) -> str | None:
    """The local day by which a matter accepted now is to be answered, if its limit starts with acceptance."""
    procedure = act.reference.procedures[case.row.procedure, case.row.procedure_version]
    planned = act.reference.plan(procedure, StartsOn.ACCEPTED, act.now)
    due = next((clock.due for clock in planned if clock.kind is ClockKind.COMPLETION), None)
    return due.astimezone(act.reference.city.tz).date().isoformat() if due else None


async def send_word(act: ActionContext, case: LookedCase, notice: Notice, method: str) -> None:
    """What is served by SMS, e-mail or online can be read with number and query code: the petitioner is sent word of it."""
    channel = {"sms": Channel.SMS, "online": Channel.SMS, "email": Channel.EMAIL}.get(method)
    if channel is None:
        return
    for party in case.parties:
        address = party.email if channel is Channel.EMAIL else party.phone
        if party.role in _ADDRESSED and address:
            await queue(
                act.conn, f"notice {notice.id} {channel} party:{party.id}", "notice_ready", now=act.now,
                channel=channel, address=address, case_id=case.facts.id, facts={"kind": notice.kind.value},
            )  # fmt: skip


async def redraft(act: ActionContext, case_id: uuid.UUID, *, kind: NoticeKind | None = None) -> None:
    """重新生成: a notice that failed, or that nobody has served yet, made anew from what the case says now."""
    case = await begin(act, case_id, "redraft")
    found = to_redraft(case.facts.notices, kind)
    if not found:
        raise errors.ActionRefused("没有这种需要重新生成的文书。", "No notice of that kind waits to be redrafted.")
    (row,) = await act.conn.fetch(_WITH_WORDS, uuid.UUID(found[0].id))
    await notices.replace(act.conn, [row["notice"]], now=act.now)
    words = NoticeText(row["id"], opened_note(row["id"], row["body"], row["sealed"], row["seal_key"]), row["facts"])
    owing = await draft_notice(act, case, NoticeKind(row["kind"]), row["meets"], words)
    await advance(act, case, "redraft", facts={**owing.said, "replaces": str(row["notice"])})


_WITH_WORDS = """
    select n.id as notice, n.kind, n.meets, n.facts, w.id, w.body, w.sealed, key_of(w.seal_key) as seal_key
    from notice n left join case_note w on w.id = n.note where n.id = $1
"""
