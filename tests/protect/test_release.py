"""What is released when there is nothing to release."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.config import load_config
from etl.contracts import Contract, load_contracts
from etl.protect import protect_tables
from tests.protect.test_perturbed import SECRET

CONFIG = load_config()


@pytest.mark.parametrize(
    "contract", [item for item in load_contracts() if item.riservatezza.metodo == "soppressione"]
)
def test_a_table_without_rows_is_released_with_its_columns(
    contract: Contract,
) -> None:
    derived = {
        name: pd.Series(dtype="object") for name in contract.names if not name.endswith("_stato")
    }
    tables = protect_tables(
        CONFIG, {contract.slug: contract}, {contract.slug: pd.DataFrame(derived)}, secret=SECRET
    ).tables
    assert list(tables[contract.slug].columns) == list(contract.names)
    assert tables[contract.slug].empty
