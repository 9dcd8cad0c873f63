"""Small cells: figures that stand on too few people or companies are not shown."""

from __future__ import annotations

import pandas as pd

from etl.config import Config
from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD, Contract


def sensitive(config: Config, contract: Contract, frame: pd.DataFrame) -> pd.Series:
    """Return, for each row, whether any of its contributors is below its threshold but not none."""
    small = pd.Series(False, index=frame.index)
    for column, threshold in contract.riservatezza.contributori.items():
        small |= frame[column].between(1, getattr(config.riservatezza, threshold) - 1)
    return small


def suppress_small(config: Config, contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the policy's values emptied, and their states set, in small cells."""
    small = sensitive(config, contract, frame)
    columns = {}
    for name in contract.riservatezza.valori:
        state = small.map({True: WITHHELD, False: PUBLISHED}).astype("str")
        columns[name] = frame[name].where(~small)
        columns[f"{name}_stato"] = state.where(small | frame[name].notna(), NOT_COLLECTED)
    return frame.assign(**columns)
