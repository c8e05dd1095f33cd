"""Fills the patterns of texts.yaml: titles, descriptions and addresses of the demo reports."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from seeds.hohhot.chance import between, pick
from seeds.reference.load import read

_SLOT = re.compile(r"<(\w+)>")


@cache
def texts() -> Any:
    """texts.yaml as read."""
    return read(Path(__file__).parent / "texts.yaml")


def fill(pattern: str, slots: Mapping[str, str]) -> str:
    """Put values into the <slots> of a pattern. Raises KeyError for a slot that has no value."""
    return _SLOT.sub(lambda slot: slots[slot.group(1)], pattern)


def place_and_address(county: str, community: str, urban: bool, indoors: bool, chance: Random) -> tuple[str, str]:
    """(words for a title, full address). `community` is the short name, which begins with the township's."""
    words = texts()
    # A community keeps to a few streets and estates of its own, so that its reports resemble each other.
    home = sum(community.encode())
    if not urban:
        spot = f"{int(between(chance, 1, 9))}组" if indoors else pick(chance, words["village_spots"])
        return f"{community}{spot}", f"呼和浩特市{county}{community}{spot}"
    if indoors:
        estate = words["estates"][(home + int(between(chance, 0, 3))) % len(words["estates"])]
        building = f"{int(between(chance, 1, 18))}号楼"
        detail = f"{estate}{building}{int(between(chance, 1, 6))}单元"
        return f"{estate}{building}", f"呼和浩特市{county}{community}{detail}"
    street = words["streets"][(home + int(between(chance, 0, 2))) % len(words["streets"])]
    corner = pick(chance, words["corners"])
    address = f"呼和浩特市{county}{community}{street}{int(between(chance, 1, 160))}号{corner}"
    return f"{street}{corner}", address


def title_and_description(
    kind: str, petition_class: str | None, category: str, channel: str, place: str, chance: Random
) -> tuple[str, str]:
    """A title and two or three sentences for a report of this kind and category at this place."""
    words = texts()
    entry = words["categories"][category]
    numbers = words["numbers"].items()
    slots = {name: str(step * int(between(chance, low, high))) for name, (step, low, high) in numbers} | {
        "place": place
    }
    if petition_class == "accusation":
        return pick(chance, words["accusation"]["titles"]), fill(pick(chance, words["accusation"]["details"]), slots)
    if petition_class == "suggestion":
        slots["proposal"] = fill(pick(chance, entry["proposals"]), slots)
        title = fill(pick(chance, words["patterns"]["suggestion"]), slots)
        lead_in = fill(pick(chance, words["suggestion_lead_ins"]), slots)
        return title, f"{lead_in}建议{slots['proposal']}。{pick(chance, words['closings']['suggestion'])}"
    if kind == "dispute":
        title = fill(pick(chance, entry["disputes"]), slots)
        detail = fill(pick(chance, entry["dispute_details"]), slots)
        return title, f"{place}：{detail}{pick(chance, words['closings']['dispute'])}"
    pattern = "appeal" if kind == "petition" else kind
    slots["matter"] = fill(pick(chance, entry["matters"]), slots)
    by_phone = channel == "hotline" and kind == "request"
    title = fill(pick(chance, words["patterns"]["request_by_phone" if by_phone else pattern]), slots)
    detail = fill(pick(chance, entry["details"]), slots)
    return title, f"{place}{slots['matter']}。{detail}{pick(chance, words['closings'][pattern])}"
