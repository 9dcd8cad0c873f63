"""Stable numbers for ids and for what rows say, and ties broken by them.

Ties are broken by what people and posts are like, never by the ids that an office gave them: an
office that renumbers its people changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[Any]

TIE_BITS = 40


def keys(ids: Iterable[str]) -> Int:
    """Return a 63-bit number for each id; raises ValueError where two ids would share one."""
    numbers = np.array(
        [int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest()) >> 1 for one in ids],
        dtype=np.int64,
    )
    if len(np.unique(numbers)) != len(numbers):
        raise ValueError("two ids are the same")
    return numbers


def content_keys(columns: Sequence[Int]) -> Int:
    """Return a 63-bit number for each row, drawn from all its columns, unlike any other row's.

    Rows that say the same are told apart by how many of them came before. Raises ValueError
    where two numbers meet all the same (one case in a million for a nation).
    """
    found = np.zeros(len(columns[0]), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            for part in np.atleast_2d(np.asarray(column, dtype=np.int64).T):
                found = _mix(found + part.astype(np.uint64) + _ODD)
        order = np.argsort(found, kind="stable")
        ranked = found[order]
        first = np.searchsorted(ranked, ranked)
        earlier = np.empty(len(found), dtype=np.uint64)
        earlier[order] = (np.arange(len(found)) - first).astype(np.uint64)
        numbers = (_mix(found + earlier * _ODD) >> np.uint64(1)).astype(np.int64)
    if len(np.unique(numbers)) != len(numbers):
        raise ValueError("two rows that differ have the same number")
    return numbers


def tie_break(person_key: Int, lot_key: Int, turn: int) -> Int:
    """Return a number below 2**40 for each pair of keys, unlike any other with all likelihood.

    It depends on who and what, and on nothing else. Another `turn` gives other numbers.
    """
    with np.errstate(over="ignore"):
        mixed = _mix(person_key.astype(np.uint64) + np.uint64(turn + 1) * _ODD)
        mixed = _mix(mixed + lot_key.astype(np.uint64))
    return (mixed >> np.uint64(64 - TIE_BITS)).astype(np.int64)


_ODD = np.uint64(0x9E3779B97F4A7C15)


def _mix(values: Int) -> Int:
    """Return values shuffled bit by bit (splitmix64: G. Steele, D. Lea, C. Flood, 2014)."""
    mixed: Int = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
