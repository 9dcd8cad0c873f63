"""The rules by which posts could be given, side by side."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.region import RegionMatching


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row a regime: posts filled, mean score, people who cross, with `_persone`.

    `in_vigore` marks the regime of portale.toml. Every row is proven, or the build stops.
    """
    return from_matching(inputs, "incrocio-regimi", _compared)


def _compared(matching: RegionMatching) -> pd.DataFrame:
    frame = matching.comparison
    return frame.assign(in_vigore=frame["regime"] == matching.config.regime)
