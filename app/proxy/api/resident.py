"""The resident's own doors: asking for a proxy, authorising, declining, withdrawing, and seeing all that was done."""

from typing import Any

from fastapi import APIRouter, Response

from app.attachments.actions import Store
from app.attachments.rules import EXTENSIONS, MEDIA_TYPES
from app.cases.queries.one import LoadedCase
from app.cases.resident import CaseByCode, ThisCaseByCode
from app.cases.schemas import QueryIn
from app.core.errors import Conflict, NotFound, TooMany
from app.core.http import download
from app.core.openapi import gives_file, may_answer
from app.proxy import actions, queries
from app.proxy.rules import Evidence
from app.proxy.schemas import (
    AskForProxyIn,
    AuthoriseByCodeIn,
    DeclineByCodeIn,
    OwnProxiesOut,
    OwnProxyOut,
    ProofByCodeIn,
    RevokeByCodeIn,
)
from app.reference.actions import ActionContext

router = APIRouter(prefix="/v1/query/proxy", tags=["resident"], responses=may_answer(NotFound, TooMany))


async def _own(act: ActionContext, case: LoadedCase, language: str) -> OwnProxiesOut:
    wholes = [await queries.get_whole(act.conn, row) for row in await queries.list_of_case(act.conn, case.facts.id)]
    shown = [queries.own_view(w, reference=act.reference, now=act.now, language=language) for w in wholes]
    return OwnProxiesOut(items=[OwnProxyOut(**one) for one in shown])


async def _then_own(opened: CaseByCode, sent: QueryIn, step: Any) -> OwnProxiesOut:
    """Take the step and show how everything stands then."""

    async def act(doing: ActionContext, case: LoadedCase) -> OwnProxiesOut:
        await step(doing, case)
        return await _own(doing, case, opened.language)

    shown: OwnProxiesOut = await opened.run(sent, act)
    return shown


@router.post("", response_model=OwnProxiesOut, summary="What did my proxy do?")
async def ask_for_proxies(sent: QueryIn, opened: ThisCaseByCode) -> OwnProxiesOut:
    """Every proxy there was: who, with which powers until when, each errand with its proof, each notice and when it was
    passed on. It stays readable after the authority has ended."""
    shown: OwnProxiesOut = await opened.run(sent, lambda act, case: _own(act, case, opened.language))
    return shown


@router.post(
    "/ask", response_model=OwnProxiesOut, status_code=201, summary="Ask for a proxy", responses=may_answer(Conflict)
)
async def ask_for_proxy(sent: AskForProxyIn, opened: ThisCaseByCode) -> OwnProxiesOut:
    """申请代办. A window clerk or coordinator offers somebody; nobody sees more of the case before you authorise them."""
    return await _then_own(opened, sent, lambda act, case: actions.request_by_code(act, case, wish=sent.wish))


@router.post("/authorise", response_model=OwnProxiesOut, summary="Authorise the proxy", responses=may_answer(Conflict))
async def authorise_own_proxy(sent: AuthoriseByCodeIn, opened: ThisCaseByCode) -> OwnProxiesOut:
    """授权 who was offered: what they may do, and until when; or change it. The same again changes nothing. A proxy never
    rates, closes, withdraws or goes up for you."""
    terms = actions.Terms(sent.matter, frozenset(sent.powers), sent.valid_until, Evidence.QUERY_CODE)
    return await _then_own(opened, sent, lambda act, case: actions.authorise_by_code(act, case, terms))


@router.post("/decline", response_model=OwnProxiesOut, summary="Not this proxy", responses=may_answer(Conflict))
async def decline_own_proxy(sent: DeclineByCodeIn, opened: ThisCaseByCode) -> OwnProxiesOut:
    """不同意 who was offered: another may be, or none."""
    return await _then_own(
        opened, sent, lambda act, case: actions.decline_by_code(act, case, words=sent.words, another=sent.another)
    )


@router.post("/revoke", response_model=OwnProxiesOut, summary="Withdraw the authority", responses=may_answer(Conflict))
async def revoke_own_proxy(sent: RevokeByCodeIn, opened: ThisCaseByCode) -> OwnProxiesOut:
    """撤回委托, at any time and without a reason. At once: the proxy does nothing more and sees nothing more."""
    return await _then_own(opened, sent, lambda act, case: actions.revoke_by_code(act, case, words=sent.words))


@router.post(
    "/proof", response_class=Response, summary="A file among what my proxy did",
    responses={**gives_file(*MEDIA_TYPES.values()), **may_answer(Conflict)},
)  # fmt: skip
async def ask_for_proof(sent: ProofByCodeIn, opened: ThisCaseByCode) -> Response:
    """The photo of the signed paper, or the proof of an errand; nothing else of the file is opened by this door."""
    kept = Store.of(opened.request.app.state.city)
    found, content = await opened.run(
        sent, lambda act, case: actions.open_proof(act, case, attachment=sent.attachment, store=kept)
    )
    return download(content, found.media_type, f"{sent.attachment}.{EXTENSIONS[found.media_type]}")
