"""Released vacancies and operators' sites as the columns that the browser searches.

Everything comes from the tables that were released: what is withheld there is withheld here, and
free texts are read from what is published. Each text stands once; numbers are written in base 62,
one text a digit, because that is what compresses best.
"""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from etl.config import Config
from etl.contracts import WITHHELD, vocabulary
from etl.derive.matching.criteria import (
    ABILITIES,
    AREAS,
    CONDITION_BIT,
    condition_bits,
)
from etl.derive.matching.distance import EARTH_RADIUS_CM, sphere_points
from etl.derive.matching.profiles import five_digits
from etl.derive.matching.requirements import read_requirements, sentences_of

DIGITS = string.digits + string.ascii_letters
"""The digits of base 62: no text made of them looks like two words, or like a tax code in one."""

OPENINGS: tuple[str, ...] = ("orario", "sostegno", "adattamento")
"""What a text may say that the post is open to, in the order of their bits."""

# The bits of a vacancy's flags.
BARRIERS, NIGHT, NO_TRANSPORT, OTHER_LIST, BY_NUMBER = 1, 2, 4, 8, 16
# How a column writes a value that is not there; what is there is numbered from 2.
NOT_STATED, HIDDEN, FIRST = 0, 1, 2
# The sentence that stands for a text that is withheld.
WITHHELD_TEXT = 0

Row = dict[Hashable, Any]


def columns(
    vacancies: pd.DataFrame, sites: pd.DataFrame, comuni: pd.DataFrame, config: Config
) -> str:
    """Return one JSON text for the page that matches in the browser.

    `vacancies` and `sites` are the released `posti-disponibili` and `sedi-operatori`; `comuni` has
    codice_comune, comune, codice_provincia, sigla, lat, lon. What the parts mean stands in
    `runtime.js`, which reads them.
    """
    places = comuni.sort_values(["comune", "codice_comune"], kind="stable")
    provinces = list(config.portale.province)
    spots = {code: place for place, code in enumerate(places["codice_comune"])}
    content = {
        "comuni": _places(places, provinces),
        **_vacancies(vacancies, spots, provinces),
        "sedi": _sites(sites, spots),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def in_order(vacancies: pd.DataFrame) -> pd.DataFrame:
    """Return the vacancies in the order of the columns; it depends on what is published alone."""
    frame = vacancies.assign(
        _frasi=[
            _coded(sentences_of(_text(text))) for text in vacancies["capacita_controindicazioni"]
        ]
    )
    return frame.sort_values(
        [
            "qualifica",
            "mansione",
            "_frasi",
            "codice_comune",
            "codice_provincia",
            "settore",
            "denominazione_azienda",
            "id_posto",
        ],
        kind="stable",
        na_position="first",
        ignore_index=True,
    ).drop(columns="_frasi")


def planes(values: Sequence[int]) -> list[str]:
    """Return numbers from 0 in base 62: one text a digit, the highest first."""
    numbers = np.asarray(values, dtype=np.int64)
    highest = int(numbers.max(initial=0))
    texts = []
    while True:
        texts.append("".join(DIGITS[digit] for digit in numbers % len(DIGITS)))
        numbers, highest = numbers // len(DIGITS), highest // len(DIGITS)
        if not highest:
            return texts[::-1]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _coded(sentences: list[str]) -> str:
    return "\x1f".join(sentences)


def _places(places: pd.DataFrame, provinces: list[str]) -> dict[str, Any]:
    points = sphere_points(places["lat"].to_numpy(float), places["lon"].to_numpy(float))
    # the third coordinate follows from the two others, to within what is written for it
    x, y, z = points.T.astype(np.float64)
    about = np.floor(np.sqrt(EARTH_RADIUS_CM * float(EARTH_RADIUS_CM) - y * y - z * z))
    steps = np.stack([x - about, y, z], axis=1).astype(np.int64)
    corner = steps.min(axis=0)
    signs = dict(zip(places["codice_provincia"], places["sigla"], strict=True))
    return {
        "nome": places["comune"].tolist(),
        "provincia": planes([provinces.index(code) for code in places["codice_provincia"]]),
        "province": [[code, signs.get(code, code)] for code in provinces],
        "angolo": corner.tolist(),
        "punti": [planes(axis) for axis in (steps - corner).T.tolist()],
    }


def _vacancies(
    vacancies: pd.DataFrame, spots: dict[str, int], provinces: list[str]
) -> dict[str, Any]:
    rows: list[Row] = in_order(vacancies).to_dict("records")
    jobs = {row["qualifica"]: row["professione"] for row in rows}
    tasks: dict[str, dict[str, int]] = {code: {} for code in jobs}
    for row in rows:
        known = tasks[row["qualifica"]]
        if _text(row["mansione"]):
            known.setdefault(row["mansione"], len(known) + FIRST)
    texts = [_sentences(row) for row in rows]
    often = Counter(sentence for text in texts for sentence in text if sentence is not None)
    sentences = sorted(often, key=lambda text: (-often[text], text))
    number = {text: place for place, text in enumerate(sentences, start=WITHHELD_TEXT + 1)}
    longest = max((len(text) for text in texts), default=0)
    held = {_text(row["settore"]) for row in rows}
    sectors = [code for code in vocabulary("settore") if code in held]
    sector_at = {code: place for place, code in enumerate(sectors, start=FIRST)}
    companies = sorted({_text(row["denominazione_azienda"]) for row in rows} - {""})
    company_at = {name: place for place, name in enumerate(companies)}
    offered = Counter(row["qualifica"] for row in rows)
    named = [place for place, row in enumerate(rows) if _text(row["denominazione_azienda"])]
    return {
        "professioni": {
            "codice": [five_digits(code) for code in jobs],
            "nome": list(jobs.values()),
            "offerte": [offered[code] for code in jobs],
            "mansioni": [list(known) for known in tasks.values()],
        },
        "frasi": _readings(sentences),
        "settori": [vocabulary("settore")[code].it for code in sectors],
        "aziende": companies,
        "offerte": {
            "mansione": planes(
                [
                    _place(tasks[row["qualifica"]], row["mansione"], row["mansione_stato"])
                    for row in rows
                ]
            ),
            # 0: no further sentence
            "frasi": [
                planes([_numbered(text, at, number) for text in texts]) for at in range(longest)
            ],
            "comune": planes(
                [
                    spots[row["codice_comune"]]
                    if _text(row["codice_comune"])
                    else len(spots) + provinces.index(row["codice_provincia"])
                    for row in rows
                ]
            ),
            "posti": planes([row["posti"] for row in rows]),
            "settore": planes(
                [_place(sector_at, row["settore"], row["settore_stato"]) for row in rows]
            ),
            "segni": planes([_flags(row) for row in rows]),
            "azienda": [
                planes(np.diff(named, prepend=0).tolist()),
                planes([company_at[rows[at]["denominazione_azienda"]] for at in named]),
            ],
        },
    }


def _sentences(row: Row) -> list[str | None]:
    """Return what the text asks, sentence by sentence; None stands for a text that is withheld."""
    if row["capacita_controindicazioni_stato"] == WITHHELD:
        return [None]
    return list(sentences_of(_text(row["capacita_controindicazioni"])))


def _numbered(text: list[str | None], at: int, number: dict[str, int]) -> int:
    if at >= len(text):
        return 0
    sentence = text[at]
    return 1 + (WITHHELD_TEXT if sentence is None else number[sentence])


def _place(known: dict[str, int], value: object, state: str) -> int:
    if isinstance(value, str) and value:
        return known[value]
    return HIDDEN if state == WITHHELD else NOT_STATED


def _flags(row: Row) -> int:
    return int(
        BARRIERS * (row["barriere_architettoniche"] == "S")
        + NIGHT * (row["turni_notturni"] == "S")
        + NO_TRANSPORT * (row["mezzi_pubblici"] == "N")
        + OTHER_LIST * (row["categoria_soggetto"] == "C")
        + BY_NUMBER * (row["categoria_assunzione"] == "NU")
    )


def _readings(sentences: list[str]) -> dict[str, Any]:
    """Return each sentence with what it asks; the first stands for a text that is withheld."""
    readings = [read_requirements(text) for text in ["", *sentences]]
    return {
        "testo": ["", *sentences],
        "chiede": [
            "".join(str(reading.demand.get(area, 0)) for area in AREAS) for reading in readings
        ],
        "tassativo": [
            "".join(str(reading.strict.get(area, 0)) for area in AREAS) for reading in readings
        ],
        "condizioni": [condition_bits(sorted(reading.conditions)) for reading in readings],
        "abilita": [_bits(ABILITIES, reading.abilities) for reading in readings],
        "aperture": [_bits(OPENINGS, reading.openings) for reading in readings],
        "non_capita": [place for place, reading in enumerate(readings) if reading.unread],
    }


def _bits(names: tuple[str, ...], held: set[str]) -> int:
    return sum(1 << place for place, name in enumerate(names) if name in held)


def _sites(sites: pd.DataFrame, spots: dict[str, int]) -> dict[str, Any]:
    rows: list[Row] = sites.sort_values(
        ["codice_comune", "denominazione_operatore", "id_sede"], kind="stable"
    ).to_dict("records")
    operators = dict(
        sorted({row["id_operatore"]: row["denominazione_operatore"] for row in rows}.items())
    )
    order = list(operators)
    groups, access = tuple(vocabulary("gruppi_disabilita")), tuple(vocabulary("accessibilita"))
    return {
        "operatori": [[code, name] for code, name in operators.items()],
        "operatore": planes([order.index(row["id_operatore"]) for row in rows]),
        "comune": planes([spots[row["codice_comune"]] for row in rows]),
        "gruppi": planes([_bits(groups, set(_list(row["gruppi_disabilita"]))) for row in rows]),
        "accessi": planes([_bits(access, set(_list(row["accessibilita"]))) for row in rows]),
        "telefono": [_text(row["telefono"]) for row in rows],
    }


def _list(value: object) -> list[str]:
    return [] if value is None or isinstance(value, float) else [str(one) for one in value]  # type: ignore[attr-defined]


assert len(CONDITION_BIT) < 31, "a mask of conditions must fit the browser's 32-bit operations"
