"""Bringing the history of other systems in."""

from app.imports.actions.cases import Outcome, Progress, import_cases
from app.imports.actions.mapping import read_mapping

__all__ = ["Outcome", "Progress", "import_cases", "read_mapping"]
