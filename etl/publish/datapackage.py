"""Table Schema and Data Package v2 descriptors, generated from a contract."""

from __future__ import annotations

from typing import Any

from etl.config import Config
from etl.contracts import Contract, ContractField, vocabulary
from etl.protect.tabular import LIST_SEPARATOR
from etl.publish.dictionary import any_of, perturbation_error
from etl.publish.edition import LICENCE, LICENCE_NAME, LICENCE_URL, Edition
from etl.publish.formats import FORMS
from etl.publish.manifest import Entry

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


def table_schema(contract: Contract) -> dict[str, Any]:
    """Return the Table Schema of the CSV: fields with meaning, type, constraints, key."""
    return {
        "$schema": SCHEMA_PROFILE,
        "fields": [_field(field) for field in contract.campi],
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
            one = any_of(codes)
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
        # the CSV may put an apostrophe before a text that looks like a formula
        constraints["maxLength"] = definition.lunghezza_massima + (not definition.formato)
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
    if definition.significato > 1:
        described["significato"] = definition.significato
    if constraints:
        described["constraints"] = constraints
    return described


def data_package(config: Config, edition: Edition, files: list[Entry]) -> dict[str, Any]:
    """Return the descriptor of one data set's package; `files` are its forms, beside it.

    The CSV is the tabular resource; the same rows in other formats are listed in
    `altre_forme`, because a reader that takes them for tables would check them twice.
    """
    contract, first_last = edition.contract, edition.period
    forms = [_form(entry) for entry in files]
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
        "id": edition.own_address(config),
        "name": contract.slug,
        "title": contract.titolo.it,
        "description": edition.description,
        "homepage": edition.page(config),
        "version": edition.version,
        "created": f"{edition.day.isoformat()}T00:00:00Z",
        "keywords": contract.parole_chiave,
        "licenses": [{"name": LICENCE, "path": LICENCE_URL, "title": LICENCE_NAME}],
        "contributors": [
            {
                "title": config.portale.titolare.nome,
                "path": config.portale.titolare.sito,
                "email": config.portale.titolare.email,
                "roles": ["publisher"],
            }
        ],
        "prima_pubblicazione": edition.issued.isoformat(),
        "periodo": {"da": first_last[0].isoformat(), "a": first_last[1].isoformat()},
        "frequenza": contract.frequenza,
        "sintetico": edition.synthetic,
        "riservatezza": {**_policy(contract), **_error(config, contract)},
        "resources": [table],
        "altre_forme": [form for form in forms if form["format"] != "csv"],
    }


def promise(contract: Contract) -> dict[str, Any]:
    """Return the part of the descriptor that the contract alone decides: what users rely on."""
    return {
        "resources": [{"schema": table_schema(contract)}],
        "riservatezza": _policy(contract),
    }


def _policy(contract: Contract) -> dict[str, Any]:
    policy = contract.riservatezza
    return {
        "conta": policy.conta,
        "metodo": policy.metodo,
        "motivo": policy.motivo.it,
        "insieme": policy.insieme,
    }


def _error(config: Config, contract: Contract) -> dict[str, Any]:
    """Return, for a perturbed table, how its values may differ from the true ones."""
    if contract.riservatezza.metodo != "perturbazione":
        return {}
    settings = config.riservatezza.perturbazione
    return {
        "perturbazione": {
            **settings.model_dump(),
            "deviazione_standard": settings.deviazione_standard,
            "errore": perturbation_error(config),
        }
    }


def _form(entry: Entry) -> dict[str, Any]:
    return {
        "path": entry.name,
        "format": entry.extension,
        "mediatype": FORMS[entry.extension].media_type,
        "bytes": entry.bytes,
        "hash": f"sha256:{entry.sha256}",
        "rowcount": entry.rows,
    }
