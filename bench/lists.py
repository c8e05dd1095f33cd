"""list_page_1m and list_p95_growth: a page of fifty cases of a township in one status, as a county's coordinator sees
it, over HTTP against pgbench running the same SELECT; and the same page where the city holds a hundred times as many."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.cases.queries.lists import list_statement
from app.cases.rules import Status
from app.cases.schemas.filters import Filters
from app.core.paging import PAGE
from bench import cases, city
from bench.drive import Measured, against_neighbours, http, median, pgbench, write_plan
from bench.ground import say
from bench.register import literal
from bench.report import Row
from scripts.service import Service

SMALL, LARGE = "small", "large"
TOWNSHIPS = tuple(f"15010200{n}" for n in range(1, 9))
STATUSES = ("accepted", "handling", "closed")
COORDINATOR = "C150102.coordinator.1"
SIZES = {SMALL: 10_000, LARGE: 1_000_000}
ROUNDS = 4


def write_requests(home: Path, name: str) -> Path:
    """The plan of the HTTP client: every township in every status in turn."""
    speaking = city.tokens([city.actor_of(COORDINATOR)], name, datetime.now(UTC))
    pages = [f"/v1/cases?area={area}&status={status}" for area in TOWNSHIPS for status in STATUSES]
    return write_plan(home / f"{name}.plan", speaking, [("GET", page, b"") for page in pages])


def floor(now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """pgbench scripts that run the list's own SELECT for a random township, one a status, and their variables."""
    areas = " ".join(f"when :k = {n} then {code}" for n, code in enumerate(TOWNSHIPS))
    draw = f"\\set k random(0, {len(TOWNSHIPS) - 1})\n\\set area case {areas} end\n"
    scripts, variables = {}, {}
    for status in STATUSES:
        filters = Filters(area=TOWNSHIPS[0], tier="township", status=[Status(status)])
        text, parameters = list_statement(
            filters, actor=city.actor_of(COORDINATOR), after=None, newest=False, limit=PAGE + 1, now=now
        )
        for n in range(len(parameters), 0, -1):
            name = "area" if parameters[n - 1] == TOWNSHIPS[0] else f"{status}_{n}"
            text = text.replace(f"${n}", f":{name}")
            if name != "area" and parameters[n - 1] is not None:
                variables[name] = _plain(parameters[n - 1])
        scripts[status] = f"{draw}{text};\n"
    return scripts, variables


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return literal(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _check_pages(service: Service, plan: Path) -> None:
    """Every page asked for is full."""
    lines = plan.read_text(encoding="utf-8").splitlines()
    headers = {"Authorization": f"Bearer {json.loads(lines[0])[0]}"}
    for line in lines[1:]:
        page = httpx.get(service.url + line.split()[1], headers=headers).json()
        if len(page["items"]) != PAGE:
            raise RuntimeError(f"{line} in {service.city} gives {len(page['items'])} rows")


def measure(home: Path) -> list[Row]:
    """Both rows, in turn: the floor at 1 M, HTTP at 1 M, HTTP at 10 k, and again."""
    floors: list[Measured] = []
    runs: dict[str, list[Measured]] = {SMALL: [], LARGE: []}
    services = {name: Service(name, home / f"{name}.log") for name in runs}
    plans: dict[str, Path] = {}
    try:
        for name, service in services.items():
            city.build(name)
            cases.fill(name, SIZES[name], list(TOWNSHIPS) if name == SMALL else None)
            plans[name] = write_requests(home, name)
            service.start()
            _check_pages(service, plans[name])
            http(home, service, plans[name], run="warm", seconds=2)
        scripts, variables = floor(datetime.now(UTC))
        for n in range(ROUNDS + 1):
            say(f"list, round {n + 1} of {ROUNDS + 1}")
            floors.append(pgbench(home, LARGE, scripts, variables))
            for name in (LARGE, SMALL) if n < ROUNDS else ():
                runs[name].append(http(home, services[name], plans[name], run=f"list{n}"))
    finally:
        for service in services.values():
            service.stop()
    large, small = median(runs[LARGE]), median(runs[SMALL])
    raw = {f"http_{name}": [m.told() for m in measured] for name, measured in runs.items()}
    return [
        Row("list_page_1m", against_neighbours(runs[LARGE], floors), median(floors).per_second, large.per_second, "req/s",
            {f"http_{LARGE}": raw[f"http_{LARGE}"], "pgbench_same_select": [m.told() for m in floors]}),
        Row("list_p95_growth", large.p95_ms / small.p95_ms, small.p95_ms, large.p95_ms, "ms",
            {f"http_{SMALL}": raw[f"http_{SMALL}"]}),
    ]  # fmt: skip
