"""Between two cases of one's own nothing tells that a third was registered: no number, no id, no cursor counts on."""

import json
import uuid
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import READABLE, Keys, keys
from tests.cast import Cast, report
from tests.support.application import document

Sql = Callable[..., list[Any]]
SERIALS = st.integers(0, 2**63 - 1)
# What integers of answers and parameters measure. None of them numbers the rows of a table.
MEASURES = """
    added amount_cents attempts cases days denominator expires_in extensions height hours households length line metres
    numerator overdue pages paid_cents refused requests residents respond_minutes rooms seats size standing supervisions units
    value weekday weekdays width windows x y limit
"""
OF_ONE_THING = {
    "number",  # of the obligations of one agreement
    "seq", "version", "procedure_version", "reopened",  # of one case, one procedure
    "status",  # of HTTP
}  # fmt: skip


def integers(schema: Any) -> Iterator[str]:
    """Names of members and parameters that hold integers."""
    if isinstance(schema, dict):
        members = schema.get("properties")
        named = members.items() if isinstance(members, dict) else ()
        yield from (name for name, member in named if '"integer"' in json.dumps(member))
        if "in" in schema and '"integer"' in json.dumps(schema.get("schema")):
            yield schema["name"]
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from integers(value)


def test_every_integer_that_goes_in_or_out_is_a_known_measure() -> None:
    assert set(integers(document())) <= set(MEASURES.split()) | OF_ONE_THING


def test_the_numbers_of_cases_do_not_tell_how_many_lie_between(cast: Cast) -> None:
    window = cast("li.window")
    numbers = [window.register(report())["number"] for _ in range(8)]
    digits = [int(number[2:-1]) for number in numbers]
    assert digits not in (sorted(digits), sorted(digits, reverse=True))
    assert min(abs(one - other) for one, other in pairwise(digits)) > 1
    for number in numbers:
        assert len(number) == 10
        assert number[-1] == READABLE[int(number[:-1]) % len(READABLE)]


def test_every_serial_has_digits_of_its_own_which_another_key_gives_otherwise(sql: Sql) -> None:
    statement = "select case_digits(n, $1) as digits from generate_series($2::bigint, $2 + 4999) n"
    for first, long in ((0, 7), (9_995_000, 7), (10_000_000, 8), (99_995_000, 8)):
        digits = [row["digits"] for row in sql(statement, b"one key", first)]
        assert {len(one) for one in digits} == {long}
        assert len(set(digits)) == len(digits)
        assert digits != [row["digits"] for row in sql(statement, b"other", first)]
        ups = sum(one < other for one, other in pairwise(digits))
        assert 0.45 < ups / len(digits) < 0.55


def test_all_seven_digits_are_given_once(sql: Sql) -> None:
    """The halves are a thousand and ten thousand: both are moved within themselves, so it is enough to see that a whole
    block of one comes to as many digits as it has serials."""
    statement = "select count(distinct case_digits(n * 1000 + $2, $1)) from generate_series(0::bigint, 9999) n"
    assert sql(statement, b"key", 7)[0][0] == 10_000


@given(SERIALS, SERIALS)
def test_names_of_rows_are_their_own_and_lead_back(one: int, other: int) -> None:
    assert keys().unveil(keys().veil(one)) == one
    assert (keys().veil(one) == keys().veil(other)) == (one == other)
    assert Keys(b"another master key of thirty-two").veil(one) != keys().veil(one)


def test_a_name_that_was_never_given_leads_nowhere() -> None:
    assert not [name for name in (uuid.uuid4() for _ in range(200)) if keys().unveil(name) is not None]


def test_own_messages_are_named_and_paged_without_a_number(cast: Cast, sql: Sql) -> None:
    chen = cast("chen.housing")
    sql(
        "insert into message (key, grantee, template, created_at)"
        " select 'sequence ' || n, 'unit:D150102_housing', 'notice_urging', '2026-11-23T04:00Z'"
        " from generate_series(1, 5) n returning id"
    )
    told = list(chen.walk("/v1/me/messages?limit=2"))
    assert len({message["id"] for message in told}) == len(told) >= 5
    assert {
        uuid.UUID(message["id"]) == keys().veil(keys().unveil(uuid.UUID(message["id"])) or 0) for message in told
    } == {True}
    assert chen.get("/v1/me/messages?cursor=WyIxIl0").status_code == 422
    assert chen.post("/v1/me/messages/1/read").status_code == 422


def numbers_in(told: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Every number that an answer holds, by where it stands: of ids their random half, of case numbers their digits."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from numbers_in(value, f"{path}/{name}")
    elif isinstance(told, list):
        for value in told:
            yield from numbers_in(value, f"{path}/-")
    elif isinstance(told, int) and not isinstance(told, bool):
        yield path, told
    elif isinstance(told, str) and len(told) == 36 and told.count("-") == 4:
        yield path, uuid.UUID(told).int & (2**62 - 1)
    elif path.endswith("/number") and isinstance(told, str) and told[:-1].isdigit():
        yield path, int(told[2:-1])


def window(cast: Cast, hidden: bool) -> dict[str, int]:
    """By how much the numbers of a second own case differ from the first's, with an accusation between the two or nothing."""
    seen = []
    for last in (False, True):
        if last and hidden:
            body = report("petition", "conduct.service", petition_class="accusation")
            cast("li.window").register({**body, "concerns": [{"unit": "D150102_housing"}]})
        receipt = cast("chen.housing").register(report())
        page = cast("chen.housing").get(f"/v1/cases/{receipt['id']}")
        lists = cast("chen.housing").get("/v1/cases?limit=1&sort=newest")
        seen.append(dict(numbers_in([receipt, page.json(), lists.json(), page.headers.get("etag", "")])))
    return {place: seen[1][place] - seen[0][place] for place in seen[0].keys() & seen[1].keys()}


def test_in_ten_pairs_of_windows_no_number_id_or_cursor_tells_which_holds_an_accusation(cast: Cast) -> None:
    pairs = [(window(cast, True), window(cast, False)) for _ in range(10)]
    places = set.intersection(*(set(one) & set(other) for one, other in pairs))
    assert len(places) > 10
    telling = []
    for place in places:
        for measure in (int, abs):
            held = [measure(one[place]) for one, _ in pairs]
            none = [measure(other[place]) for _, other in pairs]
            if max(held) < min(none) or max(none) < min(held):
                telling.append(place)
    assert telling == []
