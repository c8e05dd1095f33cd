"""The house rules of the files themselves: sizes, names, nothing half done, nothing of the machine they were written on."""

import ast
import os
import re
import socket
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.house import cycles, types
from tests.house.owing import compare
from tests.support.each import each

ROOT = Path(__file__).parents[2]
THIS = Path(__file__).relative_to(ROOT)
MEASURED = ("app", "geo", "seeds", "scripts", "bench", "migrations", "tests")
LONGEST_FILE, LONGEST_FUNCTION, NINE_OF_TEN = 400, 40, 20


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project, also one not yet committed."""
    listed = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True)
    names = [Path(name) for name in done.stdout.decode().split("\0") if name]
    return tuple(name for name in names if (ROOT / name).is_file())


def text_of(name: Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def python_files(*folders: str) -> list[Path]:
    return [name for name in tracked() if name.suffix == ".py" and name.parts[0] in folders]


def lengths(*folders: str) -> dict[str, int]:
    """The lines of every function of some folders."""
    return {
        f"{name}:{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name in python_files(*folders)
        for node in ast.walk(ast.parse(text_of(name)))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_the_product_is_typed() -> None:
    """Rows are dataclasses, not dictionaries: what a column is called is checked once, where it is read."""
    found = types(ROOT)
    assert int(found["Any in app"]) < 150
    assert int(found["string subscripts in app"]) < 200


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {n: lines for n in python_files(*MEASURED) if (lines := text_of(n).count("\n")) > LONGEST_FILE}
    compare("long_files", (f"{name} is longer than {LONGEST_FILE} lines" for name in long))


@pytest.mark.parametrize(
    "folders", [("app",), ("geo", "seeds"), ("scripts", "bench", "migrations"), ("tests",)], ids=" ".join
)
def test_functions_are_short(folders: tuple[str, ...]) -> None:
    """None is longer than a page, and nine of ten take half of one."""
    found = lengths(*folders)
    long = {key.rpartition(":")[0] for key, lines in found.items() if lines > LONGEST_FUNCTION}
    compare(f"long_functions_{folders[0]}", (f"{name} is longer than {LONGEST_FUNCTION} lines" for name in long))
    assert sorted(found.values())[-(-len(found) * 9 // 10) - 1] <= NINE_OF_TEN, "give parts of the longest names"


def test_no_two_modules_import_one_another() -> None:
    assert cycles() == []


def test_files_are_named_after_what_they_hold() -> None:
    vague = re.compile(r"(?:^|_)(?:utils?|helpers?|services?|managers?|base|common|misc)$")
    assert not [str(name) for name in python_files("app", "geo", "seeds") if vague.search(name.stem)]


def test_no_two_test_files_share_a_name() -> None:
    """Tests are collected by the name of their file: the second of two would be left out."""
    names = Counter(name.name for name in tracked() if name.name.startswith("test_") and name.suffix == ".py")
    assert not [name for name, count in names.items() if count > 1]


def test_nothing_is_left_half_done() -> None:
    marks = re.compile(
        "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error", "for n" + "ow"))
    )
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in tracked()
        if name.suffix in (".py", ".sql", ".sh", ".yaml", ".md", "") and name != THIS
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if marks.search(line)
    ]
    assert not found


def names_of_this_machine() -> set[str]:
    """The host, and the hosts of the registries and proxies it installs from."""
    addresses = [value for name, value in os.environ.items() if re.search(r"(INDEX_URL|PROXY|MIRROR)$", name, re.I)]
    hosts = {urlsplit(address).hostname or "" for address in addresses} | {socket.gethostname()}
    return {host for host in hosts if len(host) > 5 and not host.startswith(("localhost", "127."))}


def test_nothing_names_the_machine_or_folders_outside_the_project() -> None:
    places = [re.escape(name) for name in names_of_this_machine()] + [
        r"(?<![\w.])/(?:work|tmp|mnt|Users)/",
        r"/home/\w",
    ]
    outside = re.compile("|".join(places))
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name in tracked()
        if name.suffix not in (".lock", ".gz", ".png") and name != THIS
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if outside.search(line)
    ]
    assert not found


def test_one_test_helper_alone_knows_where_real_files_may_lie() -> None:
    known = [str(name) for name in tracked() if name != THIS and "../sha" + "red" in text_of(name)]
    assert len(known) <= 1, known
    assert all(name.startswith("tests/") and not name.split("/")[-1].startswith("test_") for name in known)


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", lock.strip())
    assert len(blocks) > 50
    for block in blocks:
        first, *hashes = block.splitlines()
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==[A-Za-z0-9.+!]+( ; [^\\]+)? \\", first), first
        assert hashes, first
        for line in hashes:
            assert re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?", line), line
    assert "//" not in lock
    assert Path("uv.lock") not in tracked()


@pytest.mark.parametrize("name", python_files("app"), ids=str)
def test_settings_come_from_one_place(name: Path) -> None:
    """What differs from place to place is a documented setting; only the command line hands its city on."""
    if name in (Path("app/core/settings.py"), Path("app/cli/__init__.py")):
        return
    for node in each(ast.walk(ast.parse(text_of(name)))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv", "putenv"), f"{name}:{node.lineno}: add a field to Settings"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert not node.func.id.endswith("Settings"), f"{name}:{node.lineno}: call settings() or section(…)"


def test_the_command_line_sets_its_city_and_reads_nothing() -> None:
    found = [
        node
        for node in ast.walk(ast.parse(text_of(Path("app/cli/__init__.py"))))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "environ"
    ]
    assert [(ast.literal_eval(node.slice), type(node.ctx)) for node in found] == [("GRIDCASE_CITY", ast.Store)]
