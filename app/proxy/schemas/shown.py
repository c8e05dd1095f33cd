"""Proxies as shown to staff and to the resident."""

import uuid
from datetime import datetime

from pydantic import BaseModel


class ProofOut(BaseModel):
    """A file that proves something: `GET /v1/attachments/{id}` for who sees the case."""

    id: uuid.UUID
    purpose: str
    media_type: str
    withdrawn: bool


class ErrandPointOut(BaseModel):
    """A GeoJSON point: longitude, latitude in degrees (WGS84)."""

    type: str
    coordinates: tuple[float, float]


class AuthorityOut(BaseModel):
    """One authority: it holds from `recorded_at` to `valid_until`, or to `ended_at` if that came first."""

    id: uuid.UUID
    staff: uuid.UUID
    matter: str | None
    powers: list[str]
    powers_text: list[str]
    evidence: str
    valid_from: datetime
    valid_until: datetime
    recorded_at: datetime
    ended_at: datetime | None
    ended_as: str | None
    papers: list[ProofOut]


class ErrandOut(BaseModel):
    """One thing done, or to be done; `crs` is the system that the point was given in."""

    id: uuid.UUID
    kind: str
    kind_text: str
    state: str
    unit: str | None
    plan: str | None
    planned_at: datetime
    done_at: datetime | None
    recorded_at: datetime | None
    words: str | None
    reply: str | None
    point: ErrandPointOut | None
    crs: str | None
    papers: list[ProofOut]


class ProxyDutyOut(BaseModel):
    """A notice to be passed on by `due` (D2): passed on by the proxy, or served by the authority before (`served_at`)."""

    notice: uuid.UUID
    kind: str
    since: datetime
    due: datetime
    passed_at: datetime | None
    method: str | None
    words: str | None
    served_at: datetime | None
    overdue: bool


class ProxyItem(BaseModel):
    """A proxy in a list. `overdue`: the authority or its filing is or was late (D1)."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    case_kind: str
    status: str
    state: str
    state_text: str
    staff: uuid.UUID | None
    staff_name: str | None
    staff_unit: str | None
    capacity: str | None
    until: datetime | None
    requested_at: datetime
    authority_due: datetime
    filing_due: datetime
    filed_at: datetime | None
    ended_at: datetime | None
    overdue: bool
    version: int


class ProxyOut(ProxyItem):
    """One with its authorities, errands and notices, and what this caller may do. An outsider's name is masked."""

    requested_by: str
    wish: str | None
    offered_by: str | None
    offered_at: datetime | None
    outsider: str | None
    filing_number: str | None
    authorities: list[AuthorityOut]
    errands: list[ErrandOut]
    notices: list[ProxyDutyOut]
    available_actions: list[str]


class ProxyPage(BaseModel):
    """One page; the `Link` header leads to the next."""

    items: list[ProxyItem]


class OwnProxyOut(BaseModel):
    """A proxy as its resident sees it: who, until when, and everything that was done."""

    number: str
    state: str
    said: str
    name: str | None
    contact: str | None
    capacity: str | None
    unit: str | None
    requested_at: datetime
    filing_number: str | None
    filed_at: datetime | None
    ended_at: datetime | None
    authorities: list[AuthorityOut]
    errands: list[ErrandOut]
    notices: list[ProxyDutyOut]


class OwnProxiesOut(BaseModel):
    """All there were, the first one first."""

    items: list[OwnProxyOut]
