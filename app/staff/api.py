"""Tokens, `me`, staff on duty."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import to_json

from app.core import tokens
from app.core.access import Actor, Permission
from app.core.addresses import client_address
from app.core.database import Connection, Database
from app.core.errors import Forbidden, TooMany, Unauthenticated, Words
from app.core.http import Now, Read, Signed, ThisCall, Write, WriteAccounts, credential, requires
from app.core.idempotency import once
from app.core.openapi import may_answer
from app.core.paging import ThisPage
from app.core.rates import give_back, take
from app.core.settings import section
from app.core.shares import Share
from app.core.texts import Code
from app.staff import actions, queries
from app.staff.schemas import LiftIn, LiftOut, LoginIn, LogOutIn, LogOutOut, MeOut, OnDutyPage, PostOut, TokenOut
from app.staff.settings import LoginSettings

router = APIRouter(prefix="/v1", tags=["staff"])
MayLift = Annotated[Actor, Depends(requires(Permission.REVEAL_LIFT))]
# A password takes 20 ms of a processor to prove, and 19 MiB.
LOGINS = Share(
    at_once=4, each=2, waiting=20, seconds=10,
    full=Words("登录过于集中，请稍后再试。", "Too many log in at this moment; try again soon."),
)  # fmt: skip


@router.post("/tokens", summary="Log in", responses=may_answer(Unauthenticated, TooMany))
async def make_token(sent: LoginIn, at: Now, request: Request) -> TokenOut:
    """An access token for a local account. Failed tries are counted by address, and by account and address together, so that
    nobody shuts an account for its holder from elsewhere. Who shows an earlier token of that account (not ended, 30 days old at
    most) has tries of their own, whatever others do at the same address.
    """
    database: Database = request.app.state.accounts
    address, most = client_address(request), section(LoginSettings).login_tries_per_hour
    async with database.connection() as conn:
        own = await _own(request, conn, sent.login, at)
    buckets = {own: most} if own else {f"login {sent.login} from {address}": most, f"login from {address}": most * 10}
    async with LOGINS.turn(own or address):
        async with database.connection() as conn:
            for bucket, limit in buckets.items():
                await take(conn, bucket, limit, at)
            found = await queries.find_login(conn, sent.login)
        account = await queries.prove(found, sent.login, sent.password)
        async with database.connection() as conn:
            for bucket in buckets:
                await give_back(conn, bucket, at)
    token, seconds = tokens.issue(account, request.app.state.city, at)
    return TokenOut(access_token=token, token_type="bearer", expires_in=seconds)  # noqa: S106 (the scheme's name)


async def _own(request: Request, conn: Connection, login: str, at: datetime) -> str | None:
    """The bucket of an earlier log-in of the same account, whose token is shown."""
    session = tokens.recall(credential(request), request.app.state.city, at)
    if session is None or session.account.login != login or not await queries.is_known(conn, session):
        return None
    return f"login by {session.id}"


@router.post("/tokens/revoke", response_model=LogOutOut, summary="Log out", responses=may_answer(Forbidden))
async def revoke_token(sent: LogOutIn, conn: WriteAccounts, call: ThisCall, request: Request) -> Response:
    """Ends this log-in or, with `all`, every log-in of the account: what was issued for it is refused from now on."""
    if call.actor.kind != "staff":
        raise Forbidden("密钥不是登录，请停用密钥。", "A key is no log-in; have it disabled.")
    session = tokens.read(credential(request), request.app.state.city, call.now)

    async def act() -> tuple[int, bytes, str | None]:
        await actions.end_sessions(conn, session, everywhere=sent.all, now=call.now)
        return 200, to_json(LogOutOut(ended="all" if sent.all else "this")), None

    done = await once(conn, call, act)
    request.app.state.callers.forget()
    return done


@router.get("/me", summary="Who am I?")
async def get_me(actor: Signed, conn: Read) -> MeOut:
    """The caller's posts and permissions."""
    name = None
    if actor.kind == "staff":
        name = await conn.fetchval("select name from staff where id = $1", uuid.UUID(actor.id))
    posts = [PostOut(id=p.id, role=p.role.value, unit=p.unit, area=p.area) for p in actor.posts]
    return MeOut(id=actor.id, kind=actor.kind, name=name, posts=posts, permissions=sorted(actor.permissions))


@router.post(
    "/staff/{staff_id}/reveals", response_model=LiftOut, status_code=201, summary="Let somebody see more people in clear"
)  # fmt: skip
async def lift_reveals(staff_id: uuid.UUID, sent: LiftIn, conn: Write, call: ThisCall, actor: MayLift) -> Response:
    """For a day, by the head of the person's unit or of one above it, never by themselves. Who allowed it and why is kept."""

    async def act() -> tuple[int, bytes, str | None]:
        lift = await actions.lift_looks(conn, staff_id, sent.cases, sent.reason, actor=actor, now=call.now)
        return 201, to_json(LiftOut(staff_id, lift.cases, lift.until)), None

    return await once(conn, call, act)


@router.get("/staff", summary="Staff on duty")
async def list_staff(
    _: Annotated[Actor, Depends(requires(Permission.STAFF_READ))], conn: Read, page: ThisPage,
    unit: Code | None = None, area: Code | None = None,
) -> OnDutyPage:  # fmt: skip
    """Who holds which post, by unit or area."""
    rows = await queries.list_on_duty(conn, unit=unit, area=area, after=page.after_code(), limit=page.most)
    return OnDutyPage(items=page.of(rows, lambda row: [row.post]))
