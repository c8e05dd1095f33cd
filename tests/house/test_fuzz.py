"""The whole API against made-up requests: whole as one who holds every post, a share for each role. No fault, and no answer
that the document does not know. `make attack` makes many more."""

import os
from typing import Any

import pytest

from tests.cast import Cast, Lives, Person, report
from tests.house.fuzzing import Fuzz, operations, with_every_post
from tests.support.application import document
from tests.support.tiers import Amount, some

OPERATIONS = Amount("operations that get made-up requests, of a hundred", short=12, long=100)
EXAMPLES = int(os.environ.get("GRIDCASE_FUZZ_EXAMPLES", "0"))  # of each kind an operation, for everybody
MADE = Amount("made-up requests of each kind to every operation", short=1, long=5)
SEED = int(os.environ.get("GRIDCASE_FUZZ_SEED", "1"))
ROLES = [
    "wang.grid", "li.window", "sun.coordinator", "chen.housing", "zhou.mediator", "liu.head", "he.discipline",
    "hu.supervisor", "lin.auditor", "hotline-12345", "guo.admin",
]  # fmt: skip
# schemathesis tells of parameters it cannot make; the document has none, and any other warning is an error as always
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis")


@pytest.fixture(scope="module")
def known() -> list[Any]:
    return operations(document())[:: 100 // OPERATIONS]


def speaker(cast: Cast, who: str) -> Person:
    """A cast member, or the machine."""
    if who == "hotline-12345":
        return cast.machine()
    return cast(who)


def own_case(cast: Cast, lives: Lives, person: Person) -> str:
    """A live case that the caller sees, if there is one."""
    lives.signed()
    cast("li.window").register(report("request", "heating.outage"))
    cast("li.window").register(report("petition", "conduct.service", petition_class="accusation"))
    seen = person.get("/v1/cases?sort=newest&limit=1")
    items = seen.json().get("items", [])
    return str(items[0]["id"]) if items else str(lives.signed()["id"])


@MADE.mark
def test_the_whole_api_takes_whatever_comes(cast: Cast, lives: Lives, known: list[Any], sql: Any) -> None:
    person = with_every_post(cast, sql)
    fuzz, own = Fuzz(cast.client, person.headers, seed=SEED), own_case(cast, lives, person)
    for operation in known:
        fuzz.run(operation, EXAMPLES or MADE, own)
    assert set(fuzz.answers) == {operation.label for operation in known}
    assert not [s for answers in fuzz.answers.values() for s in answers if s >= 500]
    reached = [
        label for label, answers in fuzz.answers.items() if any(s < 400 or s in (404, 409, 412) for s in answers)
    ]
    # One request of each kind gets past the first checks of fewer operations than five do.
    needed = 0.9 if MADE >= 5 else 0.6
    assert len(reached) > needed * len(known), "the made-up requests get past the first checks"


@OPERATIONS.mark
@pytest.mark.parametrize("who", some(ROLES, every=len(ROLES), what="made-up requests by each role"))
def test_each_role_may_send_whatever_it_likes(cast: Cast, lives: Lives, known: list[Any], who: str) -> None:
    person = speaker(cast, who)
    fuzz, own = Fuzz(cast.client, person.headers, seed=SEED + ROLES.index(who)), own_case(cast, lives, person)
    for operation in known if EXAMPLES else known[ROLES.index(who) % 2 :: 2]:
        fuzz.run(operation, EXAMPLES or 2, own)
    made = sum(sum(answers.values()) for answers in fuzz.answers.values())
    assert made >= 20


@OPERATIONS.mark
def test_without_a_login_nothing_is_stored(cast: Cast, known: list[Any], sql: Any) -> None:
    counted = "select (select count(*) from cases) + (select count(*) from event) + (select count(*) from idempotency)"
    before = sql(counted)[0][0]
    fuzz = Fuzz(cast.client, {}, seed=SEED)
    for operation in known:
        fuzz.run(operation, EXAMPLES or 1)
    assert sql(counted)[0][0] == before
    for label, answers in fuzz.answers.items():
        if label not in ("POST /v1/tokens", "POST /v1/query", "POST /v1/query/code"):  # the last answers all alike
            assert not any(status < 400 for status in answers), label
