"""Matching measured beside its peers, each in a process of its own, on the same random region.

What counts are the ratios within one run. Every engine first works on a tiny region, so that
compiling is not measured; then once on the real one.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl.bench.matching_peers import (
    assignment_by_flow,
    assignment_by_lap,
    pairs_by_sql,
    preferences,
    solve_deep,
    stable_by_matching,
)
from etl.bench.regions import random_region
from etl.config import Matching
from etl.derive.matching.certificate import faults
from etl.derive.matching.encode import Int, Lots, People, Places
from etl.derive.matching.levels import Step, settle
from etl.derive.matching.pairs import possible_pairs
from etl.derive.matching.regimes import Market, assign, market, priority
from etl.derive.matching.scoring import scoring
from etl.derive.matching.stable import deferred_acceptance

SEED = 2
_TINY = (120, 80, 20)


@dataclass(frozen=True)
class Size:
    """A region to measure on: people, posts, comuni, and its side in kilometres."""

    name: str
    people: int
    posts: int
    comuni: int
    side_km: float = 210.0


REGION = Size("regione", 60_000, 30_000, 1_500)
PROVINCE = Size("provincia piccola", 6_000, 3_300, 200, 70.0)
NATION = Size("nazione", 600_000, 300_000, 8_000, 480.0)


@dataclass(frozen=True)
class Measure:
    """One engine's run: seconds by the clock and of processor, peak MB, and what it found."""

    task: str
    engine: str
    size: str
    wall: float
    cpu: float
    peak_mb: float
    found: tuple[int, ...]


@dataclass(frozen=True)
class Ratio:
    """Ours beside a peer in one run: processor seconds, and whether both found the same."""

    task: str
    ours: str
    peer: str
    cpu: float
    wall: float
    same: bool


Work = Callable[[], tuple[int, ...]]


def measure_matching(
    region: Size = REGION, province: Size = PROVINCE, nation: Size | None = None
) -> tuple[list[Measure], list[Ratio]]:
    """Return every engine's figures, and ours beside each peer.

    Deferred acceptance meets PyPI's «matching» on `province`: it would take hours on a region.
    `nation`, where given, is measured for us alone.
    """
    measures = [_apart(task, region) for task in _TASKS if task not in _SMALL]
    measures += [_apart(task, province) for task in _SMALL]
    if nation is not None:
        measures += [_apart("tutto", nation)]
    by_engine = {(one.task, one.engine): one for one in measures if one.size != "nazione"}
    ratios = []
    for task, ours, peer in _BESIDE:
        mine, theirs = by_engine[task, ours], by_engine[task, peer]
        shared = min(len(mine.found), len(theirs.found))
        ratios.append(
            Ratio(
                task,
                ours,
                peer,
                mine.cpu / theirs.cpu,
                mine.wall / theirs.wall,
                mine.found[:shared] == theirs.found[:shared],
            )
        )
    return measures, ratios


def _apart(task: str, size: Size) -> Measure:
    """Run one task in a fresh process: its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(run, (task, size))


def run(task: str, size: Size) -> Measure:
    """Return the figures of one task, in this process; the peak is the process's own so far."""
    name, engine, make = _TASKS[task]
    make(Size("prova", *_TINY))()
    work = make(size)
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Measure(name, engine, size.name, wall, cpu, _peak_mb(), found)


def _peak_mb() -> float:
    """Return this program's peak memory. What `getrusage` tells includes its parent's on Linux."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(peak) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _region(size: Size) -> tuple[Places, People, Lots]:
    return random_region(size.people, size.posts, size.comuni, SEED, size.side_km)


def _market(size: Size) -> Market:
    config = Matching()
    places, people, lots = _region(size)
    found = possible_pairs(places, people, lots, scoring(config))
    return market(places, people, lots, found, config)


def _pairs(size: Size) -> Work:
    where, rules = _region(size), scoring(Matching())

    def work() -> tuple[int, ...]:
        found = possible_pairs(*where, rules)
        return len(found), int(found.score.sum())

    return work


def _pairs_sql(size: Size) -> Work:
    where, rules = _region(size), scoring(Matching())

    def work() -> tuple[int, ...]:
        found = pairs_by_sql(*where, rules)
        return len(found), int(found["score"].sum())

    return work


def _proven(of: Market, edge: Int, steps: list[Step]) -> None:
    graph = of.graph
    if faults(graph.sources(), graph.lot, graph.posts, graph.people, edge, steps):
        raise AssertionError("the assignment is not proven")


def _posts_then_score(size: Size) -> Work:
    """Posts, score, seniority, ties, the proof that it is the only one, and the check of it all."""
    of, config = _market(size), Matching()

    def work() -> tuple[int, ...]:
        one = assign(of, "posti_poi_punteggio", config)
        assert one.settled is not None
        _proven(of, one.edge, one.settled.steps)
        pairs = one.edge[one.edge >= 0]
        return len(pairs), int(of.score[pairs].sum())

    return work


def _posts_then_score_flow(size: Size) -> Work:
    of = _market(size)
    # more than any difference of scores can make up for
    bonus = 10_001 * (of.graph.people + 1)

    def work() -> tuple[int, ...]:
        chosen = assignment_by_flow(of.graph, of.score.astype(np.int64) + bonus)
        return int(chosen.sum()), int(of.score[chosen].sum())

    return work


def _score(size: Size) -> Work:
    of = _market(size)

    def work() -> tuple[int, ...]:
        settled = settle(of.graph, [("punteggio", of.score)])
        _proven(of, settled.edge, settled.steps)
        return (int(of.score[settled.edge[settled.edge >= 0]].sum()),)

    return work


def _score_flow(size: Size) -> Work:
    of = _market(size)
    return lambda: (int(of.score[assignment_by_flow(of.graph, of.score)].sum()),)


def _score_lap(size: Size) -> Work:
    of = _market(size)
    return lambda: (assignment_by_lap(of.graph, of.score),)


def _stable(size: Size) -> Work:
    of = _market(size)
    turn = priority(of, Matching())

    def work() -> tuple[int, ...]:
        edge = deferred_acceptance(of.graph, of.score, turn)
        lots = np.where(edge >= 0, of.graph.lot[np.maximum(edge, 0)], -1)
        return int((lots >= 0).sum()), zlib.crc32(lots.astype(np.int64).tobytes())

    return work


def _stable_matching(size: Size) -> Work:
    of = _market(size)
    turn = priority(of, Matching())
    wishes = preferences(of.graph, of.score, turn)

    def work() -> tuple[int, ...]:
        lots = solve_deep(lambda: stable_by_matching(wishes, of.graph.people))
        return int((lots >= 0).sum()), zlib.crc32(lots.astype(np.int64).tobytes())

    return work


def _everything(size: Size) -> Work:
    where, config = _region(size), Matching()

    def work() -> tuple[int, ...]:
        found = possible_pairs(*where, scoring(config))
        of = market(*where, found, config)
        one = assign(of, "posti_poi_punteggio", config)
        assert one.settled is not None
        _proven(of, one.edge, one.settled.steps)
        return len(found), int((one.edge >= 0).sum())

    return work


_TASKS: dict[str, tuple[str, str, Callable[[Size], Work]]] = {
    "coppie": ("coppie", "Mirato", _pairs),
    "coppie-sql": ("coppie", "DuckDB SQL", _pairs_sql),
    "posti": ("posti, poi punteggio", "Mirato", _posts_then_score),
    "posti-flusso": ("posti, poi punteggio", "OR-Tools", _posts_then_score_flow),
    "punteggio": ("punteggio", "Mirato", _score),
    "punteggio-flusso": ("punteggio", "OR-Tools", _score_flow),
    "punteggio-lap": ("punteggio", "SciPy", _score_lap),
    "tutto": ("coppie, assegnazione e prova", "Mirato", _everything),
    "graduatoria": ("graduatoria", "Mirato", _stable),
    "graduatoria-matching": ("graduatoria", "matching", _stable_matching),
}
_SMALL = ("graduatoria", "graduatoria-matching")
_BESIDE = (
    ("coppie", "Mirato", "DuckDB SQL"),
    ("posti, poi punteggio", "Mirato", "OR-Tools"),
    ("punteggio", "Mirato", "OR-Tools"),
    ("punteggio", "Mirato", "SciPy"),
    ("graduatoria", "Mirato", "matching"),
)
