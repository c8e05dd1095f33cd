"""An offer that nobody signs for in time is pressed like any other duty."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.cast import Cast, Lives


def test_whoever_does_not_sign_is_urged_and_so_is_the_lead(
    cast: Cast, lives: Lives, settle: Callable[[datetime], int], sql: Callable[..., list[Any]],
    at: Callable[[datetime], None],
) -> None:  # fmt: skip
    case = lives.registered(kind="request", category="property.fees")["id"]
    (due,) = [row["due"] for row in sql("select due from clock where case_id = $1 and kind = 'sign_for'", case)]
    settle(due + timedelta(days=5, hours=12))  # by day: nobody is written to at night
    told = sql(
        "select grantee from message where case_id = $1 and template = 'clock_urge' and facts->>'kind' = 'sign_for'",
        case,
    )
    assert {row["grantee"] for row in told} == {"unit:C150102001001", "unit:D150102_housing"}
    at(due + timedelta(days=6))
    token = cast.seat("D150102_housing.handler.1")
    token.does(case, "sign_for")
    (clock,) = sql("select met_at, breached_at, due from clock where case_id = $1 and kind = 'sign_for'", case)
    assert clock["breached_at"] == clock["due"], "what was missed stays on the record"
    sent = sql("select template, grantee from message where case_id = $1 and facts->>'kind' = 'sign_for'", case)
    assert len(sent) == len(set(sent)) > 1, "each rung once to each unit"
    settle(due + timedelta(days=60))
    assert sql("select template, grantee from message where case_id = $1 and facts->>'kind' = 'sign_for'", case) == sent


def test_what_goes_up_by_itself_is_to_be_signed_for_above(
    cast: Cast, lives: Lives, settle: Callable[[datetime], int], sql: Callable[..., list[Any]]
) -> None:
    case = lives.registered(kind="dispute", category="property.fees")["id"]
    (due,) = [row["due"] for row in sql("select due from clock where case_id = $1 and kind = 'completion'", case)]
    settle(due + timedelta(hours=1))
    open_ones = sql(
        "select subject from clock where case_id = $1 and kind = 'sign_for' and met_at is null and stopped_at is null",
        case,
    )
    offered = sql("select unit from assignment where case_id = $1 and part = 'lead' and state = 'offered'", case)
    assert [row["subject"] for row in open_ones] == [row["unit"] for row in offered] == ["C150102001"]
