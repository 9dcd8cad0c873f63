"""A population that changes a little every month, and the tables that count it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from etl.audit import Axis, PublishedTable, Quantity
from etl.protect.suppression import (
    Declared,
    Dimension,
    Measure,
    Rule,
    System,
    Universe,
    Zeros,
    build_system,
    declare,
    released_table,
)

THRESHOLD = 5
DIMENSIONS = (
    Dimension("territorio", ("provincia", "comune")),
    Dimension("settore", ("settore",)),
    Dimension("classe", ("classe",)),
    Dimension("mese", ("mese",), adds_up=False),
)
# the attacker adds up over these; the month is the page that it reads
LEVELS = tuple(dimension.levels for dimension in DIMENSIONS if dimension.adds_up)
# linked tables: by territory and sector, by province, sector and class, and their totals
LINKED = (
    ("comune", "settore"),
    ("provincia", "settore"),
    ("provincia", "settore", "classe"),
    ("provincia", "classe"),
    ("comune",),
    ("provincia",),
    ("settore",),
    (),
)


def persons(seed: int, count: int, comuni: int = 8, sectors: int = 6) -> pd.DataFrame:
    """Return one row a person, with one alone in its combination in every province."""
    generator = np.random.default_rng(seed)
    comune = generator.choice(comuni, count, p=_skewed(generator, comuni))
    sector = generator.choice(sectors, count, p=_skewed(generator, sectors))
    kind = generator.choice(3, count, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame(
        {
            "persona": [f"P{number:06d}" for number in range(count)],
            "comune": [f"c{code:02d}" for code in comune],
            "settore": [f"s{code:02d}" for code in sector],
            "classe": [f"k{code}" for code in kind],
        }
    )
    alone = pd.DataFrame(
        {
            "persona": [f"U{code:03d}" for code in range(0, comuni, 2)],
            "comune": [f"c{code:02d}" for code in range(0, comuni, 2)],
            "settore": "sUNICO",
            "classe": "k2",
        }
    )
    return with_province(pd.concat([frame, alone], ignore_index=True))


def with_province(people: pd.DataFrame) -> pd.DataFrame:
    """Return the people with the province of their comune: two comuni a province."""
    number = people["comune"].str[1:].astype(int) // 2
    return people.assign(provincia=[f"p{code:02d}" for code in number], persone=1)


def _skewed(generator: np.random.Generator, size: int) -> np.ndarray:
    shares = generator.lognormal(0, 0.9, size)
    return shares / shares.sum()


def months(seed: int, count: int, months: int, change: float = 0.015) -> Iterator[pd.DataFrame]:
    """Yield the people of successive months, a small share of whom move."""
    people = persons(seed, count)
    generator = np.random.default_rng(seed + 1)
    for _ in range(months):
        yield people
        people = people.copy()
        moving = generator.random(len(people)) < change
        for column in ("comune", "settore", "classe"):
            values = people[column].to_numpy(object)
            values[moving] = generator.permutation(values[moving])
            people[column] = pd.Series(values, dtype="str")
        people = with_province(people)


def universe(
    people: pd.DataFrame,
    published: tuple[tuple[str, ...], ...] | None = LINKED,
    zeros: Zeros = Zeros.FREE,
    month: str = "2026-01",
) -> Universe:
    """Return the tables to publish of these people in one month."""
    rule = Rule(threshold=THRESHOLD, zeros=zeros)
    margins = None if published is None else tuple((*row, "mese") for row in published)
    frame = people.assign(mese=month)
    return Universe("iscritti", frame, DIMENSIONS, (Measure("persone", rule),), margins)


def declared_system(tables: Universe) -> tuple[Declared, System]:
    """Return the cells of some tables and their joint system."""
    declared = declare(tables)
    return declared, build_system(declared.cells, declared.equations)


def published_table(
    tables: Universe, declared: Declared, hidden: Collection[str], release: str = "2026-01"
) -> PublishedTable:
    """Return the released table as the audit reads it."""
    return PublishedTable(
        name="iscritti",
        universe="iscritti",
        release=release,
        frame=released_table(tables, declared, hidden),
        axes=tuple(
            Axis(item.name, item.levels, adds_up=item.adds_up) for item in tables.dimensions
        ),
        quantities=(
            Quantity(
                "persone",
                THRESHOLD,
                harmless_from=THRESHOLD,
                floor=tables.measures[0].rule.least_value,
            ),
        ),
    )
