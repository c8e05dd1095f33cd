"""The petitioner learns who looked, the auditor sees it by person, case and pattern, and nobody edits the log."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.core.database import connect
from tests.cast import CITY, Cast, Lives, report
from tests.support.clock import present

CALL = {"reason": "电话回访申请人"}


def told(cast: Cast, receipt: Any, language: str = "zh") -> Any:
    asked = {"number": receipt["number"], "code": receipt["query_code"]}
    return cast.client.post("/v1/query/looks", json=asked, headers={"Accept-Language": language})


def audited(cast: Cast, who: str = "lin.auditor", **asked: Any) -> list[Any]:
    return list(cast(who).walk("/v1/audit/looks?limit=3&" + "&".join(f"{k}={v}" for k, v in asked.items())))


def test_the_petitioner_reads_which_unit_looked_in_which_role_and_for_what(cast: Cast, lives: Lives) -> None:
    receipt = lives.registered()
    assert told(cast, receipt).json() == {"items": []}
    assert cast("chen.housing").post(f"/v1/cases/{receipt['id']}/reveal", CALL).status_code == 200
    (look,) = told(cast, receipt).json()["items"]
    assert (look["unit"], look["role"], look["kind"]) == ("新城区住房和城乡建设局", "handler", "联系")
    assert told(cast, receipt, "en").json()["items"][0]["kind"] == "to contact somebody"
    assert "陈建国" not in str(look)
    assert CALL["reason"] not in str(look)
    assert told(cast, {**receipt, "query_code": "2222222222"}).status_code == 404


def test_of_an_accusation_nobody_is_told(cast: Cast) -> None:
    about = [{"unit": "D150102_housing"}]
    receipt = cast("li.window").register(
        report("petition", "conduct.service", petition_class="accusation", concerns=about)
    )
    assert cast("he.discipline").post(f"/v1/cases/{receipt['id']}/reveal", CALL).status_code == 200
    assert told(cast, receipt).json() == {"items": []}
    assert audited(cast, case=receipt["id"]) == []


def test_looks_of_one_instant_are_neither_skipped_nor_doubled(
    cast: Cast, lives: Lives, at: Callable[[datetime], None]
) -> None:
    cases = [lives.registered()["id"] for _ in range(2)]
    at(present() + timedelta(seconds=1))
    for case in cases * 3:
        assert cast("chen.housing").post(f"/v1/cases/{case}/reveal", CALL).status_code == 200
    for case in cases:
        assert len(list(cast("lin.auditor").walk(f"/v1/audit/looks?limit=1&case={case}"))) == 3
    everything = list(cast("lin.auditor").walk("/v1/audit/looks?limit=2"))
    assert sum(look["case_id"] in cases for look in everything) == 6


def test_an_auditor_sees_by_person_by_case_and_in_their_area_alone(cast: Cast, lives: Lives) -> None:
    one, other = lives.registered()["id"], lives.registered()["id"]
    chen, ma = cast("chen.housing"), cast("li.window")
    for person, case in ((chen, one), (ma, one), (chen, other)):
        assert person.post(f"/v1/cases/{case}/reveal", CALL).status_code == 200
    at_one = audited(cast, case=one)
    assert {look["name"] for look in at_one} == {"陈建国", "李雪梅"}
    me = chen.get("/v1/me").json()["id"]
    assert {look["case_id"] for look in audited(cast, staff=me)} >= {one, other}
    assert {look["staff"] for look in audited(cast, staff=me)} == {me}
    assert CALL["reason"] not in str(at_one)
    assert "张三" not in str(at_one)


def test_an_auditor_of_another_county_sees_none_of_it(cast: Cast, lives: Lives, sql: Any) -> None:
    case = lives.registered()["id"]
    assert cast("chen.housing").post(f"/v1/cases/{case}/reveal", CALL).status_code == 200
    sql(
        "insert into post (id, role, unit, area, staff) values ('a', 'auditor', 'C150105', '150105', $1::uuid)",
        cast("gao.window").get("/v1/me").json()["id"],
    )
    try:
        assert list(Cast(cast.client)("gao.window").walk(f"/v1/audit/looks?case={case}")) == []
        assert len(audited(cast, case=case)) == 1
    finally:
        sql("delete from post where id = 'a'")


@pytest.mark.parametrize("who", ["chen.housing", "qin.head", "guo.admin", "hu.supervisor", "he.discipline"])
def test_nobody_else_reads_the_log(cast: Cast, who: str) -> None:
    assert cast(who).get("/v1/audit/looks").status_code == 403


def test_what_concerns_the_auditor_is_not_shown_to_them(cast: Cast) -> None:
    case = cast("luo.intake").register(report(concerns=[{"unit": "C150100"}]))["id"]
    assert cast("luo.intake").post(f"/v1/cases/{case}/reveal", CALL).status_code == 200
    assert audited(cast, case=case) == []


def test_patterns_are_found(cast: Cast, at: Callable[[datetime], None]) -> None:
    """With no part in them, a coordinator above looks at twelve cases within minutes, and does nothing in any."""
    then = present() + timedelta(days=400)
    at(then)
    cases = [cast("luo.intake").register(report())["id"] for _ in range(12)]
    curious = cast("deng.county")
    for case in cases:
        assert curious.post(f"/v1/cases/{case}/reveal", CALL).status_code == 200
    acting = cast("wang.grid")
    assert acting.post(f"/v1/cases/{cases[0]}/reveal", CALL).status_code == 200
    acting.does(cases[0], "sign_for")
    at(then + timedelta(days=4))
    since = f"{(then - timedelta(hours=1)).astimezone().isoformat()}".replace("+", "%2B")

    def of(pattern: str) -> dict[str, int]:
        found = audited(cast, pattern=pattern, since=since)
        return {name: sum(look["name"] == name for look in found) for name in {look["name"] for look in found}}

    assert of("no_act") == of("burst") == of("outside_part") == {"邓晓兰": 12}


EDITS = ("update read_log set actor = 'x'", "delete from read_log", "truncate read_log", "delete from reveal_lift")


@pytest.mark.parametrize("statement", EDITS)
@pytest.mark.parametrize("role", ["app", "owner"])
def test_nobody_edits_the_log(database: str, statement: str, role: str) -> None:
    async def attempt() -> None:
        conn = await connect(CITY, role)
        try:
            await conn.execute(statement)
        finally:
            await conn.close()

    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
        asyncio.run(attempt())
