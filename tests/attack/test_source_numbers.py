"""Whoever has a ticket of the hotline learns nothing by it, and takes nothing from the hotline."""

import uuid
from typing import Any

import pytest

from tests.cast import Cast, report

STAFF = ("chen.housing", "wang.grid", "liu.head", "li.window", "luo.intake")


def ticket() -> dict[str, str]:
    return {"system": "12345", "external_id": f"20261130-{uuid.uuid4().hex}"}


def accusation(**more: Any) -> dict[str, Any]:
    return report(
        "petition", "conduct.service", petition_class="accusation", concerns=[{"unit": "D150102_housing"}], **more
    )


def face(reply: Any) -> tuple[int, Any]:
    """Status and words."""
    return reply.status_code, reply.json()


@pytest.mark.parametrize("login", STAFF)
def test_a_taken_number_answers_like_one_that_never_was(cast: Cast, login: str) -> None:
    taken = ticket()
    cast.machine().register(accusation(source=taken))
    asked = [report(title="自报", source=source) for source in (taken, ticket(), {**ticket(), "system": "letters"})]
    answers = [face(cast(login).post("/v1/cases", body)) for body in asked]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422
    items = cast(login).batch(asked)
    assert [item["status"] for item in items] == [422] * 3
    assert items[0]["problem"] == items[1]["problem"]


@pytest.mark.parametrize("login", STAFF)
def test_nobody_takes_a_number_before_the_hotline_brings_it(cast: Cast, login: str) -> None:
    source = ticket()
    assert cast(login).post("/v1/cases", report(title="抢占", source=source)).status_code == 422
    assert cast.machine().post("/v1/cases", accusation(source=source)).status_code == 201


def test_a_machine_brings_no_number_of_another_system(cast: Cast) -> None:
    foreign = report(source={**ticket(), "system": "letters"})
    assert cast.machine().post("/v1/cases", foreign).status_code == 403
