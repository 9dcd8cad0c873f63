"""People with disabilities enrolled, by territory down to the comune and kind of disability."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.enrolled import memberships


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return who stands in each cell of provinces, ambiti and comuni × kind of disability."""
    return memberships(inputs, ["provincia", "ambito", "comune"], ["gruppo_disabilita"])
