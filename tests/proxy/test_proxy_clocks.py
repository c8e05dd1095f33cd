"""D1 and D2, reporting back, and who is reminded of them: once for each occasion, at the instant and not before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.cast import CONCLUSION, Cast, Lives, service
from tests.support.clock import present
from tests.support.proxies import (
    CHEN,
    LI,
    WANG,
    WITNESS,
    authorised,
    carried,
    does,
    done,
    move,
    offered,
    requested,
    terms,
)
from tests.support.residents import door

Freeze = Callable[[datetime], None]
Tend = Callable[[datetime], int]
# A Friday; the Saturday and Sunday after it are off. Cases are brought the hour before, whatever the day of the test.
FRIDAY = datetime.fromisoformat("2026-11-27T10:30:00+08:00")
SECOND = timedelta(seconds=1)
LONG = "2027-05-20T00:00:00+08:00"  # as far ahead as an authority may last


def told(cast: Cast, who: str, case: str) -> list[str]:
    """The templates of what somebody was told of a case, the oldest first."""
    return [m["template"] for m in cast(who).walk("/v1/me/messages") if m["case_id"] == case][::-1]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


def test_the_authority_is_due_the_same_day_and_its_filing_the_next_working_day(
    cast: Cast, lives: Lives, at: Freeze, tend: Tend
) -> None:
    at(FRIDAY - timedelta(hours=1))
    case = lives.signed()["id"]
    at(FRIDAY)
    page = requested(cast, case)
    assert datetime.fromisoformat(page["authority_due"]) == local("2026-11-27T23:59:59")
    assert datetime.fromisoformat(page["filing_due"]) == local("2026-11-30T23:59:59")
    tend(local("2026-11-27T23:59:59"))
    assert told(cast, CHEN, case) == []
    for _ in range(2):
        tend(local("2026-11-28T00:00:00"))
    assert told(cast, CHEN, case) == ["proxy_authority_late"]
    at(local("2026-11-28T00:00:00"))
    assert cast(LI).get(f"/v1/proxies/{page['id']}").json()["overdue"] is True


def test_a_filing_that_is_late_is_remembered_once(cast: Cast, lives: Lives, at: Freeze, tend: Tend) -> None:
    at(FRIDAY - timedelta(hours=1))
    receipt = lives.signed()
    at(FRIDAY)
    proxy = authorised(cast, receipt, valid_until=LONG)
    tend(local("2026-11-30T23:59:59"))
    assert told(cast, WANG, receipt["id"]) == ["proxy_authorised"]
    for _ in range(2):
        tend(local("2026-12-01T00:00:00"))
    assert told(cast, WANG, receipt["id"]) == ["proxy_authorised", "proxy_filing_late"]
    at(local("2026-12-01T09:00:00"))
    assert does(cast, WANG, proxy, "file", {"filing_number": "XF-1"})["overdue"] is True, "late is late"


def duties(cast: Cast, proxy: str) -> list[dict[str, Any]]:
    return list(cast(LI).get(f"/v1/proxies/{proxy}").json()["notices"])


def test_a_notice_is_passed_on_by_the_next_working_day(cast: Cast, lives: Lives, at: Freeze, tend: Tend) -> None:
    at(FRIDAY - timedelta(hours=1))
    receipt = lives.signed()
    case = receipt["id"]
    at(FRIDAY)
    proxy = carried(cast, receipt, valid_until=LONG)
    transfer = [d["kind"] for d in duties(cast, proxy)]
    at(FRIDAY + timedelta(hours=1))
    cast(CHEN).does(case, "accept")
    (owed,) = [d for d in duties(cast, proxy) if d["kind"] == "acceptance"]
    assert datetime.fromisoformat(owed["since"]) == FRIDAY + timedelta(hours=1)
    assert datetime.fromisoformat(owed["due"]) == local("2026-11-30T23:59:59")
    tend(FRIDAY + timedelta(hours=2))
    assert told(cast, WANG, case).count("proxy_notice") == 1 + len(transfer)
    for _ in range(2):
        tend(local("2026-12-01T00:00:00"))
    assert told(cast, WANG, case).count("proxy_notice_late") == 1 + len(transfer)
    at(local("2026-12-01T09:00:00"))
    early = {"notice": owed["notice"], "method": "phone", "at": "2026-11-27T10:00:00+08:00", "words": "电话告知"}
    assert move(cast, WANG, proxy, "pass_on", early).status_code == 422, "before there was anything to pass on"
    does(cast, WANG, proxy, "pass_on", {**early, "at": "2026-12-01T08:30:00+08:00"})
    (met,) = [d for d in duties(cast, proxy) if d["kind"] == "acceptance"]
    assert (met["overdue"], met["due"], met["method"]) == (True, owed["due"], "phone"), "met, and late"


def test_what_the_organ_serves_itself_needs_no_passing_on(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    proxy = carried(cast, receipt)
    cast(CHEN).does(receipt["id"], "accept")
    lives.told(receipt["id"])
    (met,) = [d for d in duties(cast, proxy) if d["kind"] == "acceptance"]
    assert met["served_at"]
    assert (met["passed_at"], met["overdue"]) == (None, False)
    done(cast, proxy, "report_back")
    assert [d for d in duties(cast, proxy) if not d["served_at"]] == []
    does(cast, WANG, proxy, "close")


def test_what_was_in_hand_before_or_came_after_is_no_duty(cast: Cast, lives: Lives) -> None:
    receipt = lives.accepted()  # the notice of acceptance is with the resident
    proxy = carried(cast, receipt)
    assert duties(cast, proxy) == []
    door(cast, "proxy/revoke", receipt)
    cast(CHEN).does(receipt["id"], "handle")
    cast(CHEN).does(receipt["id"], "conclude", CONCLUSION)
    assert duties(cast, proxy) == []


def test_a_notice_that_waited_when_the_authority_came_is_one(cast: Cast, lives: Lives) -> None:
    receipt = lives.concluded()
    proxy = authorised(cast, receipt)
    (owed,) = duties(cast, proxy)
    page = cast(LI).get(f"/v1/proxies/{proxy}").json()
    assert (owed["kind"], owed["since"]) == ("opinion", page["authorities"][0]["recorded_at"])


def test_service_on_the_proxy_starts_the_duty_and_the_residents_time(cast: Cast, lives: Lives, at: Freeze) -> None:
    at(FRIDAY - timedelta(hours=1))
    receipt = lives.handling()
    at(FRIDAY)
    powers = ["receive_notices", "accept_service"]
    proxy = carried(cast, receipt, powers=powers, valid_until=LONG, evidence="paper")
    cast(CHEN).does(receipt["id"], "conclude", CONCLUSION)
    served = "2026-11-30T09:00:00+08:00"
    at(local("2026-11-30T10:00:00"))
    cast(CHEN).does(receipt["id"], "serve", service(method="proxy", at=served))
    (owed,) = duties(cast, proxy)
    assert datetime.fromisoformat(owed["since"]) == datetime.fromisoformat(served)
    assert datetime.fromisoformat(owed["due"]) == local("2026-12-01T23:59:59")
    clocks = {c["kind"]: c for c in cast(CHEN).get(f"/v1/cases/{receipt['id']}").json()["clocks"]}
    assert datetime.fromisoformat(clocks["apply_review"]["start"]) == datetime.fromisoformat(served)
    assert datetime.fromisoformat(clocks["apply_review"]["due"]) == local("2026-12-30T23:59:59")


def test_a_proxy_who_is_silent_is_reminded_every_week(cast: Cast, lives: Lives, at: Freeze, tend: Tend) -> None:
    at(FRIDAY - timedelta(hours=1))
    receipt = lives.accepted()
    case = receipt["id"]
    at(FRIDAY)
    proxy = carried(cast, receipt, valid_until=LONG)
    week = timedelta(days=7)
    for moment, reminders in ((week - SECOND, 0), (week, 1), (week, 1), (2 * week - SECOND, 1), (2 * week, 2)):
        tend(FRIDAY + moment)
        assert told(cast, WANG, case).count("proxy_report_due") == reminders, moment
    at(FRIDAY + 2 * week)
    done(cast, proxy, "report_back", at=(FRIDAY + 2 * week).isoformat())
    tend(FRIDAY + 3 * week - SECOND)
    assert told(cast, WANG, case).count("proxy_report_due") == 2
    tend(FRIDAY + 3 * week)
    assert told(cast, WANG, case).count("proxy_report_due") == 3


def test_a_recall_and_a_decline_at_the_desk(cast: Cast, lives: Lives) -> None:
    receipt = lives.signed()
    proxy = offered(cast, receipt["id"])["id"]
    back = does(cast, LI, proxy, "recall")
    assert (back["state"], back["staff"]) == ("requested", None)
    assert does(cast, LI, proxy, "decline", {"reason": "群众改由子女陪同"})["state"] == "declined"
    assert move(cast, WITNESS, proxy, "authorise", terms(cast, receipt["id"])).status_code == 409


def test_what_is_done_lies_between_its_plan_and_now(cast: Cast, lives: Lives) -> None:
    proxy = authorised(cast, lives.signed())
    page = does(cast, WANG, proxy, "plan_errand", {"kind": "ask", "plan": "问"})
    found = page["errands"][0]["id"]
    for moment in (present() + timedelta(hours=1), present() - timedelta(days=1)):
        body = {"errand": found, "at": moment.isoformat(), "words": "已问"}
        assert move(cast, WANG, proxy, "finish_errand", body).status_code == 422
    body = {"errand": found, "at": present().isoformat(), "words": "已问"}
    does(cast, WANG, proxy, "finish_errand", body)
    assert move(cast, WANG, proxy, "begin_errand", {"errand": found}).status_code == 409
    other = "01a206cf-ffd4-701d-98b1-6b2166fde918"
    assert move(cast, WANG, proxy, "begin_errand", {"errand": other}).status_code == 422
