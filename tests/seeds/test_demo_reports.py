"""The demo reports: every one could have come in at a door, and its life is one that the transition table allows."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
import shapely

from app.cases.rules import LIVE, TRANSITIONS, Result, Route, Status
from app.intake.schemas import ReportIn
from seeds.hohhot.cases import REPORTS, DemoReport, demo_reports
from seeds.hohhot.city import City, build_city
from seeds.hohhot.lives import DemoStep
from seeds.hohhot.occurrences import LOCAL
from seeds.hohhot.wording import texts
from seeds.reference.load import read_categories
from tests.support.each import each

AS_OF = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=LOCAL)

# What an action needs, and the field of the step that brings it.
BRINGS = {
    "reason": "text", "reply": "text", "proof": "text", "route": "route", "result": "result", "outcome": "outcome",
    "method": "method", "at": "at", "into": "into",
}  # fmt: skip
NEVER = (
    "民族", "汉族", "蒙族", "回族", "满族", "宗教", "信教", "教会", "教堂", "清真", "寺庙", "佛教", "伊斯兰", "基督",
    "党员", "政党", "党委", "政治", "选举", "上访户", "重点人员", "贪污", "受贿", "腐败",
)  # fmt: skip


@pytest.fixture(scope="module")
def city() -> City:
    return build_city()


@pytest.fixture(scope="module")
def reports(city: City) -> list[DemoReport]:
    return list(demo_reports(city, as_of=AS_OF))


def status_after(steps: tuple[DemoStep, ...]) -> Status:
    status = Status.REGISTERED
    for step in steps:
        status = TRANSITIONS[step.action].target or status
    return status


def test_counts_and_order(reports: list[DemoReport]) -> None:
    assert len(reports) == REPORTS == 20_000
    ids = [report.id for report in reports]
    assert len(set(ids)) == REPORTS
    assert ids == sorted(ids)
    assert {report.id.version for report in reports} == {7}
    keys = [(r.source_system, r.external_id) for r in reports if r.external_id]
    assert len(keys) == len(set(keys)) > 5000


def test_everything_happens_in_the_year_before(reports: list[DemoReport]) -> None:
    start = MIDNIGHT - timedelta(days=365)
    assert [r.received_at for r in reports] == sorted(r.received_at for r in reports)
    assert reports[0].received_at >= start
    for report in reports:
        times = [report.received_at, *(step.at for step in report.steps)]
        assert times == sorted(set(times))
        assert times[-1] < MIDNIGHT
        assert all(at.utcoffset() == timedelta(hours=8) for at in times)


def test_every_report_passes_the_door(reports: list[DemoReport]) -> None:
    for report in reports:
        location = {
            "point": {"type": "Point", "coordinates": report.point} if report.point else None,
            "crs": "WGS84" if report.point else None, "accuracy_m": report.accuracy_m, "cell": report.cell,
            "area": report.area, "address": report.address,
        }  # fmt: skip
        body = {
            "id": str(report.id), "kind": report.kind, "petition_class": report.petition_class,
            "category": report.category, "channel": report.channel, "title": report.title,
            "description": report.description, "location": location, "simple": report.simple,
            "parties": [{"role": p.role, "name": p.name, "phone": p.phone} for p in report.parties],
            "concerns": [{"unit": c.unit, "text": c.text} for c in report.concerns],
            "not_to": [{"unit": unit} for unit in report.not_to],
        }  # fmt: skip
        if report.source_system:
            body["source"] = {"system": report.source_system, "external_id": report.external_id}
        ReportIn.model_validate(body)


def test_kinds_fit_their_categories(reports: list[DemoReport]) -> None:
    kinds = {category.code: category.kinds for category in read_categories()}
    for report in reports:
        assert report.kind in kinds[report.category]
    assert {report.category for report in reports} == set(kinds), "a category has no report"
    assert set(Counter(r.kind for r in reports)) == {"petition", "dispute", "request", "event"}
    assert set(Counter(r.petition_class for r in reports)) == {None, "appeal", "suggestion", "accusation"}


def test_lives_follow_the_transition_table(reports: list[DemoReport]) -> None:
    for report in each(reports):
        status = Status.REGISTERED
        for step in report.steps:
            transition = TRANSITIONS[step.action]
            assert status in transition.sources, (report.id, step)
            for needed in transition.required:
                assert getattr(step, BRINGS[needed]) is not None, (needed, step)
            assert step.result is None or Result(step.result)
            assert step.route is None or Route(step.route)
            assert (step.article is not None) == (step.outcome == "waived")
            status = transition.target or status
        served = [step.outcome for step in report.steps if step.action == "serve"]
        if status is Status.CLOSED:
            assert served
            assert served[-1] != "attempted" or any(step.action == "approve_attempt" for step in report.steps)


def test_there_is_something_in_every_state(reports: list[DemoReport]) -> None:
    states = Counter(status_after(report.steps) for report in reports)
    assert set(states) == set(Status)
    assert min(states.values()) >= 40
    open_cases = sum(states[state] for state in LIVE)
    assert 500 < open_cases < 3000
    assert sum(any(step.action == "reopen" for step in report.steps) for report in reports) > 50


def test_a_merged_report_joins_an_earlier_live_one_on_the_same_matter(reports: list[DemoReport]) -> None:
    known = {report.id: report for report in reports}
    merged = [report for report in reports if report.merged_into]
    assert len(merged) > 50
    for report in merged:
        assert report.merged_into
        first = known[report.merged_into]
        assert (first.kind, first.category) == (report.kind, report.category)
        assert first.received_at < report.received_at
        at = report.steps[-1].at
        assert status_after(tuple(step for step in first.steps if step.at <= at)) in LIVE


def test_points_lie_in_cells_but_for_a_few(city: City, reports: list[DemoReport]) -> None:
    tree = shapely.STRtree([cell.boundary for cell in city.cells])
    points = [shapely.Point(report.point) for report in reports if report.point]
    assert len(points) > 12_000
    found, _ = tree.query(points, predicate="intersects")
    per_point = Counter(found.tolist())
    assert set(per_point.values()) == {1}
    assert 5 <= len(points) - len(per_point) <= 60


def test_places_and_people_exist(city: City, reports: list[DemoReport]) -> None:
    cells = {cell.code for cell in city.cells}
    areas = {area.code for area in city.areas}
    posts = {post.id for post in city.posts}
    machines = {machine.id for machine in city.machines}
    units = {unit.code for unit in city.units}
    for report in reports:
        assert report.cell is None or report.cell in cells
        assert report.area is None or report.area in areas
        assert (report.post in posts) != (report.machine in machines)
        assert all(concern.unit is None or concern.unit in units for concern in report.concerns)
        assert units.issuperset(report.not_to)
    ways = Counter("point" if r.point else "cell" if r.cell else "area" if r.area else "address" for r in reports)
    assert min(ways.values()) > 300


def test_accusations_name_no_place_below_the_county(reports: list[DemoReport]) -> None:
    accusations = [report for report in reports if report.petition_class == "accusation"]
    assert accusations
    for report in accusations:
        assert (report.point, report.cell, report.address) == (None, None, None)
        assert report.area
        assert len(report.area) == 6
        assert report.concerns


def test_telephone_numbers_are_made_up(reports: list[DemoReport]) -> None:
    for report in each(reports):
        for party in report.parties:
            assert party.phone is None or re.fullmatch(r"1380000\d{4}", party.phone)


def test_texts_leave_out_what_does_not_belong_here(reports: list[DemoReport]) -> None:
    written = {report.title for report in reports} | {report.description for report in reports}
    written |= {step.text for report in reports for step in report.steps if step.text}
    everything = "\n".join(sorted(written))
    assert not [word for word in NEVER if word in everything]
    assert "<" not in everything
    assert "。。" not in everything
    assert all(2 <= len(report.title) <= 60 for report in reports)


def test_every_category_has_texts_for_each_of_its_kinds() -> None:
    entries = texts()["categories"]
    for category in read_categories():
        entry = entries[category.code]
        assert ("dispute" in category.kinds) == bool(entry.get("disputes") and entry.get("dispute_details"))
        assert bool({"petition", "request", "event"} & set(category.kinds)) == bool(
            entry.get("matters") and entry.get("details")
        )
    assert set(entries) == {category.code for category in read_categories()}


def test_same_reports_in_another_process(city: City) -> None:
    script = (
        "import hashlib; from datetime import date; from seeds.hohhot.city import build_city;"
        "from seeds.hohhot.cases import demo_reports;"
        "rows = list(demo_reports(build_city(), as_of=date(2026, 11, 1), count=1500));"
        "print(hashlib.sha256(repr(rows).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    rows = list(demo_reports(city, as_of=AS_OF, count=1500))
    assert done.stdout.strip() == sha256(repr(rows).encode()).hexdigest()


def test_another_date_moves_the_year(city: City) -> None:
    rows = list(demo_reports(city, as_of=date(2027, 3, 1), count=300))
    assert len(rows) == 300
    assert all(r.received_at < datetime(2027, 3, 1, tzinfo=LOCAL) for r in rows)
