"""Where a name of the product gets its value: in its function, its module, the module it comes from, or from callers."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from scripts.reading.modules import Function, Module, Value, tracked

DEEPEST = 24  # steps from name to name


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and where it is written."""

    text: str
    path: Path
    line: int
    filled: str = ""  # the expression that only a running program knows


Text = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an expression stands: its module, its function, and what the function was called with."""

    module: Module
    function: Function | None = None
    bound: Mapping[str, "Argument"] = field(default_factory=dict)
    depth: int = 0

    def at(self, node: ast.AST, text: str, filled: str = "") -> Text:
        """A text that is written at this node."""
        return (Piece(text, self.module.path, getattr(node, "lineno", 0), filled),)


Argument = tuple[ast.expr, Frame]


class Names:
    """The product as read: its modules, and where their names lead."""

    def __init__(self, root: Path, *folders: str) -> None:
        found = [Module(root, path) for path in tracked(root, *folders) if path.suffix == ".py"]
        self.modules = {module.name: module for module in found}

    def values(self, name: str, frame: Frame, line: int) -> Iterator[tuple[Value, Frame]]:
        """What a name may be here, and where that is written; the latest first that is certain."""
        function = frame.function
        while function is not None:
            if found := frame.module.values.get((function, name)):
                earlier = [v for v in found if v.line < line or v.how == "each"] or found
                last = max((n for n, v in enumerate(earlier) if v.always), default=0)
                yield from ((value, frame) for value in earlier[last:])
                return
            if name in parameters(function):
                yield from self._argument(name, frame, function)
                return
            function = frame.module.enclosing.get(function)
        if found := frame.module.values.get((None, name)):
            yield from ((value, Frame(frame.module, depth=frame.depth)) for value in found)
        elif (there := self._imported(name, frame.module)) is not None:
            yield from self.values(frame.module.imports[name][1], Frame(there, depth=frame.depth), 10**9)

    def _argument(self, name: str, frame: Frame, function: Function) -> Iterator[tuple[Value, Frame]]:
        if function is frame.function and name in frame.bound:
            expression, outer = frame.bound[name]
            yield Value(0, "is", expression), outer
        elif not frame.bound and not isinstance(function, ast.Lambda):
            for call, caller in self.calls.get(function.name, []):
                if function in (found for found, _ in self.callables(call.func, caller)):
                    for argument in bind(function, call, caller).get(name, ()):
                        yield Value(0, "is", argument), replace(caller, depth=frame.depth)
        if (default := _default(function, name)) is not None:
            yield Value(0, "is", default), Frame(frame.module, depth=frame.depth)

    def _imported(self, name: str, module: Module) -> Module | None:
        """The module of the product that this name comes from, through packages that pass it on."""
        source, there = module.imports.get(name, ("", ""))
        return self.modules.get(f"{source}.{there}") or self.modules.get(source)

    @cached_property
    def calls(self) -> dict[str, list[tuple[ast.Call, Frame]]]:
        """The calls of the product by the last name of what they call."""
        found: dict[str, list[tuple[ast.Call, Frame]]] = {}
        for module in self.modules.values():
            for node, around in module.enclosing.items():
                if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    found.setdefault(name, []).append((node, Frame(module, around)))
        return found

    def callables(self, expression: ast.expr, frame: Frame) -> Iterator[tuple[Function, Module]]:
        """The functions of the product that an expression may name."""
        match expression:
            case ast.Lambda():
                yield expression, frame.module
            case ast.Name(id=name) if name in frame.module.functions:
                yield frame.module.functions[name], frame.module
            case ast.Name(id=name) if (there := self._imported(name, frame.module)) is not None:
                yield from self.callables(ast.Name(frame.module.imports[name][1]), Frame(there))
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                there = self._imported(name, frame.module)
                if there is not None:
                    yield from self.callables(ast.Name(attribute), Frame(there))
                elif name in ("self", "cls") and attribute in frame.module.functions:
                    yield frame.module.functions[attribute], frame.module
            case ast.Subscript():
                for value, there_frame in self.entries(expression, frame):
                    yield from self.callables(value, there_frame)

    def entries(self, expression: ast.Subscript, frame: Frame) -> Iterator[tuple[ast.expr, Frame]]:
        """The values of a written dictionary, or the one that a written key names."""
        if not isinstance(expression.value, ast.Name):
            return
        for value, there in self.values(expression.value.id, frame, expression.lineno):
            if isinstance(value.expression, ast.Dict):
                wanted = expression.slice.value if isinstance(expression.slice, ast.Constant) else None
                for key, entry in zip(value.expression.keys, value.expression.values, strict=True):
                    if wanted is None or (isinstance(key, ast.Constant) and key.value == wanted):
                        yield entry, there

    def returned(self, call: ast.Call, frame: Frame) -> Iterator[tuple[ast.expr, Frame]]:
        """What the functions that a call may reach return."""
        if frame.depth > DEEPEST:
            return
        for function, module in self.callables(call.func, frame):
            given = {name: (values[0], frame) for name, values in bind(function, call, frame).items()}
            inside = Frame(module, function, given, frame.depth + 1)
            for node in [function.body] if isinstance(function, ast.Lambda) else ast.walk(function):
                if isinstance(node, ast.expr) and node is function.body:
                    yield node, inside
                elif isinstance(node, ast.Return) and node.value and module.enclosing.get(node) is function:
                    yield node.value, inside


def parameters(function: Function) -> set[str]:
    """The names of what a function takes."""
    arguments = function.args
    return {
        a.arg
        for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        if a
    }


def _default(function: Function, name: str) -> ast.expr | None:
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip([a.arg for a in reversed(listed)], reversed(arguments.defaults), strict=False))
    defaults |= {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    return defaults.get(name)


def bind(function: Function, call: ast.Call, _: Frame) -> dict[str, list[ast.expr]]:
    """The arguments of a call by the names of the function's parameters."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if names and names[0] in ("self", "cls"):
        names = names[1:]
    given: dict[str, list[ast.expr]] = {}
    for name, argument in zip(names, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            if isinstance(argument.value, ast.Call) and isinstance(argument.value.func, ast.Name):
                given[name] = [argument.value]  # named(…) gives the statement first
            break
        given[name] = [argument]
    return given | {keyword.arg: [keyword.value] for keyword in call.keywords if keyword.arg}
