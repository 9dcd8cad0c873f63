"""Invented figures on matching, for the pages' tests."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from etl.contracts import vocabulary

LAST = {"data_riferimento": "2025-12-31", "sintetico": True}


def tables(provinces: Mapping[str, str], operators: list[str]) -> dict[str, pd.DataFrame]:
    """Return the tables on matching: `provinces` are names by code. Some rows are withheld."""
    groups = ["4", "5", "7", "8"]
    found = {
        "incrocio-copertura": [
            {
                "codice_provincia": code,
                "provincia": name,
                "gruppo_professionale": group,
                "posti": 40 + 7 * place + number,
                **_unless(
                    (place, number) == (1, 2),
                    posti_con_candidati=36 + 7 * place + number,
                    posti_copribili_minimo=8 + place,
                    posti_copribili_massimo=30 + 7 * place + number,
                    posti_mancanti=10,
                    persone_adatte=55 + 10 * number,
                ),
            }
            for place, (code, name) in enumerate(provinces.items())
            for number, group in enumerate(groups)
        ],
        "incrocio-confini": [
            {
                "codice_provincia": code,
                "provincia": name,
                "posti": 166 + 28 * place,
                "posti_coperti_dentro": 90 + 20 * place,
                "posti_coperti_minimo": 70 + 10 * place,
                "posti_coperti_massimo": 140 + 20 * place,
                "posti_adatti_residenti": 200 + 30 * place,
                "posti_adatti_altrove": 60 + 9 * place,
            }
            for place, (code, name) in enumerate(provinces.items())
        ],
        "incrocio-flussi": [
            {
                "provincia_residenza": home,
                "provincia_lavoro": work,
                **_unless(
                    abs(place - other) > 1,
                    persone_adatte=120 if home == work else 30,
                    abbinamenti_minimo=80 if home == work else 9,
                    abbinamenti_massimo=82 if home == work else 9 + place,
                ),
            }
            for place, home in enumerate(provinces)
            for other, work in enumerate(provinces)
        ],
        "incrocio-regimi": [
            {
                "regime": regime,
                "in_vigore": regime == "posti_poi_punteggio",
                "posti": 3_840,
                "posti_coperti": 2_500 - 7 * place,
                "punteggio_medio": 8_900 - 31 * place,
                "fuori_provincia_minimo": 50 + place,
                "fuori_provincia_massimo": 52 + 2 * place,
            }
            for place, regime in enumerate(vocabulary("regime"))
        ],
        "incrocio-equita": [
            {
                "esito": outcome,
                "dimensione": dimension,
                "gruppo": group,
                "persone": 100 - 9 * place - number,
            }
            for place, outcome in enumerate(vocabulary("esito_incrocio"))
            for dimension, words in (
                ("graduatoria", [str(one) for one in range(1, 11)]),
                ("fascia_aiuto", ["1", "2", "3", "4"]),
                ("gruppo_disabilita", [*vocabulary("gruppi_disabilita"), "categorie_protette"]),
                ("provincia", list(provinces)),
            )
            for number, group in enumerate(words)
        ],
        "incrocio-ostacoli": [
            {
                "requisito": name,
                "posti_con_requisito": 90 - number,
                **_unless(
                    number == 5,
                    posti_in_piu=max(0, 31 - 4 * number),
                    coppie_in_piu=900 - 20 * number,
                    persone_interessate=200 - 5 * number,
                ),
            }
            for number, name in enumerate(vocabulary("requisito"))
        ],
        "incrocio-carenze": [
            {
                "sottogruppo_professionale": code,
                "posti": 60 + number,
                **_unless(number == 4, posti_mancanti=20 - number, persone_adatte=44 + number),
            }
            for number, code in enumerate(["4.1", "4.2", "5.1", "6.2", "7.2", "8.1"])
        ],
        "incrocio-operatori": [
            {
                "codice_operatore": code,
                **_unless(
                    number % 5 == 4,
                    offerte_adatte=30 + number,
                    posti_adatti=44 + number,
                    posti_adatti_altrove=12,
                ),
            }
            for number, code in enumerate(operators)
        ],
        "incrocio-seguiti": [
            {"codice_operatore": code, "gruppo_professionale": group, "persone": 5 + number}
            for code in operators
            for number, group in enumerate(groups)
        ],
        "incrocio-testi": [
            {
                "codice_provincia": code,
                "provincia": name,
                "offerte": 90,
                "frasi": 210 + place,
                "frasi_non_comprese": place,
                "offerte_con_frasi_non_comprese": place,
            }
            for place, (code, name) in enumerate(provinces.items())
        ],
    }
    return {slug: pd.DataFrame([{**row, **LAST} for row in rows]) for slug, rows in found.items()}


def _unless(hidden: bool, **values: int) -> dict[str, int | None]:
    return {name: None if hidden else value for name, value in values.items()}
