"""What reviews bring beside the routes."""

from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability
from app.core.errors import Words

STEPS = {
    "review_applied": StepWords(
        Words("已申请复查（复核）", "a review was applied for"),
        Words("您的复查（复核）申请已登记。", "Your application for a review is registered."),
    ),
    "review_not_taken": StepWords(
        Words("申请复查未予登记，已说明", "a review was asked for and explained why not"),
        Words(
            "您的复查（复核）申请未予登记，已说明理由。",
            "Your application for a review was not taken; you were told why.",
        ),
    ),
}


def register() -> None:
    """What its steps are called."""
    STEP_WORDS.add(STEPS)


TAGS = {
    "review": "Going up against an opinion, and asking for a closed case to be taken up again.",
}
REVIEW = Capability("review", tags=TAGS, register=register)
