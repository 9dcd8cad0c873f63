"""The contracts as SQL: tables with keys, foreign keys, checks, comments and views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from etl.contracts import Contract, ContractField, vocabulary

Dialect = Literal["sqlite", "duckdb"]

_TYPES: dict[Dialect, dict[str, str]] = {
    "sqlite": {
        "testo": "TEXT",
        "intero": "INTEGER",
        "decimale": "REAL",
        "data": "TEXT",
        "logico": "INTEGER",
        "elenco": "TEXT",
    },
    "duckdb": {
        "testo": "VARCHAR",
        "intero": "BIGINT",
        "decimale": "DOUBLE",
        "data": "DATE",
        "logico": "BOOLEAN",
        "elenco": "VARCHAR[]",
    },
}
# The other compressions of numbers write down what memory holds where a value is missing.
STEADY = "USING COMPRESSION rle"

_STATES = "stato_valore"  # its codes are words already


def table_name(contract: Contract) -> str:
    """Return the table's name: the data set's, hyphens made underscores."""
    return contract.slug.replace("-", "_")


def owners(contracts: Iterable[Contract]) -> dict[str, Contract]:
    """Return, for each identifier (`id_…`), the data set whose rows it identifies.

    That is the one whose whole key it is; where several are keyed by it, the one with the
    shortest name, which is the plain register of those things.
    """
    found: dict[str, Contract] = {}
    for contract in sorted(contracts, key=lambda item: (len(item.slug), item.slug)):
        if len(contract.chiave) == 1 and contract.chiave[0].startswith("id_"):
            found.setdefault(contract.chiave[0], contract)
    return found


def foreign_keys(contract: Contract, contracts: Iterable[Contract]) -> list[tuple[str, Contract]]:
    """Return the fields that point at another data set's rows: (field, the other contract)."""
    known = owners(contracts)
    return [
        (name, known[name])
        for name in contract.names
        if name in known and known[name].slug != contract.slug
    ]


def in_order(contracts: Mapping[str, Contract]) -> list[Contract]:
    """Return the contracts so that each stands after those it points at."""
    placed: list[Contract] = []

    def place(contract: Contract) -> None:
        if contract in placed:
            return
        for _, other in foreign_keys(contract, contracts.values()):
            place(other)
        placed.append(contract)

    for _, contract in sorted(contracts.items()):
        place(contract)
    return placed


def create_table(
    contract: Contract, contracts: Iterable[Contract], dialect: Dialect = "sqlite"
) -> str:
    """Return the CREATE TABLE of one data set, a comment beside each column."""
    lines: list[tuple[str, str]] = [
        (_column(field, dialect), field.definizione.titolo.it) for field in contract.campi
    ]
    lines.append((f"PRIMARY KEY ({', '.join(map(quoted, contract.chiave))})", ""))
    for name, other in foreign_keys(contract, contracts):
        target = f"{quoted(table_name(other))} ({quoted(name)})"
        lines.append((f"FOREIGN KEY ({quoted(name)}) REFERENCES {target}", ""))
    body = [
        f"  {text}{',' if position < len(lines) else ''}{f'  -- {note}' if note else ''}"
        for position, (text, note) in enumerate(lines, 1)
    ]
    return f"CREATE TABLE {quoted(table_name(contract))} (\n" + "\n".join(body) + "\n);"


def _column(field: ContractField, dialect: Dialect) -> str:
    definition = field.definizione
    parts = [quoted(field.name), _TYPES[dialect][definition.tipo]]
    if dialect == "duckdb" and definition.tipo not in ("testo", "elenco"):
        parts.append(STEADY)
    if field.obbligatorio:
        parts.append("NOT NULL")
    name = quoted(field.name)
    if definition.vocabolario and definition.tipo == "testo":
        codes = ", ".join(map(literal, vocabulary(definition.vocabolario)))
        parts.append(f"CHECK ({name} IN ({codes}))")
    if dialect == "sqlite" and definition.tipo == "logico":
        parts.append(f"CHECK ({name} IN (0, 1))")
    for limit, sign in ((definition.minimo, ">="), (definition.massimo, "<=")):
        if limit is not None:
            parts.append(f"CHECK ({name} {sign} {limit:g})")
    return " ".join(parts)


def create_view(contract: Contract) -> str | None:
    """Return the view `<table>_in_parole`: each code with its label beside; None without codes."""
    coded = [
        field
        for field in contract.campi
        if field.definizione.vocabolario not in (None, _STATES)
        and field.definizione.tipo == "testo"
    ]
    if not coded:
        return None
    columns, joins = [], []
    for field in contract.campi:
        columns.append(f"t.{quoted(field.name)}")
        if field in coded:
            alias = quoted(f"v_{field.name}")
            columns.append(f"{alias}.it AS {quoted(f'{field.name}_in_parole')}")
            joins.append(
                f"LEFT JOIN vocabolari AS {alias} ON {alias}.codice = t.{quoted(field.name)} "
                f"AND {alias}.vocabolario = {literal(field.definizione.vocabolario or '')}"
            )
    table = table_name(contract)
    return (
        f"CREATE VIEW {quoted(f'{table}_in_parole')} AS\nSELECT "
        + ", ".join(columns)
        + f"\nFROM {quoted(table)} AS t\n"
        + "\n".join(joins)
        + ";"
    )


def list_tables(contract: Contract) -> list[tuple[ContractField, str]]:
    """Return, for each field of many codes, the link table that holds one code a row."""
    name = table_name(contract)
    keys = {field.name: field for field in contract.campi if field.name in contract.chiave}
    found = []
    for field in contract.campi:
        if field.definizione.tipo != "elenco":
            continue
        columns = ", ".join(
            f"{quoted(key)} {_TYPES['sqlite'][keys[key].definizione.tipo]}"
            for key in contract.chiave
        )
        key = ", ".join(map(quoted, contract.chiave))
        statement = (
            f"CREATE TABLE {quoted(f'{name}_{field.name}')} ({columns}, codice TEXT NOT NULL, "
            f"PRIMARY KEY ({key}, codice), FOREIGN KEY ({key}) REFERENCES {quoted(name)} ({key}));"
        )
        found.append((field, statement))
    return found


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
