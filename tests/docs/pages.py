"""The pages whose commands and calls are executed, and the fenced blocks in them."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TUTORIALS = sorted((DOCS / "tutorial").glob("*.md"))
PAGES = [ROOT / "README.md", *TUTORIALS, *sorted((DOCS / "how-to").glob("*.md"))]
ALL = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


@dataclass(frozen=True)
class Block:
    """A fenced block: what stands after the fence, and its text."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in their order."""
    found = re.findall(r"^ *```([^\n]*)\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return [Block(language, dedent(text)) for language, text in found]


def name(page: Path) -> str:
    """For the names of tests: the path within the project."""
    return str(page.relative_to(ROOT))
