"""The same rules, sentences and parameters as an ES module for the browser.

What a visitor's browser runs is made from the text of the rules that the build runs: nothing is
written twice. The module imports nothing and asks nothing of the network.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from etl.derive.quota.instruments import PROGRAMS
from etl.derive.quota.language import (
    BUILT_IN,
    WORDS,
    Choice,
    Collect,
    LanguageError,
    Program,
    Rule,
    Source,
    read,
)
from etl.derive.quota.law import History, Parameter, histories
from etl.derive.quota.rules import FASCE, GROUPS

RUNTIME = Path(__file__).with_name("runtime.js")

_NAMES = {"min": "minimum", "max": "maximum", "abs": "absolute"}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Eq: "===",
    ast.NotEq: "!==",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def module(programs: Iterable[Program] = PROGRAMS) -> str:
    """Return the ES module's text: the same for the same rules, parameters and runtime.

    It exports `legge(giorno)`, the law of a day; `conValori(legge, valori)`, the same with values
    of one's own; `esegui(programma, azienda, legge)`, figures and reasons; the tables `PROGRAMMI`
    and `LEGGE`; `GRUPPI_ORARIO` and `FASCE`, what the figures `gruppo` and `fascia` number.
    Raises LanguageError outside the language.
    """
    compiled: dict[str, str] = {}
    bodies = [_program(program, compiled) for program in programs]
    law = ",\n".join(f"  {_text(n)}: {_history(h)}" for n, h in histories().items())
    parts = [
        RUNTIME.read_text(encoding="utf-8"),
        *(compiled[name] for name in compiled),
        "export const PROGRAMMI = {\n" + ",\n".join(bodies) + ",\n};\n",
        "export const LEGGE = {\n" + law + ",\n};\n",
        f"export const GRUPPI_ORARIO = {_list(GROUPS)};\n",
        f"export const FASCE = {_list(FASCE)};\n",
    ]
    return "\n".join(parts)


def write_module(path: Path, programs: Iterable[Program] = PROGRAMS) -> None:
    """Write the ES module to `path`, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(module(programs), encoding="utf-8")


def _program(program: Program, compiled: dict[str, str]) -> str:
    levels = {name: item.level for name, item in program.inputs.items()}
    levels |= {name: step.level for name, step in program.steps.items()}
    inputs = [
        f"[{_text(item.name)}, {'null' if item.default is None else f'{item.default}n'}]"
        for item in program.inputs.values()
    ]
    steps: list[dict[str, str]] = []
    for step in program.steps.values():
        body = {"nome": _text(step.name), "serve": _list(step.needs)}
        if isinstance(step, Rule):
            body |= {
                "tipo": _text("regola"),
                "articolo": _text(step.article),
                "argomenti": _list(step.arguments),
                "funzione": _compile(step.function, compiled),
            }
        elif isinstance(step, Choice):
            body |= {"tipo": _text("scelta")}
        elif isinstance(step, Collect):
            body |= {"tipo": _text("raccolta"), "come": _text(step.how)}
        else:
            body |= {"tipo": _text("riparto")}
        steps.append(body)
    sentences = {
        about: _object(
            {
                "argomenti": _list(item.arguments),
                "funzione": _compile(item.function, compiled),
            }
        )
        for about, item in program.sentences.items()
    }
    body = {
        "nome": _text(program.name),
        "livelli": _list(program.levels),
        "livello": _object({n: str(program.levels.index(v)) for n, v in levels.items()}),
        "predefiniti": "new Map([" + ", ".join(inputs) + "])",
        "passi": "[\n    " + ",\n    ".join(_object(step) for step in steps) + ",\n  ]",
        "frasi": _object(sentences),
    }
    return f"  {_text(program.name)}: {_object(body)}"


def _history(history: History) -> str:
    return _object(
        {
            "titolo": _text(history.title),
            "unita": _text(history.unit),
            "valori": "[" + ", ".join(_parameter(item) for item in history.values) + "]",
        }
    )


def _parameter(item: Parameter) -> str:
    return _object(
        {
            "valore": _value(item.value),
            "dal": _text(item.valid_from.isoformat()) if item.valid_from else "null",
            "al": _text(item.valid_to.isoformat()) if item.valid_to else "null",
            "fonte": _text(item.source or ""),
            "verificato": "true" if item.verified else "false",
            "nota": _text(item.note) if item.note else "null",
        }
    )


def _value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return f"{value}n"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _object({key: _value(item) for key, item in value.items()})
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _text(value: str) -> str:
    # "<" is escaped so that the text can also stand inside a page
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(_text(name) for name in names) + "]"


def _object(body: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_text(key)}: {value}" for key, value in body.items()) + "}"


def _compile(function: Callable[..., object], compiled: dict[str, str]) -> str:
    """Compile a function and those that it calls, once; return its name in the module."""
    source = read(function)
    name = f"f_{source.name.lstrip('_')}" if not source.name.startswith("_") else f"s{source.name}"
    if name in compiled:
        if compiled[name] != _function(name, function, compiled):
            raise LanguageError(f"due regole diverse si chiamano «{source.name}»")
        return name
    for call in source.calls:
        _compile(call, compiled)
    compiled[name] = _function(name, function, compiled)
    return name


def on_numbers(function: Callable[..., object]) -> str:
    """Return a rule that calls no other as a JavaScript function of its own name.

    It works on ordinary numbers, which are exact while every step is below 2**53, and needs
    `fdiv`, `fmod`, `minimum` and `maximum` beside it. Raises LanguageError outside the language.
    """
    source = read(function)
    if source.calls:
        raise LanguageError(f"«{source.name}» chiama altre regole")
    return _text_of(source.name, source, _Writer(source.constants, {}, suffix=""))


def _function(name: str, function: Callable[..., object], compiled: dict[str, str]) -> str:
    source = read(function)
    writer = _Writer(source.constants, {c.__name__: _compile(c, compiled) for c in source.calls})
    return _text_of(name, source, writer)


def _text_of(name: str, source: Source, writer: _Writer) -> str:
    lines = [f"  const {target} = {writer.write(value)};" for target, value in source.assignments]
    result = writer.write(source.result)
    lines.append(f"  return {result};")
    return f"function {name}({', '.join(source.arguments)}) {{\n" + "\n".join(lines) + "\n}\n"


class _Writer:
    """Writes an expression of the language in JavaScript; with «n», every integer is a BigInt."""

    def __init__(
        self, constants: Mapping[str, int], calls: Mapping[str, str], suffix: str = "n"
    ) -> None:
        self._constants = constants
        self._calls = calls
        self._suffix = suffix

    def write(self, node: ast.expr) -> str:
        """Return the expression's text, in parentheses where it is not one word."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, int):
                return f"{node.value}{self._suffix}"
            return _text(str(node.value))
        if isinstance(node, ast.Name):
            constant = self._constants.get(node.id)
            return node.id if constant is None else f"{constant}{self._suffix}"
        if isinstance(node, ast.IfExp):
            test, body, other = (self.write(n) for n in (node.test, node.body, node.orelse))
            return f"({test} ? {body} : {other})"
        if isinstance(node, ast.BinOp):
            left, right = self.write(node.left), self.write(node.right)
            if isinstance(node.op, ast.FloorDiv):
                return f"fdiv({left}, {right})"
            if isinstance(node.op, ast.Mod):
                return f"fmod({left}, {right})"
            return f"({left} {_OPERATORS[type(node.op)]} {right})"
        if isinstance(node, ast.UnaryOp):
            sign = "!" if isinstance(node.op, ast.Not) else "-"
            return f"({sign}{self.write(node.operand)})"
        if isinstance(node, ast.BoolOp):
            word = " && " if isinstance(node.op, ast.And) else " || "
            return "(" + word.join(self.write(value) for value in node.values) + ")"
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Tuple):
            return "[" + ", ".join(self.write(item) for item in node.elts) + "]"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            known = name in BUILT_IN or name in WORDS
            called = _NAMES.get(name, name) if known else self._calls[name]
            return f"{called}({', '.join(self.write(item) for item in node.args)})"
        if isinstance(node, ast.JoinedStr):
            return "(" + " + ".join(self._piece(item) for item in node.values) + ")"
        raise LanguageError(f"«{type(node).__name__}» è fuori dal linguaggio")

    def _piece(self, node: ast.expr) -> str:
        return self.write(node.value if isinstance(node, ast.FormattedValue) else node)

    def _compare(self, node: ast.Compare) -> str:
        operands = [self.write(item) for item in (node.left, *node.comparators)]
        pairs = [
            f"{right}.includes({left})"
            if isinstance(op, ast.In)
            else f"{left} {_OPERATORS[type(op)]} {right}"
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return "(" + " && ".join(pairs) + ")"
