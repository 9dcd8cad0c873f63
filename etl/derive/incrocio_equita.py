"""Who gets a post under each regime: by ranking, support band, kind of disability, province."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import outcomes
from etl.derive.matching.region import RegionMatching


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return who stands in each cell (`_persona`, restricted); the protection counts them."""
    return from_matching(inputs, "incrocio-equita", _cells)


def _cells(matching: RegionMatching) -> pd.DataFrame:
    people = matching.supply
    return outcomes(matching.market, matching.assignments, people.groups, people.ids)
