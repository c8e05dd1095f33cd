"""What capabilities above do when something happens to a case, in its transaction. `app/capabilities.py` lists all of it."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum

from app.reference.actions import ActionContext


class Moment(StrEnum):
    """What happened to the case."""

    ENDED = "ended"  # closed, declined, referred, withdrawn or merged; its assignments have ended
    TAKEN_UP = "taken_up"  # a merge was undone: what ended at that instant stands again, its assignments already do


# context, case, when it happened (of TAKEN_UP: when it had ended)
Reaction = Callable[[ActionContext, uuid.UUID, datetime], Awaitable[None]]
_reactions: dict[Moment, tuple[Reaction, ...]] = {}


def set_reactions(reactions: Mapping[Moment, tuple[Reaction, ...]]) -> None:
    """Who reacts to what, in order; set once by the composition."""
    _reactions.clear()
    _reactions.update(reactions)


async def react(act: ActionContext, moment: Moment, case_id: uuid.UUID, at: datetime) -> None:
    """Let everybody concerned do their part."""
    for reaction in _reactions.get(moment, ()):
        await reaction(act, case_id, at)
