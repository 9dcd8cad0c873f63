"""Vacancies, from the statements to columns of numbers, their free text read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etl.config import Matching
from etl.derive.matching.criteria import ABILITY_BIT, AREAS, CONDITION_BIT, capacity_bit
from etl.derive.matching.encode import Int, Lots, canonical
from etl.derive.matching.identity import keys
from etl.derive.matching.profiles import five_digits
from etl.derive.matching.requirements import Reading, read_requirements


@dataclass(frozen=True)
class Demand:
    """Vacancies as lots, with their rows in the same order.

    `sentences` and `unread_in` count each vacancy's sentences of free text and those that no
    pattern knows; `unread` holds the latter with how often each stands there.
    """

    lots: Lots
    rows: pd.DataFrame
    sentences: Int
    unread_in: Int
    unread: dict[str, int]


def demand(vacancies: pd.DataFrame, place_of: Mapping[str, int], config: Matching) -> Demand:
    """Return vacancies (rows of `posti-disponibili`, restricted) as lots.

    Columns read: id_posto, codice_comune, qualifica, posti, categoria_soggetto,
    capacita_controindicazioni, barriere_architettoniche, turni_notturni, mezzi_pubblici,
    categoria_assunzione. Rows without a comune of the portal or without posts are left out.
    """
    known = vacancies["codice_comune"].isin(list(place_of)) & (vacancies["posti"] > 0)
    rows = vacancies[known]
    key = keys(rows["id_posto"])
    texts = (
        rows["capacita_controindicazioni"]
        .astype("object")
        .where(rows["capacita_controindicazioni"].notna(), "")
    )
    read = {text: read_requirements(text) for text in sorted(set(texts))}
    readings = [read[text] for text in texts]
    asked = np.zeros((len(rows), len(AREAS)), dtype=np.int8)
    for row, reading in enumerate(readings):
        for area, level in reading.demand.items():
            asked[row, AREAS.index(area)] = level
    unread: dict[str, int] = {}
    for reading in readings:
        for sentence in reading.unread:
            unread[sentence] = unread.get(sentence, 0) + 1
    lots = Lots(
        key=key,
        place=np.array([place_of[code] for code in rows["codice_comune"]], dtype=np.int32),
        conditions=np.array(
            [
                _conditions(reading, row)
                for reading, row in zip(readings, rows.to_dict("records"), strict=True)
            ],
            dtype=np.int64,
        ),
        required=np.array(
            [required_bits(reading, config.gradi_tollerati) for reading in readings],
            dtype=np.int64,
        ),
        demand=asked,
        occupation=np.array([five_digits(code) for code in rows["qualifica"]], dtype=np.int32),
        posts=rows["posti"].to_numpy(np.int32),
        part_time=np.array(["orario" in reading.openings for reading in readings], dtype=bool),
        supported=np.array(["sostegno" in reading.openings for reading in readings], dtype=bool),
        numeric=(rows["categoria_assunzione"] == "NU").fillna(False).to_numpy(bool),
    )
    lots, order = canonical(lots)
    return Demand(
        lots,
        rows.iloc[order].reset_index(drop=True),
        np.array([reading.sentences for reading in readings], dtype=np.int64)[order],
        np.array([len(reading.unread) for reading in readings], dtype=np.int64)[order],
        dict(sorted(unread.items(), key=lambda item: (-item[1], item[0]))),
    )


def least_capacity(asked: int, allowed: int, strict: int) -> int:
    """Return the capacity below which nobody is suitable (a rule that the browser runs too)."""
    return max(asked - allowed, strict, 0)


def required_bits(reading: Reading, tolerated: int) -> int:
    """Return what a post requires beyond which nobody is suitable.

    A stated capacity may fall short by `tolerated` degrees, and by one more where the employer
    says that the post can be adapted; a contra-indication may not.
    """
    allowed = tolerated + ("adattamento" in reading.openings)
    mask = 0
    for area, level in reading.demand.items():
        least = least_capacity(level, allowed, reading.strict.get(area, 0))
        if least > 0:
            mask |= capacity_bit(area, least)
    for ability in reading.abilities:
        mask |= ABILITY_BIT[ability]
    return mask


def _conditions(reading: Reading, row: Mapping[Hashable, Any]) -> int:
    mask = 0
    for name in reading.conditions:
        mask |= CONDITION_BIT[name]
    if row["turni_notturni"] == "S":
        mask |= CONDITION_BIT["turni_notturni"]
    if row["barriere_architettoniche"] == "S":
        mask |= CONDITION_BIT["barriere"]
    if row["mezzi_pubblici"] == "N":
        mask |= CONDITION_BIT["senza_mezzi_pubblici"]
    return mask | CONDITION_BIT[f"riservato_{row['categoria_soggetto']}"]
