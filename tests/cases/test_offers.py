"""Responsibility moves when it is signed for; sight follows the offers, and ends with them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cast import Cast, Lives, report

REASON = {"reason": "按职责分工"}
HOUSING, OFFICE = "chen.housing", "ma.petition"


def offers(page: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(a["unit"], a["part"], a["state"]) for a in page["assignments"]]


def tasks(cast: Cast, login: str) -> dict[str, str]:
    return {task["id"]: task["assignment"] for task in cast(login).walk("/v1/me/tasks?limit=200")}


def test_registering_leads_at_the_first_centre_and_offers_to_the_competent_unit(cast: Cast, lives: Lives) -> None:
    case = lives.registered()["id"]
    page = cast(HOUSING).get(f"/v1/cases/{case}").json()
    assert page["lead_unit"] == "C150102001001"
    assert offers(page) == [("C150102001001", "lead", "signed"), ("D150102_housing", "lead", "offered")]
    assert tasks(cast, HOUSING)[case] == "offered"
    assert cast.seat("C150102001001.window_clerk.1").sees(case)
    assert not cast(OFFICE).sees(case)
    assert not cast("sun.coordinator").sees(case), "the township's centre has no part in it"
    assert not cast("wang.grid").sees(case), "a petition is no task of the cell's worker"


def test_signing_moves_the_lead_and_leaves_the_one_before_beside_it(cast: Cast, lives: Lives) -> None:
    case = lives.signed()["id"]
    page = cast(HOUSING).get(f"/v1/cases/{case}").json()
    assert page["lead_unit"] == "D150102_housing"
    assert offers(page) == [("C150102001001", "co", "signed"), ("D150102_housing", "lead", "signed")]
    clerk = cast.seat("C150102001001.window_clerk.1")
    assert clerk.sees(case)
    assert set(clerk.get(f"/v1/cases/{case}").json()["available_actions"]) == {"reissue_code", "flag_urgent"}


def test_an_offer_lets_its_unit_see_and_a_refusal_ends_that(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    assert not cast(OFFICE).sees(case)
    page = cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
    assert page["lead_unit"] == "D150102_housing"
    assert cast(OFFICE).sees(case)
    assert tasks(cast, OFFICE)[case] == "offered"
    gone = cast(OFFICE).does(case, "refuse", {"reason": "不属本单位职责"})
    assert gone == {"id": case, "version": 6, "seen": False}
    assert not cast(OFFICE).sees(case)
    assert case not in tasks(cast, OFFICE)
    page = cast(HOUSING).get(f"/v1/cases/{case}").json()
    assert offers(page)[-1] == ("P150102", "lead", "refused")
    assert page["notes"][-1]["body"] == "不属本单位职责"
    assert "offer" in page["available_actions"]


def test_a_recall_ends_the_sight_that_the_offer_gave(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
    page = cast(HOUSING).does(case, "recall")
    assert offers(page)[-1] == ("P150102", "lead", "recalled")
    assert not cast(OFFICE).sees(case)
    assert cast(OFFICE).act(case, "sign_for", version=5).status_code == 404
    cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
    assert cast(OFFICE).sees(case), "offered again, seen again"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("decline", {"route": "litigation", **REASON}),
        ("refer", {"route": "litigation", **REASON}),
        ("withdraw", REASON),
        ("merge", None),
    ],
)
def test_an_offer_nobody_signed_ends_with_the_case_and_so_does_its_sight(
    cast: Cast, lives: Lives, action: str, body: dict[str, str] | None
) -> None:
    case = lives.signed()["id"]
    cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
    page = cast("liu.head").does(case, action, body or {"into": lives.signed()["id"], **REASON})
    assert offers(page)[-1] == ("P150102", "lead", "recalled")
    assert not cast(OFFICE).sees(case)


def test_one_offer_at_a_time(cast: Cast, lives: Lives) -> None:
    case = lives.accepted()["id"]
    cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
    again = cast(HOUSING).act(case, "offer", {"unit": "D150102_water", **REASON})
    assert again.status_code == 409
    assert "recall" in again.json()["allowed"]
    assert cast(HOUSING).act(case, "conclude", {"result": "resolved", "reply": "好"}).status_code == 409


@pytest.mark.parametrize(
    ("unit", "status"), [("D150102_housing", 422), ("no.such", 422), ("", 422), ("D150102 ; drop", 422)]
)
def test_an_offer_needs_another_unit_that_exists(cast: Cast, lives: Lives, unit: str, status: int) -> None:
    case = lives.accepted()["id"]
    assert cast(HOUSING).act(case, "offer", {"unit": unit, **REASON}).status_code == status


def test_a_unit_concerned_or_beneath_one_is_never_offered_the_matter(cast: Cast, lives: Lives) -> None:
    case = lives.signed(concerns=[{"unit": "D150102_urban"}], not_to=[{"unit": "P150102"}])["id"]
    for unit in ("D150102_urban", "D150102001_urban", "P150102"):
        reply = cast(HOUSING).act(case, "offer", {"unit": unit, **REASON})
        assert reply.status_code == 409, unit
    assert cast(HOUSING).does(case, "offer", {"unit": "D150102_water", **REASON})


def test_a_request_is_a_task_offered_to_the_worker_by_name(cast: Cast, lives: Lives) -> None:
    case = lives.registered(kind="request", category="heating.outage")["id"]
    assert tasks(cast, "wang.grid")[case] == "offered"
    assert case not in tasks(cast, "zhao.grid")
    assert cast("zhao.grid").sees(case), "requests are open to their community"
    page = cast("wang.grid").does(case, "sign_for")
    assert page["lead_unit"] == "C150102001001", "helping is not leading"
    assert tasks(cast, "wang.grid")[case] == "signed"
    other = lives.registered(kind="request", category="heating.outage")["id"]
    assert cast("zhao.grid").act(other, "sign_for").status_code == 403
    cast("wang.grid").does(other, "refuse", {"reason": "休假"})
    assert other not in tasks(cast, "wang.grid")


@pytest.mark.parametrize(("kind", "category"), [("petition", "heating.outage"), ("dispute", "neighbour.noise")])
def test_petitions_and_disputes_are_no_task_of_the_worker(cast: Cast, lives: Lives, kind: str, category: str) -> None:
    case = lives.registered(kind=kind, category=category)["id"]
    assert case not in tasks(cast, "wang.grid")
    assert not cast("wang.grid").sees(case)


def test_of_two_who_sign_at_once_one_wins(cast: Cast, lives: Lives) -> None:
    for _ in range(5):
        case = lives.registered()["id"]
        head, handler = cast("liu.head"), cast(HOUSING)
        with ThreadPoolExecutor(max_workers=2) as pool:
            replies = list(pool.map(lambda who, case=case: who.act(case, "sign_for", version=1), (head, handler)))
        assert sorted(reply.status_code for reply in replies) == [200, 412]
        (page,) = [reply.json() for reply in replies if reply.status_code == 200]
        assert [state for _, _, state in offers(page)] == ["signed", "signed"]


def test_any_steps_at_once_happen_one_after_another(cast: Cast, lives: Lives) -> None:
    """Recall against sign-for, refusal and withdrawal: one of them, never two."""
    for _ in range(5):
        case = lives.accepted()["id"]
        cast(HOUSING).does(case, "offer", {"unit": "P150102", **REASON})
        acts = [
            (HOUSING, "recall", None),
            (OFFICE, "sign_for", None),
            (OFFICE, "refuse", REASON),
            ("li.window", "withdraw", REASON),
        ]
        with ThreadPoolExecutor(max_workers=4) as pool:
            replies = list(pool.map(lambda a, case=case: cast(a[0]).act(case, a[1], a[2], version=5), acts))
        assert sum(reply.status_code == 200 for reply in replies) == 1, [r.text for r in replies]
        assert {reply.status_code for reply in replies} <= {200, 403, 404, 409, 412}


def test_tasks_come_by_due_time_and_hold_what_the_units_lead(cast: Cast, lives: Lives) -> None:
    lives.accepted()
    items = list(cast(HOUSING).walk("/v1/me/tasks?limit=200"))
    dues = [item["due"] or "9999" for item in items]
    assert dues == sorted(dues)
    assert {item["part"] for item in items} == {"lead"}
    assert all(item["lead_unit"] == "D150102_housing" or item["assignment"] == "offered" for item in items)
    assert cast.machine().get("/v1/me/tasks").json() == {"items": []}


def test_pages_of_tasks_hold_every_case_once(cast: Cast, lives: Lives, sql: Any) -> None:
    for _ in range(4):
        lives.accepted()
        lives.registered(kind="request", category="heating.outage")
    for login in (HOUSING, "wang.grid"):
        whole = list(cast(login).walk("/v1/me/tasks?limit=200"))
        few = max(3, len(whole) // 50)  # other tests leave tasks too
        assert list(cast(login).walk(f"/v1/me/tasks?limit={few}")) == whole
        ids = [task["id"] for task in whole]
        assert len(ids) == len(set(ids)) > 3
    open_ones = sql(
        "select count(distinct c.id) from cases c join assignment a on a.case_id = c.id where a.unit = 'D150102_housing'"
        " and a.part = 'lead' and a.state in ('offered', 'signed') and c.barred_units is null"
        " and c.status in ('registered', 'accepted', 'handling', 'concluded')"
    )[0][0]
    assert len(list(cast(HOUSING).walk("/v1/me/tasks?limit=50"))) >= open_ones > 4


def test_what_was_registered_elsewhere_stays_visible_to_its_registrar(cast: Cast) -> None:
    got = cast("gao.window").register(report("petition", "heating.temperature"))
    assert got["areas"]["county"] == "150102"
    assert cast("gao.window").sees(got["id"])
    assert not cast("zhao.saihan").sees(got["id"]), "registering is a part of the person, not of the unit"
