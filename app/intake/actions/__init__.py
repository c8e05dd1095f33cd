"""Turning reports into cases."""

from app.intake.actions.batcher import RegistrationBatcher
from app.intake.actions.receipt import Receipt, show, with_code
from app.intake.actions.register import Entry, Report, Upward, prepare, register

__all__ = ["Entry", "Receipt", "RegistrationBatcher", "Report", "Upward", "prepare", "register", "show", "with_code"]
