"""What was received, accepted and refused, and how the data are protected."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from etl.config import Config
from etl.contracts import field_dictionary, load_supplier_contract
from etl.site.page import Asset, Page
from etl.site.released import Released

TRAIL = (("qualita/", "Qualità"),)

SEVERITIES = {
    "file": "tutto il file è stato rifiutato",
    "riga": "le righe non sono state usate",
    "avviso": "i dati sono stati usati",
}
RESPONSIBLES = {"fornitore": "chi ha inviato i dati", "gestore": "chi gestisce il portale"}

# What each kind of expectation asserts, for people who do not know its name.
EXPECTATIONS = {
    "expect_table_columns_to_match_ordered_list": "le colonne sono quelle promesse",
    "expect_table_row_count_to_be_between": "le righe non sono meno di quelle attese",
    "expect_column_values_to_be_unique": "ogni identificativo compare una volta sola",
    "expect_compound_columns_to_be_unique": "ogni combinazione della chiave compare una volta sola",
    "expect_column_values_to_not_be_null": "i valori obbligatori ci sono tutti",
    "expect_column_values_to_match_regex": "i codici hanno la forma giusta",
    "expect_column_values_to_be_in_set": "i codici sono quelli del vocabolario",
    "expect_column_values_to_be_between": "i numeri stanno nei limiti",
    "expect_column_value_lengths_to_be_between": "i testi non sono troppo lunghi",
    "expect_column_pair_values_a_to_be_greater_than_b": "le cifre sono coerenti tra loro",
    "expect_value_only_where_published": "un valore riservato non è scritto da nessuna parte",
}


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the quality page, the page on disclosure control, and one page for each supplier."""
    suppliers = _suppliers(released)
    yield Page(
        path="qualita/index.html",
        template="qualita",
        title="Qualità dei dati",
        description="Che cosa abbiamo ricevuto, che cosa abbiamo usato e che cosa va corretto.",
        context={
            "fornitori": suppliers,
            "controlli": _checks(released),
            "differenze": _differences(released),
        },
    )
    yield Page(
        path="qualita/riservatezza/index.html",
        template="riservatezza",
        title="Come proteggiamo i dati",
        description="Che cosa non si pubblica mai, e come si proteggono le cifre piccole.",
        trail=TRAIL,
        context={
            "soglie": config.riservatezza,
            "prova": released.proof,
            "dataset": list(released.datasets.values()),
        },
    )
    for supplier in suppliers:
        yield Page(
            path=f"qualita/{supplier['slug']}/index.html",
            template="fornitore",
            title=supplier["nome"],
            description=f"Che cosa ha inviato {supplier['nome']} e che cosa va corretto.",
            trail=TRAIL,
            context={
                "fornitore": supplier,
                "gravita": SEVERITIES,
                "responsabili": RESPONSIBLES,
            },
        )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield no file."""
    yield from ()


DIFFERENCES = {
    "valore_diverso": "{}: il valore dichiarato è un altro",
    "non_calcolabile": "{}: i dati non bastano per calcolarlo",
    "provincia_assente": "{}: manca il riepilogo di una provincia",
    "riepilogo_assente": "manca il riepilogo (quadro 3)",
}


def _differences(released: Released) -> list[tuple[str, int]]:
    """Return (what differs, in how many statements), the most frequent first."""
    titles = {name: field.titolo.it for name, field in field_dictionary().items()}
    found = [
        (
            DIFFERENCES[item["tipo"]].format(titles.get(item["cifra"], "")).strip(": "),
            item["conteggio"],
        )
        for item in released.quality["differenze_prospetti"]
    ]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _suppliers(released: Released) -> list[dict[str, Any]]:
    """Return each supplier with its sources and their sums, by name."""
    by_slug: dict[str, dict[str, Any]] = {}
    for source in released.quality["fonti"]:
        supplier = by_slug.setdefault(
            source["fornitore_slug"],
            {"slug": source["fornitore_slug"], "nome": source["fornitore"], "fonti": []},
        )
        problems = [{**item, "testo": in_words(item)} for item in source["problemi"]]
        supplier["fonti"].append(
            {**source, "titolo": _title(source["contratto"]), "problemi": problems}
        )
    for supplier in by_slug.values():
        for name in ("letti", "accettati", "rifiutati"):
            supplier[name] = sum(source[name] for source in supplier["fonti"])
        supplier["avvisi"] = sum(
            problem["conteggio"]
            for source in supplier["fonti"]
            for problem in source["problemi"]
            if problem["gravita"] == "avviso"
        )
        supplier["sintetica"] = any(source["sintetica"] for source in supplier["fonti"])
    return sorted(by_slug.values(), key=lambda item: str(item["nome"]))


@cache
def _catalogue() -> dict[str, str]:
    text = Path(__file__).with_name("problemi.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def in_words(problem: dict[str, Any]) -> str:
    """Return what went wrong, for the public: the report's own words, or those of its code.

    A vacancy's problem bears the prefix `posto-`.
    """
    code = str(problem["codice"])
    prefix, known = "", _catalogue()
    if code not in known and code.startswith("posto-"):
        prefix, code = "in un posto disponibile, ", code.removeprefix("posto-")
    text = problem.get("messaggio") or known.get(code) or re.sub(r"[-_]+", " ", code)
    return prefix + str(text)


def _title(contract: str) -> str:
    return load_supplier_contract(contract).titolo


def _checks(released: Released) -> list[dict[str, Any]]:
    """Return, for each data set, how many checks passed, by what they assert."""
    passed: dict[str, Counter[str]] = {}
    total: dict[str, Counter[str]] = {}
    for outcome in released.quality["attese"]:
        text = EXPECTATIONS.get(outcome["attesa"], outcome["attesa"])
        total.setdefault(outcome["dataset"], Counter())[text] += 1
        passed.setdefault(outcome["dataset"], Counter())[text] += bool(outcome["esito"])
    return [
        {
            "slug": slug,
            "titolo": released.datasets[slug].contract.titolo.it,
            "superati": sum(passed[slug].values()),
            "fatti": sum(total[slug].values()),
            "voci": sorted((text, passed[slug][text], number) for text, number in kinds.items()),
        }
        for slug, kinds in sorted(total.items())
    ]
