"""Exactly how many posts stay empty for want of people, wherever they are.

The sets of posts that can be filled together are the independent sets of a matroid. So, over all
fillings of most posts, a group of posts is filled at best as if it were alone, and at worst by what
the others leave: both ends are numbers of pairs in a maximum matching, and do not depend on which
filling was found, on scores, or on the order of the rows.
"""

from __future__ import annotations

import numpy as np

from etl.derive.matching.cardinality import most_posts, refilled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph


def filled_posts(graph: Graph, match: Int, group: Int, groups: int) -> tuple[Int, Int]:
    """Return the least and the most posts that are filled in each group of lots.

    Over all fillings of most posts, of which `match` (lot by person) is one. `group` numbers the
    lots' groups from 0 to `groups` − 1.
    """
    least = np.zeros(groups, dtype=np.int64)
    most = np.zeros(groups, dtype=np.int64)
    total = int((match >= 0).sum())
    place = np.where(match >= 0, group[np.maximum(match, 0)], -1)
    for one in range(groups):
        alone = graph._replace(posts=np.where(group == one, graph.posts, 0))
        kept = np.where(place == one, match, -1).astype(np.int32)
        most[one] = (most_posts(alone, kept) >= 0).sum()
        # only those who lose their post can fill others: nobody else found one before
        others = graph._replace(posts=np.where(group == one, 0, graph.posts))
        kept = np.where(place == one, -1, match).astype(np.int32)
        left = np.flatnonzero(place == one)
        least[one] = total - (refilled(others, kept, left) >= 0).sum()
    return least, most


def within(graph: Graph, person_group: Int, lot_group: Int) -> Graph:
    """Return the graph of the pairs whose person and lot are of the same group."""
    inside, _ = graph.keep(person_group[graph.sources()] == lot_group[graph.lot])
    return inside
