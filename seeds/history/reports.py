"""Filing the demo reports at the one door: `prepare` and `register`, five hundred at a time, each at its own instant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from app.core.access import Actor, Permission, Post, Role
from app.core.database import Connection
from app.intake.actions import Entry, Receipt, Report, prepare, register
from app.intake.schemas import ReportIn
from app.reference.queries import Reference
from seeds.history.ahead import ahead
from seeds.hohhot.cases import DemoReport
from seeds.hohhot.records import City

BATCH = 500
MACHINE_SCOPES = (Permission.CASE_REGISTER, Permission.CASE_READ, Permission.MAP_READ)
Moved = Callable[[int, int], None]  # so many done, of so many


def registrars(city: City) -> dict[str, Actor]:
    """Post or machine → who registers from there, with nothing but that one post."""
    tiers = {area.code: area.tier for area in city.areas}
    paths: dict[str, str] = {}
    for unit in city.units:  # parents come before their children
        paths[unit.code] = f"{paths[unit.parent]}.{unit.code}" if unit.parent else unit.code
    found = {
        p.id: Actor(str(p.staff), "staff", (Post(p.id, Role(p.role), p.unit, paths[p.unit], p.area, tiers[p.area]),))
        for p in city.posts
    }
    for machine in city.machines:
        seat = Post(f"key:{machine.id}", Role(machine.role), machine.unit, paths[machine.unit], machine.area,
                    tiers[machine.area])  # fmt: skip
        found[machine.id] = Actor(machine.id, "key", (seat,), scopes=frozenset(MACHINE_SCOPES))
    return found


def as_sent(report: DemoReport) -> dict[str, Any]:
    """The body that a client would post for this report; raises nothing, checks nothing."""
    location: dict[str, Any] = {"address": report.address, "cell": report.cell, "area": report.area}
    if report.point:
        location |= {"point": {"type": "Point", "coordinates": report.point}, "crs": "WGS84",
                     "accuracy_m": report.accuracy_m}  # fmt: skip
    body: dict[str, Any] = {
        "id": str(report.id), "kind": report.kind, "petition_class": report.petition_class,
        "category": report.category, "channel": report.channel, "title": report.title,
        "description": report.description, "location": {k: v for k, v in location.items() if v is not None},
        "simple": report.simple,
        "parties": [{"role": p.role, "name": p.name, "phone": p.phone} for p in report.parties],
        "concerns": [{"unit": c.unit, "text": c.text} for c in report.concerns],
        "not_to": [{"unit": unit} for unit in report.not_to],
    }  # fmt: skip
    if report.source_system:
        body["source"] = {"system": report.source_system, "external_id": report.external_id}
    return body


async def file_reports(
    conn: Connection, reference: Reference, city: City, reports: Iterable[DemoReport], total: int, *, moved: Moved
) -> list[DemoReport]:
    """Register the `total` reports, and give them as a list; raises RuntimeError for one that the door does not take.

    While the database files one batch, the next is written, checked and sealed in a thread.
    """
    who = registrars(city)
    coming = iter(reports)
    filed: list[DemoReport] = []
    taken = iter(lambda: list(islice(coming, BATCH)), [])
    async for batch, ready in ahead((batch, [_prepared(r, reference, who) for r in batch]) for batch in taken):
        await _file(conn, ready)
        filed += batch
        moved(len(filed), total)
    return filed


def _desk(report: DemoReport) -> str:
    return report.post or report.machine or ""


def _prepared(report: DemoReport, reference: Reference, who: Mapping[str, Actor]) -> Report:
    sent = ReportIn.model_validate(as_sent(report))
    return prepare(sent, reference, actor=who[_desk(report)], now=report.received_at, entry=Entry())


async def _file(conn: Connection, batch: Sequence[Report]) -> None:
    for report, result in zip(batch, await register(conn, batch), strict=True):
        if not isinstance(result, Receipt) or result.replayed:
            raise RuntimeError(f"report {report.id} of the demo was not filed: {result}")
