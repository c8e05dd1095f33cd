"""The cases that are planted, round after round: each class of petition, disputes, requests, at every stage."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.access.planting import Plant, Planter, named_staff
from tests.access.sight import area_line
from tests.cast import member

HOUSING, CITY_HOUSING = "D150102_housing", "D150100_housing"


def sow(planter: Planter, rounds: int = 1) -> Sequence[Plant]:
    """Thirty-four cases a round: every class of petition, disputes, requests, events, at every stage."""
    sowers: tuple[Callable[[Planter], None], ...] = (petitions, disputes, requests, accusations)
    for _ in range(rounds):
        for sower in sowers:
            sower(planter)
    return planter.plants


def petitions(p: Planter) -> None:
    """Appeals and a suggestion."""
    kind, category = "petition", "heating.temperature"
    p.plant("an appeal, offered", kind, category, by="li.window")

    about = p.plant("an appeal about housing, replied", kind, category, concerns=[{"unit": HOUSING}], waits="county")
    p.named(about, "C150100.coordinator.1")
    head = f"{CITY_HOUSING}.organ_head.1"
    p.does(about, head, "sign_for")
    p.attached(about, head)
    p.handled(about, head)
    p.revealed(about, head)
    p.replied(about, head)

    about = p.plant(
        "an appeal about the centre that took it", kind, category, by="li.window", concerns=[{"unit": "C150102001"}]
    )
    p.does(about, "chen.housing", "sign_for")
    p.handled(about, "chen.housing")

    about = p.plant("an appeal about the county's centre, refused", kind, category, concerns=[{"unit": "C150102"}])
    p.refuse(about, head, CITY_HOUSING)

    for name in ("an appeal carried by the worker next door", "an appeal carried no more"):
        carried = p.plant(name, kind, category, by="li.window")
        p.carried(carried, "zhao.grid")
    ended = {"words": p.said(carried, "撤"), "code": carried.code}
    p.moved(carried, "li.window", f"/v1/proxies/{carried.ids['proxy_id']}/actions/revoke", ended, 4)
    carried.ledger.people.discard(f"staff:{member('zhao.grid').staff}")

    decided = p.plant("an appeal decided by housing", kind, category)
    p.does(decided, "chen.housing", "sign_for")
    p.handled(decided, "chen.housing")
    p.replied(decided, "chen.housing")
    under = p.reviewed("its review", decided, HOUSING, CITY_HOUSING)
    under.ledger.barred_people |= {str(member("chen.housing").staff)}
    p.does(under, head, "accept")

    p.plant(
        "a suggestion, not to the worker", kind, category, petition_class="suggestion", by="wang.grid",
        not_to=[named_staff("zhao.grid")],
    )  # fmt: skip
    one = p.plant(
        "an appeal about water, joined", kind, category, by="key:hotline-12345", concerns=[{"unit": "D150102_water"}]
    )
    other = p.plant("the appeal it joined", kind, category, by="sun.coordinator")
    for case in (one, other):
        p.does(case, "chen.housing", "sign_for")
    p.does(one, "liu.head", "merge", {"into": other.id, "reason": p.said(one, "并")})
    other.version += 1
    other.ledger.barred_units |= one.ledger.barred_units


def disputes(p: Planter) -> None:
    """Before the people's mediators and elsewhere."""
    kind, category = "dispute", "neighbour.noise"
    plain = p.plant("a dispute in mediation", kind, category, by="li.window")
    p.does(plain, "zhou.mediator", "sign_for")
    p.attached(plain, "zhou.mediator")
    p.mediated(plain, "zhou.mediator")
    p.handled(plain, "zhou.mediator")

    moved = p.plant(
        "a dispute about a station, recalled and sent on", kind, category, concerns=[{"unit": "D150102001_urban"}]
    )
    clerk = "C150102001001.window_clerk.1"
    p.recall(moved, clerk, "M150102001")
    p.offer(moved, clerk, "C150102")
    p.does(moved, "deng.county", "sign_for")
    p.supervised(moved, "hu.supervisor", "C150102001001")
    p.data_asked(moved, "luo.intake")

    together(p)
    p.plant("a dispute, not to the committee", kind, category, not_to=[{"unit": "M150102001"}])
    p.plant(
        "a dispute about the head of the centre", kind, category, by="li.window", concerns=[named_staff("qin.head")],
        waits="township",
    )  # fmt: skip
    gone = p.plant("a dispute withdrawn", kind, category, by="li.window")
    p.reason(gone, "li.window", "withdraw")
    gone.ledger.units.discard("M150102001")  # who never signed for it


def together(p: Planter) -> None:
    """A dispute that units work on together: one with a task, two whistled for, one of them wrongly, one invited."""
    plant, sun = p.plant("a dispute, worked on together", "dispute", "neighbour.noise"), "sun.coordinator"
    clerk = "C150102001001.window_clerk.1"
    p.recall(plant, clerk, "M150102001")
    p.offer(plant, clerk, "C150102001")
    p.does(plant, sun, "sign_for")
    civil, police, market, health = (f"D150102_{name}" for name in ("civil", "police", "market", "health"))
    plant.ids["task_id"] = p.asked(plant, sun, "tasks", {"unit": civil, "text": p.said(plant, "协")})["id"]
    call = {"occasion": "enforcement", "text": p.said(plant, "哨"), "units": [police, market]}
    whistle = p.asked(plant, sun, "whistles", call)
    plant.ids["whistle_id"] = whistle["id"]
    wrong = next(call["task"] for call in whistle["calls"] if call["unit"] == market)
    reasons = {"object": p.said(plant, "异"), "rule": p.said(plant, "裁")}
    for n, (who, action) in enumerate(((f"{market}.handler.1", "object"), ("deng.county", "rule")), 1):
        body = {"reason": reasons[action], **({"ruling": "upheld"} if action == "rule" else {})}
        p.moved(plant, who, f"/v1/tasks/{wrong}/actions/{action}", body, n)
    meeting = {
        "at": "2099-01-01T09:00:00+08:00",
        "place": p.said(plant, "地"),
        "agenda": p.said(plant, "商"),
        "units": [health],
    }
    plant.ids["meeting_id"] = p.asked(plant, sun, "meetings", meeting)["id"]
    plant.ledger.units |= {civil, police, health}


def requests(p: Planter) -> None:
    """Requests and events: open to their area, but for whom they concern."""
    again = p.plant("a request reopened", "request", "heating.outage", by="wang.grid")
    p.attached(again, "wang.grid")
    p.does(again, "chen.housing", "sign_for")
    p.handled(again, "chen.housing")
    p.replied(again, "chen.housing")
    p.does(again, "chen.housing", "close")
    p.reason(again, "liu.head", "reopen")

    p.plant("a request about one of housing", "request", "heating.outage", concerns=[named_staff("chen.housing")])
    p.plant(
        "a request about the county's urban department", "request", "waste.litter", concerns=[{"unit": "D150102_urban"}]
    )
    about = p.plant(
        "a request about the worker", "request", "heating.outage", by="li.window", concerns=[named_staff("wang.grid")]
    )
    p.attached(about, "li.window")
    pressed = p.plant(
        "a request, not to the next worker", "request", "heating.outage", not_to=[named_staff("zhao.grid")]
    )
    p.supervised(pressed, "hu.supervisor", "C150102001001")
    p.answered(pressed, "C150102001001.window_clerk.1")
    p.plant("a request from the line", "request", "heating.outage", by="key:hotline-12345")
    p.plant("an event about the station", "event", "road.damage", concerns=[{"unit": "D150102001_urban"}])
    p.plant("an event", "event", "road.damage", by="wang.grid")
    placed = p.plant("a request placed later", "request", "heating.outage", place={"area": "150102"}, by="luo.intake")
    assert placed.ledger.areas == area_line("150102")


def accusations(p: Planter) -> None:
    """Each led by the lowest desk above everybody it concerns."""

    def accuse(name: str, desk: str, by: str = "li.window", **more: Any) -> Plant:
        return p.plant(name, "petition", "conduct.service", petition_class="accusation", desk=desk, by=by, **more)

    found = accuse("against the centre that took it", "X150100", concerns=[{"unit": "C150102001"}], waits="county")
    p.named(found, "he.discipline")
    accuse("against a station", "X150102", by="sun.coordinator", concerns=[{"unit": "D150102001_urban"}])
    full = accuse("against housing, reopened", "X150100", concerns=[{"unit": HOUSING}])
    desk = "he.discipline"
    p.handled(full, desk)
    p.attached(full, desk)
    p.revealed(full, desk)
    p.replied(full, desk)
    p.does(full, desk, "close")
    p.reason(full, desk, "reopen")
    accuse("against the county's centre", "X150100", concerns=[{"unit": "C150102"}], not_to=[{"unit": "X150102"}])
    up = accuse("against the head, taken up", "X150102", concerns=[named_staff("qin.head")], by="qin.head")
    p.offer(up, "xu.discipline", "X150100")
    p.does(up, desk, "sign_for")
    p.supervised(up, desk, "X150102")
    p.answered(up, "xu.discipline")
    accuse("against somebody", "X150100", by="key:hotline-12345", waits="county")
    accuse("against the worker", "X150102001", by="zhao.grid", concerns=[named_staff("wang.grid")])
    accuse("against the county's desk", "X150100", by="gao.window", concerns=[{"unit": "X150102"}])
    tried = accuse("against a handler, offered up and refused", "X150102", concerns=[named_staff("tian.enforcement")])
    before = set(tried.ledger.posts)
    p.offer(tried, "xu.discipline", "X150100")
    p.reason(tried, desk, "refuse")
    tried.ledger.posts = before
