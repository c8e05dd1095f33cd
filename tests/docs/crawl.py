"""After a story: who sees its cases, and what hangs on them, without a part in them."""

import re
from collections.abc import Callable
from typing import Any

from app.main import create_app
from seeds.hohhot.city import build_city
from tests.cast import Cast, Person

# Whoever has a part by name, or by a post in a unit that has one; and for what is open to its area, those of the area.
PARTS = """
    select exists (
        select from staff s left join post p on p.staff = s.id, cases c
        where s.id = $2 and c.id = $1 and (
            exists (select from case_access a where a.case_id = c.id and (a.until is null or a.until > now())
                and (a.grantee in ('staff:' || s.id, 'post:' || p.id)
                    or a.grantee = 'unit:' || p.unit and p.role <> 'grid_worker'))
            or c.kind in ('request', 'event') and p.role not in ('auditor', 'administrator')
                and p.area in (c.city, c.county, c.township, c.community))) as has
"""


def strangers_who_see(kept: dict[str, Any], cast: Cast, sql: Callable[..., list[Any]]) -> list[str]:
    """What anybody of the cast sees of the cases kept (`case`, `case_…`, or any kept id of a case) without a part."""
    ids = [str(value) for value in kept.values() if re.fullmatch(r"[0-9a-f-]{36}", str(value))]
    cases = {str(row["id"]) for row in sql("select id from cases where id = any($1::uuid[])", ids)}
    document, found = create_app("hohhot").openapi(), []
    ways = [
        path for path, doors in document["paths"].items()
        if "get" in doors and len(re.findall("{", path)) == 1 and "{staff_id}" not in path
    ]  # fmt: skip
    for member in build_city().cast:
        person = cast(member.login)
        blind = {c for c in cases if not sql(PARTS, c, str(member.staff))[0]["has"]}
        for way in ways if blind else []:
            for value in blind if "{case_id}" in way else set(ids) - cases if "_id}" in way else ():
                found += _looked(person, re.sub(r"{\w+}", value, way), blind == cases)
        listed = {item["id"] for item in person.walk("/v1/me/tasks?limit=200")} if blind and _reads(person) else set()
        found += [f"{member.login} has {case} in the list of tasks" for case in listed & blind]
    return found


def _looked(person: Person, url: str, must_not: bool) -> list[str]:
    status = person.get(url).status_code
    assert status != 401, f"{person.login} is not logged in"
    seen = status == 200 and (must_not or "/cases/" in url)
    return [f"{person.login} reads {url}"] if seen else []


def _reads(person: Person) -> bool:
    return bool(person.get("/v1/me/tasks?limit=1").status_code == 200)
