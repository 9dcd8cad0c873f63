"""What a statement declares in quadro 3, beside what the law gives on its own quadri 1 and 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["valore_diverso", "non_calcolabile", "provincia_assente", "riepilogo_assente"]

COMPARED = (
    "base_computo_art3",
    "base_computo_art18",
    "quota_riserva_disabili",
    "quota_riserva_art18",
    "disabili_in_forza",
    "categorie_protette_in_forza",
    "esonerati",
    "scoperture_disabili",
    "scoperture_art18",
)
NATIONAL_ONLY = ("esuberi_art18",)
COLUMNS = (
    "codice_comunicazione",
    "codice_provincia",
    "tipo",
    "cifra",
    "dichiarato",
    "calcolato",
)


def differences(
    whole: pd.DataFrame, split: pd.DataFrame, declared: pd.DataFrame | None
) -> pd.DataFrame:
    """Return one row per declared figure that is not the computed one, sorted.

    `declared` is the receive table `prospetti-riepilogo` (codice_provincia NA for the national
    row). Columns: codice_comunicazione, codice_provincia, tipo, cifra, dichiarato, calcolato.
    `tipo`: valore_diverso; non_calcolabile (the law's number for that day is not known);
    provincia_assente (quadro 2 or quadro 3 lists a province that the other does not);
    riepilogo_assente (the statement has no quadro 3). A figure left empty is not a difference.
    """
    if declared is None:
        return _empty()
    seen = [frame["codice_provincia"].dropna().unique() for frame in (split, declared)]
    names = pd.Index(sorted({name for unique in seen for name in unique}))
    codes = pd.Index(whole["codice_comunicazione"])
    owner = codes.get_indexer(pd.Index(declared["codice_comunicazione"]))
    stated = declared[owner >= 0]
    owner = owner[owner >= 0]
    national = stated["codice_provincia"].isna().to_numpy()
    place = names.get_indexer(pd.Index(stated["codice_provincia"]))
    split_owner = codes.get_indexer(pd.Index(split["codice_comunicazione"]))
    keys = split_owner * len(names) + names.get_indexer(pd.Index(split["codice_provincia"]))
    local = pd.Index(keys).get_indexer(pd.Index(owner * len(names) + place))
    found = _compared(stated[national], whole, owner[national], (*COMPARED, *NATIONAL_ONLY))
    both = ~national & (local >= 0)
    found += _compared(stated[both], split, local[both], COMPARED)
    keyed = ["codice_comunicazione", "codice_provincia"]
    summarised = np.isin(np.arange(len(codes)), owner[national])
    found.append(
        pd.DataFrame({"codice_comunicazione": whole["codice_comunicazione"][~summarised]}).assign(
            tipo="riepilogo_assente"
        )
    )
    found.append(stated.loc[~national & (local < 0), keyed].assign(tipo="provincia_assente"))
    unsaid = summarised[split_owner] & ~np.isin(np.arange(len(split)), local[both])
    found.append(split.loc[unsaid, keyed].assign(tipo="provincia_assente"))
    found = [part for part in found if len(part)]
    if not found:
        return _empty()
    result = pd.concat(found, ignore_index=True).reindex(columns=list(COLUMNS))
    return _typed(result).sort_values(
        ["codice_comunicazione", "codice_provincia", "tipo", "cifra"],
        na_position="first",
        ignore_index=True,
    )


def _compared(
    said: pd.DataFrame, computed: pd.DataFrame, place: npt.NDArray[np.intp], figures: Sequence[str]
) -> list[pd.DataFrame]:
    """The rows of `said` whose figures are not those at `place` in `computed`."""
    parts: list[pd.DataFrame] = []
    for name in figures:
        mine = computed[name].take(place).array
        theirs = said[name].array
        known = ~np.asarray(theirs.isna())
        unknown = known & np.asarray(mine.isna())
        wrong = known & np.asarray((mine != theirs).fillna(False), dtype=np.bool_)
        for mask, kind in ((wrong, "valore_diverso"), (unknown, "non_calcolabile")):
            if mask.any():
                rows = said.loc[mask, ["codice_comunicazione", "codice_provincia"]]
                parts.append(
                    rows.assign(
                        tipo=kind, cifra=name, dichiarato=theirs[mask], calcolato=mine[mask]
                    )
                )
    return parts


def counts(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many differences of each kind and figure: tipo, cifra, prospetti, casi.

    Counts only, no statement and no value: the whole of what may be said in public.
    """
    grouped = found.groupby(["tipo", "cifra"], dropna=False, sort=True)
    result = pd.DataFrame(
        {
            "prospetti": grouped["codice_comunicazione"].nunique().astype("Int64"),
            "casi": grouped.size().astype("Int64"),
        }
    ).reset_index()
    return result.astype({"tipo": "str", "cifra": "str"})


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(
        {
            "codice_comunicazione": "str",
            "codice_provincia": "str",
            "tipo": "str",
            "cifra": "str",
            "dichiarato": "Int64",
            "calcolato": "Int64",
        }
    )


def _empty() -> pd.DataFrame:
    return _typed(pd.DataFrame({name: [] for name in COLUMNS}))
