"""A proxy with what a decision and a page need of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.queries.access import visible_to
from app.cases.queries.visible import get_visible
from app.core.access import ROLE_PERMISSIONS, Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, Parameters
from app.core.geometry import Crs
from app.core.rows import fetch_all, fetch_one, read_sql
from app.proxy.rules import Candidate, Capacity, Errand, Evidence, Power, Proxy

_PROXY = read_sql(__package__, "proxy")
_DONE = read_sql(__package__, "done")
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
    wish: uuid.UUID | None
    requested_by: str
    requested_at: datetime
    authority_due: datetime
    filing_due: datetime
    staff_name: str | None
    staff_unit: str | None
    capacity: Capacity | None
    sealed: bytes | None
    seal_key: bytes | None
    offered_by: str | None
    offered_at: datetime | None
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
class Paper:
    """A file of the case that proves something."""

    id: uuid.UUID
    purpose: str
    media_type: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Authority:
    """One written authority; `matter` is a note."""

    id: uuid.UUID
    staff: uuid.UUID
    matter: uuid.UUID
    powers: list[Power]
    evidence: Evidence
    valid_from: datetime
    valid_until: datetime
    recorded_at: datetime
    ended_at: datetime | None
    ended_as: str | None
    papers: list[Paper]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRow(Errand):
    """One thing done, or to be done; `plan`, `words` and `reply` are notes."""

    id: uuid.UUID
    unit: str | None
    plan: uuid.UUID | None
    planned_at: datetime
    done_at: datetime | None
    recorded_at: datetime | None
    lon: float | None
    lat: float | None
    crs: Crs | None
    words: uuid.UUID | None
    reply: uuid.UUID | None
    papers: list[Paper]


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under a proxy."""

    authorities: list[Authority]
    errands: list[ErrandRow]


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


async def get_done(conn: Connection, proxy: uuid.UUID) -> Done:
    """Its authorities and errands, each with its papers."""
    (found,) = await fetch_all(conn, Done, _DONE, proxy)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedErrand(Errand):
    """An errand for a step on it."""

    planned_at: datetime


async def find_errand(conn: Connection, errand: uuid.UUID, proxy: uuid.UUID) -> PlannedErrand | None:
    """An errand of this proxy."""
    return await fetch_one(conn, PlannedErrand, _ERRAND, errand, proxy)
