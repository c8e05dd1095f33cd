"""The product's Python files as syntax trees, with the names that each knows."""

import ast
import builtins
import importlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def tracked(root: Path, *folders: str) -> list[Path]:
    """The files of the project in these folders, relative to `root`; also those not yet committed."""
    listed = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    done = subprocess.run(listed, cwd=root, capture_output=True, check=True)
    return [Path(name) for name in sorted(set(done.stdout.decode().split("\0"))) if name and (root / name).is_file()]


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a name is given: at which line, how, and which part of it where it is unpacked."""

    line: int
    how: str  # is, each (an element of it), more (added to what there is)
    expression: ast.expr
    part: int | None = None
    always: bool = False  # a statement of the function's own body: what was there before is gone


@dataclass(eq=False)
class Module:
    """A file, read."""

    root: Path
    path: Path
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse((self.root / self.path).read_text(encoding="utf-8"))

    @property
    def name(self) -> str:
        """As it is imported."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """What it holds once imported, with Python's own names."""
        return vars(builtins) | vars(importlib.import_module(self.name))

    @cached_property
    def enclosing(self) -> dict[ast.AST, Function | None]:
        """Every node, and the innermost function around it."""
        found: dict[ast.AST, Function | None] = {}
        waiting: list[tuple[ast.AST, Function | None]] = [(self.tree, None)]
        while waiting:
            node, around = waiting.pop()
            for child in ast.iter_child_nodes(node):
                found[child] = around
                waiting.append((child, child if isinstance(child, Function) else around))
        return found

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions and methods by name."""
        return {n.name: n for n in self.enclosing if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Names from elsewhere: (module, name there); the name is empty for a module."""
        found: dict[str, tuple[str, str]] = {}
        for node in self.enclosing:
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {a.asname or a.name: (node.module, a.name) for a in node.names}
            elif isinstance(node, ast.Import):
                found |= {a.asname or a.name: (a.name, "") for a in node.names}
        return found

    @cached_property
    def values(self) -> dict[tuple[Function | None, str], list[Value]]:
        """What the names of the module and of each function are given, in the order of lines."""
        found: dict[tuple[Function | None, str], list[Value]] = {}
        for node, around in self.enclosing.items():
            own = around.body if around is not None and not isinstance(around, ast.Lambda) else self.tree.body
            for name, value in _given(node, always=isinstance(node, ast.stmt) and node in own):
                found.setdefault((around, name), []).append(value)
        return {key: sorted(values, key=lambda v: v.line) for key, values in found.items()}


def _given(node: ast.AST, *, always: bool) -> Iterator[tuple[str, Value]]:
    line = getattr(node, "end_lineno", 0)
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _taken(target, value, line, "is", always)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, Value(line, "is", value, None, always)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, Value(line, "is", value)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, Value(line, "more", value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
            yield name, Value(line, "more", ast.List([value], ast.Load()))
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="extend"), args=[value]):
            yield name, Value(line, "more", value)
        case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
            yield from _taken(target, over, 0, "each", False)


def _taken(target: ast.expr, value: ast.expr, line: int, how: str, always: bool) -> Iterator[tuple[str, Value]]:
    if isinstance(target, ast.Name):
        yield target.id, Value(line, how, value, None, always)
    elif isinstance(target, ast.Tuple):
        for n, part in enumerate(target.elts):
            if isinstance(part, ast.Name):
                yield part.id, Value(line, how, value, n, always)
