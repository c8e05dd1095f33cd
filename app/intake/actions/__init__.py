"""Turning reports into cases."""

from app.intake.actions.lane import Lane
from app.intake.actions.receipt import Receipt, show
from app.intake.actions.register import Entry, Report, Upward, prepare, register

__all__ = ["Entry", "Lane", "Receipt", "Report", "Upward", "prepare", "register", "show"]
