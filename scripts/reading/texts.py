"""What a string expression of the product may be, found without running it.

Names are followed to where they are given their value, in the function, in the module or where it is imported from;
functions to what they return; lists of conditions to all that may be in them. What only a running program knows is
filled with a harmless word (`FILLS`). Of each part every alternative appears at least once, not in every combination.
"""

import ast
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from scripts.reading.modules import Value
from scripts.reading.names import DEEPEST, Frame, Names, Piece, Text, parameters

PARAMETER = "$?"  # numbered by whoever puts the statement together
NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")  # as app/core/rows.py has it
# Harmless words for what only a running program knows, by the expression; anything else becomes `true`.
FILLS: Mapping[str, str] = {
    "kind.value": "event",
    "tier": "township",
    "asked.tier": "township",
    "int(limit)": "1",
    "n": "1",
    "len(actor.posts)": "1",
    "column": "id",
    "number": "3",
    "place": "4",
    "person": "$1",
    "database": "db",
    "table": "alembic_version",
    "rows": "cases c",
    "at": "c.closed_at",
    "key": "c.kind",
    "family": "c.kind",
    "', '.join((row['tablename'] for row in tables))": "cases",
    "', '.join(values)": "ended_by",
}


def combine(parts: Iterable[Sequence[Text]]) -> list[Text]:
    """The parts one after another, so that each alternative of each part appears."""
    listed = list(parts)
    count = max((len(part) for part in listed), default=0)
    return [tuple(chain.from_iterable(part[n % len(part)] for part in listed if part)) for n in range(count)]


class Reader(Names):
    """The same with what its string expressions may be."""

    def texts(self, expression: ast.expr, frame: Frame) -> list[Text]:
        """What a string expression may be; nothing where that is not to be known."""
        if frame.depth > DEEPEST:
            return []
        frame = replace(frame, depth=frame.depth + 1)
        read = self._kinds.get(type(expression))
        found = read(expression, frame) if read else []
        if not found or any(piece.filled for text in found for piece in text):
            return self._evaluated(expression, frame) or found
        return found

    def filled(self, expression: ast.expr, frame: Frame) -> list[Text]:
        """The same with a harmless word for what is not to be known."""
        said = ast.unparse(expression)
        return self.texts(expression, frame) or [frame.at(expression, FILLS.get(said, "true"), said)]

    @cached_property
    def _kinds(self) -> dict[type[ast.expr], Callable[..., list[Text]]]:
        return {
            ast.Constant: self._constant,
            ast.JoinedStr: lambda e, f: combine(
                self.filled(v.value, f) if isinstance(v, ast.FormattedValue) else [f.at(v, v.value)] for v in e.values
            ),
            ast.BinOp: lambda e, f: combine([self.filled(e.left, f), self.filled(e.right, f)]),
            ast.IfExp: lambda e, f: _complete(self.filled(e.body, f) + self.filled(e.orelse, f)),
            ast.BoolOp: lambda e, f: [text for value in e.values for text in self.texts(value, f)],
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: lambda e, f: [t for v, there in self.entries(e, f) for t in self.texts(v, there)],
            ast.Call: self._call,
        }

    def _constant(self, expression: ast.Constant, frame: Frame) -> list[Text]:
        given = expression.value
        return [frame.at(expression, str(given))] if isinstance(given, (str, int)) and given is not True else []

    def _name(self, expression: ast.Name, frame: Frame) -> list[Text]:
        found: list[Text] = []
        line = expression.lineno if hasattr(expression, "lineno") else 10**9
        for value, there in self.values(expression.id, frame, line):
            if value.how == "more":
                found += combine([found, self.filled(value.expression, there)])
            else:
                found += self._value(value, there)
        return found

    def _value(self, value: Value, frame: Frame) -> list[Text]:
        if value.how == "is" and value.part is None:
            return self.texts(value.expression, frame)
        wholes = [(value.expression, frame)]
        if value.how == "each":
            wholes = list(self._members(value.expression, frame))
        if value.part is None:
            return [text for whole, there in wholes for text in self.texts(whole, there)]
        return [
            t for whole, there in wholes for e, at in self._part(whole, value.part, there) for t in self.texts(e, at)
        ]

    def _part(self, expression: ast.expr, part: int, frame: Frame) -> Iterator[tuple[ast.expr, Frame]]:
        match expression:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if part < len(elements):
                yield elements[part], frame
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                yield element, frame
            case ast.Call(func=ast.Name(id="named")) if part == 0:
                yield expression, frame
            case ast.Call():
                for returned, there in self.returned(expression, frame):
                    yield from self._part(returned, part, there)

    def _members(self, expression: ast.expr, frame: Frame) -> Iterator[tuple[ast.expr, Frame]]:
        """The written elements of what is gone through."""
        match expression:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                yield from ((element, frame) for element in elements)
            case ast.Call(func=ast.Attribute(value=ast.expr() as mapping, attr="items" | "values" as what)):
                for key, value, there in self._pairs(mapping, frame):
                    yield (value if what == "values" else ast.Tuple([key, value], ast.Load())), there
            case ast.Name(id=name):
                for found, there in self.values(name, frame, expression.lineno):
                    if found.how == "is":
                        yield from self._members(found.expression, there)

    def _pairs(self, expression: ast.expr, frame: Frame) -> Iterator[tuple[ast.expr, ast.expr, Frame]]:
        if isinstance(expression, ast.Name):
            for found, there in self.values(expression.id, frame, expression.lineno):
                if isinstance(found.expression, ast.Dict):
                    yield from self._pairs(found.expression, there)
        elif isinstance(expression, ast.Dict):
            for key, value in zip(expression.keys, expression.values, strict=True):
                if key is not None:
                    yield key, value, frame

    def _attribute(self, expression: ast.Attribute, frame: Frame) -> list[Text]:
        if isinstance(expression.value, ast.Name) and expression.value.id in frame.module.imports:
            there = self._imported(expression.value.id, frame.module)
            if there is not None:
                return self._name(ast.Name(expression.attr), Frame(there, depth=frame.depth))
        return []

    def _call(self, expression: ast.Call, frame: Frame) -> list[Text]:
        match expression.func:
            case ast.Name(id="read_sql"):
                name = str(ast.literal_eval(expression.args[1]))
                return [self._file(frame.module.path.parent / f"{name}.sql", frame)]
            case ast.Name(id="named"):
                return [_by_number(text) for text in self.texts(expression.args[0], frame)]
            case ast.Attribute(attr="add"):
                return [frame.at(expression, PARAMETER)]
            case ast.Attribute(value=template, attr="format"):
                return [
                    text for whole in self.texts(template, frame) for text in self._formatted(whole, expression, frame)
                ]
            case ast.Attribute(value=separator, attr="join") if len(expression.args) == 1:
                return self._joined(self.texts(separator, frame), expression.args[0], frame)
            case ast.Attribute(value=whole, attr="replace"):
                old, new = (self.filled(argument, frame)[0] for argument in expression.args[:2])
                count = int(ast.literal_eval(expression.args[2])) if len(expression.args) > 2 else -1
                return [
                    tuple(replace(p, text=p.text.replace(_plain(old), _plain(new), count)) for p in text)
                    for text in self.texts(whole, frame)
                ]
            case ast.Attribute(value=whole, attr="strip" | "rstrip" | "removesuffix" | "removeprefix"):
                return self.texts(whole, frame)
        return [text for returned, there in self.returned(expression, frame) for text in self.texts(returned, there)]

    def _file(self, path: Path, frame: Frame) -> Text:
        folder = path.parent if frame.module.path.name != "__init__.py" else frame.module.path.parent
        return (Piece((frame.module.root / folder / path.name).read_text(encoding="utf-8"), folder / path.name, 1),)

    def _formatted(self, whole: Text, call: ast.Call, frame: Frame) -> list[Text]:
        named = {keyword.arg: (keyword.value, frame) for keyword in call.keywords if keyword.arg}
        for mapping in (keyword.value for keyword in call.keywords if not keyword.arg):
            named |= {str(ast.literal_eval(key)): (value, at) for key, value, at in self._pairs(mapping, frame)}
        parts: list[list[Text]] = []
        place = 0
        for piece in whole:
            line = piece.line
            for literal, name, _, _ in string.Formatter().parse(piece.text):
                parts.append([(replace(piece, text=literal, line=line),)])
                line += literal.count("\n")
                if name is None:
                    continue
                if not name or name.isdigit():
                    argument = call.args[int(name) if name else place], frame
                    place += 1
                else:
                    argument = named.get(name) or (ast.Name(name, ast.Load(), lineno=call.lineno), frame)
                parts.append(self.filled(*argument))
        return combine(parts)

    def _joined(self, separators: list[Text], over: ast.expr, frame: Frame) -> list[Text]:
        elements = self.lists(over, frame)
        if not elements or not separators:
            return []
        if _plain(separators[0]).strip() in ("", ","):  # columns that only a running program knows are left out
            elements = [e for e in elements if not any(p.filled and p.filled not in FILLS for t in e for p in t)]
            if not elements:
                return [frame.at(over, "")]
        between = [part for element in elements for part in (separators, element)]
        return combine(between[1:])

    # --- lists of strings ---

    def lists(self, expression: ast.expr, frame: Frame) -> list[list[Text]]:
        """All that may stand in a list of strings, each element with its alternatives."""
        if frame.depth > DEEPEST:
            return []
        frame = replace(frame, depth=frame.depth + 1)
        match expression:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return [e for element in elements for e in self._element(element, frame)]
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.SetComp(elt=element):
                return [found] if (found := self.texts(element, frame)) else []
            case ast.BinOp(left=left, right=right):
                return self.lists(left, frame) + self.lists(right, frame)
            case ast.IfExp(body=left, orelse=right):
                return self.lists(left, frame) + self.lists(right, frame)
            case ast.Name(id=name):
                values = self.values(name, frame, getattr(expression, "lineno", 10**9))
                return [e for v, there in values if v.part is None for e in self.lists(v.expression, there)]
            case ast.Subscript():
                return [e for value, there in self.entries(expression, frame) for e in self.lists(value, there)]
            case ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "dict" | "filter"), args=[*_, inner]):
                return self.lists(inner, frame)
            case ast.Call():
                return [e for value, there in self.returned(expression, frame) for e in self.lists(value, there)]
        return []

    def _element(self, element: ast.expr, frame: Frame) -> list[list[Text]]:
        if isinstance(element, ast.Starred):
            return self.lists(element.value, frame)
        return [self.filled(element, frame)]

    # --- what a running program says ---

    def _evaluated(self, expression: ast.expr, frame: Frame) -> list[Text]:
        """An expression of the module's constants, as Python gives it."""
        known = frame.module.values
        inside = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)}
        own = {
            n.target.id
            for n in ast.walk(expression)
            if isinstance(n, ast.comprehension) and isinstance(n.target, ast.Name)
        }
        around, local = frame.function, set[str]()
        while around is not None:
            local |= parameters(around) | {name for function, name in known if function is around}
            around = frame.module.enclosing.get(around)
        if inside & (local - own) or not inside or (isinstance(expression, ast.Name) and expression.id in local):
            return []
        try:
            compiled = compile(ast.Expression(expression), str(frame.module.path), "eval")
            given = eval(compiled, dict(frame.module.namespace))  # noqa: S307 (the product's own constants)
        except Exception:  # noqa: BLE001 (what cannot be evaluated is simply not known)
            return []
        return [frame.at(expression, str(given))] if isinstance(given, (str, int)) and given != "" else []


def _complete(texts: list[Text]) -> list[Text]:
    """Without templates that are still to be filled in, where others are complete."""
    return [text for text in texts if not re.search(r"\{\w*\}", _plain(text))] or texts


def _by_number(text: Text) -> Text:
    """A text with parameters by name, as the driver takes it."""
    names: dict[str, int] = {}
    return tuple(
        replace(piece, text=NAMED.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", piece.text))
        for piece in text
    )


def _plain(text: Text) -> str:
    return "".join(piece.text for piece in text)
