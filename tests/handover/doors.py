"""A worker whom no other test moves, and hand-overs of theirs."""

import itertools
from collections.abc import Callable
from typing import Any

from seeds.hohhot.staff import staff_id
from tests.cast import Cast, Person, report

Ask = Callable[..., list[Any]]
SUN = "sun.coordinator"
_cells = itertools.count(1)


class Worker:
    """A grid worker of a community that no other test works in, each time another one."""

    def __init__(self, cast: Cast, sql: Ask) -> None:
        codes = [
            r["code"]
            for r in sql("select code from cell where township = '150102001' and community > '150102001002' order by 1")
        ]
        self.cell = codes[-next(_cells)]
        self.post = f"{self.cell}.grid_worker"
        self.id = str(staff_id(self.post))
        self.person: Person = cast.seat(self.post)

    def tasks(self) -> dict[str, str]:
        return {t["id"]: t["assignment"] for t in self.person.walk("/v1/me/tasks?limit=200")}


def request(cast: Cast, worker: Worker, **changes: Any) -> str:
    """A request in the worker's cell, offered to them as a task."""
    return str(
        cast("luo.intake").register(report("request", "property.fees", location={"cell": worker.cell}, **changes))["id"]
    )


def ask(who: Person, worker: Worker, **body: Any) -> Any:
    return who.post(f"/v1/staff/{worker.id}/handover", body)


def look(who: Person, worker: Worker, **body: Any) -> list[dict[str, Any]]:
    reply = ask(who, worker, dry_run=True, **body)
    assert reply.status_code == 200, reply.text
    return list(reply.json()["items"])


def approved(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: item[name] for name in ("kind", "ref", "to")} for item in items]


def carry_out(who: Person, worker: Worker, **body: Any) -> dict[str, Any]:
    reply = ask(who, worker, items=approved(look(who, worker, **body)), **body)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def becomes(items: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return sorted((item["kind"], item["becomes"], item["to"]) for item in items)
