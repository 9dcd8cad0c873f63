"""The explorer: a page for each data set where its rows are filtered, grouped and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from etl.config import Config
from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD, Contract, vocabulary
from etl.site.assets import prepare_assets
from etl.site.catalogue import METHODS, data_block
from etl.site.history import read_past
from etl.site.language import number
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

FIRST_ROWS = 25  # that stand in the page, for who has no JavaScript
_COLUMNS = 8  # shown at first
_STATE = "_stato"
_OWN_MODULES = ("calcoli", "dati")
_SHARED_MODULES = ("elementi", "pagine", "parole")
_UNSAID = {WITHHELD: "riservato", NOT_COLLECTED: "non rilevato"}


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield an explorer for each data set."""
    pasts = read_past(released.zone)
    modules = _modules(prepare_assets())
    for slug, dataset in released.datasets.items():
        contract = dataset.contract
        fields = describe(contract)
        shown = [field for field in fields if field["predefinita"]]
        parquet = next(item for item in dataset.files if item.name == f"{slug}.parquet")
        yield Page(
            path=f"dati/{slug}/esplora/index.html",
            template="esplora",
            title=f"Esplora «{contract.titolo.it}»",
            description=f"Filtra, raggruppa e scarica i dati di «{contract.titolo.it}».",
            trail=(("dati/", "Dati aperti"), (f"dati/{slug}/", contract.titolo.it)),
            context={
                "insieme": dataset,
                "contratto": contract,
                "passato": pasts[slug],
                "peso": parquet.bytes,
                "moduli": modules,
                "campi": [
                    {"titolo": field["titolo"], "numero": _is_number(field)} for field in shown
                ],
                "righe": [
                    [cell(field, row) for field in shown] for row in dataset.rows[:FIRST_ROWS]
                ],
                "dizionario": data_block(fields),
                "metodo": METHODS[contract.riservatezza.metodo],
                "protette": bool(contract.riservatezza.valori),
            },
        )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield nothing: the explorer reads the published Parquet file."""
    yield from ()


def describe(contract: Contract) -> list[dict[str, Any]]:
    """Return what the browser must know of each column.

    `stato` names the column that says why a value is not there, `predefinita` whether the column
    is shown at first.
    """
    states = {
        name: f"{name}{_STATE}" for name in contract.names if f"{name}{_STATE}" in contract.names
    }
    for leader, others in contract.riservatezza.insieme.items():
        if leader in states:
            states.update(dict.fromkeys(others, states[leader]))
    shown = [name for name in contract.names if _worth_showing(contract, name)][:_COLUMNS]
    found = []
    for field in contract.campi:
        definition = field.definizione
        codes = vocabulary(definition.vocabolario) if definition.vocabolario else {}
        told: dict[str, Any] = {
            "nome": field.name,
            "titolo": definition.titolo.it,
            "tipo": definition.tipo,
            "stato": states.get(field.name),
            "predefinita": field.name in shown,
        }
        if codes:
            told["codici"] = {code: text.it for code, text in codes.items()}
        found.append(told)
    return found


def _worth_showing(contract: Contract, name: str) -> bool:
    """Tell whether a column is for people: not a state, nor a code or id with words beside it."""
    twin = name.removeprefix("codice_")
    return not (
        name.endswith(_STATE)
        or name in ("lat", "lon", "sintetico")
        or name.startswith("id_")
        or (twin != name and twin in contract.names)
    )


def cell(field: dict[str, Any], row: Row) -> tuple[str, str]:
    """Return a cell's text as people read it, and its class."""
    value = row[field["nome"]]
    if value is None or value == []:
        state = row[field["stato"]] if field["stato"] else PUBLISHED
        return _UNSAID.get(state, "–"), "num riservato" if _is_number(field) else "riservato"
    codes = field.get("codici", {})
    match value:
        case bool():
            return "sì" if value else "no", ""
        case int() | float():
            return number(value), "num"
        case list():
            return ", ".join(codes.get(code, code) for code in value), ""
        case date():
            return value.isoformat(), ""
    return str(codes.get(value, value)), ""


def _is_number(field: dict[str, Any]) -> bool:
    return field["tipo"] in ("intero", "decimale")


def _modules(third_parties: Path) -> list[str]:
    """Return every script that the explorer needs, below `tema/`, so that all come at once."""
    reader = sorted(path.name for path in (third_parties / "hyparquet").glob("*.js"))
    return [
        *(f"js/esplora-{name}.js" for name in _OWN_MODULES),
        *(f"js/{name}.js" for name in _SHARED_MODULES),
        *(f"terze/hyparquet/{name}" for name in reader),
    ]
