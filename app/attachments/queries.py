"""Attachments of cases that the caller may see, and what rests on them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from app.attachments.rules.files import MEDIA_TYPES, Format
from app.attachments.rules.steps import WORKFLOW, AttachmentState, withdraw_refused
from app.attachments.schemas import AttachmentOut
from app.cases.queries.access import visible_to
from app.cases.queries.file import local
from app.cases.queries.notes import shown_note
from app.cases.queries.registry import Held, HeldFact
from app.cases.queries.standing import STANDING
from app.cases.queries.visible import require_visible
from app.cases.rules import Purpose, Standing
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words
from app.core.registry import Registry
from app.core.rows import fetch_all, fetch_one, read_sql, shown
from app.core.workflow import Refusal, Transition
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class Reliance:
    """Something that rests on files: `what` in words, `sql` a SELECT of the attachments in the case `a.case_id`. `for_good`:
    nobody takes them away."""

    what: Words
    sql: str
    for_good: bool = False


# Whatever names a file of its case as evidence; each foreign key to `attachment` is covered here by its owner.
RELIANCES: Registry[str, Reliance] = Registry("reliance on files")


@dataclass(frozen=True, slots=True)
class LoadedAttachment:
    """One file with what a decision on it needs; `relied_on` names the reliances (RELIANCES) that rest on it."""

    id: uuid.UUID
    case_id: uuid.UUID
    purpose: Purpose
    media_type: str
    size: int
    width: int | None
    height: int | None
    pages: int | None
    removed: list[str]
    redacts: uuid.UUID | None
    digest: bytes
    received_digest: bytes
    salt: bytes | None
    file: str | None
    seal_key: bytes | None
    added_by: str
    added_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    note: uuid.UUID
    title: str | None
    sealed_title: bytes | None
    title_key: bytes | None
    standing: Standing
    archived: bool
    held: bool
    relied_on: list[str]

    @property
    def state(self) -> AttachmentState:
        """Whether it is still there."""
        return AttachmentState.KEPT if self.withdrawn_at is None else AttachmentState.WITHDRAWN

    @property
    def version(self) -> int:
        """It changes once, when it is withdrawn."""
        return 1 if self.withdrawn_at is None else 2

    @property
    def opened_title(self) -> str | None:
        """The title, numbers of people starred; None once it was erased."""
        return shown_note(self.note, self.title, self.sealed_title, self.title_key)

    def refuses(self, action: str, actor: Actor, _: datetime) -> Refusal | None:
        """Hold, archive, what rests on it; a PDF is not redacted here."""
        if action == "redact":
            never = self.archived or self.media_type == MEDIA_TYPES[Format.PDF]
            return Refusal(False, _NOT_REDACTED) if never else None
        relied_on = [RELIANCES[name].what for name in self.relied_on]
        head = self._answers_for_it(actor) and not any(RELIANCES[name].for_good for name in self.relied_on)
        why = withdraw_refused(archived=self.archived, held=self.held, relied_on=relied_on, head=head)
        return Refusal(False, why) if why else None

    def stands(self, actor: Actor, step: Transition[AttachmentState]) -> bool:
        """Nobody but who attached it, or who answers for the file, makes evidence go away."""
        if step.by == "involved":
            return self.standing.involves(actor, step.permission)
        return self.added_by == actor.who or self._answers_for_it(actor)

    def _answers_for_it(self, actor: Actor) -> bool:
        return self.standing.leads(actor, Permission.FILE_HOLD)


_NOT_REDACTED = Words(
    "只能遮盖图片，且案卷未归档；请另行遮盖 PDF 后用 redacts 上传。",
    "Pictures alone, and not in the archive; redact a PDF elsewhere and upload it with `redacts`.",
)


def told(found: LoadedAttachment, actor: Actor, now: datetime, language: str) -> AttachmentOut:
    """As a reply gives it."""
    actions, purpose = WORKFLOW.available(found, actor, now), found.purpose.words.say(language)
    return shown(AttachmentOut, found, purpose_text=purpose, title=found.opened_title, available_actions=actions)


def _select() -> str:
    """Each attachment `a` of a case `c`."""
    relied_on = ", ".join(f"case when a.id in ({its.sql}) then '{name}' end" for name, its in RELIANCES.items())
    return read_sql(__package__, "attachment").format(relied_on=relied_on, standing=STANDING)


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[LoadedAttachment]:
    """All of one case, the oldest first; raises NotFound."""
    await require_visible(conn, case_id, actor=actor)
    statement = f"{_select()} where a.case_id = $1 order by a.added_at, a.id"
    return await fetch_all(conn, LoadedAttachment, statement, case_id)


async def list_for_file(conn: Connection, case_id: uuid.UUID, reference: Reference) -> list[dict[str, object]]:
    """As the file of the case lists them."""
    statement, tz = f"{_select()} where a.case_id = $1 order by a.added_at, a.id", reference.city.tz
    return [_listed(one, tz) for one in await fetch_all(conn, LoadedAttachment, statement, case_id)]


def _listed(one: LoadedAttachment, tz: tzinfo) -> dict[str, object]:
    copy, gone = "；遮盖件" if one.redacts else "", local(one.withdrawn_at, tz)
    pages = f"，{one.pages} 页" if one.pages else ""
    return {
        "at": local(one.added_at, tz), "title": one.opened_title or "（已清除）",
        "kind": f"{one.purpose.words.zh}{copy}{f'；{gone} 撤回，内容已清除' if gone else ''}",
        "what": f"{one.media_type}，{one.size} 字节{pages}",
        "digest": one.digest.hex(), "salt": one.salt.hex() if one.salt else "（盐值已清除）",
    }  # fmt: skip


async def get_attachment(conn: Connection, attachment: uuid.UUID, *, actor: Actor | None) -> LoadedAttachment:
    """One; raises NotFound for one of a case that the actor may not know exists. Without an actor the caller has judged."""
    p = Parameters([attachment])
    where = visible_to(actor, p) if actor else "true"
    found = await fetch_one(conn, LoadedAttachment, f"{_select()} where a.id = $1 and {where}", *p)
    if found is None:
        raise NotFound
    return found


async def find_case(conn: Connection, attachment: uuid.UUID) -> uuid.UUID:
    """The case that it was attached to, whoever asks; raises NotFound."""
    found: uuid.UUID | None = await conn.fetchval("select case_id from attachment where id = $1", attachment)
    if found is None:
        raise NotFound
    return found


_FIT = """
    select id from attachment where id = any($1::uuid[]) and case_id = $2 and withdrawn_at is null
        and (cardinality($3::text[]) = 0 or purpose = any($3))
"""


async def list_unfit(
    conn: Connection, case_id: uuid.UUID, files: Collection[uuid.UUID], *purposes: Purpose
) -> list[uuid.UUID]:
    """Those that are no attachments of the case which are kept and for one of `purposes` (any, where none is named)."""
    if not files:
        return []
    fit = {row[0] for row in await conn.fetch(_FIT, list(files), case_id, list(purposes))}
    return [file for file in files if file not in fit]


# What the resident signed. Who brought evidence is not kept, so none is counted as theirs.
_SIGNED = """
    select added_at as at, purpose, pages from attachment
    where case_id = $1 and purpose in ('authority', 'wish') and withdrawn_at is null
    order by added_at, id
"""


@dataclass(frozen=True, slots=True)
class _Signed:
    at: datetime
    purpose: Purpose
    pages: int | None


async def _read_signed(conn: Connection, case_id: uuid.UUID, _: uuid.UUID) -> list[HeldFact]:
    signed = await fetch_all(conn, _Signed, _SIGNED, case_id)
    return [HeldFact(one.at, f"{one.purpose.words.zh}{f'，{one.pages} 页' if one.pages else ''}") for one in signed]


# What is shown in a file may be of others too: it is looked at, not copied.
HELD = Held("您签字的材料（内容可到受理窗口查阅）", speakers=True, read=_read_signed)
