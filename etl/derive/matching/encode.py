"""People and lots as columns of numbers, in an order that does not depend on who sent them first.

A *lot* is one vacancy: posts of one kind at one place, as many as its `posts`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from etl.derive.matching.identity import content_keys

Int = npt.NDArray[Any]
Columns = TypeVar("Columns", bound="_Columns")

WANTS = 5
"""How many occupations a person may look for."""


@dataclass(frozen=True)
class Places:
    """The comuni: centimetres from the earth's centre (n × 3) and the province of each."""

    points: Int
    province: Int
    provinces: tuple[str, ...]


@dataclass(frozen=True)
class _Columns:
    def __len__(self) -> int:
        return len(self.key)  # type: ignore[attr-defined]

    def take(self: Columns, rows: Int) -> Columns:
        """Return the given rows, in the given order."""
        return type(self)(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


@dataclass(frozen=True)
class People(_Columns):
    """People who can be matched, one row a person.

    `key` is a number drawn from the other columns (`canonical`), unlike any other, `place` an
    index into Places, `limit` whole metres, `excluded` and `able` masks (criteria.py), `capacity`
    n × 10 levels 0–4, `wants` n × 5 codes of five digits in order of preference (0 = none),
    `hours` the most that the person can work a week, `support` the band 1–4, `education` 0–5,
    `enrolled` days since enrolment, `group` the kind of disability and `operator` who follows the
    person (−1 = nobody), as indices.
    """

    key: Int
    place: Int
    limit: Int
    excluded: Int
    able: Int
    capacity: Int
    wants: Int
    hours: Int
    support: Int
    education: Int
    enrolled: Int
    group: Int
    operator: Int


@dataclass(frozen=True)
class Lots(_Columns):
    """Vacancies, one row a vacancy with `posts` equal posts.

    `conditions` and `required` are masks; `demand` n × 10 is the capacity that the post asks for
    (0 = nothing asked); `occupation` a code of five digits; `part_time` and `supported` say
    whether the post is open to shorter hours and to someone at the person's side; `numeric`
    whether the request is by number.
    """

    key: Int
    place: Int
    conditions: Int
    required: Int
    demand: Int
    occupation: Int
    posts: Int
    part_time: Int
    supported: Int
    numeric: Int


def canonical(columns: Columns) -> tuple[Columns, Int]:
    """Return the rows under keys drawn from what they say, in that order, and their old numbers.

    Two deliveries of the same rows are then the same columns, whatever ids the rows had: the ids
    (the keys given) only tell apart rows that say the same, and those can be exchanged.
    """
    by_id = np.argsort(columns.key, kind="stable")  # type: ignore[attr-defined]
    said = content_keys(
        [getattr(columns, item.name)[by_id] for item in fields(columns) if item.name != "key"]
    )
    order = np.argsort(said, kind="stable")
    rows = by_id[order]
    return replace(columns.take(rows), key=said[order]), rows  # type: ignore[call-arg]
