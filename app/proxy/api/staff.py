"""Staff arrange a proxy; the proxy carries the matter."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.cases.queries.visible import require_visible
from app.cases.schemas import UnseenOut
from app.core.access import Actor, Permission
from app.core.http import Language, Now, Read, requires
from app.core.openapi import carries
from app.core.paging import ThisPage
from app.proxy import actions
from app.proxy.queries import proxies as queries
from app.proxy.queries.shown import as_item, show_proxy
from app.proxy.rules import PROXIES
from app.proxy.schemas.shown import ProxyOut, ProxyPage
from app.proxy.schemas.staff import (
    AuthoriseIn,
    DropErrandIn,
    ErrandIn,
    FileIn,
    FinishErrandIn,
    OfferProxyIn,
    PassOnIn,
    PlanErrandIn,
    ReasonForIn,
    RevokeIn,
    WishIn,
)
from app.reference.actions import ActionContext
from app.reference.runner import StepAction, ThisCreator, ThisReader, step_routes

router = APIRouter(prefix="/v1", tags=["proxy"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]


@router.get("/me/proxies", response_model=ProxyPage, summary="What do I carry for residents?")
async def list_my_proxies(actor: CanRead, conn: Read, at: Now, said: Language, page: ThisPage) -> ProxyPage:
    """The live ones that the caller carries; each is gone from here as its authority ends."""
    rows = await queries.list_mine(conn, actor=actor, after=page.after(1, uuids=True), limit=page.most, now=at)
    return ProxyPage(items=[as_item(proxy, at, said) for proxy in page.of(rows, lambda proxy: (proxy.id,))])


@router.get("/cases/{case_id}/proxies", response_model=ProxyPage, summary="Proxies of a case")
async def list_case_proxies(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> ProxyPage:
    """All there were, the first one first."""
    await require_visible(conn, case_id, actor=actor)
    return ProxyPage(items=[as_item(proxy, at, said) for proxy in await queries.list_of_case(conn, case_id, now=at)])


async def show(act: ActionContext, proxy_id: Any, language: str) -> dict[str, Any]:
    """A proxy's page."""
    proxy = await queries.get_proxy(act.conn, proxy_id, actor=act.actor, now=act.now)
    return (await show_proxy(act, proxy, language)).model_dump()


@router.get(
    "/proxies/{proxy_id}", response_model=ProxyOut, summary="One proxy", responses={200: carries("ETag")},
    dependencies=[Depends(requires(Permission.CASE_READ))],
)  # fmt: skip
async def get_proxy(proxy_id: uuid.UUID, reader: ThisReader) -> Response:
    """Authorities, errands, notices, and what this caller may do. The ETag is its version."""
    return await reader.show(proxy_id, show)


@router.post(
    "/cases/{case_id}/proxies", response_model=ProxyOut, summary="Ask for a proxy", status_code=201,
    responses={201: carries("ETag")}, dependencies=[Depends(requires(Permission.CASE_REGISTER))],
)  # fmt: skip
async def request_proxy(case_id: uuid.UUID, sent: WishIn, creator: ThisCreator) -> Response:
    """申请代办, at the resident's wish. Never of an accusation; one at a time. The case's version moves on."""
    return await creator.run(lambda act: actions.request(act, case_id, wish=sent.wish), show)


STEPS: dict[str, StepAction] = {
    "offer": (actions.offer, OfferProxyIn),
    "recall": (actions.recall, None),
    "decline": (actions.decline, ReasonForIn),
    "authorise": (actions.authorise, AuthoriseIn),
    "revoke": (actions.revoke, RevokeIn),
    "file": (actions.file, FileIn),
    "plan_errand": (actions.plan_errand, PlanErrandIn),
    "begin_errand": (actions.begin_errand, ErrandIn),
    "finish_errand": (actions.finish_errand, FinishErrandIn),
    "drop_errand": (actions.drop_errand, DropErrandIn),
    "pass_on": (actions.pass_on, PassOnIn),
    "close": (actions.close, None),
    "step_down": (actions.step_down, ReasonForIn),
}
step_routes(
    router, PROXIES, "/proxies/{proxy_id}", STEPS, answer=ProxyOut | UnseenOut, show=show, key="proxy_id",
    names={"pass_on": "pass_on_notice", "step_down": "step_down_proxy"},
)  # fmt: skip
