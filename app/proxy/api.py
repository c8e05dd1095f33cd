"""Staff arrange a proxy, the proxy carries the matter; the resident asks, authorises and withdraws by number and code."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.attachments.actions import Store
from app.attachments.rules.files import EXTENSIONS, MEDIA_TYPES
from app.cases.queries.one import LoadedCase
from app.cases.queries.visible import require_visible
from app.cases.resident import CaseByCode, ThisCaseByCode
from app.cases.schemas.page import UnseenOut
from app.cases.schemas.taken import QueryIn
from app.core.access import Actor, Permission
from app.core.errors import Conflict, NotFound, TooMany
from app.core.http import Language, Now, Read, download, requires
from app.core.openapi import carries, gives_file, may_answer
from app.core.paging import ThisPage
from app.proxy import queries, schemas
from app.proxy.actions import arranging, carrying
from app.proxy.rules import PROXIES
from app.reference.actions import ActionContext
from app.reference.runner import StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["proxy"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


@router.get("/me/proxies", summary="What do I carry for residents?")
async def list_my_proxies(actor: CanRead, conn: Read, at: Now, said: Language, page: ThisPage) -> schemas.ProxyPage:
    """The live ones that the caller carries; each is gone from here as its authority ends."""
    rows = await queries.list_mine(conn, actor=actor, after=page.after(1, uuids=True), limit=page.most, now=at)
    return schemas.ProxyPage(
        items=[queries.as_item(proxy, at, said) for proxy in page.of(rows, lambda proxy: (proxy.id,))]
    )


@router.get("/cases/{case_id}/proxies", summary="Proxies of a case")
async def list_case_proxies(
    case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language
) -> schemas.ProxyPage:
    """All there were, the first one first."""
    await require_visible(conn, case_id, actor=actor)
    return schemas.ProxyPage(
        items=[queries.as_item(proxy, at, said) for proxy in await queries.list_of_case(conn, case_id, now=at)]
    )


@router.get(
    "/proxies/{proxy_id}", response_model=schemas.ProxyOut, summary="One proxy", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_proxy(proxy_id: uuid.UUID, reader: ThisReader) -> Response:
    """Authorities, errands, notices, and what this caller may do. The ETag is its version."""
    return await reader.show(proxy_id, queries.show_proxy)


@router.post(
    "/cases/{case_id}/proxies", response_model=schemas.ProxyOut, summary="Ask for a proxy", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_REGISTER))],
)  # fmt: skip
async def request_proxy(case_id: uuid.UUID, sent: schemas.WishIn, creator: ThisCreator) -> Response:
    """申请代办, at the resident's wish, shown by their query code or a signed paper. Never of an accusation; one at a time.
    The case's version moves on."""
    return await creator.run(
        lambda act: arranging.request(act, case_id, wish=sent.wish, code=sent.code, paper=sent.paper),
        queries.show_proxy,
    )


STEPS: dict[str, StepAction] = {
    "offer": (arranging.offer, schemas.OfferProxyIn),
    "recall": (arranging.recall, None),
    "decline": (arranging.decline, schemas.ReasonForIn),
    "authorise": (arranging.authorise, schemas.AuthoriseIn),
    "revoke": (arranging.revoke, schemas.RevokeIn),
    "file": (carrying.file, schemas.FileIn),
    "plan_errand": (carrying.plan_errand, schemas.PlanErrandIn),
    "begin_errand": (carrying.begin_errand, schemas.ErrandIn),
    "finish_errand": (carrying.finish_errand, schemas.FinishErrandIn),
    "drop_errand": (carrying.drop_errand, schemas.DropErrandIn),
    "pass_on": (carrying.pass_on, schemas.PassOnIn),
    "close": (carrying.close, None),
    "step_down": (carrying.step_down, schemas.ReasonForIn),
}
step_routes(
    router, PROXIES, "/proxies/{proxy_id}", STEPS, answer=schemas.ProxyOut | UnseenOut, show=queries.show_proxy, key="proxy_id",
    names={"pass_on": "pass_on_notice", "step_down": "step_down_proxy"},
)  # fmt: skip


by_code = APIRouter(prefix="/v1/query/proxy", tags=["resident"], responses=may_answer(NotFound, TooMany))


async def _then_own(
    case: CaseByCode, sent: QueryIn, step: Callable[[ActionContext, LoadedCase], Awaitable[object]] | None = None
) -> schemas.OwnProxiesOut:
    """Take the step and show how everything stands then."""

    async def act(doing: ActionContext, found: LoadedCase) -> list[schemas.OwnProxyOut]:
        if step is not None:
            await step(doing, found)
        return await queries.list_own(doing, found.case_id, case.language)

    return schemas.OwnProxiesOut(items=await case.run(sent, act))


@by_code.post("", summary="What did my proxy do?")
async def ask_for_proxies(sent: QueryIn, case: ThisCaseByCode) -> schemas.OwnProxiesOut:
    """Every proxy there was: who, with which powers until when, each errand with its proof, each notice and when it was
    passed on. It stays readable after the authority has ended."""
    return await _then_own(case, sent)


@by_code.post("/ask", status_code=201, summary="Ask for a proxy", responses=may_answer(Conflict))
async def ask_for_proxy(sent: schemas.AskForProxyIn, case: ThisCaseByCode) -> schemas.OwnProxiesOut:
    """申请代办. A window clerk or coordinator offers somebody; nobody sees more of the case before you authorise them."""
    return await _then_own(case, sent, lambda act, found: arranging.request_by_code(act, found, wish=sent.wish))


@by_code.post("/authorise", summary="Authorise the proxy", responses=may_answer(Conflict))
async def authorise_own_proxy(sent: schemas.AuthoriseByCodeIn, case: ThisCaseByCode) -> schemas.OwnProxiesOut:
    """授权 who was offered: what they may do, and until when; or change it. The same again changes nothing. A proxy never
    rates, closes, withdraws or goes up for you."""
    return await _then_own(
        case, sent,
        lambda act, found: arranging.authorise_by_code(
            act, found.case_id, matter=sent.matter, powers=sent.powers, valid_until=sent.valid_until
        ),
    )  # fmt: skip


@by_code.post("/decline", summary="Not this proxy", responses=may_answer(Conflict))
async def decline_own_proxy(sent: schemas.DeclineByCodeIn, case: ThisCaseByCode) -> schemas.OwnProxiesOut:
    """不同意 who was offered: another may be, or none."""
    return await _then_own(
        case,
        sent,
        lambda act, found: arranging.decline_by_code(act, found.case_id, words=sent.words, another=sent.another),
    )


@by_code.post("/revoke", summary="Withdraw the authority", responses=may_answer(Conflict))
async def revoke_own_proxy(sent: schemas.RevokeByCodeIn, case: ThisCaseByCode) -> schemas.OwnProxiesOut:
    """撤回委托, at any time and without a reason. At once: the proxy does nothing more and sees nothing more."""
    return await _then_own(
        case, sent, lambda act, found: arranging.revoke_by_code(act, found.case_id, words=sent.words)
    )


@by_code.post(
    "/proof", response_class=Response, summary="A file among what my proxy did",
    responses={**gives_file(*MEDIA_TYPES.values()), **may_answer(Conflict)},
)  # fmt: skip
async def ask_for_proof(sent: schemas.ProofByCodeIn, case: ThisCaseByCode) -> Response:
    """The photo of the signed paper, or the proof of an errand; nothing else of the file is opened here."""
    kept = Store.of(case.request.app.state.city)
    proof, content = await case.run(
        sent, lambda act, found: carrying.open_proof(act, found.case_id, attachment=sent.attachment, store=kept)
    )
    return download(content, proof.media_type, f"{sent.attachment}.{EXTENSIONS[proof.media_type]}")


routers = (router, by_code)
