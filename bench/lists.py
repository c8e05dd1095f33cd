"""list_page_1m and list_p95_growth: a page of fifty cases of a township in one status, as a county's coordinator sees
it, over HTTP against pgbench running the same SELECT; and the same page where the city holds a hundred times as many."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.cases.queries.filters import Filters
from app.cases.queries.lists import list_statement
from app.core.paging import PAGE
from bench import city
from bench.drive import write_plan
from bench.register import _element, _literal

SMALL, LARGE = "small", "large"
TOWNSHIPS = tuple(f"15010200{n}" for n in range(1, 9))
STATUSES = ("accepted", "handling", "closed")
COORDINATOR = "C150102.coordinator.1"


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
        filters = Filters(area=TOWNSHIPS[0], tier="township", status=(status,))
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
        return _literal(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
