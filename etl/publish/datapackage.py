"""Table Schema and Data Package v2 descriptors, generated from a contract."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from etl.config import Config
from etl.contracts import Contract, ContractField, vocabulary
from etl.protect.tabular import LIST_SEPARATOR

PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
_TYPES = {
    "testo": "string",
    "intero": "integer",
    "decimale": "number",
    "data": "date",
    "logico": "boolean",
    "elenco": "string",
}
MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}


def table_schema(contract: Contract) -> dict[str, Any]:
    """Return the Table Schema of the CSV: fields with meaning, type, constraints, key."""
    return {
        "$schema": SCHEMA_PROFILE,
        "fields": [_field(field) for field in contract.campi],
        "fieldsMatch": "exact",
        "missingValues": [""],
        "primaryKey": contract.chiave,
    }


def _field(field: ContractField) -> dict[str, Any]:
    definition = field.definizione
    constraints: dict[str, Any] = {}
    if field.obbligatorio:
        constraints["required"] = True
    if definition.vocabolario:
        codes = list(vocabulary(definition.vocabolario))
        if definition.tipo == "elenco":
            one = "|".join(codes)
            constraints["pattern"] = rf"(?:{one})(?:\|(?:{one}))*"
        else:
            constraints["enum"] = codes
    elif definition.formato:
        constraints["pattern"] = definition.formato
    for ours, theirs in (("minimo", "minimum"), ("massimo", "maximum")):
        limit = getattr(definition, ours)
        if limit is not None:
            constraints[theirs] = int(limit) if limit == int(limit) else limit
    if definition.lunghezza_massima and definition.tipo == "testo":
        constraints["maxLength"] = definition.lunghezza_massima
    described: dict[str, Any] = {
        "name": field.name,
        "type": _TYPES[definition.tipo],
        "title": definition.titolo.it,
        "description": definition.descrizione.it,
    }
    if definition.tipo == "elenco":
        described["description"] += f" Più valori sono separati da «{LIST_SEPARATOR}»."
    if definition.unita:
        described["unit"] = definition.unita
    if constraints:
        described["constraints"] = constraints
    return described


def data_package(
    config: Config,
    contract: Contract,
    day: date,
    synthetic: bool,
    files: dict[str, tuple[bytes, int]],
) -> dict[str, Any]:
    """Return the descriptor of one data set's package; `files` are bytes and rows by extension.

    The CSV is the tabular resource; the same rows in other formats are listed in
    `altre_forme`, because a reader that takes them for tables would check them twice.
    """
    forms = [
        {
            "path": f"{contract.slug}.{extension}",
            "format": extension,
            "mediatype": MEDIA_TYPES[extension],
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "rowcount": rows,
        }
        for extension, (content, rows) in files.items()
    ]
    table = {
        "name": contract.slug,
        **next(form for form in forms if form["format"] == "csv"),
        "type": "table",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True},
        "schema": table_schema(contract),
    }
    return {
        "$schema": PACKAGE_PROFILE,
        "name": contract.slug,
        "title": contract.titolo.it,
        "description": contract.descrizione.it,
        "homepage": f"{config.portale.url_base}/dati/{contract.slug}/",
        "version": day.isoformat(),
        "created": f"{day.isoformat()}T00:00:00Z",
        "keywords": contract.parole_chiave,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribuzione 4.0 Internazionale",
            }
        ],
        "contributors": [
            {
                "title": config.portale.titolare.nome,
                "path": config.portale.titolare.sito,
                "email": config.portale.titolare.email,
                "roles": ["publisher"],
            }
        ],
        "sintetico": synthetic,
        "riservatezza": {
            "conta": contract.riservatezza.conta,
            "metodo": contract.riservatezza.metodo,
            "motivo": contract.riservatezza.motivo.it,
        },
        "resources": [table],
        "altre_forme": [form for form in forms if form["format"] != "csv"],
    }
