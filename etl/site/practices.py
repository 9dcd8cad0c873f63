"""Good practices, blank forms, and the shared vocabulary as a page and as SKOS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from etl.config import Config
from etl.indicators.programmes import replicability
from etl.site.forms import load_forms, to_odt
from etl.site.language import collation_key
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

# The five conditions of transferability, with the question that each answers.
CONDITIONS = {
    "documentata": "È documentata?",
    "piu_ambiti": "Vale in almeno due ambiti?",
    "costo_noto": "Il costo è noto?",
    "esito_misurato": "Il risultato è misurato?",
    "provata_altrove": "È stata provata altrove?",
}
SKOS_FILES = {"glossario.ttl": "turtle", "glossario.jsonld": "json-ld"}


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the good practices, the forms, and the glossary."""
    yield Page(
        path="buone-pratiche/index.html",
        template="buone_pratiche",
        title="Buone pratiche",
        description="Che cosa hanno fatto Mantova, Monza e Como, e quanto si può rifare altrove.",
        context={
            "pratiche": [_practice(row) for row in released.rows("buone-pratiche")],
            "condizioni": CONDITIONS,
        },
    )
    forms = load_forms()
    yield Page(
        path="modelli/index.html",
        template="modelli",
        title="Modelli",
        description="Schede in bianco da scaricare, compilare e adattare.",
        context={"modelli": forms},
    )
    for form in forms:
        yield Page(
            path=f"modelli/{form.nome}/index.html",
            template="modello",
            title=form.titolo,
            description=form.sommario,
            trail=(("modelli/", "Modelli"),),
            context={"modello": form},
        )
    yield Page(
        path="glossario/index.html",
        template="glossario",
        title="Glossario",
        description="Le parole del collocamento mirato, spiegate in modo semplice.",
        context={"parole": _words(released)},
    )


def assets(config: Config, released: Released) -> Iterator[Asset]:
    """Yield the forms as OpenDocument texts, and the glossary as SKOS in two serialisations."""
    for form in load_forms():
        content = to_odt(form, config.portale.titolare.nome)
        yield Asset(f"modelli/{form.nome}.odt", content=content)
    graph = skos(config, released.rows("glossario"))
    for name, serialisation in SKOS_FILES.items():
        yield Asset(f"glossario/{name}", text=_serialised(graph, serialisation))


def _practice(row: Row) -> dict[str, Any]:
    checks = {name: bool(row[name]) for name in CONDITIONS}
    return {**row, "controlli": checks, "soddisfatte": replicability(checks)}


def _words(released: Released) -> list[dict[str, Any]]:
    rows = sorted(released.rows("glossario"), key=lambda row: collation_key(row["termine"]))
    names = {row["id_termine"]: row["termine"] for row in rows}
    return [{**row, "ampio": names.get(row["termine_piu_ampio"])} for row in rows]


def skos(config: Config, rows: list[Row]) -> Graph:
    """Return the glossary as a SKOS concept scheme, one concept a word; no blank node."""
    graph = Graph()
    for prefix, space in (("skos", SKOS), ("dct", DCTERMS)):
        graph.bind(prefix, space)
    scheme = URIRef(f"{config.portale.url_base}/glossario/")
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, DCTERMS.title, Literal(f"Glossario di {config.portale.nome}", lang="it")))
    graph.add((scheme, DCTERMS.publisher, Literal(config.portale.titolare.nome, lang="it")))
    known = {row["id_termine"] for row in rows}
    for row in rows:
        concept = URIRef(f"{scheme}#{row['id_termine']}")
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.inScheme, scheme))
        graph.add((concept, SKOS.prefLabel, Literal(row["termine"], lang="it")))
        graph.add((concept, SKOS.definition, Literal(row["definizione"], lang="it")))
        for name in row["altri_nomi"] or []:
            graph.add((concept, SKOS.altLabel, Literal(name, lang="it")))
        if row["norma"]:
            graph.add((concept, DCTERMS.source, Literal(row["norma"], lang="it")))
        if row["termine_piu_ampio"] in known:
            wider = URIRef(f"{scheme}#{row['termine_piu_ampio']}")
            graph.add((concept, SKOS.broader, wider))
            graph.add((wider, SKOS.narrower, concept))
        else:
            graph.add((concept, SKOS.topConceptOf, scheme))
            graph.add((scheme, SKOS.hasTopConcept, concept))
    return graph


def _serialised(graph: Graph, serialisation: str) -> str:
    text = str(graph.serialize(format=serialisation))
    if serialisation != "json-ld":
        return text
    nodes = sorted(json.loads(text), key=lambda node: node["@id"])
    for node in nodes:
        for values in node.values():
            if isinstance(values, list):
                values.sort(key=lambda value: json.dumps(value, sort_keys=True))
    return json.dumps(nodes, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
