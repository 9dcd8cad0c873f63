"""A stranger with every perturbed count of the built site: totals, least squares, and zeros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import lsq_linear

from etl.config import load_config
from etl.contracts import Contract, load_contracts
from etl.derive.datasets import Inputs, derive
from etl.pipeline import DEMO_SECRET
from etl.receive import receive

TOTAL = "totale"
LIMITS = load_config().riservatezza
FEW = LIMITS.soglia_persone
CONTRACTS = [item for item in load_contracts() if item.riservatezza.metodo == "perturbazione"]

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What is published of each cell (None: withheld), and how many people are really there."""

    shown: Mapping[Cell, int | None]
    truth: Mapping[Cell, int]
    rows: pd.DataFrame


def read(data: Path, contract: Contract, frame: pd.DataFrame) -> Table:
    policy = contract.riservatezza
    ((person, _),) = policy.contributori.items()
    (value,) = policy.valori
    path = data / contract.slug / f"{contract.slug}.csv"
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    cells = list(rows[policy.dimensioni].itertuples(index=False, name=None))
    people = frame.dropna(subset=[person]).groupby(policy.dimensioni)[person].nunique()
    counted = {
        tuple(map(str, key if isinstance(key, tuple) else (key,))): int(number)
        for key, number in people.items()
    }
    return Table(
        dict(zip(cells, [int(text) if text else None for text in rows[value]], strict=True)),
        {cell: counted.get(cell, 0) for cell in cells},
        rows,
    )


@pytest.fixture(scope="module")
def tables(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    config = load_config(built / "portale.toml")
    folder = tmp_path_factory.mktemp("verita")
    inputs = Inputs(config, receive(config, folder), DEMO_SECRET)
    data = built / "output" / "dati"
    return {contract.slug: read(data, contract, derive(inputs, contract)) for contract in CONTRACTS}


def totals(contract: Contract, table: Table) -> list[tuple[Cell, list[Cell]]]:
    """Return the published cells that add others up, as anyone can see from codes and columns."""
    policy = contract.riservatezza
    parts: dict[tuple[int, Cell], list[Cell]] = {}
    levels = table.rows.get("livello_territorio")
    for place, name in enumerate(policy.dimensioni):
        for rank, cell in enumerate(table.shown):
            if name in policy.margini and cell[place] != TOTAL:
                above = [TOTAL]
            elif name in policy.gerarchie and levels is not None:
                row = table.rows.iloc[rank]
                above = [row.get("codice_ambito", ""), row.get("codice_provincia", "")]
                above += ["03"] if row["livello_territorio"] == "provincia" else []
                above = [code for code in above if code and code != cell[place]]
            else:
                continue
            wholes = [(*cell[:place], code, *cell[place + 1 :]) for code in above]
            whole = next((one for one in wholes if one in table.shown), None)
            if whole is not None:
                parts.setdefault((place, whole), []).append(cell)
    return [(whole, cells) for (_, whole), cells in sorted(parts.items())]


def guesses(contract: Contract, table: Table) -> dict[Cell, int]:
    """Return the whole numbers nearest to the best fit of all that is shown and adds up."""
    cells = sorted(table.shown)
    place = {cell: rank for rank, cell in enumerate(cells)}
    rows: list[int] = []
    columns: list[int] = []
    weights: list[float] = []
    seen: list[float] = []

    def add(terms: list[tuple[Cell, float]], value: float) -> None:
        for cell, weight in terms:
            rows.append(len(seen))
            columns.append(place[cell])
            weights.append(weight)
        seen.append(value)

    for cell, value in table.shown.items():
        if value is not None:
            add([(cell, 1.0)], float(value))
    for whole, inner in totals(contract, table):
        # sums are certain: what is shown is not
        add([(whole, -30.0), *((cell, 30.0) for cell in inner)], 0.0)
    matrix = sp.csr_matrix((weights, (rows, columns)), shape=(len(seen), len(cells)))
    found = lsq_linear(matrix, np.array(seen), bounds=(0, np.inf), lsmr_tol="auto").x
    return {cell: round(number) for cell, number in zip(cells, found, strict=True)}


def few(table: Table) -> list[Cell]:
    return [cell for cell, number in table.truth.items() if 0 < number < FEW]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda item: item.slug)
def test_least_squares_over_all_totals_do_no_better_than_the_most_usual_count(
    contract: Contract, tables: dict[str, Table]
) -> None:
    table = tables[contract.slug]
    small = few(table)
    assert len(small) > 20
    found = guesses(contract, table)
    usual = Counter(table.truth[cell] for cell in small).most_common(1)[0][1]
    assert sum(found[cell] == table.truth[cell] for cell in small) <= usual


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda item: item.slug)
def test_no_count_is_far_from_the_truth_nor_small(
    contract: Contract, tables: dict[str, Table]
) -> None:
    settings = LIMITS.perturbazione
    for cell, shown in tables[contract.slug].shown.items():
        if shown is None:
            continue
        true = tables[contract.slug].truth[cell]
        assert abs(shown - true) <= settings.massimo
        assert not 0 < shown <= settings.piccoli
        assert true or not shown


def test_a_person_alone_in_a_cell_may_be_a_zero_anywhere(tables: dict[str, Table]) -> None:
    for table in tables.values():
        alone = [cell for cell, number in table.truth.items() if number == 1]
        empty = [cell for cell, number in table.truth.items() if number == 0]
        zeros = sum(table.shown[cell] == 0 for cell in alone)
        assert not alone or zeros > 0
        assert all(table.shown[cell] == 0 for cell in empty)


def test_the_same_attack_finds_small_counts_where_totals_are_exact(
    tables: dict[str, Table],
) -> None:
    (contract,) = [item for item in CONTRACTS if item.slug == "iscritti-profili"]
    table = tables[contract.slug]
    naive = Table(
        {cell: None if 0 < true < FEW else true for cell, true in table.truth.items()},
        table.truth,
        table.rows,
    )
    small = few(naive)
    found = guesses(contract, naive)
    usual = Counter(naive.truth[cell] for cell in small).most_common(1)[0][1]
    assert sum(found[cell] == naive.truth[cell] for cell in small) > usual
