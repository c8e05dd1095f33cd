"""The words of the project are the field's own and plain: none of those that a newcomer would stumble over.

Held in docstrings, comments, texts for people (problems, OpenAPI, the command line) and documents; code in backquotes
is left alone. Identifiers of rules such as P6 or D2 are explained in docs/glossary.md.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.owing import compare
from tests.house.reading.files import ROOT, tracked

GLOSSARY = ROOT / "docs" / "glossary.md"
# What is not to be said (case does not matter), and what is said instead.
INSTEAD = {
    r"signs (?:at most|or more|beyond|in utf-8|that are let in|that break)": "characters",
    r"(?:\d|two|three|ten|most`?|control|readable|chinese|without|of) signs\b": "characters",
    r"^signs;|signs\. a longer|Pairs of signs": "characters",
    r"\bmend(?:s|ed|ing)? (?:what|the|it|them)\b": "fix, correct, repair",
    r"(?<!')(?<!\| )\borgans?\b(?! \|)(?!',)(?!'\))": "authority (unit, department)",  # `organ` is a word of the API: whose limit
    r"\b(?:rungs?|ladders?)\b": "escalation step, escalation policy",
    r"\bclimb(?:s|ed|ing)?\b": "escalate, go up",
    r"\bclockwork\b": "deadline sweep",
    r"\b(?:tends|tended|tending)\b": "sweep, look after",
    r"\bsights?\b": "access",
    r"\bunsee[ns]?\b": "revoke access",
    r"(?<!on its )(?<!a sign or a )\bdoors?\b": "access, way in",
    r"\b(?:key book|lanes?)\b": "API key cache, registration batcher",
    r"\b(?:workshop|black(?:ed|s)? out)\b": "sandbox, redact",
    r"\bblow(?:s|n|ing)? (?:the|a|of) whistle|\bwhistles? blown\b": "call out",
    r"\blengthen(?:s|ed|ing)?\b": "extend",
    r"\bhouse rules?\b|\bfrom the house\b": "rules of the code",
    r"\(design:|\bdomain facts\b|\bdesign notes?\b": "the document that says so, or nothing",
    r"\b(?:ere|thereof|thereby|wherein|whereof|hence|lest|nought|aught)\b": "plain words",
}
WORDS = {re.compile(pattern, re.IGNORECASE | re.MULTILINE): better for pattern, better in INSTEAD.items()}
CODE = re.compile(r"(?<![\w-])(?!A4\b)[ACDHLMPW][0-9]{1,2}(?![\w-])")
SQL = re.compile(
    r"\b(?:select|insert into|update|delete from)\b.*\b(?:from|values|set)\b|\bfrom \w+ \w+ (?:join|where)\b", re.S
)


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(("# noqa", "# type:", "# fmt:")):
            yield token.start[0], token.string.lstrip("# ")


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and (said := ast.get_docstring(node)):
            yield node.body[0].lineno, said


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What is said to people: strings of several words that are no SQL."""
    for node in ast.walk(tree):
        said = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Constant) and isinstance(said, str) and said.count(" ") > 1 and not SQL.search(said):
            yield node.lineno, said


@cache
def prose(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple(_prose(path))


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    source = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(source)
        yield from comments(source)
        yield from texts(tree) if path.parts[0] == "app" else docstrings(tree)
    else:
        plain = re.sub(r"^```.*?^```|^    .*?$", lambda code: "\n" * code[0].count("\n"), source, flags=re.S | re.M)
        yield from enumerate(plain.splitlines(), 1)


def documents() -> list[Path]:
    return [p for p in tracked("docs", "README.md") if p.suffix == ".md"]


def test_words_are_the_fields_own_and_plain() -> None:
    code = [p for p in tracked("app", "geo", "seeds", "scripts", "bench", "migrations") if p.suffix == ".py"]
    found = {
        f"{path}: {match[0].lower()} ({better})"
        for path in (*code, *documents())
        if path != GLOSSARY.relative_to(ROOT)
        for _, text in prose(path)
        for pattern, better in WORDS.items()
        for match in pattern.finditer(re.sub(r"`[^`]*`", "", text))
    }
    compare("words", found, shrinks=False)


def test_identifiers_of_rules_are_explained_in_the_glossary() -> None:
    code = [p for p in tracked("app", "seeds") if p.suffix == ".py"]
    said = [text for path in (*code, *documents()) for _, text in prose(path)]
    said += [(ROOT / path).read_text(encoding="utf-8") for path in tracked("seeds") if path.suffix == ".yaml"]
    named = {match for text in said for match in CODE.findall(text)}
    explained = set(CODE.findall(GLOSSARY.read_text(encoding="utf-8"))) if GLOSSARY.exists() else set()
    compare("identifiers", named - explained)
