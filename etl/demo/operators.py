"""Invented accredited operators and their sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from etl.demo.chance import Chance, Weighted
from etl.demo.lexicon import STREETS
from etl.demo.territory import Comune, Territory

OPERATORS = 400
SITES = 1_000
LATEST_UPDATE = date(2026, 1, 20)

NATURES = Weighted(
    {
        "cooperativa_sociale": 38,
        "societa": 24,
        "fondazione": 13,
        "associazione": 11,
        "ente_pubblico": 8,
        "consorzio": 6,
    }
)
_NAMES = {
    "cooperativa_sociale": "Cooperativa sociale {word} di prova n. {number}",
    "societa": "{word} Esempio {number} S.r.l.",
    "fondazione": "Fondazione Immaginaria {word} {number}",
    "associazione": "Associazione Fittizia {word} {number}",
    "ente_pubblico": "Ente Dimostrativo {word} {number}",
    "consorzio": "Consorzio Segnaposto {word} {number}",
}
_WORDS = ("Girasole", "Levante", "Betulla", "Quadrifoglio", "Meridiana", "Arcolaio", "Bussola",
          "Tramontana", "Ginestra", "Lanterna", "Scirocco", "Mongolfiera", "Orizzonte",
          "Filigrana", "Melagrana", "Solstizio", "Libertà", "Più Insieme", "Virtù")  # fmt: skip

HOSTILE_NAME = 'Cooperativa sociale "D\'Oltralpe & Figli" <b>di prova</b> n. 1'

SERVICES = Weighted({"accoglienza": 92, "presa_in_carico": 84, "orientamento": 80, "scouting": 70,
                     "tutoring_tirocinio": 66, "inserimento_lavorativo": 60, "coaching": 42,
                     "formazione": 46, "mantenimento": 40, "incrocio": 30,
                     "servizi_integrativi": 18})  # fmt: skip
GROUPS = {"motoria": 0.62, "intellettiva": 0.58, "psichica": 0.55, "udito": 0.34, "vista": 0.3,
          "spettro_autistico": 0.32, "plurima": 0.2}  # fmt: skip
ACCESS = {"ingresso_senza_gradini": 0.74, "ascensore": 0.5, "bagno_accessibile": 0.66,
          "parcheggio_riservato": 0.42, "percorso_tattile": 0.09, "interprete_lis": 0.12,
          "linguaggio_facile": 0.22, "mezzi_pubblici": 0.6}  # fmt: skip
LANGUAGES = {"it": 1.0, "en": 0.5, "fr": 0.2, "es": 0.16, "ar": 0.14, "ro": 0.1, "sq": 0.07,
             "uk": 0.06, "zh": 0.04, "lis": 0.13}  # fmt: skip
HOURS = ("lun-ven 9:00-13:00", "lun-ven 9:00-12:30 e 14:00-17:00", "mar e gio 14:00-18:00",
         "su appuntamento", "lun, mer, ven 8:30-12:30",
         "lun-gio 9:00-12:00; ven chiuso")  # fmt: skip


@dataclass(frozen=True)
class Operator:
    """An operator: accreditation number, name, legal form, own domain."""

    code: str
    name: str
    nature: str
    domain: str
    number: int


@dataclass(frozen=True)
class Site:
    """A site of an operator, with what it offers, in the portal's own codes."""

    operator: Operator
    name: str
    address: str
    comune: Comune
    phone: str
    email: str
    services: tuple[str, ...]
    groups: tuple[str, ...]
    access: tuple[str, ...]
    languages: tuple[str, ...]
    hours: str
    updated: date


def draw_sites(territory: Territory, scale: float, seed: int) -> dict[str, list[Site]]:
    """Return every province's sites: at least three each, whatever the scale."""
    wanted = max(3 * len(territory.comuni), round(SITES * scale))
    operators = max(2 * len(territory.comuni), round(OPERATORS * scale))
    sites: dict[str, list[Site]] = {province: [] for province in territory.comuni}
    provinces = tuple(territory.comuni)
    for index in range(wanted):
        number = index + 1 if index < operators else None
        chance = Chance(seed, "sede", index)
        if index < len(provinces) * 3:
            comune = chance.pick(territory.within[provinces[index % len(provinces)]])
        else:
            comune = chance.pick(territory.by_population)
        # a site beyond the first of its operator: a few operators have many
        number = number or 1 + min(chance.below(operators), chance.below(operators))
        site = _site(_operator(number, seed), comune, index, seed)
        sites[comune.provincia].append(site)
    return {
        province: sorted(group, key=lambda site: (site.operator.code, site.name))
        for province, group in sites.items()
    }


def _operator(number: int, seed: int) -> Operator:
    chance = Chance(seed, "operatore", number)
    nature = chance.pick(NATURES)
    name = _NAMES[nature].format(word=chance.one(_WORDS), number=number)
    if number == 1:
        name = HOSTILE_NAME
    return Operator(f"DIM-{number:04d}", name, nature, f"operatore-{number:04d}.example", number)


def _site(operator: Operator, comune: Comune, index: int, seed: int) -> Site:
    chance = Chance(seed, "scheda", index)
    count = chance.between(3, 9)
    services: list[str] = []
    while len(services) < count:
        service = chance.pick(SERVICES)
        if service not in services:
            services.append(service)
    return Site(
        operator,
        f"Sede di {comune.nome} {index + 1}",
        f"{chance.one(STREETS)} {chance.between(1, 180)}",
        comune,
        f"555 {index + 1:07d}",
        f"sede{index + 1}@{operator.domain}",
        tuple(code for code in SERVICES.values if code in services),
        tuple(code for code, likely in GROUPS.items() if chance.happens(likely)),
        tuple(code for code, likely in ACCESS.items() if chance.happens(likely)),
        tuple(code for code, likely in LANGUAGES.items() if chance.happens(likely)),
        chance.one(HOURS),
        LATEST_UPDATE - timedelta(days=chance.below(400)),
    )
