"""The small language in which the law's rules are written, and its checks.

A rule is a plain Python function over integers: it can be called, typed and tested as it stands.
Its text is also compiled, to numpy for a whole region and to an ES module for the browser, so the
language is what all three do alike: integer arithmetic with floor division, comparisons,
conditional expressions, `min`, `max`, `abs`, and calls of other rules. What needs a loop is not
code but one of two declared operations between levels: `total` (or `lcm`) from rows to the level
above, and `spread`, which hands out an amount among rows.

A rule's arguments are the names of inputs, of earlier results, or of dated parameters of the law.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])

BUILT_IN = frozenset({"min", "max", "abs"})
WORDS = frozenset({"numero", "euro", "decimale", "conta", "data"})
# Names that would mean something else in one of the targets.
TAKEN = BUILT_IN | WORDS | frozenset({"new", "var", "let", "function", "this", "null", "delete"})


class LanguageError(Exception):
    """A rule uses something that the three targets would not do alike."""


@dataclass(frozen=True)
class Input:
    """A figure that is given, one for each row of its level."""

    name: str
    level: str
    default: int | None


@dataclass(frozen=True)
class Rule:
    """A function of figures of its own level, of the levels above it, and of parameters."""

    name: str
    level: str
    article: str
    arguments: tuple[str, ...]
    function: Callable[..., int]

    @property
    def needs(self) -> tuple[str, ...]:
        """The names that the step reads."""
        return self.arguments


@dataclass(frozen=True)
class Choice:
    """One of two figures of the same level; only the one that is taken need be known."""

    name: str
    level: str
    when: str
    then: str
    otherwise: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The names that the step reads."""
        return (self.when, self.then, self.otherwise)


@dataclass(frozen=True)
class Collect:
    """A figure of one level made of the level below: the sum or the least common multiple."""

    name: str
    level: str
    of: str
    how: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The names that the step reads."""
        return (self.of,)


@dataclass(frozen=True)
class Spread:
    """An amount handed out among rows: greatest `first` before, each up to `capacity`.

    Rows with equal `first` are served in their given order, which is that of the ISTAT code.
    """

    name: str
    level: str
    amount: str
    capacity: str
    first: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The names that the step reads."""
        return (self.amount, self.capacity, self.first)


@dataclass(frozen=True)
class Sentence:
    """How one figure is explained, in Italian; an empty text means nothing worth saying."""

    about: str
    level: str
    arguments: tuple[str, ...]
    function: Callable[..., str]


Step = Rule | Choice | Collect | Spread


@dataclass
class Program:
    """Inputs, steps in the order in which they are worked out, and their sentences.

    `levels` goes from the whole to its rows; a row belongs to one row of the level before.
    """

    name: str
    levels: tuple[str, ...]
    inputs: dict[str, Input] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)

    def given(self, level: str, *names: str, default: int | None = 0) -> None:
        """Declare inputs of one level; `default` None makes them compulsory."""
        for name in names:
            self._new(name)
            self.inputs[name] = Input(name, self._level(level), default)

    def rule(self, level: str, article: str) -> Callable[[Function], Function]:
        """Declare the decorated function as the rule of the figure that bears its name."""

        def declare(function: Function) -> Function:
            name = function.__name__
            self._new(name)
            self.steps[name] = Rule(
                name,
                self._level(level),
                article,
                arguments(function),
                function,  # type: ignore[arg-type]
            )
            return function

        return declare

    def total(self, name: str, of: str) -> None:
        """Declare the sum of `of` over the rows, at the level above."""
        self._collect(name, of, "total")

    def lcm(self, name: str, of: str) -> None:
        """Declare the least common multiple of `of` over the rows (1 where there are none)."""
        self._collect(name, of, "lcm")

    def choice(self, name: str, *, when: str, then: str, otherwise: str) -> None:
        """Declare `then` where `when` is 1, else `otherwise`: figures of one level."""
        self._new(name)
        levels = {self.level_of(item) for item in (when, then, otherwise)}
        if len(levels) != 1:
            raise LanguageError(f"{name}: le figure di una scelta stanno a un solo livello")
        self.steps[name] = Choice(name, levels.pop(), when, then, otherwise)

    def spread(self, name: str, *, amount: str, capacity: str, first: str) -> None:
        """Declare an amount of the level above handed out among the rows of `capacity`."""
        self._new(name)
        level = self.level_of(capacity)
        if self.level_of(amount) != self.levels[self.levels.index(level) - 1]:
            raise LanguageError(f"{name}: «{amount}» non sta al livello sopra a «{capacity}»")
        self.steps[name] = Spread(name, level, amount, capacity, first)

    def says(self, about: str) -> Callable[[Function], Function]:
        """Declare the decorated function as the sentence that explains the figure `about`."""

        def declare(function: Function) -> Function:
            level = self.level_of(about)
            self.sentences[about] = Sentence(about, level, arguments(function), function)  # type: ignore[arg-type]
            return function

        return declare

    def level_of(self, name: str) -> str:
        """Return the level of an input or of a figure; raises LanguageError."""
        if name in self.inputs:
            return self.inputs[name].level
        if name in self.steps:
            return self.steps[name].level
        raise LanguageError(f"{self.name}: «{name}» non è ancora definito")

    def parameters(self) -> list[str]:
        """Return the names of the parameters of the law that the rules and sentences use."""
        used = {
            name
            for item in (*self.steps.values(), *self.sentences.values())
            if isinstance(item, Rule | Sentence)
            for name in item.arguments
        }
        return sorted(used - set(self.inputs) - set(self.steps))

    def _collect(self, name: str, of: str, how: str) -> None:
        self._new(name)
        below = self.levels.index(self.level_of(of))
        if below == 0:
            raise LanguageError(f"{name}: «{of}» non ha un livello sopra di sé")
        self.steps[name] = Collect(name, self.levels[below - 1], of, how)

    def _new(self, name: str) -> None:
        if name in self.inputs or name in self.steps:
            raise LanguageError(f"{self.name}: «{name}» è definito due volte")

    def _level(self, level: str) -> str:
        if level not in self.levels:
            raise LanguageError(f"{self.name}: il livello «{level}» non esiste")
        return level


def arguments(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of a rule's arguments, in order."""
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True)
class Source:
    """A rule's text, checked: its arguments, the names it sets, and what it returns."""

    name: str
    arguments: tuple[str, ...]
    assignments: tuple[tuple[str, ast.expr], ...]
    result: ast.expr
    constants: dict[str, int]
    calls: tuple[Callable[..., object], ...]


def read(function: Callable[..., object]) -> Source:
    """Return a function's checked text; raises LanguageError at the first thing outside it."""
    if clash := sorted(TAKEN & set(arguments(function))):
        raise LanguageError(f"{function.__name__}: «{clash[0]}» non può essere un argomento")
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise LanguageError(f"{function}: non è una funzione")
    body = [
        line
        for line in tree.body
        if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
    ]
    if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        raise LanguageError(f"{tree.name}: l'ultima riga deve essere «return …»")
    checker = _Checker(
        tree.name,
        dict.fromkeys(arguments(function), "value"),
        inspect.unwrap(function).__globals__,
    )
    assignments: list[tuple[str, ast.expr]] = []
    for line in body[:-1]:
        if (
            not isinstance(line, ast.Assign)
            or len(line.targets) != 1
            or not isinstance(line.targets[0], ast.Name)
        ):
            raise LanguageError(f"{tree.name}, riga {line.lineno}: solo «nome = …» e «return …»")
        checker.visit(line.value)
        checker.known[line.targets[0].id] = checker.kind(line.value)
        assignments.append((line.targets[0].id, line.value))
    checker.visit(body[-1].value)
    if checker.kind(body[-1].value) == "condition":
        raise LanguageError(f"{tree.name}: una condizione non è un risultato: «1 if … else 0»")
    return Source(
        tree.name,
        arguments(function),
        tuple(assignments),
        body[-1].value,
        checker.constants,
        tuple(checker.calls.values()),
    )


class _Checker(ast.NodeVisitor):
    """Refuses every node that is not in the language."""

    _ALLOWED: tuple[type[ast.AST], ...] = (
        ast.BinOp,
        ast.Add,
        ast.Sub,
        ast.Mult,
        ast.FloorDiv,
        ast.Mod,
        ast.UnaryOp,
        ast.USub,
        ast.Not,
        ast.BoolOp,
        ast.And,
        ast.Or,
        ast.Compare,
        ast.Eq,
        ast.NotEq,
        ast.Lt,
        ast.LtE,
        ast.Gt,
        ast.GtE,
        ast.In,
        ast.Tuple,
        ast.IfExp,
        ast.Load,
        ast.JoinedStr,
    )

    def __init__(self, where: str, known: dict[str, str], module: dict[str, object]) -> None:
        self.where = where
        self.known = known
        self.module = module
        self.constants: dict[str, int] = {}
        self.calls: dict[str, Callable[..., object]] = {}

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, self._ALLOWED):
            self._refuse(node, type(node).__name__)
        super().generic_visit(node)

    def kind(self, node: ast.expr) -> str:
        """Return "condition" or "value", refusing one where the other must stand.

        Python would let a condition be a number; JavaScript's exact integers would not.
        """
        match node:
            case ast.Compare():
                for operand in (node.left, *node.comparators):
                    self._must_be(operand, "value")
                return "condition"
            case ast.BoolOp():
                for operand in node.values:
                    self._must_be(operand, "condition")
                return "condition"
            case ast.UnaryOp(op=ast.Not()):
                self._must_be(node.operand, "condition")
                return "condition"
            case ast.UnaryOp():
                self._must_be(node.operand, "value")
            case ast.BinOp():
                self._must_be(node.left, "value")
                self._must_be(node.right, "value")
            case ast.IfExp():
                self._must_be(node.test, "condition")
                kind = self.kind(node.body)
                self._must_be(node.orelse, kind)
                return kind
            case ast.Name():
                return self.known.get(node.id, "value")
            case ast.Call() | ast.Tuple() | ast.JoinedStr():
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.FormattedValue):
                        child = child.value
                    if isinstance(child, ast.expr):
                        self._must_be(child, "value")
        return "value"

    def _must_be(self, node: ast.expr, kind: str) -> None:
        if self.kind(node) != kind:
            self._refuse(node, "una condizione al posto di un numero, o il contrario")

    def visit_Constant(self, node: ast.Constant) -> None:
        if type(node.value) not in (int, str):
            self._refuse(node, repr(node.value))

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.known:
            return
        value = self.module.get(node.id)
        if not node.id.isupper() or type(value) is not int:
            self._refuse(node, node.id)
        else:
            self.constants[node.id] = value

    def visit_Call(self, node: ast.Call) -> None:
        if not isinstance(node.func, ast.Name) or node.keywords:
            self._refuse(node, "chiamata")
            return
        name = node.func.id
        if name not in BUILT_IN and name not in WORDS:
            function = self.module.get(name)
            if not inspect.isfunction(function):
                self._refuse(node, name)
            else:
                self.calls[name] = function
        for argument in node.args:
            self.visit(argument)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        # A bare number would be written differently by each target: a word must say how.
        if node.format_spec is not None or node.conversion != -1:
            self._refuse(node, "formato")
        if not isinstance(node.value, ast.Call):
            self._refuse(node, "un numero senza la parola che dice come scriverlo")
        self.visit(node.value)

    def _refuse(self, node: ast.AST, what: str) -> None:
        line = getattr(node, "lineno", 0)
        raise LanguageError(f"{self.where}, riga {line}: «{what}» è fuori dal linguaggio")
