"""The received statements as arrays: the inputs of the rules, row by row, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.derive.quota.law import Parameters, category_scope
from etl.derive.quota.offices import registered_office
from etl.derive.quota.rules import AZIENDA, GROUPS, ORARIO, PROSPETTO, PROVINCIA
from etl.derive.quota.scalar import Row
from etl.derive.quota.vectorised import Array, Rows

Integers = npt.NDArray[np.int64]

_COLUMNS = (
    "lavoratori",
    "disabili_tempo_pieno",
    "centralinisti_tempo_pieno",
    "massofisioterapisti_tempo_pieno",
    "telelavoro_tempo_pieno",
    "categorie_protette",
    "categorie_protette_2000",
    "somministrati_tempo_pieno",
    "convenzioni_tempo_pieno",
)
_SMALL_PRIVATE = ("A", "D")
_GRANTED = "E"
_SUBJECTS = {"D": "disabili", "C": "art18"}
_KINDS = {"E": "eccedenza", "R": "riduzione"}
_SAFE_BITS = 60
_LONGEST_WEEK = 1 << 20


@dataclass(frozen=True)
class Statements:
    """Statements sorted by code, their provinces by ISTAT code, their rows of hours as they come.

    `given` maps each input of the rules to its array; `owner` and `place` say to which statement
    each province, and to which province each row of hours, belongs.
    """

    codes: npt.NDArray[np.object_]
    days: npt.NDArray[np.datetime64]
    province_codes: npt.NDArray[np.object_]
    owner: Integers
    place: Integers
    given: Mapping[str, Array]
    excluded_place: Integers
    excluded_code: npt.NDArray[np.object_]
    excluded_number: Integers

    @property
    def rows(self) -> Rows:
        """The levels' sizes and parents, as the rules' evaluation wants them."""
        return Rows(
            {
                AZIENDA: len(self.codes),
                PROVINCIA: len(self.province_codes),
                ORARIO: len(self.place),
            },
            {PROVINCIA: self.owner, ORARIO: self.place},
        )

    def excluded(self, law: Parameters) -> dict[str, Array]:
        """Return how many workers of excluded categories each province has, arts. 3 and 18."""
        size = len(self.province_codes)
        known = {code: category_scope(code, law) for code in sorted(set(self.excluded_code))}
        result: dict[str, Array] = {}
        for name, letters in (("esclusi_disabili", "ED"), ("esclusi_art18", "EC")):
            codes = [code for code, scope in known.items() if scope in letters]
            wanted = np.isin(self.excluded_code, np.array(codes, dtype=object))
            values = np.zeros(size, dtype=np.int64)
            np.add.at(values, self.excluded_place[wanted], self.excluded_number[wanted])
            result[name] = values
        return result

    def chosen(self, mask: npt.NDArray[np.bool_]) -> Statements:
        """Return only the statements where `mask` is true."""
        if mask.all():
            return self
        keep_province = mask[self.owner]
        keep_hours = keep_province[self.place]
        keep_excluded = keep_province[self.excluded_place]
        company = np.cumsum(mask) - 1
        province = np.cumsum(keep_province) - 1
        kept = {AZIENDA: mask, PROVINCIA: keep_province, ORARIO: keep_hours}
        given = {
            name: values[kept[PROSPETTO.level_of(name)]] for name, values in self.given.items()
        }
        return Statements(
            self.codes[mask],
            self.days[mask],
            self.province_codes[keep_province],
            company[self.owner[keep_province]],
            province[self.place[keep_hours]],
            given,
            province[self.excluded_place[keep_excluded]],
            self.excluded_code[keep_excluded],
            self.excluded_number[keep_excluded],
        )

    def row(self, index: int, law: Parameters) -> Row:
        """Return one statement's inputs, for `scalar.evaluate`: the figures and the reasons."""
        one = self.chosen(np.arange(len(self.codes)) == index)
        given = dict(one.given) | one.excluded(law)

        def inputs(level: str, place: int) -> dict[str, int]:
            return {
                name: int(values[place])
                for name, values in given.items()
                if PROSPETTO.level_of(name) == level
            }

        return Row(
            inputs(AZIENDA, 0),
            tuple(
                Row(
                    inputs(PROVINCIA, place),
                    tuple(
                        Row(inputs(ORARIO, int(at))) for at in np.flatnonzero(one.place == place)
                    ),
                    str(one.province_codes[place]),
                )
                for place in range(len(one.province_codes))
            ),
        )

    def beyond_int64(self) -> npt.NDArray[np.bool_]:
        """Return which statements' exact sums of hours could pass 64 bits."""
        # lcm(h…) ≤ g · Π(h/g) over the distinct weeks h of a statement, g their common divisor
        owner = self.owner[self.place]
        weeks = np.clip(self.given["minuti_contratto"], 1, _LONGEST_WEEK - 1)
        common = np.zeros(len(self.codes), dtype=np.int64)
        np.gcd.at(common, owner, weeks)
        distinct = np.unique(owner * _LONGEST_WEEK + weeks)
        whose = distinct // _LONGEST_WEEK
        factor = (distinct % _LONGEST_WEEK) // common[whose]
        bits = np.log2(np.maximum(1, common)) + np.bincount(
            whose, weights=np.log2(factor), minlength=len(self.codes)
        )
        heads = np.bincount(
            owner, weights=self.given["numero_lavoratori"], minlength=len(self.codes)
        )
        return np.asarray(bits + np.log2(heads + 1.0) + 3 > _SAFE_BITS)


def arrange(tables: Mapping[str, pd.DataFrame]) -> Statements:
    """Return the statements of the receive tables (names of the suppliers' contracts).

    Rows of a table whose statement or province is nowhere else are left out; a row of hours of an
    unknown group too. A granted exemption counts, a requested one does not.
    """
    frame = tables["prospetti"].sort_values("codice_comunicazione", ignore_index=True)
    whole = pd.Index(frame["codice_comunicazione"])
    province = tables["prospetti-province"]
    owner = whole.get_indexer(pd.Index(province["codice_comunicazione"]))
    names = province["codice_provincia"].to_numpy(dtype=object)
    order = np.lexsort((names.astype(str), owner))
    order = order[owner[order] >= 0]
    province, owner, names = province.iloc[order], owner[order], names[order]
    given: dict[str, Array] = {
        "datore_piccolo_privato": np.isin(
            frame["tipologia_dichiarante"].to_numpy(dtype=object), _SMALL_PRIVATE
        ).astype(np.int64)
    }
    for name in _COLUMNS:
        given[name] = integers(province[name])
    granted = province["esonero_stato"].to_numpy(dtype=object) == _GRANTED
    given["esonero_autorizzato"] = np.where(granted, integers(province["esonero_lavoratori"]), 0)
    given["esonero_autocertificato"] = integers(province["esonero60_lavoratori"])
    given["sede_legale"] = registered_office(
        frame["comune_sede_legale"].to_numpy(dtype=object),
        owner,
        names,
        province["comune_sede"].to_numpy(dtype=object),
        given["lavoratori"],
    ).astype(np.int64)
    places = _Places(whole, owner, names)
    place = np.zeros(0, dtype=np.int64)
    hours = tables.get("prospetti-orari")
    group = np.zeros(0, dtype=np.int64)
    if hours is not None and len(hours):
        place = places.find(hours)
        group = pd.Index(GROUPS).get_indexer(pd.Index(hours["gruppo_orario"]))
        good = (place >= 0) & (group >= 0)
        hours, place, group = hours[good], place[good], group[good]
    given["gruppo"] = group
    for name, column in (
        ("numero_lavoratori", "numero"),
        ("minuti_contratto", "minuti_contratto"),
        ("minuti_svolti", "minuti_svolti"),
    ):
        given[name] = np.zeros(0, dtype=np.int64) if hours is None else integers(hours[column])
    given.update(_compensations(tables.get("prospetti-compensazioni"), places))
    excluded = tables.get("prospetti-escluse")
    excluded_place = np.zeros(0, dtype=np.int64)
    if excluded is not None and len(excluded):
        excluded_place = places.find(excluded)
        excluded = excluded[excluded_place >= 0]
        excluded_place = excluded_place[excluded_place >= 0]
    return Statements(
        frame["codice_comunicazione"].to_numpy(dtype=object),
        pd.to_datetime(frame["data_riferimento"]).to_numpy().astype("datetime64[D]"),
        names,
        owner,
        place,
        given,
        excluded_place,
        np.zeros(0, dtype=object)
        if excluded is None
        else excluded["categoria_esclusa"].to_numpy(dtype=object),
        np.zeros(0, dtype=np.int64) if excluded is None else integers(excluded["numero"]),
    )


def integers(column: pd.Series) -> Integers:
    """Return a column as int64, zero where it is empty."""
    return np.asarray(column.to_numpy(dtype=np.int64, na_value=0))


class _Places:
    """Finds the position of a province row from statement and province code."""

    def __init__(self, whole: pd.Index, owner: Integers, names: npt.NDArray[np.object_]) -> None:
        self.size = len(names)
        self._whole = whole
        self._names = pd.Index(sorted(set(names)))
        keys = owner * len(self._names) + self._names.get_indexer(pd.Index(names))
        self._keys = pd.Index(keys)

    def find(self, frame: pd.DataFrame) -> Integers:
        owner = self._whole.get_indexer(pd.Index(frame["codice_comunicazione"]))
        name = self._names.get_indexer(pd.Index(frame["codice_provincia"].to_numpy(dtype=object)))
        keys = np.where((owner >= 0) & (name >= 0), owner * len(self._names) + name, -1)
        return np.asarray(self._keys.get_indexer(pd.Index(keys)))


def _compensations(frame: pd.DataFrame | None, places: _Places) -> dict[str, Array]:
    size = places.size
    result: dict[str, Array] = {
        f"{kind}{group}_{subject}": np.zeros(size, dtype=np.int64)
        for kind in _KINDS.values()
        for group in ("", "_gruppo")
        for subject in _SUBJECTS.values()
    }
    if frame is None or frame.empty:
        return result
    place = places.find(frame)
    number = integers(frame["numero"])
    in_group = frame["codice_fiscale_gruppo"].notna().to_numpy()
    kinds = frame["categoria_compensazione"].to_numpy(dtype=object)
    subjects = frame["categoria_soggetto"].to_numpy(dtype=object)
    for code, kind in _KINDS.items():
        for letter, subject in _SUBJECTS.items():
            wanted = (place >= 0) & (kinds == code) & (subjects == letter)
            np.add.at(result[f"{kind}_{subject}"], place[wanted], number[wanted])
            wanted &= in_group
            np.add.at(result[f"{kind}_gruppo_{subject}"], place[wanted], number[wanted])
    return result
