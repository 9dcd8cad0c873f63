"""Matching's rules, numbers and sentences as an ES module for the browser.

The rules of a pair are compiled from the functions that the build runs; numbers, words and
sentences are written as data. `runtime.js` holds what goes through the columns of `columns.py`
and calls them. The module imports nothing and asks nothing of the network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from etl.config import Matching
from etl.contracts import vocabulary
from etl.derive.matching.columns import DIGITS, OPENINGS
from etl.derive.matching.criteria import (
    ABILITIES,
    AREAS,
    CONDITION_BIT,
    CONDITIONS,
    HIGHEST,
    IMPLIED,
)
from etl.derive.matching.distance import ARC_DIVISOR, EARTH_RADIUS_CM
from etl.derive.matching.encode import WANTS
from etl.derive.matching.pairs import RULES
from etl.derive.matching.scoring import COMPONENTS, FULL_WEEK, scoring
from etl.derive.matching.sentences import degrees, sentences
from etl.derive.matching.vacancies import least_capacity
from etl.derive.quota.to_js import on_numbers

RUNTIME = Path(__file__).with_name("runtime.js")


def module(config: Matching) -> str:
    """Return the ES module's text: the same for the same rules, parameters and sentences.

    It exports `apri(dati)`, the columns made ready to be searched; `cerca(regione, profilo)`,
    what suits a profile and what does not; `spiega` and `spiegaSede`, why; `REGOLE` and `PAROLE`,
    the numbers and the words that the page uses. Raises LanguageError where a rule cannot be
    compiled.
    """
    rules = scoring(config)
    numbers = {
        "cifreNumero": DIGITS,
        "aree": AREAS,
        "piena": HIGHEST,
        "condizioni": CONDITIONS,
        "implicite": IMPLIED,
        "bit": CONDITION_BIT,
        "abilita": ABILITIES,
        "aperture": OPENINGS,
        "scelte": WANTS,
        "cifre": rules.digits,
        "tollerati": config.gradi_tollerati,
        "componenti": COMPONENTS,
        "pesi": rules.weights.tolist(),
        "affinita": rules.affinity.tolist(),
        "preferenza": rules.preference.tolist(),
        "studi": rules.schooling.tolist(),
        "settimana": FULL_WEEK,
        "titoloMassimo": len(vocabulary("titolo_studio")) - 1,
        "divisore": ARC_DIVISOR,
        "raggio": EARTH_RADIUS_CM,
        "kmOra": {
            "mezzi_pubblici": config.viaggio.km_ora_mezzi_pubblici,
            "proprio": config.viaggio.km_ora_mezzo_proprio,
        },
    }
    words = {
        "frasi": sentences("tu"),
        "gradi": degrees(),
        **{
            name: [text.it for text in vocabulary(source).values()]
            for name, source in {
                "gruppi": "gruppi_disabilita",
                "accessi": "accessibilita",
            }.items()
        },
        "aree": [vocabulary("funzione_limitata")[area].it for area in AREAS],
        "condizioni": [vocabulary("condizioni_lavoro")[name].it for name in CONDITIONS],
        "gruppiProfessionali": {
            code: text.it for code, text in vocabulary("gruppo_professionale").items()
        },
    }
    return "\n".join(
        [
            f"export const REGOLE = {_json(numbers)};",
            f"export const PAROLE = {_json(words)};",
            *(on_numbers(getattr(rule, "py_func", rule)) for rule in (*RULES, least_capacity)),
            RUNTIME.read_text(encoding="utf-8"),
        ]
    )


def _json(value: Any) -> str:
    # "<" is escaped so that the text can also stand inside a page
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
