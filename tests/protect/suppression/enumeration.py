"""Every table that a reader cannot tell from the true one, by plain enumeration."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from etl.protect.suppression import System


def possible_values(system: System, hidden: Iterable[str], most: int) -> dict[str, set[int]]:
    """Return the values up to `most` that each hidden cell takes in some consistent table.

    Depth first over the hidden cells, one equation closed at a time. Latent cells count as
    hidden. Written for a dozen unknowns at most.
    """
    concealed = set(hidden)
    unknown = [
        place
        for place, name in enumerate(system.ids)
        if name in concealed or not system.publishable[place]
    ]
    matrix = system.matrix.toarray().astype(int)
    rows = [row for row in matrix if np.any(row[unknown])]
    fixed = system.value.copy()
    fixed[unknown] = 0
    targets = [-int(row @ fixed) for row in rows]
    signs = [[int(row[place]) for place in unknown] for row in rows]
    last = [max(rank for rank, sign in enumerate(line) if sign) for line in signs]
    found: dict[str, set[int]] = {system.ids[place]: set() for place in unknown}
    values = [0] * len(unknown)

    def descend(rank: int) -> None:
        if rank == len(unknown):
            for place, value in zip(unknown, values, strict=True):
                found[system.ids[place]].add(value)
            return
        closing = [line for line, end in enumerate(last) if end == rank]
        if closing:
            line = closing[0]
            rest = targets[line] - sum(
                sign * value for sign, value in zip(signs[line][:rank], values[:rank], strict=True)
            )
            choices = [rest * signs[line][rank]]
        else:
            choices = list(range(most + 1))
        for choice in choices:
            if not 0 <= choice <= most:
                continue
            values[rank] = choice
            if all(
                sum(sign * value for sign, value in zip(signs[line], values, strict=True))
                == targets[line]
                for line in closing
            ):
                descend(rank + 1)
        values[rank] = 0

    descend(0)
    return found
