"""What lies in the tables, and what the service tells of itself: no accusation and no person in clear."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from app.cases.queries import lists
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection
from tests.access.planting import Plant
from tests.access.town import Town, in_city
from tests.support.application import figures_of
from tests.support.each import each

Sql = Callable[..., list[Any]]


def cells(sql: Sql) -> Iterator[tuple[str, bytes]]:
    """Every value of every table of the city, as bytes, under the name of its column."""
    tables = sql(
        "select c.relname, array_agg(a.attname::text) as columns from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid"
        " where n.nspname = current_schema() and c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped"
        " and a.atttypid = any(array['text', 'bytea', 'varchar', 'json', 'jsonb', 'text[]', 'bytea[]']::regtype[])"
        " group by 1"
    )
    still = {"cell_version", "area_version", "unit", "staff", "post", "route", "calendar_day", "cell", "area"}
    for table in tables:
        if table["relname"] in still:
            continue
        for row in sql(f'select {", ".join(table["columns"])} from "{table["relname"]}"'):
            for column, value in dict(row).items():
                raw = value if isinstance(value, bytes) else str(value).encode()
                yield f"{table['relname']}.{column}", raw


def found_in(haystack: list[tuple[str, bytes]], marks: list[str]) -> dict[str, set[str]]:
    """Which columns hold which of these texts, in clear, in hexadecimal or as JSON escapes."""
    everything = b"\n".join({raw for _, raw in haystack})  # one search for each tells which are there at all
    forms = {mark: [mark.encode(), mark.encode().hex().encode(), ascii(mark)[1:-1].encode()] for mark in marks}
    forms = {mark: shapes for mark, shapes in forms.items() if any(shape in everything for shape in shapes)}
    found: dict[str, set[str]] = {}
    for column, raw in haystack:
        for mark, shapes in forms.items():
            if any(shape in raw for shape in shapes):
                found.setdefault(column, set()).add(mark)
    return found


@pytest.fixture(scope="module")
def stored(town: Town) -> list[tuple[str, bytes]]:
    """All of it, read once."""
    rows: dict[str, list[Any]] = {}

    def sql(statement: str) -> list[Any]:
        async def ask(conn: Connection) -> Any:
            return await conn.fetch(statement)

        if statement not in rows:
            rows[statement] = in_city(ask)
        return rows[statement]

    return list(cells(sql))


def test_the_search_finds_what_is_there(town: Town, stored: list[tuple[str, bytes]]) -> None:
    plain = town.plant("an appeal, offered")
    assert found_in(stored, [plain.marks["title"]]) == {"case_text.title": {plain.marks["title"]}}


def test_no_word_of_an_accusation_lies_in_clear(town: Town, stored: list[tuple[str, bytes]]) -> None:
    """But for the number another system gave it, by which it is known there."""
    secret = [plant for plant in town.plants if plant.secret]
    assert len(secret) >= 6
    marks = [mark for plant in secret for name, mark in plant.marks.items() if name != "external"]
    assert len(marks) >= 60
    assert found_in(stored, marks) == {}
    external = [plant.marks["external"] for plant in secret if "external" in plant.marks]
    assert set(found_in(stored, external)) <= {"cases.external_id"}


def test_nobody_lies_in_clear(town: Town, stored: list[tuple[str, bytes]]) -> None:
    """Names, phones and addresses of parties, words about whom it concerns, reasons for looking, query codes."""
    marks = [
        mark
        for plant in town.plants
        for name, mark in plant.marks.items()
        if name.startswith(("party", "concern", "阅"))
    ]
    assert len(marks) >= 80
    assert found_in(stored, marks + [plant.code for plant in town.plants]) == {}


def test_the_index_of_words_knows_no_accusation(town: Town, sql: Sql) -> None:
    ids = [plant.id for plant in town.plants if plant.secret]
    rows = sql("select title, description, address, sealed from case_text where case_id = any($1::uuid[])", ids)
    assert len(rows) == len(ids)
    assert all(row[name] is None for row in rows for name in ("title", "description", "address"))
    assert all(row["sealed"] for row in rows)


def test_what_is_said_in_petitions_and_disputes_lies_sealed(
    town: Town, stored: list[tuple[str, bytes]], sql: Sql
) -> None:
    """All but titles and addresses, by which they are searched, and where people meet."""
    closed = [plant for plant in town.plants if plant.ledger.kind in ("petition", "dispute")]
    marks = [
        mark for plant in closed for name, mark in plant.marks.items() if name not in ("title", "address", "external")
    ]
    venues = {row["place"] for row in sql("select place from meeting where place is not null")}
    marks = [mark for mark in marks if not any(mark in venue for venue in venues)]
    assert len(marks) >= 100
    assert found_in(stored, marks) == {}


def test_no_note_lies_in_clear(town: Town, sql: Sql) -> None:
    assert (
        sql("select count(*) filter (where sealed is not null) as sealed, count(body) as clear from case_note")[0][
            "clear"
        ]
        == 0
    )


def test_the_phone_index_knows_no_accusation_and_needs_the_key(town: Town, sql: Sql) -> None:
    rows = sql(
        "select case_id::text, phone_index from party where case_id = any($1::uuid[])", [p.id for p in town.plants]
    )
    secret = {plant.id for plant in town.plants if plant.secret}
    phones = {plant.id: plant.marks["party_phone"] for plant in town.plants}
    for row in each(rows):
        if row["case_id"] in secret:
            assert row["phone_index"] is None
        elif row["phone_index"] is not None:
            assert row["phone_index"] == keys().phone_index(phones[row["case_id"]])


def test_what_is_sealed_opens_in_its_own_row_alone(town: Town, sql: Sql) -> None:
    """A ciphertext moved to another row (to a case that its thief may see) does not open there."""
    one, other = [plant for plant in town.plants if plant.secret][:2]
    (row,) = sql("select sealed, key_of(seal_key) as seal_key from case_text where case_id = $1::uuid", one.id)
    sealed = Sealed(row["seal_key"], row["sealed"])
    assert one.marks["title"] in str(keys().unseal(sealed, f"case_text {one.id}"))
    with pytest.raises(Unsealable):
        keys().unseal(sealed, f"case_text {other.id}")


FORBIDDEN = [
    "update event set kind = 'x'",
    "delete from event",
    "truncate event",
    "update read_log set reason = 'x'",
    "delete from read_log",
    "truncate read_log",
    "update reveal_lift set cases = 500",
    "alter table event disable trigger all",
    "alter table cases drop column barred_units",
    "create table elsewhere (id int)",
    "drop table case_access",
    "update alembic_version set version_num = 'x'",
    "set role hohhot_owner",
    "copy cases to program 'true'",
    "select pg_read_file('/etc/passwd')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_service_cannot_rewrite_what_was_recorded(town: Town, statement: str) -> None:
    async def attempt(conn: Connection) -> None:
        async with conn.transaction():
            await conn.execute(statement)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        in_city(attempt, "app")


def test_every_look_at_people_is_kept_with_its_sealed_reason(town: Town, sql: Sql) -> None:
    for name in ("an appeal about housing, replied", "against housing, reopened"):
        plant = town.plant(name)
        row = sql(
            "select l.*, d.key from read_log l join data_key d on d.id = decode(split_part(l.reason, '.', 1), 'base64')"
            " where l.case_id = $1::uuid and what = 'parties' order by l.id", plant.id,
        )[0]  # fmt: skip
        said = plant.marks[next(mark for mark in plant.marks if mark.startswith("阅"))]
        assert row["actor"].startswith("staff:")
        assert said not in str(dict(row))
        sealed = replace(Sealed.from_text(row["reason"]), key=row["key"])
        assert said in keys().unseal(sealed, f"read_log {plant.id}")["reason"]


def test_the_figures_and_the_problem_documents_name_no_case(town: Town) -> None:
    client = town.cast.client
    figures = figures_of(client)
    assert "gridcase_requests_total" in figures
    document = client.get("/openapi.json").text
    problems = "".join(
        client.get(f"/problems/{slug}").text for slug in ("not-found", "conflict", "already-exists", "stale-version")
    )
    for plant in town.plants:
        for text in plant.everything():
            assert text not in figures + problems
        assert not [mark for mark in plant.marks.values() if mark in document]  # its example shows the first number


def test_the_figures_tell_no_kind_of_case_from_another(town: Town) -> None:
    """They count by route and status: an accusation is one registration like any other."""
    before = _registrations(town)
    plain = next(plant for plant in town.plants if not plant.secret).sent
    for sent in (_accusation(town.plants), {k: v for k, v in plain.items() if k != "source"}):
        reply = town.cast("li.window").post("/v1/cases", sent)
        assert reply.status_code == 201, reply.text
    assert _registrations(town) == before + 2


def _registrations(town: Town) -> float:
    """How many the figures of this process count, under labels that name nothing of a case."""
    lines = [line for line in figures_of(town.cast.client).splitlines() if line.startswith("gridcase_")]
    named = [
        pair.split("=")[0] for line in lines if "{" in line for pair in line.split("{")[1].split("}")[0].split(",")
    ]
    assert set(named) <= {"method", "route", "status", "le", ""}
    counted = [
        float(line.split()[-1]) for line in lines
        if line.startswith("gridcase_requests_total") and 'route="/v1/cases"' in line and 'status="201"' in line
    ]  # fmt: skip
    assert len(counted) <= 1, "one line, whatever was registered"
    return sum(counted)


def test_problem_documents_repeat_nothing_that_was_sent(town: Town) -> None:
    """A mistake in an accusation puts none of its words into the answer, which a proxy may log."""
    mark = f"匿迹{uuid.uuid4().hex}"
    body = {
        **_accusation(town.plants),
        "title": mark,
        "description": mark,
        "parties": [{"role": "petitioner", "name": mark}],
    }
    li = town.cast("li.window")
    wrong: list[dict[str, Any]] = [
        {**body, "category": mark}, {**body, "kind": mark}, {**body, "title": mark + "\x00"}, {**body, mark: mark},
        {**body, "concerns": [{"text": mark, "unit": mark}]}, {**body, "location": {"cell": mark, "address": mark}},
        {**body, "concerns": [{"staff": mark}]}, {**body, "title": mark * 50}, {**body, "parties": mark},
    ]  # fmt: skip
    for sent in each(wrong):
        for reply in (li.post("/v1/cases", sent), li.post("/v1/cases:batch", {"items": [sent]})):
            assert reply.status_code in (200, 422), reply.text
            shown = [item["problem"] for item in reply.json()["items"]] if reply.status_code == 200 else [reply.json()]
            for problem in shown:
                told = {**problem, "errors": [e for e in problem.get("errors", []) if mark not in e["pointer"]]}
                assert mark not in str(told).replace(f"没有适用于 petition 的类别 {mark}", ""), problem


def _accusation(plants: list[Plant]) -> dict[str, Any]:
    return {k: v for k, v in next(p for p in plants if p.secret).sent.items() if k != "source"}


def test_a_fault_is_answered_and_its_message_never_reaches_the_server(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would print it to its log: whatever a fault says stays inside."""

    async def breaking(*_: Any, **__: Any) -> Any:
        raise RuntimeError("匿迹的话")

    monkeypatch.setattr(lists, "list_cases", breaking)
    monkeypatch.setattr(town.cast.client._transport, "raise_server_exceptions", True)
    reply = town.cast("li.window").get("/v1/cases")
    assert reply.status_code == 500
    assert reply.headers["x-request-id"]
    assert "匿迹" not in reply.text
