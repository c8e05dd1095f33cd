"""What cases bring."""

from app.cases.rules import CASE_STEPS
from app.core.capability import Capability
from app.core.workflow import WORKFLOWS


def register() -> None:
    """The table of a case's steps."""
    WORKFLOWS.add({"case": CASE_STEPS})


TAGS = {
    "cases": "Reading cases: lists, counts, one case, its timeline. Only what the caller may see exists.",
    "steps": "What is done on a case. Each case names the steps its caller may take in `available_actions`.",
    "notices": "What residents are told in writing: each notice as it was made, how it was served, what still waits.",
    "resident": "The resident's own access: number and query code, no login.",
}
CASES = Capability("cases", tags=TAGS, register=register, append_only=("event",))
