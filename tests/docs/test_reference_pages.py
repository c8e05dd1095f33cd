"""docs/reference is what the code says today; links lead somewhere; what is named exists."""

import re
from pathlib import Path

import pytest

from scripts import picture, reference
from tests.docs.pages import ALL, PAGES, ROOT, name
from tests.support.each import each

LONGEST_README = 8 * 1024


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_page_is_of_today(page: str) -> None:
    written = (reference.FOLDER / f"{page}.md").read_text(encoding="utf-8")
    assert written == reference.PAGES[page](), "run: make docs"


def test_the_picture_is_of_today_and_the_readme_short() -> None:
    assert picture.README.read_text(encoding="utf-8") == picture.readme(), "run: make docs"
    assert picture.README.stat().st_size <= LONGEST_README


def test_links_lead_somewhere() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in ALL}
    for page, link in each((page, link) for page, text in texts.items() for link in re.findall(r"\]\(([^)]+)\)", text)):
        address, _, anchor = link.partition("#")
        if not address.startswith(("http:", "https:")):
            target = (page.parent / address).resolve() if address else page
            assert target.exists(), f"{name(page)}: {link}"
            assert not anchor or anchor in _anchors(target), f"{name(page)}: {link}"


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_calls_that_pages_name_exist() -> None:
    known = [f"{method} {path}" for method, path, _ in reference.operations()]
    for page in each(path for path in ALL if path.parent != reference.FOLDER or path.stem == "conventions"):
        for call in re.findall(r"`((?:GET|POST) /v1/[^` ?]*)[^`]*`", page.read_text(encoding="utf-8")):
            pattern = re.sub(r"\\{.*?\\}", "[^/]+", re.escape(call)).replace("…", ".*")
            assert any(re.fullmatch(pattern, one) for one in known), f"{name(page)}: {call}"


def test_settings_and_files_that_pages_name_exist() -> None:
    known = set(re.findall(r"`((?:GRIDCASE_|DATABASE_)\w+)`", reference.settings()))
    for page in ALL:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"\bGRIDCASE_[A-Z_]+\b", text)) <= known, name(page)
        for path in re.findall(r"`((?:app|docs|examples|geo|migrations|scripts|seeds|tests)/[\w./-]+)`", text):
            assert (ROOT / path).exists(), f"{name(page)}: {path}"


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            links = re.findall(r"\]\(([^)#:]+)", page.read_text(encoding="utf-8"))
            waiting += [(page.parent / link).resolve() for link in links]
    assert set(ALL) - reached - {ROOT / "README.md"} == set()
    assert set(PAGES) <= set(ALL)
