"""What capabilities above do when something happens to a case, in its transaction. `app/capabilities.py` lists all of it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from enum import StrEnum

from app.cases.actions.access import Part
from app.cases.queries.one import LoadedCase
from app.reference.actions import ActionContext


class Moment(StrEnum):
    """What happened to the case."""

    ENDED = "ended"  # closed, declined, referred, withdrawn or merged; its assignments have ended
    TAKEN_UP = "taken_up"  # a merge was undone: what ended at that instant stands again, its assignments already do


# context, case, when it happened (of TAKEN_UP: when it had ended) → by which parts it is seen no more
Reaction = Callable[[ActionContext, LoadedCase, datetime], Awaitable[Collection[Part]]]
_reactions: dict[Moment, tuple[Reaction, ...]] = {}


def set_reactions(reactions: Mapping[Moment, tuple[Reaction, ...]]) -> None:
    """Who reacts to what, in order; set once by the composition."""
    _reactions.clear()
    _reactions.update(reactions)


async def react(act: ActionContext, moment: Moment, case: LoadedCase, at: datetime) -> list[Part]:
    """Let everybody concerned do their part."""
    return [part for reaction in _reactions.get(moment, ()) for part in await reaction(act, case, at)]
