"""Driving both sides of a comparison with eight connections: pgbench against PostgreSQL, wrk against the API."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.database import role_url
from bench import cpu
from scripts.service import HOST, Service

CLIENTS = 8
SECONDS = 5.0
SETTLE = 1.0  # pgbench: connecting and planning, not measured


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Times in milliseconds, processor time in microseconds an operation."""

    per_second: float
    p50_ms: float
    p95_ms: float
    postgresql_us: float
    application_us: float = 0.0
    client_us: float = 0.0
    seconds: float = 0.0
    failed: int = 0

    def told(self) -> dict[str, Any]:
        """For the results file."""
        digits = {"per_second": 1, "p50_ms": 2, "p95_ms": 2, "seconds": 2}
        return {name: round(getattr(self, name), digits.get(name, 0)) for name in self.__slots__}


def median(runs: Sequence[Measured]) -> Measured:
    """Each figure's median."""
    figures = {name: statistics.median(getattr(run, name) for run in runs) for name in Measured.__slots__}
    return Measured(**{**figures, "failed": sum(run.failed for run in runs)})


def against_neighbours(variant: Sequence[Measured], floor: Sequence[Measured]) -> float:
    """The median ratio of a variant's runs to the floors run directly before and after each."""
    return statistics.median(
        run.per_second / statistics.mean((floor[k].per_second, floor[k + 1].per_second))
        for k, run in enumerate(variant)
    )


def pgbench(
    home: Path, city: str, scripts: Mapping[str, str], variables: Mapping[str, str], *, seconds: float = SECONDS
) -> Measured:
    """Run scripts (by name; each run equally often) as the city's app role, prepared, on eight connections."""
    folder = home / "pgbench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [
        "pgbench", "-M", "prepared", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(int(SETTLE + seconds + 0.5)),
        "--log", f"--log-prefix={folder / 'log'}",
    ]  # fmt: skip
    for name, text in scripts.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
        command += ["-f", str(folder / f"{name}.sql")]
    command += [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
    with _started([*command, role_url(city, "app")]) as child:
        time.sleep(SETTLE)
        since, used = time.time(), cpu.of_postgresql(home)
        said, _ = child.communicate(timeout=seconds + 60)
    time.sleep(0.3)  # until its sessions have ended and been counted
    used = cpu.of_postgresql(home) - used
    if child.returncode != 0 or "failed transactions: 0 " not in said:
        raise RuntimeError(f"pgbench failed:\n{said[-3000:]}")
    return _from_log(folder, since, used)


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A program that is killed if we are stopped before it ends."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield child
    except BaseException:
        child.kill()
        child.communicate()
        raise


def _from_log(folder: Path, since: float, used: float) -> Measured:
    """The log's lines: client, number, microseconds, script, and the end as seconds and microseconds."""
    took, last = [], since
    for log in folder.glob("log.*"):
        for line in log.read_text().splitlines():
            fields = line.split()
            ended = int(fields[4]) + int(fields[5]) / 1e6
            if ended >= since:
                took.append(int(fields[2]))
                last = max(last, ended)
    took.sort()
    return Measured(
        per_second=len(took) / (last - since), p50_ms=took[len(took) // 2] / 1e3, p95_ms=took[len(took) * 95 // 100] / 1e3,
        postgresql_us=used * 1e6 / len(took), seconds=last - since,
    )  # fmt: skip


def http(home: Path, service: Service, plan: Path, *, run: str, seconds: float = SECONDS) -> Measured:
    """Send the requests of `plan` (see `write_plan`) for some seconds on eight connections kept open."""
    application, server, own = cpu.of_processes(service.processes()), cpu.of_postgresql(home), cpu.of_children()
    with _started(_client(service, plan, run, seconds)) as child:
        said, _ = child.communicate(timeout=seconds + 60)
    lines = [line for line in said.splitlines() if line.startswith('{"requests"')]
    if child.returncode != 0 or not lines:
        raise RuntimeError(f"the HTTP client failed:\n{said[-3000:]}")
    heard = json.loads(lines[-1])
    number = max(heard["requests"], 1)
    measured = Measured(
        per_second=heard["requests"] / heard["seconds"], p50_ms=heard["p50_us"] / 1e3, p95_ms=heard["p95_us"] / 1e3,
        application_us=(cpu.of_processes(service.processes()) - application) * 1e6 / number,
        postgresql_us=(cpu.of_postgresql(home) - server) * 1e6 / number,
        client_us=(cpu.of_children() - own) * 1e6 / number, seconds=heard["seconds"], failed=heard["failed"],
    )  # fmt: skip
    if measured.failed:
        raise RuntimeError(f"{measured.failed} of {number} requests failed: the measurement says nothing")
    return measured


def client_name() -> str:
    """Which client is used: wrk, or the one that comes along."""
    return "wrk" if shutil.which("wrk") else "bench.client"


def write_plan(path: Path, tokens: Sequence[str], requests: Sequence[tuple[str, str, bytes]]) -> Path:
    """Write the requests (method, path, body) that a client goes through in turn, and the tokens it speaks with."""
    lines = [json.dumps(list(tokens))]
    lines += [f"{method} {target} {body.decode()}" for method, target, body in requests]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _client(service: Service, plan: Path, run: str, seconds: float) -> list[str]:
    if client_name() == "wrk":
        lua = str(Path(__file__).with_name("requests.lua"))
        length = f"{int(seconds)}s"
        return ["wrk", "-t1", f"-c{CLIENTS}", f"-d{length}", "-s", lua, service.url, "--", str(plan), run]
    return [
        sys.executable, "-m", "bench.client", HOST, str(service.port), str(plan), run, str(CLIENTS), str(seconds),
    ]  # fmt: skip
