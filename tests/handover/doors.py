"""A worker whom no other test moves, and hand-overs of theirs."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

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

    def is_out(self, *cases: str) -> bool:
        """No post is left, and no door of cases opens."""
        doors = ["/v1/me/tasks", "/v1/cases?limit=5", *(f"/v1/cases/{case}" for case in cases)]
        posts = self.person.get("/v1/me").json()["posts"]
        return posts == [] and {self.person.get(door).status_code for door in doors} == {403}

    def is_named_in(self, sql: Ask, case: str) -> bool:
        """Whether the case is open to them by name, whatever their posts open."""
        return bool(
            sql(
                "select from case_access where case_id = $1 and grantee = $2 and (until is null or until > now())",
                UUID(case), f"staff:{self.id}",
            )
        )  # fmt: skip


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
