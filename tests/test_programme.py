"""Every commitment of the programmes is answered by a page, a data set and an indicator."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from lxml import html

from etl.contracts import DATASETS, load_contracts
from etl.indicators import formulas
from etl.site.measures.declaration import load_measures
from tests.site.conftest import site, zone

__all__ = ["site", "zone"]

COMMITMENTS = [
    {**row, "misura": path.parent.name}
    for path in sorted(DATASETS.glob("*/impegni.csv"))
    for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
]
MEASURES = {measure.slug: measure for measure in load_measures()}

# What the documents promise, document by document. A line taken away from a measure's folder must
# be taken away here too, by somebody who has read the document.
PROMISED = {
    "linee-2021": [
        "art14-criteri",
        "art14-incentivi-bando",
        "art14-premialita",
        "autismo-pilota",
        "autismo-risultati",
        "azioni-in-corso",
        "cruscotto-assegnazione",
        "cruscotto-catalogo",
        "cruscotto-efficacia",
        "cruscotto-scelta",
        "cruscotto-specializzazione",
        "dote-bando",
        "dote-comunicazione",
        "dote-enti-pubblici",
        "emergenza-mantenimento",
        "emergenza-smartworking",
        "incrocio-confini",
        "isole-formative",
        "legge68-ambiti",
        "legge68-conoscenza",
        "legge68-modalita",
        "legge68-percorsi",
        "pilastri",
        "promotore-imprese",
        "promotore-persone",
        "promotore-sportello",
        "reti-avanzamento",
        "reti-costi",
        "reti-panel",
        "reti-replica",
        "scoperture-portale",
        "scoperture-posti",
    ],
    "pdz": [
        "8.1.1-condivisione",
        "8.1.1-inserimenti",
        "8.1.1-integrazione",
        "8.1.1-laboratori",
        "8.1.1-persone",
        "8.1.1-protocollo",
        "8.1.1-ricognizione",
        "8.1.1-riorganizzazione",
        "8.1.1-valutazione",
        "8.1.2-mappatura",
        "8.1.2-percorsi",
        "8.1.2-prodotto",
        "8.1.2-regia",
        "8.1.2-rete",
        "8.1.2-servizi",
        "8.1.3-laboratori",
        "8.1.3-microcredito",
        "8.1.3-servizi",
        "8.1.3-valutazione",
        "9.1-appropriatezza",
        "9.1-compiti",
        "9.1-informazioni",
        "9.1-linee-guida",
        "9.1-percorsi",
        "9.1-report",
        "9.1-tavolo",
        "9.1-unita",
        "responsabilita",
    ],
    "reti": [
        "differenza",
        "differenziazione",
        "esito-e-beneficio",
        "integrazione",
        "reti-efficaci",
        "risorse",
        "universalismo",
        "valutazione",
    ],
    "mantova": ["accordo", "azioni", "incontri", "modello", "tirocini", "vocabolario"],
    "monza": ["adesione", "buone-prassi", "incontri", "integrazione", "modello", "report"],
}


def test_no_promise_is_missing_and_none_is_made_up() -> None:
    found: dict[str, list[str]] = {}
    for row in COMMITMENTS:
        document, name = row["id_impegno"].split("/", 1)
        found.setdefault(document, []).append(name)
    assert {document: sorted(names) for document, names in found.items()} == PROMISED


@pytest.mark.parametrize("row", COMMITMENTS, ids=lambda row: row["id_impegno"])
def test_each_promise_has_its_page_its_data_set_and_its_indicator(
    site: Path, row: dict[str, str]
) -> None:
    measure = MEASURES[row["misura"]]
    page = site / measure.address / "index.html"
    assert page.is_file()
    assert row["insieme_dati"] in {contract.slug for contract in load_contracts()}
    data = site / "dati" / row["insieme_dati"]
    assert (data / "index.html").is_file()
    assert (data / f"{row['insieme_dati']}.csv").stat().st_size > 0
    assert not row["formula"] or row["formula"] in formulas()
    shown = html.document_fromstring(page.read_text(encoding="utf-8"))
    if measure.pagina is None:
        words = " ".join(shown.text_content().split())
        assert row["impegno"] in words
        assert " ".join(row["citazione"].split()) in words
        cited = {item.formula for item in measure.indicatori}
        assert not row["formula"] or row["formula"] in cited | _elsewhere(row)


def _elsewhere(row: dict[str, str]) -> set[str]:
    """Formulas of the commitment that another page of the site works out on its data set."""
    return {
        item.formula
        for measure in MEASURES.values()
        for item in measure.indicatori
        if measure.data_set(item) == row["insieme_dati"]
    }


def test_quotations_are_short() -> None:
    for row in COMMITMENTS:
        assert len(row["citazione"]) <= 300, row["id_impegno"]
        assert not re.search(r"[\r\n]", row["citazione"])
