"""The picture of the house in the README: the ways in, the capabilities floor by floor, the database beneath."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
LONGEST_NAME = 40
PICTURE = yaml.safe_load((ROOT / "scripts/reference.yaml").read_text(encoding="utf-8"))["picture"]


def floors() -> list[list[str]]:
    """The capabilities from the top down, those of one floor together, as the import contract orders them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c["layers"] for c in contracts if c.get("exhaustive"))
    found = [[name.strip(" ()") for name in layer.split("|")] for layer in layers]
    return [[name for name in floor if _docstring(name)] for floor in found]


def _docstring(name: str) -> str:
    for place in (ROOT / "app" / name / "__init__.py", ROOT / "app" / f"{name}.py"):
        if place.is_file():
            return ast.get_docstring(ast.parse(place.read_text(encoding="utf-8"))) or ""
    return ""


def about(name: str) -> str:
    """What a capability is, in a line: the first sentence of its docstring, without its own name before a colon."""
    first = _docstring(name).split("\n")[0].split(". ")[0].rstrip(".")
    called, _, said = first.partition(": ")
    return said if said and len(called) < LONGEST_NAME else called


def house() -> str:
    """The picture of the house: the ways in, the floors, the foundation."""
    lines = []
    for floor in floors():
        for place, name in enumerate(floor):
            lines.append(f" {'|' if place else ' '} {name:<13} {about(name)}")
    return str(PICTURE.format(floors="\n".join(lines)))


def readme() -> str:
    """The README with the picture as it is now."""
    text = README.read_text(encoding="utf-8")
    drawn = f"<!-- house -->\n```\n{house()}```\n<!-- /house -->"
    return re.sub(r"<!-- house -->.*<!-- /house -->", lambda _: drawn, text, flags=re.S)
