"""The law's numbers as the pages read them are those of the engine."""

from __future__ import annotations

import json
from datetime import date

from etl.derive.quota.law import changes, histories, parameters
from etl.derive.quota.offices import belfiore_provinces
from etl.derive.quota.to_json import parameters_json, provinces_json


def test_each_number_stands_as_on_every_day_the_engine_knows_it() -> None:
    found = json.loads(parameters_json())
    assert list(found) == list(histories())
    for day in [date(1999, 1, 1), *changes(), date(2026, 12, 31)]:
        law = parameters(day)
        on = day.isoformat()
        for name, history in found.items():
            inside = [
                entry
                for entry in history["valori"]
                if (entry["dal"] or "") <= on <= (entry["al"] or on)
            ]
            assert len(inside) <= 1, name
            value = inside[0]["valore"] if inside else None
            known = law[name]
            if isinstance(known, int | str) or known is None:
                assert value == known, (name, day)
            else:
                assert len(value) == len(known), (name, day)


def test_provinces_are_those_of_the_year_by_code() -> None:
    rows = json.loads(provinces_json(2023))
    codes = [row["codice"] for row in rows]
    assert codes == sorted(set(codes))
    assert set(belfiore_provinces().values()) == set(codes)
    assert {"codice": "015", "nome": "Milano", "sigla": "MI"} in rows
    assert all(row["nome"] and len(row["sigla"]) == 2 for row in rows)


def test_the_texts_are_the_same_each_time() -> None:
    assert parameters_json() == parameters_json()
    assert provinces_json(2023) == provinces_json(2023)
