"""The vacancies that fit the people whom each operator follows, by count."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import followed
from etl.derive.matching.region import RegionMatching


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row an operator who follows somebody, with `_persone` (restricted)."""
    return from_matching(inputs, "incrocio-operatori", _posts)


def _posts(matching: RegionMatching) -> pd.DataFrame:
    return followed(matching.market, matching.supply.operators)
