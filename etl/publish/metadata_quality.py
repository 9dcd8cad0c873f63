"""The EU's metadata quality score (MQA) of the catalogue, and the shapes of DCAT-AP.

Method: https://data.europa.eu/mqa/methodology (405 points in five dimensions). As there, of a
data set's distributions the one with the most points counts for interoperability; everywhere
else each distribution counts for its share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, SKOS
from rdflib.term import Node

from etl.publish.dcat import AUTHORITY

SHAPES = Path(__file__).with_name("dcat_ap.shapes.ttl")
# The EU's lists of the file types that are machine-readable and non-proprietary, so far as they
# concern forms that we publish.
_MACHINE_READABLE = frozenset({"CSV", "JSON", "GEOJSON", "ODS", "XLSX", "GZIP"})
_NOT_PROPRIETARY = frozenset({"CSV", "JSON", "GEOJSON", "ODS", "GZIP"})
EXCELLENT = 351  # points from which the rating is the best one
_RATINGS = ((EXCELLENT, "ottimo"), (221, "buono"), (121, "sufficiente"), (0, "scarso"))
BEST = 405


@dataclass(frozen=True)
class _Metric:
    dimension: str
    name: str
    points: int
    share: Callable[[_Catalogue, Node], float]


@dataclass(frozen=True)
class _Catalogue:
    graph: Graph
    addresses: frozenset[str]
    compliant: bool

    def distributions(self, dataset: Node) -> list[Node]:
        return sorted(self.graph.objects(dataset, DCAT.distribution), key=str)

    def values(self, node: Node, predicate: URIRef) -> list[Node]:
        return list(self.graph.objects(node, predicate))

    def in_list(self, node: Node, name: str) -> bool:
        return bool((node, SKOS.inScheme, AUTHORITY[name]) in self.graph)


def metadata_quality(graph: Graph, addresses: Collection[str], compliant: bool) -> dict[str, Any]:
    """Return the score of each data set and of the whole: points by dimension and by metric.

    `addresses` are the published files and pages, which answer a request; `compliant` says
    whether the shapes of DCAT-AP find no error.
    """
    catalogue = _Catalogue(graph, frozenset(addresses), compliant)
    datasets = sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)
    scored = {str(dataset): _score(catalogue, dataset) for dataset in datasets}
    metrics: list[dict[str, Any]] = [
        {
            "dimensione": metric.dimension,
            "misura": metric.name,
            "massimo": metric.points,
            "punti": _mean([points[metric.name] for points in scored.values()]),
        }
        for metric in _METRICS
    ]
    total = _mean([sum(points.values()) for points in scored.values()])
    return {
        "metodo": "https://data.europa.eu/mqa/methodology",
        "massimo": BEST,
        "punti": total,
        "giudizio": next(name for least, name in _RATINGS if total >= least),
        "dimensioni": [
            {
                "dimensione": name,
                "massimo": sum(row["massimo"] for row in metrics if row["dimensione"] == name),
                "punti": round(
                    sum(row["punti"] for row in metrics if row["dimensione"] == name), 2
                ),
            }
            for name in dict.fromkeys(metric.dimension for metric in _METRICS)
        ],
        "misure": metrics,
        "insiemi": {
            address.rstrip("/").rsplit("/", 2)[-2]: round(sum(points.values()), 2)
            for address, points in scored.items()
        },
    }


def shape_errors(graph: Graph) -> list[str]:
    """Return what the shapes of DCAT-AP find wrong, a line each; nothing where all is well."""
    from pyshacl import validate

    _, report, _ = validate(graph, shacl_graph=_shapes(), inference="none", advanced=False)
    shacl = "http://www.w3.org/ns/shacl#"
    found = []
    for result in report.subjects(RDF.type, URIRef(f"{shacl}ValidationResult")):
        place, path, message = (
            report.value(result, URIRef(f"{shacl}{name}"))
            for name in ("focusNode", "resultPath", "resultMessage")
        )
        found.append(f"{place} {path}: {message}")
    return sorted(found)


@cache
def _shapes() -> Graph:
    return Graph().parse(SHAPES, format="turtle")


def _score(catalogue: _Catalogue, dataset: Node) -> dict[str, float]:
    points = {
        metric.name: metric.points * metric.share(catalogue, dataset)
        for metric in _METRICS
        if metric.dimension != "interoperabilità"
    }
    best = max(
        (_interoperability(catalogue, node) for node in catalogue.distributions(dataset)),
        key=lambda found: sum(found.values()),
        default={},
    )
    return {metric.name: best.get(metric.name, points.get(metric.name, 0.0)) for metric in _METRICS}


def _interoperability(catalogue: _Catalogue, node: Node) -> dict[str, float]:
    return {
        metric.name: metric.points * metric.share(catalogue, node)
        for metric in _METRICS
        if metric.dimension == "interoperabilità"
    }


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0


def _has(predicate: URIRef) -> Callable[[_Catalogue, Node], float]:
    return lambda catalogue, node: float(bool(catalogue.values(node, predicate)))


def _of_distributions(
    share: Callable[[_Catalogue, Node], float],
) -> Callable[[_Catalogue, Node], float]:
    def mean(catalogue: _Catalogue, dataset: Node) -> float:
        nodes = catalogue.distributions(dataset)
        return sum(share(catalogue, node) for node in nodes) / len(nodes) if nodes else 0.0

    return mean


def _answers(predicate: URIRef) -> Callable[[_Catalogue, Node], float]:
    def share(catalogue: _Catalogue, node: Node) -> float:
        values = catalogue.values(node, predicate)
        return float(bool(values) and all(str(value) in catalogue.addresses for value in values))

    return share


def _listed(predicate: URIRef, name: str) -> Callable[[_Catalogue, Node], float]:
    def share(catalogue: _Catalogue, node: Node) -> float:
        values = catalogue.values(node, predicate)
        return float(bool(values) and all(catalogue.in_list(value, name) for value in values))

    return share


def _of_type(known: frozenset[str]) -> Callable[[_Catalogue, Node], float]:
    def share(catalogue: _Catalogue, node: Node) -> float:
        values = catalogue.values(node, DCTERMS["format"])
        return float(any(str(value).rsplit("/", 1)[-1] in known for value in values))

    return share


def _format_and_media_listed(catalogue: _Catalogue, node: Node) -> float:
    listed = _listed(DCTERMS["format"], "file-type")(catalogue, node)
    media = catalogue.values(node, DCAT.mediaType)
    registered = bool(media) and all("iana.org/assignments" in str(value) for value in media)
    return (listed + float(registered)) / 2


def _complies(catalogue: _Catalogue, _node: Node) -> float:
    return float(catalogue.compliant)


_METRICS = (
    _Metric("reperibilità", "dcat:keyword", 30, _has(DCAT.keyword)),
    _Metric("reperibilità", "dcat:theme", 30, _has(DCAT.theme)),
    _Metric("reperibilità", "dct:spatial", 20, _has(DCTERMS.spatial)),
    _Metric("reperibilità", "dct:temporal", 20, _has(DCTERMS.temporal)),
    _Metric(
        "accessibilità",
        "dcat:accessURL risponde",
        50,
        _of_distributions(_answers(DCAT.accessURL)),
    ),
    _Metric("accessibilità", "dcat:downloadURL", 20, _of_distributions(_has(DCAT.downloadURL))),
    _Metric(
        "accessibilità",
        "dcat:downloadURL risponde",
        30,
        _of_distributions(_answers(DCAT.downloadURL)),
    ),
    _Metric("interoperabilità", "dct:format", 20, _has(DCTERMS["format"])),
    _Metric("interoperabilità", "dcat:mediaType", 10, _has(DCAT.mediaType)),
    _Metric(
        "interoperabilità",
        "dct:format e dcat:mediaType da vocabolario",
        10,
        _format_and_media_listed,
    ),
    _Metric("interoperabilità", "formato non proprietario", 20, _of_type(_NOT_PROPRIETARY)),
    _Metric(
        "interoperabilità", "formato leggibile dalle macchine", 20, _of_type(_MACHINE_READABLE)
    ),
    _Metric("interoperabilità", "conformità a DCAT-AP", 30, _complies),
    _Metric("riusabilità", "dct:license", 20, _of_distributions(_has(DCTERMS.license))),
    _Metric(
        "riusabilità",
        "dct:license da vocabolario",
        10,
        _of_distributions(_listed(DCTERMS.license, "licence")),
    ),
    _Metric("riusabilità", "dct:accessRights", 10, _has(DCTERMS.accessRights)),
    _Metric(
        "riusabilità",
        "dct:accessRights da vocabolario",
        5,
        _listed(DCTERMS.accessRights, "access-right"),
    ),
    _Metric("riusabilità", "dcat:contactPoint", 20, _has(DCAT.contactPoint)),
    _Metric("riusabilità", "dct:publisher", 10, _has(DCTERMS.publisher)),
    _Metric("contesto", "dct:rights", 5, _of_distributions(_has(DCTERMS.rights))),
    _Metric("contesto", "dcat:byteSize", 5, _of_distributions(_has(DCAT.byteSize))),
    _Metric("contesto", "dct:issued", 5, _has(DCTERMS.issued)),
    _Metric("contesto", "dct:modified", 5, _has(DCTERMS.modified)),
)
