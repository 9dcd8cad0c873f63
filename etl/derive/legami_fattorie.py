"""Who works with whom in social farming: one row a pair, from the returns of the network."""

from __future__ import annotations

import re

import pandas as pd

from etl.contracts import field_dictionary, load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import latest_return


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return azienda_a < azienda_b, their chain and `sintetico`, sorted by pair.

    In the returns the category is the pair («fs-01/fs-07»), in any order; one without two
    different codes is no pair and is left out.
    """
    sent = latest_return(inputs.received, load_contract("legami-fattorie"))
    code = field_dictionary()["codice_azienda"].formato or ""
    pairs = [sorted(str(text).split("/")) for text in sent["categoria"]]
    good = [len(set(pair)) == 2 and all(re.fullmatch(code, end) for end in pair) for pair in pairs]
    table = sent.loc[good, ["filiera_prodotto", "sintetico"]].copy()
    kept = [pair for pair, fit in zip(pairs, good, strict=True) if fit]
    table["azienda_a"] = pd.Series([a for a, _ in kept], index=table.index, dtype="str")
    table["azienda_b"] = pd.Series([b for _, b in kept], index=table.index, dtype="str")
    table = table.drop_duplicates(["azienda_a", "azienda_b"])
    return table.sort_values(["azienda_a", "azienda_b"], ignore_index=True)
