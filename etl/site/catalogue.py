"""The data catalogue: a page for each data set, and the files themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from etl.config import Config
from etl.contracts import Contract, field_dictionary, vocabulary
from etl.publish.dictionary import perturbation_error
from etl.site.history import Past, citation, read_past
from etl.site.page import Asset, Page
from etl.site.released import Dataset, Released

PREVIEW_ROWS = 10

FREQUENCIES = {
    "annuale": "una volta l’anno",
    "semestrale": "due volte l’anno",
    "trimestrale": "ogni tre mesi",
    "mensile": "ogni mese",
    "occasionale": "quando ci sono novità",
}
TYPES = {
    "testo": "testo",
    "intero": "numero intero",
    "decimale": "numero decimale",
    "data": "data (AAAA-MM-GG)",
    "logico": "vero o falso",
    "elenco": "elenco di codici",
}
COUNTED = {
    "persone": "Questi dati contano persone.",
    "imprese": "Questi dati contano datori di lavoro.",
    "denaro": "Questi dati contano somme di denaro.",
    "nulla": "Questi dati non contano né persone né datori di lavoro.",
}
LANGUAGES = {"curl": "curl", "python": "Python", "r": "R", "duckdb": "DuckDB"}
METHODS = {
    "soppressione": "Le cifre che riguardano pochi soggetti non si mostrano.",
    "tassi": "I tassi si mostrano da venti persone in su, e mai dove quasi tutte, o quasi "
    "nessuna, hanno avuto l’esito.",
    "perturbazione": "Le cifre sono modificate di poco, in modo casuale.",
    "generalizzazione": "Dove i soggetti sono pochi si mostra un territorio più ampio, "
    "o non si mostra il settore.",
    "aperto": "Non serve nessuna protezione.",
}


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the catalogue and a page for each data set."""
    datasets = list(released.datasets.values())
    pasts = read_past(released.zone)
    yield Page(
        path="dati/index.html",
        template="dati",
        title="Dati aperti",
        description="Gli insiemi di dati da scaricare, con dizionario, licenza e fonte.",
        context={"dataset": datasets, "frequenze": FREQUENCIES, "insieme": released.files},
        counterpart="en/dati/",
    )
    yield Page(
        path="dati/esempi/index.html",
        template="esempi",
        title="Come usare i dati",
        description="Programmi brevi per leggere i dati con curl, Python, R e DuckDB.",
        trail=(("dati/", "Dati aperti"),),
        context={
            "esempi": _read(released.zone / "portale" / "dati" / "esempi.json"),
            "linguaggi": LANGUAGES,
        },
    )
    for dataset in datasets:
        yield Page(
            path=f"dati/{dataset.slug}/index.html",
            template="dataset",
            title=dataset.contract.titolo.it,
            description=dataset.contract.domanda.it,
            trail=(("dati/", "Dati aperti"),),
            context=_describe(config, released, dataset, pasts[dataset.slug]),
            counterpart=f"en/dati/{dataset.slug}/",
        )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield every released file, at the address that the manifest gives.

    In the zone the files of a data set stand in `datasets/<slug>/`, those that belong to the
    whole portal below `portale/`.
    """
    zone = released.zone
    yield Asset("dati/manifest.json", source=zone / "manifest.json")
    for folder, address in ((zone / "datasets", "dati/"), (zone / "portale", "")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield Asset(f"{address}{path.relative_to(folder).as_posix()}", source=path)


def _describe(config: Config, released: Released, dataset: Dataset, past: Past) -> dict[str, Any]:
    contract = dataset.contract
    folder = released.zone / "datasets" / dataset.slug
    return {
        "passato": past,
        "esempi": _read(folder / "esempi.json"),
        "linguaggi": LANGUAGES,
        "schema_org": data_block(_read(folder / f"{dataset.slug}.jsonld")),
        "insieme": dataset,
        "contratto": contract,
        "dizionario": [_field(contract, name) for name in contract.names],
        "anteprima": [
            [preview(row[name]) for name in contract.names] for row in dataset.rows[:PREVIEW_ROWS]
        ],
        "citazione": citation(config, past, past.newest),
        "frequenza": FREQUENCIES.get(contract.frequenza, contract.frequenza),
        "fonti": _sources(config, contract),
        "conta": COUNTED[contract.riservatezza.conta],
        "metodo": METHODS[contract.riservatezza.metodo],
        "errore": perturbation_error(config)
        if contract.riservatezza.metodo == "perturbazione"
        else None,
        "protette": [
            field_dictionary()[name].titolo.it.lower() for name in contract.riservatezza.valori
        ],
    }


def _field(contract: Contract, name: str) -> dict[str, Any]:
    field = next(item for item in contract.campi if item.name == name)
    definition = field.definizione
    codes = vocabulary(definition.vocabolario) if definition.vocabolario else {}
    return {
        "nome": name,
        "titolo": definition.titolo.it,
        "descrizione": definition.descrizione.it,
        "tipo": TYPES[definition.tipo],
        "unita": definition.unita,
        "obbligatorio": field.obbligatorio,
        "chiave": name in contract.chiave,
        "codici": [(code, text.it) for code, text in codes.items()],
        "esempio": definition.esempio,
    }


def _sources(config: Config, contract: Contract) -> list[str]:
    names = {source.fornitore for source in config.fonti if _same(source.contratto, contract.fonti)}
    return sorted(names)


def _same(name: str, wanted: list[str]) -> bool:
    return any(item == name or item.startswith(f"{name}-") for item in wanted)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def data_block(value: Any) -> Markup:
    """Return JSON as the inside of a `<script>` that holds data: no text in it can end it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def preview(value: Any) -> str:
    """Return a cell as the CSV writes it, for the preview."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
