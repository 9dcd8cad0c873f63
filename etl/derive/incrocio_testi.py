"""How much of the requirements that employers write in words was understood."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.region import RegionMatching


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row a province of the vacancies: sentences read, understood and not.

    A sentence that no pattern knows takes no post from anybody; it is counted here.
    """
    return from_matching(inputs, "incrocio-testi", _counted)


def _counted(matching: RegionMatching) -> pd.DataFrame:
    posts = matching.demand
    rows = posts.rows[["codice_provincia"]].assign(
        offerte=1,
        frasi=posts.sentences,
        frasi_non_comprese=posts.unread_in,
        offerte_con_frasi_non_comprese=(posts.unread_in > 0).astype("int64"),
    )
    counted = rows.groupby("codice_provincia", sort=True).sum().astype("Int64")
    return counted.reset_index()
