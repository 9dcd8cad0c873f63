"""Hiding and auditing measured: beside a plain audit, the exact optimum, and on the real tables."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from etl.audit import Axis, PublishedTable, Quantity, audit
from etl.audit.files import read_release
from etl.config import Config
from etl.contracts import load_contracts
from etl.protect.suppression.primary import Rule
from etl.protect.suppression.selection import rooms, suppress
from etl.protect.suppression.system import (
    Booleans,
    Floats,
    Integers,
    Standing,
    System,
    build_system,
)
from etl.protect.suppression.tables import (
    Dimension,
    Measure,
    Universe,
    declare,
    released_table,
)

THRESHOLD = 5


@dataclass(frozen=True)
class Figures:
    """What was measured. Times are processor seconds of one run: only their ratio lasts.

    The table has 13 × 40 × 4 cells with all margins and 60,000 persons. `hidden` counts all
    hidden cells, `bound` is a number below which no choice on the same demands can go, and
    `hidden_lightest` is the number when the choice may read the true figures. `speedup` is the
    time of a plain audit, two linear programs a hidden cell, over that of choosing and auditing.
    `weight_ratio` compares with the exact optimum over small tables (`_lightest`: the same).
    """

    cells: int
    sensitive: int
    hidden: int
    bound: float
    hidden_lightest: int
    corrected: int
    audit_passed: bool
    choose_seconds: float
    audit_seconds: float
    plain_seconds: float
    speedup: float
    programs: int
    plain_programs: int
    small_tables: int
    weight_ratio: float
    weight_ratio_lightest: float


def benchmark(small_tables: int = 12, every: int = 1) -> Figures:
    """Return the figures of one run (about a minute on one processor).

    The plain audit is measured on every nth hidden cell, and its time multiplied by n.
    """
    universe = reference_universe()
    declared = declare(universe)
    # every cell weighs the same here, so that weight is the number of hidden cells
    system = build_system(declared.cells.assign(weight=1.0), declared.equations)

    start = time.process_time()
    chosen = suppress(system)
    choosing = time.process_time() - start

    table = published(universe, released_table(universe, declared, chosen.hidden))
    start = time.process_time()
    report = audit([[table]])
    auditing = time.process_time() - start

    hidden = np.zeros(system.size, dtype=bool)
    hidden[system.positions(chosen.hidden)] = True
    start = time.process_time()
    sample = np.flatnonzero(hidden)[::every]
    plain_widths(system, hidden, sample)
    plain = (time.process_time() - start) * int(hidden.sum()) / len(sample)

    ratio, lightest = small_table_ratios(small_tables)
    return Figures(
        cells=int(system.publishable.sum()),
        sensitive=int(system.sensitive.sum()),
        hidden=len(chosen.hidden),
        bound=round(chosen.bound, 1),
        hidden_lightest=len(suppress(system, together=None).hidden),
        corrected=len(chosen.corrected),
        audit_passed=report.passed,
        choose_seconds=round(choosing, 2),
        audit_seconds=round(auditing, 2),
        plain_seconds=round(plain, 2),
        speedup=round(plain / (choosing + auditing), 2),
        programs=chosen.programs + report.programs,
        plain_programs=2 * int(hidden.sum()),
        small_tables=small_tables,
        weight_ratio=round(ratio, 3),
        weight_ratio_lightest=round(lightest, 3),
    )


@dataclass(frozen=True)
class AuditMeasure:
    """What auditing some releases together took: seconds by the clock and of processor."""

    releases: int
    tables: int
    hidden: int
    wall: float
    cpu: float
    passed: bool


def measure_audit(config: Config, datasets: Path, releases: int = 12) -> AuditMeasure:
    """Return what the whole audit takes of a released folder, alone or as so many releases."""
    contracts = load_contracts()
    wall, cpu = time.perf_counter(), time.process_time()
    tables = [
        read_release(datasets, contracts, config.riservatezza, f"{number:02d}")
        for number in range(releases)
    ]
    report = audit(tables)
    return AuditMeasure(
        releases,
        report.tables,
        report.hidden,
        time.perf_counter() - wall,
        time.process_time() - cpu,
        report.passed,
    )


def reference_universe(seed: int = 130) -> Universe:
    """Return the reference table: 13 × 40 × 4, 60,000 persons.

    Its small cells are as many as in the table that the methods were compared on: 257 under 3,
    504 under 5, 955 under 10 (there 256, 497 and 955).
    """
    generator = np.random.default_rng(seed)
    shape = (13, 40, 4)
    shares = np.einsum(
        "i,j,k->ijk",
        generator.lognormal(0, 0.6, shape[0]),
        generator.lognormal(0, 1.0, shape[1]),
        np.array([0.4, 0.3, 0.2, 0.1]),
    ) * generator.lognormal(0, 0.4, shape)
    counts = generator.multinomial(60_000, (shares / shares.sum()).ravel())
    return counts_universe("confronto", counts.reshape(shape))


def counts_universe(name: str, counts: np.ndarray) -> Universe:
    """Return a universe of persons with one row a cell of an array, dimensions a, b, c…"""
    columns = [chr(ord("a") + axis) for axis in range(counts.ndim)]
    frame = pd.DataFrame(
        {
            column: [f"{column}{code:03d}" for code in codes.ravel()]
            for column, codes in zip(columns, np.indices(counts.shape), strict=True)
        }
    ).assign(persone=counts.ravel())
    return Universe(
        name=name,
        frame=frame,
        dimensions=tuple(Dimension(column, (column,)) for column in columns),
        measures=(Measure("persone", Rule(threshold=THRESHOLD)),),
    )


def published(universe: Universe, frame: pd.DataFrame, release: str = "1") -> PublishedTable:
    """Return a table of persons as the audit reads it."""
    return PublishedTable(
        name=universe.name,
        universe=universe.name,
        release=release,
        frame=frame,
        axes=tuple(Axis(item.name, item.levels) for item in universe.dimensions),
        quantities=(Quantity("persone", THRESHOLD, harmless_from=THRESHOLD),),
    )


def plain_widths(system: System, hidden: Booleans, cells: Integers) -> Floats:
    """Return the widths of some hidden cells by two linear programs each, the plain way."""
    places = np.flatnonzero(hidden)
    columns = system.matrix.tocsc()[:, places].tocsr()
    columns = columns[np.flatnonzero(np.diff(columns.indptr) > 0)]
    total = columns @ system.value[places].astype(float)
    bounds = np.column_stack([system.floor[places], system.ceiling[places]])
    widths = np.zeros(len(cells))
    for rank, place in enumerate(np.searchsorted(places, cells)):
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(places))
            cost[place] = sign
            answer = linprog(cost, A_eq=columns, b_eq=total, bounds=bounds, method="highs")
            ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
        widths[rank] = ends[1] - ends[0]
    return widths


def small_table_ratios(count: int) -> tuple[float, float]:
    """Return hidden weight over the exact optimum, all small tables together, default and lightest.

    Tables of 6 × 5, 8 × 4 and 7 × 6 cells with margins, small enough for an exact program.
    """
    weights = np.zeros(3)
    for seed in range(count):
        generator = np.random.default_rng(seed)
        shape = [(6, 5), (8, 4), (7, 6)][seed % 3]
        counts = generator.poisson(np.exp(generator.normal(2.6, 1.0, shape)))
        declared = declare(counts_universe("piccola", counts))
        system = build_system(declared.cells, declared.equations)
        weights += (
            suppress(system).weight,
            suppress(system, together=None).weight,
            optimal_weight(system),
        )
    return float(weights[0] / weights[2]), float(weights[1] / weights[2])


def optimal_weight(system: System) -> float:
    """Return the least weight that gives every sensitive cell its width, by one exact program.

    Two movements for each sensitive cell, one up and one down, that only hidden cells may join.
    """
    cells = np.flatnonzero(system.sensitive)
    size, movements = system.size, 2 * len(cells)
    room = rooms(system)
    reach = 8.0 * float(system.width.max())
    hide = sp.csr_matrix(sp.vstack([sp.identity(size)] * movements)) if movements else None
    if hide is None:
        return 0.0
    move = sp.identity(size * movements)
    equations = sp.block_diag([system.matrix] * movements)
    nothing = sp.csr_matrix((equations.shape[0], size))
    up, down = 2 * np.arange(len(cells)), 2 * np.arange(len(cells)) + 1
    widths = sp.csr_matrix(
        (
            np.concatenate([np.ones(len(cells)), -np.ones(len(cells))]),
            (
                np.tile(np.arange(len(cells)), 2),
                size + size * np.concatenate([up, down]) + np.tile(cells, 2),
            ),
        ),
        shape=(len(cells), size + size * movements),
    )
    forced = np.isin(system.standing, (Standing.HIDDEN, Standing.LATENT))
    answer = milp(
        np.concatenate([system.weight, np.zeros(size * movements)]),
        constraints=[
            LinearConstraint(sp.hstack([nothing, equations]), 0, 0),
            LinearConstraint(sp.hstack([sp.diags(np.tile(room, movements)) @ hide, move]), 0),
            LinearConstraint(sp.hstack([reach * hide, -move]), 0),
            LinearConstraint(widths, system.width[cells].astype(float)),
        ],
        bounds=Bounds(
            np.concatenate([forced.astype(float), np.full(size * movements, -np.inf)]),
            np.concatenate(
                [
                    (system.standing != Standing.KNOWN).astype(float),
                    np.full(size * movements, np.inf),
                ]
            ),
        ),
        integrality=np.concatenate([np.ones(size), np.zeros(size * movements)]),
    )
    if answer.x is None:
        raise RuntimeError(f"the solver stopped: {answer.message}")
    return float(answer.fun)
