"""The tests themselves: none passes because a loop was empty, none waits, none asks the machine for the time."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = sorted(TESTS.rglob("*.py"))
# Functions that give as many items as they are given.
AS_MANY = (
    "each",
    "enumerate",
    "sorted",
    "reversed",
    "zip",
    "list",
    "tuple",
    "set",
    "range",
    "product",
    "pairwise",
    "walk",
)
ON_THE_MACHINE = (
    "support/clock.py",
    "concurrency",  # a service of its own
    "attachments/test_bad_uploads.py",  # times of files
)
WAITS = {
    "docs/test_commands.py": "for a server of its own",
    "concurrency/clients.py": "for a service that was told to slow down",
    "concurrency/test_sixteen_clients.py": "between two looks",
    "cases/test_lists.py": "so that the writer is slower than the reader",
    "house/test_private_cluster.py": "to see that nothing happens",
    "house/test_make_run.py": "in the server that it starts, which is slow to answer",
}


def something(node: ast.expr, known: set[str]) -> bool:
    """Whether a loop over it cannot be empty, as far as the text of a module says."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts)
    if isinstance(node, ast.Dict):
        return bool(node.keys)
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.Name):  # constants and enumerations
        return node.id in known or node.id[0].isupper()
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("items", "values", "keys") and isinstance(node.func, ast.Attribute):
            return something(node.func.value, known)
        return name == "each" or (name in AS_MANY and all(something(given, known) for given in node.args))
    if isinstance(node, ast.BinOp):
        return something(node.left, known) or something(node.right, known)
    return isinstance(node, ast.Starred) and something(node.value, known)


def empty_loops(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[int]:
    """Lines of the loops of a test that hold all its assertions and may be empty."""
    known = {
        target.id
        for node in ast.walk(test)
        if isinstance(node, ast.Assign) and something(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    loops = [node for node in ast.walk(test) if isinstance(node, ast.For | ast.AsyncFor) and asserts(node)]
    if len(asserts(test)) == len({line for loop in loops for line in asserts(loop)}):
        outer = [loop for loop in loops if not any(loop in ast.walk(other) for other in loops if other is not loop)]
        yield from (loop.lineno for loop in outer if not something(loop.iter, known))


def asserts(node: ast.AST) -> list[int]:
    """Lines of the assertions in it."""
    return [found.lineno for found in ast.walk(node) if isinstance(found, ast.Assert)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_passes_because_its_loop_was_empty(module: Path) -> None:
    tests = [
        node
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]
    found = [line for test in tests for line in empty_loops(test)]
    assert found == [], "go through each(…) of tests/support/each.py"


def test_nothing_waits_for_the_clock_of_the_wall() -> None:
    waiting = {
        str(module.relative_to(TESTS))
        for module in MODULES
        if re.search(r"\b(time|asyncio)\.sleep\(", module.read_text(encoding="utf-8"))
    }
    assert waiting - {"house/test_suite.py"} == set(WAITS)


def test_no_test_asks_the_machine_for_the_time_or_for_a_random_order() -> None:
    asking = {
        str(module.relative_to(TESTS))
        for module in MODULES
        if re.search(r"datetime\.now\(|date\.today\(|random\(\) limit", module.read_text(encoding="utf-8"))
    }
    assert {name for name in asking if not name.startswith(ON_THE_MACHINE)} == set()
