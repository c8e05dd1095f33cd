"""Keeping a centre: hours, windows, rooms, stations, the rota; booking rooms. Capabilities above call what stands here."""

from app.centres.actions.booking import book, release
from app.centres.actions.rota import begin_absence, pass_shift
from app.centres.actions.setup import Change, begin

__all__ = ["Change", "begin", "begin_absence", "book", "pass_shift", "release"]
