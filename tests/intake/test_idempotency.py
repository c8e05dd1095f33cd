"""A repeated request does nothing twice, whoever repeats it, however it is repeated, and when."""

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app.core.calls import Call
from app.core.database import connect
from app.core.idempotency import kept
from app.reference import runner
from tests.cast import CITY, Cast, Lives, report
from tests.support.residents import uncoded
from tests.support.tiers import Amount

STEPS = Amount("runs of keys, callers and contents", short=5, long=15, setting="GRIDCASE_IDEMPOTENCY_RUNS")
_serial = itertools.count()


def fresh() -> str:
    return uuid.uuid4().hex


def filed(sql: Any, title: str) -> int:
    return int(sql("select count(*) from case_text where title = $1", title)[0][0])


def test_the_same_request_again_gives_the_same_answer_and_says_so(cast: Cast, sql: Any) -> None:
    body, key = report(), fresh()
    first, again = (cast("li.window").post("/v1/cases", body, key=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert uncoded(first.text) == again.text
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert filed(sql, body["title"]) == 1


def test_the_same_key_with_other_content_is_refused(cast: Cast, sql: Any) -> None:
    body, key = report(), fresh()
    cast("li.window").post("/v1/cases", body, key=key)
    other = {**body, "title": f"{body['title']}改"}
    reply = cast("li.window").post("/v1/cases", other, key=key)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert filed(sql, other["title"]) == 0
    assert cast("li.window").post("/v1/cases:batch", {"items": [other]}, key=key).status_code == 422
    assert filed(sql, other["title"]) == 0


def test_a_key_is_its_callers_own(cast: Cast) -> None:
    body, key = report(), fresh()
    one = cast("li.window").post("/v1/cases", body, key=key)
    other = cast("wang.grid").post("/v1/cases", body, key=key)
    assert other.status_code == 201
    assert other.json()["id"] != one.json()["id"]
    assert "idempotency-replayed" not in other.headers


@pytest.mark.parametrize(
    "url", ["/v1/cases", "/v1/cases:batch", "/v1/cases/{id}/actions/flag_urgent", "/v1/cases/{id}/reveal"]
)
def test_a_write_without_a_key_is_refused(cast: Cast, url: str) -> None:
    li = cast("li.window")
    case = li.register()["id"]
    body = {"reason": "试试"} if "{id}" in url else report() if url == "/v1/cases" else {"items": [report()]}
    reply = cast.client.post(url.format(id=case), json=body, headers={**li.headers, "If-Match": '"1"'})
    assert (reply.status_code, reply.json()["type"]) == (400, "/problems/idempotency-key-missing")


@pytest.mark.parametrize("key", ["", "k" * 129, "tab\there", '""'])
def test_a_key_is_short_and_printable(cast: Cast, key: str) -> None:
    reply = cast.client.post("/v1/cases", json=report(), headers={**cast("li.window").headers, "Idempotency-Key": key})
    assert reply.status_code in (400, 422)


def test_quotes_around_a_key_do_not_change_it(cast: Cast) -> None:
    body, key = report(), fresh()
    plain = cast("li.window").post("/v1/cases", body, key=key)
    quoted = cast("li.window").post("/v1/cases", body, key=f'"{key}"')
    assert uncoded(quoted.text) == uncoded(plain.text)


@pytest.mark.parametrize("url", ["/v1/cases", "/v1/cases:batch"])
def test_many_at_once_under_one_key_file_exactly_one(cast: Cast, sql: Any, url: str) -> None:
    li = cast("li.window")
    for _ in range(5):
        body, key = report(), fresh()
        sent = body if url == "/v1/cases" else {"items": [body]}
        with ThreadPoolExecutor(max_workers=8) as pool:
            replies = list(pool.map(lambda _, sent=sent, key=key: li.post(url, sent, key=key), range(8)))
        statuses = sorted({reply.status_code for reply in replies})
        assert statuses in ([201], [201, 409], [200], [200, 409]), statuses
        answers = [reply.text for reply in replies if reply.status_code != 409]
        assert sum("query_code" in answer for answer in answers) == 1, "the code is shown once"
        assert len({uncoded(answer) for answer in answers}) == 1
        assert {r.json()["type"] for r in replies if r.status_code == 409} <= {"/problems/request-in-flight"}
        assert filed(sql, body["title"]) == 1


def test_a_repeat_that_the_first_overtakes_is_told_to_try_again(
    cast: Cast, lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is committed after the repeat has looked for its answer, and before that keeps its own."""

    async def overtaken(conn: Any, call: Call, *answer: Any) -> Any:
        first = await connect(CITY, "owner")
        await first.execute(
            "insert into idempotency (caller, key, request_hash, status, created_at) values ($1, $2, $3, 200, $4)",
            call.caller, call.key, call.request_hash, call.now,
        )  # fmt: skip
        await first.close()
        return await kept(conn, call, *answer)

    case, chen = lives.registered()["id"], cast("chen.housing")
    before = chen.get(f"/v1/cases/{case}").json()
    monkeypatch.setattr(runner, "kept", overtaken)
    late = chen.act(case, "sign_for")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/request-in-flight")
    assert chen.get(f"/v1/cases/{case}").json() == before


def test_a_replay_after_later_changes_still_shows_the_first_receipt(cast: Cast, lives: Lives) -> None:
    li, body, key = cast("li.window"), report("petition", "heating.temperature"), fresh()
    first = li.post("/v1/cases", body, key=key).json()
    cast("chen.housing").does(first["id"], "sign_for")
    cast("chen.housing").does(first["id"], "accept")
    again = li.post("/v1/cases", body, key=key)
    assert again.status_code == 201
    assert "query_code" in first
    assert again.json() == {name: said for name, said in first.items() if name != "query_code"}, (
        "the code is shown once"
    )


def test_a_replayed_step_is_answered_before_its_version_is_judged(cast: Cast, lives: Lives) -> None:
    chen, key = cast("chen.housing"), fresh()
    case = lives.signed()["id"]
    url = f"/v1/cases/{case}/actions/accept"
    first = chen.post(url, key=key, version=2)
    chen.does(case, "handle")
    again = chen.post(url, key=key, version=2)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"] == '"3"'
    assert again.headers["idempotency-replayed"] == "true"
    assert chen.post(url, key=fresh(), version=2).status_code == 412


def test_a_refused_step_leaves_its_key_free(cast: Cast, lives: Lives) -> None:
    chen, key = cast("chen.housing"), fresh()
    case = lives.registered()["id"]
    assert chen.post(f"/v1/cases/{case}/actions/accept", key=key, version=1).status_code == 403
    chen.does(case, "sign_for")
    assert chen.post(f"/v1/cases/{case}/actions/accept", key=key, version=2).status_code == 200


def test_a_refused_report_leaves_its_key_free(cast: Cast) -> None:
    li, key = cast("li.window"), fresh()
    assert li.post("/v1/cases", report(category="no.such"), key=key).status_code == 422
    assert li.post("/v1/cases", report(location={"cell": "1"}), key=key).status_code == 422
    assert li.post("/v1/cases", report(), key=key).status_code == 201


def test_an_id_brought_again_with_the_same_content_is_the_same_case(cast: Cast) -> None:
    li, body = (
        cast("wang.grid"),
        report(id=str(uuid.UUID(cast("wang.grid").register()["id"])).replace("-", "")[:-4] + "beef"),
    )
    first, again = li.post("/v1/cases", body), li.post("/v1/cases", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.text == uncoded(first.text)
    assert again.headers["idempotency-replayed"] == "true"
    changed = li.post("/v1/cases", {**body, "description": "另一件事"})
    assert (changed.status_code, changed.json()["type"]) == (409, "/problems/already-exists")
    stranger = cast("li.window").post("/v1/cases", body)
    assert (stranger.status_code, stranger.json()["type"]) == (409, "/problems/already-exists")
    assert first.json()["number"] not in stranger.text + changed.text


def test_a_source_number_brought_again_is_the_same_case(cast: Cast) -> None:
    machine = cast.machine()
    source = {"system": "12345", "external_id": fresh()}
    first = machine.post("/v1/cases", report(source=source))
    again = machine.post("/v1/cases", report(source=source, title="他们改了标题"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.text == uncoded(first.text)


def test_many_at_once_with_one_source_number_file_exactly_one(cast: Cast, sql: Any) -> None:
    machine, source = cast.machine(), {"system": "12345", "external_id": fresh()}
    with ThreadPoolExecutor(max_workers=8) as pool:
        replies = list(pool.map(lambda _: machine.post("/v1/cases", report(source=source)), range(8)))
    assert {reply.status_code for reply in replies} <= {200, 201, 409}
    assert len({reply.json()["id"] for reply in replies if reply.status_code < 300}) == 1
    assert sum(reply.status_code == 201 for reply in replies) == 1
    assert sql("select count(*) from cases where external_id = $1", source["external_id"])[0][0] == 1


def test_keys_are_kept_a_month(cast: Cast, sql: Any) -> None:
    body, key = report(), fresh()
    cast("li.window").post("/v1/cases", body, key=key)
    from app.core.idempotency import KEEP_DAYS

    assert KEEP_DAYS >= 30
    assert sql("select created_at > now() - interval '1 minute' from idempotency where key = $1", key)[0][0]


@STEPS.mark
def test_any_order_of_repeats_files_each_matter_once(cast: Cast, sql: Any) -> None:
    """A model of keys, callers and contents against the service: 15 runs of 30 steps here, more in `make attack`."""

    class Repeats(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.run = f"run{next(_serial)}-{uuid.uuid4().hex[:8]}"
            self.known: dict[tuple[str, str], tuple[int, str]] = {}
            self.titles: dict[int, int] = {}

        @rule(
            who=st.sampled_from(["li.window", "wang.grid"]), key=st.integers(0, 3), content=st.integers(0, 3),
            batch=st.booleans(),
        )  # fmt: skip
        def send(self, who: str, key: int, content: int, batch: bool) -> None:
            title = f"{self.run} {content}"
            body = report(title=title)
            url, sent = ("/v1/cases:batch", {"items": [body]}) if batch else ("/v1/cases", body)
            reply = cast(who).post(url, sent, key=f"{self.run}-{key}")
            place, what = (who, str(key)), content * 2 + batch
            if place not in self.known:
                assert reply.status_code == (200 if batch else 201)
                self.known[place] = (what, reply.text)
                self.titles[content] = self.titles.get(content, 0) + 1
            elif self.known[place][0] == what:
                assert reply.headers["idempotency-replayed"] == "true"
                assert reply.text == uncoded(self.known[place][1])
            else:
                assert reply.status_code == 422

        def teardown(self) -> None:
            rows = sql("select title, count(*) from case_text where title like $1 group by 1", f"{self.run} %")
            assert {int(title.rpartition(" ")[2]): n for title, n in rows} == self.titles

    run_state_machine_as_test(
        Repeats,
        settings=settings(max_examples=STEPS, stateful_step_count=15, suppress_health_check=list(HealthCheck)),
    )
