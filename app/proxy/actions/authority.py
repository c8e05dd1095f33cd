"""The written authority: recorded, changed by a new one that takes its place, withdrawn."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.actions.access import grant
from app.cases.actions.notes import keep_note
from app.core import errors
from app.core.database import uuid7
from app.core.settings import section
from app.proxy.actions.step import Reminder, begin, begin_by_code, end, keep_papers, move, require_fit, tell
from app.proxy.queries.proxies import ProxyRow
from app.proxy.rules import Evidence, Power, State, period_refused
from app.proxy.settings import ProxySettings
from app.reference.actions import ActionContext

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
    """Matter, powers, period and evidence, recorded by somebody other than the proxy; a later authority takes its place.
    The proxy sees the case from now until the period or the authority ends."""
    proxy = await begin(act, proxy_id, "authorise")
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


async def revoke(act: ActionContext, proxy_id: uuid.UUID, *, words: str) -> None:
    """The resident withdrew it in writing: recorded by who arranges, or by the proxy who received it. The proxy does and
    sees nothing more from now on."""
    await _revoke(act, await begin(act, proxy_id, "revoke"), words)


async def revoke_by_code(act: ActionContext, case_id: uuid.UUID, *, words: str | None) -> None:
    """By the resident, at any time and without a reason."""
    await _revoke(act, await begin_by_code(act, case_id, "revoke"), words)


async def _revoke(act: ActionContext, proxy: ProxyRow, words: str | None) -> None:
    note = await keep_note(act, proxy, "proxy_revocation", words) if words else None
    await end(act, proxy, State.WITHDRAWN, "revoke_proxy", facts=note.said if note else {})
