"""The benchmark compares engines that find the same."""

from __future__ import annotations

import pytest

from etl.bench.matching import Size, run

SMALL = Size("prova", 300, 200, 30, 60.0)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("coppie", "coppie-sql"),
        ("posti", "posti-flusso"),
        ("punteggio", "punteggio-flusso"),
        ("punteggio", "punteggio-lap"),
        ("graduatoria", "graduatoria-matching"),
    ],
)
def test_an_engine_and_its_peer_find_the_same(ours: str, theirs: str) -> None:
    mine, other = run(ours, SMALL), run(theirs, SMALL)
    assert mine.task == other.task
    assert mine.engine == "Mirato" != other.engine
    assert sum(mine.found) > 0
    assert mine.found[: len(other.found)] == other.found
    assert mine.cpu >= 0
    assert mine.peak_mb > 0
