"""What a person reads through the doors of many cases: dashboards, counts, lists; and the doors that no case touches."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from tests.access.doors import AREAS, AUDIT, LISTS, needed
from tests.cast import Person

GROUPS = ("status", "kind", "category", "county", "township", "lead_unit", "queue")


def figures(person: Person) -> dict[str, Counter[str]]:
    """What the dashboards of the areas say that this person may ask for."""
    found = {}
    for area in AREAS:
        reply = person.get(f"/v1/areas/{area}/dashboard")
        if reply.status_code == 200:
            found[area] = Counter({figure["code"]: figure["value"] for figure in reply.json()["figures"]})
    return found


def counted(person: Person) -> dict[str, Counter[str | None]]:
    """What the counts say, group by group."""
    found = {}
    for group in GROUPS:
        reply = person.get(f"/v1/cases/counts?by={group}")
        items = reply.json()["items"] if reply.status_code == 200 else []
        found[group] = Counter({item["key"]: item["cases"] for item in items})
    return found


def listed(person: Person, wanted: Sequence[str] = ("sort=due", "sort=newest")) -> dict[str, set[str]]:
    """Every id that each list gives, page after page; nothing for those who may read no list."""
    if person.get("/v1/cases?limit=1").status_code != 200:
        return {}
    found = {f"/v1/cases?{query}": {i["id"] for i in person.walk(f"/v1/cases?limit=200&{query}")} for query in wanted}
    of_cases = ("/v1/supervisions", "/v1/me/supervisions", "/v1/me/proxies")
    for url, name in (("/v1/me/tasks", "id"), *((url, "case_id") for url in of_cases)):
        found[url] = {item[name] for item in person.walk(f"{url}?limit=200")}
    return found


def quiet_doors(document: dict[str, Any]) -> list[str]:
    """What planting must leave untouched for everybody: the map, staff, units, tables, the caller's own page."""
    doors = []
    for path, item in document["paths"].items():
        if "get" in item and "{" not in path and path not in (*LISTS, AUDIT):
            doors += [
                f"{path}?{urlencode(needed(path))}",
                f"{path}?{urlencode({**needed(path), 'unit': quote('X150102')})}",
            ]
    return doors
