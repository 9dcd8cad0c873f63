"""The best assignment of people to posts under one integer weight, exactly, with its proof.

An auction brings nearly everybody to the right place in a fraction of a second: people bid for
lots, prices rise, and when nobody bids any more the prices prove that the result is within one
bid of the best. The few pairs that are not exactly priced are then undone and repaired by shortest
augmenting paths, which keep prices and pairs exactly consistent; what remains is an optimum with
the integer prices that prove it. Nobody has to believe it: `certificate.py` checks.

Sources: D. Bertsekas, D. Castañon, «The auction algorithm for the transportation problem», 1989;
R. Jonker, A. Volgenant, «A shortest augmenting path algorithm», 1987.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from etl.derive.matching.compiled import compiled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph


class NoAssignmentError(Exception):
    """Those who must be matched, or the lots that must be full, cannot all be."""


@dataclass(frozen=True)
class Priced:
    """A matching as the edge of each person (−1: none), and the prices that prove it best.

    `lot_price` and `person_price` are integers: no edge weighs more than the two prices at its
    ends; a matched one weighs exactly as much; and who is not matched, or not full, though not
    obliged to be, has price zero.
    """

    edge: Int
    lot_price: Int
    person_price: Int


def best_assignment(
    graph: Graph, weight: Int, full: Int, matched: Int, step: int | None = None
) -> Priced:
    """Return a matching of the greatest total weight, with prices.

    `full` marks lots that must be full, `matched` people who must be matched; together they
    must be possible, else NoAssignmentError. `step` is the auction's bid (any value gives an
    optimum; a larger one leaves more to repair).
    """
    values = np.ascontiguousarray(weight, dtype=np.int64)
    if step is None:
        step = max(1, int(np.ptp(values)) // 250) if len(values) else 1
    state = _State(
        edge=np.full(graph.people, -1, dtype=np.int32),
        seat_of=np.full(graph.people, -1, dtype=np.int64),
        seats=np.concatenate([[0], np.cumsum(graph.posts)]),
        holder=np.full(int(graph.posts.sum()), -1, dtype=np.int32),
        held=np.zeros(graph.lots, dtype=np.int64),
        lot_price=np.zeros(graph.lots, dtype=np.int64),
        person_price=np.zeros(graph.people, dtype=np.int64),
    )
    _auction(graph, values, state, step)
    _undo(graph, values, state)
    if not (
        _match_people(graph, values, matched, state) and _fill_lots(graph, values, full, state)
    ):
        raise NoAssignmentError
    return Priced(state.edge, state.lot_price, state.person_price)


class _State(NamedTuple):
    """Who sits where (`holder` by seat, the taken seats of a lot first), and the prices."""

    edge: Int
    seat_of: Int
    seats: Int
    holder: Int
    held: Int
    lot_price: Int
    person_price: Int


@compiled
def _auction(graph: Graph, weight: Int, state: _State, step: int) -> None:
    start, lot, seats = graph.start, graph.lot, state.seats
    edge, holder, lot_price = state.edge, state.holder, state.lot_price
    people = len(edge)
    seat_price = np.zeros(len(holder), dtype=np.int64)
    queue = np.arange(people).astype(np.int32)
    # a ring: whoever is outbid goes to the end
    head, waiting = 0, people
    while waiting:
        one = queue[head]
        head = head + 1 if head + 1 < people else 0
        waiting -= 1
        best, second, chosen = 0, 0, -1
        for at in range(start[one], start[one + 1]):
            value = weight[at] - lot_price[lot[at]]
            if value > best:
                second = best
                best = value
                chosen = at
            elif value > second:
                second = value
        if chosen < 0:
            continue
        place = lot[chosen]
        offer = lot_price[place] + best - second + step
        first, after = seats[place], seats[place + 1]
        if state.held[place] < after - first:
            seat = first + state.held[place]
            state.held[place] += 1
        else:
            seat = first
            for other in range(first + 1, after):
                if seat_price[other] < seat_price[seat]:
                    seat = other
            loser = holder[seat]
            edge[loser] = -1
            state.seat_of[loser] = -1
            tail = head + waiting
            queue[tail if tail < people else tail - people] = loser
            waiting += 1
        holder[seat] = one
        seat_price[seat] = offer
        state.seat_of[one] = seat
        edge[one] = chosen
        if state.held[place] == after - first:
            lowest = seat_price[first]
            for other in range(first + 1, after):
                lowest = min(lowest, seat_price[other])
            lot_price[place] = lowest


@compiled
def _leave(state: _State, one: int, place: int) -> None:
    """Free the seat of a person; the last holder of the lot moves into it."""
    state.held[place] -= 1
    last = state.seats[place] + state.held[place]
    moved = state.holder[last]
    state.holder[state.seat_of[one]] = moved
    state.seat_of[moved] = state.seat_of[one]
    state.holder[last] = -1
    state.seat_of[one] = -1
    state.edge[one] = -1


@compiled
def _take(state: _State, one: int, place: int, edge: int) -> None:
    seat = state.seats[place] + state.held[place]
    state.holder[seat] = one
    state.seat_of[one] = seat
    state.held[place] += 1
    state.edge[one] = edge


@compiled
def _undo(graph: Graph, weight: Int, state: _State) -> None:
    """Price every person at the best that the lots' prices leave; undo pairs that fall short."""
    for one in range(len(state.edge)):
        best = 0
        for at in range(graph.start[one], graph.start[one + 1]):
            best = max(best, weight[at] - state.lot_price[graph.lot[at]])
        state.person_price[one] = best
        at = state.edge[one]
        if at >= 0 and weight[at] - state.lot_price[graph.lot[at]] < best:
            _leave(state, one, graph.lot[at])


@compiled
def _push(heap: Int, size: int, key: int, node: int) -> Int:
    """Add an entry to a heap of `size` entries and return it, grown where it was full."""
    if size == len(heap):
        more = np.empty((2 * size, 2), dtype=np.int64)
        more[:size] = heap
        heap = more
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if heap[parent, 0] <= key:
            break
        heap[at, 0] = heap[parent, 0]
        heap[at, 1] = heap[parent, 1]
        at = parent
    heap[at, 0] = key
    heap[at, 1] = node
    return heap


@compiled
def _pop(heap: Int, size: int) -> None:
    """Take the first of `size` entries away."""
    size -= 1
    key, node = heap[size, 0], heap[size, 1]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if heap[child, 0] >= key:
            break
        heap[at, 0] = heap[child, 0]
        heap[at, 1] = heap[child, 1]
        at = child
    heap[at, 0] = key
    heap[at, 1] = node


class _Search(NamedTuple):
    """Cheapest ways from where a search began: how far each person and lot is, and through what.

    `via_person` and `via_lot` hold the edge or person that the way came by; `met_…` list whom
    the search has reached, to price them and to forget them afterwards.
    """

    far_person: Int
    far_lot: Int
    via_person: Int
    via_lot: Int
    mover_to: Int
    met_people: Int
    met_lots: Int


_FAR = 2**62


@compiled
def _new_search(people: int, lots: int) -> _Search:
    return _Search(
        np.full(people, _FAR),
        np.full(lots, _FAR),
        np.full(people, -1, dtype=np.int64),
        np.full(lots, -1, dtype=np.int64),
        np.full(lots, -1, dtype=np.int64),
        np.empty(people, dtype=np.int32),
        np.empty(lots, dtype=np.int32),
    )


@compiled
def _settle_prices(
    state: _State, search: _Search, goal: int, sign: int, people: int, lots: int
) -> None:
    """Move the prices of whom a search passed by what is left to the goal, and forget the search.

    `sign` is 1 where a person looked for a post and −1 where a lot looked for a person.
    """
    for index in range(people):
        one = search.met_people[index]
        if search.far_person[one] < goal:
            state.person_price[one] -= sign * (goal - search.far_person[one])
        search.far_person[one] = _FAR
    for index in range(lots):
        place = search.met_lots[index]
        if search.far_lot[place] < goal:
            state.lot_price[place] += sign * (goal - search.far_lot[place])
        search.far_lot[place] = _FAR


@compiled
def _match_people(graph: Graph, weight: Int, matched: Int, state: _State) -> bool:
    """Find a post for everyone who has a price or must be matched, or let somebody go without.

    Returns False where someone who must be matched cannot be.
    """
    start, lot, seats = graph.start, graph.lot, state.seats
    people = len(state.edge)
    search = _new_search(people, len(state.held))
    far_person, far_lot = search.far_person, search.far_lot
    heap = np.empty((1024, 2), dtype=np.int64)
    for one in range(people):
        if state.edge[one] >= 0 or (state.person_price[one] == 0 and not matched[one]):
            continue
        far_person[one] = 0
        search.met_people[0] = one
        count_people, count_lots = 1, 0
        # the end: a lot with a free post, or someone who can go without (perhaps this person)
        goal, end_person, end_lot = _FAR, -1, -1
        if not matched[one]:
            goal, end_person = state.person_price[one], one
        heap[0, 0], heap[0, 1] = 0, one
        size = 1
        while size:
            key, node = heap[0, 0], heap[0, 1]
            _pop(heap, size)
            size -= 1
            if key >= goal:
                break
            if node < people:
                if key > far_person[node]:
                    continue
                price = state.person_price[node]
                for at in range(start[node], start[node + 1]):
                    place = lot[at]
                    reach = key + price + state.lot_price[place] - weight[at]
                    if reach >= far_lot[place] or reach >= goal:
                        continue
                    if far_lot[place] == _FAR:
                        search.met_lots[count_lots] = place
                        count_lots += 1
                    far_lot[place] = reach
                    search.via_lot[place] = at
                    search.mover_to[place] = node
                    if state.held[place] < seats[place + 1] - seats[place]:
                        goal, end_lot, end_person = reach, place, -1
                    else:
                        heap = _push(heap, size, reach, people + place)
                        size += 1
                continue
            place = node - people
            if key > far_lot[place]:
                continue
            for seat in range(seats[place], seats[place + 1]):
                other = state.holder[seat]
                if key >= far_person[other]:
                    continue
                if far_person[other] == _FAR:
                    search.met_people[count_people] = other
                    count_people += 1
                far_person[other] = key
                if not matched[other] and key + state.person_price[other] < goal:
                    goal = key + state.person_price[other]
                    end_person, end_lot = other, -1
                heap = _push(heap, size, key, other)
                size += 1
        if goal == _FAR:
            return False
        _settle_prices(state, search, goal, 1, count_people, count_lots)
        if end_person == one:
            continue
        place = end_lot
        if end_person >= 0:
            place = lot[state.edge[end_person]]
            _leave(state, end_person, place)
        # from the free post back to the newcomer, everyone moves one place along
        mover = -1
        while mover != one:
            mover = search.mover_to[place]
            vacated = place
            if mover != one:
                vacated = lot[state.edge[mover]]
                _leave(state, mover, vacated)
            _take(state, mover, place, search.via_lot[place])
            place = vacated
    return True


@compiled
def _fill_lots(graph: Graph, weight: Int, full: Int, state: _State) -> bool:
    """Fill every lot that has a price or must be full, or leave another post open.

    Returns False where a lot that must be full cannot be.
    """
    lot, seats = graph.lot, state.seats
    lots = len(state.held)
    search = _new_search(len(state.edge), lots)
    far_person, far_lot = search.far_person, search.far_lot
    heap = np.empty((1024, 2), dtype=np.int64)
    for target in range(lots):
        while state.held[target] < seats[target + 1] - seats[target] and (
            state.lot_price[target] > 0 or full[target]
        ):
            far_lot[target] = 0
            search.met_lots[0] = target
            count_people, count_lots = 0, 1
            # the end: someone without a post, or a lot that can give one back (perhaps this one)
            goal, end_person, end_lot = _FAR, -1, -1
            if not full[target]:
                goal, end_lot = state.lot_price[target], target
            heap[0, 0], heap[0, 1] = 0, target
            size = 1
            while size:
                key, place = heap[0, 0], heap[0, 1]
                _pop(heap, size)
                size -= 1
                if key >= goal:
                    break
                if key > far_lot[place]:
                    continue
                price = state.lot_price[place]
                for index in range(graph.lot_start[place], graph.lot_start[place + 1]):
                    other, at = graph.person[index], graph.edge[index]
                    reach = key + price + state.person_price[other] - weight[at]
                    if reach >= far_person[other] or reach >= goal:
                        continue
                    if far_person[other] == _FAR:
                        search.met_people[count_people] = other
                        count_people += 1
                    far_person[other] = reach
                    search.via_person[other] = at
                    if state.edge[other] < 0:
                        goal, end_person, end_lot = reach, other, -1
                        continue
                    following = lot[state.edge[other]]
                    if reach >= far_lot[following]:
                        continue
                    if far_lot[following] == _FAR:
                        search.met_lots[count_lots] = following
                        count_lots += 1
                    far_lot[following] = reach
                    search.via_lot[following] = other
                    if not full[following] and reach + state.lot_price[following] < goal:
                        goal = reach + state.lot_price[following]
                        end_lot, end_person = following, -1
                    heap = _push(heap, size, reach, following)
                    size += 1
            if goal == _FAR:
                return False
            _settle_prices(state, search, goal, -1, count_people, count_lots)
            if end_lot == target:
                continue
            mover = end_person
            if end_lot >= 0:
                mover = search.via_lot[end_lot]
                _leave(state, mover, end_lot)
            # from the person who is free to come, every lot hands one back
            place = -1
            while place != target:
                at = search.via_person[mover]
                place = lot[at]
                following = -1
                if place != target:
                    following = search.via_lot[place]
                    _leave(state, following, place)
                _take(state, mover, place, at)
                mover = following
    return True
