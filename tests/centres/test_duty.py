"""Who is on duty now, and that one visit serves every unit."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from seeds.hohhot.staff import staff_id
from tests.cast import Cast
from tests.centres.conftest import HOUR, WEDNESDAY, Keeper

Move = Callable[[timedelta], datetime]
Keepers = Callable[[str], Keeper]


def test_resident_rotating_and_on_call(keeper: Keepers, wednesday: Move) -> None:
    """C150105 as the demo has it; 11:00, noon, the evening and Saturday."""
    centre = keeper("C150105")
    page = centre.page()
    rotating = {u["unit"]: u["weekdays"] for u in page["units"] if u["how"] == "rotating"}
    now = centre.duty()
    assert now["D150105_housing"]["state"] == "on_duty"
    assert {unit: now[unit]["state"] == "on_duty" for unit in rotating} == {u: 3 in d for u, d in rotating.items()}
    assert now["D150105_energy"]["state"] == "absent"
    noon = centre.duty(WEDNESDAY + 2.5 * HOUR)
    assert {unit["state"] for unit in noon.values()} == {"absent"}

    away = next(unit for unit, days in rotating.items() if 3 not in days)
    person = str(staff_id(f"{away}.handler.1"))
    until = (WEDNESDAY + HOUR).isoformat()
    centre.does("plan_shift", unit=away, staff=person, since=WEDNESDAY.isoformat(), until=until)
    there = centre.duty()[away]
    assert (there["state"], there["people"][0]["staff"]) == ("on_duty", person)
    assert centre.duty(WEDNESDAY + HOUR)[away]["state"] == "absent", "a shift ends before its end"

    energy, night = str(staff_id("D150105_energy.handler.1")), WEDNESDAY + 10 * HOUR
    centre.does(
        "plan_shift",
        unit="D150105_energy",
        staff=energy,
        since=night.isoformat(),
        until=(night + 12 * HOUR).isoformat(),
    )
    called = centre.duty(night)["D150105_energy"]
    assert (called["state"], called["state_text"], called["respond_minutes"]) == ("on_call", "随叫随到", 30)
    assert called["call_in"]
    assert centre.person.get(f"{centre.url}/duty?at=9999-12-31T23:59:59Z").status_code == 422


def test_on_a_swapped_saturday_rotating_units_come_as_on_the_first_weekday(keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150105")
    monday = {u["unit"] for u in centre.page()["units"] if u["how"] == "rotating" and 1 in u["weekdays"]}
    saturday = datetime.fromisoformat("2026-10-10T10:00:00+08:00")
    there = {
        unit for unit, line in centre.duty(saturday).items() if line["state"] == "on_duty" and line["how"] == "rotating"
    }
    assert there == monday
    holiday = centre.duty(datetime.fromisoformat("2026-10-06T10:00:00+08:00"))
    assert {line["state"] for line in holiday.values()} == {"absent"}


def test_one_visit_serves_every_unit(cast: Cast, keeper: Keepers, wednesday: Move) -> None:
    """A clerk of Xincheng's centre sees who could take the matter at once, and what is done where nobody could."""
    county = keeper("C150102")
    clerk = cast.seat("C150102.window_clerk.1")
    assert clerk.get("/v1/centres/C150102/reception?category=heating.outage").status_code == 200

    housing = county.reception("heating.outage", kind="request", area="150102001")["D150102_housing"]
    assert (housing["how"], housing["state"], housing["instead"]) == ("resident", "on_duty", "at_window")
    assert housing["window"] == next(u["window"] for u in county.page()["units"] if u["unit"] == "D150102_housing")
    assert housing["answers_for"] == [{"kind": "request", "petition_class": None, "rule": "request.competent"}]

    energy = county.reception("power.outage", kind="request")["D150102_energy"]
    assert (energy["state"], energy["instead"]) == ("absent", "offer"), "on call, but nobody is on the rota"
    person, until = str(staff_id("D150102_energy.handler.1")), (WEDNESDAY + 3 * HOUR).isoformat()
    county.does("plan_shift", unit="D150102_energy", staff=person, since=WEDNESDAY.isoformat(), until=until)
    energy = county.reception("power.outage", kind="request")["D150102_energy"]
    assert (energy["instead"], energy["instead_text"]) == ("call_in", "请按所列方式通知随驻人员到场。")
    assert energy["call_in"]

    town = keeper("C150102001").reception("heating.outage", kind="request")["D150102_housing"]
    assert (town["how"], town["instead"], town["stationed_at"]) == (None, "offer", ["C150102"])
    own = keeper("C150102001").reception("heating.outage", kind="event")["C150102001"]
    assert (own["state"], own["instead"]) == ("on_duty", "at_window"), "the centre's own people"
    wednesday(2.5 * HOUR)
    closed = county.reception("heating.outage", kind="request")["D150102_housing"]
    assert (closed["state"], closed["window"], closed["instead"]) == ("absent", None, "offer")


def test_a_shift_may_put_a_unit_at_another_window(keeper: Keepers, wednesday: Move) -> None:
    centre = keeper("C150121")
    person, until = str(staff_id("D150121_housing.handler.1")), (WEDNESDAY + HOUR).isoformat()
    centre.does(
        "plan_shift", unit="D150121_housing", staff=person, since=WEDNESDAY.isoformat(), until=until, window="1"
    )
    found = centre.reception("heating.outage", kind="request")["D150121_housing"]
    assert (found["window"], found["instead"]) == ("1", "at_window")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "category=no.such",
        "category=heating.outage&area=999999",
        "category=heating.outage&kind=dispute",
        "category=%00",
    ],
)
def test_what_nobody_answers_for_is_refused(keeper: Keepers, wednesday: Move, query: str) -> None:
    centre = keeper("C150121")
    assert centre.person.get(f"{centre.url}/reception?{query}").status_code == 422


def test_who_may_know_who_is_on_duty(cast: Cast, wednesday: Move) -> None:
    """Names of staff as `GET /v1/staff` gives them: not to machines. The places themselves are open like the map."""
    for person, status in ((cast("wang.grid"), 200), (cast("lin.auditor"), 200), (cast.machine(), 403)):
        for below in ("duty", "rota", "changes"):
            assert person.get(f"/v1/centres/C150105/{below}").status_code == status
        assert person.get("/v1/centres/C150105").status_code == 200
        assert person.get("/v1/centres/C150105/rooms").status_code == 200
    assert cast("lin.auditor").get("/v1/centres/C150105/reception?category=heating.outage").status_code == 403
