"""The audit's report: what was looked at, what was proven, what was not; counts, never a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from etl.audit.differencing import Differences, compare
from etl.audit.intervals import InconsistentTablesError, Pool, find_intervals, verify
from etl.audit.knowledge import Key, Knowledge, know
from etl.audit.published import PublishedTable


@dataclass(frozen=True)
class Report:
    """What the audit found. Everything but `failing` and `pools` may be published.

    `recovered`: hidden figures that follow exactly from what is published (also those shown
    elsewhere); `narrow`: hidden figures known more closely than promised, recovered ones
    included; `harmless`: hidden counts that are surely large; `least_width`: the smallest width
    proven of those that need one, as a multiple of what was promised (None: nothing is hidden).
    `detail_left_out`: figures whose common detail was too large to be joined.
    `witnesses_verified`: every witness was checked by whole-number multiplication.
    """

    releases: int
    tables: int
    shown: int
    hidden: int
    equations: int
    latent: int
    recovered: int
    narrow: int
    harmless: int
    contradictions: int
    detail_left_out: int
    least_width: float | None
    witnesses: int
    witnesses_verified: bool
    programs: int
    differences: Differences
    failing: tuple[Key, ...] = field(default=(), repr=False)
    pools: tuple[Pool, ...] = field(default=(), repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether everything promised is proven."""
        return (
            self.recovered == 0
            and self.narrow == 0
            and self.contradictions == 0
            and self.witnesses_verified
            and self.differences.single_out == 0
            and self.differences.reappeared == 0
        )

    def public(self) -> dict[str, Any]:
        """Return the counts as plain values, for a page: no cell is named."""
        values = asdict(replace(self, failing=(), pools=()))
        del values["failing"], values["pools"]
        return {**values, "passed": self.passed}


def audit(releases: Sequence[Sequence[PublishedTable]]) -> Report:
    """Return what all releases, given from the oldest, prove and fail to prove together.

    Everything is read from the published tables. Releases are joined in one system; where a
    figure was revised (shown with two values), each release is read apart.
    """
    systems = [know(table for tables in releases for table in tables)]
    pools = [_pool(system) for system in systems]
    if len(releases) > 1 and (systems[0].contradictions or pools[0] is None):
        systems = [know(tables) for tables in releases]
        pools = [_pool(system) for system in systems]
    failing: set[Key] = set()
    recovered: set[Key] = set()
    contradictions = sum(system.contradictions for system in systems) + pools.count(None)
    for system, pool in zip(systems, pools, strict=True):
        recovered |= set(system.exposed)
        for cell, interval in pool.intervals.items() if pool else ():
            if interval.narrow:
                failing.add(system.unknowns[cell].key)
                if interval.low == interval.high:
                    recovered.add(system.unknowns[cell].key)
    found = [pool for pool in pools if pool is not None]
    failing |= recovered
    return Report(
        releases=len(releases),
        tables=sum(len(tables) for tables in releases),
        shown=sum(len(system.shown) for system in systems),
        hidden=sum(len(system.hidden) for system in systems),
        equations=sum(system.matrix.shape[0] for system in systems),
        latent=sum(unknown.promise is None for system in systems for unknown in system.unknowns),
        recovered=len(recovered),
        narrow=len(failing),
        harmless=sum(interval.harmless for pool in found for interval in pool.intervals.values()),
        contradictions=contradictions,
        detail_left_out=sum(system.detail_left_out for system in systems),
        least_width=_least_width(found),
        witnesses=sum(len(pool.tables) for pool in found),
        witnesses_verified=all(verify(pool) for pool in found),
        programs=sum(pool.programs for pool in found),
        differences=compare(releases) if len(releases) > 1 else Differences(),
        failing=tuple(sorted(failing)),
        pools=tuple(found),
    )


def _pool(system: Knowledge) -> Pool | None:
    """Return the witnesses of one system; None where no table at all agrees with what is shown."""
    try:
        return find_intervals(system)
    except InconsistentTablesError:
        return None


def _least_width(pools: list[Pool]) -> float | None:
    ratios = []
    for pool in pools:
        for cell, interval in pool.intervals.items():
            promise = pool.knowledge.unknowns[cell].promise
            if promise is not None and not interval.harmless:
                ratios.append((interval.high - interval.low) / promise.width)
    return min(ratios, default=None)
