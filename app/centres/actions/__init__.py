"""Keeping a centre: hours, windows, rooms, stations, the rota; booking rooms. Capabilities above call what stands here."""

from app.centres.actions.booking import book, give_back
from app.centres.actions.change import Change
from app.centres.actions.rota import begin_absence, pass_shift

__all__ = ["Change", "begin_absence", "book", "give_back", "pass_shift"]
