"""Routes of attachments: a file in as it is, its facts, its content, a redacted copy, its withdrawal."""

import base64
import dataclasses
import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.background import BackgroundTask

from app.attachments import actions, queries
from app.attachments.actions import UPLOADS, Store, clean, redact
from app.attachments.rules.files import EXTENSIONS, MEDIA_TYPES, Format, Rectangle
from app.attachments.rules.steps import WORKFLOW
from app.attachments.schemas import AttachmentOut, AttachmentsOut, RedactIn, WithdrawAttachmentIn
from app.attachments.settings import AttachmentSettings
from app.cases.queries.standing import check_involved, require_involved
from app.cases.rules import Purpose
from app.core.access import Actor, Permission
from app.core.bounds import Bounds
from app.core.errors import Conflict, Invalid, TooMany, TooManyAtOnce, Words
from app.core.http import Call, Language, Now, Read, ThisCall, Write, download, requires
from app.core.idempotency import answered, once
from app.core.openapi import carries, gives_file, may_answer, takes_file
from app.core.settings import section
from app.core.texts import Title
from app.reference.actions import ActionContext
from app.reference.queries import Reference
from app.reference.runner import Rules, ThisReader, ThisRunner, step_route, versioned

router = APIRouter(prefix="/v1", tags=["attachments"])
CanRead = Annotated[Actor, Depends(requires(Permission.CASE_READ))]
CanAttach = Annotated[Actor, Depends(requires(Permission.CASE_ATTACH))]
_TITLE: TypeAdapter[str] = TypeAdapter(Title)
_UPLOADS = re.compile(r"/v1/cases/[^/]+/attachments")
# What clients call a file; which of these it is, its content says. JSON and forms are not files.
_FILES = re.compile(r"image/[a-z0-9.+-]+|application/(pdf|octet-stream)")


def takes() -> Mapping[re.Pattern[str], Bounds]:
    """The bodies of this room that are no JSON."""
    most = section(AttachmentSettings).max_bytes
    too_large = Words(
        f"文件不得超过 {most} 字节，请降低清晰度或分成几份。",
        f"A file may hold {most} bytes; lower its quality or split it.",
    )
    unsupported = Words(
        "请将文件本身作为请求体（application/octet-stream、image/* 或 application/pdf），不要用表单或 JSON。",
        "Send the file itself as the body (application/octet-stream, image/* or application/pdf), no form, no JSON.",
    )
    return {_UPLOADS: Bounds(True, most, None, _FILES, too_large, unsupported)}


async def store(request: Request) -> Store:
    """Where the city's files lie."""
    return Store.of(request.app.state.city)


ThisStore = Annotated[Store, Depends(store)]


async def admitted(case_id: uuid.UUID, request: Request, actor: CanAttach) -> AsyncIterator[None]:
    """Before megabytes are sent for nothing: the caller has a part in the case, and there is room in memory for the file."""
    async with UPLOADS.turn(actor.id):
        async with request.app.state.database.connection() as conn:
            await require_involved(conn, case_id, Permission.CASE_ATTACH, actor=actor)
        yield


Admitted = Annotated[None, Depends(admitted, scope="function")]


async def title(
    value: Annotated[
        str | None,
        Header(
            alias="Attachment-Title", max_length=2_000, examples=["%E6%BC%8F%E6%B0%B4%E7%85%A7%E7%89%87"],
            description="In UTF-8, percent-encoded; that of the purpose if left out",
        ),
    ] = None,
) -> str | None:  # fmt: skip
    """The title: not in the address, which is logged along the way. Raises Invalid."""
    if value is None:
        return None
    try:
        return _TITLE.validate_python(unquote_to_bytes(value.encode("latin-1")).decode())
    except (UnicodeError, ValidationError) as error:
        raise Invalid(
            "标题须为 1 至 200 字的 UTF-8 文字（百分号编码），不含控制符。",
            "The title has 1 to 200 characters in UTF-8, percent-encoded, and no control characters.",
            pointer="#/header/Attachment-Title",
        ) from error


async def sent_digest(
    value: Annotated[
        str | None,
        Header(
            alias="Content-Digest",
            max_length=500,
            description="SHA-256 of the file (RFC 9530): a file damaged on the way is refused",
            examples=["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"],
        ),
    ] = None,
) -> bytes | None:
    """The digest of the file as the sender has it; raises Invalid."""
    if value is None:
        return None
    found = re.search(r"(?:^|[,\s])sha-256=:([A-Za-z0-9+/]{43}=):", value)
    if found is None:
        raise Invalid(
            "Content-Digest 应为 sha-256=:BASE64:。",
            "Content-Digest is sha-256=:BASE64:.",
            pointer="#/header/Content-Digest",
        )
    return base64.b64decode(found[1])


SentTitle = Annotated[str | None, Depends(title)]
SentDigest = Annotated[bytes | None, Depends(sent_digest)]


@router.post(
    "/cases/{case_id}/attachments", response_model=AttachmentOut, summary="Attach a file", status_code=201,
    responses=may_answer(TooManyAtOnce) | {201: carries("ETag")}, openapi_extra=takes_file(),
)  # fmt: skip
async def add_attachment(
    case_id: uuid.UUID, _: Admitted, request: Request, call: ThisCall, rules: Rules, kept: ThisStore, said: SentTitle,
    digest: SentDigest, purpose: Annotated[Purpose, Query(description="What it is for")],
    redacts: Annotated[uuid.UUID | None, Query(description="The attachment that this is a redacted copy of")] = None,
) -> Response:  # fmt: skip
    """The body is the file as it is: JPEG, PNG, WebP, HEIC or PDF, by its content, whatever it is called.

    Pictures are encoded anew from their pixels, without EXIF or position; of a PDF its pages are kept, without scripts,
    attached files, metadata or electronic signatures (`removed` says so). If the connection breaks, send it again under the
    same key. The case's version moves on.
    """
    body = await request.body()
    if digest is not None and hashlib.sha256(body).digest() != digest:
        raise Invalid(
            "收到的内容与 Content-Digest 不符，请用同一幂等键重发。",
            "What arrived is not what was sent; send it again under the same key.",
            pointer="#/header/Content-Digest",
        )
    call = _with_title(call, said)
    async with request.app.state.database.connection() as conn:
        if first := await answered(conn, call):
            return first
    sent = actions.Sent(await clean(body, call.actor.id), body, purpose, said or purpose.words.zh, redacts)
    return await _attach(request, call, rules, kept, case_id, sent)


def _with_title(call: Call, said: str | None) -> Call:
    """The title belongs to what a repeat must repeat."""
    more = hashlib.sha256(call.request_hash + (said or "").encode()).digest()
    return dataclasses.replace(call, request_hash=more)


async def _attach(
    request: Request, call: Call, rules: Reference, kept: Store, case_id: uuid.UUID, sent: actions.Sent
) -> Response:
    """In a transaction that begins once the file is ready: no connection waits for a decoder."""
    async with request.app.state.database.transaction() as conn:

        async def act() -> tuple[int, bytes, str | None]:
            context = ActionContext(conn, rules, call.actor, call.now, 0)
            made = await actions.attach(context, case_id, sent, kept)
            return 201, *versioned(await _show(context, made, call.language))

        return await once(conn, call, act)


async def _show(act: ActionContext, attachment: uuid.UUID, language: str) -> AttachmentOut:
    found = await queries.get_attachment(act.conn, attachment, actor=act.actor)
    return queries.told(found, act.actor, act.now, language)


@router.get("/cases/{case_id}/attachments", summary="Attachments of a case")
async def list_attachments(case_id: uuid.UUID, actor: CanRead, conn: Read, at: Now, said: Language) -> AttachmentsOut:
    """All of them, also those withdrawn, the oldest first."""
    found = await queries.list_of_case(conn, case_id, actor=actor)
    return AttachmentsOut(items=[queries.told(one, actor, at, said) for one in found])


@router.get(
    "/attachments/{attachment_id}", response_model=AttachmentOut, summary="One attachment", responses={200: carries("ETag")}
)  # fmt: skip
async def get_attachment(attachment_id: uuid.UUID, _: CanRead, reader: ThisReader) -> Response:
    """What it is and what this caller may do with it; not its content. The ETag is its version."""
    return await reader.show(attachment_id, _show)


@router.get(
    "/attachments/{attachment_id}/content", response_class=Response, summary="The content of an attachment",
    responses=gives_file(*MEDIA_TYPES.values()) | may_answer(TooMany),
)  # fmt: skip
async def get_attachment_content(
    attachment_id: uuid.UUID, actor: CanRead, conn: Write, at: Now, kept: ThisStore
) -> Response:
    """The file in clear. Who looked and when is kept. It is to be saved, never shown as a page of this service."""
    found, content = await actions.look(conn, attachment_id, kept, actor=actor, now=at)
    return download(content, found.media_type, f"{attachment_id}.{EXTENSIONS[found.media_type]}")


@router.post(
    "/attachments/{attachment_id}/redacted", response_model=AttachmentOut, summary="Add a redacted copy", status_code=201,
    responses=may_answer(TooManyAtOnce) | {201: carries("ETag")},
)  # fmt: skip
async def redact_attachment(
    attachment_id: uuid.UUID, sent: RedactIn, request: Request, actor: CanAttach, call: ThisCall, rules: Rules,
    kept: ThisStore,
) -> Response:  # fmt: skip
    """A copy of a picture in which rectangles are black, beside the original. In JPEG and WebP each rectangle grows to whole
    blocks of 16 pixels and 4 beyond, since these formats mix neighbouring pixels. Upload a redacted PDF with `redacts`."""
    async with UPLOADS.turn(actor.id):
        async with request.app.state.database.connection() as conn:
            if first := await answered(conn, call):
                return first
            found = await queries.get_attachment(conn, attachment_id, actor=actor)
        check_involved(found.standing, Permission.CASE_ATTACH, actor)  # before anything is opened for them
        if found.media_type == MEDIA_TYPES[Format.PDF]:
            raise Conflict(
                "只能遮盖图片；请另行遮盖 PDF 后用 redacts 上传。",
                "Pictures alone; redact a PDF elsewhere, upload it with `redacts`.",
            )
        content = await actions.open_content(found, kept)
        rectangles = [Rectangle(r.x, r.y, r.width, r.height) for r in sent.rectangles]
        made = await redact(content, found.media_type, rectangles, actor.id)
        named = sent.title or f"{(found.opened_title or '')[:190]}（遮盖件）"
        copy = actions.Sent(made, content, found.purpose, named, attachment_id)
        return await _attach(request, call, rules, kept, found.case_id, copy)


@step_route(router, WORKFLOW, "/attachments/{attachment_id}", "withdraw", AttachmentOut)
async def withdraw_attachment(
    attachment_id: uuid.UUID, sent: WithdrawAttachmentIn, run: ThisRunner, kept: ThisStore
) -> Response:
    """Its content is erased; that it was there, and why it went, stays on the record. Not under hold, not in the archive."""
    erased: list[str] = []

    async def step(act: ActionContext) -> None:
        erased.append(await actions.withdraw(act, attachment_id, reason=sent.reason))

    answer = await run.run(attachment_id, step, _show)
    if erased:  # after the commit: should it fail, or the process die, a row never misses its file
        answer.background = BackgroundTask(kept.delete, erased[0])
    return answer
