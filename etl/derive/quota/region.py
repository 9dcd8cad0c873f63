"""The quota of every statement of a region, worked out at once and put beside what was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.contracts import vocabulary
from etl.derive.quota.differences import differences
from etl.derive.quota.law import Parameters, changes, parameters
from etl.derive.quota.rules import PROSPETTO
from etl.derive.quota.statements import Statements, arrange
from etl.derive.quota.vectorised import Array, evaluate

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
    "categorie_protette_in_forza",
)
# Our column → the rule's figure, where the two names differ.
NATIONAL = {name: name for name in FIGURES} | {"esuberi_art18": "quota_esuberi_art18"}
PROVINCIAL = {name: f"{name}_provincia" for name in FIGURES} | {
    "categorie_protette_in_forza": "categorie_protette"
}


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
    number is not known on that day. Rounding and split: Legge 68/1999, arts. 3, 4, 5 and 18.
    """
    statements = arrange(tables)
    national = {name: _Column(len(statements.codes)) for name in NATIONAL}
    provincial = {name: _Column(len(statements.province_codes)) for name in PROVINCIAL}
    big = statements.beyond_int64()
    for regime, ruled in regimes(statements, law):
        for exact in (False, True):
            mask = ruled & (big == exact)
            if not mask.any():
                continue
            part = statements.chosen(mask)
            given = dict(part.given) | part.excluded(regime)
            if exact:
                given = {name: values.astype(object) for name, values in given.items()}
            figures = evaluate(PROSPETTO, part.rows, given, regime)
            for name, figure in NATIONAL.items():
                national[name].fill(mask, figures[figure])
            for name, figure in PROVINCIAL.items():
                provincial[name].fill(mask[statements.owner], figures[figure])
    whole = pd.DataFrame(
        {"codice_comunicazione": pd.array(statements.codes, dtype="str")}
        | {name: column.array() for name, column in national.items()}
    )
    whole["classe_dimensionale"] = size_class(whole["base_computo_art3"])
    split = pd.DataFrame(
        {
            "codice_comunicazione": whole["codice_comunicazione"].take(statements.owner).array,
            "codice_provincia": pd.array(statements.province_codes, dtype="str"),
        }
        | {name: column.array() for name, column in provincial.items()}
    )
    found = differences(whole, split, tables.get("prospetti-riepilogo"))
    return RegionQuota(whole, split, found)


class _Column:
    """One figure being filled, regime by regime; what is never filled is NA."""

    def __init__(self, size: int) -> None:
        self._values = np.zeros(size, dtype=np.int64)
        self._missing = np.ones(size, dtype=np.bool_)

    def fill(self, mask: npt.NDArray[np.bool_], values: Array | None) -> None:
        if values is not None:
            self._values[mask] = values
            self._missing[mask] = False

    def array(self) -> pd.arrays.IntegerArray:
        return pd.arrays.IntegerArray(self._values, self._missing)


def regimes(
    statements: Statements, law: Parameters | None = None
) -> list[tuple[Parameters, npt.NDArray[np.bool_]]]:
    """Return the laws in force on the statements' days, each with a mask of what it rules."""
    if law is not None:
        return [(law, np.ones(len(statements.codes), dtype=np.bool_))]
    starts = np.array(changes(), dtype="datetime64[D]")
    regime = np.searchsorted(starts, statements.days, side="right")
    return [
        (parameters(statements.days[regime == i].min().astype(object)), regime == i)
        for i in np.unique(regime).tolist()
    ]


def size_class(base: pd.Series) -> pd.Series:
    """Return the size class (vocabulary `classe_dimensionale`) of each base; NA under the first."""
    codes = sorted(vocabulary("classe_dimensionale"), key=_lower_bound)
    bounds = [_lower_bound(code) for code in codes]
    place = np.searchsorted(bounds, base.to_numpy(dtype=np.int64, na_value=0), side="right")
    labels = np.array([None, *codes], dtype=object)[place]
    return pd.Series(pd.array(labels, dtype="str"), index=base.index)


def _lower_bound(code: str) -> int:
    return int(code.rstrip("+").partition("-")[0])
