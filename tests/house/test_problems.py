"""Every refusal has one shape (RFC 9457), in the caller's language, and its kind is explained where `type` says."""

import asyncio
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.core.database import connect
from app.core.errors import CATALOGUE, Problem
from app.core.settings import settings
from app.notices.actions import PRINTS
from tests.cast import CITY, Cast, Lives, Person, report
from tests.support.application import application
from tests.support.residents import UPHELD, applied, decided, township_case

KINDS = {kind.slug: kind for kind in CATALOGUE}
CHINESE = re.compile(r"[一-鿿]")
JSON = {"Content-Type": "application/json"}
Provoke = Callable[[dict[str, str]], Any]


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def used_up(limit: str, ask: Provoke) -> Provoke:
    """The request when nothing is left of a setting that bounds it."""

    def provoke(extra: dict[str, str]) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings(), limit, 0)
            return ask(extra)

    return provoke


@pytest.fixture(scope="module")
def provoked(cast: Cast, lives: Lives) -> dict[str, Provoke]:
    """A request for every kind of problem that a caller can bring about."""
    li, chen, client = cast("li.window"), cast("chen.housing"), cast.client

    def post(url: str, body: Any = None, **headers: str) -> Provoke:
        return lambda extra: client.post(url, json=body, headers={**li.headers, **key(), **headers, **extra})

    def id_used_before(extra: dict[str, str]) -> Any:
        body = report(id=li.register()["id"])
        return client.post("/v1/cases", json=body, headers={**li.headers, **key(), **extra})

    def key_used_before(extra: dict[str, str]) -> Any:
        used = key()
        client.post("/v1/cases", json=report(), headers={**li.headers, **used})
        return client.post("/v1/cases", json=report(), headers={**li.headers, **used, **extra})

    def key_in_use(extra: dict[str, str]) -> Any:
        used, me = uuid.uuid4().hex, li.get("/v1/me").json()["id"]
        with holding(f"staff:{me} {used}"):
            return client.post("/v1/cases", json=report(), headers={**li.headers, "Idempotency-Key": used, **extra})

    def closed_case(extra: dict[str, str]) -> Any:
        case = lives.closed()["id"]
        party = chen.get(f"/v1/cases/{case}").json()["parties"][0]["id"]
        body = {"party": party, "reason": "核对号码"}
        return client.post(f"/v1/cases/{case}/same_phone", json=body, headers={**chen.headers, **key(), **extra})

    def no_review(**changes: Any) -> Provoke:
        """Against a decision that is not there, or is the last there can be."""
        receipt = lives.handling() if not changes else twice_reviewed()
        body = {"number": receipt["number"], "code": receipt["query_code"], "reasons": "不服"}
        return lambda extra: client.post("/v1/query/review", json=body, headers=extra)

    def twice_reviewed() -> dict[str, Any]:
        receipt = township_case(lives)
        for unit in ("C150102", "C150100"):
            decided(cast, applied(cast, receipt, unit), UPHELD, f"{unit}.coordinator.1")
        return receipt

    case, asked = li.register()["id"], {"number": "260000001U", "code": "AAAAAAAAAA"}
    step = f"/v1/cases/{case}/actions"
    return {
        "bad-request": lambda extra: client.post(
            "/v1/query", content=b"{", headers={"Content-Type": "application/json", **extra}
        ),
        "idempotency-key-missing": lambda extra: client.post(
            "/v1/cases", json=report(), headers={**li.headers, **extra}
        ),
        "not-authenticated": lambda extra: client.get("/v1/me", headers=extra),
        "forbidden": lambda extra: client.get("/v1/cases", headers={**cast("lin.auditor").headers, **extra}),
        "not-found": lambda extra: client.get(f"/v1/cases/{uuid.uuid4()}", headers={**li.headers, **extra}),
        "method-not-allowed": lambda extra: client.delete("/v1/cases", headers={**li.headers, **extra}),
        "conflict": closed_case,
        "action-refused": post(f"{step}/close", **{"If-Match": '"1"'}),
        "review-refused": no_review(),
        "review-exhausted": no_review(last=True),
        "request-in-flight": key_in_use,
        "already-exists": id_used_before,
        "stale-version": post(f"{step}/flag_urgent", {"reason": "撤回"}, **{"If-Match": '"99"'}),
        "too-large": post("/v1/cases", {"title": "长" * 3_000_000}),
        "unsupported-media-type": post("/v1/cases", report(), **{"Content-Type": "text/plain"}),
        "invalid": post("/v1/cases", {}),
        "idempotency-key-reused": key_used_before,
        "version-missing": post(f"{step}/flag_urgent", {"reason": "撤回"}),
        "too-many-requests": used_up(
            "query_tries_per_hour", lambda extra: client.post("/v1/query", json=asked, headers=extra)
        ),
        "looks-used-up": used_up("reveals_per_day", post(f"/v1/cases/{case}/reveal", {"reason": "核对身份"})),
        "too-many-at-once": lambda extra: too_many_at_once(li, case, extra),
    }


def too_many_at_once(person: Person, case: str, extra: dict[str, str]) -> Any:
    """Prints, of which nobody has any."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("each", "waiting"):
            patch.setattr(PRINTS, name, 0)
        return person.get(f"/v1/cases/{case}/file.pdf", **extra)


class holding:  # noqa: N801 (reads as a phrase)
    """Another request's lock on a key, held for the time of a block."""

    def __init__(self, place: str) -> None:
        self.place, self.runner = place, asyncio.Runner()

    def __enter__(self) -> None:
        self.conn = self.runner.run(connect(CITY, "app"))
        self.runner.run(self.conn.execute("select pg_advisory_lock(hashtextextended($1, 0))", self.place))

    def __exit__(self, *_: Any) -> None:
        self.runner.run(self.conn.close())
        self.runner.close()


def check(reply: Any, kind: type[Problem], language: str) -> None:
    body = reply.json()
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.status_code == body["status"] == kind.status, body
    assert body["type"] == f"/problems/{kind.slug}", body
    assert body["title"] == kind.title.say(language)
    assert body["instance"] == reply.request.url.path
    said = [body["detail"], *(place["detail"] for place in body.get("errors", []))]
    for sentence in said:
        assert len(sentence) >= 4
        assert bool(CHINESE.search(sentence)) == (language == "zh"), sentence
    for name, value in kind.headers.items():
        assert reply.headers[name] == value
    assert reply.headers["x-request-id"]


# What is told of the bare connection, beneath the application: tests/attack/test_slow_clients.py.
OF_CONNECTIONS = {"too-slow", "head-too-large"}


@pytest.mark.parametrize("slug", sorted(set(KINDS) - {"unavailable", "internal", *OF_CONNECTIONS}))
def test_every_refusal_has_the_one_shape_in_both_languages(provoked: dict[str, Provoke], slug: str) -> None:
    check(provoked[slug]({}), KINDS[slug], "zh")
    check(provoked[slug]({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}), KINDS[slug], "zh")
    check(provoked[slug]({"Accept-Language": "en-GB,en;q=0.9"}), KINDS[slug], "en")


@pytest.fixture
def broken(database: str, client: TestClient, cast: Cast) -> Iterator[tuple[TestClient, Any]]:
    """An application of its own, for the faults that would hurt the others."""
    app = application()

    @app.get("/fault")
    async def fault() -> None:
        raise ZeroDivisionError("the secret of the house")

    with TestClient(app, raise_server_exceptions=False) as running:
        yield running, app


@pytest.mark.parametrize(("language", "header"), [("zh", {}), ("en", {"Accept-Language": "en"})])
def test_a_database_that_is_away_is_503_and_says_that_nothing_was_stored(
    broken: tuple[TestClient, Any], cast: Cast, language: str, header: dict[str, str]
) -> None:
    running, app = broken
    assert running.portal is not None
    for role in (app.state.database, app.state.reader):
        running.portal.call(role.close)
    for url in ("/v1/me", "/v1/cases", "/readyz"):
        reply = running.get(url, headers={**cast("li.window").headers, **header})
        check(reply, KINDS["unavailable"], language)
    reply = running.post("/v1/cases", json=report(), headers={**cast("li.window").headers, **key(), **header})
    check(reply, KINDS["unavailable"], language)


def test_a_fault_of_the_service_tells_nothing_of_its_inside(broken: tuple[TestClient, Any]) -> None:
    reply = broken[0].get("/fault")
    check(reply, KINDS["internal"], "zh")
    assert "secret" not in reply.text
    assert "ZeroDivision" not in reply.text
    check(broken[0].get("/fault", headers={"Accept-Language": "en"}), KINDS["internal"], "en")


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.slug)
def test_its_type_is_served(cast: Cast, kind: type[Problem]) -> None:
    page = cast.client.get(f"/problems/{kind.slug}")
    assert page.status_code == 200
    for words in (str(kind.status), kind.title.zh, kind.title.en, kind.__doc__ or "none"):
        assert words in page.text


def test_a_type_that_there_is_not_is_404(cast: Cast) -> None:
    assert cast.client.get("/problems/none").status_code == 404


def test_the_catalogue_is_complete_and_each_kind_its_own() -> None:
    def below(kind: type[Problem]) -> Iterator[type[Problem]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    assert set(below(Problem)) == set(CATALOGUE)
    assert len(KINDS) == len(CATALOGUE)
