"""The list of invented companies: where each stands, what it does, what it is planted for."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from etl.demo.chance import Chance
from etl.demo.companies import Plan, hostile_texts
from etl.demo.economy import Economy
from etl.demo.territory import Comune, Territory

COMPANIES = 15_000
REPLACED_ONE_IN = 300
PAIRS_ONE_IN = 600
SUPPRESSED_ONE_IN = 1_000

# The sector that only planted companies have, so that each is alone in its comune.
LONELY_SECTOR = "cave"


def plan_companies(territory: Territory, economy: Economy, scale: float, seed: int) -> list[Plan]:
    """Return the plans of all companies, in order of number.

    Whatever the scale, every province has a company of quota 1 whose only post is covered and
    one that is alone in its sector and comune, every hostile text stands somewhere, and there
    are merged comuni, groups and replaced statements.
    """
    numbers = count(1)
    plans = _planted(territory, economy, scale, seed, numbers)
    while len(plans) < round(COMPANIES * scale):
        number = next(numbers)
        chance = Chance(seed, "piano", number)
        seat = chance.pick(territory.by_population)
        plans.append(Plan(number, seat, chance.pick(economy.by_weight)))
    return plans


def _planted(
    territory: Territory, economy: Economy, scale: float, seed: int, numbers: count[int]
) -> list[Plan]:
    chance = Chance(seed, "piano")
    size = COMPANIES * scale
    plans: list[Plan] = []

    def plant(seat: Comune, trap: str, detail: int = 0, sector: str | None = None) -> None:
        kind = sector or _private_sector(chance, economy)
        plans.append(Plan(next(numbers), seat, kind, trap, detail=detail))

    for province in territory.comuni:
        seat = chance.pick(territory.within[province])
        plant(seat, "quota_coperta_da_uno")
    for province, group in territory.comuni.items():
        small = sorted(group, key=lambda comune: (comune.popolazione, comune.codice))
        seat = chance.one(small[len(small) // 4 : len(small) // 2] or small)
        plant(seat, "unica_nel_settore_e_comune", sector=LONELY_SECTOR)
        assert seat.provincia == province
    for detail, _ in enumerate(hostile_texts()[0]):
        plant(chance.pick(territory.by_population), "testo_ostile", detail)
    merged = min(len(territory.suppressed), max(6, round(size / SUPPRESSED_ONE_IN)))
    for old in chance.some(territory.suppressed, merged):
        now = next(
            comune for comune in territory.comuni[old.provincia] if comune.belfiore == old.oggi
        )
        plant(now, "comune_soppresso", territory.suppressed.index(old))
    for _ in range(max(2, round(size / REPLACED_ONE_IN))):
        plant(chance.pick(territory.by_population), "prospetto_sostituito")
    for _ in range(max(1, round(size / PAIRS_ONE_IN))):
        plans += _pair(chance, territory, economy, numbers)
    return plans


def _pair(
    chance: Chance, territory: Territory, economy: Economy, numbers: count[int]
) -> list[Plan]:
    """Return two companies of one group in different provinces, one giving a post to the other."""
    giver = Plan(
        next(numbers),
        chance.pick(territory.by_population),
        _private_sector(chance, economy),
        "gruppo_cede",
    )
    seat = chance.pick(territory.by_population)
    while seat.provincia == giver.seat.provincia and len(territory.comuni) > 1:
        seat = chance.pick(territory.by_population)
    taker = Plan(next(numbers), seat, _private_sector(chance, economy), "gruppo_riceve")
    return [
        replace(giver, partner=taker.number, partner_province=seat.provincia),
        replace(taker, partner=giver.number, partner_province=giver.seat.provincia),
    ]


def _private_sector(chance: Chance, economy: Economy) -> str:
    while True:
        key = chance.pick(economy.by_weight)
        if "C" not in economy.sectors[key].kinds.values:
            return key
