"""`register`: the only way a case comes to exist, for one report or five hundred."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

import asyncpg

from app.cases.actions.texts import as_written
from app.cases.rules import OPEN_KINDS, PartyRole, PetitionClass
from app.core import errors
from app.core.access import Actor
from app.core.acts import Act
from app.core.crypto import keys
from app.core.database import Connection, uuid7
from app.core.errors import Problem, in_flight, key_reused
from app.core.geometry import to_wgs84
from app.core.rows import fetch_all
from app.deadlines.actions import as_stored
from app.deadlines.rules import ClockKind, StartsOn, choose_procedure
from app.intake.actions.receipt import Body, Receipt
from app.intake.schemas import ReportIn
from app.reference.queries import Reference
from app.routing.rules import Category

LIVE_LIMIT = 500


@cache
def statement(head: str, tail: str) -> str:
    """The rule text between a head and a tail."""
    folder = files("app.intake") / "sql"
    return "".join((folder / f"{name}.sql").read_text(encoding="utf-8") for name in (head, "register", tail))


@dataclass(frozen=True, slots=True)
class Entry:
    """How a report came in over HTTP: under which key, with which content. No key inside a batch."""

    caller: str | None = None
    key: str | None = None
    request_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A checked report with everything that is decided before SQL, column by column as the statement takes it."""

    id: uuid.UUID
    row: tuple[object, ...]
    people: list[tuple[object, ...]]
    concerns: list[tuple[object, ...]]
    digest: str
    entry: Entry
    registrar: str


@dataclass(frozen=True, slots=True)
class Upward:
    """A report that goes to the authority above one that decided: under which procedure, led by whom, waiting for what."""

    procedure: str
    led_by: str
    waits: str | None = None


def prepare(
    sent: ReportIn, reference: Reference, *, actor: Actor, now: datetime, entry: Entry, upward: Upward | None = None
) -> Report:
    """Decide procedure, clocks, sealing and coordinates; raises Invalid for a category that does not fit."""
    category = reference.categories.get(sent.category)
    if category is None or sent.kind not in category.kinds:
        fitting = [code for code, c in reference.categories.items() if sent.kind in c.kinds]
        raise errors.Invalid(
            f"没有适用于 {sent.kind} 的类别 {sent.category}。",
            f"There is no category {sent.category} for {sent.kind}.",
            pointer="#/body/category", categories=fitting,
        )  # fmt: skip
    procedure = reference.procedure(upward.procedure if upward else _ordinary(sent, category), now)
    planned = reference.plan(procedure, StartsOn.REGISTERED, now)
    # Where the statement finds a unit to offer it to, that one's time to sign for it runs too.
    offered = [c for c in reference.plan(procedure, StartsOn.OFFERED, now) if c.kind is ClockKind.SIGN_FOR]
    case_id = sent.id or uuid7()
    secret = sent.petition_class is PetitionClass.ACCUSATION
    place = sent.location
    where, closed = place.model_dump(mode="json"), sent.kind not in OPEN_KINDS
    text = as_written(case_id, sent.title, sent.description, where, closed=closed, secret=secret)
    lon = lat = None
    if place.point is not None and place.crs is not None and not secret:
        lon, lat = to_wgs84(*place.point.coordinates, place.crs)
    located_by = "point" if lon is not None else "person" if place.cell or place.area else "address"
    digest, registrar = _digest(sent), f"{actor.kind}:{actor.id}"
    row = (
        case_id, sent.kind.value, sent.petition_class.value if sent.petition_class else "", sent.category,
        sent.channel.value, procedure.code, procedure.version, *text, lon, lat,
        place.crs.value if place.crs and not secret else None, place.accuracy_m if lon is not None else None,
        None if secret else place.cell or place.area, located_by, sent.source.system if sent.source else None,
        sent.source.external_id if sent.source else None, keys().query_hash(keys().query_code(str(case_id), 1)),
        actor.id, registrar, now, now, min((c.due for c in planned), default=None),
        json.dumps([as_stored(c, reference.city.tz) for c in (*planned, *offered)], ensure_ascii=False), digest,
        entry.caller, entry.key, entry.request_hash, upward.led_by if upward else None, upward.waits if upward else None,
    )  # fmt: skip
    return Report(case_id, row, _people(sent, secret), _concerns(sent, case_id), digest, entry, registrar)


def _ordinary(sent: ReportIn, category: Category) -> str:
    return choose_procedure(
        sent.kind, sent.petition_class, category.urgency, sent.complexity or category.complexity, sent.simple
    )


def _people(sent: ReportIn, secret: bool) -> list[tuple[object, ...]]:
    people: list[tuple[object, ...]] = []
    for party in sent.parties:
        party_id = uuid7()
        content = party.model_dump(include={"name", "phone", "address", "email"}, exclude_none=True)
        sealed = keys().seal(content, f"party {party_id}")
        index = keys().phone_index(party.phone) if party.phone and not secret else None
        alone = "email" if party.email and not party.phone and not secret else None
        people.append((party_id, PartyRole(party.role).value, sealed.body, sealed.key, index, party.tell_by or alone))
    return people


def _concerns(sent: ReportIn, case_id: uuid.UUID) -> list[tuple[object, ...]]:
    said: list[tuple[object, ...]] = []
    for concern in sent.concerns:
        sealed = keys().seal({"text": concern.text}, f"case_concern {case_id}") if concern.text else None
        said.append(
            ("concerns", concern.unit, concern.staff, sealed.body if sealed else None, sealed.key if sealed else None)
        )
    said += [("not_to", barred.unit, barred.staff, None, None) for barred in sent.not_to]
    return said


def _digest(sent: ReportIn) -> str:
    """Tells whether two reports say the same, without saying what (keyed, so that nothing can be tried out)."""
    text = sent.model_dump_json(exclude={"id"}).encode()
    return hmac.new(keys().derive("report digest"), text, hashlib.sha256).hexdigest()


async def register(conn: Connection, reports: Sequence[Report]) -> list[Receipt | Problem]:
    """File `reports` (at most 500, ids distinct) in one statement; gives a receipt or a problem for each, in order.

    A repeat (same key, same id with the same content, same source number) returns the first receipt. Nothing of a
    report that is refused is stored. Raises ValueError for more than 500 or for equal ids: the caller checks.
    """
    if len(reports) > LIVE_LIMIT or len({r.id for r in reports}) != len(reports):
        raise ValueError("at most 500 reports with distinct ids")
    results: list[Receipt | Problem | None] = [None] * len(reports)
    waiting = list(range(len(reports)))
    for _ in range(3):  # a row that lost a race to an equal one is run once more and finds the winner's receipt
        rows = await _run(conn, [reports[i] for i in waiting])
        for i, row in zip(waiting, rows, strict=True):
            results[i] = _outcome(row, reports[i])
        waiting = [i for i in waiting if results[i] is None]
        if not waiting:
            break
    lost = errors.InFlight("与另一请求冲突，请重试。", "Another request files the same matter; retry.")
    return [lost if result is None else result for result in results]


def columns_of(reports: Sequence[Report]) -> list[list[object]]:
    """The statement's parameters: the columns of the reports, of their parties, of those concerned; the keys."""
    columns = [list(column) for column in zip(*(r.row for r in reports), strict=True)]
    people = [(n, *person) for n, r in enumerate(reports, 1) for person in r.people]
    concerns = [(n, *said) for n, r in enumerate(reports, 1) for said in r.concerns]
    columns += [list(column) for column in zip(*people, strict=True)] or [[], [], [], [], [], [], []]
    columns += [list(column) for column in zip(*concerns, strict=True)] or [[], [], [], [], [], []]
    return [*columns, [keys().number_key, *Act.new()]]


@dataclass(frozen=True, slots=True)
class _Filed:
    """What the statement says of one report."""

    n: int
    how: str | None
    receipt: str | None
    digest: str | None
    registrar: str | None


async def _run(conn: Connection, reports: Sequence[Report]) -> list[_Filed]:
    columns = columns_of(reports)
    try:
        return await fetch_all(conn, _Filed, statement("live", "live_tail"), *columns)
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError) as error:
        # Autocommit: nothing is stored and the statement may run again. Inside a transaction it is already lost.
        if conn.is_in_transaction() or getattr(error, "constraint_name", "pk_idempotency") not in _RACES:
            raise
        return await fetch_all(conn, _Filed, statement("live", "live_tail"), *columns)


_RACES = (None, "pk_idempotency")


def _outcome(row: _Filed, report: Report) -> Receipt | Problem | None:
    how = row.how
    if how == "in_flight":
        return in_flight()
    if how == "key_reused":
        return key_reused()
    if how == "unknown_place":
        return errors.Invalid(
            "没有这个网格或区域代码。", "There is no such cell or area code.", pointer="#/body/location"
        )
    if how == "unknown_concern":
        return errors.Invalid(
            "concerns 或 not_to 中的单位或人员不存在。",
            "A unit or member of staff in concerns or not_to does not exist.",
            pointer="#/body/concerns",
        )  # fmt: skip
    if row.receipt is None or how is None:
        return None
    if how in ("key", "id", "source") and row.registrar != report.registrar:
        return errors.AlreadyTaken("该编号已由他人登记。", "This id or source number was registered by somebody else.")
    if how == "id" and row.digest != report.digest:
        return errors.AlreadyTaken("该 id 已用于不同内容。", "This id was used with other content; take a fresh one.")
    body: Body = json.loads(row.receipt)
    return Receipt(how, body, keys().query_code(body["id"], 1))
