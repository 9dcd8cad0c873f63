"""How many of the people whom each operator follows fit some vacancy, by great group."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import fitting_by_operator
from etl.derive.matching.region import RegionMatching


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return who stands in each cell (`_persona`, restricted); the protection counts them."""
    return from_matching(inputs, "incrocio-seguiti", _cells)


def _cells(matching: RegionMatching) -> pd.DataFrame:
    people = matching.supply
    return fitting_by_operator(matching.market, people.ids, people.operators)
