"""Notices that a proxy is to pass on (D2), and until when something is owed."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.core.database import Connection
from app.core.rows import fetch_all, read_sql
from app.core.settings import section
from app.deadlines.rules import END_OF_DAY, LengthUnit, due_at
from app.proxy.rules import Told
from app.proxy.settings import ProxySettings
from app.reference.queries import Reference

_DUTIES = read_sql(__package__, "duties")
_OF_PROXY = f"{_DUTIES} p.id = $1 order by since, n.id"
_OPEN = (
    f"{_DUTIES} p.state in ('authorised', 'reporting') and w.at is null"
    " and not (n.state = 'served' and s.method <> 'proxy') order by since, n.id"
)


@dataclass(frozen=True, slots=True)
class Duty:
    """A notice that is or was to be passed on; `words` is a note, `due` the limit that held when it was."""

    proxy: uuid.UUID
    case_id: uuid.UUID
    staff: uuid.UUID
    notice: uuid.UUID
    kind: str
    since: datetime
    passed_at: datetime | None
    method: Told | None
    words: uuid.UUID | None
    due: datetime | None
    served_at: datetime | None

    @property
    def told_at(self) -> datetime | None:
        """When the resident was told, by the proxy or by the authority that served it."""
        return self.passed_at or self.served_at

    def owed_by(self, reference: Reference) -> datetime:
        """By when: as it was when it was passed on, else by the present rule."""
        return self.due or due_in(section(ProxySettings).pass_on_days, self.since, reference)


async def list_duties(conn: Connection, proxy: uuid.UUID) -> list[Duty]:
    """The notices that are or were to be passed on."""
    return await fetch_all(conn, Duty, _OF_PROXY, proxy)


async def list_open_duties(conn: Connection) -> list[Duty]:
    """Those of all proxies at work of which the residents have not been told."""
    return await fetch_all(conn, Duty, _OPEN)


def due_in(days: int, start: datetime, reference: Reference) -> datetime:
    """The end of the day so many working days after `start`; none means the same day."""
    tz = reference.city.tz
    if days == 0:
        return datetime.combine(start.astimezone(tz).date(), END_OF_DAY, tz)
    return due_at(days, LengthUnit.WORKING_DAY, start, calendar=reference.calendar, tz=tz).due
