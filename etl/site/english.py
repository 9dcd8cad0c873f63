"""The catalogue in English: what a reader who has no Italian needs in order to reuse the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import Contract, vocabulary
from etl.site.page import Asset, Page
from etl.site.released import Dataset, Released

FREQUENCIES = {
    "annuale": "once a year",
    "semestrale": "twice a year",
    "trimestrale": "every three months",
    "mensile": "every month",
    "occasionale": "when there is something new",
}
TYPES = {
    "testo": "text",
    "intero": "integer",
    "decimale": "decimal number",
    "data": "date (YYYY-MM-DD)",
    "logico": "true or false",
    "elenco": "list of codes",
}
METHODS = {
    "soppressione": "Figures about few people or employers are hidden, together with those from "
    "which they could be computed.",
    "tassi": "Rates are shown from twenty people on, and never where nearly all, or nearly none, "
    "had the outcome.",
    "perturbazione": "Figures are changed a little, at random, always in the same way.",
    "generalizzazione": "Where few are concerned a wider territory is shown, or no sector.",
    "aperto": "No protection is needed.",
}


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the catalogue in English and a page for each data set."""
    datasets = list(released.datasets.values())
    yield Page(
        path="en/dati/index.html",
        template="en_data",
        title="Open data",
        description="The data sets, with dictionary, licence and files.",
        trail=(("en/", "English"),),
        context={"dataset": datasets},
        counterpart="dati/",
    )
    for dataset in datasets:
        yield Page(
            path=f"en/dati/{dataset.slug}/index.html",
            template="en_dataset",
            title=dataset.contract.titolo.en,
            description=dataset.contract.domanda.en,
            trail=(("en/", "English"), ("en/dati/", "Open data")),
            context=_describe(config, released, dataset),
            counterpart=f"dati/{dataset.slug}/",
        )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield no file."""
    yield from ()


def _describe(config: Config, released: Released, dataset: Dataset) -> dict[str, Any]:
    contract = dataset.contract
    portal = config.portale
    return {
        "insieme": dataset,
        "contratto": contract,
        "dizionario": [_field(contract, name) for name in contract.names],
        "frequenza": FREQUENCIES.get(contract.frequenza, contract.frequenza),
        "metodo": METHODS[contract.riservatezza.metodo],
        "citazione": (
            f"{portal.titolare.nome}, “{contract.titolo.en}”, {portal.nome}, data as of "
            f"{released.date}, {portal.url_base}/dati/{contract.slug}/, licence CC BY 4.0."
        ),
    }


def _field(contract: Contract, name: str) -> dict[str, Any]:
    field = next(item for item in contract.campi if item.name == name)
    definition = field.definizione
    codes = vocabulary(definition.vocabolario) if definition.vocabolario else {}
    return {
        "nome": name,
        "titolo": definition.titolo.en,
        "descrizione": definition.descrizione.en,
        "tipo": TYPES[definition.tipo],
        "obbligatorio": field.obbligatorio,
        "chiave": name in contract.chiave,
        "codici": [(code, text.en) for code, text in codes.items()],
    }
