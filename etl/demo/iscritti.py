"""Invented profiles of the people enrolled with each province's office.

As many as the region really counts, spread over the real comuni, with ages, schooling and
seniority in the published proportions (`dati/iscritti.toml`). No profile describes anybody.
"""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from etl.config import Config
from etl.demo.chance import Chance, Weighted
from etl.demo.companies import REFERENCE
from etl.demo.economy import Economy, load_economy
from etl.demo.operators import draw_sites
from etl.demo.territory import DATA, Comune, Territory, load_territory
from etl.demo.truth import Progress

AREAS = (
    "motoria_inferiore",
    "motoria_superiore",
    "vista",
    "udito",
    "linguaggio",
    "cognitiva",
    "psichica",
    "relazionale",
    "resistenza",
    "cardiorespiratoria",
)
LIST_SEPARATOR = ", "
# The planted person looks for an occupation that nobody else looks for.
PLANTED_OCCUPATION = "2.5.4.4.1"
_MOST_WANTED = 5


@dataclass(frozen=True)
class Profile:
    """One enrolled person, as the office writes them down; never a name."""

    id_persona: str
    comune_dichiarato: str
    anno_nascita: int
    sesso: str
    gruppo_disabilita: str
    lista: str
    fascia_aiuto: int
    data_iscrizione: date
    titolo_studio: str
    qualifiche_cercate: tuple[str, ...]
    limitazioni: tuple[int, ...]
    condizioni_escluse: tuple[str, ...]
    distanza_massima_m: int
    mezzo: str
    ore_massime: int
    disponibile: str
    codice_operatore: str

    def cells(self) -> dict[str, str]:
        """Return the profile as the cells of a row, by column."""
        row: dict[str, str] = {}
        for name in _COLUMNS:
            value = getattr(self, name)
            if name == "limitazioni":
                row |= {
                    f"limitazione_{area}": str(degree)
                    for area, degree in zip(AREAS, value, strict=True)
                }
            elif isinstance(value, tuple):
                row[name] = LIST_SEPARATOR.join(value)
            else:
                row[name] = str(value)
        return row


_COLUMNS = tuple(field.name for field in fields(Profile))


@dataclass(frozen=True)
class Enrolled:
    """How many profiles each province's file holds, and the one person planted in each.

    The planted person is the only one enrolled in their comune and the only one in the region
    who looks for their occupation, has a rare disability and severe limitations: whoever can be
    found in what is published would be found there.
    """

    people: dict[str, int]
    planted: dict[str, Profile]


def generate_iscritti(
    config: Config,
    out: Path,
    scale: float = 1.0,
    seed: int = 681999,
    territory: Territory | None = None,
    tell: Progress | None = None,
) -> Enrolled:
    """Write `out/iscritti-<codice provincia>.csv` for every province; return what was written.

    UTF-8, semicolons, the columns of the contract «iscritti». The same arguments give the same
    bytes. Raises ValueError where `scale` is not above zero.
    """
    if not scale > 0:
        raise ValueError("scale must be above zero")
    if territory is None:
        territory = load_territory(config.portale.province, config.portale.anno_geografia)
    shares = _Shares(load_economy())
    sites = draw_sites(territory, scale, seed)
    totals = _totals(territory, shares.facts)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    people: dict[str, int] = {}
    planted: dict[str, Profile] = {}
    for province, group in territory.comuni.items():
        hermitage = min(group, key=lambda comune: (comune.popolazione, comune.codice))
        lived_in = Weighted(
            {comune: comune.popolazione for comune in group if comune is not hermitage}
        )
        operators = sorted({site.operator.code for site in sites[province]})
        count = max(20, round(totals[province] * scale))
        unique = _planted(province, hermitage, seed)
        profiles = [
            _profile(Chance(seed, "iscritto", province, index), shares, lived_in, operators)
            for index in range(count - 1)
        ]
        place = Chance(seed, "iscritto unico", province).below(count)
        profiles.insert(place, unique)
        _write(out / f"iscritti-{province}.csv", profiles)
        people[province], planted[province] = count, unique
        if tell is not None:
            tell("iscritti", len(people), len(territory.comuni))
    return Enrolled(people, planted)


class _Shares:
    """The facts of `dati/iscritti.toml`, ready to be drawn from."""

    def __init__(self, economy: Economy) -> None:
        self.facts: dict[str, Any] = tomllib.loads(
            (DATA / "iscritti.toml").read_text(encoding="utf-8")
        )
        facts = self.facts
        self.part = {name: share / 1000 for name, share in facts["parti"].items()}
        self.ages = Weighted(facts["eta"])
        self.months = Weighted(facts["anzianita_mesi"])
        self.schooling = Weighted(facts["titolo_studio"])
        self.groups = Weighted(facts["gruppo_disabilita"])
        self.degrees = Weighted({int(degree): share for degree, share in facts["gradi"].items()})
        self.distances = Weighted({int(km): share for km, share in facts["distanza_km"].items()})
        self.hours = Weighted({int(hours): share for hours, share in facts["ore"].items()})
        self.occupations = _occupations(economy, facts["cercati"])


def _occupations(economy: Economy, sought: Mapping[str, int]) -> Weighted[str]:
    """How often each occupation is looked for: as often as it is offered, bent by taste."""
    weights: dict[str, float] = {}
    for sector in economy.sectors.values():
        before = 0.0
        total = sector.trades.cumulative[-1]
        for key, until in zip(sector.trades.values, sector.trades.cumulative, strict=True):
            code = economy.trades[key].code
            share = sector.weight * (until - before) / total
            weights[code] = weights.get(code, 0.0) + share * sought.get(code[0], 1000) / 1000
            before = until
    return Weighted(dict(sorted(weights.items())))


def _totals(territory: Territory, facts: Mapping[str, Any]) -> dict[str, float]:
    """How many people are enrolled in each province at scale 1."""
    known = {code: n for code, n in facts["province"].items() if code in territory.comuni}
    rest = {
        code: sum(comune.popolazione for comune in group)
        for code, group in territory.comuni.items()
        if code not in known
    }
    left = facts["totale"] - sum(known.values())
    inhabitants = sum(rest.values())
    return known | {code: left * count / inhabitants for code, count in rest.items()}


def _profile(
    chance: Chance, shares: _Shares, lived_in: Weighted[Comune], operators: Sequence[str]
) -> Profile:
    protected = chance.happens(shares.part["lista_c"])
    group = "" if protected else chance.pick(shares.groups)
    limits = _limitations(chance, shares, group)
    born = REFERENCE.year - _within(chance, chance.pick(shares.ages))
    # nobody enrols before the age of sixteen
    since = REFERENCE - timedelta(days=int(30.44 * _within(chance, chance.pick(shares.months))))
    enrolled = max(since - timedelta(days=chance.below(28)), date(born + 16, 1, 1))
    schooling = chance.pick(shares.schooling)
    own_car = chance.happens(shares.part["mezzo_proprio"]) and limits["vista"] < 3
    severity = sum(max(0, degree - 1) for degree in limits.values())
    band = 1 + min(3, (severity + chance.below(3)) // 2)
    wanted: list[str] = []
    for _ in range(1 + chance.below(_MOST_WANTED)):
        code = chance.pick(shares.occupations)
        if code not in wanted:
            wanted.append(code)
    return Profile(
        id_persona=_code(chance),
        comune_dichiarato=chance.pick(lived_in).codice,
        anno_nascita=born,
        sesso="M" if chance.happens(shares.part["uomini"]) else "F",
        gruppo_disabilita=group,
        lista="C" if protected else "D",
        fascia_aiuto=1 if protected else band,
        data_iscrizione=enrolled,
        titolo_studio=schooling,
        qualifiche_cercate=tuple(wanted),
        limitazioni=tuple(limits.values()),
        condizioni_escluse=_excluded(chance, shares, limits, protected),
        distanza_massima_m=1000 * chance.pick(shares.distances) + 100 * chance.below(10),
        mezzo="proprio" if own_car else "mezzi_pubblici",
        ore_massime=chance.pick(shares.hours),
        disponibile="S" if chance.happens(shares.part["disponibili"]) else "N",
        codice_operatore=(
            chance.one(operators) if chance.happens(shares.part["con_operatore"]) else ""
        ),
    )


def _limitations(chance: Chance, shares: _Shares, group: str) -> dict[str, int]:
    likely = shares.facts["limitazioni"].get(group, {})
    return {
        area: chance.pick(shares.degrees) if chance.happens(likely.get(area, 0) / 1000) else 0
        for area in AREAS
    }


def _excluded(
    chance: Chance, shares: _Shares, limits: Mapping[str, int], protected: bool
) -> tuple[str, ...]:
    if protected:
        return ("turni_notturni",) if chance.happens(0.18) else ()
    likely: dict[str, float] = dict(shares.facts["sempre"])
    for area, degree in limits.items():
        if degree >= 2:
            for condition, share in shares.facts["esclusioni"][area].items():
                likely[condition] = max(likely.get(condition, 0), share)
    if limits["motoria_inferiore"] >= 3:
        likely["barriere"] = 850
    return tuple(sorted(name for name, share in likely.items() if chance.happens(share / 1000)))


def _planted(province: str, comune: Comune, seed: int) -> Profile:
    chance = Chance(seed, "persona seminata", province)
    limits = dict.fromkeys(AREAS, 0) | {"vista": 4, "udito": 3}
    return Profile(
        id_persona=_code(chance),
        comune_dichiarato=comune.codice,
        anno_nascita=1961,
        sesso="F",
        gruppo_disabilita="plurima",
        lista="D",
        fascia_aiuto=4,
        data_iscrizione=date(2001, 2, 1) + timedelta(days=chance.below(20)),
        titolo_studio="laurea",
        qualifiche_cercate=(PLANTED_OCCUPATION, "4.2.2.3.0"),
        limitazioni=tuple(limits.values()),
        condizioni_escluse=("guida", "turni_notturni"),
        distanza_massima_m=60_000,
        mezzo="mezzi_pubblici",
        ore_massime=30,
        disponibile="S",
        codice_operatore="",
    )


def _within(chance: Chance, band: str) -> int:
    first, last = map(int, band.split("-"))
    return chance.between(first, last)


def _code(chance: Chance) -> str:
    return "FINTA-" + "".join(f"{chance.below(65536):04x}" for _ in range(4))


def _write(path: Path, profiles: Sequence[Profile]) -> None:
    rows = [profile.cells() for profile in profiles]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
