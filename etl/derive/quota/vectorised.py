"""Programs of rules worked out for many companies at once, with integer numpy arrays.

A rule's text is compiled so that a conditional becomes `where` and every figure is an array of
its level; `total`, `lcm` and `spread` become operations by segment. Arrays are int64, or Python
integers (`object`) where the caller knows that int64 could overflow: the results are the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.derive.quota.language import Choice, Collect, Program, Rule, Spread, read
from etl.derive.quota.law import Parameters

Array = npt.NDArray[Any]
Figures = dict[str, Array | None]


@dataclass(frozen=True)
class Rows:
    """How many rows each level has, and to which row of the level above each belongs.

    Rows of one parent stand in the order in which ties are served (ISTAT code).
    """

    sizes: Mapping[str, int]
    parents: Mapping[str, Array]


def evaluate(program: Program, rows: Rows, given: Mapping[str, Array], law: Parameters) -> Figures:
    """Return every figure of the program; None for one that hangs on an unknown parameter.

    `given` holds the inputs, each an array as long as its level; one that is absent takes its
    default. Raises KeyError for a compulsory input that is absent.
    """
    figures: Figures = {}
    for item in program.inputs.values():
        if item.name in given:
            figures[item.name] = given[item.name]
        elif item.default is None:
            raise KeyError(item.name)
        else:
            figures[item.name] = np.full(rows.sizes[item.level], item.default, dtype=np.int64)
    indices = _Ancestors(program, rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in program.steps.values():
            if isinstance(step, Rule):
                figures[step.name] = _apply(program, step, rows, figures, law, indices)
            elif isinstance(step, Choice):
                figures[step.name] = _choose(step, figures)
            elif isinstance(step, Collect):
                figures[step.name] = _collect(program, step, rows, figures)
            else:
                figures[step.name] = _spread(step, rows, figures)
    return figures


class _Ancestors:
    """For each pair of levels, which row of the upper one each row of the lower belongs to."""

    def __init__(self, program: Program, rows: Rows) -> None:
        self._levels = program.levels
        self._rows = rows
        self._known: dict[tuple[str, str], Array] = {}

    def find(self, level: str, upper: str) -> Array:
        key = (level, upper)
        if key not in self._known:
            parent = self._rows.parents[level]
            above = self._levels[self._levels.index(level) - 1]
            self._known[key] = parent if above == upper else self.find(above, upper)[parent]
        return self._known[key]


def _apply(
    program: Program,
    step: Rule,
    rows: Rows,
    figures: Figures,
    law: Parameters,
    ancestors: _Ancestors,
) -> Array | None:
    values: list[Any] = []
    for name in step.arguments:
        if name in figures:
            figure = figures[name]
            if figure is None:
                return None
            level = program.level_of(name)
            values.append(
                figure if level == step.level else figure[ancestors.find(step.level, level)]
            )
        else:
            value = law[name]
            if value is None:
                return None
            values.append(value)
    result = np.asarray(compiled(step.function)(*values))
    if result.dtype == np.bool_:
        result = result.astype(np.int64)
    if result.ndim == 0:
        return np.full(rows.sizes[step.level], result[()])
    return result


def _choose(step: Choice, figures: Figures) -> Array | None:
    when, then, otherwise = (figures[n] for n in (step.when, step.then, step.otherwise))
    if when is None:
        return None
    taken = when == 1
    # an unknown figure that no row takes does no harm
    if (then is None and taken.any()) or (otherwise is None and not taken.all()):
        return None
    return (
        otherwise
        if then is None
        else then
        if otherwise is None
        else np.where(taken, then, otherwise)
    )


def _collect(program: Program, step: Collect, rows: Rows, figures: Figures) -> Array | None:
    values = figures[step.of]
    if values is None:
        return None
    parent = rows.parents[program.level_of(step.of)]
    size = rows.sizes[step.level]
    if step.how == "total":
        result = np.zeros(size, dtype=values.dtype)
        np.add.at(result, parent, values)
    else:
        result = np.ones(size, dtype=values.dtype)
        np.lcm.at(result, parent, values)
    return result


def _spread(step: Spread, rows: Rows, figures: Figures) -> Array | None:
    amount, capacity, first = (figures[n] for n in (step.amount, step.capacity, step.first))
    if amount is None or capacity is None or first is None:
        return None
    parent = rows.parents[step.level]
    result = np.zeros(len(parent), dtype=np.int64)
    rows_served = np.flatnonzero(amount[parent] > 0)
    if not len(rows_served):
        return result
    owner = parent[rows_served]
    order = np.lexsort((rows_served, -first[rows_served].astype(np.int64), owner))
    places = rows_served[order]
    owner = owner[order]
    room = capacity[places].astype(np.int64)
    served = np.cumsum(room) - room
    start = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    before = served - np.repeat(served[start], np.diff(np.r_[start, len(owner)]))
    left = amount[owner].astype(np.int64) - before
    result[places] = np.minimum(room, np.maximum(0, left))
    return result


@cache
def compiled(function: Callable[..., object]) -> Callable[..., Any]:
    """Return a rule as a function of arrays; raises LanguageError outside the language."""
    source = read(function)
    names: dict[str, Any] = {
        "_where": np.where,
        "_and": np.logical_and,
        "_or": np.logical_or,
        "_not": np.logical_not,
        "_in": np.isin,
        "_min": np.minimum,
        "_max": np.maximum,
        "abs": np.abs,
        **source.constants,
        **{call.__name__: compiled(call) for call in source.calls},
    }
    rewrite = _Arrays()
    lines = [f"    {name} = {ast.unparse(rewrite.visit(e))}" for name, e in source.assignments]
    lines.append(f"    return {ast.unparse(rewrite.visit(source.result))}")
    text = f"def {source.name}({', '.join(source.arguments)}):\n" + "\n".join(lines)
    exec(compile(text, f"<numpy: {source.name}>", "exec"), names)
    return names[source.name]  # type: ignore[no-any-return]


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class _Arrays(ast.NodeTransformer):
    """Turns what works on one integer into what works on arrays."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return _call(
            "_where", self.visit(node.test), self.visit(node.body), self.visit(node.orelse)
        )

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        name = "_and" if isinstance(node.op, ast.And) else "_or"
        return self._fold(name, node.values)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return _call("_not", operand)
        return ast.UnaryOp(node.op, operand)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        operands = [self.visit(item) for item in (node.left, *node.comparators)]
        pairs = [
            self._pair(left, op, right)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        result = pairs[0]
        for pair in pairs[1:]:
            result = _call("_and", result, pair)
        return result

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
        if not isinstance(op, ast.In):
            return ast.Compare(left, [op], [right])
        if not isinstance(right, ast.Tuple):
            return _call("_in", left, right)
        result: ast.expr | None = None
        for item in right.elts:
            equal = ast.Compare(left, [ast.Eq()], [item])
            result = equal if result is None else _call("_or", result, equal)
        return result or ast.Constant(False)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        if node.func.id in ("min", "max"):
            return self._fold(f"_{node.func.id}", node.args)
        return ast.Call(node.func, [self.visit(item) for item in node.args], [])

    def _fold(self, name: str, values: list[ast.expr]) -> ast.expr:
        result: ast.expr = self.visit(values[0])
        for value in values[1:]:
            result = _call(name, result, self.visit(value))
        return result
