"""JSON as open-data portals answer it: Socrata (`rows.json`, records) and CKAN (datastore)."""

from __future__ import annotations

import json
from typing import Any

from etl.receive.grids.delimited import decode
from etl.receive.grids.grid import Grid, GridError, cell_text


def read_json(data: bytes) -> Grid:
    """Return the records of an answer, hidden system columns left out; raises GridError."""
    text, notices = decode(data, None)
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise GridError(
            "json-non-valido",
            "Il file non è un JSON leggibile: è stato tagliato o modificato.",
            "scaricare di nuovo il file.",
            row=line,
        ) from None
    grid = _socrata(answer) or _ckan(answer) or _records(answer)
    if grid is None:
        raise GridError(
            "json-sconosciuto",
            "Il JSON non ha la forma di Socrata (rows.json) né di CKAN (datastore).",
            "controllare l’indirizzo o il formato della fonte in portale.toml.",
        )
    grid.notices += notices
    return grid


def _socrata(answer: Any) -> Grid | None:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        return None
    meta = answer.get("meta")
    view = meta.get("view") if isinstance(meta, dict) else None
    columns = view.get("columns") if isinstance(view, dict) else None
    if not isinstance(columns, list):
        return None
    shown = [
        (place, column)
        for place, column in enumerate(columns)
        if isinstance(column, dict)
        and column.get("dataTypeName") != "meta_data"
        and "hidden" not in (column.get("flags") or [])
    ]
    rows = [(1, [str(column.get("name", "")) for _, column in shown])]
    for number, record in enumerate(answer["data"], start=2):
        if not isinstance(record, list):
            continue
        rows.append(
            (
                number,
                [_json_text(record[place]) if place < len(record) else "" for place, _ in shown],
            )
        )
    aliases: list[tuple[str, ...]] = [(str(column.get("fieldName", "")),) for _, column in shown]
    return Grid(rows, header_known=True, aliases=aliases)


def _ckan(answer: Any) -> Grid | None:
    if not isinstance(answer, dict) or "result" not in answer:
        return None
    result = answer["result"]
    if answer.get("success") is False or not isinstance(result, dict):
        raise GridError(
            "ckan-errore",
            "Il portale ha risposto con un errore, non con i dati.",
            "controllare l’indirizzo della risorsa in portale.toml.",
        )
    records = result.get("records")
    if not isinstance(records, list):
        return None
    fields = [
        str(item["id"])
        for item in result.get("fields") or []
        if isinstance(item, dict) and not str(item.get("id", "_")).startswith("_")
    ]
    return _records(records, fields)


def _records(answer: Any, names: list[str] | None = None) -> Grid | None:
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        return None
    if names is None or not names:
        names = list(
            dict.fromkeys(
                str(name)
                for item in answer
                for name in item
                if not str(name).startswith((":", "_"))
            )
        )
    if not names:
        return None
    rows = [(1, list(names))]
    for number, item in enumerate(answer, start=2):
        rows.append((number, [_json_text(item.get(name)) for name in names]))
    return Grid(rows, header_known=True)


def _json_text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_json_text(item) for item in value if item not in (None, ""))
    if isinstance(value, dict):
        for name in ("url", "human_address", "description"):
            if value.get(name):
                return str(value[name])
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return cell_text(value)
