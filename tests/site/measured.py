"""The data sets of the measures, derived from their folders and from invented returns."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from etl.config import load_config
from etl.contracts import DATASETS, load_contracts
from etl.demo.monitoring import HEADER, returns
from etl.demo.territory import load_territory
from etl.derive.datasets import Inputs, derive
from etl.derive.declared import RETURNS, declared
from etl.receive import Received


def sent(folder: Path = DATASETS) -> pd.DataFrame:
    """Return the invented returns as `receive` would hand them over."""
    portal = load_config().portale
    territory = load_territory(portal.province, portal.anno_geografia)
    rows = pd.DataFrame(list(returns(territory, 7, folder)), columns=list(HEADER), dtype="str")
    rows = rows.mask(rows == "")
    return rows.assign(quantita=pd.to_numeric(rows["quantita"]).astype("Float64"), sintetico=True)


def tables(province: pd.DataFrame, made: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return every table that its folder says all of, apart from those made already."""
    config = load_config()
    geography = SimpleNamespace(province=province)
    received = Received({RETURNS: sent()}, [], [], cast(Any, geography), pd.DataFrame())
    inputs = Inputs(config, received, b"chiave di prova di sedici byte")
    return {
        contract.slug: derive(inputs, contract)
        for contract in load_contracts()
        if contract.slug not in made and declared(contract) is not None
    }
