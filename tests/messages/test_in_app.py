"""In the app: to whom it is addressed, and only while they may see the case it is about."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.database import Database
from app.messages.actions import queue
from app.messages.rules import Channel
from tests.cast import Cast, Lives, Person, member
from tests.messages.conftest import in_city

Outbox = Callable[[str], list[Any]]
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def tell(grantee: str, case: str | None = None, **more: Any) -> str:
    """Queue one message in the app; gives its key."""
    key = uuid.uuid4().hex

    async def work(database: Database) -> None:
        async with database.transaction() as conn:
            case_id = uuid.UUID(case) if case else None
            await queue(conn, key, "notice_urging", now=NOW, grantee=grantee, case_id=case_id, **more)

    in_city(work)
    return key


def told(person: Person, query: str = "") -> list[dict[str, Any]]:
    return list(person.walk(f"/v1/me/messages?limit=2{query}"))


def test_a_unit_a_person_and_a_post_each_get_theirs(outbox: Outbox, cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    tell("unit:D150102_housing", case)
    tell(f"staff:{member('chen.housing').staff}")
    tell("post:D150102_housing.organ_head.1", case)
    assert len(told(cast("chen.housing"))) == 2
    assert len(told(cast("liu.head"))) == 2
    assert told(cast("gao.window")) == []
    (newest, _) = told(cast("liu.head"))
    assert newest["case_id"] == case
    assert "催办" in newest["subject"]
    english = cast("liu.head").get("/v1/me/messages", **{"Accept-Language": "en"}).json()["items"][0]
    assert english["subject"].isascii()


def test_who_no_longer_sees_the_case_finds_no_message_of_it(outbox: Outbox, cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    tell("unit:D150102_housing", case)
    assert len(told(cast("chen.housing"))) == 1
    cast("chen.housing").does(case, "refuse", {"reason": "非本部门职责"})
    assert told(cast("chen.housing")) == []


def test_the_unit_complained_of_finds_none_even_if_one_was_addressed_to_it(
    outbox: Outbox, cast: Cast, lives: Lives
) -> None:
    case = lives.registered(concerns=[{"unit": "D150102_housing"}])["id"]
    tell("unit:D150102_housing", case)
    tell(f"staff:{member('chen.housing').staff}", case)
    assert told(cast("chen.housing")) == []
    assert told(cast("liu.head")) == []


def test_reading_is_noted_once_and_only_by_whom_it_is_for(outbox: Outbox, cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.signed()["id"]
    tell("unit:D150102_housing", case)
    (message,) = told(cast("chen.housing"))
    url = f"/v1/me/messages/{message['id']}/read"
    for stranger in ("gao.window", "guo.admin"):
        assert cast(stranger).post(url).status_code == 404
    assert cast("chen.housing").post(url).json() == {"id": message["id"], "state": "read"}
    assert cast("liu.head").post(url).status_code == 200
    assert (
        sql("select read_by from message where channel = 'in_app'")[0]["read_by"]
        == f"staff:{member('chen.housing').staff}"
    )
    assert told(cast("chen.housing"), "&unread=true") == []
    assert told(cast("chen.housing"))[0]["read_at"]


def test_a_message_needs_a_recipient_that_fits_its_channel(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="grantee"):
        tell("unit:C150102", channel=Channel.SMS)
