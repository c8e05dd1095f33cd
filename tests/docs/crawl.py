"""After a story: who sees its cases, and what hangs on them, without a part in them."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from scripts.reference import operations
from seeds.hohhot.city import build_city
from tests.cast import Person
from tests.docs.telling import Teller
from tests.support.tiers import Amount

OF_A_ROLE = Amount("of each role who look into the cases of a tutorial without a part in them", short=1, long=4)
# Whoever has a part by name, or by a post in a unit that has one; and for what is open to its area, those of the area.
PARTS = """
    select exists (
        select from staff s left join post p on p.staff = s.id, cases c
        where s.id = $2 and c.id = $1 and (
            exists (select from case_access a where a.case_id = c.id and (a.until is null or a.until > $3)
                and (a.grantee in ('staff:' || s.id, 'post:' || p.id)
                    or a.grantee = 'unit:' || p.unit and p.role <> 'grid_worker'))
            or c.kind in ('request', 'event') and p.role not in ('auditor', 'administrator')
                and p.area in (c.city, c.county, c.township, c.community))) as has
"""


def strangers_who_see(page: str, teller: Teller, sql: Callable[..., list[Any]], now: datetime) -> list[str]:
    """What anybody of the cast reads at `now`, without a part in the cases of a page, by the ids that it kept."""
    ids = {name: str(value) for name, value in teller.kept.items() if re.fullmatch(r"[0-9a-f-]{36}", str(value))}
    cases = {str(row["id"]) for row in sql("select id from cases where id = any($1::uuid[])", list(ids.values()))}
    addresses, found = list(_addresses(page, ids, cases, teller)), list[str]()
    for member in lookers(page):
        person = teller.cast(member.login)
        blind = {c for c in cases if not sql(PARTS, c, str(member.staff), now)[0]["has"]}
        for value, url in addresses if blind else ():
            if value in blind or value not in cases:
                found += _looked(person, url, blind == cases)
        listed = {item["id"] for item in person.walk("/v1/me/tasks?limit=200")} if blind and _reads(person) else set()
        found += [f"{member.login} has {case} in the list of tasks" for case in listed & blind]
    return found


def lookers(page: str) -> list[Any]:
    """The whole cast in the long tier; in the short one some of each role, others from page to page."""
    by_role = dict[str, list[Any]]()
    for member in build_city().cast:
        by_role.setdefault(member.role, []).append(member)
    assert OF_A_ROLE == 1 or max(map(len, by_role.values())) <= OF_A_ROLE, "the long tier asks everybody"
    return [
        those[(len(page) + n) % len(those)] for those in by_role.values() for n in range(min(OF_A_ROLE, len(those)))
    ]


def _addresses(page: str, ids: dict[str, str], cases: set[str], teller: Teller) -> Iterator[tuple[str, str]]:
    """Each id with every address that takes it: all of its collection; where the page names none, what answers a speaker."""
    named = {name: collection for collection, name in re.findall(r"/v1/(\w+)/\{(\w+)\}", page)}
    ways = [path for method, path, _ in operations() if method == "GET" and re.search(r"^[^{]*\{\w+_id\}[^{]*$", path)]
    for name, value in ids.items():
        for way in ways:
            collection, url = way.split("/")[2], re.sub(r"{\w+}", value, way)
            if collection == "staff" or (collection == "cases") != (value in cases):
                continue
            if named.get(name) == collection or (name not in named and teller.anybody_reads(url)):
                yield value, url


def _looked(person: Person, url: str, must_not: bool) -> list[str]:
    status = person.get(url).status_code
    assert status != 401, f"{person.login} is not logged in"
    seen = status == 200 and (must_not or "/cases/" in url)
    return [f"{person.login} reads {url}"] if seen else []


def _reads(person: Person) -> bool:
    return bool(person.get("/v1/me/tasks?limit=1").status_code == 200)
