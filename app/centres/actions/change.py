"""Beginning a change of a centre by the head or coordinator of it, or of one above it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from app.centres.rules import CENTRES, KeptCentre
from app.core.database import Connection
from app.core.errors import NotFound
from app.core.rows import fetch_one
from app.reference.actions import ActionContext


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a centre's set-up, begun: the centre is locked, and its version has moved on."""

    act: ActionContext
    centre: str

    @property
    def conn(self) -> Connection:
        """The connection of the request's transaction."""
        return self.act.conn

    @property
    def now(self) -> datetime:
        """The instant of the change."""
        return self.act.now

    @property
    def by(self) -> str:
        """Who makes it."""
        return self.act.actor.id

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.act.reference.city.tz).date()


@dataclass(frozen=True, slots=True)
class _Moved:
    """A centre whose version has moved on."""

    path: str
    version: int
    changed_at: datetime


# Two changes of a centre never bear the same instant, whatever clocks say: what one sets, the next can end.
_MOVE_ON = """
    insert into centre (unit, version, changed_at, changed_by)
    select u.code, 1, $2, $3 from unit u where u.code = $1 and u.kind = 'centre'
    on conflict (unit) do update set version = centre.version + 1, changed_by = $3,
        changed_at = greatest($2, centre.changed_at + interval '1 microsecond')
    returning version, changed_at, (select u.path::text from unit u where u.code = $1) as path
"""


async def begin(act: ActionContext, code: str, action: str) -> Change:
    """Lock the centre and move its version on. Raises NotFound, Stale or Forbidden (who does not keep it)."""
    moved = await _move_on(act, code)
    before = KeptCentre(moved.path, moved.version - 1)
    CENTRES.check(before, action, act.actor, act.now, version=act.version)
    return Change(replace(act, now=moved.changed_at), code)


async def begin_unasked(act: ActionContext, code: str) -> Change:
    """The same for whoever was let in already and changes no page that they saw."""
    await _move_on(act, code)
    return Change(act, code)


async def _move_on(act: ActionContext, code: str) -> _Moved:
    moved = await fetch_one(act.conn, _Moved, _MOVE_ON, code, act.now, act.actor.id)
    if moved is None:
        raise NotFound("没有这个中心。", "There is no such centre.")
    return moved
