"""Check that an assignment is the best possible, without knowing how it was found.

Everything is integer arithmetic on whole columns; there is no tolerance. For each aim in turn,
prices u of the lots and v of the people are a proof when

- no allowed edge weighs more than u + v,
- u ≥ 0 for lots that may stay open, v ≥ 0 for people who may stay without a post,
- the matched edges weigh together exactly Σ posts · u + Σ v,

since then no matching can weigh more (weak duality of the assignment problem). The matchings that
weigh as much use only edges that weigh exactly u + v, fill every lot with u > 0 and match
everyone with v > 0: those are what the next aim may choose from. Removing one pair, or any
greedy choice that loses a point, breaks an equality.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[Any]


class ProofStep(Protocol):
    """One aim: a weight for each edge, and the prices that prove it."""

    @property
    def aim(self) -> str:
        """The aim's name."""

    @property
    def weight(self) -> Int:
        """The weight of each edge."""

    @property
    def lot_price(self) -> Int:
        """The price of each lot."""

    @property
    def person_price(self) -> Int:
        """The price of each person."""


def faults(
    person: Int, lot: Int, posts: Int, people: int, edge: Int, steps: Iterable[ProofStep]
) -> list[str]:
    """Return why an assignment is not proven best, in Italian; an empty list is a proof.

    `person` and `lot` are the ends of each edge, `posts` the size of each lot, `edge` the edge
    of each person (−1: none). Reasons name aims and counts, never a person.
    """
    edge = np.asarray(edge)
    found = _not_a_matching(person, lot, posts, people, edge)
    if found:
        return found
    pairs = edge[edge >= 0]
    load = np.bincount(lot[pairs], minlength=len(posts))
    served = edge >= 0
    allowed = np.ones(len(lot), dtype=np.bool_)
    full = np.zeros(len(posts), dtype=np.bool_)
    matched = np.zeros(people, dtype=np.bool_)
    for step in steps:
        weight, u, v = step.weight, step.lot_price, step.person_price
        if any(not np.issubdtype(column.dtype, np.integer) for column in (weight, u, v)):
            return [f"«{step.aim}»: pesi e prezzi devono essere numeri interi"]
        if len(weight) != len(lot) or len(u) != len(posts) or len(v) != people:
            return [f"«{step.aim}»: pesi o prezzi mancanti"]
        weight, u, v = (column.astype(np.int64) for column in (weight, u, v))
        slack = u[lot] + v[person] - weight
        problems = {
            "coppie che valgono più dei loro prezzi": allowed & (slack < 0),
            "posti liberi con un prezzo negativo": ~full & (u < 0),
            "persone libere con un prezzo negativo": ~matched & (v < 0),
            "coppie scelte non ammesse": ~allowed[pairs],
            "offerte che andavano riempite": full & (load < posts),
            "persone che andavano abbinate": matched & ~served,
        }
        found = [
            f"«{step.aim}»: {text}: {hit.sum()}" for text, hit in problems.items() if hit.any()
        ]
        reached = int(weight[pairs].sum())
        bound = int((posts.astype(np.int64) * u).sum()) + int(v.sum())
        if reached != bound:
            found.append(f"«{step.aim}»: il totale è {reached}, il limite dimostrato {bound}")
        if found:
            return found
        allowed &= slack == 0
        full |= u > 0
        matched |= v > 0
    return []


def _not_a_matching(person: Int, lot: Int, posts: Int, people: int, edge: Int) -> list[str]:
    if len(edge) != people or (edge < -1).any() or (edge >= len(lot)).any():
        return ["l’assegnazione non è nella forma prevista"]
    served = np.flatnonzero(edge >= 0)
    pairs = edge[served]
    found = []
    if (person[pairs] != served).any():
        found.append("una coppia non appartiene alla persona a cui è assegnata")
    load = np.bincount(lot[pairs], minlength=len(posts))
    if (load > posts).any():
        found.append(f"offerte con più persone che posti: {(load > posts).sum()}")
    return found
