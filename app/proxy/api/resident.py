"""What a resident does with number and query code: ask for a proxy, authorise, decline, withdraw, see what was done."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

from app.attachments.actions import Store
from app.attachments.rules import EXTENSIONS, MEDIA_TYPES
from app.cases.queries.one import LoadedCase
from app.cases.resident import CaseByCode, ThisCaseByCode
from app.cases.schemas import QueryIn
from app.core.errors import Conflict, NotFound, TooMany
from app.core.http import download
from app.core.openapi import gives_file, may_answer
from app.proxy import actions
from app.proxy.queries.shown import list_own
from app.proxy.schemas.resident import (
    AskForProxyIn,
    AuthoriseByCodeIn,
    DeclineByCodeIn,
    ProofByCodeIn,
    RevokeByCodeIn,
)
from app.proxy.schemas.shown import OwnProxiesOut, OwnProxyOut
from app.reference.actions import ActionContext

router = APIRouter(prefix="/v1/query/proxy", tags=["resident"], responses=may_answer(NotFound, TooMany))


async def _then_own(
    case: CaseByCode, sent: QueryIn, step: Callable[[ActionContext, LoadedCase], Awaitable[object]] | None = None
) -> OwnProxiesOut:
    """Take the step and show how everything stands then."""

    async def act(doing: ActionContext, found: LoadedCase) -> list[OwnProxyOut]:
        if step is not None:
            await step(doing, found)
        return await list_own(doing, found.case_id, case.language)

    return OwnProxiesOut(items=await case.run(sent, act))


@router.post("", response_model=OwnProxiesOut, summary="What did my proxy do?")
async def ask_for_proxies(sent: QueryIn, case: ThisCaseByCode) -> OwnProxiesOut:
    """Every proxy there was: who, with which powers until when, each errand with its proof, each notice and when it was
    passed on. It stays readable after the authority has ended."""
    return await _then_own(case, sent)


@router.post(
    "/ask", response_model=OwnProxiesOut, status_code=201, summary="Ask for a proxy", responses=may_answer(Conflict)
)
async def ask_for_proxy(sent: AskForProxyIn, case: ThisCaseByCode) -> OwnProxiesOut:
    """申请代办. A window clerk or coordinator offers somebody; nobody sees more of the case before you authorise them."""
    return await _then_own(case, sent, lambda act, found: actions.request_by_code(act, found, wish=sent.wish))


@router.post("/authorise", response_model=OwnProxiesOut, summary="Authorise the proxy", responses=may_answer(Conflict))
async def authorise_own_proxy(sent: AuthoriseByCodeIn, case: ThisCaseByCode) -> OwnProxiesOut:
    """授权 who was offered: what they may do, and until when; or change it. The same again changes nothing. A proxy never
    rates, closes, withdraws or goes up for you."""
    return await _then_own(
        case, sent,
        lambda act, found: actions.authorise_by_code(
            act, found.case_id, matter=sent.matter, powers=sent.powers, valid_until=sent.valid_until
        ),
    )  # fmt: skip


@router.post("/decline", response_model=OwnProxiesOut, summary="Not this proxy", responses=may_answer(Conflict))
async def decline_own_proxy(sent: DeclineByCodeIn, case: ThisCaseByCode) -> OwnProxiesOut:
    """不同意 who was offered: another may be, or none."""
    return await _then_own(
        case,
        sent,
        lambda act, found: actions.decline_by_code(act, found.case_id, words=sent.words, another=sent.another),
    )


@router.post("/revoke", response_model=OwnProxiesOut, summary="Withdraw the authority", responses=may_answer(Conflict))
async def revoke_own_proxy(sent: RevokeByCodeIn, case: ThisCaseByCode) -> OwnProxiesOut:
    """撤回委托, at any time and without a reason. At once: the proxy does nothing more and sees nothing more."""
    return await _then_own(case, sent, lambda act, found: actions.revoke_by_code(act, found.case_id, words=sent.words))


@router.post(
    "/proof", response_class=Response, summary="A file among what my proxy did",
    responses={**gives_file(*MEDIA_TYPES.values()), **may_answer(Conflict)},
)  # fmt: skip
async def ask_for_proof(sent: ProofByCodeIn, case: ThisCaseByCode) -> Response:
    """The photo of the signed paper, or the proof of an errand; nothing else of the file is opened here."""
    kept = Store.of(case.request.app.state.city)
    proof, content = await case.run(
        sent, lambda act, found: actions.open_proof(act, found.case_id, attachment=sent.attachment, store=kept)
    )
    return download(content, proof.media_type, f"{sent.attachment}.{EXTENSIONS[proof.media_type]}")
