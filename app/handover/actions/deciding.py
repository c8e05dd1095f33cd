"""Who decides about whom: somebody above, or two persons where nobody is."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.core import errors
from app.core.access import Actor, Post
from app.handover.queries import find_person, list_deciding, list_first_words
from app.handover.rules import Decided, Why, may_alone, may_together, offices, stands_above
from app.reference.actions import ActionContext
from app.staff.queries import get_actor

GOOD_FOR = timedelta(days=7)  # a word of the first of two persons


@dataclass(frozen=True, slots=True)
class Reach:
    """The posts of a person whose work is handed over. `by_two`: two persons decide; `own`: it is their own leave."""

    posts: tuple[Post, ...] = ()
    by_two: bool = False
    own: bool = False

    @property
    def of_line(self) -> bool:
        """Whether the successor is of the person's line, as the actor decides nothing alone."""
        return self.by_two or self.own

    def ending(self, actor: Actor) -> list[str]:
        """The posts that end when the person leaves: all, where two decide; else those below the actor."""
        return [p.id for p in self.posts if self.by_two or any(stands_above(seat, p) for seat in actor.posts)]


async def check_reach(act: ActionContext, staff: uuid.UUID, why: Why, *, lock: bool = False) -> Reach:
    """Whether the actor may hand over for somebody. Raises NotFound, Forbidden."""
    person = await find_person(act.conn, staff, actor=act.actor, now=act.now, lock=lock)
    if person is None:
        raise errors.NotFound
    posts = (await get_actor(act.conn, staff)).posts
    if str(staff) == act.actor.id:
        if why is Why.LEAVES:
            raise errors.Forbidden("本人离任由他人办理交接。", "Your own leaving is handed over by somebody else.")
        return Reach(posts, own=True)
    if not posts and not person.within:
        raise _out_of_reach()
    return Reach(posts, by_two=bool(posts) and await takes_two(act, posts, but=staff))


async def check_record(act: ActionContext, staff: uuid.UUID) -> None:
    """Whether the actor may read what was handed over of somebody. Raises NotFound, Forbidden."""
    person = await find_person(act.conn, staff, actor=act.actor, now=act.now)
    if person is None:
        raise errors.NotFound
    if not person.within and not offices(act.actor.posts, ()):
        raise _out_of_reach()


async def takes_two(act: ActionContext, posts: Sequence[Post], *, but: uuid.UUID) -> bool:
    """Whether these posts take a second person, since nobody in the city stands above them (`but` for the very person).

    Raises Forbidden for who neither stands above nor may be one of two.
    """
    if may_alone(act.actor.posts, posts):
        return False
    above = await list_deciding(act.conn, posts, but=but)
    if not offices(act.actor.posts, posts) or any(may_alone(seats, posts) for seats in above):
        raise _out_of_reach()
    return True


async def hear(
    act: ActionContext, what: Decided, subject: str, said: Mapping[str, object], posts: Sequence[Post]
) -> str | None:  # fmt: skip
    """Who said the same before, from another office; that word is used up. Without one the actor's own is kept."""
    me, mine = uuid.UUID(act.actor.id), offices(act.actor.posts, posts)
    for other in await list_first_words(act.conn, what, subject, said, but=me, since=act.now - GOOD_FOR):
        first = await get_actor(act.conn, other)
        if may_together(mine, offices(first.posts, posts)):
            await act.conn.execute("delete from first_word where what = $1 and subject = $2", what, subject)
            return first.who
    await act.conn.execute(
        "insert into first_word (what, subject, staff, said, said_at) values ($1, $2, $3, $4, $5)"
        " on conflict (what, subject, staff) do update set said = $4, said_at = $5",
        what, subject, me, said, act.now,
    )  # fmt: skip
    return None


def _out_of_reach() -> errors.Forbidden:
    return errors.Forbidden(
        "只能为本单位职级较低的人员、或下级单位职级不高于您的人员办理；没有上级的，由负责人、管理员、审计员中的两人共同办理。",
        "This is for somebody of your unit and a higher rank, or of a unit above and no lower rank; where nobody is above, two"
        " persons decide: of head, administrator and auditor.",
    )
