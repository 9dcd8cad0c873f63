"""The catalogue as linked data: DCAT-AP_IT, which is DCAT-AP with Italy's own classes and duties.

Every node has an address of its own: there are no blank nodes, so the two serialisations say
the same and are always the same bytes. The terms taken from the EU's authority lists are
described in the graph too, so that a checker needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from etl.config import Config
from etl.publish.dictionary import disclosure
from etl.publish.edition import LICENCE_NAME, LICENCE_URL, Edition
from etl.publish.formats import FORMS
from etl.publish.manifest import Entry

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAPIT = Namespace("http://dati.gov.it/onto/dcatapit#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
AUTHORITY = Namespace("http://publications.europa.eu/resource/authority/")
EUROVOC = Namespace("http://eurovoc.europa.eu/")
MEDIA = Namespace("https://www.iana.org/assignments/media-types/")
REGIONS = Namespace(
    "https://w3id.org/italia/controlled-vocabulary/territorial-classifications/regions/"
)
_PREFIXES = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatapit": DCATAPIT,
    "dct": DCTERMS,
    "foaf": FOAF,
    "locn": LOCN,
    "owl": OWL,
    "rdfs": RDFS,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
_DCAT_VERSION = URIRef(f"{DCAT}version")  # DCAT 3, which rdflib does not list yet
LICENCE_TERM = AUTHORITY["licence/CC_BY_4_0"]
ACCESS_TERM = AUTHORITY["access-right/PUBLIC"]
THEME_TERM = AUTHORITY["data-theme/SOCI"]

_FREQUENCIES = {
    "annuale": ("ANNUAL", "annuale", "annual"),
    "semestrale": ("ANNUAL_2", "semestrale", "semiannual"),
    "trimestrale": ("QUARTERLY", "trimestrale", "quarterly"),
    "mensile": ("MONTHLY", "mensile", "monthly"),
    "occasionale": ("IRREG", "irregolare", "irregular"),
}
# EuroVoc microthesauri that DCAT-AP_IT admits below the theme SOCI.
_SUBTHEMES = {
    "100214": ("2836 protezione sociale", "2836 social protection"),
    "100232": ("4406 occupazione", "4406 employment"),
    "100233": ("4411 mercato del lavoro", "4411 labour market"),
}


def catalogue(
    config: Config,
    editions: Mapping[str, Edition],
    files: Mapping[str, list[Entry]],
    day: date,
    bounds: tuple[float, float, float, float],
) -> Graph:
    """Return the whole catalogue's graph; `files` are each data set's forms.

    `bounds` are the region's west, south, east and north.
    """
    graph = _graph()
    node, base = URIRef(f"{config.portale.url_base}/dati/#catalogo"), config.portale.url_base
    _say(
        graph,
        node,
        [
            (RDF.type, DCATAPIT.Catalog),
            (RDF.type, DCAT.Catalog),
            (DCTERMS.title, _it(f"{config.portale.nome}: dati aperti sul collocamento mirato")),
            (DCTERMS.title, _en(f"{config.portale.nome}: open data on targeted employment")),
            (DCTERMS.description, _it(_catalogue_description(config))),
            (DCTERMS.publisher, _publisher(graph, config)),
            (DCTERMS.issued, _day(min((e.issued for e in editions.values()), default=day))),
            (DCTERMS.modified, _day(day)),
            (DCTERMS.language, _language(graph)),
            (DCTERMS.license, _licence(graph)),
            (DCTERMS.spatial, _region(graph, config, bounds)),
            (DCAT.themeTaxonomy, _scheme(graph, "data-theme", "Temi dei dati", "Data theme")),
            (FOAF.homepage, _document(graph, f"{base}/dati/")),
        ],
    )
    service = _service(graph, config)
    graph.add((node, DCAT.service, service))
    for slug, edition in sorted(editions.items()):
        dataset = _dataset(graph, config, edition, files[slug], bounds)
        graph.add((node, DCAT.dataset, dataset))
        graph.add((service, DCAT.servesDataset, dataset))
    return graph


def dataset_graph(
    config: Config,
    edition: Edition,
    files: list[Entry],
    bounds: tuple[float, float, float, float],
) -> Graph:
    """Return the graph of one data set alone."""
    graph = _graph()
    _dataset(graph, config, edition, files, bounds)
    return graph


def to_turtle(graph: Graph) -> bytes:
    """Return the graph as Turtle."""
    return graph.serialize(format="turtle", encoding="utf-8")


def to_jsonld(graph: Graph) -> bytes:
    """Return the graph as JSON-LD: one object a node, sorted by address."""
    nodes = []
    for subject in sorted(set(graph.subjects()), key=str):
        node: dict[str, Any] = {"@id": str(subject)}
        for predicate in sorted(set(graph.predicates(subject)), key=str):
            values = sorted(graph.objects(subject, predicate), key=lambda value: value.n3())
            if predicate == RDF.type:
                node["@type"] = _one([_short(value) for value in values])
            else:
                node[_short(predicate)] = _one([_value(value) for value in values])
        nodes.append(node)
    context = {prefix: str(namespace) for prefix, namespace in sorted(_PREFIXES.items())}
    whole = {"@context": context, "@graph": nodes}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _dataset(
    graph: Graph,
    config: Config,
    edition: Edition,
    files: list[Entry],
    bounds: tuple[float, float, float, float],
) -> URIRef:
    contract, page = edition.contract, edition.page(config)
    node, agent = URIRef(f"{page}#insieme"), _publisher(graph, config)
    first, last = edition.period
    period = URIRef(f"{page}#periodo")
    _say(
        graph,
        period,
        [
            (RDF.type, DCTERMS.PeriodOfTime),
            (DCATAPIT.startDate, _day(first)),
            (DCATAPIT.endDate, _day(last)),
            (DCAT.startDate, _day(first)),
            (DCAT.endDate, _day(last)),
        ],
    )
    _say(
        graph,
        node,
        [
            (RDF.type, DCATAPIT.Dataset),
            (RDF.type, DCAT.Dataset),
            (
                DCTERMS.identifier,
                Literal(f"{config.portale.titolare.codice_ipa}:{edition.slug}"),
            ),
            (DCTERMS.title, _it(contract.titolo.it)),
            (DCTERMS.title, _en(contract.titolo.en)),
            (DCTERMS.description, _it(edition.description)),
            (DCTERMS.description, _en(contract.descrizione.en)),
            (DCTERMS.publisher, agent),
            (DCTERMS.rightsHolder, agent),
            (DCTERMS.creator, agent),
            (DCTERMS.issued, _day(edition.issued)),
            (DCTERMS.modified, _day(edition.day)),
            (DCTERMS.language, _language(graph)),
            (DCTERMS.temporal, period),
            (DCTERMS.spatial, _region(graph, config, bounds)),
            (DCTERMS.accessRights, _access(graph)),
            (DCTERMS.accrualPeriodicity, _frequency(graph, contract.frequenza)),
            (DCTERMS.provenance, _provenance(graph, edition, page)),
            (OWL.versionInfo, Literal(edition.version)),
            (_DCAT_VERSION, Literal(edition.version)),
            (DCAT.landingPage, _document(graph, page)),
            (DCAT.contactPoint, _contact(graph, config)),
            (DCAT.theme, _theme(graph)),
        ],
    )
    for word in contract.parole_chiave:
        graph.add((node, DCAT.keyword, _it(word)))
    for code, (italian, english) in _SUBTHEMES.items():
        subject = _concept(graph, EUROVOC[code], italian, english, EUROVOC["100141"])
        graph.add((node, DCTERMS.subject, subject))
    for entry in files:
        graph.add((node, DCAT.distribution, _distribution(graph, config, edition, entry)))
    _concept_scheme(graph, EUROVOC["100141"], "EuroVoc", "EuroVoc")
    return node


def _distribution(graph: Graph, config: Config, edition: Edition, entry: Entry) -> URIRef:
    packed = entry.extension.endswith(".gz")
    form = FORMS[entry.extension.removesuffix(".gz")]
    page = edition.page(config)
    node = URIRef(f"{page}#{entry.extension}")
    address = _resource(graph, f"{config.portale.url_base}/{entry.path}")
    title = f"{edition.contract.titolo.it}, {FORMS[entry.extension].title}"
    checksum = URIRef(f"{page}#{entry.extension}-sha256")
    _say(
        graph,
        SPDX.checksumAlgorithm_sha256,
        [(RDF.type, SPDX.ChecksumAlgorithm)],
    )
    _say(
        graph,
        checksum,
        [
            (RDF.type, SPDX.Checksum),
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Literal(entry.sha256, datatype=XSD.hexBinary)),
        ],
    )
    _say(
        graph,
        node,
        [
            (RDF.type, DCATAPIT.Distribution),
            (RDF.type, DCAT.Distribution),
            (DCTERMS.title, _it(title)),
            (DCTERMS.description, _it(f"{title}: {entry.rows} righe, {entry.bytes} byte.")),
            (DCAT.accessURL, address),
            (DCAT.downloadURL, address),
            (DCAT.byteSize, Literal(entry.bytes, datatype=XSD.nonNegativeInteger)),
            (DCAT.mediaType, _media(graph, form.media_type)),
            (DCTERMS["format"], _file_type(graph, form.file_type)),
            (DCTERMS.license, _licence(graph)),
            (DCTERMS.rights, _rights(graph, config, edition)),
            (DCTERMS.language, _language(graph)),
            (DCTERMS.issued, _day(edition.issued)),
            (DCTERMS.modified, _day(edition.day)),
            (SPDX.checksum, checksum),
        ],
    )
    if packed:
        graph.add((node, DCAT.compressFormat, _media(graph, "application/gzip")))
    return node


def _service(graph: Graph, config: Config) -> URIRef:
    base = config.portale.url_base
    node = URIRef(f"{base}/dati/#api")
    _say(
        graph,
        node,
        [
            (RDF.type, DCAT.DataService),
            (DCTERMS.title, _it("Dati per provincia, comune e operatore")),
            (DCTERMS.description, _it("File JSON a indirizzi stabili, descritti con OpenAPI.")),
            (DCTERMS.publisher, _publisher(graph, config)),
            (DCTERMS.license, _licence(graph)),
            (DCTERMS.accessRights, _access(graph)),
            (DCAT.contactPoint, _contact(graph, config)),
            (DCAT.endpointURL, _resource(graph, f"{base}/dati/api/v1/")),
            (DCAT.endpointDescription, _resource(graph, f"{base}/dati/api/openapi.json")),
        ],
    )
    return node


# --- The nodes that many point at ----------------------------------------------------------------


def _publisher(graph: Graph, config: Config) -> URIRef:
    holder = config.portale.titolare
    node = URIRef(f"{config.portale.url_base}/dati/#titolare")
    return _say(
        graph,
        node,
        [
            (RDF.type, DCATAPIT.Agent),
            (RDF.type, FOAF.Agent),
            (FOAF.name, _it(holder.nome)),
            (DCTERMS.identifier, Literal(holder.codice_ipa)),
            (FOAF.homepage, _document(graph, holder.sito)),
        ],
    )


def _contact(graph: Graph, config: Config) -> URIRef:
    holder = config.portale.titolare
    node = URIRef(f"{config.portale.url_base}/dati/#contatto")
    return _say(
        graph,
        node,
        [
            (RDF.type, DCATAPIT.Organization),
            (RDF.type, VCARD.Organization),
            (RDF.type, VCARD.Kind),
            (VCARD.fn, Literal(holder.nome)),
            (VCARD.hasEmail, URIRef(f"mailto:{holder.email}")),
            (VCARD.hasURL, URIRef(holder.sito)),
        ],
    )


def _region(graph: Graph, config: Config, bounds: tuple[float, float, float, float]) -> URIRef:
    west, south, east, north = bounds
    box = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    wkt = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
    return _say(
        graph,
        REGIONS[config.portale.codice_regione],
        [
            (RDF.type, DCTERMS.Location),
            (LOCN.geographicName, _it(config.portale.regione)),
            (DCAT.bbox, Literal(box, datatype=wkt)),
        ],
    )


def _licence(graph: Graph) -> URIRef:
    kind = URIRef("http://purl.org/adms/licencetype/Attribution")
    scheme = URIRef("http://purl.org/adms/licencetype/1.0")
    _concept_scheme(graph, scheme, "Tipi di licenza", "Licence type")
    _concept(graph, LICENCE_TERM, "CC BY 4.0", "CC BY 4.0", AUTHORITY["licence"])
    _scheme(graph, "licence", "Licenze", "Licence")
    return _say(
        graph,
        LICENCE_TERM,
        [
            (RDF.type, DCATAPIT.LicenseDocument),
            (RDF.type, DCTERMS.LicenseDocument),
            (FOAF.name, _it(f"{LICENCE_NAME} (CC BY 4.0)")),
            (OWL.versionInfo, Literal("4.0")),
            (RDFS.seeAlso, URIRef(LICENCE_URL)),
            (
                DCTERMS.type,
                _concept(graph, kind, "Attribuzione", "Attribution", scheme),
            ),
        ],
    )


def _rights(graph: Graph, config: Config, edition: Edition) -> URIRef:
    node = URIRef(f"{edition.page(config)}#riservatezza")
    return _say(
        graph,
        node,
        [
            (RDF.type, DCTERMS.RightsStatement),
            (RDFS.label, _it(disclosure(config, edition.contract))),
        ],
    )


def _provenance(graph: Graph, edition: Edition, page: str) -> URIRef:
    sources = ", ".join(edition.contract.fonti) or "fonti pubbliche citate riga per riga"
    return _say(
        graph,
        URIRef(f"{page}#provenienza"),
        [
            (RDF.type, DCTERMS.ProvenanceStatement),
            (RDFS.label, _it(f"Ricavato da: {sources}.")),
        ],
    )


def _resource(graph: Graph, address: str) -> URIRef:
    """Return an address as a node; every node is a resource, but checkers want to read it."""
    return _say(graph, URIRef(address), [(RDF.type, RDFS.Resource)])


def _document(graph: Graph, address: str) -> URIRef:
    return _say(graph, URIRef(address), [(RDF.type, FOAF.Document)])


def _access(graph: Graph) -> URIRef:
    _scheme(graph, "access-right", "Diritti di accesso", "Access right")
    graph.add((ACCESS_TERM, RDF.type, DCTERMS.RightsStatement))
    return _concept(graph, ACCESS_TERM, "pubblico", "public", AUTHORITY["access-right"])


def _language(graph: Graph) -> URIRef:
    term = AUTHORITY["language/ITA"]
    _scheme(graph, "language", "Lingue", "Language")
    graph.add((term, RDF.type, DCTERMS.LinguisticSystem))
    return _concept(graph, term, "italiano", "Italian", AUTHORITY["language"])


def _frequency(graph: Graph, name: str) -> URIRef:
    code, italian, english = _FREQUENCIES[name]
    term = AUTHORITY[f"frequency/{code}"]
    _scheme(graph, "frequency", "Frequenze", "Frequency")
    graph.add((term, RDF.type, DCTERMS.Frequency))
    return _concept(graph, term, italian, english, AUTHORITY["frequency"])


def _file_type(graph: Graph, code: str) -> URIRef:
    term = AUTHORITY[f"file-type/{code}"]
    _scheme(graph, "file-type", "Tipi di file", "File type")
    graph.add((term, RDF.type, DCTERMS.MediaTypeOrExtent))
    return _concept(graph, term, code, code, AUTHORITY["file-type"])


def _media(graph: Graph, name: str) -> URIRef:
    node = MEDIA[name]
    return _say(
        graph,
        node,
        [
            (RDF.type, DCTERMS.MediaType),
            (RDF.type, DCTERMS.MediaTypeOrExtent),
            (RDFS.label, Literal(name)),
        ],
    )


def _theme(graph: Graph) -> URIRef:
    return _concept(
        graph,
        THEME_TERM,
        "Popolazione e società",
        "Population and society",
        _scheme(graph, "data-theme", "Temi dei dati", "Data theme"),
    )


def _scheme(graph: Graph, name: str, italian: str, english: str) -> URIRef:
    return _concept_scheme(graph, AUTHORITY[name], italian, english)


def _concept_scheme(graph: Graph, node: URIRef, italian: str, english: str) -> URIRef:
    return _say(
        graph,
        node,
        [
            (RDF.type, SKOS.ConceptScheme),
            (DCTERMS.title, _it(italian)),
            (DCTERMS.title, _en(english)),
        ],
    )


def _concept(graph: Graph, node: URIRef, italian: str, english: str, scheme: URIRef) -> URIRef:
    return _say(
        graph,
        node,
        [
            (RDF.type, SKOS.Concept),
            (SKOS.prefLabel, _it(italian)),
            (SKOS.prefLabel, _en(english)),
            (SKOS.inScheme, scheme),
        ],
    )


# --- Writing --------------------------------------------------------------------------------------


def _graph() -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def _say(graph: Graph, node: URIRef, facts: Iterable[tuple[URIRef, Node]]) -> URIRef:
    for predicate, value in facts:
        graph.add((node, predicate, value))
    return node


def _it(text: str) -> Literal:
    return Literal(text, lang="it")


def _en(text: str) -> Literal:
    return Literal(text, lang="en")


def _day(value: date) -> Literal:
    return Literal(value.isoformat(), datatype=XSD.date)


def _catalogue_description(config: Config) -> str:
    text = (
        "Operatori accreditati, posti riservati, scoperture e risultati del collocamento mirato "
        f"delle persone con disabilità in {config.portale.regione} (Legge 68/1999)."
    )
    return f"Portale dimostrativo, con dati inventati. {text}" if config.is_demo else text


def _short(node: Node) -> str:
    text = str(node)
    for prefix, namespace in _PREFIXES.items():
        name = text.removeprefix(str(namespace))
        if name != text and "/" not in name and "#" not in name:
            return f"{prefix}:{name}"
    return text


def _value(node: Node) -> Any:
    if not isinstance(node, Literal):
        return {"@id": str(node)}
    if node.language:
        return {"@language": node.language, "@value": str(node)}
    if node.datatype and node.datatype != XSD.string:
        return {"@type": _short(node.datatype), "@value": str(node)}
    return str(node)


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
