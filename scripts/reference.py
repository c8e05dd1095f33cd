"""`python -m scripts.reference`: writes docs/reference/, and the picture of the house in the README, from the code.

Each page is one function; `PAGES` names them, and their words lie in reference.yaml. tests/docs/test_reference_pages.py
makes every page anew and compares, so that none can grow old.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer
import yaml

from app.analytics.queries.indicators import INDICATORS
from app.capabilities import CAPABILITIES, compose
from app.cases.rules import TRANSITIONS, Status
from app.cases.rules.transitions import NOT_FOR_ACCUSATIONS
from app.core.access import AREA_SIGHT, ROLE_PERMISSIONS, UNIT_SIGHT, Permission, Role
from app.core.errors import CATALOGUE
from app.core.settings import Section, Settings
from app.core.workflow import WORKFLOWS, Transition, Workflow
from app.deadlines.rules import ClockRule, Procedure
from app.emergency.rules import RULE
from app.emergency.settings import EmergencySettings
from app.proxy.settings import ProxySettings
from scripts import picture, standards
from seeds.reference.load import read_procedures
from tests.house.reading.tables import declared, references

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
PINNED = "tests/rules/test_clocks.py::test_a_clock_falls_due_when_the_table_says"
TEXTS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def written(page: str, **parts: object) -> str:
    """A page: its words, with what was made from the code in their places."""
    made = {name: str(part).strip("\n") for name, part in parts.items()}
    return str(TEXTS["pages"][page].format(note=TEXTS["note"], **made)).rstrip("\n") + "\n"


def section(title: str, *said: str) -> str:
    """One of the sections of a page, with the blank line before it."""
    return "\n## " + "\n\n".join([title, *said])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def code(values: Iterable[object]) -> str:
    """Names, set as code."""
    return ", ".join(f"`{value}`" for value in values)


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document of the service."""
    from app.main import create_app

    return create_app("hohhot").openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call of the API: method, path, and what the document says of it."""
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def steps() -> str:
    """The transition tables of every kind of thing."""
    compose()
    text = ""
    for workflow in [WORKFLOWS["case"], *(w for name, w in sorted(WORKFLOWS.items()) if name != "case")]:
        columns = ("step", "what", "from", "to", "who", "permission", "needs", "clocks", "notice", "basis")
        rows = [_step(workflow, step) for step in workflow.steps.values()]
        kept = [n for n, column in enumerate(columns) if any(row[n] for row in rows)]
        shown = table([columns[n] for n in kept], [[row[n] for n in kept] for row in rows])
        text += section(f"Steps of {workflow.name.en.removeprefix('the ')}: `{workflow.thing}`", shown)
    states = table(("state", "中文", "English"), [(f"`{s}`", s.words.zh, s.words.en) for s in Status])
    return written("steps", states=states, not_for_accusations=code(sorted(NOT_FOR_ACCUSATIONS)), steps=text)


def _step(workflow: Workflow[Any], step: Transition[Any]) -> tuple[str, ...]:
    sources = " ".join(state for state in type(min(step.sources)) if state in step.sources)
    return (
        f"`{step.action}` {step.title.zh}", step.title.en, sources, step.target or "stays",
        workflow.taken_by(step).en, code([step.permission]), code(step.required),
        ", ".join(step.clocks), step.notice or "", step.basis,
    )  # fmt: skip


def roles() -> str:
    """Who may what."""
    asked = _asked()
    rows = [
        (f"`{p}`", code(role for role in Role if p in ROLE_PERMISSIONS[role]),
         code(t.action for t in TRANSITIONS.values() if t.permission is p), code(asked.get(p, ())))
        for p in Permission
    ]  # fmt: skip
    sight = [
        (f"`{role}`", "yes" if role in UNIT_SIGHT else "", "yes" if role in AREA_SIGHT else "",
         code(sorted(ROLE_PERMISSIONS[role])))
        for role in Role
    ]  # fmt: skip
    return written(
        "roles", sight=table(("role", "by its unit", "by its area", "permissions"), sight),
        permissions=table(("permission", "roles", "steps of a case", "other calls"), rows),
    )  # fmt: skip


def _asked() -> dict[str, list[str]]:
    """permission → the calls that ask for it, beside the steps of a case."""
    found: dict[str, list[str]] = {}
    for method, path, operation in operations():
        if "x-permission" in operation and not path.startswith("/v1/cases/{case_id}/actions/"):
            found.setdefault(operation["x-permission"], []).append(f"{method} {path}")
    return found


def calls() -> str:
    """Every call of the API, by tag."""
    text = ""
    for tag in openapi()["tags"]:
        of_tag = [
            (f"`{method} {path}`", operation["summary"], code([p] if (p := operation.get("x-permission")) else []))
            for method, path, operation in operations() if tag["name"] in operation["tags"]
        ]  # fmt: skip
        text += section(tag["name"], tag["description"], table(("call", "what", "permission"), of_tag))
    return written("calls", tags=text)


def filters() -> str:
    """What each list can be asked for."""
    text = ""
    for method, path, operation in operations():
        if method == "GET" and (asked := _asked_for(operation)):
            known = _asked_for(openapi()["paths"]["/v1/cases"]["get"]) if path != "/v1/cases" else {}
            shared = len(known.keys() & asked.keys()) == len(known) - 1
            rows = [
                (f"`{name}`", _values(p["schema"]), p.get("description", ""))
                for name, p in asked.items() if not (shared and name in known)
            ]  # fmt: skip
            also = " Takes the filters of `/v1/cases`, and:" if shared else ""
            text += section(f"`{path}`", f"{operation['summary']}.{also}", table(("filter", "value", "meaning"), rows))
    return written("filters", lists=text)


def _asked_for(operation: dict[str, Any]) -> dict[str, Any]:
    """The parameters of an address, but for those of paging."""
    asked = (p for p in operation["parameters"] if p.get("in") == "query")
    return {p["name"]: p for p in asked if p["name"] not in ("cursor", "limit")}


def _values(schema: dict[str, Any]) -> str:
    """What a parameter takes."""
    if "$ref" in schema:
        schema = openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array":
        return f"{_values(schema['items'])}; may be repeated"
    values = code(schema["enum"]) if "enum" in schema else schema.get("format") or schema.get("type", "")
    return f"{values}, default `{schema['default']}`" if schema.get("default") is not None else values


def problems() -> str:
    """The catalogue of refusals."""
    rows = [
        (f"`/problems/{kind.slug}`", kind.status, kind.title.zh, kind.title.en, (kind.__doc__ or "").strip())
        for kind in sorted(CATALOGUE, key=lambda kind: (kind.status, kind.slug))
    ]
    return written("problems", kinds=table(("type", "status", "中文", "title", "meaning"), rows))


def settings() -> str:
    """What is read from the environment, by section."""
    text = ""
    sections: dict[str, type[Section]] = {
        "The service": Settings,
        **{c.name: c.settings for c in CAPABILITIES if c.settings is not None},
    }
    for name, read in sections.items():
        text += section(name, table(("variable", "default", "bounds", "meaning"), _settings(read)))
    return written("settings", sections=text)


def _settings(read: type[Section]) -> Iterator[tuple[object, ...]]:
    prefix = read.model_config["env_prefix"]
    for name, field in read.model_fields.items():
        given = "" if field.default is None else json.dumps(field.default, default=str).strip('"')
        limits = [(word, getattr(m, key, None)) for m in field.metadata for key, word in (("ge", "≥"), ("le", "≤"))]
        bounds = ", ".join(f"{word} {limit}" for word, limit in limits if limit is not None)
        variable = field.validation_alias or f"{prefix}{name.upper()}"
        yield f"`{variable}`", f"`{given}`" if given else "", bounds, field.description


def indicators() -> str:
    """What is counted, and how."""
    rows = [(f"`{i.code}`", i.title.zh, i.title.en, i.formula.zh, i.formula.en) for i in INDICATORS.values()]
    return written("indicators", indicators=table(("code", "中文", "name", "公式", "formula"), rows))


def commands() -> str:
    """The `gridcase` command."""
    import app.cli.__main__  # noqa: F401 (its commands register themselves)
    from app.cli import app as gridcase

    return written("commands", commands="".join(_commands(typer.main.get_command(gridcase), "gridcase")))


def _commands(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for word, below in sorted(command.commands.items()):
            yield from _commands(below, f"{name} {word}")
        return
    said, _, examples = (command.help or "").replace("\b", "").partition("Example")
    shown = re.findall(r"gridcase .*", examples)
    rows = [
        (code([p.opts[-1] if p.opts[0].startswith("-") else p.name.upper()]), "needed" if p.required else
         "" if p.default in (None, "", False) else f"`{p.default}`".replace(f"{ROOT}/", ""), getattr(p, "help", "") or "")
        for p in command.params if p.name != "help"
    ]  # fmt: skip
    yield f"\n## `{name}`\n\n{' '.join(said.split()) if not rows else said.strip()}\n"
    if rows:
        yield "\n" + table(("option", "default", "meaning"), rows)
    if shown:
        yield "\n" + "\n".join(f"Example: `{line.strip()}`" for line in shown) + "\n"


def clocks() -> str:
    """Every clock with its basis and the test that pins it."""
    hours = EmergencySettings.model_fields["hours"].default
    of_proxies = {
        name: ProxySettings.model_fields[f"{name}_days"].default
        for name in ("authority", "filing", "pass_on", "report")
    }
    columns = ("procedure", "clock", "limit", "from", "extension", "whose", "notice due", "basis", "status",
               "pinned by")  # fmt: skip
    rows = table(columns, [_clock(p, rule) for p in read_procedures() for rule in p.clocks])
    return written("clocks", pinned=PINNED, em=RULE, hours=hours, clocks=rows, **of_proxies)


def _clock(procedure: Procedure, rule: ClockRule) -> tuple[str, ...]:
    return (
        f"{procedure.name_zh} `{procedure.code}` v{procedure.version}", f"{rule.kind.value} {rule.id}",
        f"{rule.length} {TEXTS['units'][rule.unit]}", TEXTS["starts"][rule.starts_on.value], _extension(rule), rule.owner.value,
        rule.notice or "", rule.basis_zh, rule.status.value, f"`[{procedure.code}-{rule.id}]`",
    )  # fmt: skip


def _extension(rule: ClockRule) -> str:
    more = rule.extension
    if more is None:
        return ""
    consent = f", {more.consent} agree" if more.consent else ""
    return f"{more.times} × ≤ {more.max_length} {TEXTS['units'][more.unit]}, {more.approver_role}{consent}: {more.basis_zh}"


def tables() -> str:
    """Whose each table is, what it holds, and which capabilities above read it."""
    rows = []
    for name, (owner, said) in sorted(declared().items(), key=lambda pair: (pair[1][0], pair[0])):
        readers = {r.capability for r in references() if r.table == name and r.how == "read"} - {owner}
        rows.append((owner, code([name]), said, ", ".join(sorted(readers))))
    return written("tables", tables=table(("owner", "table", "what it holds", "read by"), rows))


PAGES: dict[str, Callable[[], str]] = {
    page.__name__: page
    for page in (steps, roles, calls, filters, problems, settings, clocks, indicators, tables, commands, standards.asvs)
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
    picture.README.write_text(picture.readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
