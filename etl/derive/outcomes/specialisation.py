"""How far an operator's clients differ from the region's (F10)."""

from __future__ import annotations

import pandas as pd


def location_quotients(clients: pd.DataFrame, operator: str, group: str, count: str) -> pd.Series:
    """Return, row by row, the group's share at the operator over its share in all rows.

    1 means as in the region, 2 twice as often. Missing where the operator, or the group, has
    nobody. Columns: one row an operator and group, with the number of clients.
    """
    total = clients[count].sum()
    own = clients.groupby(operator, sort=False)[count].transform("sum")
    whole = clients.groupby(group, sort=False)[count].transform("sum")
    known = (own > 0) & (whole > 0)
    share = clients[count].where(known) / own.where(known)
    found: pd.Series = (share / (whole.where(known) / total)).astype("Float64")
    return found


def herfindahl(clients: pd.DataFrame, operator: str, count: str) -> pd.Series:
    """Return, row by row, the operator's Σ share²: 1 is one group only; missing without clients."""
    own = clients.groupby(operator, sort=False)[count].transform("sum")
    squared = (clients[count] / own.where(own > 0)) ** 2
    found: pd.Series = (
        squared.groupby(clients[operator], sort=False).transform(lambda part: part.sum(min_count=1))
    ).astype("Float64")
    return found
