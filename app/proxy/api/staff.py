"""Staff arrange a proxy; the proxy carries it."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import to_json

from app.cases.actions import still_seen
from app.cases.queries.one import get_facts
from app.core import paging
from app.core.access import Actor, Permission
from app.core.database import Connection
from app.core.http import Call, Language, Now, Read, ThisCall, ThisVersion, Write, reference, requires
from app.core.idempotency import once, reply
from app.core.openapi import carries
from app.proxy import actions, queries
from app.proxy.schemas import (
    AuthoriseIn,
    DropErrandIn,
    ErrandIn,
    FileIn,
    FinishErrandIn,
    LostSightOut,
    OfferProxyIn,
    PassOnIn,
    PlanErrandIn,
    ProxyItem,
    ProxyOut,
    ProxyPage,
    ReasonForIn,
    RevokeIn,
    WishIn,
)
from app.reference.actions import ActionContext
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["proxy"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanAsk = Annotated[Actor, Depends(requires(Permission.CASE_REGISTER))]
CanArrange = Annotated[Actor, Depends(requires(Permission.PROXY_ARRANGE))]
CanCarry = Annotated[Actor, Depends(requires(Permission.PROXY_CARRY))]
Rules = Annotated[Reference, Depends(reference)]


@router.get("/me/proxies", response_model=ProxyPage, summary="What do I carry for residents?")
async def list_my_proxies(
    actor: CanRead, conn: Read, at: Now, said: Language, request: Request, response: Response,
    limit: paging.Limit = paging.PAGE, cursor: paging.Cursor = None,
) -> ProxyPage:  # fmt: skip
    """The live ones that the caller carries; each is gone from here as its authority ends."""
    last = paging.decode(cursor, 1, uuids=True)
    after = uuid.UUID(last[0]) if last else None
    rows = await queries.list_mine(conn, actor=actor, after=after, limit=limit + 1)
    if len(rows) > limit:
        response.headers.update(paging.link(request, paging.encode([str(rows[limit - 1]["id"])])))
    return ProxyPage(items=[ProxyItem(**queries.item(row, at, said)) for row in rows[:limit]])


@router.get("/cases/{case_id}/proxies", response_model=ProxyPage, summary="Proxies of a case")
async def list_case_proxies(
    case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language, rules: Rules
) -> ProxyPage:  # fmt: skip
    """All there were, the first one first."""
    await get_facts(conn, case_id, rules, actor=actor)
    return ProxyPage(
        items=[ProxyItem(**queries.item(row, at, said)) for row in await queries.list_of_case(conn, case_id)]
    )


@router.get(
    "/proxies/{proxy_id}", response_model=ProxyOut, summary="One proxy", responses={200: carries("ETag")}
)  # fmt: skip
async def get_proxy(proxy_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language, rules: Rules) -> Response:
    """Authorities, errands, notices, and what this caller may do. The ETag is its version."""
    return reply(200, *await _page(conn, proxy_id, actor, rules, at, said))


async def _page(
    conn: Connection, proxy: uuid.UUID, actor: Actor, rules: Reference, at: Any, language: str
) -> tuple[bytes, str]:
    whole = await queries.get_whole(conn, await queries.get_row(conn, proxy, actor=actor))
    shown = queries.page(whole, actor=actor, reference=rules, now=at, language=language)
    return to_json(shown), str(shown["version"])


@router.post(
    "/cases/{case_id}/proxies", response_model=ProxyOut, summary="Ask for a proxy", status_code=201,
    responses={201: carries("ETag")},
)  # fmt: skip
async def request_proxy(
    case_id: uuid.UUID, sent: WishIn, conn: Write, call: ThisCall, rules: Rules, actor: CanAsk
) -> Response:
    """申请代办, at the resident's wish. Never of an accusation; one at a time. The case's version moves on."""

    async def act() -> tuple[int, bytes, str | None]:
        made = await actions.request(ActionContext(conn, rules, actor, call.now, 0), case_id, wish=sent.wish)
        return 201, *await _page(conn, made, actor, rules, call.now, call.language)

    return await once(conn, call, act)


class Move:
    """One change of a proxy: replays first, then the version, then the step; the reply is its page, while it is seen."""

    def __init__(
        self, proxy_id: uuid.UUID, conn: Write, call: ThisCall, version: ThisVersion, rules: Rules
    ) -> None:  # fmt: skip
        self.id, self.conn, self.call, self.rules = proxy_id, conn, call, rules
        self.act = ActionContext(conn, rules, call.actor, call.now, version)

    async def take(self, step: Callable[[ActionContext, uuid.UUID], Awaitable[Any]]) -> Response:
        """Take the step once and show the proxy as it is then."""
        call: Call = self.call

        async def act() -> tuple[int, bytes, str | None]:
            await step(self.act, self.id)
            row = await queries.get_by_id(self.conn, self.id)
            if not await still_seen(self.conn, row["case_id"], actor=call.actor):
                return 200, to_json({"id": self.id, "seen": False}), str(row["version"])
            return 200, *await _page(self.conn, self.id, call.actor, self.rules, call.now, call.language)

        return await once(self.conn, call, act)


ThisMove = Annotated[Move, Depends(Move, scope="function")]


def _step(action: str, summary: str, name: str) -> Callable[..., Any]:
    return router.post(
        f"/proxies/{{proxy_id}}/actions/{action}", response_model=ProxyOut | LostSightOut, summary=summary, name=name
    )  # fmt: skip


# --- Arranging


@_step("offer", "Offer a proxy", "offer_proxy")
async def offer(sent: OfferProxyIn, move: ThisMove, _: CanArrange) -> Response:
    """推荐代办员. Never anybody whom the matter concerns or who stands under them, nor of another area. It opens nothing:
    the sight comes with the authority."""
    return await move.take(
        lambda act, found: actions.offer(act, found, staff=sent.staff, capacity=sent.capacity, name=sent.name)
    )


@_step("recall", "Take the offer back", "recall_proxy")
async def recall(move: ThisMove, _: CanArrange) -> Response:
    """收回推荐; somebody else may be offered."""
    return await move.take(actions.recall)


@_step("decline", "No proxy after all", "decline_proxy")
async def decline(sent: ReasonForIn, move: ThisMove, _: CanArrange) -> Response:
    """The resident does not want one, or none can be found; they read the reason."""
    return await move.take(lambda act, found: actions.decline(act, found, reason=sent.reason))


@_step("authorise", "Record the authority", "authorise_proxy")
async def authorise(sent: AuthoriseIn, move: ThisMove, _: CanArrange) -> Response:
    """登记授权: matter, powers, period and evidence, by somebody other than the proxy; a later one takes its place. The proxy
    sees the case from now until the period ends, by itself, or the authority does."""
    terms = actions.Terms(
        sent.matter,
        frozenset(sent.powers),
        sent.valid_until,
        sent.evidence,
        sent.valid_from,
        sent.attachments,
        sent.consent,
    )
    return await move.take(lambda act, found: actions.authorise(act, found, terms))


@_step("revoke", "The resident withdraws the authority", "revoke_proxy")
async def revoke(sent: RevokeIn, move: ThisMove, _: CanCarry) -> Response:
    """撤回委托, in writing, recorded by who arranges or by the proxy who received it. Acts and sight end at once."""
    return await move.take(lambda act, found: actions.revoke(act, found, words=sent.words))


# --- Carrying


@_step("file", "File the authority", "file_proxy")
async def file(sent: FileIn, move: ThisMove, _: CanCarry) -> Response:
    """备案, by the next working day (D1)."""
    return await move.take(lambda act, found: actions.file(act, found, number=sent.filing_number))


@_step("plan_errand", "Plan an errand", "plan_errand")
async def plan_errand(sent: PlanErrandIn, move: ThisMove, _: CanCarry) -> Response:
    """Within the powers: `file` needs submit_materials, `ask` and `urge` enquire, `accompany` attend_sessions,
    `fetch_reply` receive_notices; `report_back` none."""
    return await move.take(
        lambda act, found: actions.plan_errand(act, found, kind=sent.kind, plan=sent.plan, unit=sent.unit)
    )


@_step("begin_errand", "Begin an errand", "begin_errand")
async def begin_errand(sent: ErrandIn, move: ThisMove, _: CanCarry) -> Response:
    """Under way."""
    return await move.take(lambda act, found: actions.begin_errand(act, found, errand=sent.errand))


@_step("finish_errand", "An errand is done", "finish_errand")
async def finish_errand(sent: FinishErrandIn, move: ThisMove, _: CanCarry) -> Response:
    """With its proof: words, time, one point of a named system, files of the case, what the unit answered."""
    place = sent.place
    proof = actions.Proof(
        sent.at, sent.words, sent.reply, (place.lon, place.lat) if place else None, place.crs if place else None,
        sent.attachments,
    )  # fmt: skip
    return await move.take(lambda act, found: actions.finish_errand(act, found, errand=sent.errand, proof=proof))


@_step("drop_errand", "An errand is not needed", "drop_errand")
async def drop_errand(sent: DropErrandIn, move: ThisMove, _: CanCarry) -> Response:
    """With why."""
    return await move.take(lambda act, found: actions.drop_errand(act, found, errand=sent.errand, reason=sent.reason))


@_step("pass_on", "A notice was passed on", "pass_on_notice")
async def pass_on(sent: PassOnIn, move: ThisMove, _: CanCarry) -> Response:
    """转告文书, within one working day (D2). It serves nothing: the resident's own times run from service as the law has it."""
    return await move.take(
        lambda act, found: actions.pass_on(
            act, found, notice=sent.notice, method=sent.method, at=sent.at, words=sent.words
        )
    )


@_step("close", "It is carried to its end", "close_proxy")
async def close(move: ThisMove, _: CanCarry) -> Response:
    """代办完成: no errand is open, no notice is owed, the resident was reported to. It closes no case."""
    return await move.take(actions.close)


@_step("step_down", "The proxy steps down", "step_down_proxy")
async def step_down(sent: ReasonForIn, move: ThisMove, _: CanCarry) -> Response:
    """辞任, with why; another may be asked for."""
    return await move.take(lambda act, found: actions.step_down(act, found, reason=sent.reason))
