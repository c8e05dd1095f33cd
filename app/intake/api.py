"""POST /v1/cases and its batch."""

import asyncio
import json
import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from app.core import errors
from app.core.access import Actor, Permission
from app.core.errors import Problem
from app.core.http import Call, ThisCall, found_places, reference, requires
from app.core.idempotency import REPLAYED, once, reply
from app.core.openapi import carries
from app.intake.actions import Entry, Receipt, Report, prepare, register, show, with_code
from app.intake.schemas import BatchIn, BatchOut, ReceiptOut, ReportIn
from app.reference.queries import Reference

router = APIRouter(prefix="/v1", tags=["intake"])
CanRegister = Annotated[Actor, Depends(requires(Permission.CASE_REGISTER))]
Rules = Annotated[Reference, Depends(reference)]
_report = TypeAdapter(ReportIn)
RECEIPT = carries("ETag", "Location")
BROUGHT_BEFORE = "The same id or source number was brought before: its first receipt"


@router.post(
    "/cases", status_code=201, response_model=ReceiptOut, summary="Register one matter",
    responses={201: RECEIPT, 200: {**RECEIPT, "model": ReceiptOut, "description": BROUGHT_BEFORE}},
)  # fmt: skip
async def register_case(sent: ReportIn, call: ThisCall, actor: CanRegister, rules: Rules, request: Request) -> Response:
    """However it came: finds the cell, its worker, the centre and the competent unit, starts the clocks, and gives
    the receipt with the resident's query code. A repeat returns the first receipt, without the code."""
    _check_source(sent, actor, request)
    report = prepare(sent, rules, actor=actor, now=call.now, entry=Entry(call.caller, call.key, call.request_hash))
    result = await request.app.state.lane.file(report)
    if isinstance(result, Problem):
        raise result
    body = with_code(show(result, rules, actor, call.language, call.now), result)
    headers = {"Location": f"/v1/cases/{body['id']}", **(REPLAYED if result.replayed else {})}
    return reply(result.status, json.dumps(body, ensure_ascii=False).encode(), "1", headers)


@router.post("/cases:batch", response_model=BatchOut, summary="Register up to 500 matters")
async def register_batch(
    sent: Annotated[BatchIn, Body()], call: ThisCall, actor: CanRegister, rules: Rules, request: Request
) -> Response:
    """One key for the batch. Good items are kept, bad ones are answered as data: 200 with a status per item."""
    checked = await _checked(sent, call, rules, request)
    reports = [one for one in checked if isinstance(one, Report)]
    done: list[Receipt | Problem] = []

    def said(*, codes: bool) -> bytes:
        items = [_item(one, rules, actor, call, request.url.path, codes=codes) for one in done]
        return json.dumps({"items": items}, ensure_ascii=False).encode()

    async def act() -> tuple[int, bytes, str | None]:
        filed = iter(await register(conn, reports) if reports else [])
        done.extend(next(filed) if isinstance(one, Report) else one for one in checked)
        return 200, said(codes=False), None

    async with request.app.state.database.gathering() as conn:
        kept = await once(conn, call, act)
    return reply(200, said(codes=True)) if done else kept


async def _checked(sent: BatchIn, call: Call, rules: Reference, request: Request) -> list[Report | Problem]:
    """Each item as it may be filed, or what is wrong with it. Takes no connection, and lets others have a turn after each."""
    found: list[Report | Problem] = []
    seen: set[uuid.UUID] = set()
    for item in sent.items:
        await asyncio.sleep(0)
        try:
            checked = _report.validate_python(item)
            _check_source(checked, call.actor, request)
            report = prepare(checked, rules, actor=call.actor, now=call.now, entry=Entry())
            if report.id in seen:
                raise errors.Invalid("同一批中 id 重复。", "This id stands twice in the batch.", pointer="#/id")
            seen.add(report.id)
            found.append(report)
        except ValidationError as error:
            found.append(_as_problem(error, call.language))
        except Problem as problem:
            found.append(problem)
    return found


def _item(
    result: Receipt | Problem, rules: Reference, actor: Actor, call: Call, path: str, *, codes: bool
) -> dict[str, object]:  # fmt: skip
    if isinstance(result, Problem):
        return {"status": result.status, "problem": result.document(call.language, path)}
    body = show(result, rules, actor, call.language, call.now)
    return {"status": result.status, "case": with_code(body, result) if codes else body}


def _as_problem(error: ValidationError, language: str) -> Problem:
    places = found_places(error.errors(include_url=False, include_input=False), language)
    return errors.Invalid("请按 errors 所列逐项修改。", "Fix the fields listed in `errors`.", errors=places)


def _check_source(sent: ReportIn, actor: Actor, request: Request) -> None:
    """A number of another system is brought by that system's own key. From anybody else it would be a question whether it
    has become a case, or take it away from that system; so it is refused before anything is looked up."""
    if sent.source is None:
        return
    if actor.kind != "key":
        raise errors.Invalid(
            "来源系统编号只能由该系统的密钥提交。", "A number of another system is brought by that system's key alone.",
            pointer="#/body/source",
        )  # fmt: skip
    own = request.app.state.key_sources.get(actor.id)
    if sent.source.system != own:
        raise errors.Forbidden(
            f"此密钥只能登记来源系统 {own}。", f"This key may bring numbers of the source system {own} only."
        )
