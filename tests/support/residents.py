"""The resident's doors, and reviews brought to a state."""

import re
from typing import Any
from uuid import UUID

from app.core.crypto import keys
from app.core.database import Connection
from tests.access.town import in_city
from tests.cast import Cast, Lives, Person, service
from tests.support.clock import present

CITY_HEAD = "D150100_housing.organ_head.1"
CITY_HANDLER = "D150100_housing.handler.1"
CHEN, HEAD, LI = "chen.housing", "liu.head", "li.window"
WHY = "测温时段不当，请求上级重新核查。"
UPHELD = {"outcome": "uphold", "reply": "原处理意见事实清楚、依据正确，予以维持。"}
CHANGED = {
    "outcome": "change", "result": "partly_resolved", "reply": "变更为部分支持。", "directions": "十日内退还热费。",
}  # fmt: skip
REDO = {"outcome": "order_redo", "reply": "责令重新办理。", "directions": "入户复测后重新作出处理意见。"}


def uncoded(text: str) -> str:
    """An answer without query codes: they are shown once, and not in a repeat."""
    return re.sub(r',\s?"query_code":\s?"\w+"', "", text)


def held(receipt: dict[str, Any]) -> dict[str, str]:
    """Number and code, as the resident holds them."""
    return {"number": receipt["number"], "code": receipt["query_code"]}


def door(cast: Cast, name: str, receipt: dict[str, Any], language: str = "zh", **body: Any) -> Any:
    """POST to one of the resident's doors."""
    headers = {"Accept-Language": language}
    path = f"/v1/query/{name}" if name else "/v1/query"
    return cast.client.post(path, json={**held(receipt), **body}, headers=headers)


def take_back(cast: Cast, receipt: dict[str, Any]) -> Any:
    """Take the rating back with the code of the message that told of it."""
    code = revocation_code(receipt)
    return cast.client.post("/v1/query/rate/revoke", json={"number": receipt["number"], "code": code})


def revocation_code(receipt: dict[str, Any]) -> str:
    """As the message about the last rating told it."""

    async def last(conn: Connection) -> int:
        found = "select id from rating where case_id = $1 and rated_at is not null order by id desc limit 1"
        return int(await conn.fetchval(found, UUID(receipt["id"])))

    return keys().query_code(f"rating {in_city(last)}", 1)


def applied(cast: Cast, receipt: dict[str, Any], why: str = WHY) -> dict[str, Any]:
    """The receipt of a review or re-review that must be taken, with its id."""
    reply = door(cast, "review", receipt, reasons=why)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def found(who: Person, number: str) -> str:
    """The id of a case in somebody's list by its number."""
    return next(
        str(i["id"]) for i in who.walk("/v1/cases?kind=petition&sort=newest&limit=200") if i["number"] == number
    )


def decided(
    cast: Cast, review: dict[str, Any], body: dict[str, Any], who: str = CITY_HEAD, *, close: bool = True
) -> str:
    """The review is decided and served (and closed); gives its id."""
    person = cast.seat(who)
    case = found(person, review["number"])
    person.does(case, "accept")
    person.does(case, "handle")
    person.does(case, "decide_review", body)
    person.does(case, "serve", service())
    if close:
        person.does(case, "close")
    return case


def township_case(lives: Lives) -> dict[str, Any]:
    """An appeal that the township's centre takes, decides, serves and closes itself."""
    receipt = lives.registered()
    cast = lives.cast
    clerk, sun = cast.seat("C150102001001.window_clerk.1"), cast("sun.coordinator")
    clerk.does(receipt["id"], "recall")
    clerk.does(receipt["id"], "offer", {"unit": "C150102001", "reason": "由街道中心直接办理"})
    sun.does(receipt["id"], "sign_for")
    for action in ("accept", "handle"):
        sun.does(receipt["id"], action)
    for kind in ("transfer", "acceptance"):
        sun.does(receipt["id"], "serve", service(kind=kind))
    sun.does(receipt["id"], "conclude", {"result": "explained", "reply": "已解释说明。"})
    sun.does(receipt["id"], "serve", service())
    sun.does(receipt["id"], "close")
    return receipt


def hearing(**changes: Any) -> dict[str, Any]:
    """A hearing next week, presided over by the head of the county's petition office."""
    from datetime import timedelta

    from seeds.hohhot.staff import staff_id

    chair = {"role": "chair", "staff": str(staff_id("P150102.organ_head.1"))}
    body = {
        "at": (present() + timedelta(days=7)).isoformat(), "place": "二楼听证室", "purpose": "核实测温时段和方法",
        "participants": [chair, {"role": "petitioner", "name": "张三"}],
    }  # fmt: skip
    return {**body, **changes}
