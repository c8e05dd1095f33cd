"""What cases bring."""

from app.cases.rules import CASE_STEPS
from app.core.capability import Capability
from app.core.workflow import WORKFLOWS


def register() -> None:
    """The table of a case's steps."""
    WORKFLOWS.add({"case": CASE_STEPS})


CASES = Capability("cases", register=register)
