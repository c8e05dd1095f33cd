"""Lists, counts and search: every filter against a count by hand, and pages that neither lose nor double a row."""

import itertools
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from seeds.hohhot.city import build_city
from tests.cast import HOME_CELL, Cast, Lives, member, point_in, report
from tests.support.clock import present

Item = dict[str, Any]
MARK = f"榜{uuid.uuid4().hex[:6]}"  # in every title of this module's cases, so that other tests' cases do not count
READERS = ["luo.intake", "chen.housing", "wang.grid", "gao.window", "li.window"]


@pytest.fixture(scope="module")
def world(cast: Cast, lives: Lives) -> list[Item]:
    """Some 60 cases of every kind, place and status; gives the intake desk's view of them with their pages."""
    places = [c.code for county in ("150102", "150105") for c in build_city().cells if c.code.startswith(county)][::90]
    kinds = [
        ("request", "heating.outage"), ("request", "road.damage"), ("event", "road.damage"), ("event", "manhole.missing"),
        ("request", "property.service"),
    ]  # fmt: skip
    words = itertools.cycle(["停暖投诉", "路面破损", "井盖缺失", "物业服务ABC", "夜间噪声 100%"])
    items = [
        report(kind, category, title=f"{MARK} {next(words)}", location={"cell": place, "address": "新华大街_1号"})
        for place, (kind, category) in zip(places * 4, itertools.cycle(kinds), strict=False)
    ]
    lon, lat = point_in()
    items += [report(title=f"{MARK} 有点位", location=point(lon + n * 1e-4, lat)) for n in range(4)]
    items += [
        report(title=f"{MARK} 待定位", location={"address": "不明"}),
        report(title=f"{MARK} 城外", location=point(116.4, 39.9)),
    ]
    items += [
        report("petition", "heating.temperature", title=f"{MARK} 信访件"),
        report("dispute", "neighbour.noise", title=f"{MARK} 纠纷件"),
    ]
    cast("luo.intake").batch(items)
    for make in (lives.signed, lives.accepted, lives.handling, lives.closed, lives.concluded):
        make(kind="request", category="heating.outage", title=f"{MARK} 办理中")
    merged = lives.signed(kind="request", category="heating.outage", title=f"{MARK} 并案")["id"]
    into = lives.signed(kind="request", category="heating.outage", title=f"{MARK} 主案")["id"]
    cast("liu.head").does(merged, "merge", {"into": into, "reason": "同一事项"})
    luo = cast("luo.intake")
    return [luo.get(f"/v1/cases/{i['id']}").json() for i in luo.walk(f"/v1/cases?q={quote(MARK)}&limit=200")]


def point(lon: float, lat: float) -> Item:
    return {"point": {"type": "Point", "coordinates": [lon, lat]}, "crs": "WGS84", "address": "示范路"}


def found(cast: Cast, query: str, who: str = "luo.intake") -> set[str]:
    rows = [item["id"] for item in cast(who).walk(f"/v1/cases?q={quote(MARK)}&limit=30&{query}")]
    assert len(rows) == len(set(rows)), "doubled"
    return set(rows)


def nearest_due(page: Item) -> datetime | None:
    open_clocks = [c for c in page["clocks"] if c["met_at"] is None and c["stopped_at"] is None]
    return min((datetime.fromisoformat(c["due"]) for c in open_clocks), default=None)


def within(page: Item, box: tuple[float, float, float, float]) -> bool:
    spot = page["location"]["point"]
    if spot is None:
        return False
    lon, lat = spot["coordinates"]
    return bool(box[0] <= lon <= box[2] and box[1] <= lat <= box[3])


def assigned(page: Item, staff: str) -> bool:
    return any(a["staff"] == staff and a["state"] in ("offered", "signed") for a in page["assignments"])


LON, LAT = point_in()
BOX = (LON - 1e-6, LAT - 1e-6, LON + 2.5e-4, LAT + 1e-6)
WANG = str(member("wang.grid").staff)
SOON = present() + timedelta(days=2)
FILTERS: dict[str, tuple[str, Callable[[Item], bool]]] = {
    "a city": ("area=150100", lambda p: p["areas"]["city"] == "150100"),
    "a county": ("area=150105", lambda p: p["areas"]["county"] == "150105"),
    "a township": ("area=150102001", lambda p: p["areas"]["township"] == "150102001"),
    "a community": ("area=150102001001", lambda p: p["areas"]["community"] == "150102001001"),
    "a cell": (f"cell={HOME_CELL}", lambda p: (p["cell"] or {}).get("code") == HOME_CELL),
    "the leading unit": ("unit=D150102_housing", lambda p: p["lead_unit"] == "D150102_housing"),
    "a worker": (f"assignee={WANG}", lambda p: assigned(p, WANG)),
    "a kind": ("kind=event", lambda p: p["kind"] == "event"),
    "a category": ("category=manhole.missing", lambda p: p["category"] == "manhole.missing"),
    "a status": ("status=registered", lambda p: p["status"] == "registered"),
    "statuses": ("status=closed&status=merged&status=closed", lambda p: p["status"] in ("closed", "merged")),
    "overdue": ("overdue=true", lambda p: (due := nearest_due(p)) is not None and due < present()),
    "not overdue": ("overdue=false", lambda p: (due := nearest_due(p)) is None or due >= present()),
    "due soon": (f"due_before={quote(SOON.isoformat())}", lambda p: (due := nearest_due(p)) is not None and due < SOON),
    "any queue": ("queue=any", lambda p: p["queue"] is not None),
    "a queue": ("queue=outside_city", lambda p: p["queue"] == "outside_city"),
    "a box": (f"bbox={','.join(map(str, BOX))}", lambda p: within(p, BOX)),
    "the whole world": ("bbox=-180,-90,180,90", lambda p: p["location"]["point"] is not None),
    "together": (
        "area=150102&kind=request&status=registered&category=heating.outage",
        lambda p: p["areas"]["county"] == "150102" and (p["kind"], p["status"], p["category"])
        == ("request", "registered", "heating.outage"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_gives_what_a_look_at_every_page_gives(cast: Cast, world: list[Item], name: str) -> None:
    query, holds = FILTERS[name]
    expected = {page["id"] for page in world if holds(page)}
    assert found(cast, query) == expected
    assert found(cast, f"{query}&sort=newest") == expected
    if name not in ("overdue", "a community"):
        assert expected, "the world has one of each"


@pytest.mark.parametrize("by", ["status", "kind", "category", "county", "township", "lead_unit", "queue"])
def test_counts_equal_lists_for_every_reader(cast: Cast, world: list[Item], by: str) -> None:
    for who, narrowed in itertools.product(
        READERS, ("", "&kind=request", "&area=150102", "&overdue=false", "&queue=any")
    ):
        items = list(cast(who).walk(f"/v1/cases?q={quote(MARK)}&limit=200{narrowed}"))
        got = cast(who).get(f"/v1/cases/counts?by={by}&q={quote(MARK)}{narrowed}").json()
        assert got["by"] == by
        assert {c["key"]: c["cases"] for c in got["items"]} == Counter(item[by] for item in items), who
        assert sum(c["overdue"] for c in got["items"]) == sum(item["overdue"] for item in items)


def test_open_matters_are_seen_by_area_and_close_ones_by_part(cast: Cast, world: list[Item]) -> None:
    by_kind = {
        who: Counter(i["kind"] for i in cast(who).walk(f"/v1/cases?q={quote(MARK)}&limit=200")) for who in READERS
    }
    assert by_kind["luo.intake"] == Counter(page["kind"] for page in world)
    assert by_kind["gao.window"]["request"] == sum(
        p["kind"] == "request" and p["areas"]["county"] == "150105" for p in world
    )
    for outsider in ("gao.window", "wang.grid"):
        assert by_kind[outsider]["petition"] == by_kind[outsider]["dispute"] == 0
    assert by_kind["chen.housing"]["petition"] == 1


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("停暖", "停暖投诉"),
        ("破损", "路面破损"),
        ("盖缺", "井盖缺失"),
        ("路面 破损", "路面破损"),
        ("破损 路面", "路面破损"),
        ("abc", "物业服务ABC"),
        ("服务ABC", "物业服务ABC"),
        ("100%", "夜间噪声 100%"),
        ("停暖 破损", None),
        ("暖停", None),
        ("%%", None),
        ("破 损", "refused"),
        ("停", "refused"),
    ],
)
def test_chinese_words_of_two_signs_are_found(cast: Cast, world: list[Item], words: str, titles: str | None) -> None:
    url = f"/v1/cases?limit=200&q={quote(f'{MARK} {words}')}"
    if titles == "refused":
        assert cast("luo.intake").get(url).status_code == 422
        return
    got = {item["id"] for item in cast("luo.intake").walk(url)}
    assert got == {p["id"] for p in world if titles and titles in p["title"]}


def test_the_address_is_searched_too_and_signs_of_patterns_mean_themselves(cast: Cast, world: list[Item]) -> None:
    expected = {p["id"] for p in world if (p["location"]["address"] or "") == "新华大街_1号"}
    assert found(cast, "") > expected
    for words in ("华大街_1", "新华大街"):
        got = {i["id"] for i in cast("luo.intake").walk(f"/v1/cases?limit=200&q={quote(f'{MARK} {words}')}")}
        assert got == expected
    assert not list(cast("luo.intake").walk(f"/v1/cases?q={quote(f'{MARK} 华大街%1')}"))


@pytest.mark.parametrize("sort", ["due", "newest"])
@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_pages_hold_every_row_once_in_order(cast: Cast, world: list[Item], sort: str, limit: int) -> None:
    items = list(cast("luo.intake").walk(f"/v1/cases?q={quote(MARK)}&sort={sort}&limit={limit}"))
    assert {item["id"] for item in items} == {page["id"] for page in world}
    assert len(items) == len(world)
    if sort == "due":
        keys = [(item["due"] is None, item["due"] or "", item["id"]) for item in items]
        assert [k[0] for k in keys] == sorted(k[0] for k in keys)
        dues = [(datetime.fromisoformat(item["due"]), item["id"]) for item in items if item["due"]]
        assert dues == sorted(dues)
    else:
        ids = [item["id"] for item in items]
        assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize("sort", ["due", "newest"])
def test_pages_stay_whole_while_others_register(cast: Cast, sort: str) -> None:
    """What was there when the walk began comes once; what is added meanwhile may come or not, never twice."""
    luo, mark, stop = cast("luo.intake"), f"潮{uuid.uuid4().hex[:6]}", False
    query = f"/v1/cases?q={quote(mark)}&sort={sort}&limit=6"
    luo.batch([report(title=f"{mark} 先有") for _ in range(30)])
    before = {item["id"] for item in luo.walk(query)}
    assert len(before) == 30

    def write() -> int:
        written = 0
        while not stop:
            cast("luo.intake").batch([report(title=f"{mark} 后来") for _ in range(5)])
            written += 5
            time.sleep(0.02)  # adding all the time, yet slower than the reader walks
        return written

    with ThreadPoolExecutor(max_workers=1) as pool:
        writer = pool.submit(write)
        try:
            for _ in range(3):
                ids = [item["id"] for item in luo.walk(query)]
                assert len(ids) == len(set(ids))
                assert set(ids) >= before
        finally:
            stop = True
        assert writer.result() > 0


def test_the_last_page_has_no_link_and_the_one_before_has(cast: Cast, world: list[Item]) -> None:
    luo = cast("luo.intake")
    full = luo.get(f"/v1/cases?q={quote(MARK + ' 停暖')}&limit=200")
    n = len(full.json()["items"])
    assert "link" not in full.headers
    assert "link" not in luo.get(f"/v1/cases?q={quote(MARK + ' 停暖')}&limit={n}").headers
    assert "link" in luo.get(f"/v1/cases?q={quote(MARK + ' 停暖')}&limit={n - 1}").headers


@pytest.mark.parametrize(
    "query",
    [
        "area=999999", "area=%00", "cell=%20", "kind=wish", "status=open", "overdue=maybe", "due_before=tomorrow",
        "due_before=2026-11-23", "bbox=1,2,3", "bbox=3,2,1,4", "bbox=nan,0,1,1", "bbox=-181,0,1,1", "bbox=a,b,c,d",
        "bbox=1,2,3,4,5", "limit=0", "limit=201", "limit=x", "limit=1e30", "cursor=x", "cursor=W10", "sort=random",
        "cursor=WyJhIiwiYiJd", "queue=mine", "q=" + "长" * 101, "assignee=me", f"assignee={'9' * 400}",
        "due_before=0001-01-01T00:00:00%2B14:00", "due_before=9999-12-31T23:59:59-14:00", "q=%00%00",
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused_with_its_place(cast: Cast, query: str) -> None:
    for url in ("/v1/cases", "/v1/cases/counts"):
        if "counts" in url and query.startswith(("limit", "cursor", "sort")):
            continue
        reply = cast("luo.intake").get(f"{url}?{query}")
        assert reply.status_code == 422, f"{url}?{query} {reply.text}"
        assert reply.headers["content-type"] == "application/problem+json"


def test_a_cursor_belongs_to_its_own_sort(cast: Cast, world: list[Item]) -> None:
    link = cast("luo.intake").get("/v1/cases?limit=1&sort=newest").headers["link"]
    url = link[link.index("<") + 1 : link.index(">")].replace("sort=newest", "sort=due")
    assert cast("luo.intake").get(url).status_code == 422


@pytest.mark.parametrize("asked", ["status=closed", "status=closed&status=registered", "status=registered&sort=newest"])
def test_who_sees_no_area_lists_by_status_and_pages_too(cast: Cast, asked: str) -> None:
    machine = cast.machine()
    mine = {machine.register(report())["id"] for _ in range(3)}
    seen = {item["id"] for item in machine.walk(f"/v1/cases?limit=1&{asked}")}
    assert seen >= mine if "registered" in asked else not seen & mine
