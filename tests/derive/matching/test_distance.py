"""Distances in whole metres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.derive.matching.distance import EARTH_RADIUS_CM, metres, sphere_points


def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    one, other = np.radians([lat1, lon1]), np.radians([lat2, lon2])
    half = np.sin((other - one) / 2) ** 2
    chord = half[0] + np.cos(one[0]) * np.cos(other[0]) * half[1]
    return float(2 * EARTH_RADIUS_CM / 100 * np.arcsin(np.sqrt(chord)))


def distance(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    first, second = sphere_points([lat1, lat2], [lon1, lon2])
    return int(metres(first, second))


latitudes, longitudes = st.floats(44.5, 46.7), st.floats(8.4, 11.5)


def test_milano_and_bergamo_are_46_kilometres_apart() -> None:
    assert distance(45.4642, 9.19, 45.6983, 9.6773) == pytest.approx(46_000, abs=500)


@given(latitudes, longitudes, latitudes, longitudes)
def test_a_distance_is_the_haversine_to_within_a_metre(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    assert abs(distance(lat1, lon1, lat2, lon2) - haversine(lat1, lon1, lat2, lon2)) <= 1.01


@given(latitudes, longitudes, latitudes, longitudes)
def test_there_and_back_is_the_same_and_staying_is_nothing(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    assert distance(lat1, lon1, lat2, lon2) == distance(lat2, lon2, lat1, lon1)
    assert distance(lat1, lon1, lat1, lon1) == 0


@given(st.integers(0, 30_000_000), st.integers(1, 1_000))
def test_who_is_farther_in_centimetres_is_never_nearer_in_metres(chord: int, more: int) -> None:
    near, far = metres([chord, 0, 0], [0, 0, 0]), metres([chord + more, 0, 0], [0, 0, 0])
    assert near <= far


def test_points_and_distances_are_whole_numbers() -> None:
    points = sphere_points([45.0, 45.1], [9.0, 9.1])
    assert points.dtype == np.int64
    assert metres(points[0], points[1]).dtype == np.int64
