"""Going up against an opinion."""

from app.review.actions.apply import Application, apply, apply_for

__all__ = ["Application", "apply", "apply_for"]
