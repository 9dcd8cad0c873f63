"""Distances in whole metres that every engine and every browser computes alike.

A place is a point on a sphere, given by three whole numbers (centimetres from the earth's
centre). Everything after that is integer arithmetic and one square root, which IEEE 754 fixes to
the last bit; sines and logarithms, which differ from machine to machine, are used only once, to
place the points. The result is the haversine distance to within a metre.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_CM = 637_100_880
"""Mean radius of the earth, 6,371.0088 km (IUGG)."""

# chord + chord³ / (24 R²) is the arc; metres, with the cube divided by 1,000 on the way
ARC_DIVISOR = 24 * (EARTH_RADIUS_CM // 100) ** 2 // 1000
"""What turns a straight line into an arc, see `metres`."""

Integers = npt.NDArray[np.int64]


def sphere_points(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Integers:
    """Return points (n × 3, whole centimetres) for latitudes and longitudes in degrees."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    lam = np.radians(np.asarray(lon, dtype=np.float64))
    axes = (np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi))
    return np.stack([np.rint(EARTH_RADIUS_CM * axis) for axis in axes], axis=1).astype(np.int64)


def metres(first: Any, second: Any) -> Integers:
    """Return the distance in whole metres between points (… × 3), up to 500 km apart."""
    steps = np.asarray(first, dtype=np.int64) - np.asarray(second, dtype=np.int64)
    chord = np.sqrt((steps * steps).sum(axis=-1).astype(np.float64)).astype(np.int64)
    line = (chord + 50) // 100
    bend = line * (line * line // 1000) + ARC_DIVISOR // 2
    arc: Integers = line + bend // ARC_DIVISOR
    return arc
