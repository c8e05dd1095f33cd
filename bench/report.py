"""What is to be reached, the table that is printed, and the file that is kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio to reach: at least, or at most. Half of it is reported as half."""

    ratio: float
    at_most: bool
    meaning: str

    def verdict(self, reached: float) -> str:
        """met | half | missed."""
        share = self.ratio / reached if self.at_most else reached / self.ratio
        return "met" if share >= 1 else "half" if share >= 1 / 2 else "missed"

    def said(self) -> str:
        """The target as one reads it."""
        return f"{'≤' if self.at_most else '≥'} {self.ratio:g}"


TARGETS = {
    "register_http": Target(0.5, False, "register over HTTP / pgbench, same statement"),
    "register_http_bare": Target(0.15, False, "register over HTTP / pgbench, locate + case + event"),
    "list_page_1m": Target(0.4, False, "page of 50 over HTTP at 1 M cases / pgbench, same SELECT"),
    "list_p95_growth": Target(2.0, True, "p95 of that page at 1 M / at 10 k cases"),
    "import_1m": Target(0.4, False, "import of 1.05 M rows / COPY of the resulting rows"),
    "import_rss_mb": Target(1.0, True, "peak memory of the importer / 256 MB"),
    "locate_100k": Target(1.5, True, "locating a point in 100 k cells / in 10 k"),
    "due_100k": Target(0.2, False, "settling 100,000 due clocks / one bare UPDATE … RETURNING"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One measured row: the ratio, the floor and the value it was made of, and every run."""

    key: str
    ratio: float
    floor: float
    value: float
    unit: str
    raw: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """For the results file."""
        target = TARGETS[self.key]
        return {
            "ratio": round(self.ratio, 3), "floor": round(self.floor, 2), "value": round(self.value, 2), "unit": self.unit,
            "target": target.said(), "verdict": target.verdict(self.ratio), **self.raw,
        }  # fmt: skip


def keep(rows: Sequence[Row]) -> None:
    """Write the results; rows that were not measured now stay as they were."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept |= {row.key: row.told() for row in rows}
    ordered = {key: kept[key] for key in TARGETS if key in kept}
    RESULTS.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    lines = [f"{'row':19} {'ratio':>7} {'target':>7} {'verdict':>7}  {'floor':>10} {'value':>10}        what"]
    for row in rows:
        target = TARGETS[row.key]
        lines.append(
            f"{row.key:19} {row.ratio:7.3f} {target.said():>7} {target.verdict(row.ratio):>7}"
            f"  {row.floor:10,.1f} {row.value:10,.1f} {row.unit:6} {target.meaning}"
        )
    return "\n".join(lines)


def spent(rows: Sequence[Row]) -> str:
    """Where the processor time of an operation goes, microseconds: the medians of the runs."""
    lines = [f"{'':45} {'/s':>8} {'p50 ms':>7} {'p95 ms':>7} {'app µs':>7} {'PG µs':>7} {'client µs':>9}"]
    seen = set()
    for row in rows:
        for name, runs in row.raw.items():
            timed = isinstance(runs, list) and isinstance(runs[0], dict) and "per_second" in runs[0]
            if timed and (name, id(runs)) not in seen:
                seen.add((name, id(runs)))
                middle = {k: sorted(run[k] for run in runs)[len(runs) // 2] for k in runs[0]}
                lines.append(
                    f"{row.key + ': ' + name:45} {middle['per_second']:8,.0f} {middle['p50_ms']:7.1f}"
                    f" {middle['p95_ms']:7.1f} {middle['application_us']:7.0f} {middle['postgresql_us']:7.0f}"
                    f" {middle['client_us']:9.0f}"
                )
    return "\n".join(lines)
