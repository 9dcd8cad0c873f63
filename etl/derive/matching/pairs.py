"""Every possible pair of a person and a vacancy, with its score."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from etl.derive.matching.compiled import compiled
from etl.derive.matching.distance import ARC_DIVISOR, EARTH_RADIUS_CM
from etl.derive.matching.encode import Int, Lots, People, Places
from etl.derive.matching.scoring import FULL_WEEK, Scoring

_CELL = 6_000
"""Side of the squares (metres) into which the territory is cut to look only nearby."""

_CHUNK = 4_096
"""People that one thread takes at a time; the result does not depend on it."""


@dataclass(frozen=True)
class Pairs:
    """Possible pairs by person: those of person i are `start[i]` to `start[i + 1]`.

    `lot` rises within a person; `score` is 0–10,000. `scanned` counts the pairs looked at.
    """

    start: Int
    lot: Int
    score: Int
    scanned: int

    def __len__(self) -> int:
        return len(self.lot)

    @property
    def person(self) -> Int:
        """The person of each pair."""
        count = len(self.start) - 1
        return np.repeat(np.arange(count, dtype=np.int32), np.diff(self.start))


@dataclass(frozen=True)
class _Grid:
    """Lots sorted by occupation and square, and where each square begins."""

    order: Int
    blocks: Int
    starts: Int
    row: Int
    column: Int
    north: Int
    east: Int
    rows: int
    columns: int


def possible_pairs(
    places: Places, people: People, lots: Lots, rules: Scoring, threads: int | None = None
) -> Pairs:
    """Return every possible pair with its score.

    A pair is possible when the post has no condition that the person excludes, the person has
    every capacity that it requires, the place is within the person's limit, and an occupation
    sought shares at least `rules.digits` digits with the post's. Only lots of those occupations
    in the squares around the person are looked at; the result is that of looking at all.
    """
    if not len(people) or not len(lots):
        empty = np.zeros(0, dtype=np.int32)
        return Pairs(np.zeros(len(people) + 1, dtype=np.int64), empty, empty, 0)
    near = nearby(places, people, lots, rules)
    fit = _fit(people, lots, rules, near.order)
    bounds = [(at, min(at + _CHUNK, len(people))) for at in range(0, len(people), _CHUNK)]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        parts = list(pool.map(lambda bound: _scan(bound[0], bound[1], near, fit), bounds))
    start = np.zeros(len(people) + 1, dtype=np.int64)
    np.cumsum(np.concatenate([part[0] for part in parts]), out=start[1:])
    lot = np.concatenate([part[1] for part in parts])
    score = np.concatenate([part[2] for part in parts])
    scanned = sum(int(part[3]) for part in parts)
    return Pairs(start, lot, score, scanned)


def _grid(places: Places, lots: Lots, digits: int) -> _Grid:
    points = places.points.astype(np.float64)
    lat = np.arcsin(points[:, 2] / EARTH_RADIUS_CM)
    lon = np.arctan2(points[:, 1], points[:, 0])
    radius = EARTH_RADIUS_CM / 100
    # degrees of longitude are measured where they are shortest: squares are never too narrow
    north = np.rint(radius * (lat - lat.min())).astype(np.int64)
    east = np.rint(radius * np.cos(lat.max()) * (lon - lon.min())).astype(np.int64)
    row, column = north // _CELL, east // _CELL
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    family = lots.occupation.astype(np.int64) // 10 ** (5 - digits)
    blocks, block = np.unique(family, return_inverse=True)
    cell = (block * rows + row[lots.place]) * columns + column[lots.place]
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(len(blocks) * rows * columns + 1))
    return _Grid(order, blocks, starts, row, column, north, east, rows, columns)


class Nearby(NamedTuple):
    """What a compiled loop needs to look at the lots around every person.

    By person: `limit`, `excluded`, `able`, `block` of each want (−1: none), `home` (point) and
    `square` (metres north and east). By lot, in the order of the grid: `site`, `conditions`,
    `required`, and `order`, the lot's own number. The lots of block b in row r and columns c to d
    stand from `starts[(b · rows + r) · columns + c]` to `starts[(b · rows + r) · columns + d + 1]`.
    """

    limit: Int
    excluded: Int
    able: Int
    block: Int
    home: Int
    square: Int
    site: Int
    conditions: Int
    required: Int
    order: Int
    starts: Int
    rows: int
    columns: int
    cell: int
    divisor: int


class _Fit(NamedTuple):
    """What the score looks at beside `Nearby`: people, lots in the order of the grid, weights."""

    capacity: Int
    wants: Int
    hours: Int
    support: Int
    education: Int
    demand: Int
    asked: Int
    occupation: Int
    part_time: Int
    supported: Int
    full_week: int
    digits: int
    weights: Int
    affinity: Int
    preference: Int
    schooling: Int


def nearby(places: Places, people: People, lots: Lots, rules: Scoring) -> Nearby:
    """Return people and lots arranged so that each person's surroundings are a few slices."""
    grid = _grid(places, lots, rules.digits)
    wanted = people.wants.astype(np.int64) // 10 ** (5 - rules.digits)
    at = np.minimum(np.searchsorted(grid.blocks, wanted), len(grid.blocks) - 1)
    order = grid.order
    return Nearby(
        limit=people.limit.astype(np.int64),
        excluded=people.excluded.astype(np.int64),
        able=people.able.astype(np.int64),
        block=np.where((grid.blocks[at] == wanted) & (people.wants > 0), at, -1).astype(np.int32),
        home=np.ascontiguousarray(places.points[people.place]),
        square=np.ascontiguousarray(np.stack([grid.north, grid.east], axis=1)[people.place]),
        site=np.ascontiguousarray(places.points[lots.place[order]]),
        conditions=np.ascontiguousarray(lots.conditions[order], dtype=np.int64),
        required=np.ascontiguousarray(lots.required[order], dtype=np.int64),
        order=order.astype(np.int32),
        starts=grid.starts,
        rows=grid.rows,
        columns=grid.columns,
        cell=_CELL,
        divisor=ARC_DIVISOR,
    )


def _fit(people: People, lots: Lots, rules: Scoring, order: Int) -> _Fit:
    demand = np.ascontiguousarray(lots.demand[order], dtype=np.int8)
    return _Fit(
        capacity=np.ascontiguousarray(people.capacity, dtype=np.int8),
        wants=np.ascontiguousarray(people.wants, dtype=np.int32),
        hours=people.hours.astype(np.int64),
        support=people.support.astype(np.int64),
        education=people.education.astype(np.int64),
        demand=demand,
        asked=demand.astype(np.int64).sum(axis=1),
        occupation=np.ascontiguousarray(lots.occupation[order], dtype=np.int32),
        part_time=np.ascontiguousarray(lots.part_time[order], dtype=np.bool_),
        supported=np.ascontiguousarray(lots.supported[order], dtype=np.bool_),
        full_week=FULL_WEEK,
        digits=rules.digits,
        weights=rules.weights,
        affinity=rules.affinity,
        preference=rules.preference,
        schooling=rules.schooling,
    )


# The rules of one pair, one number each. Their text is also compiled for the browser (to_js.py),
# so they are written in the small language of derive/quota/language.py.
@compiled
def arc(chord: int, divisor: int) -> int:
    """Return whole metres along the earth from whole centimetres through it."""
    line = (chord + 50) // 100
    return line + (line * (line * line // 1000) + divisor // 2) // divisor


@compiled
def ability(asked: int, short: int) -> int:
    """Return how much of the capacity asked, in levels, there is (0–100)."""
    return 100 - (100 * short) // asked if asked > 0 else 100


@compiled
def closeness(distance: int, limit: int) -> int:
    """Return how near a place is beside how far the person would go, in metres (0–100)."""
    return 100 - (100 * distance) // limit if limit > 0 else 100


@compiled
def timeliness(part_time: int, hours: int, full_week: int) -> int:
    """Return how well weekly hours suit a post that is, or is not, open to fewer (0–100)."""
    return 100 if part_time != 0 or hours >= full_week else (100 * hours) // full_week


@compiled
def support(supported: int, band: int) -> int:
    """Return how well a post suits who needs help of a band from 1 to 4 (0–100)."""
    return 100 if supported != 0 else 100 - 30 * (band - 1)


@compiled
def schooled(supposed: int, education: int) -> int:
    """Return how near a person's schooling is to the one that an occupation supposes (0–100)."""
    return 100 - 25 * min(max(supposed - education, 0), 4)


RULES = (arc, ability, closeness, timeliness, support, schooled)


@compiled
def _metres(dx: int, dy: int, dz: int, divisor: int) -> int:
    return arc(int(np.sqrt(float(dx * dx + dy * dy + dz * dz))), divisor)


@compiled
def _shared_digits(mine: int, theirs: int) -> int:
    shared = 5
    while mine != theirs:
        mine //= 10
        theirs //= 10
        shared -= 1
    return shared


@compiled
def _score(fit: _Fit, person: int, lot: int, distance: int, limit: int) -> int:
    code = fit.occupation[lot]
    shift = 10 ** (5 - fit.digits)
    # of the occupations sought, the one that counts most
    sought = 0
    for rank in range(fit.wants.shape[1]):
        want = fit.wants[person, rank]
        if want > 0 and want // shift == code // shift:
            shared = _shared_digits(want, code)
            value = fit.weights[0] * fit.affinity[shared] + fit.weights[5] * fit.preference[rank]
            sought = max(sought, value)
    short = 0
    for area in range(fit.demand.shape[1]):
        short += max(fit.demand[lot, area] - fit.capacity[person, area], 0)
    able = ability(fit.asked[lot], short)
    close = closeness(distance, limit)
    timely = timeliness(fit.part_time[lot], fit.hours[person], fit.full_week)
    helped = support(fit.supported[lot], fit.support[person])
    taught = schooled(fit.schooling[code // 10_000], fit.education[person])
    weights = fit.weights
    return (  # type: ignore[no-any-return]
        sought
        + weights[1] * able
        + weights[2] * close
        + weights[3] * timely
        + weights[4] * helped
        + weights[6] * taught
    )


@compiled
def _double(values: Int) -> Int:
    more = np.empty(2 * len(values), dtype=values.dtype)
    more[: len(values)] = values
    return more


@compiled
def _scan(first: int, last: int, near: Nearby, fit: _Fit) -> tuple[Int, Int, Int, int]:
    """Return, for people `first` to `last` − 1, how many pairs each has, and all of them."""
    counts = np.zeros(last - first, dtype=np.int64)
    lots = np.empty(32 * (last - first) + 64, dtype=np.int32)
    scores = np.empty(32 * (last - first) + 64, dtype=np.int32)
    total, scanned = 0, 0
    for person in range(first, last):
        begin = total
        limit = near.limit[person]
        bound = (100 * limit + 50) ** 2
        margin = limit + limit // 100 + 1000
        row_from = max(0, (near.square[person, 0] - margin) // near.cell)
        row_to = min(near.rows - 1, (near.square[person, 0] + margin) // near.cell)
        column_from = max(0, (near.square[person, 1] - margin) // near.cell)
        column_to = min(near.columns - 1, (near.square[person, 1] + margin) // near.cell)
        no, yes = near.excluded[person], ~near.able[person]
        x, y, z = near.home[person, 0], near.home[person, 1], near.home[person, 2]
        for want in range(near.block.shape[1]):
            block = near.block[person, want]
            skip = block < 0
            for earlier in range(want):
                skip |= near.block[person, earlier] == block
            if skip:
                continue
            for row in range(row_from, row_to + 1):
                at = (block * near.rows + row) * near.columns
                begin_lot, end_lot = near.starts[at + column_from], near.starts[at + column_to + 1]
                scanned += end_lot - begin_lot
                for lot in range(begin_lot, end_lot):
                    if (near.conditions[lot] & no) | (near.required[lot] & yes):
                        continue
                    dx = near.site[lot, 0] - x
                    dy = near.site[lot, 1] - y
                    dz = near.site[lot, 2] - z
                    if dx * dx + dy * dy + dz * dz >= bound:
                        continue
                    distance = _metres(dx, dy, dz, near.divisor)
                    if distance > limit:
                        continue
                    if total == len(lots):
                        lots, scores = _double(lots), _double(scores)
                    lots[total] = near.order[lot]
                    scores[total] = _score(fit, person, lot, distance, limit)
                    total += 1
        counts[person - first] = total - begin
        turn = np.argsort(lots[begin:total], kind="mergesort")
        lots[begin:total] = lots[begin:total][turn]
        scores[begin:total] = scores[begin:total][turn]
    return counts, lots[:total].copy(), scores[:total].copy(), scanned


@compiled
def _scan_kept_apart(near: Nearby) -> tuple[Int, Int, Int]:
    """Return the pairs within reach that exactly one bit keeps apart.

    The third column is the bit's place: 0–63 among the conditions, 64–127 among what is required.
    """
    persons = np.empty(1024, dtype=np.int32)
    lots = np.empty(1024, dtype=np.int32)
    bits = np.empty(1024, dtype=np.int32)
    total = 0
    for person in range(len(near.limit)):
        limit = near.limit[person]
        bound = (100 * limit + 50) ** 2
        margin = limit + limit // 100 + 1000
        row_from = max(0, (near.square[person, 0] - margin) // near.cell)
        row_to = min(near.rows - 1, (near.square[person, 0] + margin) // near.cell)
        column_from = max(0, (near.square[person, 1] - margin) // near.cell)
        column_to = min(near.columns - 1, (near.square[person, 1] + margin) // near.cell)
        no, yes = near.excluded[person], ~near.able[person]
        x, y, z = near.home[person, 0], near.home[person, 1], near.home[person, 2]
        for want in range(near.block.shape[1]):
            block = near.block[person, want]
            skip = block < 0
            for earlier in range(want):
                skip |= near.block[person, earlier] == block
            if skip:
                continue
            for row in range(row_from, row_to + 1):
                at = (block * near.rows + row) * near.columns
                begin_lot, end_lot = near.starts[at + column_from], near.starts[at + column_to + 1]
                for lot in range(begin_lot, end_lot):
                    excluded, lacking = near.conditions[lot] & no, near.required[lot] & yes
                    if (excluded == 0) == (lacking == 0):
                        continue
                    broken = excluded | lacking
                    if broken & (broken - 1):
                        continue
                    dx = near.site[lot, 0] - x
                    dy = near.site[lot, 1] - y
                    dz = near.site[lot, 2] - z
                    if dx * dx + dy * dy + dz * dz >= bound:
                        continue
                    if _metres(dx, dy, dz, near.divisor) > limit:
                        continue
                    bit = 0 if excluded else 64
                    while broken > 1:
                        broken >>= 1
                        bit += 1
                    if total == len(lots):
                        persons, lots, bits = _double(persons), _double(lots), _double(bits)
                    persons[total] = person
                    lots[total] = near.order[lot]
                    bits[total] = bit
                    total += 1
    return persons[:total].copy(), lots[:total].copy(), bits[:total].copy()


def kept_apart(places: Places, people: People, lots: Lots, rules: Scoring) -> tuple[Int, Int, Int]:
    """Return pairs within reach that one bit of the masks alone makes impossible.

    Person, lot, and the bit: its place among the conditions, or 64 more than its place among what
    the post requires.
    """
    if not len(people) or not len(lots):
        none = np.zeros(0, dtype=np.int32)
        return none, none, none
    return _scan_kept_apart(nearby(places, people, lots, rules))
