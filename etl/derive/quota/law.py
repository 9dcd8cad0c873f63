"""The law's numbers, each with its dates, its source, and whether it was verified."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent / "parameters"

Scalar = int | str
Value = Scalar | tuple[Any, ...]

UNKNOWN_TEXT = "da verificare"


class ParameterError(Exception):
    """A parameter file cannot be used; the text says which entry and why."""


@dataclass(frozen=True)
class Parameter:
    """One number of the law as it stands on a day; `value` is None where it is not known.

    `expired` is the last day on which a value held, where it held before and none follows it.
    """

    name: str
    title: str
    unit: str
    value: Value | None
    valid_from: date | None
    valid_to: date | None
    source: str | None
    verified: bool
    note: str | None = None
    expired: date | None = None

    @property
    def known(self) -> bool:
        """Whether a value is known for the day."""
        return self.value is not None


@dataclass(frozen=True)
class Parameters:
    """The law on one day. `p["name"]` is a value, or None where the law's value is not known."""

    on: date
    entries: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> Value | None:
        return self.entries[name].value

    def number(self, name: str) -> int | None:
        """Return an integer (euro amounts in cents, percentages as they are read), or None."""
        value = self.entries[name].value
        if value is not None and not isinstance(value, int):
            raise ParameterError(f"«{name}» non è un numero")
        return value

    def table(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Return the rows of a table; empty where nothing is known for the day."""
        value = self.entries[name].value
        return value if isinstance(value, tuple) else ()

    def unverified(self, names: Iterable[str]) -> list[str]:
        """Return which of `names` are not known, or known but not verified, sorted."""
        return sorted(n for n in names if not (self.entries[n].known and self.entries[n].verified))

    def with_values(self, **values: Value | None) -> Parameters:
        """Return the same day with some values replaced: for examples and for tests."""
        entries = dict(self.entries)
        for name, value in values.items():
            old = entries[name]
            entries[name] = Parameter(
                name, old.title, old.unit, value, None, None, "valore d’esempio", False
            )
        return Parameters(self.on, MappingProxyType(entries))


@dataclass(frozen=True)
class History:
    """A parameter through time: its values in order of date, never overlapping."""

    name: str
    title: str
    unit: str
    values: tuple[Parameter, ...]

    def on(self, day: date) -> Parameter:
        """Return the value in force on a day; one without a value where none is known."""
        for entry in self.values:
            after = entry.valid_from is None or entry.valid_from <= day
            if after and (entry.valid_to is None or day <= entry.valid_to):
                return entry
        ended = [v.valid_to for v in self.values if v.valid_to is not None and v.valid_to < day]
        return Parameter(
            self.name,
            self.title,
            self.unit,
            None,
            None,
            None,
            None,
            False,
            None,
            max(ended, default=None),
        )


def parameters(on: date, folder: Path = FOLDER) -> Parameters:
    """Return the law in force on a day; raises ParameterError where a file is wrong."""
    return _parameters(on, folder)


@cache
def _parameters(on: date, folder: Path) -> Parameters:
    entries = {name: history.on(on) for name, history in histories(folder).items()}
    return Parameters(on, MappingProxyType(entries))


@cache
def histories(folder: Path = FOLDER) -> Mapping[str, History]:
    """Return every parameter through time, by name; raises ParameterError."""
    found: dict[str, History] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ParameterError(f"{path.name}: {error}") from None
        for name, body in raw.items():
            if name in found:
                raise ParameterError(f"{path.name}: «{name}» è scritto due volte")
            found[name] = _history(name, body, path.name)
    return MappingProxyType(dict(sorted(found.items())))


def changes(folder: Path = FOLDER) -> list[date]:
    """Return every day on which some value starts, or stops being known, in order."""
    days: set[date] = set()
    for history in histories(folder).values():
        for entry in history.values:
            if entry.valid_from is not None:
                days.add(entry.valid_from)
            if entry.valid_to is not None:
                days.add(date.fromordinal(entry.valid_to.toordinal() + 1))
    return sorted(days)


_ENTRY = {"valore", "valid_from", "valid_to", "source", "verified", "note"}


def _history(name: str, body: Mapping[str, Any], file: str) -> History:
    missing = {"titolo", "unita", "valori"} - set(body)
    if missing:
        raise ParameterError(f"{file}: a «{name}» manca {', '.join(sorted(missing))}")
    values: list[Parameter] = []
    for entry in body["valori"]:
        unknown = set(entry) - _ENTRY
        if unknown or "verified" not in entry or not entry.get("source"):
            raise ParameterError(
                f"{file}: ogni valore di «{name}» ha valid_from, source e verified"
                + (f"; non {', '.join(sorted(unknown))}" if unknown else "")
            )
        value = _value(entry.get("valore"), body["unita"], f"{file}: «{name}»")
        if value is None and entry["verified"]:
            raise ParameterError(f"{file}: «{name}» non ha un valore, e non può essere verificato")
        values.append(
            Parameter(
                name,
                body["titolo"],
                body["unita"],
                value,
                entry.get("valid_from"),
                entry.get("valid_to"),
                entry["source"],
                entry["verified"],
                entry.get("note"),
            )
        )
    values.sort(key=lambda item: item.valid_from or date.min)
    for earlier, later in pairwise(values):
        if earlier.valid_to is None or later.valid_from is None:
            raise ParameterError(f"{file}: a un valore di «{name}» manca una data")
        if earlier.valid_to >= later.valid_from:
            raise ParameterError(f"{file}: due valori di «{name}» valgono lo stesso giorno")
    return History(name, body["titolo"], body["unita"], tuple(values))


def _value(raw: Any, unit: str, where: str) -> Value | None:
    if isinstance(raw, float):
        raise ParameterError(f"{where}: un importo si scrive tra virgolette, «39.21»")
    if isinstance(raw, bool):
        return int(raw)
    if isinstance(raw, str) and unit.startswith("euro"):
        return _cents(raw, where)
    if isinstance(raw, list):
        return tuple(
            MappingProxyType({key: _value(item, key, where) for key, item in row.items()})
            if isinstance(row, dict)
            else row
            for row in raw
        )
    if raw is None or isinstance(raw, int | str):
        return raw
    raise ParameterError(f"{where}: «{raw}» non è un numero, un testo o un elenco")


def _cents(text: str, where: str) -> int:
    whole, point, decimals = text.partition(".")
    if not whole.isdigit() or (point and not (len(decimals) == 2 and decimals.isdigit())):
        raise ParameterError(f"{where}: «{text}» non è un importo come 39.21")
    return int(whole) * 100 + int(decimals or 0)


def category_scope(code: str, law: Parameters) -> str:
    """Return for whom an excluded category counts: D (art. 3), C (art. 18) or E (both).

    A code that the dated table does not hold takes the default scope.
    """
    for row in law.table("categorie_escluse"):
        if row.get("codice") == code:
            return str(row["ambito"])
    return str(law["categorie_ambito_predefinito"] or "E")
