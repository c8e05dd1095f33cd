"""A worker leaves, or goes on leave: all they held goes over in one transaction, and nothing stays, nor the sight of it."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.crypto import keys
from seeds.hohhot.staff import staff_id
from tests.cast import Cast, report
from tests.handover.doors import SUN, Ask, Worker, approved, ask, becomes, carry_out, look, request
from tests.support.clock import present


def test_all_that_a_leaver_holds_goes_over_and_nothing_stays(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    signed, offered = request(cast, leaver), request(cast, leaver)
    leaver.person.does(signed, "sign_for")
    before = sql("select count(*) from event")[0][0]
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert becomes(items) == sorted([
        ("cell", "cover", neighbour.id), ("post", "vacant", None), ("task", "task", neighbour.id),
        ("task", "task", neighbour.id),
    ])  # fmt: skip
    assert {item["case"] for item in items if item["kind"] == "task"} == {signed, offered}
    assert sql("select count(*) from event")[0][0] == before, "a preview changes nothing"
    assert leaver.tasks() == {signed: "signed", offered: "offered"}

    made = carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert neighbour.tasks().items() >= {signed: "signed", offered: "offered"}.items()
    assert leaver.is_out(signed, offered), "with the token of before"
    for table, column in (("assignment", "staff"), ("cell_worker", "staff"), ("post", "staff"), ("cases", "worker")):
        open_ones = {"assignment": " and state in ('offered', 'signed')", "cell_worker": " and upper(during) is null"}
        found = sql(f"select count(*) from {table} where {column} = $1{open_ones.get(table, '')}", uuid.UUID(leaver.id))
        assert found[0][0] == 0, table
    grants = sql("select part from case_access where grantee = $1 and until is null", f"staff:{leaver.id}")
    assert grants == []
    kinds = [r["kind"] for r in sql("select kind from event where case_id = $1 order by seq", uuid.UUID(offered))]
    assert kinds[-1] == "handed_over"
    neighbour.person.does(offered, "sign_for")
    (kept,) = cast(SUN).get(f"/v1/staff/{leaver.id}/handovers").json()["items"]
    assert kept["id"] == made["id"]
    assert kept["made_by"] == f"staff:{staff_id('C150102001.coordinator.1')}"
    assert becomes(kept["items"]) == becomes(made["items"])
    after = cast("luo.intake").register(report("request", "property.fees", location={"cell": leaver.cell}))
    assert after["worker"] == neighbour.id, "the cell is covered"
    assert leaver.cell in cast(SUN).get("/v1/cells/unstaffed").json()["cells"], "and still wants a worker of its own"


def test_a_worker_without_a_cell_becomes_its_one_worker(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    sql("delete from cell_worker where staff = $1 returning 1", uuid.UUID(neighbour.id))
    made = carry_out(cast("qin.head"), leaver, why="leaves", to=neighbour.id)
    assert ("cell", "primary", neighbour.id) in becomes(made["items"])
    assert leaver.cell not in cast(SUN).get("/v1/cells/unstaffed").json()["cells"]


def test_what_changed_since_the_preview_is_named_and_nothing_is_done(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    first = request(cast, leaver)
    items = look(cast(SUN), leaver, why="leaves", to=neighbour.id)
    (gone,) = [f"task:{item['ref']}" for item in items if item["case"] == first]
    leaver.person.does(first, "refuse", {"reason": "休假"})
    second = request(cast, leaver)
    reply = ask(cast(SUN), leaver, why="leaves", to=neighbour.id, items=approved(items))
    assert reply.status_code == 409
    (added,) = [f"task:{keys().veil(r['id'])}" for r in sql(
        "select id from assignment where staff = $1 and case_id = $2", uuid.UUID(leaver.id), uuid.UUID(second)
    )]  # fmt: skip
    assert (reply.json()["gone"], reply.json()["added"]) == ([gone], [added])
    assert leaver.tasks() == {second: "offered"}
    other = [
        {**item, "to": None} if item["kind"] == "cell" else item
        for item in approved(look(cast(SUN), leaver, why="leaves", to=neighbour.id))
    ]
    reply = ask(cast(SUN), leaver, why="leaves", to=neighbour.id, items=other)
    assert (reply.status_code, reply.json()["changed"]) == (409, [f"cell:{leaver.cell}"])
    assert cast(SUN).get(f"/v1/staff/{leaver.id}/handovers").json() == {"items": []}


def test_a_leave_is_covered_and_ends_by_itself(
    cast: Cast, at: Callable[[datetime], None], leaver: Worker, neighbour: Worker
) -> None:
    task = request(cast, leaver)
    until = present() + timedelta(days=7)
    made = carry_out(cast(SUN), leaver, why="on_leave", to=neighbour.id, until=until.isoformat())
    assert becomes(made["items"]) == sorted([("cell", "cover", neighbour.id), ("task", "task", neighbour.id)])
    assert task in neighbour.tasks()
    assert leaver.tasks() == {}
    assert leaver.person.sees(task), "requests are open to the community; a leave takes no post away"
    during = cast("luo.intake").register(report("request", "property.fees", location={"cell": leaver.cell}))
    assert during["worker"] == neighbour.id
    at(until + timedelta(minutes=1))
    after = cast("luo.intake").register(report("request", "property.fees", location={"cell": leaver.cell}))
    assert after["worker"] == leaver.id


def test_without_a_successor_tasks_go_back_to_the_lead_who_is_told(cast: Cast, sql: Ask, leaver: Worker) -> None:
    task = request(cast, leaver)
    made = carry_out(cast(SUN), leaver, why="leaves")
    assert becomes(made["items"]) == [("cell", "vacant", None), ("post", "vacant", None), ("task", "to_lead", None)]
    told = sql("select grantee from message where case_id = $1 and template = 'task_came_back'", uuid.UUID(task))
    lead = cast("luo.intake").get(f"/v1/cases/{task}").json()["lead_unit"]
    assert [r["grantee"] for r in told] == [f"unit:{lead}"]
    assert leaver.cell in cast(SUN).get("/v1/cells/unstaffed").json()["cells"]


def test_nobody_chooses_who_shall_see_what_they_do_not_see_themselves(
    cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker
) -> None:
    """A task in a dispute of another line (as its lead would give it): the coordinator has no part in that."""
    case = uuid.UUID(
        cast("gao.window").register(report("dispute", "property.fees", location={"area": "150105001"}))["id"]
    )
    sql(
        "insert into assignment (case_id, unit, staff, part, state, offered_by, offered_at)"
        " select $1, s.unit, s.id, 'co', 'offered', 'test', now() from staff s where s.id = $2 returning id",
        case, uuid.UUID(leaver.id),
    )  # fmt: skip
    sql("insert into case_access values ($1, $2, 'task') returning 1", case, f"staff:{leaver.id}")
    assert leaver.person.sees(str(case))
    assert not cast(SUN).sees(str(case))
    assert [i for i in look(cast(SUN), leaver, why="leaves", to=neighbour.id) if i["kind"] == "task"] == []
    carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert leaver.is_out(str(case))
    assert not neighbour.person.sees(str(case))
    shown = cast(SUN).get(f"/v1/staff/{leaver.id}/handovers").json()["items"][0]["items"]
    assert [i for i in shown if i["kind"] == "task"] == [], "nor does the record tell of it"


def test_a_successor_whom_the_matter_concerns_does_not_get_it(cast: Cast, leaver: Worker, neighbour: Worker) -> None:
    task = request(cast, leaver, not_to=[{"staff": neighbour.id}])
    made = carry_out(cast(SUN), leaver, why="leaves", to=neighbour.id)
    assert [i["becomes"] for i in made["items"] if i["case"] == task] == ["to_lead"]
    assert not neighbour.person.sees(task)
    assert cast("luo.intake").get(f"/v1/cases/{task}").json()["worker"] is None


@pytest.mark.parametrize(
    ("who", "status", "record"),
    [(SUN, 200, 200), ("qin.head", 200, 200), ("deng.county", 200, 200), ("chen.housing", 403, 403), ("li.window", 403, 403),
     ("zhao.saihan", 403, 403), ("guo.admin", 403, 200), ("lin.auditor", 403, 200), ("wang.grid", 403, 403)],
)  # fmt: skip
def test_who_may_hand_over_and_read_the_record(cast: Cast, leaver: Worker, who: str, status: int, record: int) -> None:
    assert ask(cast(who), leaver, why="leaves", dry_run=True).status_code == status
    assert cast(who).get(f"/v1/staff/{leaver.id}/handovers").status_code == record


@pytest.mark.parametrize(
    "body",
    [
        {"why": "leaves"},
        {"why": "leaves", "until": "2030-01-01T00:00:00Z", "dry_run": True},
        {"why": "on_leave", "dry_run": True},
        {"why": "on_leave", "until": "2030-01-01T00:00:00Z", "dry_run": True},
        {"why": "on_leave", "until": "2020-01-01T00:00:00Z", "to": str(staff_id("150102001001002.grid_worker")), "dry_run": True},
        {"why": "leaves", "to": str(uuid.uuid4()), "dry_run": True},
        {"why": "leaves", "to": str(staff_id("C150105.coordinator.1")), "dry_run": True},
        {"why": "leaves", "to": str(staff_id("C150102001.coordinator.1")), "dry_run": True},
        {"why": "leaves", "items": [{"kind": "cell", "ref": "1"}] * 2},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cast: Cast, leaver: Worker, body: dict[str, Any]) -> None:
    reply = ask(cast(SUN), leaver, **body)
    assert reply.status_code == 422, reply.text


def test_nobody_takes_over_from_themselves_and_a_stranger_is_nobody(cast: Cast, leaver: Worker) -> None:
    assert ask(cast(SUN), leaver, why="leaves", to=leaver.id, dry_run=True).status_code == 422
    unknown = cast(SUN).post(f"/v1/staff/{uuid.uuid4()}/handover", {"why": "leaves", "dry_run": True})
    assert unknown.status_code == 404


def test_a_repeat_hands_over_once(cast: Cast, sql: Ask, leaver: Worker, neighbour: Worker) -> None:
    request(cast, leaver)
    body: dict[str, Any] = {"why": "leaves", "to": neighbour.id}
    body = {**body, "items": approved(look(cast(SUN), leaver, **body))}
    url = f"/v1/staff/{leaver.id}/handover"
    key = uuid.uuid4().hex
    first, again = (cast(SUN).post(url, body, key=key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert sql("select count(*) from staff_handover where staff = $1", uuid.UUID(leaver.id))[0][0] == 1
