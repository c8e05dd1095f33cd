"""Every condition of sight and standing, and every place that asks one, left out in turn (mutants.py has rules and steps)."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pytest

from app.cases.queries import access, standing, visible, working
from app.cases.rules.decisions import _STANDS
from app.cases.rules.standing import Standing
from app.core import access as core
from app.core.access import Actor, Role
from tests.access.doors import Caller
from tests.access.matrix import WHERE, Matrix
from tests.access.mutants import Look, Mutant
from tests.access.reading import counted, figures, listed
from tests.access.sight import may_see
from tests.access.standing import Case, permissions
from tests.access.trying import reads, write, writes

# Without case:read a role sees no case, whichever way would open it.
BLIND = (Role.AUDITOR, Role.ADMINISTRATOR)


def everything(*_: Any, **__: Any) -> str:
    """A condition that always holds."""
    return "true"


def all_cases(*_: Any, **__: Any) -> str:
    """`in_parts` for everybody."""
    return "cases c where true"


def all_parts(*_: Any, **__: Any) -> str:
    """`seen_by` for everybody."""
    return "case_access a where true"


def first_of_all(_: Any, __: Any, where: Any, *, columns: str, end: str, **___: Any) -> str:
    """`in_parts_by` for everybody."""
    return f"select {columns} from cases c where {' and '.join(['true', *where])} {end}"


def rows_of_all(_: Any, __: Any, row: str, where: Any, *, columns: str, join: str = "", end: str = "") -> str:
    """`beside` for everybody."""
    alias, asked = row.split()[1], "".join(f" and {condition}" for condition in where)
    return f"(select {columns} from {row} join cases c on c.id = {alias}.case_id {join} where true{asked} {end})"


async def nothing(*_: Any, **__: Any) -> None:
    """A requirement that is always met."""


def unasked(original: Any) -> Any:
    """Looks a row up whoever asks."""

    async def call(*given: Any, **named: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(visible, "visible_to", everything)
            return await original(*given, **named)

    return call


ASKED: dict[str, tuple[Any, Any]] = {  # what is asked, by its name, and what stands in its place
    "visible_to": (access.visible_to, everything), "in_areas": (access.in_areas, everything),
    "in_parts": (access.in_parts, all_cases), "in_parts_by": (access.in_parts_by, first_of_all),
    "beside": (access.beside, rows_of_all), "seen_by": (access.seen_by, all_parts),
    "working_parts": (working.working_parts, all_parts), "require_visible": (visible.require_visible, nothing),
    "require_involved": (standing.require_involved, nothing), "check_involved": (standing.check_involved, lambda *_: None),
    "lock_case": (visible.lock_case, unasked(visible.lock_case)),
    "get_visible": (visible.get_visible, unasked(visible.get_visible)),
    "lock_case_of": (visible.lock_case_of, unasked(visible.lock_case_of)),
    "list_visible": (visible.list_visible, unasked(visible.list_visible)),
}  # fmt: skip
granted = Actor.grantees
# A part of a condition, and what stands in its place: the parameters stay, so that the statement does.
ARMS: dict[str, tuple[str, str, str]] = {
    "petitions are open to their area": ("open_to", r"c\.kind in \([^)]*\)", "c.kind is not null"),
    "words that wait keep nobody of the area out": ("open_to", r"c\.waits_above is null", "true"),
    "requests are open to every area": ("open_to", r"(c\.\w+ = any\(\$\d+::text\[\]\))", r"(\1 or true)"),
    "requests are open to no area": ("open_to", r"(c\.\w+ = any\(\$\d+::text\[\]\))", r"(\1 and false)"),
    "units are not barred": ("_not_barred", r"(not coalesce\(c\.barred_units && \$\d+::text\[\], false\))", r"(\1 or true)"),
    "people are not barred": (
        "_not_barred", r"(not coalesce\(\$\d+::uuid = any\(c\.barred_staff\), false\))", r"(\1 or true)"
    ),
    "words keep nobody waiting": ("_not_barred", r"(c\.waits_above is null or)", r"true or \1"),
    "words keep the lead waiting": ("_not_barred", r"(c\.lead_unit = any\(\$\d+::text\[\]\))", r"(\1 and false)"),
    "words keep those above waiting": ("_not_barred", r"(c\.waits_above = any\(\$\d+::text\[\]\))", r"(\1 and false)"),
    "a part never ends": ("seen_by", r"(a\.until > \$\d+::timestamptz)", r"(\1 or true)"),
    "everybody has every part": ("seen_by", r"(a\.grantee = any\(\$\d+::text\[\]\))", r"(\1 or true)"),
    "nobody has a part": ("seen_by", r"(a\.grantee = any\(\$\d+::text\[\]\))", r"(\1 and false)"),
    "a part without an end counts for nothing": ("seen_by", r"a\.until is null", "false"),
}  # fmt: skip
STANDS: dict[str, Any] = {
    "the lead is anybody": ("leads", lambda *_: True), "the lead is nobody": ("leads", lambda *_: False),
    "anybody stands above": ("is_above", lambda *_: True), "nobody stands above": ("is_above", lambda *_: False),
    "anybody registered it": ("registered", lambda *_: True), "nobody registered it": ("registered", lambda *_: False),
    "anybody has a part": ("has_part", lambda *_: True), "nobody has a part in it": ("has_part", lambda *_: False),
    "everybody is involved": ("involves", lambda *_: True), "nobody is involved": ("involves", lambda *_: False),
    "a part that ended counts": ("_held", lambda self, _: self.parts),
    "a worker leads": ("leads", lambda self, actor, permission: self.lead in actor.units_with(permission)),
}  # fmt: skip
ACTORS: dict[str, tuple[str, Any]] = {
    "nobody stands under a unit": ("line", lambda self: sorted(post.unit for post in self.posts)),
    "who is lent out does not stand under their own unit": (
        "line", lambda self: sorted({code for post in self.posts for code in post.unit_path.split(".")}),
    ),
    "everybody stands above all tiers": ("tiers_below", lambda self: list(core._TIERS)),
    "nobody stands above any tier": ("tiers_below", lambda self: []),
    "a person has no part by name": (
        "grantees", lambda self, permission=None: [k for k in granted(self, permission) if not k.startswith("staff:")],
    ),
    "a unit gives no part": (
        "grantees", lambda self, permission=None: [k for k in granted(self, permission) if not k.startswith("unit:")],
    ),
    "a post gives no part": (
        "grantees", lambda self, permission=None: [k for k in granted(self, permission) if not k.startswith("post:")],
    ),
    "a permission held in one unit is worth something in another": (
        "works_for", lambda self, permission: frozenset(p.unit for p in self.posts) if self.posts else frozenset(),
    ),
}  # fmt: skip


@dataclass
class Conditions:
    """What can be left out, and where that shows: pages, what lies below them, lists and figures, steps taken."""

    matrix: Matrix
    app: Any
    curious: tuple[str, ...]

    def sites(self) -> Iterator[Mutant]:
        """Each module that asks, without asking."""
        for name, module in sorted(sys.modules.items()):
            if not name.startswith("app."):
                continue
            for asked, (original, instead) in ASKED.items():
                if module.__dict__.get(asked) is original:
                    yield self._mutant(f"{name} without {asked}", module, asked, instead)

    def arms(self) -> Iterator[Mutant]:
        """Each part of each condition."""
        for name, (function, pattern, instead) in ARMS.items():
            yield self._mutant(name, access, function, rewritten(getattr(access, function), pattern, instead))
        for name, (method, instead) in STANDS.items():
            yield self._mutant(name, Standing, method, instead)
        for name, (method, instead) in ACTORS.items():
            yield self._mutant(name, Actor, method, instead)
        for relation in _STANDS:
            for says in (True, False):
                yield Mutant(
                    f"to be {relation} is {'everybody' if says else 'nobody'}",
                    lambda patch, relation=relation, says=says: patch.setitem(_STANDS, relation, lambda *_: says),  # type: ignore[misc]
                    self.looks,
                )
        for role in Role:
            for sight in ("UNIT_SIGHT", "AREA_SIGHT"):
                if role not in BLIND:
                    changed = getattr(core, sight) ^ {role}
                    yield self._mutant(f"{role} {'has' if role in changed else 'lacks'} {sight}", core, sight, changed)

    def above(self) -> Iterator[Mutant]:
        """Each way to stand above the lead."""
        for n, arm in enumerate(
            re.findall(r"(?:select label|union select)[\s\S]*?(?=\n\s+union|\),\n)", standing.STANDING)
        ):
            text = standing.STANDING.replace(arm, f"{arm} and false")
            yield Mutant(
                f"the {n + 1}. way to stand above counts for nothing", partial(self._read_so, text), self.looks
            )

    def _read_so(self, text: str, patch: pytest.MonkeyPatch) -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("app.") and "STANDING" in module.__dict__:
                patch.setattr(module, "STANDING", text)

    def _mutant(self, name: str, owner: Any, attribute: str, instead: Any) -> Mutant:
        return Mutant(name, lambda patch: patch.setattr(owner, attribute, instead), self.looks)

    # --- Where it shows

    def looks(self) -> Iterator[Look]:
        """From the cheapest to the dearest."""
        yield from self._pages(7)
        for caller, url in self._below():
            yield lambda caller=caller, url=url: caller.person.get(url).status_code != 404  # type: ignore[misc]
        for caller in self._curious:
            yield lambda caller=caller: self._overview(caller) != self._overviews[caller.name]  # type: ignore[misc]
        for caller, path, kind, asked, body, found, case in self._written():
            yield partial(self._taken, caller, path, kind, asked, body, found, case)
        yield from self._pages(2)

    def _taken(self, *given: Any) -> bool:
        return bool(write(self.matrix, *given))

    @cached_property
    def _curious(self) -> list[Caller]:
        return [caller for caller in self.matrix.callers if caller.name in self.curious]

    def _pages(self, step: int) -> Iterator[Look]:
        pages = [(caller, kind, found) for kind, found, _ in self.matrix.subjects for caller in self.matrix.callers]
        for caller, kind, found in pages[::step]:
            if "case:read" in permissions(caller.who):
                yield lambda caller=caller, kind=kind, found=found: (  # type: ignore[misc]
                    self.matrix.look(caller, kind, found) != self.matrix.pages[caller.name, found]
                )

    def _hidden(self, kind: str) -> Iterator[tuple[Caller, str, Case]]:
        for caller in self._curious:
            for k, found, case in self.matrix.subjects:
                if k == kind and not may_see(caller.who, case.ledger):
                    yield caller, found, case
                    break

    def _below(self) -> Iterator[tuple[Caller, str]]:
        for path, kind in reads(self.matrix.document):
            for caller, found, _ in self._hidden(kind):
                yield caller, path.format(**{f"{kind}_id": found})

    def _written(self) -> Iterator[tuple[Caller, str, str, str, Any, str, Case]]:
        for path, kind, asked, body in writes(self.matrix.document):
            for caller, found, case in self._hidden(kind):
                if asked.split()[0] in permissions(caller.who):
                    yield caller, path, kind, asked, body, found, case
            yield from self._not_theirs(path, kind, asked, body)

    def _not_theirs(self, path: str, kind: str, asked: str, body: Any) -> Iterator[tuple[Any, ...]]:
        tried = 0
        for k, found, case in self.matrix.subjects:
            for caller in self._curious:
                held = k == kind and tried < 4 and asked.split()[0] in permissions(caller.who)
                if held and "/actions/" not in path and may_see(caller.who, case.ledger):
                    tried += 1
                    yield caller, path, kind, asked, body, found, case

    def _overview(self, caller: Caller) -> Any:
        person = caller.person
        few = {
            url: person.get(url).text
            for url in ("/v1/notices?limit=200", "/v1/reopening_requests", "/v1/me/mediations?limit=200")
        }
        return listed(person), counted(person), figures(person), few

    @cached_property
    def _overviews(self) -> dict[str, Any]:
        """As they are with nothing left out: asked for before the first change."""
        return {caller.name: self._overview(caller) for caller in self._curious}

    def remember(self) -> None:
        """Look at the overviews now."""
        assert WHERE
        assert self._overviews


def rewritten(original: Callable[..., Any], pattern: str, instead: str) -> Callable[..., Any]:
    """A condition with a part of it replaced; the part must be there for whoever is not blind."""

    def condition(*given: Any, **named: Any) -> Any:
        made = original(*given, **named)
        if isinstance(made, list):
            return [re.sub(pattern, instead, one) for one in made]
        return re.sub(pattern, instead, made)

    return condition
