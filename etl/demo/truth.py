"""What was written and what was planted, for whoever tests against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from etl.demo.companies import Company

NOTICE = "Dati dimostrativi: nulla di ciò che segue descrive persone, aziende o enti reali."

# Told after each file: what is being written, how many are done, how many there are.
Progress = Callable[[str, int, int], None]


@dataclass
class Truth:
    """The counts of what was written and the places of what was planted.

    `statements` counts the replaced ones too; every other figure looks only at those in force.
    """

    seed: int
    scale: float
    statements: int = 0
    companies: int = 0
    vacancies: int = 0
    posts: int = 0
    quota: int = 0
    uncovered: int = 0
    sites: int = 0
    operators: int = 0
    enrolled: int = 0
    doti: int = 0
    offers: int = 0
    offered: int = 0
    consents: Counter[str] = field(default_factory=Counter)
    vacancies_by_province: Counter[str] = field(default_factory=Counter)
    planted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, company: Company) -> None:
        """Count a statement in force."""
        self.statements += 1
        self.companies += 1
        self.posts += company.posts
        self.quota += company.national.quota
        self.uncovered += company.national.uncovered
        for place in company.provinces:
            self.vacancies += len(place.vacancies)
            self.vacancies_by_province[place.staff.province] += len(place.vacancies)
        for kind in company.planted:
            self.plant(kind, prospetto=company.code, provincia=company.seat.provincia)

    def plant(self, kind: str, **where: Any) -> None:
        """Note something planted."""
        self.planted.setdefault(kind, []).append(where)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, in a fixed order."""
        return {
            "avvertenza": NOTICE,
            "seme": self.seed,
            "scala": self.scale,
            "aziende": self.companies,
            "prospetti": self.statements,
            "offerte": self.vacancies,
            "posti": self.posts,
            "quota_riserva": self.quota,
            "scoperture": self.uncovered,
            "operatori": self.operators,
            "sedi": self.sites,
            "iscritti": self.enrolled,
            "doti": self.doti,
            "offerte_cliclavoro": self.offers,
            "posti_cliclavoro": self.offered,
            "consensi": dict(sorted(self.consents.items())),
            "offerte_per_provincia": dict(sorted(self.vacancies_by_province.items())),
            "seminati": {
                kind: {"numero": len(where), "dove": where}
                for kind, where in sorted(self.planted.items())
            },
        }
