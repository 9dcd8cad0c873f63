"""What outcome each person would have on the region's average, given who they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.derive.outcomes.intervals import Floats

REST = "altro"
LEAST_PEOPLE = 30
LEAST_EACH_WAY = 5


def expected_chances(
    people: pd.DataFrame, outcome: str, characteristics: Sequence[str]
) -> pd.Series:
    """Return each person's expected chance of the outcome (0 or 1), by logistic regression.

    Main effects of the characteristics, as categories; categories with few people, or with few of
    either outcome, join the most frequent one. The chances sum to the outcomes seen. Where the
    regression has no finite answer, each chance is the rate of the first characteristic's stratum;
    where nobody, or everybody, has the outcome, the region's rate kept within (0, 1).
    """
    seen = people[outcome].to_numpy(np.float64)
    total, count = float(seen.sum()), len(seen)
    if count == 0:
        return pd.Series(dtype="float64", index=people.index)
    flat = pd.Series((total + 0.5) / (count + 1), index=people.index)
    if not 0 < total < count:
        return flat
    columns = [_categories(people[name], seen) for name in characteristics]
    columns = [column for column in columns if column.nunique() > 1]
    if not columns:
        return pd.Series(total / count, index=people.index)
    cells = pd.concat(columns, axis=1, keys=range(len(columns)))
    cells["n"], cells["o"] = 1.0, seen
    strata = cells.groupby(list(range(len(columns))), sort=True, as_index=False).sum()
    fitted = _fit(strata, len(columns))
    if fitted is None:
        return by_strata(people, outcome, characteristics[:1]).clip(1e-9, 1 - 1e-9)
    keys = list(range(len(columns)))
    merged = cells[keys].merge(strata[keys].assign(p=fitted), on=keys, how="left")
    return pd.Series(merged["p"].to_numpy(np.float64), index=people.index)


def by_strata(people: pd.DataFrame, outcome: str, characteristics: Sequence[str]) -> pd.Series:
    """Return each person's expected chance as the rate of the stratum of those alike."""
    groups = people.groupby(list(characteristics), dropna=False, sort=True)
    rates: pd.Series = groups[outcome].transform("mean").astype("float64")
    return rates


def _categories(column: pd.Series, seen: Floats) -> pd.Series:
    """Return the column as text, its thin categories joined to the most frequent one."""
    values = column.astype("str").fillna(REST)
    table = pd.DataFrame({"c": values.to_numpy(), "o": seen}).groupby("c")["o"].agg(["size", "sum"])
    largest = str(table["size"].sort_index().idxmax())
    enough = (
        (table["size"] >= LEAST_PEOPLE)
        & (table["sum"] >= LEAST_EACH_WAY)
        & (table["size"] - table["sum"] >= LEAST_EACH_WAY)
    )
    return values.where(values.map(enough).astype("bool"), largest)


def _fit(strata: pd.DataFrame, width: int) -> Floats | None:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    dummies = [
        pd.get_dummies(strata[place], prefix=str(place), drop_first=True, dtype=float)
        for place in range(width)
    ]
    design = sm.add_constant(pd.concat(dummies, axis=1)).to_numpy(np.float64)
    if len(strata) <= design.shape[1]:  # as many parameters as strata: their own rates
        rates: Floats = (strata["o"] / strata["n"]).to_numpy(np.float64)
        return np.clip(rates, 1e-9, 1 - 1e-9)
    answers = np.column_stack([strata["o"], strata["n"] - strata["o"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            model = sm.GLM(answers, design, family=sm.families.Binomial())
            result = model.fit(maxiter=100, tol=1e-12)
        except (PerfectSeparationWarning, np.linalg.LinAlgError):
            return None
    return np.clip(np.asarray(result.fittedvalues, dtype=np.float64), 1e-9, 1 - 1e-9)
