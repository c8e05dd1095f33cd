"""The resident's own doors beside the query: no login, number and code, counted per address and number."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.cases import actions as cases
from app.cases.queries.one import LoadedCase
from app.cases.schemas import QueryIn
from app.core.errors import Conflict, NotFound, TooMany, Words
from app.core.http import ResidentAccess
from app.core.openapi import may_answer
from app.reference.actions import ActionContext
from app.review import actions
from app.review.schemas import (
    AskedOut,
    GoUpIn,
    RatedOut,
    RateIn,
    ReopenByCodeIn,
    ReviewByCodeIn,
    ReviewReceiptOut,
    WentUpOut,
)

router = APIRouter(prefix="/v1/query", tags=["resident"], responses=may_answer(NotFound, Conflict, TooMany))

_FILED = Words(
    "复查（复核）申请已登记，由上一级机关办理；请保存新的编号和查询码。",
    "The application is registered with the organ above; keep its own number and code.",
)
_PASSED_ON = Words(
    "申请已登记。作出处理意见的已是市级机关，本市没有其上一级机关，由一站式受理总台告知您应向自治区哪一机关提出，并协助转交；请保存新的编号和查询码。",
    "The application is registered. A city organ decided and the city has none above it: the intake desk will tell you"
    " which organ of the region to turn to, and help pass it on. Keep its own number and code.",
)
_ASKED = Words(
    "已收到，由承办人员以外的人决定是否重新办理，结果可凭查询码查询。",
    "Received. Somebody who did not work the case decides whether it is taken up again; the query shows the outcome.",
)
_UP = Words(
    "已按您的意愿上报；上一级中心签收之前，现办理单位仍负责办理。",
    "Taken up at your wish; who has the case stays responsible until the centre above signs for it.",
)
_THANKS = Words("感谢评价。", "Thank you for the rating.")


class Opened(ResidentAccess):
    """Somebody holds number and code of a case."""

    async def take(self, sent: QueryIn, step: Callable[[ActionContext, LoadedCase], Awaitable[Any]]) -> Any:
        """Take the step on their case."""
        held = (sent.number, sent.code)
        return await self.run(sent.number, lambda conn: cases.by_code(conn, self.rules, self.at, held, step))


ThisCase = Annotated[Opened, Depends(Opened)]


@router.post("/review", status_code=201, response_model=ReviewReceiptOut, summary="Apply for review or re-review")
async def apply_for_review(sent: ReviewByCodeIn, opened: ThisCase) -> ReviewReceiptOut:
    """申请复查、复核（信访工作条例 35、36）. Against the latest written opinion on the matter, within 30 days of its
    receipt, to the organ one tier above. What is not taken is explained, and that it was asked is kept. The same words
    sent again give the first receipt."""
    filed: actions.Application = await opened.take(
        sent, lambda act, case: actions.apply(act, case.facts.id, reasons=sent.reasons, channel="app")
    )
    body, said = filed.receipt.body, _PASSED_ON if filed.waits else _FILED
    return ReviewReceiptOut(
        number=body["number"], query_code=filed.receipt.query_code, stage=filed.relation,
        said=said.say(opened.language), handled_by=opened.rules.names.get(body["lead_unit"]), due=filed.due,
    )  # fmt: skip


@router.post("/rate", response_model=RatedOut, summary="Rate what was done")
async def rate_case(sent: RateIn, opened: ThisCase) -> RatedOut:
    """评价: by the resident alone, once, within 30 days of closing. A rating of `unsatisfied` opens a request to have the
    case taken up again."""
    asked: bool = await opened.take(
        sent,
        lambda act, case: cases.rate(act, case, satisfaction=sent.satisfaction, solved=sent.solved, words=sent.words),
    )
    said = (_ASKED if asked else _THANKS).say(opened.language)
    return RatedOut(
        number=sent.number, satisfaction=sent.satisfaction, solved=sent.solved, reopening_asked=asked, said=said
    )


@router.post("/reopen", response_model=AskedOut, summary="Ask to have a closed case taken up again")
async def ask_to_reopen(sent: ReopenByCodeIn, opened: ThisCase) -> AskedOut:
    """申请重新办理, in words, without a low rating. Decided by somebody who did not work the case."""
    await opened.take(sent, lambda act, case: cases.ask_to_reopen(act, case, words=sent.words))
    return AskedOut(number=sent.number, said=_ASKED.say(opened.language))


@router.post("/go_up", response_model=WentUpOut, summary="Have the tier above look at it")
async def go_up_by_code(sent: GoUpIn, opened: ThisCase) -> WentUpOut:
    """按群众意愿上报: a resident may always go up, from township to county to city, before there is a result. Against a
    result there is the review."""
    above: str = await opened.take(sent, lambda act, case: cases.go_up_by_code(act, case, words=sent.words))
    return WentUpOut(number=sent.number, offered_to=opened.rules.names.get(above), said=_UP.say(opened.language))
