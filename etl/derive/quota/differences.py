"""What a statement declares in quadro 3, beside what the law gives on its own quadri 1 and 2."""

from __future__ import annotations

from typing import Literal

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
    keys = ["codice_comunicazione", "codice_provincia"]
    computed = pd.concat(
        [whole.assign(codice_provincia=""), split], ignore_index=True, join="outer"
    )
    stated = declared.copy()
    stated["codice_provincia"] = stated["codice_provincia"].fillna("")
    stated = stated[stated["codice_comunicazione"].isin(whole["codice_comunicazione"])]
    both = computed.merge(
        stated, on=keys, how="outer", suffixes=("", "_dichiarato"), indicator=True
    )
    parts: list[pd.DataFrame] = []
    paired = both[both["_merge"] == "both"]
    for name in (*COMPARED, *NATIONAL_ONLY):
        said = paired[f"{name}_dichiarato"]
        found = paired[name]
        wrong = said.notna() & found.notna() & (said != found).fillna(False)
        if name in NATIONAL_ONLY:
            wrong &= paired["codice_provincia"] == ""
            unknown = said.notna() & found.isna() & (paired["codice_provincia"] == "")
        else:
            unknown = said.notna() & found.isna()
        for mask, kind in ((wrong, "valore_diverso"), (unknown, "non_calcolabile")):
            if mask.any():
                parts.append(
                    pd.DataFrame(
                        {
                            **{key: paired.loc[mask, key] for key in keys},
                            "tipo": kind,
                            "cifra": name,
                            "dichiarato": said[mask],
                            "calcolato": found[mask],
                        }
                    )
                )
    stated_once = frozenset(stated["codice_comunicazione"])
    alone = both[both["_merge"] != "both"]
    silent = ~alone["codice_comunicazione"].isin(stated_once)
    for mask, kind in (
        (silent & (alone["codice_provincia"] == ""), "riepilogo_assente"),
        (~silent, "provincia_assente"),
    ):
        if mask.any():
            parts.append(alone.loc[mask, keys].assign(tipo=kind))
    if not parts:
        return _empty()
    result = pd.concat(parts, ignore_index=True)
    for name in COLUMNS:
        if name not in result:
            result[name] = pd.NA
    result["codice_provincia"] = result["codice_provincia"].replace("", pd.NA)
    result = result[list(COLUMNS)].sort_values(
        ["codice_comunicazione", "codice_provincia", "tipo", "cifra"],
        na_position="first",
        ignore_index=True,
    )
    return _typed(result)


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
