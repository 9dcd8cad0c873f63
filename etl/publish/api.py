"""The API that needs no server: JSON files at stable addresses, and the OpenAPI that tells them.

`/dati/api/v1/<insieme>/provincia/<codice>.json` and `…/comune/<codice>.json` hold the rows of one
territory; `/dati/api/v1/operatori/<id>.json` one operator with everything that points at it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from etl.config import Config
from etl.contracts import Contract, ContractField, vocabulary
from etl.publish.edition import LICENCE_NAME, LICENCE_URL, SYNTHETIC_NOTE, Edition
from etl.publish.formats import to_records

ROOT = "dati/api/v1"
TERRITORIES = {"provincia": "codice_provincia", "comune": "codice_comune"}
OPERATOR = "id_operatore"
REGISTER = "operatori"

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "testo": {"type": "string"},
    "intero": {"type": "integer"},
    "decimale": {"type": "number"},
    "data": {"type": "string", "format": "date"},
    "logico": {"type": "boolean"},
    "elenco": {"type": "array", "items": {"type": "string"}},
}


def api_files(config: Config, editions: Mapping[str, Edition]) -> Iterator[tuple[str, bytes, int]]:
    """Yield every file of the API: path, content, rows.

    A province of the portal always has its file, empty where there are no rows; a comune has one
    where there are rows. A row whose comune is withheld is in the province's file alone.
    """
    records = {
        slug: to_records(edition.contract, edition.table) for slug, edition in editions.items()
    }
    index: dict[str, Any] = {}
    for slug, edition in sorted(editions.items()):
        for kind, field in TERRITORIES.items():
            if field not in edition.contract.names:
                continue
            groups: dict[str, list[dict[str, Any]]] = {}
            if kind == "provincia":
                groups = {code: [] for code in config.portale.province}
            for record in records[slug]:
                if record[field] is not None:
                    groups.setdefault(record[field], []).append(record)
            counts = {code: len(rows) for code, rows in sorted(groups.items())}
            index.setdefault(slug, _about(edition))[kind] = counts
            for code, rows in sorted(groups.items()):
                body = {**_about(edition), "filtro": {field: code}, "righe": rows}
                yield f"{ROOT}/{slug}/{kind}/{code}.json", _body(body), len(rows)
    if REGISTER in editions:
        yield from _operators(editions, records)
        index.setdefault(REGISTER, _about(editions[REGISTER]))["operatore"] = [
            record[OPERATOR] for record in records[REGISTER]
        ]
    yield f"{ROOT}/indice.json", _body({"insiemi": index}), len(index)


def _operators(
    editions: Mapping[str, Edition], records: Mapping[str, list[dict[str, Any]]]
) -> Iterator[tuple[str, bytes, int]]:
    others: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for slug, edition in sorted(editions.items()):
        if slug != REGISTER and OPERATOR in edition.contract.names:
            of_operator = others.setdefault(slug, {})
            for record in records[slug]:
                of_operator.setdefault(record[OPERATOR], []).append(record)
    for record in records[REGISTER]:
        name = record[OPERATOR]
        linked = {slug: rows.get(name, []) for slug, rows in others.items()}
        body = {**_about(editions[REGISTER]), "operatore": record, "collegati": linked}
        yield f"{ROOT}/{REGISTER}/{name}.json", _body(body), 1


def _about(edition: Edition) -> dict[str, Any]:
    return {
        "insieme": edition.slug,
        "versione": edition.version,
        "data": edition.day.isoformat(),
        "licenza": LICENCE_URL,
        "sintetico": edition.synthetic,
    }


def _body(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"


def openapi(config: Config, editions: Mapping[str, Edition]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API's files and of the whole tables."""
    portal = config.portale
    paths: dict[str, Any] = {
        "/dati/api/v1/indice.json": _get(
            "indice", "Che cosa c’è, e quante righe", {"$ref": "#/components/schemas/indice"}, []
        ),
        "/dati/manifest.json": _get(
            "manifesto", "Ogni file pubblicato, con sha256", {"type": "object"}, []
        ),
    }
    schemas: dict[str, Any] = {"indice": {"type": "object", "required": ["insiemi"]}}
    for slug, edition in sorted(editions.items()):
        contract = edition.contract
        schemas[slug] = record_schema(contract)
        reference = {"$ref": f"#/components/schemas/{slug}"}
        paths[f"/dati/{slug}/{slug}.json"] = _get(
            f"{slug}-tutto",
            f"{contract.titolo.it}: tutte le righe",
            {"type": "array", "items": reference},
            [],
        )
        for kind, field in TERRITORIES.items():
            if field in contract.names:
                paths[f"/{ROOT}/{slug}/{kind}/{{{field}}}.json"] = _get(
                    f"{slug}-per-{kind}",
                    f"{contract.titolo.it}: le righe di una {kind}"
                    if kind == "provincia"
                    else f"{contract.titolo.it}: le righe di un {kind}",
                    _envelope({"righe": {"type": "array", "items": reference}}),
                    [_parameter(config, contract, field)],
                )
        if slug == REGISTER:
            paths[f"/{ROOT}/{slug}/{{{OPERATOR}}}.json"] = _get(
                "operatore",
                "Un operatore, con le sue sedi",
                _envelope({"operatore": reference, "collegati": {"type": "object"}}),
                [_parameter(config, contract, OPERATOR)],
            )
    note = f"{SYNTHETIC_NOTE} " if config.is_demo else ""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{portal.nome}: dati sul collocamento mirato",
            "version": "1",
            "description": f"{note}File JSON a indirizzi stabili: nessuna chiave, nessun limite. "
            "Un indirizzo della versione 1 non cambia significato.",
            "contact": {"name": portal.titolare.nome, "email": portal.titolare.email},
            "license": {"name": f"{LICENCE_NAME} (CC BY 4.0)", "url": LICENCE_URL},
        },
        "servers": [{"url": portal.url_base}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def record_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of one record of the data set."""
    return {
        "type": "object",
        "title": contract.titolo.it,
        "description": contract.descrizione.it,
        "required": contract.names,
        "properties": {field.name: _property(field) for field in contract.campi},
    }


def _property(field: ContractField) -> dict[str, Any]:
    definition = field.definizione
    schema = dict(_JSON_TYPES[definition.tipo])
    codes: list[str | None] = []
    if definition.vocabolario:
        codes = list(vocabulary(definition.vocabolario))
    if definition.tipo == "elenco":
        if codes:
            schema["items"] = {**schema["items"], "enum": codes}
    else:
        if not field.obbligatorio:
            schema["type"] = [schema["type"], "null"]
            codes = [*codes, None] if codes else []
        if codes:
            schema["enum"] = codes
    return {
        **schema,
        "title": definition.titolo.it,
        "description": definition.descrizione.it,
    }


def _envelope(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["insieme", "versione", "data", "licenza", "sintetico", *properties],
        "properties": {
            "insieme": {"type": "string"},
            "versione": {"type": "string"},
            "data": {"type": "string", "format": "date"},
            "licenza": {"type": "string", "format": "uri"},
            "sintetico": {"type": "boolean"},
            **properties,
        },
    }


def _get(
    identifier: str, summary: str, schema: dict[str, Any], parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {"description": summary, "content": {"application/json": {"schema": schema}}}
    }
    if parameters:
        responses["404"] = {"description": "Non c’è alcuna riga con quel codice."}
    operation: dict[str, Any] = {
        "operationId": identifier,
        "summary": summary,
        "responses": responses,
    }
    if parameters:
        operation["parameters"] = parameters
    return {"get": operation}


def _parameter(config: Config, contract: Contract, name: str) -> dict[str, Any]:
    definition = next(field.definizione for field in contract.campi if field.name == name)
    schema: dict[str, Any] = {"type": "string"}
    if name == TERRITORIES["provincia"]:
        schema["enum"] = config.portale.province
    elif definition.formato:
        schema["pattern"] = f"^{definition.formato}$"
    parameter: dict[str, Any] = {
        "name": name,
        "in": "path",
        "required": True,
        "description": definition.descrizione.it,
        "schema": schema,
    }
    if definition.esempio:
        parameter["example"] = definition.esempio
    return parameter
