"""Turning reports into cases."""

from app.intake.actions.register import Entry, Receipt, Report, prepare, register

__all__ = ["Entry", "Receipt", "Report", "prepare", "register"]
