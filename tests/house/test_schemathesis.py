"""The edges of every schema, as schemathesis works them out from the document: each value at, inside and beyond its
bounds, missing, of another type, with unknown fields, methods and media. The document is read strictly. Random requests
are those of `test_fuzz.py`.
"""

import itertools
import os
import uuid
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from tests.cast import Cast, Lives
from tests.house.documents import closed
from tests.house.fuzzing import LOG_OUT, Fuzz, with_every_post
from tests.support.tiers import long

SHARE = int(os.environ.get("GRIDCASE_EDGES_SHARE", "1"))  # every n-th edge is tried
# They ask for something of that very case, which nobody makes up: an attachment to black out, a party and a paper or code.
OF_THE_CASE = {"POST /v1/cases/{case_id}/attachments", "POST /v1/cases/{case_id}/data_requests"}
STATES = ("registered", "signed", "handling", "concluded", "served", "closed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis")


class Edges:
    """The edge cases of every operation, each with a key of its own and, where it can, a case that exists."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schema = schemathesis.openapi.from_dict(closed(document))
        found: list[Any] = list(self.schema.get_all_operations())
        self.operations = [made for made in (operation.ok() for operation in found) if made.label != LOG_OUT]

    def of(self, operation: Any) -> Any:
        """schemathesis makes them without chance: the same ones in every run."""
        made = self.schema.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=self.schema.config.generation
        )
        return itertools.islice(made, 0, None, SHARE)


@pytest.fixture
def edges(app: Any) -> Edges:
    return Edges(app.openapi())


def let_through(case: Any, known: dict[str, int]) -> None:
    """An unused key, and a case that exists with its version: what is left to judge is the body."""
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
    for case_id, version in known.items():
        case.path_parameters["case_id"] = case_id
        if "If-Match" in case.headers:
            case.headers["If-Match"] = f'"{version}"'


@long("schemathesis whole")
def test_the_whole_api_as_administrator(cast: Cast, edges: Edges) -> None:
    """Stopped at most doors, whatever is brought: every other edge is enough, unless under attack."""
    fuzz, share = Fuzz(cast.client, cast("guo.admin").headers), 1 if "GRIDCASE_FUZZ_EXAMPLES" in os.environ else 2
    for operation in edges.operations:
        for case in itertools.islice(edges.of(operation), 0, None, share):
            fuzz.send(case)
    answers = {label: set(statuses) for label, statuses in fuzz.answers.items()}
    assert len(answers) == len(edges.operations)
    assert {s for label, statuses in answers.items() if label.startswith("GET /v1/cases") for s in statuses} <= {
        403,
        405,
        422,
    }
    assert 200 in answers["GET /v1/areas"]


@long("schemathesis whole")
def test_the_whole_api_as_one_who_may_everything(cast: Cast, lives: Lives, edges: Edges, sql: Any) -> None:
    fuzz, states = Fuzz(cast.client, with_every_post(cast, sql).headers), itertools.cycle(STATES)
    for operation in edges.operations:
        known: dict[str, int] = {}
        for number, case in enumerate(edges.of(operation)):
            if "{case_id}" in operation.path and number % 16 == 0:
                case_id = getattr(lives, next(states))()["id"]
                known = {case_id: cast("chen.housing").get(f"/v1/cases/{case_id}").json()["version"]}
            if number % 2:
                let_through(case, known)
            fuzz.send(case)
    statuses = {status for counted in fuzz.answers.values() for status in counted}
    assert {200, 201, 400, 404, 405, 409, 415, 422, 428} <= statuses
    assert not any(status >= 500 for status in statuses)
    stuck = {label for label, counted in fuzz.answers.items() if set(counted) <= {400, 405, 415, 422, 428}}
    assert stuck <= OF_THE_CASE, "no request came past the first checks"
