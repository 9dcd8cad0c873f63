"""What a reader has in hand: published tables, their states, and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SHOWN, WITHHELD, NOT_COLLECTED = "pubblicato", "riservato", "non_rilevato"


@dataclass(frozen=True)
class Axis:
    """A dimension of published tables: the columns of its levels, from coarse to fine.

    A row stands for a total over the levels whose column is empty or holds `total`. Periods have
    no total: `adds_up` is false, and figures of different periods are never added.
    """

    name: str
    levels: tuple[str, ...]
    total: str = ""
    adds_up: bool = True


@dataclass(frozen=True)
class Quantity:
    """A published column and what is promised of it.

    `width` is the least max − min of a hidden figure. `harmless_from`: a hidden count that is
    surely at least this large harms nobody (None: every hidden figure needs its width). `floor`
    is the least value that a hidden figure can have for all to know. `below` names a column of
    the same tables that this one never exceeds.
    """

    column: str
    width: int
    harmless_from: int | None = None
    floor: int = 0
    below: str | None = None


Codes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Link:
    """What everyone can work out of figures that no sum ties: Σ sign × term is zero, or above.

    A term is a number that all can read, or a cell by universe, column and codes. `equal`: the sum
    is zero, not only zero or more. `believed`: the figures have different sources, so the relation
    may fail; a reader believes the links of one `tie` where half of those that can be checked hold.
    """

    name: str
    tie: str
    terms: tuple[tuple[tuple[str, str, Codes] | int, int], ...]
    equal: bool
    believed: bool


@dataclass(frozen=True)
class PublishedTable:
    """One published table of one release, totals included.

    `frame` holds the columns of the axes, and each quantity's column with its `_stato`. Tables of
    one `universe` count the same things. Combinations that do not appear are zero. `links` tie the
    figures to one another, to public ones and to those of other universes.
    """

    name: str
    universe: str
    release: str
    frame: pd.DataFrame
    axes: tuple[Axis, ...]
    quantities: tuple[Quantity, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One cell as one table shows it: its level on each axis, its codes, its figure or None."""

    table: str
    release: str
    universe: str
    quantity: Quantity
    codes: Codes
    state: str
    figure: int | None


def readings(table: PublishedTable) -> list[Reading]:
    """Return every cell of a table; raises ValueError for a state or a figure that is neither.

    `codes` pairs each level's column with its code, from coarse to fine, totals left out.
    """
    frame = table.frame
    pairs: list[list[tuple[str, str]]] = [[] for _ in range(len(frame))]
    for axis in table.axes:
        for level in axis.levels:
            if level not in frame:
                continue
            column = frame[level].astype("str")
            present = frame[level].notna() & (column != axis.total)
            for pair, code, named in zip(pairs, column, present, strict=True):
                if named:
                    pair.append((level, str(code)))
    found = []
    for quantity in table.quantities:
        figures = pd.to_numeric(frame[quantity.column]).to_numpy(dtype=float, na_value=np.nan)
        states = frame[f"{quantity.column}_stato"].astype("str").tolist()
        for codes, state, figure in zip(pairs, states, figures.tolist(), strict=True):
            found.append(_reading(table, quantity, tuple(codes), state, figure))
    return found


def _reading(
    table: PublishedTable,
    quantity: Quantity,
    codes: Codes,
    state: str,
    figure: float,
) -> Reading:
    where = f"{table.name}, «{quantity.column}»"
    if state not in (SHOWN, WITHHELD, NOT_COLLECTED):
        raise ValueError(f"{where}: stato «{state}» sconosciuto")
    if state == SHOWN and (np.isnan(figure) or figure != round(figure)):
        raise ValueError(f"{where}: un valore pubblicato non è un numero intero")
    return Reading(
        table=table.name,
        release=table.release,
        universe=table.universe,
        quantity=quantity,
        codes=codes,
        state=state,
        # a figure beside the state «riservato» is read by whoever opens the file
        figure=None if np.isnan(figure) else round(figure),
    )
