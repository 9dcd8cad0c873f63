"""How many posts can be filled at all, whose posts can never all be, and who can come first.

Everything here looks only at who could take which post, not at scores. A matching is an array
with, for each person, the lot (−1: none).

Sources: J. Hopcroft, R. Karp, «An n^5/2 algorithm for maximum matchings in bipartite graphs»,
1973; A. Dulmage, N. Mendelsohn, «Coverings of bipartite graphs», 1958.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from etl.derive.matching.compiled import compiled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph


def most_posts(graph: Graph, given: Int | None = None) -> Int:
    """Return a matching that fills as many posts as can be filled at once.

    `given` is a matching to start from; everyone matched in it stays matched.
    """
    match = np.full(graph.people, -1, dtype=np.int32) if given is None else given.copy()
    filled = _filled(graph, match)
    if given is None:
        order = np.argsort(np.diff(graph.lot_start), kind="stable")
        _fill_simply(graph, order, match, filled)
    _hopcroft_karp(graph, match, filled)
    return match


def _filled(graph: Graph, match: Int) -> Int:
    return np.bincount(match[match >= 0], minlength=graph.lots).astype(np.int64)


@dataclass(frozen=True)
class Scarcity:
    """The Dulmage–Mendelsohn decomposition.

    `lots_short`: lots of which some post may stay empty in a best filling, for want of people;
    `people_sure`: the only people who fit those lots, matched in every best filling;
    `people_over`: people who may stay without a post in a best filling; `lots_sure`: the only
    lots which fit them, full in every best filling. The other lots and people fit exactly.
    """

    lots_short: Int
    people_sure: Int
    people_over: Int
    lots_sure: Int


def scarcity(graph: Graph, match: Int) -> Scarcity:
    """Return where people are short and where posts are, given a filling of most posts."""
    filled = _filled(graph, match)
    lots_short, people_sure = _from_lots(graph, match, filled < graph.posts)
    people_over, lots_sure = _from_people(graph, match)
    return Scarcity(lots_short, people_sure, people_over, lots_sure)


@compiled
def _fill_simply(graph: Graph, order: Int, match: Int, filled: Int) -> None:
    lot_start, person, posts = graph.lot_start, graph.person, graph.posts
    for lot in order:
        for at in range(lot_start[lot], lot_start[lot + 1]):
            if filled[lot] == posts[lot]:
                break
            if match[person[at]] < 0:
                match[person[at]] = lot
                filled[lot] += 1


@compiled
def _hopcroft_karp(graph: Graph, match: Int, filled: Int) -> None:
    lot_start, person, posts = graph.lot_start, graph.person, graph.posts
    lots = len(posts)
    level = np.empty(lots, dtype=np.int32)
    queue = np.empty(lots, dtype=np.int32)
    turn = np.empty(lots, dtype=np.int64)
    path = np.empty(lots + 1, dtype=np.int32)
    taken = np.empty(lots + 1, dtype=np.int32)
    while True:
        head, tail = 0, 0
        for lot in range(lots):
            level[lot] = -1
            if filled[lot] < posts[lot] and lot_start[lot] < lot_start[lot + 1]:
                level[lot] = 0
                queue[tail] = lot
                tail += 1
        last = -1
        while head < tail:
            lot = queue[head]
            head += 1
            if last >= 0 and level[lot] > last:
                break
            for at in range(lot_start[lot], lot_start[lot + 1]):
                held = match[person[at]]
                if held < 0:
                    last = level[lot]
                elif level[held] < 0:
                    level[held] = level[lot] + 1
                    queue[tail] = held
                    tail += 1
        if last < 0:
            return
        turn[:] = lot_start[:-1]
        for free in range(lots):
            while level[free] == 0 and filled[free] < posts[free]:
                path[0] = free
                depth = 0
                found = False
                while depth >= 0 and not found:
                    lot = path[depth]
                    deeper = False
                    while turn[lot] < lot_start[lot + 1]:
                        one = person[turn[lot]]
                        held = match[one]
                        if held < 0:
                            taken[depth] = one
                            found = True
                            break
                        if level[lot] < last and level[held] == level[lot] + 1:
                            taken[depth] = one
                            depth += 1
                            path[depth] = held
                            deeper = True
                            break
                        turn[lot] += 1
                    if not deeper and not found:
                        depth -= 1
                        if depth >= 0:
                            turn[path[depth]] += 1
                if not found:
                    break
                for step in range(depth + 1):
                    match[taken[step]] = path[step]
                    turn[path[step]] += 1
                filled[free] += 1


@compiled
def _from_lots(graph: Graph, match: Int, free: Int) -> tuple[Int, Int]:
    lot_start, person = graph.lot_start, graph.person
    lots = free.copy()
    people = np.zeros(len(match), dtype=np.bool_)
    queue = np.empty(len(free), dtype=np.int32)
    head, tail = 0, 0
    for lot in range(len(free)):
        if free[lot]:
            queue[tail] = lot
            tail += 1
    while head < tail:
        lot = queue[head]
        head += 1
        for at in range(lot_start[lot], lot_start[lot + 1]):
            one = person[at]
            people[one] = True
            held = match[one]
            if held >= 0 and not lots[held]:
                lots[held] = True
                queue[tail] = held
                tail += 1
    return lots, people


@compiled
def _from_people(graph: Graph, match: Int) -> tuple[Int, Int]:
    start, lot, lot_start, person = graph.start, graph.lot, graph.lot_start, graph.person
    people = match < 0
    lots = np.zeros(len(lot_start) - 1, dtype=np.bool_)
    queue = np.empty(len(match), dtype=np.int32)
    head, tail = 0, 0
    for one in range(len(match)):
        if people[one]:
            queue[tail] = one
            tail += 1
    while head < tail:
        one = queue[head]
        head += 1
        for edge in range(start[one], start[one + 1]):
            place = lot[edge]
            if lots[place]:
                continue
            lots[place] = True
            for at in range(lot_start[place], lot_start[place + 1]):
                other = person[at]
                if match[other] == place and not people[other]:
                    people[other] = True
                    queue[tail] = other
                    tail += 1
    return people, lots


def first_come(graph: Graph, order: Int, merit: Int) -> tuple[Int, Int]:
    """Return who can be matched if people come in `order`, and the lots' prices that prove it.

    Each person is kept if a post can be found for everyone kept so far and for them (the
    greedy rule of a transversal matroid: no set of people that can be matched is better in that
    order). A lot's price is the greatest `merit` (decreasing in `order`, above zero) that waits
    for it in vain.
    """
    match = np.full(graph.people, -1, dtype=np.int32)
    seats = np.concatenate([[0], np.cumsum(graph.posts)])
    _come_in_order(graph, seats, order, match)
    price = np.zeros(graph.lots, dtype=np.int64)
    _wait_in_vain(graph, order, merit, match, price)
    return match, price


def refilled(graph: Graph, given: Int, people: Int) -> Int:
    """Return a filling of most posts, given one that only some `people` can still make fuller.

    Whoever is matched in `given` stays matched. `people` must hold everyone from whom a longer
    filling could start: those who lost their post, or got new edges, or were never matched.
    """
    match = given.copy()
    seats = np.concatenate([[0], np.cumsum(graph.posts)])
    _refill(graph, seats, np.ascontiguousarray(people, dtype=np.int64), match)
    return match


@compiled
def _refill(graph: Graph, seats: Int, people: Int, match: Int) -> None:
    """Augment from people without a post, along shortest ways, as long as there is one."""
    start, lot = graph.start, graph.lot
    lots = len(seats) - 1
    filled = np.zeros(lots, dtype=np.int64)
    holder = np.full(seats[lots], -1, dtype=np.int32)
    seat_of = np.full(len(match), -1, dtype=np.int64)
    for one in range(len(match)):
        if match[one] >= 0:
            seat_of[one] = seats[match[one]] + filled[match[one]]
            holder[seat_of[one]] = one
            filled[match[one]] += 1
    level = np.empty(lots, dtype=np.int32)
    queue = np.empty(lots, dtype=np.int32)
    edge_turn = np.empty(len(match), dtype=np.int64)
    seat_turn = np.empty(lots, dtype=np.int64)
    path = np.empty(lots + 1, dtype=np.int32)
    while True:
        level[:] = -1
        tail, last = 0, -1
        for one in people:
            if match[one] >= 0:
                continue
            edge_turn[one] = start[one]
            for edge in range(start[one], start[one + 1]):
                place = lot[edge]
                if level[place] < 0:
                    level[place] = 0
                    queue[tail] = place
                    tail += 1
        head = 0
        while head < tail:
            place = queue[head]
            head += 1
            if last >= 0 and level[place] > last:
                break
            seat_turn[place] = seats[place]
            if filled[place] < seats[place + 1] - seats[place]:
                last = level[place]
            elif last < 0:
                for seat in range(seats[place], seats[place + 1]):
                    other = holder[seat]
                    edge_turn[other] = start[other]
                    for edge in range(start[other], start[other + 1]):
                        if level[lot[edge]] < 0:
                            level[lot[edge]] = level[place] + 1
                            queue[tail] = lot[edge]
                            tail += 1
        if last < 0:
            return
        for first in people:
            if match[first] >= 0:
                continue
            depth = 0
            path[0] = first
            end = -1
            while depth >= 0 and end < 0:
                one = path[depth]
                deeper = False
                while edge_turn[one] < start[one + 1] and end < 0 and not deeper:
                    place = lot[edge_turn[one]]
                    if level[place] == depth:
                        if filled[place] < seats[place + 1] - seats[place]:
                            end = place
                        elif depth < last and seat_turn[place] < seats[place + 1]:
                            depth += 1
                            path[depth] = holder[seat_turn[place]]
                            seat_turn[place] += 1
                            deeper = True
                    if end < 0 and not deeper:
                        edge_turn[one] += 1
                if end < 0 and not deeper:
                    depth -= 1
            if end < 0:
                continue
            # from the free post back to the first, everyone moves one place along
            seat = seats[end] + filled[end]
            filled[end] += 1
            while depth >= 0:
                one = path[depth]
                left = seat_of[one]
                match[one] = lot[edge_turn[one]]
                seat_of[one] = seat
                holder[seat] = one
                seat = left
                depth -= 1


class _Search(NamedTuple):
    """Which lots a search has met (`seen`: in which search), and who would move into each.

    `closed` lots lead to no free post, now or later.
    """

    seen: Int
    closed: Int
    mover: Int
    queue: Int


@compiled
def _reach(
    graph: Graph, seats: Int, filled: Int, search: _Search, turn: int, one: int, tail: int
) -> tuple[int, int]:
    """Queue the lots that a person could move to; return the queue's end and a free lot, or −1."""
    for edge in range(graph.start[one], graph.start[one + 1]):
        place = graph.lot[edge]
        if search.closed[place] or search.seen[place] == turn:
            continue
        search.seen[place] = turn
        search.mover[place] = one
        if filled[place] < seats[place + 1] - seats[place]:
            return tail, place
        search.queue[tail] = place
        tail += 1
    return tail, -1


@compiled
def _come_in_order(graph: Graph, seats: Int, order: Int, match: Int) -> None:
    lots = len(graph.posts)
    filled = np.zeros(lots, dtype=np.int64)
    holder = np.full(seats[lots], -1, dtype=np.int32)
    seat_of = np.full(len(match), -1, dtype=np.int64)
    search = _Search(
        np.full(lots, -1, dtype=np.int32),
        np.zeros(lots, dtype=np.bool_),
        np.empty(lots, dtype=np.int32),
        np.empty(lots, dtype=np.int32),
    )
    for turn in range(len(order)):
        newcomer = order[turn]
        tail, end = _reach(graph, seats, filled, search, turn, newcomer, 0)
        head = 0
        while end < 0 and head < tail:
            place = search.queue[head]
            head += 1
            for seat in range(seats[place], seats[place + 1]):
                tail, end = _reach(graph, seats, filled, search, turn, holder[seat], tail)
                if end >= 0:
                    break
        if end < 0:
            for index in range(tail):
                search.closed[search.queue[index]] = True
            continue
        seat = seats[end] + filled[end]
        filled[end] += 1
        place = end
        while True:
            one = search.mover[place]
            old, old_seat = match[one], seat_of[one]
            match[one] = place
            seat_of[one] = seat
            holder[seat] = one
            if one == newcomer:
                break
            place, seat = old, old_seat


@compiled
def _wait_in_vain(graph: Graph, order: Int, merit: Int, match: Int, price: Int) -> None:
    start, lot, lot_start, person = graph.start, graph.lot, graph.lot_start, graph.person
    seen = np.zeros(len(price), dtype=np.bool_)
    queue = np.empty(len(price), dtype=np.int32)
    for first in order:
        if match[first] >= 0:
            continue
        head, tail = 0, 0
        for edge in range(start[first], start[first + 1]):
            if not seen[lot[edge]]:
                seen[lot[edge]] = True
                queue[tail] = lot[edge]
                tail += 1
        while head < tail:
            place = queue[head]
            head += 1
            price[place] = merit[first]
            for at in range(lot_start[place], lot_start[place + 1]):
                other = person[at]
                if match[other] != place:
                    continue
                for edge in range(start[other], start[other + 1]):
                    if not seen[lot[edge]]:
                        seen[lot[edge]] = True
                        queue[tail] = lot[edge]
                        tail += 1
