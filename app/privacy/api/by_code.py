"""What a resident asks about their own data, with number and query code."""

from fastapi import APIRouter

from app.cases.resident import ThisCaseByCode
from app.core.errors import ActionRefused, Conflict, NotFound, TooMany, Words
from app.core.openapi import may_answer
from app.privacy import actions
from app.privacy.schemas import CopyOut, OwnRequestIn, OwnRequestNumberIn, RequestReceiptOut, RequestWithdrawnOut

router = APIRouter(
    prefix="/v1/query/data_requests", tags=["resident"], responses=may_answer(NotFound, TooMany, Conflict)
)
_TAKEN = Words(
    "已收到您的请求，由未经办本件的人员审查，在期限内答复；答复凭编号和查询码查询。",
    "Your request is received. Somebody who did not handle the matter decides, in time; read the answer with number and code.",
)
_WITHDRAWN = Words("请求已撤回。", "The request is taken back.")


@router.post("", status_code=201, summary="Ask about my own data")
async def ask_about_own_data(sent: OwnRequestIn, case: ThisCaseByCode) -> RequestReceiptOut:
    """查阅复制、更正补充、删除、解释说明 (个人信息保护法 44 to 48). The same asked again while it is open gives the same number.
    Names, phones and words are corrected at once and without asking by `POST /v1/query/correct`."""
    receipt = await case.run(
        sent, lambda act, found: actions.ask_by_code(act, found, asked=sent.asked, words=sent.words)
    )
    return RequestReceiptOut(
        number=receipt.number, asked=sent.asked.words.say(case.language), due=receipt.due,
        said=_TAKEN.say(case.language),
    )  # fmt: skip


@router.post("/withdraw", summary="Take a request back", responses=may_answer(ActionRefused))
async def withdraw_own_request(sent: OwnRequestNumberIn, case: ThisCaseByCode) -> RequestWithdrawnOut:
    """While it is open."""
    await case.run(sent, lambda act, found: actions.withdraw_by_code(act, found, sent.request))
    return RequestWithdrawnOut(number=sent.request, said=_WITHDRAWN.say(case.language))


@router.post("/copy", summary="Fetch the copy of my data", responses=may_answer(ActionRefused))
async def fetch_own_copy(sent: OwnRequestNumberIn, case: ThisCaseByCode) -> CopyOut:
    """All that the case holds of you, as data and as a page to read: once, within the days that the answer names."""
    return await case.run(sent, lambda act, found: actions.fetch_by_code(act, found, sent.request))
