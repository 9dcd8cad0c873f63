"""The rules of `pid.toml`, compiled: what each element of a statement may hold."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from etl.contracts import load_supplier_contract
from etl.receive.texts import one_line

RULES = Path(__file__).with_name("pid.toml")

TABLES = (
    "prospetti",
    "prospetti-province",
    "prospetti-orari",
    "prospetti-escluse",
    "prospetti-compensazioni",
    "prospetti-posti",
    "prospetti-riepilogo",
)

Value = str | int
Row = tuple[Value | None, ...]


class WrongValueError(ValueError):
    """A value that its rule refuses."""


Convert = Callable[[str], Value]


@dataclass(frozen=True)
class Kind:
    """The rule of one type of value: `convert` returns the value or raises WrongValueError."""

    name: str
    expected: str
    convert: Convert


@dataclass
class Child:
    """One element inside a block, or one attribute."""

    name: str
    order: int
    required: bool = False
    repeated: bool = False
    restricted: bool = False
    person: bool = False
    block: Block | None = None
    kind: Kind | None = None
    column: str | None = None

    def __post_init__(self) -> None:
        self.bit = 1 << self.order if self.required else 0


@dataclass
class Block:
    """An element that holds other elements, in order."""

    name: str
    children: dict[str, Child] = field(default_factory=dict)
    required: int = 0  # the bits of the children that must be there
    table: str | None = None
    is_row: bool = False
    group: str | None = None


@dataclass(frozen=True)
class Rules:
    """Everything that `pid.toml` says."""

    namespace: str
    version: str
    root: Block
    attributes: tuple[Child, ...]
    watched: tuple[str, ...]  # qualified names of the elements that the reader stops at


_GROUPS = {
    "disabili": "disabili",
    "centralinisti": "centralinisti",
    "massofisioterapisti": "massofisioterapisti",
    "telelavoro": "telelavoro",
    "somministrati": "somministrati",
    "convenzioni": "convenzioni",
}


@cache
def load_rules() -> Rules:
    """Return the rules of the statement, compiled once a process."""
    raw = tomllib.loads(RULES.read_text(encoding="utf-8"))
    prefix = "{" + raw["spazio"] + "}"
    kinds = {name: _kind(name, body) for name, body in raw["tipi"].items()}
    bodies: dict[str, Any] = raw["blocchi"]
    watched: set[str] = {prefix + "prospetto"}

    def build(name: str) -> Block:
        body = bodies[name]
        block = Block(
            name=name,
            table=body.get("tabella"),
            is_row=body.get("riga", False),
            group=body.get("gruppo"),
        )
        for order, item in enumerate(body["figli"]):
            child = _child(item, order, kinds)
            if "blocco" in item:
                child.block = build(item["blocco"])
                if item["blocco"] == "parttime":
                    child.block.group = _GROUPS[name]
            if child.block is not None or child.person or child.repeated:
                watched.add(prefix + child.name)
            block.children[prefix + child.name] = child
        block.required = sum(child.bit for child in block.children.values())
        return block

    root = build("prospetto")
    attributes = tuple(
        _child(item, order, kinds) for order, item in enumerate(bodies["prospetto"]["attributi"])
    )
    return Rules(raw["spazio"], raw["versione"], root, attributes, tuple(sorted(watched)))


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the columns of one of the seven tables, as its contract orders them."""
    return tuple(load_supplier_contract(table).names)


@cache
def restricted_columns(table: str) -> frozenset[str]:
    """Return the columns of a table whose values never appear in a message."""
    return frozenset(child.column for child in _kept(table) if child.restricted and child.column)


@cache
def element_names(table: str) -> dict[str, str]:
    """Return the element from which each column of a table comes."""
    return {child.column: child.name for child in _kept(table) if child.column}


def _kept(table: str) -> list[Child]:
    found: list[Child] = list(load_rules().attributes) if table == "prospetti" else []
    waiting = [load_rules().root]
    while waiting:
        block = waiting.pop()
        for child in block.children.values():
            if child.block is not None:
                waiting.append(child.block)
            elif child.column is not None and block.table == table:
                found.append(child)
    return found


def _child(item: dict[str, Any], order: int, kinds: dict[str, Kind]) -> Child:
    return Child(
        name=item["nome"],
        order=order,
        required=item.get("obbligatorio", False),
        repeated=item.get("ripetuto", False),
        restricted=item.get("riservato", False) or item.get("persona", False),
        person=item.get("persona", False),
        kind=kinds[item["tipo"]] if "tipo" in item else None,
        column=item.get("colonna"),
    )


def _kind(name: str, body: dict[str, Any]) -> Kind:
    if "valori" in body:
        allowed: list[str] = body["valori"]
        expected = "uno di questi valori: " + ", ".join(allowed)
        return Kind(name, expected, _one_of(frozenset(allowed)))
    form = body.get("forma", "testo")
    pattern = re.compile(body["modello"]) if "modello" in body else None
    longest = body.get("lunghezza_massima")
    if form == "testo":
        return Kind(name, body["atteso"], _text(pattern, longest))
    if form == "data":
        return Kind(name, body["atteso"], _date)
    if form == "data_ora":
        return Kind(name, body["atteso"], _date_time)
    makers = {"numero": _number, "percentuale": _percentage, "orario": _minutes}
    return Kind(name, body["atteso"], makers[form](re.compile(body["modello"])))


def _one_of(allowed: frozenset[str]) -> Convert:
    def convert(text: str) -> Value:
        if text not in allowed:
            raise WrongValueError
        return text

    return convert


def _text(pattern: re.Pattern[str] | None, longest: int | None) -> Convert:
    def convert(text: str) -> Value:
        if not text or (pattern is not None and not pattern.fullmatch(text)):
            raise WrongValueError
        if longest is None:
            return text
        line = one_line(text)
        if len(text) > longest or not line:
            raise WrongValueError
        return line

    return convert


def _number(pattern: re.Pattern[str]) -> Convert:
    matches = pattern.fullmatch

    def convert(text: str) -> Value:
        if not matches(text):
            raise WrongValueError
        return int(text)

    return convert


def _percentage(pattern: re.Pattern[str]) -> Convert:
    matches = pattern.fullmatch

    def convert(text: str) -> Value:
        digits = text.replace(" ", "")
        if not matches(text) or not digits:
            raise WrongValueError
        return int(digits)

    return convert


def _minutes(pattern: re.Pattern[str]) -> Convert:
    matches = pattern.fullmatch

    def convert(text: str) -> Value:
        if not matches(text) or text[3] > "5":
            raise WrongValueError
        return int(text[:2]) * 60 + int(text[3:])

    return convert


_DATE = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?\s*")
_DATE_TIME = re.compile(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-4]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?\s*"
)


def _calendar(match: re.Match[str] | None) -> str:
    if match is None:
        raise WrongValueError
    day = match.group(1)
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        raise WrongValueError from None
    return day


def _date(text: str) -> Value:
    return _calendar(_DATE.fullmatch(text))


def _date_time(text: str) -> Value:
    return _calendar(_DATE_TIME.fullmatch(text))
