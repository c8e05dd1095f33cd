"""Holding the database against what was signed: what was changed, where, and since which checkpoint."""

import json
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.cases.actions.erasure import mark_of
from app.cases.queries.chain import list_breaks
from app.checkpoints import queries
from app.checkpoints.actions.signing import last_copy, read_copy
from app.checkpoints.rules import NOTHING_BEFORE, Checkpoint, Finding, Leaf, Span, differing, faults, read
from app.core.database import Connection, copy_rows

AT_ONCE = 1_000  # cases compared in one statement
Told = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What a look found. `through`: the newest checkpoint; `cases`: how many were held against their signed digests."""

    through: int = 0
    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What a look goes by: public keys; a folder of checkpoints outside the database, believed where the two differ; and
    the one case it is about, if not all."""

    keys: Collection[str]
    copies: Path | None = None
    case: UUID | None = None


async def verify(conn: Connection, trust: Trust, now: datetime, told: Told = lambda _: None) -> Report:
    """Read every checkpoint, then the whole record (or one case). Runs in a transaction that sees one moment."""
    report = Report()
    await queries.make_room(conn)
    report.findings += await _erased(conn, trust.case)
    told("checkpoints")
    before = NOTHING_BEFORE
    async for n, kept in _numbered(conn, last_copy(trust.copies)):
        before = await _bind(conn, report, trust, before, n, kept)
    told("chains")
    report.findings += [
        Finding(f"{found.case_id}", f"event {found.seq}: {found.broken}", None)
        for found in await list_breaks(conn, trust.case, limit=None)
    ]
    report.findings += await queries.list_odd_clocks(conn, now, trust.case)
    if report.span is not None and report.span.after is None and trust.case is None:
        report.findings += await queries.list_unknown(conn, report.span)
    report.findings += await queries.list_false_erasures(conn, trust.case)
    told("rows")
    await _compare(conn, report)
    return report


async def _erased(conn: Connection, case: UUID | None) -> list[Finding]:
    """Note which cases were truly erased, and when; a tombstone that this service did not make is a finding."""
    stones = await queries.list_tombstones(conn, case)
    true = [t for t in stones if t.mark == mark_of(t.case_id, t.seq, t.at, t.by, t.basis)]
    await copy_rows(conn, "erased", ("case_id", "seq"), [(t.case_id, t.seq) for t in true if t.seq])
    return [
        Finding(f"{stone.case_id}", f"its {'tombstone' if stone.seq else 'order to erase it'} was not made by this service", None)
        for stone in stones if stone not in true
    ]  # fmt: skip


async def _numbered(conn: Connection, last: int) -> AsyncIterator[tuple[int, Checkpoint | None]]:
    """Every number up to the newest checkpoint here or outside, with what the database keeps under it."""
    n = 0
    while found := await queries.list_checkpoints(conn, after=n, limit=20):
        for kept in found:
            for missing in range(n + 1, kept.n):
                yield missing, None
            yield kept.n, kept
            n = kept.n
    for missing in range(n + 1, last + 1):
        yield missing, None


async def _bind(
    conn: Connection, report: Report, trust: Trust, before: bytes, n: int, kept: Checkpoint | None
) -> bytes:
    """Take in what checkpoint `n` says, from its copy if there is one; gives its hash."""
    report.through = n
    copy, wrong = _copy(n, trust.copies)
    if kept is None:
        wrong.append("it is missing")
    elif copy is not None and kept != copy:
        wrong.append("it is not what its copy says")
    if (believed := copy or kept) is not None:
        wrong += faults(believed, before, n, trust.keys)
        await _take_in(conn, report, trust, believed)
    report.findings += [Finding(f"checkpoint {n}", fault, n - 1) for fault in wrong]
    return before if believed is None else believed.hash


def _copy(n: int, copies: Path | None) -> tuple[Checkpoint | None, list[str]]:
    path = copies / f"{n:09}.json" if copies else None
    if path is None or not path.exists():
        return None, []
    try:
        return read_copy(path), []
    except (ValueError, TypeError):
        return None, ["its copy cannot be read"]


async def _take_in(conn: Connection, report: Report, trust: Trust, checkpoint: Checkpoint) -> None:
    try:
        statement = read(checkpoint.body)
    except (ValueError, TypeError):
        return  # told as a fault of the checkpoint
    report.span = statement.span
    leaves = [leaf for leaf in statement.leaves if trust.case in (None, leaf.case_id)]
    rows = [(x.case_id, x.seq, x.head, json.dumps(x.tables), x.written, statement.n) for x in leaves]
    await copy_rows(conn, "incoming", ("case_id", "seq", "head", "tables", "written", "n"), rows)
    report.findings += await queries.take_in(conn)


async def _compare(conn: Connection, report: Report) -> None:
    """Cases with something newer than the last checkpoint are held against it by their chain alone."""
    tables, after = await queries.list_tables(conn), None
    while signed := await queries.list_signed(conn, after, AT_ONCE):
        now = {leaf.case_id: leaf for leaf in await queries.make_leaves(conn, tables, [s.case_id for s in signed])}
        for was in signed:
            report.findings += _changed(was, now[was.case_id], was.n)
        report.cases += len(signed)
        after = signed[-1].case_id


def _changed(was: Leaf | queries.Signed, now: Leaf, n: int) -> list[Finding]:
    return [
        Finding(f"{was.case_id}", f"rows of {table} are not what was signed", n)
        for table in differing(was.tables, now.tables)
    ]
