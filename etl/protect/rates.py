"""Tables of rates: no row about too few people, nor one where nearly all, or none, are alike."""

from __future__ import annotations

import pandas as pd

from etl.config import Disclosure
from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD, Contract


def withhold_small(frame: pd.DataFrame, contract: Contract, limits: Disclosure) -> pd.DataFrame:
    """Return the table with its small rows emptied, each value's state, and no contributors.

    A row is emptied (`valori` and the columns of `insieme`) where any of the policy's
    `contributori` is under its threshold, zero included: with contributors such as how many had
    the outcome and how many had not, a shown rate never speaks of (nearly) everybody in the row.
    Rows must not add up to one another, or a hidden row would be their difference: those that do
    (years, and all of them together) share the dimensions of `blocchi`, and one small row empties
    its whole block.
    """
    policy = contract.riservatezza
    small = pd.Series(False, index=frame.index)
    for column, threshold in policy.contributori.items():
        small |= frame[column] < getattr(limits, threshold)
    if policy.blocchi:
        keys = [frame[name] for name in policy.blocchi]
        small = small.groupby(keys, dropna=False).transform("any")
    columns: dict[str, pd.Series] = {}
    for name in policy.valori:
        columns[name] = frame[name].where(~small)
        state = small.map({True: WITHHELD, False: PUBLISHED}).astype("str")
        columns[f"{name}_stato"] = state.where(small | frame[name].notna(), NOT_COLLECTED)
        for other in policy.insieme.get(name, []):
            columns[other] = frame[other].where(~small)
    return frame.drop(columns=list(policy.contributori)).assign(**columns)
