"""Keeping a centre: hours, windows, rooms, stations, the rota; booking rooms. Rooms above call `book` and `release`."""

from app.centres.actions.booking import book, release
from app.centres.actions.setup import Change, begin

__all__ = ["Change", "begin", "book", "release"]
