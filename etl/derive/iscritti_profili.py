"""People with disabilities enrolled, by province, kind of disability, age and sex."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.enrolled import memberships


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return who stands in each cell of region and provinces × kind of disability × age × sex."""
    dimensions = ["gruppo_disabilita", "classe_eta", "sesso"]
    return memberships(inputs, ["regione", "provincia"], dimensions)
