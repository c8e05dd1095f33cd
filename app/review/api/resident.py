"""What the resident may do beside the query: no login, number and code, counted per address and number."""

from fastapi import APIRouter

from app.cases import actions as cases
from app.cases.resident import ThisCaseByCode
from app.cases.schemas.taken import QueryIn
from app.core.errors import Conflict, NotFound, TooMany, Words
from app.core.openapi import may_answer
from app.review import actions
from app.review.schemas import (
    AskedOut,
    GoUpIn,
    RatedOut,
    RateIn,
    ReopenByCodeIn,
    ReviewByCodeIn,
    ReviewReceiptOut,
    RevokedOut,
    WentUpOut,
)

router = APIRouter(prefix="/v1/query", tags=["resident"], responses=may_answer(NotFound, Conflict, TooMany))

_FILED = Words(
    "复查（复核）申请已登记，由上一级机关办理；请保存新的编号和查询码。",
    "The application is registered with the authority above; keep its own number and code.",
)
_PASSED_ON = Words(
    "申请已登记。作出处理意见的已是市级机关，本市没有其上一级机关，由一站式受理总台告知您应向自治区哪一机关提出，并协助转交；请保存新的编号和查询码。",
    "The application is registered. A city authority decided and the city has none above it: the intake desk will tell you"
    " which authority of the region to turn to, and help pass it on. Keep its own number and code.",
)
_ASKED = Words(
    "已收到，由承办人员以外的人决定是否重新办理，结果可凭查询码查询。",
    "Received. Somebody who did not work the case decides whether it is taken up again; the query shows the outcome.",
)
_UP = Words(
    "已按您的意愿上报；上一级中心签收之前，现办理单位仍负责办理。",
    "Taken up at your wish; who has the case stays responsible until the centre above signs for it.",
)
_REVOKED = Words("评价已撤销，您可重新评价。", "The rating is taken back; you may rate anew.")
_THANKS = Words("感谢评价。", "Thank you for the rating.")


@router.post("/review", status_code=201, summary="Apply for review or re-review")
async def apply_for_review(sent: ReviewByCodeIn, case: ThisCaseByCode) -> ReviewReceiptOut:
    """申请复查、复核（信访工作条例 35、36）. Against the latest written opinion on the matter, within 30 days of its
    receipt, to the authority one tier above. What is not taken is explained, and that it was asked is kept. The same words
    sent again give the first receipt, without its code. Where staff filed one for you, yours is taken into it: you get its
    number and code."""
    filed: actions.Application = await case.run(
        sent, lambda act, found: actions.apply(act, found.facts.id, reasons=sent.reasons, channel="app")
    )
    body, said = filed.receipt.body, _PASSED_ON if filed.waits else _FILED
    return ReviewReceiptOut(
        number=body["number"], query_code=filed.receipt.query_code if filed.receipt.how == "filed" else None,
        stage=filed.relation,
        said=said.say(case.language), handled_by=case.rules.names.get(body["lead_unit"]), due=filed.due,
    )  # fmt: skip


@router.post("/rate", summary="Rate what was done")
async def rate_case(sent: RateIn, case: ThisCaseByCode) -> RatedOut:
    """评价: by the resident alone, once, within 30 days of closing. Who brought the matter is told of it by SMS and may take it
    back; it counts a week later. A rating of `unsatisfied` opens a request to have the case taken up again."""
    asked: bool = await case.run(
        sent,
        lambda act, found: cases.rate(act, found, satisfaction=sent.satisfaction, solved=sent.solved, words=sent.words),
    )
    said = (_ASKED if asked else _THANKS).say(case.language)
    return RatedOut(
        number=sent.number, satisfaction=sent.satisfaction, solved=sent.solved, reopening_asked=asked, said=said
    )


@router.post("/rate/revoke", summary="That was not my rating")
async def revoke_rating(sent: QueryIn, case: ThisCaseByCode) -> RevokedOut:
    """撤销评价, within a week, with the code of the message that told of the rating (not the query code): it counts for nothing,
    and you are invited to rate anew."""
    await case.take_back(lambda conn: cases.revoke_rating(conn, sent.number, sent.code, now=case.at))
    return RevokedOut(number=sent.number, said=_REVOKED.say(case.language))


@router.post("/reopen", summary="Ask to have a closed case taken up again")
async def ask_to_reopen(sent: ReopenByCodeIn, case: ThisCaseByCode) -> AskedOut:
    """申请重新办理, in words, without a low rating. Decided by somebody who did not work the case."""
    await case.run(sent, lambda act, found: cases.ask_to_reopen(act, found, words=sent.words))
    return AskedOut(number=sent.number, said=_ASKED.say(case.language))


@router.post("/go_up", summary="Have the tier above look at it")
async def go_up_by_code(sent: GoUpIn, case: ThisCaseByCode) -> WentUpOut:
    """按群众意愿上报: a resident may always go up, from township to county to city, before there is a result. Against a
    result there is the review."""
    above: str = await case.run(sent, lambda act, found: cases.go_up_by_code(act, found, words=sent.words))
    return WentUpOut(number=sent.number, offered_to=case.rules.names.get(above), said=_UP.say(case.language))
