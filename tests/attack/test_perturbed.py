"""A stranger with perturbed counts of people: every margin, twelve months, and a person apart."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog, nnls

from etl.contracts import load_contract
from etl.derive.datasets import Inputs, derive
from etl.protect import protect_tables
from etl.publish.formats import to_csv
from etl.receive import receive
from tests.attack import sources

SLUG = "iscritti-profili"
CONTRACT = load_contract(SLUG)
SECRET = b"un segreto per le prove, sempre lo stesso"
TOTAL = "totale"
DIMENSIONS = ("codice_territorio", "gruppo_disabilita", "classe_eta", "sesso")
REACH = 5
SMALL = 5
MONTHS = 12

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Month:
    """What is published of each cell (None: withheld), and how many people are really there."""

    shown: Mapping[Cell, int | None]
    truth: Mapping[Cell, int]


def publish(demo: Path, folder: Path) -> Month:
    """Return one release, read from its CSV."""
    config = sources.small_region(demo, ("prospetti", "consensi", "iscritti"))
    frame = derive(Inputs(config, receive(config, folder / "build"), SECRET), CONTRACT)
    tables = protect_tables(config, {SLUG: CONTRACT}, {SLUG: frame}, secret=SECRET).tables
    path = folder / "profili.csv"
    path.write_bytes(to_csv(CONTRACT, tables[SLUG]))
    read = pd.read_csv(path, dtype="str", keep_default_na=False)
    cells = list(read[list(DIMENSIONS)].itertuples(index=False, name=None))
    figures = [int(text) if text else None for text in read["iscritti"]]
    people = frame.dropna(subset=["_persona"]).groupby(list(DIMENSIONS))["_persona"].nunique()
    counted = {tuple(map(str, key)): int(number) for key, number in people.items()}
    return Month(
        dict(zip(cells, figures, strict=True)), {cell: counted.get(cell, 0) for cell in cells}
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonti") / "demo"
    sources.write_demo(folder)
    return folder


@pytest.fixture(scope="module")
def year(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    """Every month some people leave the lists, and some of those who were away come."""
    folder = tmp_path_factory.mktemp("iscritti")
    originals = {path: path.read_text(encoding="utf-8") for path in (demo / "iscritti").iterdir()}
    months = []
    for number in range(MONTHS):
        for path, text in originals.items():
            head, *rows = text.splitlines()
            kept = [
                row
                for place, row in enumerate(rows)
                if not (place % 40 < number / 3 or place % 41 > 27 + number)
            ]
            path.write_text("\r\n".join([head, *kept]) + "\r\n", encoding="utf-8", newline="")
        months.append(publish(demo, folder))
    for path, text in originals.items():
        path.write_text(text, encoding="utf-8", newline="")
    return months


def finest(cells: Mapping[Cell, object]) -> list[Cell]:
    """Return the cells of which all others are sums: no total, and no territory of territories."""
    longest = max(len(cell[0]) for cell in cells)
    return sorted(cell for cell in cells if TOTAL not in cell and len(cell[0]) == longest)


def system(cells: Mapping[Cell, object]) -> tuple[list[Cell], list[Cell], sp.csr_matrix]:
    """Return the finest cells, every cell, and the matrix that adds the ones up to the others."""
    inner = finest(cells)
    outer = sorted(cells)
    rank = {cell: place for place, cell in enumerate(outer)}
    region = min({cell[0] for cell in cells}, key=len)
    rows, columns = [], []
    for place, cell in enumerate(inner):
        choices = [(cell[0], region), *((code, TOTAL) for code in cell[1:])]
        for above in itertools.product(*choices):
            if above in rank:
                rows.append(rank[above])
                columns.append(place)
    ones = np.ones(len(rows))
    return inner, outer, sp.csr_matrix((ones, (rows, columns)), shape=(len(outer), len(inner)))


def bounds_found(shown: Mapping[Cell, int | None], reach: int, wanted: list[Cell]) -> dict:
    """Return what linear programs say of some cells: each figure is known to within `reach`."""
    inner, outer, matrix = system(shown)
    told = [place for place, cell in enumerate(outer) if shown[cell] is not None]
    values = np.array([float(shown[outer[place]] or 0) for place in told])
    # nobody knows more of a withheld one than that it is small
    most = np.full(len(inner), np.inf)
    part = matrix[told]
    limits = np.concatenate([values + reach, reach - values])
    ends = {}
    for cell in wanted:
        cost = np.zeros(len(inner))
        cost[inner.index(cell)] = 1.0
        found = [
            linprog(
                sign * cost,
                A_ub=sp.vstack([part, -part]),
                b_ub=limits,
                bounds=np.column_stack([np.zeros(len(inner)), most]),
                method="highs",
            )
            for sign in (1.0, -1.0)
        ]
        ends[cell] = (found[0].fun, -found[1].fun)
    return ends


def guesses(shown: Mapping[Cell, float | None]) -> dict[Cell, int]:
    """Return the whole numbers nearest to the least squares over every margin."""
    inner, outer, matrix = system(shown)
    told = [place for place, cell in enumerate(outer) if shown[cell] is not None]
    values = np.array([float(shown[outer[place]] or 0) for place in told])
    solution = nnls(matrix[told].toarray(), values)[0]
    return {cell: round(number) for cell, number in zip(inner, solution, strict=True)}


def few(month: Month) -> list[Cell]:
    """Return the finest cells that hold few people."""
    return [cell for cell in finest(month.truth) if 0 < month.truth[cell] < SMALL]


def test_no_small_count_is_published(year: list[Month]) -> None:
    for month in year:
        assert not any(figure is not None and 0 < figure < SMALL for figure in month.shown.values())


def test_linear_programs_find_nobody(year: list[Month]) -> None:
    month = year[0]
    wanted = few(month)
    assert len(wanted) > 40
    ends = bounds_found(month.shown, REACH, wanted)
    assert all(high - low >= SMALL - 1e-6 for low, high in ends.values())


def test_linear_programs_find_many_where_only_small_counts_are_withheld(year: list[Month]) -> None:
    month = year[0]
    naive = {cell: None if 0 < true < SMALL else true for cell, true in month.truth.items()}
    ends = bounds_found(naive, 0, few(month))
    assert sum(high - low < 0.5 for low, high in ends.values()) > 10


def test_least_squares_do_no_better_than_guessing_the_most_usual_count(year: list[Month]) -> None:
    month = year[0]
    wanted = few(month)
    found = guesses(month.shown)
    hits = sum(found[cell] == month.truth[cell] for cell in wanted)
    usual = Counter(month.truth[cell] for cell in wanted).most_common(1)[0][1]
    assert hits <= usual


def test_twelve_months_together_teach_no_more_than_guessing(year: list[Month]) -> None:
    # cells whose people have not changed are the ones that an average would give away
    still = [
        cell
        for cell in few(year[0])
        if len({month.truth[cell] for month in year}) == 1
        and len({month.shown[cell] for month in year}) == 1
    ]
    moved = [
        cell
        for cell in few(year[0])
        if len({month.truth[cell] for month in year}) == 1 and cell not in still
    ]
    assert len(still) > 10
    # a count that stays the same with other people may change; one of the same people may not
    assert len(moved) < len(still)
    average: dict[Cell, float | None] = {}
    for cell in year[0].shown:
        told = [value for month in year if (value := month.shown[cell]) is not None]
        average[cell] = sum(told) / len(told) if told else None
    found = guesses(average)
    usual = Counter(year[0].truth[cell] for cell in still).most_common(1)[0][1]
    assert sum(found[cell] == year[0].truth[cell] for cell in still) <= usual


def test_fresh_chance_every_month_would_give_them_away(year: list[Month]) -> None:
    generator = np.random.default_rng(4)
    average: dict[Cell, float | None] = {
        cell: float(np.mean(true + generator.integers(-3, 4, 24)))
        for cell, true in year[0].truth.items()
    }
    found = guesses(average)
    wanted = few(year[0])
    usual = Counter(year[0].truth[cell] for cell in wanted).most_common(1)[0][1]
    assert sum(found[cell] == year[0].truth[cell] for cell in wanted) > usual


def test_the_person_who_is_alone_leaves_no_trace(demo: Path, year: list[Month]) -> None:
    planted = json.loads((demo / "verita.json").read_text(encoding="utf-8"))["seminati"]
    assert len(planted["persona_unica"]["dove"]) == len(sources.PROVINCES)
    month = year[0]
    alone = [cell for cell in few(month) if month.truth[cell] == 1]
    assert {cell[0] for cell in alone} == set(sources.PROVINCES)
    for cell in alone:
        assert month.shown[cell] in (0, None, *range(SMALL, REACH + 2))
    zeros = [cell for cell in finest(month.truth) if month.truth[cell] == 0]
    # a zero may hide somebody, or nobody
    assert any(month.shown[cell] == 0 for cell in alone)
    assert all(month.shown[cell] == 0 for cell in zeros)
