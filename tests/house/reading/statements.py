"""Every place of the product that runs SQL, and what it may ask, for PostgreSQL to prepare.

The text is worked out by Python itself: names get what they are given in their function, by its callers or in the module.
What only a running program knows is `Unknown`. Of several values that a name may have, each is taken once.
"""

import ast
import asyncio
import builtins
import importlib
import itertools
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import AwareDatetime

from app.analytics.queries.dashboards import Scope, count
from app.analytics.queries.indicators import GROUPS, INDICATORS, Asked, count_cells
from app.analytics.rules.figures import Moments, figures
from app.capabilities import compose
from app.cases.queries.filters import _RATINGS as RATED
from app.cases.queries.filters import _SOURCES as SOURCES
from app.cases.queries.lists import count_cases, list_statement
from app.cases.queries.tasks import list_tasks
from app.cases.rules import Kind, Status
from app.cases.schemas.filters import Filters
from app.core.access import Actor, Post, Role
from tests.house.reading.files import ROOT, tracked

Function = ast.FunctionDef | ast.AsyncFunctionDef
RUN = ("fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "prepare")
TYPED = {"fetch_all": 2, "fetch_one": 2}  # app/core/rows.py: the statement is the third
HANDS_ON = "app/core/gathering.py"  # runs what others ask
# Statements that are put together from what a request asks: made by these files themselves (`sampled`).
SAMPLED = {
    "app/analytics/queries/indicators.py", "app/analytics/queries/dashboards.py", "app/cases/queries/lists.py",
    "app/cases/queries/filters.py", "app/cases/queries/tasks.py",
}  # fmt: skip
DEEPEST = 12  # calls from the place that runs a statement up to the one that says what is in it
NOW = datetime(2026, 11, 2, tzinfo=UTC)
ID = "00000000-0000-7000-8000-000000000001"
POST = Post(id="p", role=next(iter(Role)), unit="u", unit_path="u", area="150100", tier="city")
# Harmless values of what only a running program knows, by its name; anything else is `true`.
FILLS: dict[str, Any] = {
    "kind": "event", "tier": "township", "column": "id", "number": "3", "place": "4", "person": "$1", "database": "db",
    "table": "alembic_version", "n": "1", "rows": "cases c", "at": "c.closed_at", "key": "c.kind", "family": "c.kind",
    "limit": "1", "case": "null::uuid", "last": f"'{ID}'", "after": [str(NOW), ID],
    "joins": "", "actor": Actor(id=ID, kind="staff", posts=(POST,)),
}  # fmt: skip


class Unknown(str):
    """What only a running program knows. It may be anything, and reads as a harmless word."""

    __slots__ = ()

    def __getattr__(self, name: str) -> "Unknown":
        if name.startswith("__"):
            raise AttributeError(name)
        return Unknown(FILLS.get(name, "true"))

    def __call__(self, *_: object, **__: object) -> "Unknown":
        return Unknown("true")

    def __getitem__(self, _: object) -> "Unknown":
        return Unknown("true")

    def __int__(self) -> int:
        return 1

    def __iter__(self) -> Iterator["Unknown"]:
        return iter(())


@dataclass(frozen=True)
class Statement:
    """A text that one place of the product runs."""

    path: Path
    line: int
    text: str

    @property
    def where(self) -> str:
        """The place that runs it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Value:
    """What a name is given, and from which line on: the value itself, an element of it, or something added to it."""

    line: int
    how: str  # is, each, more, added
    expression: ast.expr
    part: int | None = None
    always: bool = False  # said by the function's own body: what was before is gone


@dataclass(eq=False)
class Module:
    """A file, read."""

    path: Path
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse((ROOT / self.path).read_text(encoding="utf-8"))

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """What it holds once imported, with Python's own names."""
        name = ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")
        return vars(builtins) | vars(importlib.import_module(name))

    @cached_property
    def around(self) -> dict[ast.AST, Function | None]:
        """Every node, and the innermost function around it."""
        found: dict[ast.AST, Function | None] = {}
        waiting: list[tuple[ast.AST, Function | None]] = [(self.tree, None)]
        while waiting:
            node, function = waiting.pop()
            for child in ast.iter_child_nodes(node):
                found[child] = function
                waiting.append((child, child if isinstance(child, Function) else function))
        return found

    @cached_property
    def given(self) -> dict[tuple[Function, str], list[Value]]:
        """What the names in functions are given, in the order of lines."""
        found: dict[tuple[Function, str], list[Value]] = {}
        for node, function in self.around.items():
            if function is not None:
                for name, value in _given(node, node in function.body):
                    found.setdefault((function, name), []).append(value)
        return {key: sorted(values, key=lambda v: v.line) for key, values in found.items()}


def _given(node: ast.AST, always: bool) -> Iterator[tuple[str, Value]]:
    line = getattr(node, "end_lineno", 0)
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=parts)], value=value):
            yield from (
                (p.id, Value(line, "is", value, n, always)) for n, p in enumerate(parts) if isinstance(p, ast.Name)
            )
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.NamedExpr(target=ast.Name(id=name), value=value)
        ):
            yield name, Value(line, "is", value, None, always)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, Value(line, "is", value, None, always)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, Value(line, "more", value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
            yield name, Value(line, "more", ast.List([value], ast.Load()))
        case ast.For(target=ast.Name(id=name), iter=over):
            yield name, Value(node.lineno, "each", over)
        case ast.For(target=ast.Tuple(elts=parts), iter=over):
            yield from (
                (p.id, Value(node.lineno, "each", over, n)) for n, p in enumerate(parts) if isinstance(p, ast.Name)
            )


@dataclass(frozen=True)
class Place:
    """A line of a function."""

    module: Module
    function: Function | None
    line: int


@cache
def modules() -> list[Module]:
    """Those of the product."""
    return [Module(path) for path in tracked("app") if path.suffix == ".py"]


@cache
def calls() -> dict[str, list[tuple[Place, ast.Call]]]:
    """The calls of the product by the last name of what they call."""
    found: dict[str, list[tuple[Place, ast.Call]]] = {}
    for module in modules():
        for node, function in module.around.items():
            if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                found.setdefault(name, []).append((Place(module, function, node.lineno), node))
    return found


class Round:
    """One way through: where a name may be several things, the one of this number."""

    def __init__(self, number: int) -> None:
        self.number, self.widest = number, 1
        self.known: dict[tuple[object, ...], Any] = {}

    def one_of(self, several: Sequence[Any]) -> Any:
        """The one of this round."""
        self.widest = max(self.widest, len(several))
        return several[self.number % len(several)]

    def value(self, expression: ast.expr, place: Place, depth: int = 0) -> Any:
        """What an expression is; Unknown where only a running program knows."""
        nodes = list(ast.walk(expression))
        own = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {a.arg for n in nodes if isinstance(n, ast.Lambda) for a in n.args.args}
        names = {n.id for n in nodes if isinstance(n, ast.Name)} - own
        try:
            known = {name: self.name(name, place, depth) for name in names}
            compiled = compile(ast.fix_missing_locations(ast.Expression(expression)), str(place.module.path), "eval")
            return eval(compiled, place.module.namespace | known)  # noqa: S307 (the product's own code)
        except Exception:  # noqa: BLE001 (what cannot be worked out is simply not known)
            return Unknown("true")

    def name(self, name: str, place: Place, depth: int) -> Any:
        """What a name is at a place."""
        function = place.function
        while function is not None:
            values = place.module.given.get((function, name), [])
            taken = name in parameters(function)
            if values or taken:
                inside = replace(place, function=function)
                earlier = [v for v in values if v.line < place.line] or ([] if taken else values)
                return self._latest(name, inside, earlier, depth) if earlier else self._argument(name, inside, depth)
            function = place.module.around.get(function)
        return place.module.namespace.get(name, unknown(name))

    def _latest(self, name: str, place: Place, values: list[Value], depth: int) -> Any:
        last = max((n for n, v in enumerate(values) if v.always), default=0)
        whole = [v for v in values[last:] if v.how != "more"]
        found = self._once(self.one_of(whole), name, place, depth) if whole else self._argument(name, place, depth)
        for value in values[last:]:
            more = self.value(value.expression, replace(place, line=value.line), depth) if value.how == "more" else ""
            with suppress(TypeError):
                found = found if isinstance(more, Unknown) or not more else found + more
        return found

    def _once(self, value: Value, name: str, place: Place, depth: int) -> Any:
        """What a name is given, made once: parameters are collected in it."""
        key = (value.expression, value.part)
        if key not in self.known:
            self.known[key] = unknown(name)  # what it is while it is asked for
            found = self.value(value.expression, replace(place, line=value.line), depth)
            if value.how == "each":
                found = self.one_of(list(found) or [unknown(name)])
            if value.part is not None:
                found = found[value.part] if isinstance(found, (tuple, list)) else unknown(name)
            self.known[key] = unknown(name) if isinstance(found, Unknown) else found
        return self.known[key]

    def _argument(self, name: str, place: Place, depth: int) -> Any:
        """What callers give, or what stands in for it."""
        assert place.function is not None
        given = [
            (there, expression)
            for there, call in (calls().get(place.function.name, []) if depth < DEEPEST else [])
            if called(call, there.module) is place.module.namespace.get(place.function.name)
            and (expression := bound(place.function, call).get(name)) is not None
        ]
        if given:
            there, expression = self.one_of(given)
            key = (place.function, name, expression)
            if key not in self.known:
                self.known[key] = unknown(name)
                self.known[key] = self.value(expression, there, depth + 1)
            found = self.known[key]
            return unknown(name) if isinstance(found, Unknown) else found
        default = parameters(place.function)[name]
        return unknown(name) if default is None else self.value(default, place, depth)


def unknown(name: str) -> Any:
    """The harmless value that stands for a name."""
    found = FILLS.get(name, "true")
    return Unknown(found) if isinstance(found, str) else found


@cache
def parameters(function: Function) -> dict[str, ast.expr | None]:
    """What a function takes, with what stands in for it."""
    a = function.args
    listed = [*a.posonlyargs, *a.args]
    found: dict[str, ast.expr | None] = {p.arg: None for p in (*listed, *a.kwonlyargs, a.vararg, a.kwarg) if p}
    found |= dict(zip([p.arg for p in reversed(listed)], reversed(a.defaults), strict=False))
    return found | {p.arg: default for p, default in zip(a.kwonlyargs, a.kw_defaults, strict=True)}


def bound(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call by the names of the function's parameters."""
    names = [p.arg for p in (*function.args.posonlyargs, *function.args.args) if p.arg not in ("self", "cls")]
    found = {n: a for n, a in zip(names, call.args, strict=False) if not isinstance(a, ast.Starred)}
    found |= {k.arg: k.value for k in call.keywords if k.arg}
    more = {name: value for name, value in found.items() if name not in parameters(function)}
    if function.args.kwarg and more:
        found[function.args.kwarg.arg] = ast.Dict([ast.Constant(name) for name in more], list(more.values()))
    return found


def called(call: ast.Call, module: Module) -> object:
    """What a call calls."""
    match call.func:
        case ast.Name(id=name):
            return module.namespace.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return getattr(module.namespace.get(name), attribute, None)
    return None


def places() -> Iterator[tuple[Place, ast.expr]]:
    """Where SQL is run, and the expression that says which."""
    for name in (*RUN, *TYPED):
        for place, call in calls().get(name, []):
            number = TYPED.get(name, 0)
            if isinstance(call.func, ast.Name) is (name in TYPED) and len(call.args) > number:
                argument = call.args[number]
                if (
                    str(place.module.path) not in {*SAMPLED, HANDS_ON}
                    and getattr(place.function, "name", "") not in TYPED
                ):
                    yield place, argument.value if isinstance(argument, ast.Starred) else argument


def statements() -> Iterator[Statement]:
    """Each text of each place; an empty one where nothing is found."""
    for place, argument in places():
        found, number, widest = set[str](), 0, 1
        while number < widest:
            way = Round(number)
            text = way.value(argument, place)
            text = text[0] if isinstance(text, tuple) else text  # named(…) gives the statement first
            found.add(text if isinstance(text, str) and not isinstance(text, Unknown) else "")
            number, widest = number + 1, max(widest, way.widest)
        yield from (Statement(place.module.path, place.line, text) for text in sorted(found))


class Recorder:
    """A connection that keeps what it is asked and finds nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, statement: str, *_: object) -> list[object]:
        self.asked.append(statement)
        return []

    async def fetchrow(self, statement: str, *_: object) -> list[int]:
        self.asked.append(statement)
        return [1] * statement.count("(select count(*) from (")


def sampled() -> Iterator[Statement]:
    """Indicators, dashboards, lists of cases by every filter from every source, and what waits for somebody."""
    conn, actor, now = Recorder(), FILLS["actor"], NOW
    asked: Any = {name: _some(kind) for name, kind in get_type_hints(Filters).items()}
    filters = [
        Filters(),
        Filters(status=[Status.HANDLING]),
        *(Filters(**asked | {"rating": rating}) for rating in RATED),
    ]
    for group in GROUPS:
        of = Asked("150100", "city", now, now, now, group, free=False, first_time_days=90, own_units=frozenset())
        for indicator in INDICATORS.values():
            asyncio.run(count_cells(conn, [indicator], of, actor=actor))  # type: ignore[arg-type]
    when = Moments(now, now, now, now, now, now)
    for kind, code in (("area", "150100"), ("centre", "u"), ("emergency", ID)):
        asyncio.run(count(conn, Scope(kind, code, "", "city"), figures(when), when, actor=actor))  # type: ignore[arg-type]
    for f in filters:
        asyncio.run(count_cases(conn, f, actor=actor, by="kind", now=now))  # type: ignore[arg-type]
        for start, newest in itertools.product((None, *(SOURCES if f.q else ())), (False, True)):
            mark = [ID] if newest else [str(now), ID]
            conn.asked.append(
                list_statement(f, actor=actor, after=mark, newest=newest, limit=1, now=now, start=start)[0]
            )
    for after in (None, FILLS["after"]):
        asyncio.run(list_tasks(conn, actor=actor, after=after, limit=1, now=now))  # type: ignore[arg-type]
    yield from (Statement(Path("sampled"), n, text) for n, text in enumerate(sorted(set(conn.asked)), 1))


def _some(kind: object) -> object:
    """A value of a field of the filters."""
    values: dict[object, object] = {
        str: "township", bool: True, AwareDatetime: NOW, uuid.UUID: uuid.UUID(ID), Kind: Kind.REQUEST,
        list[Status]: [Status.HANDLING, Status.CLOSED], tuple[float, float, float, float]: (111.0, 40.0, 112.0, 41.0),
    }  # fmt: skip
    first = get_args(kind)[0] if get_args(kind) else kind
    return values.get(first, "no_worker")


@cache
def every_statement() -> tuple[Statement, ...]:
    """Those of all places, with all that the capabilities register."""
    compose()
    return (*statements(), *sampled())
