"""CSV on the Web: how to read the CSV, for machines (W3C Recommendation, December 2015)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from etl.config import Config
from etl.contracts import Contract, ContractField, vocabulary
from etl.protect.tabular import LIST_SEPARATOR
from etl.publish.dictionary import any_of, disclosure
from etl.publish.edition import LICENCE_URL, Edition
from etl.publish.sql import foreign_keys

_BASES = {
    "testo": "string",
    "intero": "integer",
    "decimale": "decimal",
    "data": "date",
    "logico": "boolean",
    "elenco": "string",
}


def csvw(config: Config, edition: Edition, contracts: Iterable[Contract]) -> dict[str, Any]:
    """Return the CSVW description of `<slug>.csv`, to stand beside it.

    `contracts` are all those published: keys that point at another data set become foreign keys.
    """
    contract, portal = edition.contract, config.portale
    first, last = edition.period
    schema: dict[str, Any] = {
        "columns": [_column(field) for field in contract.campi],
        "primaryKey": contract.chiave,
    }
    keys = [
        {
            "columnReference": name,
            "reference": {"resource": f"../{other.slug}/{other.slug}.csv", "columnReference": name},
        }
        for name, other in foreign_keys(contract, contracts)
    ]
    tables = [{"url": f"{edition.slug}.csv", "tableSchema": schema}]
    if keys:
        schema["foreignKeys"] = keys
        tables += [
            {
                "url": f"../{other.slug}/{other.slug}.csv",
                "tableSchema": {
                    "columns": [_column(field) for field in other.campi],
                    "primaryKey": other.chiave,
                },
            }
            for _, other in foreign_keys(contract, contracts)
        ]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "it"}],
        "dc:title": contract.titolo.it,
        "dc:description": edition.description,
        "dc:license": {"@id": LICENCE_URL},
        "dc:publisher": {
            "schema:name": portal.titolare.nome,
            "schema:url": {"@id": portal.titolare.sito},
        },
        "dc:identifier": f"{portal.titolare.codice_ipa}:{edition.slug}",
        "dc:issued": {"@value": edition.issued.isoformat(), "@type": "xsd:date"},
        "dc:modified": {"@value": edition.day.isoformat(), "@type": "xsd:date"},
        "dc:temporal": f"{first.isoformat()}/{last.isoformat()}",
        "dc:accrualPeriodicity": contract.frequenza,
        "dc:rights": disclosure(config, contract),
        "dcat:keyword": contract.parole_chiave,
        "schema:version": edition.version,
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ",",
            "lineTerminators": ["\r\n"],
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
            "headerRowCount": 1,
        },
        "tables": tables,
    }


def _column(field: ContractField) -> dict[str, Any]:
    definition = field.definizione
    column: dict[str, Any] = {
        "name": field.name,
        "titles": field.name,
        "rdfs:label": definition.titolo.it,
        "dc:description": definition.descrizione.it,
        "datatype": _datatype(field),
    }
    if definition.uri:
        column["propertyUrl"] = definition.uri
    if definition.tipo == "elenco":
        column["separator"] = LIST_SEPARATOR
    if field.obbligatorio:
        column["required"] = True
    if definition.unita:
        column["schema:unitText"] = definition.unita
    return column


def _datatype(field: ContractField) -> dict[str, Any]:
    definition = field.definizione
    kind: dict[str, Any] = {"base": _BASES[definition.tipo]}
    match definition.tipo:
        case "logico":
            kind["format"] = "true|false"
        case "data":
            kind["format"] = "yyyy-MM-dd"
        case "testo" | "elenco" if definition.vocabolario:
            kind["format"] = any_of(vocabulary(definition.vocabolario))
        case "testo" if definition.formato:
            kind["format"] = definition.formato
    for ours, theirs in (("minimo", "minimum"), ("massimo", "maximum")):
        limit = getattr(definition, ours)
        if limit is not None:
            kind[theirs] = int(limit) if limit == int(limit) else limit
    return kind
