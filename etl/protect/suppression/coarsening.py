"""What to publish instead when too much would be hidden: which dimension to make coarser."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from etl.protect.suppression.system import Standing
from etl.protect.suppression.tables import Universe, declare


@dataclass(frozen=True)
class Proposal:
    """One way of publishing less detail, and what share of the figures would then be sensitive.

    Figures are cells with somebody in them; `cells` counts all. `dropped` is the level that would
    no longer be published, `instead` the one above it (None: only the total over that dimension).
    """

    dimension: str
    dropped: str
    instead: str | None
    cells: int
    sensitive_share: float


def propose_coarsening(universe: Universe) -> list[Proposal]:
    """Return the ways of dropping one level, the one that leaves most cells shown first.

    Each dimension loses its finest published level. A proposal that leaves fewer sensitive cells
    comes first; among equals, the one that keeps more cells.
    """
    proposals = []
    for dimension in universe.dimensions:
        if not dimension.adds_up:
            continue
        dropped = dimension.levels[-1]
        instead = dimension.levels[-2] if len(dimension.levels) > 1 else None
        published = universe.published
        if published is not None:
            used = [level for level in dimension.levels if any(level in row for row in published)]
            if not used:
                continue
            dropped = used[-1]
            instead = used[-2] if len(used) > 1 else None
            published = tuple(row for row in published if dropped not in row)
            if not published:
                continue
        kept = tuple(level for level in dimension.levels if level != dropped)
        dimensions = tuple(
            replace(item, levels=kept) if item == dimension else item
            for item in universe.dimensions
            if item != dimension or kept
        )
        cells = declare(replace(universe, dimensions=dimensions, published=published)).cells
        shown = cells[cells["standing"] != Standing.LATENT]
        figures = shown[(shown["value"] != 0) | shown["sensitive"]]
        share = float(np.mean(figures["sensitive"])) if len(figures) else 0.0
        proposals.append(Proposal(dimension.name, dropped, instead, len(shown), share))
    return sorted(proposals, key=lambda item: (round(item.sensitive_share, 9), -item.cells))
