"""From the resident's wish to the authority, its change and its end; `_by_code` is what the resident does."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attachments.actions import Store, open_content
from app.attachments.queries import LoadedAttachment, get_attachment
from app.cases.actions.record import record
from app.cases.actions.resident import log_reading
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import LIVE as LIVE_CASES
from app.cases.rules import PetitionClass
from app.core import errors
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import uuid7
from app.core.settings import section
from app.proxy import queries
from app.proxy.actions.step import Begun, allows, begin, end, fit, give_sight, keep_papers, move, tell
from app.proxy.rules import Capacity, Evidence, Power, State, asked_refused, close_refused, period_refused
from app.proxy.settings import ProxySettings
from app.reference.actions import ActionContext

CLOCK = Actor(id="clock", kind="system")
_REQUEST = """
    insert into proxy (id, case_id, state, wish, requested_by, requested_at, authority_due, filing_due)
    values ($1, $2, 'requested', $3, $4, $5, $6, $7)
"""
_AUTHORISE = """
    insert into proxy_authority (id, proxy, staff, matter, powers, evidence, valid_from, valid_until, recorded_at, recorded_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_RENEWED = "update proxy_authority set ended_at = $2, ended_as = 'renewed' where proxy = $1 and ended_at is null"
_SAME = """
    select true from proxy_authority where proxy = $1 and ended_at is null and evidence = 'query_code' and powers = $2
        and valid_until = $3
"""


# --- Asked for


async def request(act: ActionContext, case_id: uuid.UUID, *, wish: str) -> uuid.UUID:
    """At the resident's wish, by staff who see the case. Raises NotFound or Conflict."""
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    return await request_by_code(act, case, wish=wish)


async def request_by_code(act: ActionContext, case: LoadedCase, *, wish: str | None) -> uuid.UUID:
    """申请代办. One at a time; of an accusation none."""
    accusation = case.facts.petition_class is PetitionClass.ACCUSATION
    refused = asked_refused(accusation=accusation, live=case.facts.status in LIVE_CASES)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    await _make_room(act, case)
    note, said = await write_note(act, case, "proxy_wish", wish) if wish else (None, {})
    made, configured = uuid7(), section(ProxySettings)
    due = queries.due_in(configured.authority_days, act.now, act.reference)
    filing = max(due, queries.due_in(configured.filing_days, act.now, act.reference))
    who = f"{act.actor.kind}:{act.actor.id}"
    await act.conn.execute(_REQUEST, made, case.facts.id, note, who, act.now, due, filing)
    facts = {"proxy": str(made), "authority_due": due.timestamp(), "filing_due": filing.timestamp(), **said}
    await record(act.conn, case.facts.id, "request_proxy", actor=act.actor, at=act.now, facts=facts)
    return made


async def _make_room(act: ActionContext, case: LoadedCase) -> None:
    """One whose authority ran out is over, though the runner has not been there yet. Raises Conflict for a live one."""
    row = await queries.find_live(act.conn, case.facts.id)
    if row is None:
        return
    if queries.state_of(row, act.now) is not State.EXPIRED:
        raise errors.Conflict(
            "本件已有代办，请先撤回或等其结束。", "The case has a proxy already; withdraw it or wait for its end."
        )
    by_clock = ActionContext(act.conn, act.reference, CLOCK, act.now, 0)
    await end(by_clock, Begun(case, row), State.EXPIRED, "expire_proxy", at=row["valid_until"])


# --- Offered, declined


async def offer(
    act: ActionContext, proxy: uuid.UUID, *, staff: uuid.UUID, capacity: Capacity, name: str | None
) -> None:
    """推荐代办员. It opens the case to nobody: sight comes with the authority."""
    begun = await begin(act, proxy, "offer")
    await fit(act, staff, begun.row["case_id"])
    sealed = keys().seal({"name": name}, f"proxy {proxy}") if name else None
    columns = {
        "state": State.OFFERED.value, "staff": staff, "capacity": capacity.value, "sealed": sealed.body if sealed else None,
        "seal_key": sealed.key if sealed else None, "offered_by": f"{act.actor.kind}:{act.actor.id}", "offered_at": act.now,
    }  # fmt: skip
    await move(act, begun, "offer_proxy", columns=columns, facts={"staff": str(staff), "capacity": capacity.value})


_NOBODY: dict[str, Any] = dict.fromkeys(("staff", "capacity", "sealed", "seal_key", "offered_by", "offered_at"))


async def back(act: ActionContext, begun: Begun, kind: str, facts: dict[str, Any]) -> None:
    """To the wish, so that somebody else may be offered. Under legal hold nobody's name is erased: a new wish is made then."""
    if begun.case.facts.held and begun.row["sealed"] is not None:
        await end(act, begun, State.DECLINED, kind, facts=facts)
        return
    await move(act, begun, kind, columns={"state": State.REQUESTED.value, **_NOBODY}, facts=facts)


async def recall(act: ActionContext, proxy: uuid.UUID) -> None:
    """收回推荐."""
    begun = await begin(act, proxy, "recall")
    await back(act, begun, "recall_proxy", {"staff": str(begun.row["staff"])})


async def decline(act: ActionContext, proxy: uuid.UUID, *, reason: str) -> None:
    """No proxy after all: at the resident's wish, or because none can be found; the reason is theirs to read."""
    begun = await begin(act, proxy, "decline")
    _, said = await write_note(act, begun.case, "proxy_declined", reason)
    await end(act, begun, State.DECLINED, "decline_proxy", facts=said)


async def _by_code(act: ActionContext, case: LoadedCase, action: str) -> Begun:
    """The one that goes on, for its resident; raises Conflict where there is none, ActionRefused."""
    row = await queries.find_live(act.conn, case.facts.id)
    if row is None:
        raise errors.Conflict("本件没有进行中的代办。", "No proxy carries this case.")
    await allows(act, row, action)
    return Begun(case, row)


async def decline_by_code(act: ActionContext, case: LoadedCase, *, words: str | None, another: bool) -> None:
    """The resident does not want the one who was offered: `another` may be, or none."""
    begun = await _by_code(act, case, "decline")
    _, said = await write_note(act, case, "proxy_declined", words) if words else (None, {})
    facts = {"staff": str(begun.row["staff"]) if begun.row["staff"] else None, **said}
    if another and begun.row["staff"] is not None:
        await back(act, begun, "decline_proxy", facts)
    else:
        await end(act, begun, State.DECLINED, "decline_proxy", facts=facts)


# --- The authority


@dataclass(frozen=True, slots=True)
class Terms:
    """What the paper says, and what shows that the resident gave it: files for a paper, words for a consent."""

    matter: str
    powers: frozenset[Power]
    valid_until: datetime
    evidence: Evidence
    valid_from: datetime | None = None
    attachments: Sequence[uuid.UUID] = ()
    consent: str | None = None

    @property
    def listed(self) -> list[str]:
        """The powers, in their order."""
        return [power.value for power in Power if power in self.powers]


async def authorise(act: ActionContext, proxy: uuid.UUID, terms: Terms) -> None:
    """登记授权, by somebody other than the proxy: the first one, or a changed one that takes its place."""
    begun = await begin(act, proxy, "authorise")
    await _authorise(act, begun, terms)


async def authorise_by_code(act: ActionContext, case: LoadedCase, terms: Terms) -> None:
    """The resident authorises by number and code. The same again changes nothing."""
    begun = await _by_code(act, case, "authorise")
    if not await act.conn.fetchval(_SAME, begun.id, terms.listed, terms.valid_until):
        await _authorise(act, begun, terms)


async def _authorise(act: ActionContext, begun: Begun, terms: Terms) -> None:
    row, starts = begun.row, terms.valid_from or act.now
    wrong = period_refused(starts, terms.valid_until, act.now, longest_days=section(ProxySettings).longest_days)
    if wrong is not None:
        field, why = wrong
        raise errors.Invalid(why.zh, why.en, pointer=f"#/body/{field}")
    await fit(act, row["staff"], row["case_id"])
    await act.conn.execute(_RENEWED, begun.id, act.now)
    note, said = await write_note(act, begun.case, "proxy_authority", terms.matter)
    made, who = uuid7(), f"{act.actor.kind}:{act.actor.id}"
    await act.conn.execute(
        _AUTHORISE, made, begun.id, row["staff"], note, terms.listed, terms.evidence.value, starts, terms.valid_until,
        act.now, who,
    )  # fmt: skip
    consent = {}
    if terms.consent:
        _, witnessed = await write_note(act, begun.case, "proxy_consent", terms.consent)
        consent = {f"consent_{name}": value for name, value in witnessed.items()}
    await keep_papers(
        act, row["case_id"], terms.attachments, proves="authority", found=made,
        purpose="authority" if terms.evidence is Evidence.PAPER else None,
    )  # fmt: skip
    await give_sight(act, begun, terms.valid_until)
    state = State.AUTHORISED if row["filed_at"] is None else State.REPORTING
    facts = {
        "staff": str(row["staff"]), "authority": str(made), "powers": terms.listed, "evidence": terms.evidence.value,
        "valid_from": starts.timestamp(), "valid_until": terms.valid_until.timestamp(), **said, **consent,
    }  # fmt: skip
    await move(act, begun, "authorise_proxy", columns={"state": state.value}, facts=facts)
    await tell(act.conn, row, "authorised", f"staff:{row['staff']}", act.now, mark=str(made))


async def revoke(act: ActionContext, proxy: uuid.UUID, *, words: str) -> None:
    """撤回委托, in writing, recorded by staff or by the proxy who received it. At once: the sight ends with it."""
    begun = await begin(act, proxy, "revoke")
    await _revoke(act, begun, words)


async def revoke_by_code(act: ActionContext, case: LoadedCase, *, words: str | None) -> None:
    """The same by the resident, at any time and without a reason."""
    await _revoke(act, await _by_code(act, case, "revoke"), words)


async def _revoke(act: ActionContext, begun: Begun, words: str | None) -> None:
    _, said = await write_note(act, begun.case, "proxy_revocation", words) if words else (None, {})
    await end(act, begun, State.WITHDRAWN, "revoke_proxy", facts=said)


# --- Carried


async def file(act: ActionContext, proxy: uuid.UUID, *, number: str) -> None:
    """备案: a copy of the authority is filed, under this number (D1)."""
    begun = await begin(act, proxy, "file")
    columns = {"state": State.REPORTING.value, "filing_number": number, "filed_at": act.now}
    await move(act, begun, "file_proxy", columns=columns, facts={"filing_number": number})


async def step_down(act: ActionContext, proxy: uuid.UUID, *, reason: str) -> None:
    """辞任: the proxy gives it back; the sight ends with it."""
    begun = await begin(act, proxy, "step_down")
    _, said = await write_note(act, begun.case, "proxy_stepped_down", reason)
    await end(act, begun, State.STEPPED_DOWN, "step_down_proxy", facts=said)


_TALLY = """
    select count(*) filter (where state in ('planned', 'doing')) as pending,
        count(*) filter (where state = 'done' and kind = 'report_back') as reports
    from proxy_errand where proxy = $1
"""


async def close(act: ActionContext, proxy: uuid.UUID) -> None:
    """代办完成: nothing is planned or owed any more, and the resident has been reported to. It closes no case."""
    begun = await begin(act, proxy, "close")
    (tally,) = await act.conn.fetch(_TALLY, proxy)
    owed = queries.open_duties(await queries.list_duties(act.conn, proxy))
    why = close_refused(open_errands=tally["pending"], open_notices=len(owed), reported=bool(tally["reports"]))
    if why is not None:
        raise errors.ActionRefused(why.zh, why.en, allowed=[])
    await end(act, begun, State.CLOSED, "close_proxy")


# --- Seen by the resident

_PROOF = "select exists (select from proxy_paper where attachment = $1 and case_id = $2)"


async def open_proof(
    act: ActionContext, case: LoadedCase, *, attachment: uuid.UUID, store: Store
) -> tuple[LoadedAttachment, bytes]:
    """A file that proves something the proxy did or was given, for the resident; logged. Raises NotFound, Conflict."""
    if not await act.conn.fetchval(_PROOF, attachment, case.facts.id):
        raise errors.NotFound("没有这份代办材料。", "There is no such file among what the proxy did.")
    found = await get_attachment(act.conn, attachment, actor=None)
    content = await open_content(found, store)
    await log_reading(act.conn, case.facts.id, f"attachment {attachment}", "", actor=act.actor, now=act.now)
    return found, content
