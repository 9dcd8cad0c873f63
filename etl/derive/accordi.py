"""The register of protocols: what the documents say of each, beside how many have joined."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import facts_with_return


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per agreement; `adesioni` is the document's, else that of the last return."""
    return facts_with_return(inputs.received, load_contract("accordi"), "adesioni")
