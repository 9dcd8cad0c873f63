"""Exact tables are published once a period: a second version would give away who has changed.

When one employer sends its statement late, or corrects it, the difference between two versions of
an exact table is the figures of that employer, whatever each version hides. When one person enrols,
the difference between two versions of what matching says is what suits that person. So the tables
of a period (a year, or a month), once published, are published again as they are until another
period takes their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from etl.contracts import Contract

PERIOD = "data_riferimento"
# The restricted column that counts, in each row, who already speaks of the latest period.
LATEST = "_recenti"
# How much of the date tells one period from another: statements have a day a year, lists a month.
_LENGTH = {"annuale": len("2025-12-31"), "mensile": len("2025-12")}


def published_before(
    contracts: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    previous: Path | None,
    least_share: float,
) -> dict[str, pd.DataFrame] | None:
    """Return the tables of one `sistema` as they were released in `previous`, where they stand.

    They stand while what was received speaks of the same period, and, of a year, until at least
    `least_share` of the contributors speak of a new one: a period that has only begun would single
    those out. None where they do not: nothing was released, the contracts ask other columns, or a
    table has no period of its own.
    """
    (length, *others) = {_LENGTH.get(item.frequenza, 0) for item in contracts.values()}
    if previous is None or not length or others:
        return None
    paths = {slug: previous / slug / f"{slug}.parquet" for slug in contracts}
    if not all(path.is_file() for path in paths.values()):
        return None
    tables = {slug: pq.read_table(path).to_pandas() for slug, path in paths.items()}
    if any(list(tables[slug].columns) != contract.names for slug, contract in contracts.items()):
        return None
    if any(PERIOD not in frame for frame in (*tables.values(), *derived.values())):
        return None
    before = max(str(frame[PERIOD].max())[:length] for frame in tables.values())
    now = max(str(frame[PERIOD].max())[:length] for frame in derived.values())
    if now <= before or _share(derived) < least_share:
        return tables
    return None


def _share(derived: Mapping[str, pd.DataFrame]) -> float:
    """Return the share of contributors who speak of the latest period; 1 where nobody counts."""
    for _, frame in sorted(derived.items()):
        if LATEST in frame:
            return float(frame[LATEST].sum()) / max(1.0, float(frame["_imprese"].sum()))
    return 1.0
