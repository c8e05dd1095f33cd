"""What a resident reads with number and query code, without a login."""

from fastapi import APIRouter

from app.cases import actions
from app.cases.actions import codes
from app.cases.queries.page import ask, ask_for_notices
from app.cases.resident import ThisCaseByCode
from app.cases.rules.correcting import FIELDS
from app.cases.schemas.correcting import CorrectByCodeIn, CorrectedOut
from app.cases.schemas.notices import ServedOut
from app.cases.schemas.resident import CodeAskedOut, ConcernsSaidOut, QueryOut, UndoneOut
from app.cases.schemas.taken import CodeIn, ConcernsByCodeIn, QueryIn
from app.core.errors import Conflict, Invalid, NotFound, TooMany, Words
from app.core.openapi import may_answer

_SENT = Words(
    "编号与登记的手机号相符的，新的查询码将以短信发到该手机号，旧码随之失效。",
    "If the number and the phone on file belong together, a new code is sent to that phone and the old one ends.",
)
_UNDONE = Words(
    "已撤销工作人员的登记，您的事项恢复到此前状态。",
    "What staff had recorded is undone; your matter stands as it did before.",
)
router = APIRouter(prefix="/v1/query", tags=["resident"], responses=may_answer(NotFound, TooMany))


@router.post("", response_model_exclude_none=True, summary="Where is my matter?")
async def ask_for_progress(sent: QueryIn, case: ThisCaseByCode) -> QueryOut:
    """In plain words, for whoever holds the number and the code of the receipt."""
    return await case.read(
        sent, lambda conn: ask(conn, sent.number, sent.code, reference=case.rules, language=case.language)
    )


_SAID = Words(
    "已登记。所列单位和人员即时回避；以文字说明的，在核定所涉单位之前，由上级承办，下级单位不得接触。",
    "Noted. The units you named stand back at once; where you used words, only the tier above has it in hand until it has been"
    " settled which unit is meant.",
)


@router.post("/concerns", summary="Say whom it concerns, or who must not be involved", responses=may_answer(Conflict))
async def say_concerned(sent: ConcernsByCodeIn, case: ThisCaseByCode) -> ConcernsSaidOut:
    """回避: at any time, for whoever holds the number and the code of the receipt. A unit that is named is kept out at once,
    with everybody under it; words wait for the tier above to name the unit. `let_in` ends what `not_to` said."""
    said = actions.SaidByResident(
        units=[one.unit for one in sent.concerns if one.unit], words=[one.text for one in sent.concerns if one.text],
        not_to=[one.unit for one in sent.not_to], let_in=sent.let_in,
    )  # fmt: skip
    await case.run(sent, lambda act, found: actions.say_concerned(act, found, said))
    return ConcernsSaidOut(number=sent.number, said=_SAID.say(case.language))


@router.post("/notices", summary="What was I told in writing?")
async def ask_for_served(sent: QueryIn, case: ThisCaseByCode) -> ServedOut:
    """Every notice that was served, as it was made, for whoever holds the number and the code of the receipt."""
    served = await case.read(sent, lambda conn: ask_for_notices(conn, sent.number, sent.code, language=case.language))
    return ServedOut(items=served)


_CORRECTED = Words(
    "已更正，更正前的内容留存在案，承办单位已获告知。没有变化的，不作更正。",
    "Corrected; what stood before is kept, and who handles it is told. What said so already was left.",
)


@router.post("/correct", summary="Correct what is yours", responses=may_answer(Conflict, Invalid))
async def correct_own(sent: CorrectByCodeIn, case: ThisCaseByCode) -> CorrectedOut:
    """更正: at once, without asking anybody. Your words until there is a result, since that answers them; your name, phone and
    address always. What stood before is kept for who handles the matter."""
    fields = await case.run(sent, lambda act, found: actions.correct_by_code(act, found, sent))
    words = [FIELDS[name].say(case.language) for name in fields]
    return CorrectedOut(number=sent.number, corrected=words, said=_CORRECTED.say(case.language))


@router.post("/undo", summary="That was not my wish", responses=may_answer(Conflict))
async def undo_recorded_wish(sent: QueryIn, case: ThisCaseByCode) -> UndoneOut:
    """撤销 what staff recorded last as your wish, withdrawn or sent up, within the time that the message to you named: the
    matter stands again as it did. What a centre above has signed for stays with it."""
    await case.run(sent, actions.undo)
    return UndoneOut(number=sent.number, said=_UNDONE.say(case.language))


@router.post("/code", status_code=202, summary="Send me a new query code")
async def ask_for_code(sent: CodeIn, case: ThisCaseByCode) -> CodeAskedOut:
    """For whoever lost the code: where the number is that of a matter and the phone that of who brought it, a new code is sent
    there, once an hour at most, and the old one ends. The answer is the same whatever they are."""
    await case.ask(lambda conn: codes.ask_for_code(conn, sent.number, sent.phone, now=case.at))
    return CodeAskedOut(said=_SENT.say(case.language))
