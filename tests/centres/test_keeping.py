"""A centre is kept by its own people and those above; whatever changes stays on the record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from seeds.hohhot.staff import staff_id
from tests.cast import Cast, Lives
from tests.centres.conftest import HOUR, Keeper

Move = Callable[[timedelta], datetime]
Keepers = Callable[[str], Keeper]
OFFICE = [{"opens": "08:30", "closes": "12:00"}, {"opens": "13:30", "closes": "17:00"}]


def on(day: str, opens: str, closes: str) -> dict[str, str]:
    return {"since": f"{day}T{opens}:00+08:00", "until": f"{day}T{closes}:00+08:00"}


def test_the_demo_city_has_its_centres(cast: Cast, wednesday: Move) -> None:
    li = cast("li.window")
    assert len(list(li.walk("/v1/centres?limit=200"))) == 1_388
    city = li.get("/v1/centres/C150100").json()
    assert [sum(u["how"] == how for u in city["units"]) for how in ("resident", "rotating", "on_call")] == [6, 11, 7]
    assert city["open_now"] is True
    assert city["closes"] == "2026-11-25T04:00:00Z"
    assert city["next_opening"] == "2026-11-25T06:30:00Z"
    assert [len(city[what]) for what in ("windows", "rooms", "today")] == [12, 6, 2]
    assert city["available_actions"] == []
    found = [item["code"] for item in li.walk("/v1/centres?q=hailar east&tier=township")]
    assert found == ["C150102001"]
    assert {item["code"] for item in li.walk("/v1/centres?area=150102&tier=county")} == {"C150102"}
    community = li.get("/v1/centres/C150102001001").json()
    assert (community["open_now"], community["hours"], community["version"]) == (None, [], 0)


def test_a_season_begins_a_day_is_closed_and_the_record_keeps_all(keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150103002")
    week = [{"weekday": day, "spans": OFFICE} for day in range(1, 6)]
    page = centre.does("set_hours", week=week, since="2026-11-30")
    assert page["version"] == 1
    assert page["today"][0]["opens"] == "2026-11-25T01:00:00Z", "the old hours until the new ones begin"
    wednesday(timedelta(days=5))
    assert centre.page()["today"][0]["opens"] == "2026-11-30T00:30:00Z"
    wednesday(HOUR)
    page = centre.does("set_day", day="2026-11-30", spans=[], reason="线路检修，闭门一日")
    assert page["special_days"] == [{"day": "2026-11-30", "spans": [], "reason": "线路检修，闭门一日"}]
    centre.does("set_day", day="2026-11-28", spans=[{"opens": "22:00", "closes": "02:00"}], reason="夜间接待")
    wednesday(timedelta(days=3, hours=15))
    assert (centre.page()["open_now"], centre.page()["closes"]) == (True, "2026-11-28T18:00:00Z")
    wednesday(timedelta(days=5))
    assert centre.page()["open_now"] is False
    centre.does("clear_day", day="2026-11-30")
    assert centre.page()["open_now"] is True
    assert centre.try_to("clear_day", {"day": "2026-11-30"}).status_code == 409
    told = list(centre.person.walk(f"{centre.url}/changes?limit=4"))
    assert [(c["what"], c["change"]) for c in told[:3]] == [
        ("special_day", "ended"), ("special_day", "set"), ("special_day", "set"),
    ]  # fmt: skip
    me = centre.person.get("/v1/me").json()["id"]
    assert {c["by"] for c in told} == {"system", me}
    assert sum(c["what"] == "hours" and c["change"] == "ended" for c in told) == 5
    assert len(told) == len({(c["id"], c["change"]) for c in told})


def test_windows_rooms_and_units_come_change_and_go(keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150103003")
    room = next(r for r in centre.page()["rooms"] if r["code"] == "101")
    assert centre.does("set_room", code="101", name="大调解室", kind="mediation", seats=20)["rooms"][0] == {
        **room, "name": "大调解室", "seats": 20,
    }  # fmt: skip
    centre.does("set_room", code="301", name="听证室", kind="hearing", seats=30)
    assert [r["code"] for r in centre.does("close_room", code="102")["rooms"]] == ["101", "301"]
    assert centre.try_to("close_room", {"code": "102"}).status_code == 409
    centre.does("set_window", code="9", name="法律援助")
    page = centre.does("station", unit="D150103_hrss", how="rotating", weekdays=[3, 5], window="9")
    (hrss,) = (u for u in page["units"] if u["unit"] == "D150103_hrss")
    assert (hrss["how_text"], hrss["weekdays"], hrss["window"]) == ("轮驻", [3, 5], "9")
    wednesday(HOUR)
    assert centre.duty()["D150103_hrss"]["state"] == "on_duty", "it is a Wednesday"
    page = centre.does("close_window", code="9")
    assert next(u for u in page["units"] if u["unit"] == "D150103_hrss")["window"] is None
    centre.does("station", unit="D150103_hrss", how="on_call", call_in="电话", respond_minutes=20)
    wednesday(2 * HOUR)
    assert centre.duty()["D150103_hrss"]["state"] == "absent", "nobody is on the rota"
    page = centre.does("unstation", unit="D150103_hrss")
    assert "D150103_hrss" not in {u["unit"] for u in page["units"]}
    assert centre.try_to("unstation", {"unit": "D150103_hrss"}).status_code == 409
    assert centre.try_to("close_window", {"code": "9"}).status_code == 409


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("station", {"unit": "D150103_nothing", "how": "resident"}), ("station", {"unit": "C150103004", "how": "resident"}),
        ("station", {"unit": "D150103_hrss", "how": "resident", "window": "99"}),
        ("station", {"unit": "D150103_hrss", "how": "resident", "weekdays": [1]}),
        ("station", {"unit": "D150103_hrss", "how": "on_call"}), ("set_window", {"code": "\x00", "name": "x"}),
        ("set_hours", {"week": [{"weekday": 1, "spans": OFFICE}] * 2}),
        ("set_hours", {"week": [{"weekday": 1, "spans": OFFICE[::-1]}]}),
        ("set_hours", {"week": [], "since": "2026-11-24"}), ("set_hours", {"week": [], "since": "9999-12-31"}),
        ("set_hours", {"week": [{"weekday": 1, "spans": [{"opens": "24:00", "closes": "24:00"}]}]}),
        ("set_day", {"day": "2026-11-24", "spans": [], "reason": "昨天"}), ("set_room", {"code": "1", "name": "x"}),
        ("plan_shift", {"unit": "D150103_hrss", "staff": str(staff_id("D150103_hrss.handler.1")),
                        **on("2026-11-26", "09:00", "12:00")}),
        ("plan_shift", {"unit": "M150103004", "staff": str(staff_id("D150103_hrss.handler.1")),
                        **on("2026-11-26", "09:00", "12:00")}),
        ("plan_shift", {"unit": "M150103004", "staff": str(staff_id("M150103004.mediator.1")),
                        **on("2026-11-24", "09:00", "12:00")}),
        ("cancel_shift", {"shift": "01a20a9e-f940-72e7-a28a-9f3a66398d0a"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_changes_nothing(
    keeper: Keepers, wednesday: Move, action: str, body: dict[str, Any]
) -> None:
    centre = keeper("C150103004")
    before = centre.page()
    reply = centre.try_to(action, body)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid"), reply.text
    assert centre.page() == before


def test_who_keeps_a_centre(cast: Cast, wednesday: Move) -> None:
    body = {"code": "8", "name": "临时窗口"}
    url = "/v1/centres/C150103005/actions/set_window"
    for login, status in (
        ("C150103006.coordinator.1", 403), ("D150103_hrss.organ_head.1", 403), ("C150104.organ_head.1", 403),
        ("C150103005.window_clerk.1", 403), ("M150103005.mediator.1", 403), ("C150100.auditor.1", 403),
    ):  # fmt: skip
        assert cast.seat(login).post(url, body, version=0).status_code == status, login
    above = ("C150103005.organ_head.1", "C150103.coordinator.1", "C150100.organ_head.1")
    for version, login in enumerate(above):
        reply = cast.seat(login).post(url, body, version=version)
        assert (reply.status_code, reply.headers["etag"]) == (200, f'"{version + 1}"'), reply.text
    assert cast.machine().post(url, body, version=3).status_code == 403
    assert cast("deng.county").post("/v1/centres/D150102_hrss/actions/set_window", body, version=0).status_code == 404
    assert cast("li.window").get("/v1/centres/C999").status_code == 404


def test_versions_and_keys_guard_each_change(keeper: Keepers, wednesday: Move) -> None:
    centre, body = keeper("C150103007"), {"code": "8", "name": "临时窗口"}
    assert centre.person.post(f"{centre.url}/actions/set_window", body).status_code == 428
    first = centre.try_to("set_window", body, version=0, key="window-8")
    again = centre.try_to("set_window", body, version=0, key="window-8")
    assert (again.status_code, again.headers["idempotency-replayed"], again.json()) == (200, "true", first.json())
    stale = centre.try_to("set_window", {**body, "name": "另一个"}, version=0)
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 1)


# --- The rota


def test_a_rota_is_planned_swapped_withdrawn_and_nobody_is_in_two_places(
    cast: Cast, keeper: Keepers, wednesday: Move, lives: Lives
) -> None:
    town, county = keeper("C150104001"), keeper("C150104")
    clerks = [str(staff_id(f"C150104.window_clerk.{n}")) for n in (1, 2)]
    justice = str(staff_id("D150104_justice.handler.1"))
    county.does("plan_shift", unit="C150104", staff=clerks[0], window="1", **on("2026-11-25", "09:00", "12:00"))
    county.does("plan_shift", unit="C150104", staff=clerks[1], window="2", **on("2026-11-25", "12:00", "17:30"))
    county.does("plan_shift", unit="D150104_justice", staff=justice, **on("2026-11-25", "09:00", "12:00"))
    reply = town.try_to(
        "plan_shift", {"unit": "D150104_justice", "staff": justice, **on("2026-11-25", "11:59", "14:00")}
    )
    assert (reply.status_code, reply.json()["detail"]) == (409, "此人该时段已有班次。")
    town.does("plan_shift", unit="D150104_justice", staff=justice, **on("2026-11-25", "12:00", "14:00"))

    here = county.duty()["C150104"]
    assert [(p["staff"], p["window"]) for p in here["people"]] == [(clerks[0], "1")]
    rota = {s["staff"]: s for s in cast("li.window").walk("/v1/centres/C150104/rota?limit=1&unit=C150104")}
    county.does("swap_shifts", shift=rota[clerks[0]]["id"], other=rota[clerks[1]]["id"])
    assert [(p["staff"], p["window"]) for p in county.duty()["C150104"]["people"]] == [(clerks[1], "1")]
    mixed = next(s for s in county.person.walk(f"{county.url}/rota") if s["staff"] == justice)
    swapped = next(s for s in county.person.walk(f"{county.url}/rota") if s["staff"] == clerks[1])
    assert county.try_to("swap_shifts", {"shift": mixed["id"], "other": swapped["id"]}).status_code == 422
    county.does("cancel_shift", shift=swapped["id"])
    assert county.duty()["C150104"]["people"] == []
    assert county.try_to("cancel_shift", {"shift": swapped["id"]}).status_code == 422


def test_a_month_is_brought_at_once_and_each_line_told(keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150104002")
    mediator = str(staff_id("M150104002.mediator.1"))
    days = [f"2026-12-{day:02}" for day in range(1, 31)]
    good = [{"unit": "M150104002", "staff": mediator, **on(day, "09:00", "17:30")} for day in days]
    bad = [
        {**good[0], "window": "99"}, {**good[0], **on("2026-12-01", "17:00", "18:00")}, good[3],
        {**good[0], "unit": "D150104_hrss"}, {**good[0], "staff": str(staff_id("D150104_hrss.handler.1"))},
    ]  # fmt: skip
    wanted = [201] * 30 + [422, 409, 200, 422, 422]

    def bring(**more: Any) -> Any:
        reply = centre.try_to("import_rota", {"items": good + bad, **more})
        assert reply.status_code == 200, reply.text
        return reply.json()

    rehearsal = bring(dry_run=True)
    assert ([line["status"] for line in rehearsal["lines"]], rehearsal["version"]) == (wanted, 0)
    rota = f"{centre.url}/rota?since=2026-12-01T00:00:00Z&until=2027-01-01T00:00:00Z"
    assert (centre.page()["version"], list(centre.person.walk(rota))) == (0, [])
    report = bring()
    assert [line["status"] for line in report["lines"]] == wanted
    assert [report[name] for name in ("added", "standing", "refused", "version")] == [30, 1, 4, 1]
    assert all(line["detail"] for line in report["lines"] if line["status"] > 201)
    assert [line["line"] for line in report["lines"]] == list(range(1, 36))
    assert {s["id"] for s in centre.person.walk(rota)} == {ln["shift"] for ln in report["lines"] if ln["shift"]}
    again = bring()
    assert [again[name] for name in ("added", "standing", "refused")] == [0, 31, 4]
    away = centre.does("unstation", unit="M150104002")
    assert away["version"] == 3
    assert list(centre.person.walk(rota)) == [], "who leaves is on no shift to come"
