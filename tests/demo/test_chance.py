"""Seeded draws: repeatable, independent by key, and of the shape they promise."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from etl.demo.chance import Chance, Weighted

PINNED = [359, 372, 532, 364, 952, 985]


def test_a_stream_is_fixed_for_ever() -> None:
    assert _stream(68, "prova", 6) == PINNED


def _stream(seed: int, name: str, length: int) -> list[int]:
    chance = Chance(seed, name)
    return [chance.below(1000) for _ in range(length)]


def test_keys_that_differ_give_streams_that_differ() -> None:
    assert _stream(1, "a", 20) != _stream(1, "b", 20)
    assert _stream(1, "a", 20) != _stream(2, "a", 20)


@given(st.integers(), st.integers(1, 30), st.integers(0, 40))
def test_some_returns_different_values_in_their_order(seed: int, size: int, count: int) -> None:
    chosen = Chance(seed).some(range(size), count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(size, count)


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_between_keeps_to_its_bounds(seed: int, first: int, width: int) -> None:
    assert first <= Chance(seed).between(first, first + width) <= first + width


def test_weights_are_respected_and_a_weight_of_zero_is_never_drawn() -> None:
    chance, weighted = Chance("pesi"), Weighted({"a": 3, "b": 1, "c": 0})
    drawn = Counter(chance.pick(weighted) for _ in range(8000))
    assert set(drawn) == {"a", "b"}
    assert 0.72 < drawn["a"] / 8000 < 0.78


def test_run_lengths_have_the_mean_they_are_given() -> None:
    chance = Chance("lunghezze")
    lengths = [chance.run_length(2.4) for _ in range(20_000)]
    assert min(lengths) == 1
    assert 2.3 < sum(lengths) / len(lengths) < 2.5
    assert chance.run_length(1) == 1


@given(st.integers())
def test_a_heavy_tail_stays_between_its_ends(seed: int) -> None:
    assert 51 <= Chance(seed).heavy_tail(51, 150, 1.2) <= 150
