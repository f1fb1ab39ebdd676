"""The mutants of a Python module: its text with one small thing different, as trees and as words."""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
}
_PAIRS = (
    ("min", "max"),
    ("any", "all"),
    ("find", "rfind"),
    ("startswith", "endswith"),
    ("removeprefix", "removesuffix"),
    ("partition", "rpartition"),
    ("split", "rsplit"),
    ("match", "search"),
    ("fullmatch", "match"),
)
_CALLED = {name: other for one, two in reversed(_PAIRS) for name, other in ((one, two), (two, one))}
_STRIPPED = {"strip", "lstrip", "rstrip", "lower", "upper", "copy", "casefold"}
_LEFT_OUT = ast.Expr | ast.Raise | ast.AugAssign | ast.Delete | ast.Continue | ast.Break

Change = tuple[str, ast.AST | None]


class Mutant(NamedTuple):
    """`what` is different in the function or constant `where`; `statement` is the outermost one, as it is then.

    `lines` are the first and the one behind the last of those which are run where it shows, None for a constant.
    """

    where: str
    line: int
    lines: tuple[int, int] | None
    what: str
    statement: ast.stmt

    @property
    def key(self) -> str:
        """What tells it from others while the code around it moves."""
        return f"{self.where}: {self.what}"


def mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of the module `text`: its functions and its constants, but no annotation, docstring or assertion.

    The statement of one is that only until the next is asked for: nothing is copied.
    """
    seen: Counter[str] = Counter()
    for statement in ast.parse(text).body:
        if _is_code(statement):
            for place in list(_places(statement, _Place("", None))):
                for what, new in _changes(place.node):
                    seen[key := f"{place.where}: {what}"] += 1
                    number = f" #{seen[key]}" if seen[key] > 1 else ""
                    place.put(new)
                    yield Mutant(place.where, place.line, place.lines, what + number, statement)
                    place.put(place.node)


def _is_code(node: ast.stmt) -> bool:
    """Whether it is a function, a class or a constant, but no type."""
    if isinstance(node, ast.Assign):
        is_type = isinstance(node.value, ast.BinOp | ast.Subscript)
        return not is_type and ast.unparse(node.targets[0]) != "__all__"
    return isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AnnAssign)


@dataclass(frozen=True)
class _Place:
    where: str
    node: Any
    put: Callable[[Any], None] = lambda _: None
    lines: tuple[int, int] | None = None

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0) or (self.lines or (0, 0))[0]


def _places(node: ast.AST, above: _Place) -> Iterator[_Place]:
    """Each node from `node` down that may be changed."""
    where, lines = above.where, above.lines
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".removeprefix(".")
    elif not where and isinstance(node, ast.Assign | ast.AnnAssign):
        where = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases", "type_comment", "targets", "target"):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                put = (
                    partial(operator.setitem, value, index)
                    if isinstance(value, list)
                    else partial(setattr, node, field)
                )
                is_run = isinstance(child, ast.stmt) and (isinstance(node, ast.FunctionDef) or lines is not None)
                place = _Place(where, child, put, _lines(child) if is_run else lines)
                yield place
                yield from _places(child, place)


def _lines(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, without those of the statements in it."""
    body = getattr(node, "body", None)
    return node.lineno, max(body[0].lineno, node.lineno + 1) if body else (node.end_lineno or node.lineno) + 1


def _is_left_alone(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    slots = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__"
    return (
        docstring or slots or isinstance(node, ast.Assert | ast.expr_context | ast.Pass | ast.Import | ast.ImportFrom)
    )


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What `node` may become, and the words for it."""
    if isinstance(node, ast.stmt):
        yield from ((f"{_shown(node)} ⇒ {_shown(new)}", new) for new in _statements(node))
    elif isinstance(node, ast.expr):
        yield from ((f"{_shown(node)} ⇒ {_shown(new)}", new) for new in _expressions(node))
    elif isinstance(node, ast.comprehension):
        for index, test in enumerate(node.ifs):
            rest = [other for other in node.ifs if other is not test]
            new = ast.comprehension(node.target, node.iter, rest, node.is_async)
            yield f"if {_shown(test)} ⇒ always [{index}]", new


def _statements(node: ast.stmt) -> Iterator[ast.stmt]:
    if isinstance(node, _LEFT_OUT):
        yield ast.copy_location(ast.Pass(), node)
    if isinstance(node, ast.Continue):
        yield ast.copy_location(ast.Break(), node)
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.copy_location(ast.Return(ast.Constant(None)), node)
    if isinstance(node, ast.If | ast.While):
        truths = (True, False) if isinstance(node, ast.If) else (False,)
        for truth in truths:
            yield ast.copy_location(type(node)(ast.Constant(truth), node.body, node.orelse), node)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        for index in range(len(node.values)):
            rest = node.values[:index] + node.values[index + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.BitOr):
            yield from (node.left, node.right)
        elif type(node.op) in _COUNTED:
            yield ast.BinOp(node.left, _COUNTED[type(node.op)](), node.right)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield ast.Constant("")
    elif isinstance(node, ast.Slice):
        yield from (ast.Slice(None, node.upper, node.step),) if node.lower else ()
        yield from (ast.Slice(node.lower, None, node.step),) if node.upper else ()
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Set | ast.List | ast.Tuple) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        items = node.elts
        for index in range(len(items)) if len(items) > 1 else ():
            if isinstance(items[index], ast.Starred):
                yield type(node)(
                    items[:index] + items[index + 1 :], **({} if isinstance(node, ast.Set) else {"ctx": ast.Load()})
                )


def _constants(value: object) -> Iterator[ast.expr]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant("" if value else "XX")


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    called = node.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    if name in _CALLED and not (name in ("split", "rsplit") and len(node.args) < 2):
        other: ast.expr = (
            ast.Name(_CALLED[name], ast.Load())
            if isinstance(called, ast.Name)
            else ast.Attribute(called.value, _CALLED[name], ast.Load())  # type: ignore[attr-defined]
        )
        yield ast.Call(other, node.args, node.keywords)
    if name in _STRIPPED and isinstance(called, ast.Attribute):
        yield called.value
    if name == "sorted" and not node.keywords:
        yield ast.Call(ast.Name("list", ast.Load()), node.args, [])
    for index in range(len(node.keywords)):
        yield ast.Call(called, node.args, node.keywords[:index] + node.keywords[index + 1 :])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).strip().splitlines()[0]
