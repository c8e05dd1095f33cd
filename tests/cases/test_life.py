"""Whole lives over HTTP."""

from tests.cast import Cast, report, service
from tests.support.clock import present


def test_a_petition_lives_from_registration_to_closing(cast: Cast) -> None:
    receipt = cast("li.window").register(report("petition", "heating.temperature"))
    case = receipt["id"]
    assert receipt["lead_unit"] == "C150102001001"
    assert receipt["offered_to"] == "D150102_housing"
    handler = cast("chen.housing")
    assert handler.does(case, "sign_for")["lead_unit"] == "D150102_housing"
    assert handler.does(case, "accept")["status"] == "accepted"
    handler.does(case, "serve", service(kind="acceptance"))
    handler.does(case, "handle")
    cast("liu.head").does(case, "extend", {"days": 10, "reason": "需进一步检测"})
    handler.does(case, "serve", service(kind="extension"))
    handler.does(case, "conclude", {"result": "supported", "reply": "已修复。"})
    assert handler.act(case, "close").status_code == 409
    now = present().isoformat()
    handler.does(case, "serve", {"outcome": "served", "method": "in_person", "at": now, "proof": "当面签收"})
    assert handler.does(case, "close")["status"] == "closed"
    asked = cast.client.post("/v1/query", json={"number": receipt["number"], "code": receipt["query_code"]})
    assert asked.json()["reply"] == "已修复。"
