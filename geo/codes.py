"""Lists of official area codes, as they are published: CSV files with a code and a name."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SIMILAR = 400  # serials from here on are "similar to" a township or community, not one (统计用区划代码编制规则)
DEVELOPMENT_ZONES = range(71, 80)  # county codes of statistics only, absent from GB/T 2260


@dataclass(frozen=True, slots=True)
class CodedArea:
    """An area of a code list. `parent` is the next code above it."""

    code: str
    name: str
    tier: str
    parent: str
    official: bool


def read_names(paths: Iterable[Path]) -> tuple[dict[str, str], list[str]]:
    """code → name from every CSV with the columns `code` and `name`, and the files that have none (left alone).

    Folders are searched for *.csv. Raises ValueError when a code has two names, or no file fits.
    """
    names: dict[str, str] = {}
    skipped = []
    files = [file for path in paths for file in (sorted(path.glob("*.csv")) if path.is_dir() else [path])]
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            if not {"code", "name"} <= set(reader.fieldnames or ()):
                skipped.append(file.name)
                continue
            for row in reader:
                code, name = (row["code"] or "").strip(), (row["name"] or "").strip()
                if not code or not name:
                    raise ValueError(f"{file.name}, line {reader.line_num}: code or name is missing")
                if names.setdefault(code, name) != name:
                    raise ValueError(f"{file.name}: {code} is called {name} here and {names[code]} before")
    if not names:
        raise ValueError("no file of the code lists has the columns code and name")
    return names, skipped


def arrange(names: Mapping[str, str], *, city: str, patterns: Mapping[str, str]) -> list[CodedArea]:
    """Areas, parents first, each under the longest code that begins its own, else under the city.

    `patterns` gives the regular expression of the codes of each tier, from the city down. Raises ValueError for codes
    that fit no tier, or whose parent is not one tier above.
    """
    below = [tier for tier in patterns if tier not in ("city", "cell")]
    tiers = {code: next((t for t in below if re.fullmatch(patterns[t], code)), None) for code in names if code != city}
    if strange := sorted(code for code, tier in tiers.items() if tier is None):
        raise ValueError(f"codes that fit no tier of the city's profile: {', '.join(strange[:20])}")
    areas = []
    for code in sorted(tiers, key=lambda code: (len(code), code)):
        parent = next((code[:n] for n in range(len(code) - 1, 0, -1) if code[:n] in tiers), city)
        tier, above = str(tiers[code]), "city" if parent == city else str(tiers[parent])
        if (["city", *below].index(tier)) != ["city", *below].index(above) + 1:
            raise ValueError(f"{code} is a {tier}, but the code above it in the lists, {parent}, is a {above}")
        areas.append(CodedArea(code, names[code], tier, parent, is_official(code)))
    return areas


def is_official(code: str) -> bool:
    """Whether a code names an administrative area, not a unit that only statistics know. Counties have 6 digits."""
    if not code.isdigit():
        return True
    if len(code) == 6:
        return int(code[-2:]) not in DEVELOPMENT_ZONES
    return int(code[-3:]) < SIMILAR
