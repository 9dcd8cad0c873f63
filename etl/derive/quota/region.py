"""The quota of every statement of a region, worked out at once and put beside what was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.contracts import vocabulary
from etl.derive.quota.differences import differences
from etl.derive.quota.law import Parameters, category_scope, changes, parameters
from etl.derive.quota.offices import registered_office
from etl.derive.quota.rules import GROUPS, PROSPETTO
from etl.derive.quota.vectorised import Array, Rows, evaluate

FIGURES = (
    "base_computo_art3",
    "base_computo_art18",
    "quota_riserva_disabili",
    "quota_riserva_art18",
    "disabili_in_forza",
    "esonerati",
    "scoperture_disabili",
    "scoperture_disabili_con_segno",
    "scoperture_art18",
    "scoperture_art18_con_segno",
)

_PROVINCE_INPUTS = (
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
_NATIONAL = (*FIGURES, "categorie_protette_in_forza", "quota_esuberi_art18")
_LOCAL = (*FIGURES, "categorie_protette_in_forza")
_SMALL_PRIVATE = ["A", "D"]
_GRANTED = "E"
_SAFE_BITS = 60


@dataclass(frozen=True)
class RegionQuota:
    """The computed figures of every statement.

    `nazionale`: one row per codice_comunicazione: the figures, `esuberi_art18` and
    `classe_dimensionale` (NA under the threshold of the obligation).
    `province`: one row per codice_comunicazione × codice_provincia: the same figures, split.
    `differenze`: one row per declared figure that is not the computed one (`differences.py`).
    """

    nazionale: pd.DataFrame
    province: pd.DataFrame
    differenze: pd.DataFrame


def compute_region(
    tables: Mapping[str, pd.DataFrame], law: Parameters | None = None
) -> RegionQuota:
    """Return the quota of every statement in the receive tables (names of supplier contracts).

    Each statement is worked out with the law of its own `data_riferimento`, or with `law` where
    one is given. Rows are sorted by statement and province. Figures are Int64, NA where the law's
    number is not known. Rounding and split: Legge 68/1999 arts. 3, 4, 5, 18.
    """
    statements = tables["prospetti"].sort_values("codice_comunicazione", ignore_index=True)
    provinces = _provinces(tables, statements)
    hours = _hours(tables.get("prospetti-orari"), provinces)
    excluded = tables.get("prospetti-escluse")
    big = _beyond_int64(provinces, hours, len(statements))
    national = {name: np.full(len(statements), None, dtype=object) for name in _NATIONAL}
    local = {name: np.full(len(provinces), None, dtype=object) for name in _LOCAL}
    for regime, ruled in _regimes(statements["data_riferimento"], law):
        scoped = provinces.assign(**_excluded(excluded, provinces, regime))
        for exact in (False, True):
            chosen = ruled & (big == exact)
            if chosen.any():
                _compute(statements, scoped, hours, chosen, exact, regime, national, local)
    whole = pd.DataFrame({"codice_comunicazione": statements["codice_comunicazione"]})
    for name in _NATIONAL:
        whole[name] = pd.array(national[name], dtype="Int64")
    whole = whole.rename(columns={"quota_esuberi_art18": "esuberi_art18"})
    whole["classe_dimensionale"] = size_class(whole["base_computo_art3"])
    split = provinces[["codice_comunicazione", "codice_provincia"]].copy()
    for name in _LOCAL:
        split[name] = pd.array(local[name], dtype="Int64")
    declared = tables.get("prospetti-riepilogo")
    return RegionQuota(whole, split, differences(whole, split, declared))


def _compute(
    statements: pd.DataFrame,
    provinces: pd.DataFrame,
    hours: pd.DataFrame,
    mask: npt.NDArray[np.bool_],
    exact: bool,
    law: Parameters,
    national: dict[str, Array],
    local: dict[str, Array],
) -> None:
    companies = np.flatnonzero(mask)
    place = np.full(len(mask), -1)
    place[companies] = np.arange(len(companies))
    at = np.flatnonzero(mask[provinces["_azienda"].to_numpy()])
    here = provinces.iloc[at]
    row_place = np.full(len(provinces), -1)
    row_place[at] = np.arange(len(at))
    hour_at = np.flatnonzero(row_place[hours["_provincia"].to_numpy()] >= 0)
    below = hours.iloc[hour_at]
    given: dict[str, Array] = {
        "datore_piccolo_privato": statements["tipologia_dichiarante"]
        .iloc[companies]
        .isin(_SMALL_PRIVATE)
        .to_numpy(dtype=np.int64),
    }
    for name in PROSPETTO.inputs:
        if name in here:
            given[name] = here[name].to_numpy()
        elif name in below:
            given[name] = below[name].to_numpy()
    if exact:
        given = {name: values.astype(object) for name, values in given.items()}
    rows = Rows(
        {"azienda": len(companies), "provincia": len(here), "orario": len(below)},
        {
            "provincia": place[here["_azienda"].to_numpy()],
            "orario": row_place[below["_provincia"].to_numpy()],
        },
    )
    figures = evaluate(PROSPETTO, rows, given, law)
    for name in _NATIONAL:
        values = figures[name]
        if values is not None:
            national[name][companies] = values
    for name in _LOCAL:
        values = figures[_PROVINCE_NAME.get(name, f"{name}_provincia")]
        if values is not None:
            local[name][at] = values


_PROVINCE_NAME = {"categorie_protette_in_forza": "categorie_protette"}


def _provinces(tables: Mapping[str, pd.DataFrame], statements: pd.DataFrame) -> pd.DataFrame:
    """Quadro 2, sorted by statement and province, integers without NA, compensations added up."""
    order = pd.Series(np.arange(len(statements)), index=statements["codice_comunicazione"])
    frame = tables["prospetti-province"]
    frame = frame[frame["codice_comunicazione"].isin(order.index)]
    frame = frame.sort_values(["codice_comunicazione", "codice_provincia"], ignore_index=True)
    result = frame[["codice_comunicazione", "codice_provincia", "comune_sede"]].copy()
    result["_azienda"] = frame["codice_comunicazione"].map(order).to_numpy(dtype=np.int64)
    for name in _PROVINCE_INPUTS:
        result[name] = _integers(frame[name])
    granted = (frame["esonero_stato"] == _GRANTED).fillna(False).to_numpy(dtype=np.bool_)
    result["esonero_autorizzato"] = np.where(granted, _integers(frame["esonero_lavoratori"]), 0)
    result["esonero_autocertificato"] = _integers(frame["esonero60_lavoratori"])
    result["sede_legale"] = registered_office(statements, result).astype(np.int64)
    keys = pd.MultiIndex.from_frame(result[["codice_comunicazione", "codice_provincia"]])
    for name, values in _compensations(tables.get("prospetti-compensazioni"), keys).items():
        result[name] = values
    return result


def _integers(column: pd.Series) -> npt.NDArray[np.int64]:
    return column.fillna(0).to_numpy(dtype=np.int64)


def _compensations(
    frame: pd.DataFrame | None, keys: pd.MultiIndex
) -> dict[str, npt.NDArray[np.int64]]:
    subjects = {"D": "disabili", "C": "art18"}
    kinds = {"E": "eccedenza", "R": "riduzione"}
    result = {
        f"{kind}{group}_{subject}": np.zeros(len(keys), dtype=np.int64)
        for kind in kinds.values()
        for group in ("", "_gruppo")
        for subject in subjects.values()
    }
    if frame is None or frame.empty:
        return result
    place = keys.get_indexer(
        pd.MultiIndex.from_frame(frame[["codice_comunicazione", "codice_provincia"]])
    )
    number = _integers(frame["numero"])
    in_group = frame["codice_fiscale_gruppo"].notna().to_numpy()
    for code, kind in kinds.items():
        for letter, subject in subjects.items():
            wanted = (
                (place >= 0)
                & (frame["categoria_compensazione"] == code).to_numpy(dtype=np.bool_)
                & (frame["categoria_soggetto"] == letter).to_numpy(dtype=np.bool_)
            )
            np.add.at(result[f"{kind}_{subject}"], place[wanted], number[wanted])
            wanted &= in_group
            np.add.at(result[f"{kind}_gruppo_{subject}"], place[wanted], number[wanted])
    return result


def _hours(frame: pd.DataFrame | None, provinces: pd.DataFrame) -> pd.DataFrame:
    """The rows of reduced hours, with their group as a number and their province as a position."""
    columns = ["gruppo", "numero_lavoratori", "minuti_contratto", "minuti_svolti", "_provincia"]
    if frame is None or frame.empty:
        return pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in columns})
    keys = pd.MultiIndex.from_frame(provinces[["codice_comunicazione", "codice_provincia"]])
    place = keys.get_indexer(
        pd.MultiIndex.from_frame(frame[["codice_comunicazione", "codice_provincia"]])
    )
    group = frame["gruppo_orario"].map({name: i for i, name in enumerate(GROUPS)})
    result = pd.DataFrame(
        {
            "gruppo": group.fillna(-1).to_numpy(dtype=np.int64),
            "numero_lavoratori": _integers(frame["numero"]),
            "minuti_contratto": _integers(frame["minuti_contratto"]),
            "minuti_svolti": _integers(frame["minuti_svolti"]),
            "_provincia": place,
        }
    )
    return result[(result["_provincia"] >= 0) & (result["gruppo"] >= 0)].reset_index(drop=True)


def _excluded(
    frame: pd.DataFrame | None, provinces: pd.DataFrame, law: Parameters
) -> dict[str, npt.NDArray[np.int64]]:
    """How many workers of excluded categories each province has, for art. 3 and for art. 18."""
    result = {
        "esclusi_disabili": np.zeros(len(provinces), dtype=np.int64),
        "esclusi_art18": np.zeros(len(provinces), dtype=np.int64),
    }
    if frame is None or frame.empty:
        return result
    keys = pd.MultiIndex.from_frame(provinces[["codice_comunicazione", "codice_provincia"]])
    place = keys.get_indexer(
        pd.MultiIndex.from_frame(frame[["codice_comunicazione", "codice_provincia"]])
    )
    scope = frame["categoria_esclusa"].map(lambda code: category_scope(str(code), law))
    number = _integers(frame["numero"])
    for name, letters in (("esclusi_disabili", "ED"), ("esclusi_art18", "EC")):
        wanted = (place >= 0) & scope.isin(list(letters)).to_numpy(dtype=np.bool_)
        np.add.at(result[name], place[wanted], number[wanted])
    return result


def _regimes(
    days: pd.Series, law: Parameters | None
) -> list[tuple[Parameters, npt.NDArray[np.bool_]]]:
    """The laws in force on the statements' days, each with the statements that it rules."""
    if law is not None:
        return [(law, np.ones(len(days), dtype=np.bool_))]
    stamps = pd.to_datetime(days)
    starts = [date.min, *changes()]
    regime = np.searchsorted(
        np.array([day.toordinal() for day in starts[1:]]),
        stamps.map(lambda stamp: stamp.toordinal()).to_numpy(dtype=np.int64),
        side="right",
    )
    return [(parameters(starts[i]), regime == i) for i in sorted(set(regime.tolist()))]


def _beyond_int64(provinces: pd.DataFrame, hours: pd.DataFrame, size: int) -> npt.NDArray[np.bool_]:
    """Which statements' exact sums of hours could pass 64 bits: they use Python integers."""
    owner = provinces["_azienda"].to_numpy()[hours["_provincia"].to_numpy()]
    weeks = np.maximum(1, hours["minuti_contratto"].to_numpy())
    distinct = np.unique(np.stack([owner, weeks]), axis=1) if len(owner) else np.zeros((2, 0), int)
    bits = np.ones(size)
    np.add.at(bits, distinct[0], np.log2(distinct[1]))
    heads = np.zeros(size, dtype=np.int64)
    np.add.at(heads, owner, hours["numero_lavoratori"].to_numpy())
    return np.asarray(bits + np.log2(heads + 1.0) + 2 > _SAFE_BITS)


def size_class(base: pd.Series) -> pd.Series:
    """Return the size class (vocabulary `classe_dimensionale`) of each base; NA under the first."""
    codes = sorted(vocabulary("classe_dimensionale"), key=_lower_bound)
    place = np.searchsorted([_lower_bound(code) for code in codes], _integers(base), side="right")
    labels = np.array([None, *codes], dtype=object)[place]
    return pd.Series(labels, index=base.index, dtype="str")


def _lower_bound(code: str) -> int:
    return int(code.rstrip("+").partition("-")[0])
