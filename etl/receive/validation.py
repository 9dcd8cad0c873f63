"""Every canonical table is validated with frictionless against its supplier's contract."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.contracts import ContractField, SupplierContract, vocabulary
from etl.problems import Problem, Severity
from etl.receive.frames import LIST_SEPARATOR, Cell, write_csv
from etl.receive.messages import cell_wording, row_wording

TABLE_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"
_TYPES = {
    "testo": "string",
    "intero": "integer",
    "decimale": "number",
    "data": "date",
    "logico": "boolean",
    "elenco": "string",
}


Found = tuple[int, Problem]
COPY = "riga-ripetuta"


@dataclass
class Table:
    """Canonical rows on their way to being accepted, each with its place in the supplier's file.

    `rows` hold canonical values in the contract's order; `raw` the supplier's own cells, where
    there are any; `headers` the supplier's header of each of our columns.
    """

    contract: SupplierContract
    source: str
    rows: list[list[Cell]]
    files: list[str]
    lines: list[int]
    raw: list[list[str]] | None = None
    raw_names: list[str] | None = None
    headers: dict[str, str] | None = None
    positions: dict[str, int] | None = None
    restricted: frozenset[str] = frozenset()

    def header(self, name: str) -> str:
        """Return what the supplier calls our column `name`."""
        return (self.headers or {}).get(name, name)

    def value(self, index: int, name: str) -> str | None:
        """Return a cell as the supplier wrote it, or our value where there is no such cell."""
        if name in self.restricted:
            return None
        place = (self.positions or {}).get(name)
        if self.raw is not None and place is not None:
            cells = self.raw[index]
            return cells[place] if place < len(cells) else ""
        value = self.rows[index][self.contract.names.index(name)]
        return None if value is None else str(value)

    def column(self, name: str) -> list[Cell]:
        """Return our column `name`, row by row."""
        place = self.contract.names.index(name)
        return [row[place] for row in self.rows]

    def has_form(self, index: int, name: str) -> bool:
        """Tell whether a cell holds a text of the form that its field asks."""
        place = self.contract.names.index(name)
        form = self.contract.campi[place].definizione.formato
        value = self.rows[index][place]
        return value is not None and re.fullmatch(form or ".*", str(value)) is not None

    def problem(self, index: int, code: str, message: str, remedy: str, **more: Any) -> Problem:
        """Return a problem of one row."""
        return Problem(
            source=self.source,
            file=self.files[index],
            code=code,
            message=message,
            remedy=remedy,
            row=self.lines[index] or None,
            **more,
        )


def table_schema(contract: SupplierContract) -> dict[str, Any]:
    """Return the contract as a Table Schema (v2) of its canonical CSV."""
    return {
        "$schema": TABLE_SCHEMA,
        "fieldsMatch": "exact",
        "fields": [_field(field) for field in contract.campi],
        "missingValues": [""],
        "primaryKey": contract.chiave,
    }


def _field(field: ContractField) -> dict[str, Any]:
    definition = field.definizione
    constraints: dict[str, Any] = {}
    if field.obbligatorio:
        constraints["required"] = True
    if definition.formato and definition.tipo == "testo":
        # frictionless anchors a pattern without grouping it
        constraints["pattern"] = f"(?:{definition.formato})"
    if definition.lunghezza_massima:
        constraints["maxLength"] = definition.lunghezza_massima
    if definition.minimo is not None:
        constraints["minimum"] = _bound(definition.tipo, definition.minimo)
    if definition.massimo is not None:
        constraints["maximum"] = _bound(definition.tipo, definition.massimo)
    if definition.vocabolario:
        codes = list(vocabulary(definition.vocabolario))
        if definition.tipo == "elenco":
            one = "(" + "|".join(codes) + ")"
            constraints["pattern"] = f"{one}({LIST_SEPARATOR}{one})*"
        else:
            constraints["enum"] = codes
    body: dict[str, Any] = {"name": field.name, "type": _TYPES[definition.tipo]}
    if definition.tipo == "logico":
        body |= {"trueValues": ["true"], "falseValues": ["false"]}
    if constraints:
        body["constraints"] = constraints
    return body


def _bound(kind: str, value: float) -> float | int:
    return int(value) if kind == "intero" else value


def validate(table: Table) -> list[Found]:
    """Return every problem of a table with the index of its row.

    frictionless reads the canonical CSV (without stopping at its thousandth error); keys and
    the words of a list, which it does not check, are checked here. Messages name the supplier's
    own file, row and column, and the value as the supplier wrote it, unless it is restricted.
    """
    found = _frictionless(table)
    return found + _repeated(table, dropped(found))


def dropped(found: list[Found]) -> set[int]:
    """Return the rows that are not used: the refused ones and the copies of another row."""
    return {
        index
        for index, problem in found
        if problem.severity is not Severity.NOTICE or problem.code == COPY
    }


def _frictionless(table: Table) -> list[tuple[int, Problem]]:
    from frictionless import Resource, Schema

    contract = table.contract
    fields = {field.name: field for field in contract.campi}
    position = {name: index for index, name in enumerate(contract.names)}
    found: list[tuple[int, Problem]] = []
    # the primary key of a table with empty key cells is checked by us: frictionless refuses them
    descriptor = {k: v for k, v in table_schema(contract).items() if k != "primaryKey"}
    with tempfile.TemporaryDirectory(prefix="mirato-") as folder:
        write_csv(contract.names, table.rows, Path(folder) / "tabella.csv")
        resource = Resource(
            path="tabella.csv",
            basepath=folder,
            schema=Schema.from_descriptor(descriptor),
            encoding="utf-8",
        )
        report = resource.validate(limit_errors=2**62)
        for error in report.tasks[0].errors:
            index = getattr(error, "row_number", 0) - 2
            name = getattr(error, "field_name", "")
            if not 0 <= index < len(table.rows):
                raise AssertionError(f"la tabella canonica non è leggibile: {error.type}")
            if name not in fields:
                wording = row_wording(error.type)
                found.append((index, _row_problem(table, index, wording)))
                continue
            constraint = None
            if error.type == "constraint-error":
                constraint = error.note.split('"')[1]
            found.append(
                (index, _cell_problem(table, index, fields[name], position, error.type, constraint))
            )
    return found


def _row_problem(table: Table, index: int, wording: Any) -> Problem:
    return table.problem(index, wording.code, wording.message, wording.remedy)


def _cell_problem(
    table: Table,
    index: int,
    field: ContractField,
    position: dict[str, int],
    kind: str,
    constraint: str | None,
) -> Problem:
    value = table.rows[index][position[field.name]]
    found = table.value(index, field.name)
    if field.definizione.tipo == "elenco" and constraint == "pattern":
        constraint = "enum"
        known = set(vocabulary(field.definizione.vocabolario or ""))
        wrong = [item for item in str(value or "").split(LIST_SEPARATOR) if item not in known]
        found = None if field.name in table.restricted else ", ".join(wrong)
    wording = cell_wording(kind, constraint, field, table.header(field.name))
    return table.problem(
        index,
        wording.code,
        wording.message,
        wording.remedy,
        column=table.header(field.name),
        found=None if constraint == "required" else found,
        expected=wording.expected,
    )


def _repeated(table: Table, refused: set[int]) -> list[Found]:
    """Copies of a row are left out; of rows that contradict each other, none can be used."""
    contract = table.contract
    places = [contract.names.index(name) for name in contract.chiave]
    same_key: dict[tuple[Cell, ...], list[int]] = {}
    for index, row in enumerate(table.rows):
        if index not in refused:
            same_key.setdefault(tuple(_fold(row[place]) for place in places), []).append(index)
    found: list[Found] = []
    columns = ", ".join(f"«{table.header(name)}»" for name in contract.chiave)
    for indexes in same_key.values():
        if len(indexes) == 1:
            continue
        agree = all(table.rows[index] == table.rows[indexes[0]] for index in indexes)
        for index in indexes[1:] if agree else indexes:
            other = indexes[0] if index != indexes[0] else indexes[1]
            where = f"riga {table.lines[other]}"
            if table.files[other] != table.files[index]:
                where = f"file «{table.files[other]}», {where}"
            if agree:
                problem = table.problem(
                    index,
                    COPY,
                    f"La riga è identica a un’altra ({where}).",
                    "togliere la copia.",
                    severity=Severity.NOTICE,
                )
            else:
                problem = table.problem(
                    index,
                    "chiave-ripetuta",
                    f"Un’altra riga ({where}) ha gli stessi valori in {columns}, ma dice altro: "
                    "non si sa quale vale.",
                    "lasciare una sola riga, o correggere i valori che devono distinguerle.",
                )
            found.append((index, problem))
    return sorted(found, key=lambda item: item[0])


def _fold(value: Cell) -> Cell:
    return value.casefold() if isinstance(value, str) else value
