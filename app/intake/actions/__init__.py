"""Turning reports into cases."""

from app.intake.actions.receipt import Receipt, show
from app.intake.actions.register import Entry, Report, prepare, register

__all__ = ["Entry", "Receipt", "Report", "prepare", "register", "show"]
