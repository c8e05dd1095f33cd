"""What rests on trust in one person goes to nobody; shifts go to who is free. Sight ends in the same transaction."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from seeds.hohhot.staff import staff_id
from tests.access.town import in_city
from tests.cast import Cast, report
from tests.handover.doors import SUN, Ask, Worker, approved, ask, becomes, carry_out, look
from tests.support.clock import present
from tests.support.proxies import does as proxy_does
from tests.support.proxies import errand, offered, own, requested, soon, terms
from tests.support.residents import door
from tests.support.talks import HOHHOT, Talks

LEAVE = timedelta(days=7)
CENTRE = "C150102001"


def share(case: str) -> None:
    """Whoever hands over sees the case, by a part of their unit: what they do not see is not listed to them."""
    statement = "insert into case_access (case_id, grantee, part) values ($1, $2, 'offer')"
    in_city(lambda conn: conn.execute(statement, uuid.UUID(case), f"unit:{CENTRE}"))


class Carried:
    """A petition of the leaver's cell, of which its lead, the centre above and who carries it know."""

    def __init__(self, cast: Cast, worker: Worker, **changes: Any) -> None:
        self.cast, self.worker = cast, worker
        self.receipt = cast("li.window").register(
            report("petition", "heating.temperature", location={"cell": worker.cell}, **changes)
        )
        self.case = str(self.receipt["id"])
        self.proxy = str(offered(cast, self.case, worker.id)["id"])
        share(self.case)

    def authorised(self) -> "Carried":
        proxy_does(
            self.cast,
            f"{self.receipt['lead_unit']}.window_clerk.1",
            self.proxy,
            "authorise",
            terms(self.cast, self.case),
        )
        return self

    @property
    def state(self) -> str:
        (found,) = own(self.cast, self.receipt)
        return str(found["state"])


def kinds(sql: Ask, case: str) -> list[str]:
    return [r["kind"] for r in sql("select kind from event where case_id = $1 order by seq", uuid.UUID(case))]


def told(sql: Ask, case: str, template: str) -> list[str]:
    rows = sql("select grantee from message where case_id = $1 and template = $2", uuid.UUID(case), template)
    return [r["grantee"] for r in rows]


def of(items: list[dict[str, Any]], *kinds: str) -> list[tuple[str, str, str, str | None]]:
    return sorted((i["kind"], i["state"], i["becomes"], i["to"]) for i in items if i["kind"] in kinds)


# --- Proxies


def test_an_authority_ends_with_who_leaves_and_nobody_takes_it_over(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    carried, waiting = Carried(cast, leaver).authorised(), Carried(cast, leaver)
    errand(cast, carried.proxy, who=leaver.post)
    assert leaver.person.sees(carried.case)
    assert not leaver.person.sees(waiting.case), "an offer opens nothing"
    before = sql("select count(*) from event")[0][0]
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert of(items, "proxy", "proxy_offer") == [
        ("proxy", "authorised", "ends", None),
        ("proxy_offer", "offered", "recalled", None),
    ]
    assert sql("select count(*) from event")[0][0] == before

    carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert leaver.is_out(carried.case, waiting.case), "with the token of before"
    assert not neighbour.person.sees(carried.case)
    assert (
        sql("select 1 from case_access where grantee = $1 and (until is null or until > now())", f"staff:{leaver.id}")
        == []
    )
    assert (carried.state, waiting.state) == ("stepped_down", "requested")
    assert [r["state"] for r in sql("select state from proxy_errand where proxy = $1", uuid.UUID(carried.proxy))] == [
        "dropped"
    ]
    assert sql("select 1 from proxy_authority where proxy = $1 and ended_at is null", uuid.UUID(carried.proxy)) == []
    assert kinds(sql, carried.case)[-1] == "step_down_proxy"
    assert kinds(sql, waiting.case)[-1] == "recall_proxy"
    li = f"staff:{staff_id('C150102001.window_clerk.1')}"
    assert told(sql, carried.case, "proxy_ended") == [li]
    assert told(sql, waiting.case, "proxy_recalled") == [li]
    steps = door(cast, "", carried.receipt).json()["steps"]
    assert steps[-1]["said"] == "代办员已离岗，代办终止，需要的可另行申请。"
    assert requested(cast, carried.case)["state"] == "requested", "another may be asked for"


def test_over_a_leave_the_authority_stays_and_who_is_concerned_is_told(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    carried, waiting = Carried(cast, leaver).authorised(), Carried(cast, leaver)
    made = carry_out(cast(SUN), leaver, why="on_leave", to=neighbour.id, until=(present() + LEAVE).isoformat())
    assert of(made["items"], "proxy", "proxy_offer") == [
        ("proxy", "authorised", "stays", None), ("proxy_offer", "offered", "recalled", None),
    ]  # fmt: skip
    assert (carried.state, waiting.state) == ("authorised", "requested")
    assert leaver.person.sees(carried.case)
    assert not neighbour.person.sees(carried.case)
    assert told(sql, carried.case, "proxy_stays") == [f"staff:{leaver.id}"]
    assert len(told(sql, carried.case, "proxy_away")) == 1
    assert kinds(sql, carried.case)[-1] == "authorise_proxy"


def test_an_offer_accepted_since_the_preview_is_another_thing(cast: Cast, leaver: Worker, neighbour: Worker) -> None:
    carried = Carried(cast, leaver)
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    given = door(cast, "proxy/authorise", carried.receipt, matter="代办", powers=["enquire"], valid_until=soon(days=9))
    assert given.status_code == 200, given.text
    reply = ask(cast(SUN), leaver, why="leaves", to=neighbour.id, items=approved(items))
    assert reply.status_code == 409
    assert reply.json()["gone"] == [f"proxy_offer:{carried.proxy}"]
    assert reply.json()["added"] == [f"proxy:{carried.proxy}"]
    assert carried.state == "authorised"
    assert leaver.person.sees(carried.case)


def test_what_ran_out_by_itself_is_not_held(cast: Cast, at: Callable[[datetime], None], leaver: Worker) -> None:
    carried = Carried(cast, leaver).authorised()
    at(present() + timedelta(days=31))
    items = look(cast(SUN), leaver, why="leaves")
    assert of(items, "proxy") == []
    assert carried.state == "authority_expired"


def test_who_may_not_see_a_case_is_not_told_of_what_hangs_on_it(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    carried, talks = Carried(cast, leaver).authorised(), mediating(cast, sql, leaver)
    for case in (carried.case, talks.case):
        sql(
            "delete from case_access where case_id = $1 and grantee = $2 returning 1", uuid.UUID(case), f"unit:{CENTRE}"
        )
        assert not cast(SUN).sees(case)
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert [i for i in items if i["kind"] in ("proxy", "mediator")] == []
    text = str(items)
    assert carried.case not in text
    assert carried.receipt["number"] not in text
    carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    (kept,) = cast(SUN).get(f"/v1/staff/{leaver.id}/handovers").json()["items"]
    assert [i for i in kept["items"] if i["kind"] in ("proxy", "mediator")] == []
    for case in (carried.case, talks.case):
        assert not leaver.is_named_in(sql, case), "it ends all the same"
        assert not neighbour.person.sees(case)


# --- Mediators


def mediating(cast: Cast, sql: Ask, worker: Worker) -> Talks:
    """A mediation to which the worker, who mediates for the committee too, was appointed."""
    sql(
        "insert into post (id, unit, role, area, staff) select $1, unit, role, area, $2 from post"
        " where role = 'mediator' and unit = 'M150102001' limit 1 returning id",
        f"{worker.cell}.mediator", uuid.UUID(worker.id),
    )  # fmt: skip
    talks = Talks(cast).consented()
    talks.does("assign", {"staff": worker.id, "how": "appointed"})
    assert worker.is_named_in(sql, talks.case)
    share(talks.case)
    return talks


@pytest.mark.parametrize("why", ["leaves", "on_leave"])
def test_a_mediator_is_relieved_and_the_lead_is_told(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker, why: str
) -> None:
    talks = mediating(cast, sql, leaver)
    asked = {"why": why, "to": neighbour.id}
    if why == "on_leave":
        asked["until"] = (present() + LEAVE).isoformat()
    made = carry_out(cast(SUN), leaver, **asked)
    assert of(made["items"], "mediator") == [("mediator", "consented", "to_lead", None)]
    assert not leaver.is_named_in(sql, talks.case)
    assert not neighbour.person.sees(talks.case)
    assert sql("select 1 from mediator where staff = $1 and relieved_at is null", uuid.UUID(leaver.id)) == []
    assert kinds(sql, talks.case)[-1] == "mediation_relieve"
    assert told(sql, talks.case, "mediator_relieved") == ["unit:M150102001"]
    if why == "on_leave":  # back one day, they may be assigned again: nothing is known against them
        assert talks.does("assign", {"staff": leaver.id, "how": "appointed"})["mediators"]


def test_a_mediator_relieved_since_the_preview_is_gone(cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker) -> None:
    talks = mediating(cast, sql, leaver)
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    talks.does("relieve", {"staff": leaver.id, "reason": "当事人要求更换"})
    reply = ask(cast(SUN), leaver, why="leaves", to=neighbour.id, items=approved(items))
    assert (reply.status_code, reply.json()["gone"]) == (409, [f"mediator:{talks.id}"])


def test_an_agreement_is_cared_for_over_a_leave_and_left_to_the_lead_for_good(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    talks = mediating(cast, sql, leaver)
    sql("update mediation set state = 'agreed', ended_at = now() where id = $1 returning id", uuid.UUID(talks.id))
    until = (present() + LEAVE).isoformat()
    made = carry_out(cast(SUN), leaver, why="on_leave", to=neighbour.id, until=until)
    assert of(made["items"], "mediator") == [("mediator", "agreed", "stays", None)]
    assert leaver.is_named_in(sql, talks.case)
    made = carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert of(made["items"], "mediator") == [("mediator", "agreed", "to_lead", None)]
    assert not leaver.is_named_in(sql, talks.case)
    assert told(sql, talks.case, "task_came_back") == ["unit:M150102001"]


# --- Shifts


def shift(sql: Ask, worker: Worker, since: datetime, *, hours: int = 4, unit: str = CENTRE) -> str:
    """On the rota of the centre."""
    (row,) = sql(
        "insert into duty_shift (id, centre, unit, staff, period, set_at, set_by) values ($1, $2, $3, $4,"
        " tstzrange($5, $6), now(), 'test') returning id",
        uuid.uuid4(), CENTRE, unit, uuid.UUID(worker.id), since, since + timedelta(hours=hours),
    )  # fmt: skip
    return str(row["id"])


def standing(sql: Ask, worker: Worker) -> list[tuple[datetime, datetime]]:
    rows = sql(
        "select lower(period) as since, upper(period) as until from duty_shift where staff = $1 and withdrawn_at is null"
        " order by period",
        uuid.UUID(worker.id),
    )
    return [(r["since"], r["until"]) for r in rows]


def test_shifts_within_the_absence_go_to_who_is_free_or_off_the_rota(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    for worker in (leaver, neighbour):
        sql("update staff set unit = $2 where id = $1 returning id", uuid.UUID(worker.id), CENTRE)
    now = present().replace(microsecond=0)
    running = shift(sql, leaver, now - timedelta(hours=1))
    free, taken = shift(sql, leaver, now + timedelta(days=1)), shift(sql, leaver, now + timedelta(days=2))
    other = shift(sql, leaver, now + timedelta(days=3), unit="D150102_energy")
    shift(sql, leaver, now + timedelta(days=20))
    shift(sql, neighbour, now + timedelta(days=2, hours=1))
    version = cast(SUN).get(f"/v1/centres/{CENTRE}").json()["version"]
    asked = {"why": "on_leave", "to": neighbour.id, "until": (now + LEAVE).isoformat()}
    items = [i for i in look(cast(SUN), leaver, **asked) if i["kind"] == "shift"]
    assert {i["ref"]: (i["becomes"], i["to"]) for i in items} == {
        running: ("shift", neighbour.id), free: ("shift", neighbour.id), taken: ("withdrawn", None), other: ("withdrawn", None),
    }  # fmt: skip
    assert cast(SUN).get(f"/v1/centres/{CENTRE}").json()["version"] == version

    made = carry_out(cast(SUN), leaver, **asked)
    assert becomes([i for i in made["items"] if i["kind"] == "shift"]) == becomes(items)
    assert [since for since, _ in standing(sql, leaver)] == [now + timedelta(days=20)], "after the leave"
    (since, until), day, own_shift = standing(sql, neighbour)
    assert since > now - timedelta(minutes=1), "what is left of the running one"
    assert until == now + timedelta(hours=3)
    assert day == (now + timedelta(days=1), now + timedelta(days=1, hours=4))
    assert own_shift[0] == now + timedelta(days=2, hours=1)
    assert cast(SUN).get(f"/v1/centres/{CENTRE}").json()["version"] == version + 1


def test_a_successor_who_was_given_a_shift_since_is_named(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    for worker in (leaver, neighbour):
        sql("update staff set unit = $2 where id = $1 returning id", uuid.UUID(worker.id), CENTRE)
    tomorrow = present().replace(microsecond=0) + timedelta(days=1)
    mine = shift(sql, leaver, tomorrow)
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    shift(sql, neighbour, tomorrow)
    reply = ask(cast(SUN), leaver, why="leaves", to=neighbour.id, items=approved(items))
    assert (reply.status_code, reply.json()["changed"]) == (409, [f"shift:{mine}"])
    assert len(standing(sql, leaver)) == 1


def test_duty_in_an_emergency_goes_to_who_stands_in_its_area(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    days = [(present().astimezone(HOHHOT).date() + timedelta(days=n)).isoformat() for n in range(4)]
    head, began = cast.seat(f"{CENTRE}.organ_head.1"), {"area": "150102001", "category": "flood", "reason": "暴雨"}
    ends = (present() + timedelta(days=5)).isoformat()
    rota = [{"day": day, "shift": "night", "staff": leaver.id} for day in days]
    rota.append({"day": days[2], "shift": "night", "staff": neighbour.id})
    made = head.post("/v1/emergencies", {**began, "ends_at": ends, "rota": rota})
    assert made.status_code == 201, made.text
    emergency = made.json()["id"]
    until = datetime.fromisoformat(f"{days[3]}T12:00:00+08:00").isoformat()
    made = carry_out(cast(SUN), leaver, why="on_leave", to=neighbour.id, until=until)
    moved = {
        i["ref"].split(":")[0]: (i["becomes"], i["state"]) for i in made["items"] if i["kind"] == "emergency_shift"
    }
    assert moved == {
        days[0]: ("shift", emergency), days[1]: ("shift", emergency), days[2]: ("withdrawn", emergency),
    }, "on the last day they are back"  # fmt: skip
    page = head.get(f"/v1/emergencies/{emergency}").json()
    assert {(s["day"], s["staff"]) for s in page["rota"]} == {
        (days[0], neighbour.id), (days[1], neighbour.id), (days[2], neighbour.id), (days[3], leaver.id)
    }  # fmt: skip
    assert [line["what"] for line in page["record"]].count("handed_over") == 3
    assert page["version"] == 4
    told = sql(
        "select count(*) as n from message where grantee = $1 and template = 'emergency_duty'", f"staff:{neighbour.id}"
    )
    assert told[0]["n"] == 1
    assert head.post(f"/v1/emergencies/{emergency}/actions/end", version=4).status_code == 200
