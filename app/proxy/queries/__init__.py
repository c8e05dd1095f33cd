"""Proxies of cases, what is owed under their authorities, and both as staff and the resident see them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE, ORIGINAL, NoteText
from app.cases.queries.standing import STANDING
from app.cases.queries.visible import get_visible
from app.core.access import ROLE_PERMISSIONS, Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.masking import mask_name
from app.core.rows import fetch_all, fetch_one, read_sql, shown
from app.core.settings import section
from app.deadlines.rules import END_OF_DAY, LengthUnit, due_at
from app.proxy.rules import PROXIES, Candidate, Capacity, Errand, ErrandKind, Power, Proxy, Told
from app.proxy.schemas import AuthorityOut, ErrandOut, OwnProxyOut, ProxyDutyOut, ProxyItem, ProxyOut
from app.proxy.settings import ProxySettings
from app.reference.actions import ActionContext
from app.reference.queries import Reference

_PROXY = read_sql(__package__, "proxy").format(standing=STANDING, wish=NOTE.format("t.wish"))
_DONE, _OWN_DONE = (
    read_sql(__package__, "done").format(
        matter=note.format("a.matter"),
        plan=note.format("e.plan"),
        words=note.format("e.words"),
        reply=note.format("e.reply"),
    )
    for note in (NOTE, ORIGINAL)
)
_CANDIDATE = read_sql(__package__, "candidate")
_ERRAND = "select kind, state, planned_at from proxy_errand where id = $1 and proxy = $2"
CARRIERS = tuple(role.value for role, granted in ROLE_PERMISSIONS.items() if Permission.PROXY_CARRY in granted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRow(Proxy):
    """A proxy as it is kept, with its case. `sealed` is the name of a lawyer, `held` that the case is under legal hold."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    status: str
    lead_unit: str
    secret: bool
    held: bool
    wish: NoteText
    requested_by: str
    requested_at: datetime
    authority_due: datetime
    filing_due: datetime
    staff_name: str | None
    staff_unit: str | None
    capacity: Capacity | None
    sealed: bytes | None
    seal_key: bytes | None
    offered_at: datetime | None
    arranged_in: tuple[str, ...]  # units of who asked for it and of who offered somebody
    filing_number: str | None
    filed_at: datetime | None
    first_recorded_at: datetime | None
    ended_at: datetime | None

    @property
    def carrier(self) -> uuid.UUID:
        """Who was offered or authorised, in a state where somebody was."""
        assert self.staff is not None  # noqa: S101 (the database holds it so)
        return self.staff

    @property
    def lawyer(self) -> str | None:
        """The name of who has no login; None where there is nobody such, or the name was erased."""
        if self.sealed is None or self.seal_key is None:
            return None
        try:
            return str(keys().unseal(Sealed(self.seal_key, self.sealed), f"proxy {self.id}")["name"])
        except Unsealable:
            return None

    def overdue(self, now: datetime) -> bool:
        """Whether the authority or its filing is or was late (D1)."""
        authorised, filed = self.first_recorded_at or self.ended_at, self.filed_at or self.ended_at
        return (authorised or now) > self.authority_due or (filed or now) > self.filing_due


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under a proxy."""

    authorities: list[AuthorityOut]
    errands: list[ErrandOut]


async def get_candidate(conn: Connection, staff: uuid.UUID, case_id: uuid.UUID) -> Candidate | None:
    """What the rules ask of somebody who is to carry a case, as they stand now; None for nobody."""
    return await fetch_one(conn, Candidate, _CANDIDATE, staff, case_id, list(CARRIERS))


async def get_proxy(conn: Connection, proxy: uuid.UUID, *, actor: Actor, now: datetime) -> ProxyRow:
    """One as it stands now; raises NotFound, also for one of a case that the actor may not know exists."""
    return (await get_visible(conn, ProxyRow, _PROXY, proxy, actor=actor)).at(now)


async def read_proxy(conn: Connection, proxy: uuid.UUID, *, now: datetime) -> ProxyRow:
    """The same for the clock and for hand-overs, which need not see the case."""
    (row,) = await fetch_all(conn, ProxyRow, f"{_PROXY} where t.id = $1", proxy)
    return row.at(now)


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, now: datetime) -> list[ProxyRow]:
    """Every proxy of a case, the first one first. The caller has seen the case."""
    rows = await fetch_all(conn, ProxyRow, f"{_PROXY} where t.case_id = $1 order by t.requested_at, t.id", case_id)
    return [row.at(now) for row in rows]


async def list_mine(
    conn: Connection, *, actor: Actor, after: Sequence[str] | None, limit: int, now: datetime
) -> list[ProxyRow]:  # fmt: skip
    """The live ones that the caller carries, on cases that the caller sees."""
    p = Parameters([uuid.UUID(actor.id) if actor.kind == "staff" else None])
    where = ["t.staff = $1::uuid", "t.state in ('authorised', 'reporting')", visible_to(actor, p)]
    if after is not None:
        where.append(f"t.id > {p.add(uuid.UUID(after[0]))}::uuid")
    statement = f"{_PROXY} where {' and '.join(where)} order by t.id limit {p.add(limit)}"
    return [row.at(now) for row in await fetch_all(conn, ProxyRow, statement, *p)]


async def find_live(conn: Connection, case_id: uuid.UUID, *, now: datetime) -> ProxyRow | None:
    """The one that goes on, if any; one whose authority ran out still counts until that is on record."""
    row = await fetch_one(conn, ProxyRow, f"{_PROXY} where t.case_id = $1 and t.ended_at is null", case_id)
    return row.at(now) if row else None


async def get_done(conn: Connection, proxy: uuid.UUID, language: str, *, own: bool) -> Done:
    """Its authorities and errands, each with its texts and papers: as written for the resident whose `own` they are."""
    words = [{it: it.words.say(language) for it in kind} for kind in (Power, ErrandKind)]
    (found,) = await fetch_all(conn, Done, _OWN_DONE if own else _DONE, proxy, *words)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedErrand(Errand):
    """An errand for a step on it."""

    planned_at: datetime


async def find_errand(conn: Connection, errand: uuid.UUID, proxy: uuid.UUID) -> PlannedErrand | None:
    """An errand of this proxy."""
    return await fetch_one(conn, PlannedErrand, _ERRAND, errand, proxy)


_DUTIES = read_sql(__package__, "duties").format(words=NOTE.format("w.words"))
_OF_PROXY = f"{_DUTIES} p.id = $1 order by since, n.id"
_OWN = f"{read_sql(__package__, 'duties').format(words=ORIGINAL.format('w.words'))} p.id = $1 order by since, n.id"
_OPEN = (
    f"{_DUTIES} p.state in ('authorised', 'reporting') and w.at is null"
    " and not (n.state = 'served' and s.method <> 'proxy') order by since, n.id"
)


@dataclass(frozen=True, slots=True)
class Duty:
    """A notice that is or was to be passed on; `due` the limit that held when it was."""

    proxy: uuid.UUID
    case_id: uuid.UUID
    staff: uuid.UUID
    notice: uuid.UUID
    kind: str
    since: datetime
    passed_at: datetime | None
    method: Told | None
    words: NoteText
    due: datetime | None
    served_at: datetime | None

    @property
    def told_at(self) -> datetime | None:
        """When the resident was told, by the proxy or by the authority that served it."""
        return self.passed_at or self.served_at

    def owed_by(self, reference: Reference) -> datetime:
        """By when: as it was when it was passed on, else by the present rule."""
        return self.due or due_in(section(ProxySettings).pass_on_days, self.since, reference)


async def list_duties(conn: Connection, proxy: uuid.UUID, *, own: bool = False) -> list[Duty]:
    """The notices that are or were to be passed on; `own` as in `get_done`."""
    return await fetch_all(conn, Duty, _OWN if own else _OF_PROXY, proxy)


async def list_open_duties(conn: Connection) -> list[Duty]:
    """Those of all proxies at work of which the residents have not been told."""
    return await fetch_all(conn, Duty, _OPEN)


def due_in(days: int, start: datetime, reference: Reference) -> datetime:
    """The end of the day so many working days after `start`; none means the same day."""
    tz = reference.city.tz
    if days == 0:
        return datetime.combine(start.astimezone(tz).date(), END_OF_DAY, tz)
    return due_at(days, LengthUnit.WORKING_DAY, start, calendar=reference.calendar, tz=tz).due


def as_item(proxy: ProxyRow, now: datetime, language: str) -> ProxyItem:
    """As lists show it."""
    return shown(ProxyItem, proxy, **_as_it_stands(proxy, now, language))


def _as_it_stands(proxy: ProxyRow, now: datetime, language: str) -> dict[str, object]:
    words = proxy.state.words.say(language)
    return {"state_text": words, "until": proxy.valid_until, "overdue": proxy.overdue(now)}


async def show_proxy(act: ActionContext, proxy_id: uuid.UUID, language: str) -> ProxyOut:
    """As staff see it: the name of a lawyer is masked. Raises NotFound."""
    proxy = await get_proxy(act.conn, proxy_id, actor=act.actor, now=act.now)
    lawyer = proxy.lawyer
    return shown(
        ProxyOut, proxy, **_as_it_stands(proxy, act.now, language), **await _done(act, proxy, language),
        outsider=mask_name(lawyer) if lawyer else None,
        available_actions=PROXIES.available(proxy, act.actor, act.now),
    )  # fmt: skip


async def list_own(act: ActionContext, case_id: uuid.UUID, language: str) -> list[OwnProxyOut]:
    """All there were of a case, as the resident sees them: who carries it by name, and everything that was done."""
    return [await _own(act, proxy, language) for proxy in await list_of_case(act.conn, case_id, now=act.now)]


async def _own(act: ActionContext, proxy: ProxyRow, language: str) -> OwnProxyOut:
    lawyer = proxy.lawyer
    return shown(
        OwnProxyOut, proxy, **await _done(act, proxy, language, own=True), said=proxy.state.words.say(language),
        name=lawyer or proxy.staff_name, contact=proxy.staff_name if lawyer else None,
        unit=act.reference.names.get(proxy.staff_unit) if proxy.staff_unit else None,
    )  # fmt: skip


async def _done(act: ActionContext, proxy: ProxyRow, language: str, *, own: bool = False) -> dict[str, object]:
    done = await get_done(act.conn, proxy.id, language, own=own)
    duties = await list_duties(act.conn, proxy.id, own=own)
    notices = [_notice(act, proxy, duty) for duty in duties]
    return {"authorities": done.authorities, "errands": done.errands, "notices": notices}


def _notice(act: ActionContext, proxy: ProxyRow, duty: Duty) -> ProxyDutyOut:
    due, told = duty.owed_by(act.reference), duty.told_at or proxy.ended_at
    return shown(ProxyDutyOut, duty, due=due, overdue=(told or act.now) > due)
