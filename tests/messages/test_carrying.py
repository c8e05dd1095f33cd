"""Outside the app: queued with what they tell, sent once, retried, stuck in sight, quiet at night."""

import asyncio
import stat
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from app.core.database import Database
from app.core.settings import section
from app.messages.actions import deliver, queue
from app.messages.actions.channels import NotSent, OutgoingMessage, Unsure
from app.messages.rules import MOST_ATTEMPTS, Channel
from app.messages.settings import SmtpSettings
from scripts.service import free_port
from tests.cast import Cast, Lives, report
from tests.messages.conftest import carry as run_job
from tests.messages.conftest import in_city
from tests.support.clock import present

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # twelve o'clock in Hohhot
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Outbox = Callable[[str], list[Any]]
PHONE = "13911112222"


def put(key: str = "", *, rollback: bool = False, **more: Any) -> bool:
    """Queue one SMS as an action would, in a transaction of its own; gives whether it is new."""
    sent = {"channel": Channel.SMS, "address": PHONE, "now": NOON, **more}

    async def work(database: Database) -> bool:
        async with database.pool.acquire() as conn:
            transaction = conn.transaction()
            await transaction.start()
            before = await conn.fetchval("select count(*) from message")
            await queue(conn, key or uuid.uuid4().hex, "notice_ready", **sent)
            new = await conn.fetchval("select count(*) from message") > before
            await (transaction.rollback() if rollback else transaction.commit())
            return bool(new)

    return bool(in_city(work))


def test_it_goes_out_after_the_commit_and_once(outbox: Outbox, tmp_path: Path) -> None:
    put(rollback=True)
    assert run_job(NOON) == 0
    put("a")
    assert outbox("sms") == [], "nothing leaves before the job"
    assert run_job(NOON) == 1
    assert run_job(NOON + timedelta(days=1)) == 0
    (line,) = outbox("sms")
    assert line["to"] == PHONE
    assert "书面告知" in line["text"]
    assert stat.S_IMODE((tmp_path / "outbox" / "sms.jsonl").stat().st_mode) == 0o600


def test_nothing_is_queued_twice(outbox: Outbox) -> None:
    assert put("the same")
    assert not put("the same")
    assert run_job(NOON) == 1
    assert not put("the same"), "not after it was sent either"
    assert run_job(NOON) == 0


def test_a_sent_message_forgets_its_address(outbox: Outbox, sql: Any) -> None:
    put("b")
    assert PHONE.encode() not in sql("select sealed from message")[0]["sealed"]
    run_job(NOON)
    (row,) = sql("select sealed, seal_key, sent_at from message where key = 'b'")
    assert (row["sealed"], row["seal_key"], row["sent_at"]) == (None, None, NOON)


def test_at_night_only_the_urgent_go(outbox: Outbox) -> None:
    put("calm")
    put("urgent", urgent=True)
    assert run_job(NIGHT) == 1
    assert run_job(NIGHT + timedelta(hours=9)) == 1, "the other one in the morning"


def test_not_before_its_time(outbox: Outbox) -> None:
    put(not_before=NOON + timedelta(hours=1))
    assert run_job(NOON) == 0
    assert run_job(NOON + timedelta(hours=1)) == 1


def test_an_accusation_is_told_to_nobody_outside(outbox: Outbox, lives: Lives, cast: Cast) -> None:
    accused = report("petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "C150102001"}])
    case = uuid.UUID(cast("li.window").register(accused)["id"])
    assert not put(case_id=case)
    assert put(case_id=uuid.UUID(lives.registered()["id"]))


@pytest.fixture
def way_out(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A port that fails as its attribute says; holds what it was given."""

    class Way(list[OutgoingMessage]):
        why: Exception | None = None

        def __call__(self, letter: OutgoingMessage) -> None:
            self.append(letter)
            if self.why is not None:
                raise self.why

    way = Way()
    monkeypatch.setattr(deliver, "port", lambda _: way)
    return way


def test_a_refused_one_is_tried_again_later_and_then_stuck(outbox: Outbox, way_out: Any, sql: Any) -> None:
    put("c")
    way_out.why = NotSent("refused")
    at = NOON
    for attempt in range(1, MOST_ATTEMPTS + 1):
        run_job(at)
        run_job(at)
        assert len(way_out) == attempt, "once, until its wait is over"
        at += timedelta(days=1)
    (row,) = sql("select stuck_at, failed, attempts from message")
    assert row["stuck_at"] is not None
    assert (row["failed"], row["attempts"]) == ("refused", MOST_ATTEMPTS)
    assert len({letter.id for letter in way_out}) == 1, "a receiver can tell a repeat"


def test_one_that_fails_does_not_hold_up_the_next(outbox: Outbox, way_out: Any) -> None:
    put("d")
    put("e")
    way_out.why = ValueError("an address no port can take")
    run_job(NOON)
    assert len(way_out) == 2


def test_where_nobody_knows_it_is_stuck_at_once(outbox: Outbox, way_out: Any, sql: Any) -> None:
    put("f")
    way_out.why = Unsure("SMTPServerDisconnected")
    run_job(NOON)
    run_job(NOON + timedelta(days=1))
    assert len(way_out) == 1
    assert sql("select failed from message where stuck_at is not null")[0]["failed"] == "SMTPServerDisconnected"


def test_killed_between_the_marks_it_is_stuck_and_not_sent_twice(outbox: Outbox, sql: Any) -> None:
    put("g")
    sql("update message set taken_at = $1, attempts = 1", NOON)
    assert run_job(NOON + timedelta(minutes=14)) == 0
    assert sql("select stuck_at from message")[0]["stuck_at"] is None, "it may still be on its way"
    assert run_job(NOON + timedelta(minutes=16)) == 0
    (row,) = sql("select stuck_at, failed from message")
    assert row["stuck_at"] is not None
    assert row["failed"] == "interrupted"
    assert outbox("sms") == []


def test_two_senders_at_once_send_each_message_once(outbox: Outbox) -> None:
    for _ in range(30):
        put()

    async def both(database: Database) -> int:
        jobs = [deliver.deliver_messages(database, NOON) for _ in range(3)]
        return sum(await asyncio.gather(*jobs))

    assert in_city(both) == 30
    assert len({line["id"] for line in outbox("sms")}) == len(outbox("sms")) == 30


def test_one_is_taken_at_a_time_in_a_table_that_shrank(outbox: Outbox, sql: Any) -> None:
    """Many pages and hardly a row: the plan that reads the table first and asks for the next one row by row looks cheap."""
    sql(
        "insert into message (key, channel, grantee, template, facts, created_at) select 'x' || n, 'in_app',"
        " 'unit:C150102001', 'notice_ready', '{}', now() from generate_series(1, 3000) n"
    )
    sql("delete from message where key <> 'x3000'")
    sql("vacuum analyze message")
    for _ in range(5):
        put()

    async def take(database: Database) -> int:
        async with database.transaction() as conn:
            await conn.fetchrow(deliver._TAKE.format(number="''", party="null"), NOON, False)
            return int(await conn.fetchval("select count(*) from message where taken_at is not null"))

    assert in_city(take) == 1


def test_the_administrator_sees_what_is_stuck_but_not_whom_it_is_for(
    outbox: Outbox, cast: Cast, lives: Lives, sql: Any
) -> None:
    case = uuid.UUID(lives.registered()["id"])
    put("h", case_id=case)
    sql("update message set stuck_at = $1, failed = 'interrupted'", NOON)
    admin = cast("guo.admin")
    reply = admin.get("/v1/messages?state=stuck")
    (item,) = reply.json()["items"]
    assert (item["state"], item["failed"]) == ("stuck", "interrupted")
    assert str(case) not in reply.text
    assert PHONE not in reply.text
    assert cast("li.window").get("/v1/messages").status_code == 403
    assert admin.post(f"/v1/messages/{item['id']}/retry").json()["state"] == "waiting"
    assert admin.post(f"/v1/messages/{item['id']}/retry").status_code == 409
    assert admin.post(f"/v1/messages/{uuid.uuid4()}/retry").status_code == 404
    assert run_job(present().replace(hour=4) + timedelta(days=1)) == 1


# --- E-mail by SMTP


class Mailbox:
    """What a mail server does with what it is sent."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.answer = "250 OK"
        self.breaks = False

    async def handle_DATA(self, server: Any, _: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.taken.append(envelope)
        if self.breaks:
            server.transport.abort()
        return self.answer


@pytest.fixture
def mailbox(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    port = free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    for name, value in (("host", "127.0.0.1"), ("port", port), ("security", "none"), ("sender", "cases@city.test")):  # fmt: skip
        monkeypatch.setattr(section(SmtpSettings), name, value)
    yield box
    server.stop()


EMAIL: dict[str, Any] = {"channel": Channel.EMAIL, "address": "resident@example.test"}


def test_an_email_reaches_a_real_server(mailbox: Mailbox) -> None:
    put("m", **EMAIL)
    assert run_job(NOON) == 1
    (mail,) = mailbox.taken
    assert mail.rcpt_tos == ["resident@example.test"]
    text = mail.content.decode()
    assert "Message-ID: <message-" in text
    assert "@city.test>" in text


def test_a_server_that_says_no_is_asked_again(mailbox: Mailbox, sql: Any) -> None:
    put("n", **EMAIL)
    mailbox.answer = "451 later"
    assert run_job(NOON) == 0
    assert sql("select failed, stuck_at from message")[0]["stuck_at"] is None
    mailbox.answer = "250 OK"
    assert run_job(NOON + timedelta(minutes=1)) == 1


def test_a_connection_lost_while_it_took_the_mail_leaves_it_to_a_person(mailbox: Mailbox, sql: Any) -> None:
    put("o", **EMAIL)
    mailbox.breaks = True
    assert run_job(NOON) == 0
    assert sql("select stuck_at from message")[0]["stuck_at"] is not None
    assert run_job(NOON + timedelta(hours=1)) == 0
    assert len(mailbox.taken) == 1


def test_no_server_there_is_certain(mailbox: Mailbox, sql: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put("p", **EMAIL)
    monkeypatch.setattr(section(SmtpSettings), "port", 1)
    assert run_job(NOON) == 0
    (row,) = sql("select failed, stuck_at, not_before from message")
    assert (row["failed"], row["stuck_at"]) == ("ConnectionRefusedError", None)
    assert row["not_before"] == NOON + timedelta(minutes=1)
