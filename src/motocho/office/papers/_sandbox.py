"""Templates of an office, checked before use and filled in where nothing can happen [書式].

A template names fields and repeats rows, and that is all: what it may hold is a list of what is
allowed, not of what is forbidden. No call, no arithmetic, no include, no name that begins with an
underscore; what comes out is cut off at a bound. So filling one in ends, and reaches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple, Never

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from motocho.claims.pleading import Fields
from motocho.units.errors import Fault, FaultyInput, clipped

MOST_CHARACTERS = 60_000
"""Of a template."""
MOST_OUTPUT = 400_000
"""Characters that a filled template may have."""
DEEPEST_LOOP = 2
FILTERS = frozenset({"trim", "default", "length", "first", "last"})
"""None that makes a text longer: a chain of such would be a bomb."""
DEEPEST_NODE = 24
"""How deep conditions, loops and expressions may stand in each other."""
TESTS = frozenset({"defined", "undefined", "none"})
LOOP_NAMES = frozenset({"index", "first", "last", "length"})

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where names are looked up in mappings only; nothing is called."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute.startswith("_"):
            return self.undefined(obj=obj, name=attribute)
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if type(obj).__name__ in _LOOPS and attribute in LOOP_NAMES:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def call(self, *_arguments: Any, **_named: Any) -> Never:
        raise FaultyInput(Fault("PLD-032", details={"what": "()"}))


_LOOPS = frozenset({"LoopContext"})


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The environment in which plain text is filled in [差込みの環境]."""
    return _restricted(_Sandbox(keep_trailing_newline=True))


@cache
def word_environment() -> ImmutableSandboxedEnvironment:
    """The same for the XML of a Word file, in which texts are escaped [Wordの差込みの環境]."""
    return _restricted(_Sandbox(autoescape=True))


def _restricted(made: ImmutableSandboxedEnvironment) -> ImmutableSandboxedEnvironment:
    made.undefined = StrictUndefined
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in sorted(FILTERS)}
    made.tests = {name: made.tests[name] for name in sorted(TESTS)}
    return made


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a template may be, and how deep its repetitions may go [書式の上限]."""

    characters: int
    loops: int


OF_TEXT = Bounds(MOST_CHARACTERS, DEEPEST_LOOP)


def lint(
    source: str, known: Fields, *, file: str | None = None, bounds: Bounds = OF_TEXT
) -> list[Fault]:
    """Every fault of a template [書式の検査].

    Takes     `known`: fields as they come, for their names.
    """
    if len(source) > bounds.characters:
        details = {"most": f"{bounds.characters:,}", "count": f"{len(source):,}"}
        return [Fault("PLD-030", file=file, details=details)]
    try:
        tree = environment().parse(source)
    except TemplateSyntaxError as error:
        excerpt = clipped(error.message or "")
        return [Fault("PLD-031", file=file, line=error.lineno, excerpt=excerpt)]
    except RecursionError:
        return [Fault("PLD-031", file=file, excerpt="((((…")]
    return [fault.within(file) for fault in _Linting(known, bounds.loops).faults(tree)]


class _Depth(NamedTuple):
    nodes: int
    loops: int

    def deeper(self) -> _Depth:
        return _Depth(self.nodes + 1, self.loops)


class _Linting:
    """Walks the tree of one template."""

    def __init__(self, known: Fields, most_loops: int) -> None:
        self._known = known
        self._most_loops = most_loops

    def faults(self, tree: nodes.Template) -> list[Fault]:
        return list(self._walk(tree, dict(self._known), _Depth(0, 0)))

    def _walk(self, node: nodes.Node, names: Fields, depth: _Depth) -> Iterator[Fault]:
        if depth.nodes > DEEPEST_NODE:
            yield Fault("PLD-033", line=node.lineno, details={"most": str(self._most_loops)})
            return
        depth = depth.deeper()
        if not isinstance(node, _ALLOWED):
            yield Fault("PLD-032", line=node.lineno, details={"what": _said(node)})
            return
        if isinstance(node, nodes.For):
            yield from self._loop(node, names, depth)
            return
        if isinstance(node, nodes.Getattr | nodes.Name):
            yield from self._path(node, names)
            return
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield Fault("PLD-032", line=node.lineno, details={"what": f"|{node.name}"})
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            yield Fault("PLD-032", line=node.lineno, details={"what": f"is {node.name}"})
        for child in node.iter_child_nodes():
            yield from self._walk(child, names, depth)

    def _loop(self, node: nodes.For, names: Fields, depth: _Depth) -> Iterator[Fault]:
        plain = (
            isinstance(node.target, nodes.Name)
            and not node.recursive
            and isinstance(node.iter, nodes.Getattr | nodes.Name)
        )
        if not plain or depth.loops >= self._most_loops:
            yield Fault("PLD-033", line=node.lineno, details={"most": str(self._most_loops)})
            return
        rows = _resolved(node.iter, names)
        if not isinstance(rows, list):
            yield from self._path(node.iter, names)
            if not isinstance(rows, _Unknown):
                yield Fault("PLD-034", line=node.lineno, excerpt=clipped(_written(node.iter)))
            return
        row = rows[0] if rows else ANY
        target = getattr(node.target, "name", "")
        inner = names | {target: row, "loop": dict.fromkeys(LOOP_NAMES, "")}
        for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
            yield from self._walk(child, inner, _Depth(depth.nodes, depth.loops + 1))

    def _path(self, node: nodes.Node, names: Fields) -> Iterator[Fault]:
        found = _resolved(node, names)
        if isinstance(found, _Unknown):
            yield Fault(
                "PLD-035",
                line=node.lineno,
                excerpt=clipped(_written(node)),
                proposed=found.nearest or None,
            )


class _Any(dict[str, Any]):
    """Rows of a list that is empty in the sample: their names are not known."""


ANY = _Any()


class _Unknown:
    def __init__(self, nearest: str) -> None:
        self.nearest = nearest


def _resolved(node: nodes.Node, names: Fields) -> Any:
    """The value of a path of names in the sample; `_Unknown` where it leads nowhere."""
    if isinstance(node, nodes.Name):
        if node.name in names:
            return names[node.name]
        return _Unknown("".join(get_close_matches(node.name, names, n=1)))
    if not isinstance(node, nodes.Getattr):
        return _Unknown("")
    above = _resolved(node.node, names)
    if isinstance(above, _Any):
        return ANY
    if isinstance(above, dict) and node.attr in above:
        return above[node.attr]
    if isinstance(above, dict):
        near = get_close_matches(node.attr, above, n=1)
        return _Unknown(f"{_written(node.node)}.{near[0]}" if near else "")
    return above if isinstance(above, _Unknown) else _Unknown("")


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return str(getattr(node, "name", "")) or _said(node)


def _said(node: nodes.Node) -> str:
    return _WORDS.get(type(node).__name__, type(node).__name__.lower())


_WORDS = {
    "Call": "( )",
    "Getitem": "[ ]",
    "Include": "include",
    "Import": "import",
    "FromImport": "from … import",
    "Extends": "extends",
    "Macro": "macro",
    "Assign": "set",
    "AssignBlock": "set",
}


_BARE_LINE = re.compile(r"(?m)^[ \t]*((?:\{%(?:(?!%\}).)*%\}[ \t]*)+)\n")


def _without_bare_lines(source: str) -> str:
    """A line that holds nothing but `{% … %}` leaves no empty line behind."""
    return _BARE_LINE.sub(r"\1", source)


def filled(source: str, fields: Fields, *, file: str | None = None) -> str:
    """A template filled in [差込み].

    Raises    FaultyInput with every fault of the template, or where it gets too long.
    """
    faults = lint(source, fields, file=file)
    if faults:
        raise FaultyInput(*faults)
    out: list[str] = []
    length = 0
    try:
        for piece in environment().from_string(_without_bare_lines(source)).generate(**fields):
            length += len(piece)
            if length > MOST_OUTPUT:
                details = {"most": f"{MOST_OUTPUT:,}"}
                raise FaultyInput(Fault("PLD-036", file=file, details=details))
            out.append(piece)
    except (UndefinedError, TypeError) as error:
        raise FaultyInput(Fault("PLD-031", file=file, excerpt=clipped(str(error)))) from None
    return "".join(out)
