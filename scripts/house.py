"""How the house stands, in figures: `make house`, or `make house ARGS="--against v0.1.0"` beside another revision.

Counted in the code as it lies there. Round trips, hops and seconds are those that the last test run measured.
"""

import argparse
import ast
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

from tests.house.reading.files import ROOT, tracked
from tests.house.reading.tables import foreign_writes, owners, references, upward_reads

FOLDERS = ("app", "seeds", "scripts", "migrations", "tests", "bench", "docs")
PRODUCT = ("app", "seeds", "scripts", "migrations")
ROOMS = ("api", "actions", "queries", "rules", "schemas", "core", "cli")
LONGEST_FILE = 400
Figures = dict[str, str]


def lines(root: Path) -> Figures:
    """Lines of Python and SQL by folder; of documents for docs."""
    count = {
        folder: sum(_lines(root / path) for path in tracked(folder, root=root) if path.suffix in (".py", ".sql", ".md"))
        for folder in FOLDERS
    }
    shown = {f"lines, {folder}": f"{number:,}" for folder, number in count.items()}
    return shown | {"lines, " + " + ".join(PRODUCT): f"{sum(count[folder] for folder in PRODUCT):,}"}


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def tables(root: Path) -> Figures:
    """Who owns the tables, and who reaches into another's; nothing of a revision whose tables name no owner."""
    if "cases" not in owners(root):
        return {}
    owned = Counter(owners(root).values())
    writes, reads = foreign_writes(references(root), root), upward_reads(references(root), root)
    return {
        "tables, owners": ", ".join(f"{name} {number}" for name, number in owned.most_common()),
        "tables read from below or beside": str(len(reads)),
        "tables written by others": str(len(writes)),
    }


def types(root: Path) -> Figures:
    """How much of the product is untyped."""
    sources = [(root / path).read_text(encoding="utf-8") for path in tracked("app", root=root) if path.suffix == ".py"]
    subscripts = [
        node
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant)
    ]
    texts = [node for node in subscripts if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)]
    return {
        "Any in app": str(len(re.findall(r"\bAny\b", "".join(sources)))),
        "string subscripts in app": str(len(texts)),
    }


def functions(root: Path) -> Figures:
    """How long functions and files are."""
    found = list(_functions(root))
    shown = {
        f"functions, {folder}": _spread([n for path, n in found if path.parts[0] == folder]) for folder in FOLDERS[:-1]
    }
    for room in ROOMS:
        inside = [n for path, n in found if path.parts[0] == "app" and room in (*path.parts, path.stem)]
        shown[f"functions, {room}"] = _spread(inside)
    code = [path for folder in FOLDERS[:-1] for path in tracked(folder, root=root) if path.suffix == ".py"]
    long = [f"{path} {number}" for path in code if (number := _lines(root / path)) > LONGEST_FILE]
    return shown | {f"files over {LONGEST_FILE} lines": ", ".join(long) or "none"}


def _functions(root: Path) -> Iterator[tuple[Path, int]]:
    for path in tracked(*FOLDERS[:-1], root=root):
        if path.suffix == ".py":
            for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield path, (node.end_lineno or node.lineno) - node.lineno + 1


def _spread(lengths: list[int]) -> str:
    if not lengths:
        return "none"
    p90 = sorted(lengths)[max(0, -(-len(lengths) * 9 // 10) - 1)]
    return f"{len(lengths):,}: median {statistics.median(lengths):.0f}, p90 {p90}, max {max(lengths)}"


def cycles() -> list[str]:
    """Modules of the product that import one another."""
    graph = grimp.build_graph("app", cache_dir=None)
    edges = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    while ends := {name for name, found in edges.items() if not found & edges.keys()}:
        edges = {name: found for name, found in edges.items() if name not in ends}
    return sorted(edges)


def measured(root: Path) -> Figures:
    """What the last test run saw."""
    asked = _kept(root, "house/round_trips")
    steps, reads = _kept(root, "house/hops_of_steps"), _kept(root, "house/hops_of_reads")
    seconds = _kept(root, "suite/seconds")
    return {
        "round trips of a step": ", ".join(f"{step} {len(said)}" for step, said in asked.items()) or "not measured",
        "hops of a step": ", ".join(f"{step} {n}" for step, n in steps.items()) or "not measured",
        "hops of a read": ", ".join(f"{url} {n}" for url, n in reads.items()) or "not measured",
        "test seconds": ", ".join(f"{what} {n}" for what, n in seconds.items()) or "not measured",
    }


def _kept(root: Path, name: str) -> dict[str, list[str]]:
    path = root / ".pytest_cache" / "v" / name
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def figures(root: Path) -> Figures:
    """All of them."""
    knots = {"modules in import cycles": ", ".join(cycles()) or "none"}
    return lines(root) | tables(root) | types(root) | functions(root) | knots | measured(root)


def of_revision(revision: str) -> Figures:
    """The same figures of another revision, counted the same way in a working tree of its own."""
    with tempfile.TemporaryDirectory(prefix="gridcase-house-") as folder:
        there = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", there, revision], cwd=ROOT, check=True)
        try:
            words = [sys.executable, "-m", "scripts.house", "--json", "--of", str(there)]
            done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", there], cwd=ROOT, check=True)
    return dict(json.loads(done.stdout))


def show(now: Figures, then: Figures | None) -> Iterator[str]:
    """The figures as lines; one that is too long for a column stands below its name."""
    for name in now | (then or {}):
        if then is None:
            yield f"{name:46} {now.get(name, '')}"
            continue
        before, after = then.get(name, ""), now.get(name, "")
        if max(len(before), len(after)) > 36:
            yield f"{name}\n    then  {before}\n    now   {after}"
        else:
            yield f"{name:46} {before:36} {after}"


def main() -> None:
    """Print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="REVISION", help="print the figures of this revision beside them")
    parser.add_argument("--of", metavar="FOLDER", type=Path, default=ROOT, help="count in this working tree")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    sys.path.insert(0, str(asked.of))  # so that `app` is the one of that tree
    now = figures(asked.of)
    if asked.json:
        print(json.dumps(now))
        return
    then = of_revision(asked.against) if asked.against else None
    print(f"{'':46} {asked.against or '':36} now" if then else "", *show(now, then), sep="\n")


if __name__ == "__main__":
    main()
