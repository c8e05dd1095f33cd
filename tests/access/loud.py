"""Run by a test in a process of its own: the service with its log on, used rightly, wrongly, and while it breaks.

Arguments: the canary. The log goes to standard output, as in production.
"""

import sys
from typing import Any

import asyncpg
from starlette.testclient import TestClient

from app.cases.queries import lists
from app.main import create_app
from tests.cast import Cast, report


def main(canary: str) -> None:
    """One line a request, and the faults between them."""
    with TestClient(create_app("hohhot"), raise_server_exceptions=False) as client:
        cast = Cast(client)
        li = cast("li.window")
        body = report(
            "petition", "heating.temperature", title=f"{canary}题", description=f"{canary}述",
            location={"cell": "150102001001001", "address": f"{canary}路"}, concerns=[{"text": f"{canary}人"}],
            parties=[{"role": "petitioner", "name": f"{canary}名", "phone": "17712345678"}],
        )  # fmt: skip
        case = li.register(body)["id"]
        li.get(f"/v1/cases?q={canary}")
        li.post("/v1/cases", {**body, "id": case})
        li.post("/v1/cases", {**body, "title": f"{canary}\x00"})
        li.post("/v1/cases", {**body, "category": canary})
        li.post("/v1/cases", {**body, canary: canary})
        li.post("/v1/cases", content=f'{{"title": "{canary}'.encode())
        seen = li.register({**body, "concerns": []})["id"]
        li.post(f"/v1/cases/{seen}/actions/flag_urgent", {"reason": f"{canary}因"}, version=9)
        li.post(f"/v1/cases/{seen}/reveal", {"reason": f"核实{canary}"})
        client.post("/v1/tokens", json={"login": "li.window", "password": canary})
        client.get("/v1/me", headers={"Authorization": f"Bearer {canary.encode().hex()}"})
        client.post("/v1/query", json={"number": "999999999Z", "code": "2222222222"})
        _break(li, body, canary)


def _break(li: Any, body: dict[str, Any], canary: str) -> None:
    """Faults whose messages, notes and locals hold what people wrote."""
    errors = [
        RuntimeError(f"{canary} could not be written"),
        asyncpg.PostgresError(f"{canary} DETAIL: Failing row contains ({canary})"),
        asyncpg.UniqueViolationError(f"Key ({canary}) exists"),
        asyncpg.DataError(f"invalid input for query argument $9: {canary}"),
        OSError(canary),
    ]

    def breaking(*_: Any, **__: Any) -> Any:
        local = {"seen": canary, "body": body}
        error = errors.pop(0)
        error.add_note(str(local))
        raise error

    lists.list_cases = breaking
    for _ in range(5):
        li.get("/v1/cases")


if __name__ == "__main__":
    main(sys.argv[1])
