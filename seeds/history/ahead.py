"""Two things at once: Python makes the next piece while the database works on the present one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

Piece = TypeVar("Piece")


async def ahead(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    """The pieces in order, none of them None; the next is made in a thread while the present one is used."""
    following = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
    while (piece := await following) is not None:
        following = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
        yield piece
