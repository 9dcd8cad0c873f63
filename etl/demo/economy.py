"""What the invented companies do and which jobs they offer, from the files in `dati/`."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from etl.config import ROOT
from etl.demo.chance import Chance, Weighted

DATA = Path(__file__).parent / "dati"
TEXT_LIMIT = 200

# One offer in thirty names an occupation that the sector's list does not have.
RARE_OCCUPATION = 1 / 30
RARE_GROUPS = ("3", "4", "5", "6", "7", "8")
# Owners, armed bodies, pilots, gamblers, hunters and the like are never sought on these lists.
NEVER_SOUGHT = ("3.1.6", "3.4.2.5", "3.4.2.6", "3.4.2.7", "3.4.5", "3.4.6", "5.4", "5.6.1.2",
                "5.6.1.3", "5.6.1.4", "5.6.1.5", "6.1.1.1", "6.4.5", "7.4.1", "7.4.5",
                "8.1.1")  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """An occupation on offer: CP2021 code, tasks, place, capacity groups, frequencies."""

    key: str
    code: str
    tasks: tuple[str, ...]
    place: str
    capacities: tuple[str, ...]
    night: float
    barriers: float


@dataclass(frozen=True)
class Sector:
    """A line of business: Ateco codes, how it employs people, and the jobs it offers."""

    key: str
    codes: tuple[str, ...]
    weight: float
    name: str
    part_time: float
    size: float
    kinds: Weighted[str]
    excluded: float
    on_call: float
    telework: float
    cooperative: bool
    trades: Weighted[str]
    agreement: str


@dataclass(frozen=True)
class Economy:
    """Sectors, trades and phrases, ready to be drawn from."""

    sectors: dict[str, Sector]
    by_weight: Weighted[str]
    trades: dict[str, Trade]
    rare: tuple[tuple[str, str], ...]
    phrases: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    places: dict[str, tuple[str, ...]]

    def trade(self, sector: Sector, chance: Chance) -> Trade:
        """Return an occupation that a company of the sector may offer."""
        if chance.happens(RARE_OCCUPATION):
            code, label = chance.one(self.rare)
            place = "ufficio" if code[0] in "34" else "produzione"
            groups = tuple(chance.some(tuple(self.phrases), 3))
            return Trade("raro", code, (label[:120],), place, groups, 0.05, 0.15)
        return self.trades[chance.pick(sector.trades)]

    def task(self, trade: Trade, chance: Chance) -> str:
        """Return the task as a company would write it."""
        task = chance.one(trade.tasks)
        if chance.happens(0.6):
            task = f"{task} {chance.one(self.places[trade.place])}"
        return task[:TEXT_LIMIT]

    def capacities(self, trade: Trade, chance: Chance) -> str:
        """Return capacities and contra-indications as a company would write them."""
        groups = chance.some(trade.capacities, chance.between(1, 3))
        phrases = [chance.one(self.phrases[group]) for group in groups]
        if chance.happens(0.35):
            phrases.append(chance.one(self.openings))
        text = ""
        for phrase in dict.fromkeys(phrases):
            longer = f"{text}. {phrase}" if text else phrase
            if len(longer) <= TEXT_LIMIT:
                text = longer
        return text


@cache
def load_economy() -> Economy:
    """Return the economy described in `dati/`."""
    sectors = {
        key: _sector(key, index, body)
        for index, (key, body) in enumerate(_read("rami.toml").items(), start=1)
    }
    trades = {
        key: Trade(
            key,
            body["qualifica"],
            tuple(body["compiti"]),
            body["luogo"],
            tuple(body["capacita"]),
            body["notte"] / 1000,
            body["barriere"] / 1000,
        )
        for key, body in _read("mestieri.toml").items()
    }
    phrases = _read("frasi.toml")
    with (ROOT / "datasets" / "professioni.csv").open(encoding="utf-8", newline="") as lines:
        rare = tuple(
            (row["qualifica"], row["professione"])
            for row in csv.DictReader(lines)
            if row["qualifica"].startswith(RARE_GROUPS)
            and not row["qualifica"].startswith(NEVER_SOUGHT)
            and not row["professione"].startswith("Esercenti")
        )
    return Economy(
        sectors,
        Weighted({key: sector.weight for key, sector in sectors.items()}),
        trades,
        rare,
        {key: tuple(values) for key, values in phrases["capacita"].items()},
        tuple(phrases["aperture"]["frasi"]),
        {key: tuple(values) for key, values in phrases["luoghi"].items()},
    )


def _sector(key: str, index: int, body: dict[str, Any]) -> Sector:
    return Sector(
        key,
        tuple(body["codici"]),
        body["peso"],
        body["nome"],
        body["parziale"] / 1000,
        body["grandezza"],
        Weighted(body.get("tipologie", {"A": 935, "B": 5, "D": 60})),
        body.get("escluse", 0.0),
        body.get("intermittenti", 0.0),
        body.get("telelavoro", 0.0),
        body.get("cooperativa", False),
        Weighted(body["mestieri"]),
        f"Z{index:02d}",
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
