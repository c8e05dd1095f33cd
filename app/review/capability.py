"""What reviews bring beside the routes."""

from app.cases.rules.registry import STEP_WORDS, StepWords
from app.core.capability import Capability
from app.core.errors import Words
from app.messages.rules import TEMPLATES, Template

STEPS = {
    "review_applied": StepWords(
        Words("已申请复查（复核）", "a review was applied for"),
        lambda data: (
            Words(
                "工作人员按您的意愿登记了复查（复核）申请；您本人的理由仍可凭查询码补充。",
                "Staff filed an application for a review at your wish; you may add your own reasons with the query code.",
            )
            if "proof" in data
            else Words("您的复查（复核）申请已登记。", "Your application for a review is registered.")
        ),
    ),
    "own_reasons": StepWords(
        Words("群众补充了复查理由", "the resident added their own reasons"),
        Words("您本人的理由已补充到本复查（复核）件。", "Your own reasons were taken into this review."),
    ),
    "review_not_taken": StepWords(
        Words("申请复查未予登记，已说明", "a review was asked for and explained why not"),
        Words(
            "您的复查（复核）申请未予登记，已说明理由。",
            "Your application for a review was not taken; you were told why.",
        ),
    ),
}
MESSAGES = {
    "own_reasons": Template(
        Words("群众补充了复查理由", "The resident's own reasons"),
        Words("编号{number}的复查（复核）由他人代为申请，群众本人已补充理由，请一并审查。",
              "The review {number} was filed for the resident, who has added their own reasons; take them into account."),
    ),
}  # fmt: skip


def register() -> None:
    """What its steps are called, and what is told of them."""
    STEP_WORDS.add(STEPS)
    TEMPLATES.add(MESSAGES)


TAGS = {
    "review": "Going up against an opinion, and asking for a closed case to be taken up again.",
}
REVIEW = Capability("review", tags=TAGS, register=register)
