"""Enrolled people, from the offices' restricted profiles to columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from etl.contracts import vocabulary
from etl.derive.matching.criteria import (
    ABILITY_BIT,
    AREAS,
    CONDITION_BIT,
    HIGHEST,
    condition_bits,
)
from etl.derive.matching.distance import sphere_points
from etl.derive.matching.encode import WANTS, Int, People, Places, canonical
from etl.derive.matching.identity import keys
from etl.derive.matching.scoring import FULL_WEEK
from etl.receive.geography import Geography


@dataclass(frozen=True)
class Supply:
    """People who can be matched now, and what the columns' numbers mean.

    `ids`, `groups` and `operators` are restricted. `left_out` counts, by reason, the profiles
    that are not here.
    """

    people: People
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    operators: tuple[str, ...]
    left_out: dict[str, int]


def places_of(geography: Geography) -> tuple[Places, dict[str, int]]:
    """Return the portal's comuni as places, and the place of each comune's code."""
    comuni = geography.comuni
    provinces = tuple(str(code) for code in geography.province["codice_provincia"])
    number = {code: index for index, code in enumerate(provinces)}
    places = Places(
        sphere_points(comuni["lat"].to_numpy(float), comuni["lon"].to_numpy(float)),
        np.array([number[str(code)] for code in comuni["codice_provincia"]], dtype=np.int32),
        provinces,
    )
    return places, {str(code): index for index, code in enumerate(comuni["codice_comune"])}


def supply(
    profiles: pd.DataFrame, geography: Geography, occupations: pd.DataFrame, when: date
) -> Supply:
    """Return the people of the offices' profiles who are available on the day `when`.

    `profiles` has the columns of the contract «iscritti» and `provincia_fornitore`. Left out,
    and counted: who is not available, who lives in no comune of the portal's provinces, who looks
    for no known occupation, and all but the latest profile of one id.
    """
    left_out = {}
    rows = profiles.sort_values(["id_persona", "data_iscrizione", "provincia_fornitore"])
    latest = rows.drop_duplicates("id_persona", keep="last")
    left_out["ripetuti"] = len(rows) - len(latest)
    rows = latest[latest["disponibile"] == "S"]
    left_out["non disponibili"] = len(latest) - len(rows)
    _, place_of = places_of(geography)
    spot = pd.Series(
        [
            place_of.get(geography.resolve(text, office).codice_comune or "", -1)
            for text, office in zip(
                rows["comune_dichiarato"], rows["provincia_fornitore"], strict=True
            )
        ],
        index=rows.index,
        dtype="int64",
    )
    left_out["comune non riconosciuto"] = int((spot < 0).sum())
    rows, spot = rows[spot >= 0], spot[spot >= 0]
    wants = _wants(rows["qualifiche_cercate"], occupations)
    seeking = np.asarray((wants > 0).any(axis=1))
    left_out["professione non riconosciuta"] = int((~seeking).sum())
    rows, spot, wants = rows.loc[seeking], spot.loc[seeking], wants[seeking]
    ids = rows["id_persona"].to_numpy(dtype=object)
    key = keys(ids)
    groups = tuple(vocabulary("gruppi_disabilita"))
    operators = tuple(sorted(set(rows["codice_operatore"].dropna())))
    people = People(
        key=key,
        place=spot.to_numpy(np.int32),
        wants=wants,
        **_columns(rows, when, groups, operators),
    )
    people, order = canonical(people)
    return Supply(people, tuple(str(one) for one in ids[order]), groups, operators, left_out)


def _columns(
    rows: pd.DataFrame, when: date, groups: tuple[str, ...], operators: tuple[str, ...]
) -> dict[str, Int]:
    limits = rows[[f"limitazione_{area}" for area in AREAS]].to_numpy(np.int64)
    capacity = HIGHEST - limits
    own_car = (rows["mezzo"] == "proprio").to_numpy(bool)
    hours = rows["ore_massime"].to_numpy(np.int16)
    able = np.zeros(len(rows), dtype=np.int64)
    for area in range(len(AREAS)):
        able |= ((1 << capacity[:, area]) - 1) << (HIGHEST * area)
    able |= np.where(own_car, ABILITY_BIT["patente"], 0)
    able |= np.where(hours >= FULL_WEEK, ABILITY_BIT["tempo_pieno"], 0)
    excluded = np.array([condition_bits(names) for names in rows["condizioni_escluse"]], np.int64)
    excluded |= np.where(own_car, 0, CONDITION_BIT["senza_mezzi_pubblici"])
    protected = (rows["lista"] == "C").to_numpy(bool)
    excluded |= np.where(protected, CONDITION_BIT["riservato_D"], CONDITION_BIT["riservato_C"])
    schooling = {name: level for level, name in enumerate(vocabulary("titolo_studio"))}
    enrolled = (pd.Timestamp(when) - pd.to_datetime(rows["data_iscrizione"])).dt.days
    return {
        "limit": rows["distanza_massima_m"].to_numpy(np.int32),
        "excluded": excluded,
        "able": able,
        "capacity": capacity.astype(np.int8),
        "hours": hours,
        "support": rows["fascia_aiuto"].to_numpy(np.int16),
        # an unknown schooling takes no points away
        "education": rows["titolo_studio"].map(schooling).fillna(5).to_numpy(np.int16),
        "enrolled": enrolled.clip(lower=0).to_numpy(np.int32),
        "group": _number(rows["gruppo_disabilita"], groups),
        "operator": _number(rows["codice_operatore"], operators),
    }


def _number(values: pd.Series, codes: tuple[str, ...]) -> Int:
    number = {code: index for index, code in enumerate(codes)}
    return values.map(number).fillna(-1).to_numpy(np.int32)


def _wants(lists: pd.Series, occupations: pd.DataFrame) -> Int:
    known = {str(code): five_digits(str(code)) for code in occupations["qualifica"]}
    wants = np.zeros((len(lists), WANTS), dtype=np.int32)
    for row, codes in enumerate(lists):
        found = [known[code] for code in dict.fromkeys(codes) if code in known][:WANTS]
        wants[row, : len(found)] = found
    return wants


def five_digits(code: str) -> int:
    """Return an occupation code as a number: «4.1.1.2.0» is 41120."""
    return int(code.replace(".", ""))
