"""The record: a case is the fold of its events, the chain shows every change, and nobody rewrites it."""

import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from app.cases.queries.chain import list_breaks
from app.core.crypto import Sealed, keys
from tests.cast import Cast, Lives, service
from tests.support.clock import present
from tests.support.each import each
from tests.support.record import differences, fold

pytestmark = pytest.mark.meddles
Sql = Callable[..., list[Any]]
REASON = {"reason": "理由充分"}


def all_sorts_of_cases(cast: Cast, lives: Lives) -> None:
    """Every step at least once."""
    chen, head = cast("chen.housing"), cast("liu.head")
    case = lives.closed()["id"]
    head.does(case, "reopen", REASON)
    chen.does(case, "offer", {"unit": "P150102", **REASON})
    chen.does(case, "recall")
    case = lives.attempted()["id"]
    head.does(case, "approve_attempt")
    case = lives.accepted()["id"]
    head.does(case, "extend", {"days": 5, **REASON})
    chen.does(case, "offer", {"unit": "P150102", **REASON})
    cast("ma.petition").does(case, "refuse", REASON)
    pair = lives.signed()["id"], lives.signed()["id"]
    head.does(pair[0], "merge", {"into": pair[1], **REASON})
    head.does(pair[0], "unmerge", REASON)
    chen.does(lives.signed()["id"], "decline", {"route": "litigation", **REASON})
    chen.does(lives.signed()["id"], "refer", {"route": "arbitration", **REASON})
    case = lives.handling()["id"]
    cast("li.window").does(case, "withdraw", REASON)
    head.does(case, "reopen", REASON)
    for place in ({"lon": 111.6930, "lat": 40.8693, "crs": "GCJ02"}, {"code": "150102001"}):
        case = lives.registered(kind="request", category="heating.outage", location={"address": "不明"})["id"]
        cast("luo.intake").does(case, "place", place)
    asked = lives.registered(kind="request", category="heating.outage")["id"]
    assert cast.seat("C150102001.window_clerk.2").act(asked, "reissue_code").status_code == 200
    accused = cast("li.window").register(
        {
            "kind": "petition", "petition_class": "accusation", "category": "conduct.service", "channel": "letter",
            "title": "检举", "location": {"address": "不明"}, "concerns": [{"unit": "C150102001"}],
        }
    )  # fmt: skip
    cast("xu.discipline").does(accused["id"], "offer", {"unit": "X150100", **REASON})
    cast("he.discipline").does(accused["id"], "sign_for")


def test_every_case_is_the_fold_of_its_events(cast: Cast, lives: Lives, sql: Sql) -> None:
    """Looked at for the cases of every module, too, when it is through (tests/conftest.py)."""
    all_sorts_of_cases(cast, lives)
    checked: set[str] = set()
    for row in each(sql("select * from cases where not imported")):
        events = sql("select seq, kind, at, data, hash from event where case_id = $1 order by seq", row["id"])
        assert differences(row, [dict(event) for event in events]) == []
        checked |= set(fold(events))
    assert checked >= {"status", "lead_unit", "cell", "queue", "merged_into", "reopened", "routed_unit", "head_hash"}


def test_the_chain_of_every_case_holds(cast: Cast, lives: Lives, sql: Sql) -> None:
    all_sorts_of_cases(cast, lives)
    assert breaks(sql) == []
    for row in sql("select body, prev_hash, hash from event order by hash limit 200"):
        assert hashlib.sha256(row["prev_hash"] + row["body"].encode()).digest() == row["hash"], "by another hand"


def breaks(sql: Sql, case: str | None = None) -> list[tuple[int, str]]:
    import asyncio

    from app.core.database import connect

    async def look() -> list[tuple[int, str]]:
        conn = await connect("hohhot", "owner")
        try:
            return [(row.seq, row.broken) for row in await list_breaks(conn, uuid.UUID(case) if case else None)]
        finally:
            await conn.close()

    return asyncio.run(look())


CHANGED = "update event set {} where case_id = $1::uuid and seq = 3"
TAMPERINGS = {
    "a kind in the text": CHANGED.format("body = replace(body, 'accept', 'decline')"),
    "a single sign": CHANGED.format("body = replace(body, ': 3', ':  3')"),
    "a hash": CHANGED.format("hash = sha256('x')"),
    "a link": CHANGED.format("prev_hash = sha256('x')"),
    "text and hash together": CHANGED.format(
        "body = replace(body, 'accept', 'decline'), hash = event_hash(prev_hash, replace(body, 'accept', 'decline'))"
    ),
    "deleted": "delete from event where case_id = $1::uuid and seq = 3",
    "the first deleted": "delete from event where case_id = $1::uuid and seq = 1",
    "the last deleted": "delete from event where case_id = $1::uuid and seq = 5",
    "all deleted": "delete from event where case_id = $1::uuid",
    "two swapped": "update event e set body = o.body, hash = o.hash, prev_hash = o.prev_hash from event o"
    " where e.case_id = $1::uuid and o.case_id = $1::uuid and (e.seq, o.seq) in ((2, 3), (3, 2))",
    "the head set back": "update cases set head_seq = 3 where id = $1::uuid",
    "the head forged": "update cases set head_hash = sha256('x') where id = $1::uuid",
    "one added behind": "insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)"
    " select case_id, 6, 'close', at, actor, body, hash, event_hash(hash, body) from event"
    " where case_id = $1::uuid and seq = 4",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whoever_owns_the_tables_cannot_change_the_record_unseen(lives: Lives, sql: Sql, tampering: str) -> None:
    case = lives.handling()["id"]
    before = sql(
        "select case_id, seq, kind, at, actor, body, prev_hash, hash from event where case_id = $1::uuid", case
    )
    head = sql("select head_seq, head_hash from cases where id = $1::uuid", case)[0]
    assert breaks(sql, case) == []
    sql(TAMPERINGS[tampering], case)
    try:
        assert breaks(sql, case), tampering
    finally:
        sql("delete from event where case_id = $1::uuid", case)
        for row in before:
            sql(
                "insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8)", *row,
            )  # fmt: skip
        sql("update cases set head_seq = $2, head_hash = $3 where id = $1::uuid", case, *head)
    assert breaks(sql, case) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update event set kind = 'x'",
        "delete from event",
        "truncate event",
        "update read_log set reason = 'x'",
        "delete from read_log",
        "drop table event",
        "alter table event disable trigger all",
        "create table t (i int)",
        "create index i on event (kind)",
        "update alembic_version set version_num = 'x'",
        "set role hohhot_owner",
        "alter role hohhot_app superuser",
        "create function f() returns int language sql as 'select 1'",
        "copy event to program 'cat'",
    ],
)
def test_the_service_itself_cannot_rewrite_history_or_change_the_schema(database: str, statement: str) -> None:
    import asyncio

    from app.core.database import connect

    async def run() -> None:
        conn = await connect("hohhot", "app")
        try:
            async with conn.transaction():
                await conn.execute(statement)
                raise AssertionError(f"{statement} was allowed")
        finally:
            await conn.close()

    with pytest.raises(
        (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError, asyncpg.FeatureNotSupportedError)
    ):
        asyncio.run(run())


APPEND = "select append_events($1::text[]::uuid[], 'noted', now(), 'system:test', $2::text[]::jsonb[])"


def test_an_event_sets_only_what_it_may(lives: Lives, sql: Sql) -> None:
    case = lives.registered()["id"]
    with pytest.raises(asyncpg.UndefinedColumnError):
        sql(APPEND, [case], ['{"set": {"head_seq": 7}}'])
    with pytest.raises(asyncpg.UndefinedColumnError):
        sql(APPEND, [case], ['{"set": {"statuz": "closed"}}'])


OLD = """
    with last as (select id, head_seq, head_hash, at, text from cases, lateral (select now() as at) n, lateral (select
        (jsonb_build_object('case', id, 'seq', head_seq + 1, 'kind', 'limit_recomputed', 'at', extract(epoch from at),
            'actor', 'system:calendar') || $2)::text as text) t where id = $1::uuid),
    told as (insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
        select id, head_seq + 1, 'limit_recomputed', at, 'system:calendar', text, head_hash, event_hash(head_hash, text)
        from last returning *)
    update cases c set head_seq = t.seq, head_hash = t.hash, updated_at = t.at from told t where c.id = t.case_id
"""


def test_no_fact_takes_the_place_of_who_when_and_what(lives: Lives, sql: Sql) -> None:
    case = lives.registered()["id"]
    for fact in ("case", "seq", "kind", "at", "actor"):
        with pytest.raises(asyncpg.DuplicateColumnError):
            sql(APPEND, [case], [json.dumps({"set": {}, fact: "x"})])
        body = sql("select event_body($1::uuid, 2, 'noted', now(), 'a', $2::jsonb) as body", case, {fact: "x"})[0][
            "body"
        ]
        assert json.loads(body)[fact] != "x"
    sql(OLD, case, {"set": {}, "kind": "completion", "rule": "r", "before": "x", "due": "y"})
    assert breaks(sql, case) == [], "as it was once written"
    sql("update event set kind = 'limit_recomputed' where case_id = $1::uuid and seq = 1", case)
    assert breaks(sql, case) == [(1, "kind, time or actor is not what the content says")]
    sql("update event set kind = 'registered' where case_id = $1::uuid and seq = 1", case)


def test_events_of_many_cases_are_appended_to_each_or_to_none(lives: Lives, sql: Sql) -> None:
    one, other = lives.registered()["id"], lives.registered()["id"]
    with pytest.raises(asyncpg.RaiseError):
        sql(APPEND, [one, str(uuid.uuid4())], ['{"set": {}}'] * 2)
    assert len(sql("select from event where case_id = $1::uuid", one)) == 1
    sql(APPEND, [other, one], ['{"set": {"escalated_to": "city"}}', '{"set": {}, "about": 1}'])
    told = "select e.data->'about' as about, c.escalated_to from event e join cases c on c.id = e.case_id"
    assert [tuple(row) for row in sql(f"{told} where e.seq = 2 and c.id = $1::uuid", one)] == [(1, None)]
    assert [tuple(row) for row in sql(f"{told} where e.seq = 2 and c.id = $1::uuid", other)] == [(None, "city")]
    assert breaks(sql, one) == breaks(sql, other) == []


def test_writers_at_once_make_one_chain(cast: Cast, lives: Lives, sql: Sql) -> None:
    case = lives.registered(kind="request", category="heating.outage")["id"]
    li = cast.seat("C150102001.window_clerk.2")

    def reissue(_: int) -> int:
        for _ in range(20):
            reply = li.act(case, "reissue_code")
            if reply.status_code == 200:
                return 1
        return 0

    with ThreadPoolExecutor(max_workers=8) as pool:
        done = sum(pool.map(reissue, range(16)))
    assert done == 16
    assert breaks(sql, case) == []
    seqs = [row["seq"] for row in sql("select seq from event where case_id = $1::uuid order by seq", case)]
    assert seqs == list(range(1, 18))


def test_no_event_holds_personal_data_or_free_text(cast: Cast, lives: Lives, sql: Sql) -> None:
    mark = f"暗记{random.randrange(10**9)}"
    case = lives.registered(
        title=f"{mark}题", description=f"{mark}述", location={"cell": "150102001001001", "address": f"{mark}路1号"},
        parties=[{"role": "petitioner", "name": f"{mark}名", "phone": "13912340987"}], concerns=[{"text": f"{mark}人"}],
    )["id"]  # fmt: skip
    chen = cast("chen.housing")
    cast.seat("C150100.coordinator.1").does(case, "name_concerned", {"whom": [], "reason": f"{mark}指"})
    chen.does(case, "sign_for")
    chen.does(case, "accept")
    chen.does(case, "offer", {"unit": "P150102", "reason": f"{mark}因"})
    cast("ma.petition").does(case, "refuse", {"reason": f"{mark}拒"})
    chen.does(case, "handle")
    chen.does(case, "conclude", {"result": "resolved", "reply": f"{mark}复"})
    chen.does(case, "serve", service(proof=f"{mark}证"))
    chen.post(f"/v1/cases/{case}/reveal", {"reason": f"核对{mark}看"})
    bodies = [row["body"] for row in sql("select body from event where case_id = $1::uuid", case)]
    assert len(bodies) == 10
    assert not [body for body in bodies if mark in body or "13912340987" in body]
    for said in (said for said in map(json.loads, bodies) if "note" in said):
        assert re.fullmatch("[0-9a-f]{64}", said["digest"])
        (note,) = sql(
            "select salt, body, sealed, key_of(seal_key) as key from case_note where id = $1::uuid", said["note"]
        )
        assert note["body"] is None
        body = keys().unseal(Sealed(note["key"], note["sealed"]), f"case_note {said['note']}")["body"]
        assert hashlib.sha256(note["salt"] + body.encode()).hexdigest() == said["digest"]


def test_erasing_a_person_leaves_the_page_and_the_chain_whole(cast: Cast, lives: Lives, sql: Sql) -> None:
    """The key of a party or a text is dropped: its content is gone everywhere, the record still verifies."""
    receipt, lead = lives.concluded(), cast.seat("C150100.coordinator.1")
    case, said = (
        receipt["id"],
        {"number": receipt["number"], "code": receipt["query_code"], "concerns": [{"text": "某某人"}]},
    )
    assert cast.client.post("/v1/query/concerns", json=said).status_code == 200
    sql("update party set seal_key = '' where case_id = $1::uuid", case)
    sql("update case_concern set seal_key = '' where case_id = $1::uuid", case)
    page = lead.get(f"/v1/cases/{case}")
    assert page.status_code == 200
    assert [set(party) for party in page.json()["parties"]] == [{"id", "role"}]
    assert page.json()["concerns"][0]["text"] is None
    assert lead.post(f"/v1/cases/{case}/reveal", {"reason": "核对身份"}).status_code == 200
    assert breaks(sql, case) == []
    secret = cast("li.window").register(
        {
            "kind": "petition", "petition_class": "accusation", "category": "conduct.service", "channel": "letter",
            "title": "检举", "location": {"address": "不明"},
        }
    )["id"]  # fmt: skip
    sql("update case_text set seal_key = '' where case_id = $1::uuid", secret)
    page = cast("he.discipline").get(f"/v1/cases/{secret}")
    assert page.status_code == 200
    assert page.json()["title"] is None


def test_events_come_in_order_page_by_page(cast: Cast, lives: Lives) -> None:
    case = lives.closed()["id"]
    li = cast("li.window")
    whole = li.get(f"/v1/cases/{case}/timeline").json()["items"]
    assert [e["seq"] for e in whole] == list(range(1, 9))
    assert list(li.walk(f"/v1/cases/{case}/timeline?limit=2")) == whole
    assert [e["title"] for e in whole][:3] == ["登记", "签收", "受理"]
    times = [datetime.fromisoformat(e["at"]) for e in whole]
    assert times == sorted(times)
    assert all(t.tzinfo for t in times)
    assert times[-1] <= present()
