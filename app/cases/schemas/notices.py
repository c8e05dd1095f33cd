"""Notices as they are shown: read in one statement, answered as they are."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.cases.schemas.page import ServiceOut
from app.cases.schemas.sealed import OpenedText
from app.core.bodies import Items
from app.notices.rules import NoticeKind, NoticeState


@dataclass(frozen=True, slots=True)
class ServedNoticeOut:
    """A notice as its addressee reads it; `html` is null once it was erased."""

    id: uuid.UUID
    kind: NoticeKind
    title: str
    served_at: datetime
    html: OpenedText


class ServedOut(Items[ServedNoticeOut]):
    """What was served, in order."""


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """A notice in a list."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    kind: NoticeKind
    title: str
    state: NoticeState
    lead_unit: str
    due: datetime | None
    drafted_at: datetime


class NoticePage(Items[NoticeItem]):
    """One page; the `Link` header leads to the next."""


@dataclass(frozen=True, slots=True)
class NoticeServiceOut(ServiceOut):
    """One record of service; `replaced_at` when a later one counts in its place."""

    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeOut:
    """A notice as it was made; its addressees masked. `html` is null for one that failed or was erased."""

    id: uuid.UUID
    case_id: uuid.UUID
    kind: NoticeKind
    version: int
    title: str
    state: NoticeState
    meets: str | None
    drafted_at: datetime
    drafted_by: str
    digest: str | None
    html: OpenedText
    service: list[NoticeServiceOut]


class NoticesOut(Items[NoticeOut]):
    """The notices of one case in order."""
