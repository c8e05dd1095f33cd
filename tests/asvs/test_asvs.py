"""The list of what OWASP's ASVS 5.0.0 asks at levels 1 and 2: whole, and each test that it names is there."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.each import each

TESTS = Path(__file__).parents[1]
FOUND: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("asvs.yaml").read_text(encoding="utf-8"))
LEVELS = {level: numbers.split() for level, numbers in FOUND["levels"].items()}
VERDICTS = ({"what", "where", "test"}, {"what", "no"}, {"what", "open"})


@cache
def names_in(file: str) -> frozenset[str]:
    """The functions that a module defines."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_every_requirement_of_both_levels_is_there_once() -> None:
    """As many as the standard has: 70 of level 1 and 183 of level 2."""
    assert {level: len(set(numbers)) for level, numbers in LEVELS.items()} == {"1": 70, "2": 183}
    assert sorted(FOUND["requirements"]) == sorted([*LEVELS["1"], *LEVELS["2"]])


def test_each_names_a_test_that_is_there_or_says_why_none() -> None:
    for number, entry in each(FOUND["requirements"].items()):
        assert set(entry) in VERDICTS, number
        assert all(str(said).strip() for said in entry.values()), number
        if "test" in entry:
            file, _, name = entry["test"].partition("::")
            assert name in names_in(file), f"{number}: {entry['test']}"
