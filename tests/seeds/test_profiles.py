"""The three profiles have one schema, and their values are ones the service knows."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from app.areas.rules import Tier
from app.grids.rules import PartitionLaw
from seeds.hohhot.city import build_city
from seeds.reference.load import CALENDARS

SEEDS = Path(__file__).parents[2] / "seeds"
PROFILES = [SEEDS / "hohhot" / "profile.yaml", *sorted((SEEDS / "profiles").glob("*.yaml"))]


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.parent.name + "/" + path.stem)
def test_profile(path: Path) -> None:
    profile = read(path)
    assert list(profile) == list(read(PROFILES[0]))
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,40}", profile["name"])
    assert ZoneInfo(profile["time_zone"])
    assert profile["calendar"] == "weekdays" or (CALENDARS / f"{profile['calendar']}.csv").exists()
    assert profile["tiers"] == [tier for tier in reversed(Tier) if tier in profile["tiers"]]
    assert profile["tiers"][0] == "city"
    assert set(profile["code_pattern"]) == {*profile["tiers"], "cell"}
    assert re.fullmatch(profile["code_pattern"]["city"], profile["code"])
    assert PartitionLaw(profile["partition_law"])
    band = profile["household_band"]
    assert band is None or band["least"] <= band["most"]


def test_the_demo_city_keeps_its_own_profile() -> None:
    profile, city = read(PROFILES[0]), build_city()
    assert city.areas[0].code == profile["code"]
    assert city.areas[0].name == profile["title"]
    for area in city.areas:
        assert re.fullmatch(profile["code_pattern"][area.tier], area.code)
    band = profile["household_band"]
    for cell in city.cells:
        assert re.fullmatch(profile["code_pattern"]["cell"], cell.code)
        assert band["least"] <= cell.households <= band["most"]
