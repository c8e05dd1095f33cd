"""The cases that the tour walks through their life."""

from __future__ import annotations

from typing import Any

from app.core.geometry import wgs84_to_gcj02
from scripts.tour.case import Case, Review, served
from scripts.tour.speaking import Tour, say
from seeds.hohhot.city import build_city

HOME_CELL = "150102001001001"


def home() -> tuple[float, float]:
    """Longitude and latitude (WGS84, degrees) in the grid worker's cell."""
    place = next(cell for cell in build_city().cells if cell.code == HOME_CELL).boundary.representative_point()
    return place.x, place.y


def at(lon: float, lat: float, crs: str, address: str) -> dict[str, Any]:
    """A measured place in a report."""
    return {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": crs, "accuracy_m": 12, "address": address}


def walk_petition(tour: Tour) -> None:
    """An appeal: only who has a part in it ever knows of it."""
    say("\n[bold reverse] 一、信访：申诉求决  A petition [/bold reverse]")
    case = Case(tour, "li.window", {
        "kind": "petition", "petition_class": "appeal", "category": "heating.temperature", "channel": "window",
        "title": "供暖后室温长期不达标", "description": "室温只有十五度，多次向供热单位反映未解决，请求依法处理。",
        "location": at(*home(), "WGS84", "海拉尔东路示范小区1号楼"),
        "parties": [{"role": "petitioner", "name": "张三", "phone": "13800000000"}],
    })  # fmt: skip
    case.hidden_from("wang.grid", "gao.window")
    case.waits_for("chen.housing")
    case.does("chen.housing", "sign_for", said="责任随签收转移 responsibility moves when signed for")
    case.does("chen.housing", "accept")
    case.told("chen.housing", "acceptance")
    case.does("chen.housing", "handle")
    extension = {"days": 10, "reason": "需请第三方入户检测室温。"}
    case.does("liu.head", "extend", extension, said="办理机关负责人批准延长十日 by the head of the organ, ten days")
    case.told("chen.housing", "extension")
    reply = "经检测室温不达标属实，供热单位已更换阀门，现室温二十一度，并退还部分热费。"
    case.does("chen.housing", "conclude", {"result": "supported", "reply": reply}, said=reply)
    case.prints("chen.housing", "opinion")
    attempt = served("attempted", "phone", "两次致电无人接听。")
    case.does("chen.housing", "serve", attempt, said="电话未接通 an attempt: nobody answered")
    case.is_refused("chen.housing", "close")
    case.told("chen.housing", "opinion")
    case.does("chen.housing", "close")
    review = Review(tour, case, "测温时段不当，请求上级重新核查。", "feng.city")
    review.hidden_from("chen.housing", "liu.head", "li.window")
    review.does("feng.city", "accept")
    review.does("feng.city", "handle")
    upheld = "经复查，原处理意见事实清楚、依据正确，予以维持。"
    review.does("feng.city", "decide_review", {"outcome": "uphold", "reply": upheld}, said=upheld)
    review.prints("feng.city", "review_decision")
    review.told("feng.city", "review_decision")
    review.does("feng.city", "close")
    review.ends()
    case.is_rated("basically", "partly")
    case.is_filed("chen.housing")
    case.ends()


def walk_dispute(tour: Tour) -> None:
    """A quarrel between neighbours, settled by the people's mediator."""
    say("\n[bold reverse] 二、矛盾纠纷：人民调解  A dispute [/bold reverse]")
    case = Case(tour, "li.window", {
        "kind": "dispute", "category": "neighbour.noise", "channel": "window", "title": "楼上住户夜间噪声纠纷",
        "description": "楼上住户夜间拖动家具，影响休息，请求调解。", "complexity": "simple",
        "location": at(*home(), "WGS84", "海拉尔东路示范小区2号楼"),
        "parties": [{"role": "petitioner", "name": "李四", "phone": "13800000001"},
                    {"role": "respondent", "name": "王五"}],
    })  # fmt: skip
    case.hidden_from("chen.housing", "wang.grid")
    case.waits_for("zhou.mediator")
    case.does("zhou.mediator", "sign_for")
    case.does("zhou.mediator", "accept")
    case.does("zhou.mediator", "handle")
    reply = "双方自愿达成协议：二十二时后不拖动家具，加装静音脚垫。"
    case.does("zhou.mediator", "conclude", {"result": "agreement", "reply": reply}, said=reply)
    case.does("zhou.mediator", "serve", served("served", "in_person", "双方当面签收调解协议。"))
    case.does("zhou.mediator", "close")
    case.ends()


def walk_request(tour: Tour) -> None:
    """A request taken on the street with a phone, whose map speaks GCJ-02."""
    say("\n[bold reverse] 三、群众诉求：网格员路上登记  A request [/bold reverse]")
    lon, lat = wgs84_to_gcj02(*home())
    say(f"  手机坐标 the phone says {lon:.6f}, {lat:.6f}（GCJ-02，此地偏移约六百米 some 600 m off）")
    case = Case(tour, "wang.grid", {
        "kind": "request", "category": "heating.outage", "channel": "grid_worker", "title": "整栋楼停暖",
        "description": "入户走访时居民反映，今晨起整栋楼停暖。", "location": at(lon, lat, "GCJ02", "海拉尔东路示范小区3号楼"),
        "parties": [{"role": "petitioner", "name": "赵六", "phone": "13800000002"}],
    })  # fmt: skip
    if case.receipt["cell"]["code"] != HOME_CELL:
        raise LookupError(f"GCJ-02 was not converted: the case lies in {case.receipt['cell']['code']}")
    case.repeat()
    case.hidden_from("zhao.saihan")
    case.does("wang.grid", "sign_for", said="协办任务 the worker's own task: to help on the spot")
    case.waits_for("chen.housing")
    case.does("chen.housing", "sign_for")
    case.does("chen.housing", "accept")
    case.does("chen.housing", "handle")
    reply = "换热站故障已排除，今日十八时恢复供暖。"
    case.does("chen.housing", "conclude", {"result": "resolved", "reply": reply}, said=reply)
    case.does("chen.housing", "serve", served("served", "phone", "电话答复，当事人表示已恢复。"))
    case.does("chen.housing", "close")
    case.ends()
