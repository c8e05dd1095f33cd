"""The page of the standard that the service is held to: docs/reference/asvs.md, from tests/asvs/asvs.yaml."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

LIST = Path(__file__).parents[1] / "tests" / "asvs" / "asvs.yaml"
CHAPTERS = {
    1: "Encoding", 2: "Validation and rules", 3: "Browsers", 4: "HTTP", 5: "Files", 6: "Logging in", 7: "Log-ins that last",
    8: "Who may what", 9: "Signed tokens", 10: "OAuth", 11: "Cryptography", 12: "TLS", 13: "Settings", 14: "Data",
    15: "Code", 16: "Logs and faults", 17: "WebRTC",
}  # fmt: skip
HEAD = "| number | level | what | | where, and the test; or why not |\n| --- | --- | --- | --- | --- |"
ABOUT = """# OWASP ASVS 5.0.0, levels 1 and 2

Written by `make docs` from `tests/asvs/asvs.yaml`; do not edit by hand. Every requirement of both levels, in words of our
own (the [standard](https://owasp.org/www-project-application-security-verification-standard/) has the wording that
counts): where it holds and which test shows it, or why it has no place in a service that has an API and no pages, or what
is still missing. A test holds that all 253 are here and that each test named is there.

{counts}
"""


def asvs() -> str:
    """The page."""
    found: dict[str, Any] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    level = {number: name for name, numbers in found["levels"].items() for number in numbers.split()}
    kinds = Counter(_verdict(entry) for entry in found["requirements"].values())
    counts = f"{kinds['holds']} hold and are tested, {kinds['no place']} have no place here, {kinds['open']} are open."
    parts = [ABOUT.format(counts=counts)]
    for chapter, title in CHAPTERS.items():
        entries = [(n, e) for n, e in found["requirements"].items() if n.split(".")[0] == str(chapter)]
        rows = [f"| {n} | {level[n]} | {e['what']} | {_verdict(e)} | {_said(e)} |" for n, e in entries]
        parts.append("\n".join([f"## V{chapter} {title}\n", HEAD, *rows]) + "\n")
    return "\n".join(parts).rstrip("\n") + "\n"


def _verdict(entry: dict[str, str]) -> str:
    return "holds" if "test" in entry else "open" if "open" in entry else "no place"


def _said(entry: dict[str, str]) -> str:
    if "test" in entry:
        return f"{entry['where']}; `tests/{entry['test']}`"
    return (entry.get("open") or entry["no"]).replace("|", "\\|")
