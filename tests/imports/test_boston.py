"""The 2011 Boston file against its 255 precincts: everything equals what GeoPandas and pandas say of the same files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy
import pandas

from tests.data import real_file

MAPPING = Path(__file__).parents[2] / "examples" / "boston.yaml"
ROWS = 58_251


def test_the_2011_file_gives_the_known_answers(
    make_city: Callable[[str, str], str], gridcase: Any, sql: Any, worker_id: str, tmp_path: Path
) -> None:
    precincts = real_file("boston", "boston_precincts_wgs84.gpkg")
    requests = real_file("boston", "311_service_requests_2011.csv.gz")
    city, report = make_city(f"boston_{worker_id}", "boston"), tmp_path / "not-taken.csv"

    loaded = gridcase(city, "load", "cells", precincts, "--crs", "EPSG:4326", "--code-field", "WARD_PRECINCT")
    assert loaded.exit_code == 0, loaded.output
    assert "255 cells loaded" in loaded.output
    assert "gap" in loaded.output
    assert "overlap" in loaded.output

    words = ("import", "cases", requests, "--mapping", MAPPING, "--report", report)
    first = gridcase(city, *words)
    assert first.exit_code == 0, first.output
    assert f"{ROWS:,} taken, 0 filed before, 0 not taken; 17 of those taken lie outside" in first.output
    assert not report.exists()
    found = pandas.DataFrame(
        [dict(row) for row in sql(_CASES, city=city)], columns=["external_id", "cell", "opened", "closed", "status"]
    ).set_index("external_id")
    file = pandas.read_csv(requests, dtype=str, keep_default_na=False).set_index("case_enquiry_id")
    assert set(found.index) == set(file.index)
    found = found.loc[file.index]
    _cells_are_geopandas(found, file, precincts)
    _known_answers(found, file)
    _times_are_kept(found, file)
    _history_is_quiet(sql, city)

    again = gridcase(city, *words)
    assert again.exit_code == 0, again.output
    assert f"0 taken, {ROWS:,} filed before, 0 not taken" in again.output
    assert "nothing was added" in again.output
    for table in ("cases", "case_text", "event", "case_access"):
        assert sql(f"select count(*) as n from {table}", city=city)[0]["n"] == ROWS


_CASES = """
    select external_id, cell, extract(epoch from registered_at)::bigint as opened,
        extract(epoch from closed_at)::bigint as closed, status
    from cases
"""


def _cells_are_geopandas(found: pandas.DataFrame, file: pandas.DataFrame, precincts: Path) -> None:
    """Every row: covered by the precinct, of several the smallest code, none where GeoPandas finds none."""
    cells = geopandas.read_file(precincts)[["WARD_PRECINCT", "geometry"]]
    points = geopandas.GeoDataFrame(
        {"id": file.index},
        geometry=geopandas.points_from_xy(file.longitude.astype(float), file.latitude.astype(float)), crs="EPSG:4326",
    )  # fmt: skip
    pairs = geopandas.sjoin(points, cells, predicate="covered_by")
    expected = pairs.groupby("id").WARD_PRECINCT.min().reindex(file.index)
    assert found.cell.fillna("").equals(expected.fillna("").rename("cell"))


def _known_answers(found: pandas.DataFrame, file: pandas.DataFrame) -> None:
    assert found.cell.isna().sum() == 17
    counts = found.cell.value_counts()
    assert (len(counts), counts.min(), counts.median(), counts.max()) == (254, 8, 194, 5922)
    known = file.precinct.str.strip() != ""
    assert known.sum() == 55_291
    assert round(100 * (found.cell[known] == file.precinct[known]).mean(), 1) == 92.2


def _times_are_kept(found: pandas.DataFrame, file: pandas.DataFrame) -> None:
    """Local to New York; what the clock showed twice on 6 November is the first of the two."""
    for mine, theirs in (("opened", "open_dt"), ("closed", "closed_dt")):
        naive = pandas.to_datetime(file[theirs].replace("", None))
        instants = naive.dt.tz_localize("America/New_York", ambiguous=numpy.ones(len(naive), bool), nonexistent="raise")
        expected = (instants - pandas.Timestamp(0, tz="UTC")) // pandas.Timedelta(seconds=1)
        assert found[mine].astype("Float64").fillna(-1).tolist() == expected.astype("Float64").fillna(-1).tolist()
    assert found.status.value_counts().to_dict() == {"closed": 54_570, "registered": 3_681}
    assert ((found.status == "closed") == (file.case_status == "Closed")).all()


def _history_is_quiet(sql: Any, city: str) -> None:
    """No clocks, offers or parties; one event a case, its chain whole; numbers with their check sign; one desk sees it."""
    (row,) = sql(
        """
        select (select count(*) from clock) as clocks, (select count(*) from party) as parties,
            (select count(*) from assignment where state = 'offered') as offers,
            (select count(*) from assignment where state = 'signed') as led,
            (select count(*) from event e join cases c on c.id = e.case_id where e.seq <> 1 or c.head_seq <> 1
                or e.hash <> sha256(e.prev_hash || convert_to(e.body, 'UTF8')) or c.head_hash <> e.hash) as broken,
            (select count(*) from cases where substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ',
                1 + (left(number, -1)::bigint % 31)::int, 1) <> right(number, 1)) as misnumbered,
            (select count(*) from cases c left join case_access a on a.case_id = c.id
                where a.grantee is distinct from 'unit:' || c.lead_unit) as unseen,
            (select count(*) from cases where not imported or due <> 'infinity') as lively,
            (select count(*) from cases where (queue is not null) <> (cell is null and status = 'registered')) as misqueued
        """,
        city=city,
    )
    assert dict(row) == {
        "clocks": 0, "parties": 0, "offers": 0, "led": 3_681, "broken": 0, "misnumbered": 0, "unseen": 0, "lively": 0,
        "misqueued": 0,
    }  # fmt: skip
