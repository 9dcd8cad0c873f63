"""Random regions of any size, to measure and to test matching without anybody's data."""

from __future__ import annotations

import numpy as np

from etl.derive.matching.criteria import ABILITY_BIT, AREAS, CONDITION_BIT, CONDITIONS, HIGHEST
from etl.derive.matching.distance import sphere_points
from etl.derive.matching.encode import WANTS, Int, Lots, People, Places, canonical

_PROVINCES = 12
_LIMITS = (5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 60_000)
_LIMIT_SHARES = (0.12, 0.2, 0.2, 0.2, 0.16, 0.08, 0.04)


def random_region(
    people: int, posts: int, comuni: int, seed: int, side_km: float = 210.0
) -> tuple[Places, People, Lots]:
    """Return a region of `comuni` places with so many people and posts (about 1.5 posts a lot).

    `people=60_000, posts=30_000, comuni=1_500` is a region like Lombardia. The same arguments
    give the same region.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    places, weight = _places(draw, comuni, side_km)
    occupations, demand_for, supply_of = _occupations(draw)
    where = draw.choice(comuni, people, p=weight)
    limit = draw.choice(_LIMITS, people, p=_LIMIT_SHARES) + draw.integers(0, 2_000, people)
    capacity = _capacity(draw, people)
    own_car = draw.random(people) < 0.45
    hours = draw.choice((20, 25, 30, 36, 40), people, p=(0.2, 0.1, 0.15, 0.15, 0.4))
    group = draw.integers(0, 7, people)
    persons = People(
        key=_keys(draw, people),
        place=where.astype(np.int32),
        limit=limit.astype(np.int32),
        excluded=_excluded(draw, people, own_car),
        able=_able(capacity, own_car, hours),
        capacity=capacity,
        wants=_wants(draw, people, occupations, supply_of),
        hours=hours.astype(np.int16),
        support=draw.choice((1, 2, 3, 4), people, p=(0.3, 0.35, 0.25, 0.1)).astype(np.int16),
        education=draw.choice(6, people, p=(0.03, 0.1, 0.25, 0.25, 0.3, 0.07)).astype(np.int16),
        enrolled=draw.integers(0, 9_000, people).astype(np.int32),
        group=group.astype(np.int16),
        operator=draw.integers(-1, 400, people).astype(np.int32),
    )
    sizes = draw.choice((1, 2, 3, 5, 8), posts, p=(0.74, 0.16, 0.06, 0.03, 0.01))
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), posts)) + 1].copy()
    sizes[-1] -= sizes.sum() - posts
    lots = len(sizes)
    stated, required = _demand(draw, lots)
    vacancies = Lots(
        key=_keys(draw, lots),
        place=draw.choice(comuni, lots, p=weight).astype(np.int32),
        conditions=_conditions(draw, lots),
        required=required,
        demand=stated,
        occupation=draw.choice(occupations, lots, p=demand_for).astype(np.int32),
        posts=sizes.astype(np.int32),
        part_time=draw.random(lots) < 0.25,
        supported=draw.random(lots) < 0.2,
        numeric=draw.random(lots) < 0.1,
    )
    return places, canonical(persons)[0], canonical(vacancies)[0]


def _keys(draw: np.random.Generator, count: int) -> Int:
    return np.unique(draw.integers(1, 2**62, 2 * count + 8))[
        draw.permutation(2 * count)[:count]
    ].astype(np.int64)


def _places(draw: np.random.Generator, comuni: int, side_km: float) -> tuple[Places, Int]:
    towns = max(1, comuni // 40)
    centre = draw.random((towns, 2))
    near = centre[draw.integers(0, towns, comuni)] + draw.normal(0, 0.06, (comuni, 2))
    spot = np.where(draw.random((comuni, 1)) < 0.6, near, draw.random((comuni, 2)))
    lat = 44.7 + spot[:, 0] * side_km / 111.2
    lon = 8.5 + spot[:, 1] * side_km / 78.0
    seats = spot[draw.choice(comuni, _PROVINCES, replace=comuni < _PROVINCES)]
    province = ((spot[:, None, :] - seats[None]) ** 2).sum(axis=2).argmin(axis=1)
    weight = draw.lognormal(0.0, 1.3, comuni)
    names = tuple(f"{index + 1:03d}" for index in range(_PROVINCES))
    return Places(sphere_points(lat, lon), province.astype(np.int32), names), weight / weight.sum()


def _occupations(draw: np.random.Generator) -> tuple[Int, Int, Int]:
    """Return five-digit codes with how often they are offered and sought: alike, not the same."""
    families = draw.choice(8**3, 130, replace=False)
    units = np.stack([draw.choice(8**2, 6, replace=False) for _ in families]).ravel()
    number = families.repeat(6) + 8**3 * units
    # digits 1–8: the family's three first, then the unit's two
    digits = [1 + (number // 8**place) % 8 for place in range(5)]
    codes = sum(digit * 10 ** (4 - place) for place, digit in enumerate(digits))
    popular = draw.lognormal(0, 1.3, len(families)).repeat(6) * (draw.random(len(codes)) + 0.1)
    demand = popular * draw.lognormal(0, 1.5, len(codes))
    supply = popular * draw.lognormal(0, 1.5, len(codes))
    return codes, demand / demand.sum(), supply / supply.sum()


def _capacity(draw: np.random.Generator, people: int) -> Int:
    limitation = draw.choice(5, (people, len(AREAS)), p=(0.62, 0.18, 0.11, 0.07, 0.02))
    return (HIGHEST - limitation).astype(np.int8)


def _able(capacity: Int, own_car: Int, hours: Int) -> Int:
    able = np.zeros(len(capacity), dtype=np.int64)
    for area in range(len(AREAS)):
        able |= ((1 << capacity[:, area].astype(np.int64)) - 1) << (HIGHEST * area)
    able |= np.where(own_car, ABILITY_BIT["patente"], 0)
    able |= np.where(hours >= 36, ABILITY_BIT["tempo_pieno"], 0)
    return able


def _excluded(draw: np.random.Generator, people: int, own_car: Int) -> Int:
    mask = np.zeros(people, dtype=np.int64)
    for name in CONDITIONS:
        share = {"turni_notturni": 0.5, "barriere": 0.15}.get(name, 0.12)
        mask |= np.where(draw.random(people) < share, CONDITION_BIT[name], 0)
    mask |= np.where(own_car, 0, CONDITION_BIT["senza_mezzi_pubblici"])
    protected = draw.random(people) < 0.06
    return mask | np.where(protected, CONDITION_BIT["riservato_D"], CONDITION_BIT["riservato_C"])


def _conditions(draw: np.random.Generator, lots: int) -> Int:
    mask = np.zeros(lots, dtype=np.int64)
    for name in CONDITIONS:
        mask |= np.where(draw.random(lots) < 0.12, CONDITION_BIT[name], 0)
    mask |= np.where(draw.random(lots) < 0.3, CONDITION_BIT["senza_mezzi_pubblici"], 0)
    protected = draw.random(lots) < 0.08
    return mask | np.where(protected, CONDITION_BIT["riservato_C"], CONDITION_BIT["riservato_D"])


def _demand(draw: np.random.Generator, lots: int) -> tuple[Int, Int]:
    level = draw.choice(5, (lots, len(AREAS)), p=(0.8, 0.02, 0.07, 0.09, 0.02))
    strict = draw.random((lots, len(AREAS))) < 0.4
    hard = np.where(strict, level, np.maximum(level - 1, 0))
    required = np.zeros(lots, dtype=np.int64)
    for area in range(len(AREAS)):
        bit = np.left_shift(np.int64(1), HIGHEST * area + np.maximum(hard[:, area], 1) - 1)
        required |= np.where(hard[:, area] > 0, bit, 0)
    required |= np.where(draw.random(lots) < 0.05, ABILITY_BIT["patente"], 0)
    return level.astype(np.int8), required


def _wants(draw: np.random.Generator, people: int, codes: Int, supply: Int) -> Int:
    wants = draw.choice(codes, (people, WANTS), p=supply)
    count = draw.choice((1, 2, 3, 4, 5), people, p=(0.2, 0.3, 0.3, 0.15, 0.05))
    wants[np.arange(WANTS)[None] >= count[:, None]] = 0
    repeated = np.zeros_like(wants, dtype=bool)
    for place in range(1, WANTS):
        repeated[:, place] = (wants[:, place, None] == wants[:, :place]).any(axis=1)
    wants[repeated] = 0
    return wants.astype(np.int32)
