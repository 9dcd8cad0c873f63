"""Recomputing the quota of every statement, beside receiving them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from etl.config import Config
from etl.derive.quota.region import compute_region
from etl.receive import receive


@dataclass(frozen=True)
class Recomputation:
    """How many statements, and the seconds that recomputing them took."""

    statements: int
    seconds: float


def recompute(config: Config, build: Path) -> Recomputation:
    """Return what the quota of every statement received in `build` takes, read from its keep."""
    tables = receive(config, build).tables
    start = time.perf_counter()
    region = compute_region(tables)
    return Recomputation(len(region.nazionale), time.perf_counter() - start)
