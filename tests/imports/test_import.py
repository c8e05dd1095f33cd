"""Files as they really come: what is taken, what is not and why, and what a broken-off or repeated import leaves."""

import asyncio
import csv
import gzip
from pathlib import Path
from typing import Any

import pytest

from app.imports.actions import Progress, import_cases, read_mapping
from app.imports.rules import Reason
from tests.imports.conftest import COLUMNS, on_app, plain_mapping, plain_row

EXAMPLES = Path(__file__).parents[2] / "examples"

BAD = [
    ("bad_time", "times.registered", {"opened": "4 May at noon"}),
    ("times_out_of_order", "times", {"closed": "2020-05-03 09:00:00"}),
    ("time_in_future", "times", {"closed": "2999-01-01 00:00:00"}),
    ("missing", "times.registered", {"opened": ""}),
    ("bad_coordinate", "location.lon", {"lon": "east"}),
    ("bad_coordinate", "location.lat", {"lat": "142.25"}),
    ("bad_coordinate", "location.lon", {"lon": "nan"}),
    ("bad_coordinate", "location", {"lat": ""}),
    ("no_place", "location", {"lon": "", "lat": "", "address": ""}),
    ("not_in_table", "category", {"type": "alien"}),
    ("missing", "category", {"type": ""}),
    ("missing", "title", {"title": "   "}),
    ("too_long", "title", {"title": "x" * 201}),
    ("too_long", "address", {"address": "x" * 301}),
    ("control_sign", "title", {"title": "a\0b"}),
    ("control_sign", "address", {"address": "a\x1bb"}),
    ("bad_external_id", "source.external_id", {"id": "two words"}),
    ("missing", "source.external_id", {"id": ""}),
]


def read_report(path: Path) -> list[dict[str, str]]:
    """The report as a spreadsheet program would read it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_bad_row_is_reported_and_the_others_are_taken(gridcase: Any, squares: str, write: Any, sql: Any) -> None:
    rows = [plain_row(0)]
    for n, (_, _, changes) in enumerate(BAD, 1):
        rows += [plain_row(n, **changes), plain_row(1000 + n)]
    data, mapping = write(rows)
    report = data.with_name("report.csv")
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping, "--report", report)
    assert result.exit_code == 2, result.output
    assert f"{len(BAD) + 1} taken, 0 filed before, {len(BAD)} not taken" in result.output
    lines = read_report(report)
    assert [(line["reason"], line["field"]) for line in lines] == [(reason, field) for reason, field, _ in BAD]
    assert [int(line["line"]) for line in lines] == [3 + 2 * i for i in range(len(BAD))]
    assert all(line["请修改"] and line["what to mend"] for line in lines)
    assert [line["external_id"] for line in lines[:3]] == ["A1", "A2", "A3"]
    assert sql("select count(*) as n from cases", city=squares)[0]["n"] == len(BAD) + 1


def test_rows_that_are_no_rows(gridcase: Any, squares: str, write: Any) -> None:
    data, mapping = write([plain_row(1)])
    good = ",".join(plain_row(2))
    data.write_bytes(
        data.read_bytes() + b"one,cell\r\n" + good.encode() + b",more\r\n\r\n" + b'"A3"x,light\r\n'
        + good.replace("A2", "A4").replace("lamp", "l\xe4mp").encode("latin-1") + b"\r\n" + good.encode() + b"\r\n"
        + good.replace("A2", "A5").replace("lamp", "x" * 140_000).encode() + b"\r\n"
        + good.replace("A2", "A6").encode() + b"\r\n" + b'A7,light,"never closed\r\n' + good.encode()
    )  # fmt: skip
    report = data.with_name("report.csv")
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping, "--report", report)
    assert "3 taken" in result.output, result.output
    assert [(line["line"], line["reason"]) for line in read_report(report)] == [
        ("3", "column_count"), ("4", "column_count"), ("6", "unreadable"), ("7", "undecodable"), ("9", "unreadable"),
        ("11", "unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize(("encoding", "named"), [("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")])
def test_encodings(gridcase: Any, squares: str, write: Any, sql: Any, encoding: str, named: str) -> None:
    mapping = plain_mapping() | {"file": {"encoding": named}, "title": "标题"}
    header = ["标题" if name == "title" else name for name in COLUMNS]
    paths = write([plain_row(1, title="路灯不亮𠮷")], mapping, header=header, encoding=encoding)
    result = gridcase(squares, "import", "cases", paths[0], "--mapping", paths[1])
    assert result.exit_code == 0, result.output
    assert sql("select title from case_text", city=squares)[0]["title"] == "路灯不亮𠮷"


def test_a_file_in_another_encoding_than_said_does_not_start(gridcase: Any, squares: str, write: Any) -> None:
    header = ["标题" if name == "title" else name for name in COLUMNS]
    data, mapping = write([plain_row(1)], plain_mapping() | {"title": "标题"}, header=header, encoding="gb18030")
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping)
    assert result.exit_code == 1
    assert "name its encoding" in result.output


def test_numbers_that_stand_twice(gridcase: Any, squares: str, write: Any, sql: Any) -> None:
    rows = [plain_row(1), plain_row(2), plain_row(1), plain_row(2, title="another")]
    data, mapping = write(rows)
    report = data.with_name("report.csv")
    words = ("import", "cases", data, "--mapping", mapping, "--report", report)
    assert gridcase(squares, *words).exit_code == 2
    assert [(line["line"], line["reason"]) for line in read_report(report)] == [
        ("4", "twice_in_file"), ("5", "twice_in_file"),
    ]  # fmt: skip

    write([plain_row(1), plain_row(2, title="changed"), plain_row(3)])
    assert gridcase(squares, *words).exit_code == 2
    assert [(line["external_id"], line["reason"]) for line in read_report(report)] == [("A2", "changed_since")]
    titles = sql("select external_id, title from cases join case_text on case_id = id order by 1", city=squares)
    assert [tuple(row) for row in titles] == [("A1", "lamp 1"), ("A2", "lamp 2"), ("A3", "lamp 3")]

    write([plain_row(1), plain_row(2), plain_row(3)])
    again = gridcase(squares, *words)
    assert again.exit_code == 0
    assert "nothing was added" in again.output
    assert not report.exists(), "the report of an earlier run is not this one's"


def test_columns_never_kept(gridcase: Any, squares: str, write: Any) -> None:
    header = [*COLUMNS, "民族", "political_view", "Credit Score", "traceNumber"]
    data, mapping = write([[*plain_row(1), "", "", "", ""]], header=header)
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping)
    assert result.exit_code == 0, result.output
    assert "dropped: 民族, political_view, Credit Score\n" in result.output

    data, mapping = write([[*plain_row(2), *"abcd"]], plain_mapping() | {"description": "民族"}, header=header)
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping)
    assert result.exit_code == 1
    assert "never kept" in result.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "colour: there is no such key"),
        ({"times": {"registered": "opened", "clsed": "closed"}}, "times.clsed: there is no such key"),
        ({"title": "headline"}, "title: the file has no column 'headline'"),
        ({"location": {"lon": "lon", "lat": "lat"}}, "lon, lat and crs go together"),
        ({"location": {"lon": "lon", "lat": "lat", "crs": "EPSG:3857"}}, "location.crs"),
        ({"category": {"column": "type", "map": {"light": "lamp.broken"}}}, "category: there is no lamp.broken"),
        ({"channel": {"value": "pigeon"}}, "channel: there is no pigeon"),
        ({"kind": {"value": "petition"}, "petition_class": {"value": "accusation"}}, "petition_class: there is no"),
        ({"status": {"column": "type", "map": {"light": "merged"}}}, "status: there is no merged"),
        ({"times": {"registered": "opened", "zone": "Mars/Olympus"}}, "there is no time zone"),
        ({"times": {"registered": "opened", "format": "dd.mm.yyyy"}}, "no time format"),
        ({"file": {"encoding": "klingon"}}, "there is no text encoding"),
        ({"source": {"system": "two words", "external_id": "id"}}, "source.system"),
        ({"title": {"column": "title", "value": "x"}}, "one of column, columns, value"),
    ],
)
def test_a_mapping_that_does_not_fit_does_not_start(
    gridcase: Any, squares: str, write: Any, sql: Any, changes: dict[str, Any], said: str
) -> None:
    data, mapping = write([plain_row(1)], plain_mapping() | changes)
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split()), result.output
    assert sql("select count(*) as n from cases", city=squares)[0]["n"] == 0


def test_what_is_no_file(gridcase: Any, squares: str, write: Any, tmp_path: Path) -> None:
    data, mapping = write([plain_row(1)])
    assert gridcase(squares, "import", "cases", tmp_path / "none.csv", "--mapping", mapping).exit_code == 1
    result = gridcase(squares, "import", "cases", data, "--mapping", mapping, "--report", mapping)
    assert result.exit_code == 1
    assert "no report of an import" in result.output
    assert mapping.exists()
    for content in (b"", b"\x1f\x8b\x08broken"):
        broken = tmp_path / "broken.csv.gz"
        broken.write_bytes(content)
        assert gridcase(squares, "import", "cases", broken, "--mapping", mapping).exit_code == 1
    broken.write_bytes(gzip.compress(data.read_bytes())[:-6])
    result = gridcase(squares, "import", "cases", broken, "--mapping", mapping)
    assert result.exit_code == 1
    assert "cannot be read beyond line" in result.output


def test_petitions_and_places_by_code(gridcase: Any, squares: str, write: Any, sql: Any) -> None:
    mapping = plain_mapping() | {
        "kind": {"column": "type", "map": {"p": "petition", "r": "request"}},
        "petition_class": {"column": "title", "map": {"idea": "suggestion"}, "default": ""},
        "category": {"column": "type", "map": {"p": "advice.policy", "r": "advice.policy"}},
        "location": {"code": "lon"},
    }
    place = {"lon": "0102", "lat": ""}
    data, rules = write(
        [plain_row(1, type="p", title="idea", **place), plain_row(2, type="r", title="ask", **place),
         plain_row(3, type="p", title="ask", **place), plain_row(4, type="r", title="ask", lon="0999"),
         plain_row(5, type="r", title="ask", lon="a'; --")],
        mapping,
    )  # fmt: skip
    report = data.with_name("report.csv")
    assert gridcase(squares, "import", "cases", data, "--mapping", rules, "--report", report).exit_code == 2
    assert [(line["external_id"], line["reason"]) for line in read_report(report)] == [
        ("A3", "petition_class"), ("A5", "unknown_place"), ("A4", "unknown_place"),
    ]  # fmt: skip
    filed = sql("select petition_class, procedure, cell, located_by from cases order by external_id", city=squares)
    assert [tuple(row) for row in filed] == [
        ("suggestion", "suggestion", "0102", "person"), (None, "request_ordinary", "0102", "person"),
    ]  # fmt: skip


def test_a_stopped_import_leaves_whole_batches_and_goes_on(squares: str, write: Any, sql: Any) -> None:
    data, mapping = write([plain_row(n) for n in range(3500)])

    async def stop(conn: Any) -> None:
        def told(now: Progress) -> None:
            if now.read >= 3000:
                task.cancel()

        task = asyncio.ensure_future(run(conn, told))
        with pytest.raises(asyncio.CancelledError):
            await task

    async def run(conn: Any, told: Any) -> Any:
        report = data.with_name("report.csv")
        return await import_cases(conn, data, read_mapping(mapping), told=told, report=report, batch=700)

    on_app(squares, stop)
    (counts,) = sql(
        "select (select count(*) from cases) as cases, (select count(*) from event) as events", city=squares
    )
    assert counts["cases"] == counts["events"] in (2100, 2800)
    outcome = on_app(squares, lambda conn: run(conn, lambda _: None))
    assert (outcome.taken, outcome.repeated, outcome.refused.total()) == (3500 - counts["cases"], counts["cases"], 0)


def test_one_import_of_a_source_at_a_time(squares: str, write: Any) -> None:
    data, mapping = write([plain_row(n) for n in range(5)])

    async def two(first: Any) -> None:
        from app.core.database import connect
        from app.intake.actions.bulk import begin_run

        second = await connect(squares, "runner")
        await begin_run(second, "other")
        with pytest.raises(RuntimeError, match="another import of other"):
            await import_cases(
                first, data, read_mapping(mapping), told=lambda _: None, report=data.with_name("report.csv")
            )
        await second.close()

    on_app(squares, two)


def test_the_example_of_the_demo_city(gridcase: Any, make_city: Any, worker_id: str, tmp_path: Path) -> None:
    city = make_city(f"example_{worker_id}", "hohhot_real")
    report = tmp_path / "report.csv"
    words = ("import", "cases", EXAMPLES / "requests.csv", "--mapping", EXAMPLES / "requests.yaml", "--report", report)
    result = gridcase(city, *words)
    assert result.exit_code == 2, result.output
    assert "37 taken, 0 filed before, 3 not taken" in result.output
    assert "dropped: 民族" in result.output
    assert [line["reason"] for line in read_report(report)] == ["bad_time", "bad_coordinate", "not_in_table"]


def test_every_reason_says_what_to_mend() -> None:
    assert all(reason.words.zh and reason.words.en for reason in Reason)
