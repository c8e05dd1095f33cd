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
from app.checkpoints.queries import acts
from app.checkpoints.queries.tables import list_untraced
from app.checkpoints.rules import (
    NOTHING_BEFORE,
    Checkpoint,
    Finding,
    Leaf,
    Span,
    Statement,
    differing,
    faults,
    read,
    uneven,
)
from app.core.database import Connection, copy_rows

AT_ONCE = 1_000  # cases compared in one statement
Told = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What a look found. `through`: the newest checkpoint; `cases`: how many were held against their signed digests; `base` and
    `standing`: what was said of the first snapshot, and of the rows that say who may act."""

    through: int = 0
    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    span: Span | None = None
    base: str = ""
    standing: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a look goes by: public keys; a folder of checkpoints outside the database, believed where the two differ; the one
    case it is about, if not all; and whether the installation's own key is at hand, by which its seals are judged."""

    keys: Collection[str]
    copies: Path | None = None
    case: UUID | None = None
    seals: bool = True


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
    await _look_at_acts(conn, report, trust)
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


async def _look_at_acts(conn: Connection, report: Report, trust: Trust) -> None:
    """What is newer than the first checkpoint must be of transactions that the service vouches for."""
    if not report.base or report.span is None:
        return
    window = acts.Window(report.base, report.span.until, await acts.get_near(conn))
    tables = await queries.list_tables(conn)
    found = await acts.list_foreign(conn, tables, window, trust.case)
    found += await acts.list_recent(conn, tables, window, trust.case)
    found += [
        Finding(table, "the service does not trace any more what it writes here", None)
        for table in await list_untraced(conn, tables)
    ]
    if trust.seals:
        found += await acts.list_unsealed(conn, trust.case)
    if trust.case is None:
        found += await _compare_standing(conn, report, window)
    report.findings += [Finding(x.where, x.what, report.through) for x in found]


async def _compare_standing(conn: Connection, report: Report, window: acts.Window) -> list[Finding]:
    """Rows that say who may act, against what was signed of each: but for those that the service changed since."""
    now = {(table, key): tag for table, key, tag in await acts.list_standing_rows(conn, None, window.near)}
    unlike = {row for row, _ in now.items() ^ report.standing.items()}
    unlike -= await acts.list_touched(conn, window.since)
    return [Finding(table, f"{table} {key} is not what was signed", None) for table, key in sorted(unlike)]


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
    report.findings += await _beside(conn, report, statement, trust.case)
    report.span = statement.span
    leaves = [leaf for leaf in statement.leaves if trust.case in (None, leaf.case_id)]
    rows = [
        (x.case_id, x.seq, x.head, json.dumps(x.tables), x.written, json.dumps(x.counts), statement.n) for x in leaves
    ]
    await copy_rows(conn, "incoming", ("case_id", "seq", "head", "tables", "written", "counts", "n"), rows)
    report.findings += await queries.take_in(conn)


async def _beside(conn: Connection, report: Report, said: Statement, case: UUID | None) -> list[Finding]:
    """Take in what a checkpoint says beside its cases; gives what it found, and whether the acts it bound are still there."""
    rest, n = said.rest, said.n
    for table, key, tag in rest.standing:
        if tag is None:
            report.standing.pop((table, key), None)
        else:
            report.standing[table, key] = tag
    report.base = report.base or rest.base
    found = [Finding(where, what, n - 1) for where, what in rest.found if case is None or where == str(case)]
    if rest.acts and await acts.digest_acts(conn, said.span.since, said.span.until) != rest.acts:
        found.append(Finding(f"checkpoint {n}", "the transactions that it bound were changed", n))
    return found


async def _compare(conn: Connection, report: Report) -> None:
    """Cases with something newer than the last checkpoint are held against it by their chain and how many rows they have."""
    tables, after = await queries.list_tables(conn), None
    since = report.span.until if report.span is not None else None
    while signed := await queries.list_signed(conn, after, AT_ONCE):
        cases = [s.case_id for s in signed]
        now = {leaf.case_id: leaf for leaf in await queries.make_leaves(conn, tables, cases, since)}
        traced = await acts.list_traced(conn, since, cases)
        for was in signed:
            report.findings += _changed(was, now[was.case_id], moved=was.case_id in traced)
        report.cases += len(signed)
        after = signed[-1].case_id


def _changed(was: queries.Signed, now: Leaf, *, moved: bool) -> list[Finding]:
    if now.seq == was.seq and not moved:
        what = [f"rows of {table} are not what was signed" for table in differing(was.tables, now.tables)]
    else:
        what = [f"rows of {table} came or went by no step" for table in uneven(was.counts, now.counts)]
    return [Finding(f"{was.case_id}", words, was.n) for words in what]
