"""From the resident's wish to somebody who is offered; `_by_code` is what the resident does with number and query code."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.access import grant
from app.cases.actions.notes import keep_note
from app.cases.actions.record import record
from app.cases.actions.wishes import proven
from app.cases.queries.one import LoadedCase, get_for_change, load_linked
from app.cases.rules import LIVE as LIVE_CASES
from app.core import errors
from app.core.access import CLOCK, Permission
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.settings import section
from app.proxy.actions.step import Reminder, begin, begin_by_code, end, keep_papers, move, require_fit, tell
from app.proxy.queries import ProxyRow, due_in, find_live, read_proxy
from app.proxy.rules import Capacity, Evidence, Power, State, asked_refused, consent_refused, period_refused
from app.proxy.settings import ProxySettings
from app.reference.actions import ActionContext

_REQUEST = """
    insert into proxy (id, case_id, state, wish, requested_by, requested_at, authority_due, filing_due)
    values ($1, $2, 'requested', $3, $4, $5, $6, $7)
"""
_NOBODY: dict[str, object] = dict.fromkeys(("staff", "capacity", "sealed", "seal_key", "offered_by", "offered_at"))


async def request(
    act: ActionContext, case_id: uuid.UUID, *, wish: str, code: str | None, paper: uuid.UUID | None
) -> uuid.UUID:
    """At the resident's wish, shown by their code or a signed paper, by the lead or who registered it. Raises NotFound,
    Forbidden, Invalid or Conflict."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    standing, asked = case.facts.standing, Permission.CASE_REGISTER
    if not (standing.leads(act.actor, asked) or standing.registered(act.actor)):
        raise errors.Forbidden(
            "申请代办须由主办单位或登记人登记；群众也可凭编号和查询码自行申请。",
            "The lead or who registered it asks for a proxy; the resident asks with number and query code, too.",
        )
    return await request_by_code(act, case, wish=wish, proof=proven(case, code=code, paper=paper))


async def request_by_code(
    act: ActionContext, case: LoadedCase, *, wish: str | None, proof: Mapping[str, object] | None = None
) -> uuid.UUID:
    """申请代办. One at a time; of an accusation none."""
    refused = asked_refused(accusation=case.secret, live=case.status in LIVE_CASES)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    await _make_room(act, case.case_id)
    note = await keep_note(act, case, "proxy_wish", wish) if wish else None
    made, configured = uuid7(), section(ProxySettings)
    due = due_in(configured.authority_days, act.now, act.reference)
    filing = max(due, due_in(configured.filing_days, act.now, act.reference))
    await act.conn.execute(
        _REQUEST, made, case.case_id, note.id if note else None, act.actor.who, act.now, due, filing
    )  # fmt: skip
    facts = {
        "proxy": str(made), "authority_due": due.timestamp(), "filing_due": filing.timestamp(),
        **(note.said if note else {}), **(proof or {}),
    }  # fmt: skip
    await record(act.conn, case.case_id, "request_proxy", actor=act.actor, at=act.now, facts=facts)
    return made


async def _make_room(act: ActionContext, case_id: uuid.UUID) -> None:
    """One whose authority ran out is over, though that is not on record yet. Raises Conflict for a live one."""
    proxy = await find_live(act.conn, case_id, now=act.now)
    if proxy is None:
        return
    if proxy.state is not State.EXPIRED:
        raise errors.Conflict(
            "本件已有代办，请先撤回或等其结束。", "The case has a proxy already; withdraw it or wait for its end."
        )
    await expire(ActionContext(act.conn, act.reference, CLOCK, act.now, 0), proxy)


async def expire(act: ActionContext, proxy: ProxyRow) -> None:
    """Put on record that the authority ran out, at the instant when it did."""
    await end(act, proxy, State.EXPIRED, "expire_proxy", at=proxy.valid_until)


async def offer(
    act: ActionContext, proxy_id: uuid.UUID, *, staff: uuid.UUID, capacity: Capacity, name: str | None
) -> None:
    """Never anybody whom the matter concerns or who stands under them, nor of another area. They see nothing of the case
    before the resident authorises them."""
    proxy = await begin(act, proxy_id, "offer")
    await require_fit(act, staff, proxy.case_id)
    sealed = keys().seal({"name": name}, f"proxy {proxy_id}") if name else None
    columns = {
        "state": State.OFFERED.value, "staff": staff, "capacity": capacity.value, "sealed": sealed.body if sealed else None,
        "seal_key": sealed.key if sealed else None, "offered_by": act.actor.who, "offered_at": act.now,
    }  # fmt: skip
    await move(act, proxy, "offer_proxy", columns=columns, facts={"staff": str(staff), "capacity": capacity.value})


async def withdraw_offer(act: ActionContext, proxy: ProxyRow, kind: str, facts: Mapping[str, object]) -> None:
    """Back to the wish, so that somebody else may be offered. Under legal hold nobody's name is erased: then it ends, and
    may be asked for again."""
    if proxy.held and proxy.sealed is not None:
        await end(act, proxy, State.DECLINED, kind, facts=facts)
        return
    await move(act, proxy, kind, columns={"state": State.REQUESTED.value, **_NOBODY}, facts=facts)


async def recall(act: ActionContext, proxy_id: uuid.UUID) -> None:
    """Somebody else may be offered."""
    proxy = await begin(act, proxy_id, "recall")
    await withdraw_offer(act, proxy, "recall_proxy", {"staff": str(proxy.staff)})


async def decline(act: ActionContext, proxy_id: uuid.UUID, *, reason: str) -> None:
    """The resident does not want one, or none can be found; they read the reason."""
    proxy = await begin(act, proxy_id, "decline")
    note = await keep_note(act, proxy, "proxy_declined", reason)
    await end(act, proxy, State.DECLINED, "decline_proxy", facts=note.said)


async def decline_by_code(act: ActionContext, case_id: uuid.UUID, *, words: str | None, another: bool) -> None:
    """The resident does not want the one who was offered: `another` may be, or none."""
    proxy = await begin_by_code(act, case_id, "decline")
    note = await keep_note(act, proxy, "proxy_declined", words) if words else None
    facts = {"staff": str(proxy.staff) if proxy.staff else None, **(note.said if note else {})}
    if another and proxy.staff is not None:
        await withdraw_offer(act, proxy, "decline_proxy", facts)
    else:
        await end(act, proxy, State.DECLINED, "decline_proxy", facts=facts)


_RENEWED = "update proxy_authority set ended_at = $2, ended_as = 'renewed' where proxy = $1 and ended_at is null"
_AUTHORISE = """
    insert into proxy_authority (id, proxy, staff, matter, powers, evidence, valid_from, valid_until, recorded_at, recorded_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_SAME = """
    select true from proxy_authority where proxy = $1 and ended_at is null and evidence = 'query_code' and powers = $2
        and valid_until = $3
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the paper says, and what shows that the resident gave it: files for a paper, words for a consent."""

    matter: str
    powers: Collection[Power]
    valid_until: datetime
    evidence: Evidence
    valid_from: datetime | None = None
    attachments: Sequence[uuid.UUID] = ()
    consent: str | None = None

    @property
    def listed(self) -> list[str]:
        """The powers, in their order."""
        return [power.value for power in Power if power in self.powers]


async def authorise(
    act: ActionContext, proxy_id: uuid.UUID, *, matter: str, powers: Sequence[Power], valid_until: datetime,
    evidence: Evidence, valid_from: datetime | None, attachments: Sequence[uuid.UUID], consent: str | None,
) -> None:  # fmt: skip
    """Matter, powers, period and evidence, recorded by neither the proxy nor who offered them (a consent that was said, by
    another unit than asked for them or offered them); a later authority takes its place.
    The proxy sees the case from now until the period or the authority ends."""
    proxy = await begin(act, proxy_id, "authorise")
    why = consent_refused(evidence, [post.unit for post in act.actor.posts], proxy.arranged_in)
    if why is not None:
        raise errors.Forbidden(why.zh, why.en)
    await _authorise(act, proxy, Terms(matter, powers, valid_until, evidence, valid_from, attachments, consent))


async def authorise_by_code(
    act: ActionContext, case_id: uuid.UUID, *, matter: str, powers: Sequence[Power], valid_until: datetime
) -> None:
    """The resident authorises by number and code. The same again changes nothing."""
    proxy = await begin_by_code(act, case_id, "authorise")
    terms = Terms(matter, powers, valid_until, Evidence.QUERY_CODE)
    if not await act.conn.fetchval(_SAME, proxy.id, terms.listed, terms.valid_until):
        await _authorise(act, proxy, terms)


async def _authorise(act: ActionContext, proxy: ProxyRow, terms: Terms) -> None:
    starts, staff = terms.valid_from or act.now, proxy.carrier
    wrong = period_refused(starts, terms.valid_until, act.now, longest_days=section(ProxySettings).longest_days)
    if wrong is not None:
        field, why = wrong
        raise errors.Invalid(why.zh, why.en, pointer=f"#/body/{field}")
    await require_fit(act, staff, proxy.case_id)
    await act.conn.execute(_RENEWED, proxy.id, act.now)
    note, made = await keep_note(act, proxy, "proxy_authority", terms.matter), uuid7()
    await act.conn.execute(
        _AUTHORISE, made, proxy.id, staff, note.id, terms.listed, terms.evidence.value, starts, terms.valid_until,
        act.now, act.actor.who,
    )  # fmt: skip
    consent = {}
    if terms.consent:
        witnessed = await keep_note(act, proxy, "proxy_consent", terms.consent)
        consent = {f"consent_{name}": value for name, value in witnessed.said.items()}
    purpose = "authority" if terms.evidence is Evidence.PAPER else None
    await keep_papers(act, proxy.case_id, terms.attachments, authority=made, purpose=purpose)
    await grant(act.conn, proxy.case_id, [f"staff:{staff}"], "proxy", until=terms.valid_until)
    facts = {
        "staff": str(staff), "authority": str(made), "powers": terms.listed, "evidence": terms.evidence.value,
        "valid_from": starts.timestamp(), "valid_until": terms.valid_until.timestamp(), **note.said, **consent,
    }  # fmt: skip
    state = State.AUTHORISED if proxy.filed_at is None else State.REPORTING
    await move(act, proxy, "authorise_proxy", columns={"state": state.value}, facts=facts)
    await tell(act.conn, Reminder(proxy.id, proxy.case_id, "authorised", f"staff:{staff}", mark=str(made)), act.now)


async def revoke(
    act: ActionContext, proxy_id: uuid.UUID, *, words: str, code: str | None, paper: uuid.UUID | None
) -> None:
    """The resident withdrew it, as their query code or a paper they signed shows: recorded by who arranges, or by the proxy who
    received it. The proxy does and sees nothing more from now on."""
    proxy = await begin(act, proxy_id, "revoke")
    case = await load_linked(act.conn, proxy.case_id, act.reference)
    await _revoke(act, proxy, words, proven(case, code=code, paper=paper))


async def revoke_by_code(act: ActionContext, case_id: uuid.UUID, *, words: str | None) -> None:
    """By the resident, at any time and without a reason."""
    await _revoke(act, await begin_by_code(act, case_id, "revoke"), words)


async def _revoke(
    act: ActionContext, proxy: ProxyRow, words: str | None, proof: Mapping[str, object] | None = None
) -> None:
    note = await keep_note(act, proxy, "proxy_revocation", words) if words else None
    await end(act, proxy, State.WITHDRAWN, "revoke_proxy", facts={**(proof or {}), **(note.said if note else {})})


async def give_up(act: ActionContext, proxy_id: uuid.UUID, *, handover: uuid.UUID) -> None:
    """The authority ends as if they stepped down; an offer is recalled, and the wish waits for somebody else. The caller
    holds the lock of the case."""
    proxy = await read_proxy(act.conn, proxy_id, now=act.now)
    facts = {"staff": str(proxy.staff), "handover": str(handover)}
    if proxy.state is not State.OFFERED:
        await end(act, proxy, State.STEPPED_DOWN, "step_down_proxy", facts=facts)
        return
    await withdraw_offer(act, proxy, "recall_proxy", facts)
    await _tell_arranger(act, proxy, "recalled", handover)


async def stay(act: ActionContext, proxy_id: uuid.UUID, *, handover: uuid.UUID) -> None:
    """It goes on over a leave: both who carries it and who offered them are reminded of what they may do."""
    proxy = await read_proxy(act.conn, proxy_id, now=act.now)
    said = Reminder(proxy.id, proxy.case_id, "stays", f"staff:{proxy.staff}", mark=str(handover))
    await tell(act.conn, said, act.now)
    await _tell_arranger(act, proxy, "away", handover)


async def _tell_arranger(act: ActionContext, proxy: ProxyRow, what: str, handover: uuid.UUID) -> None:
    if proxy.offered_by and proxy.offered_by != act.actor.who:
        await tell(act.conn, Reminder(proxy.id, proxy.case_id, what, proxy.offered_by, mark=str(handover)), act.now)
