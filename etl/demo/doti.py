"""Invented doti of people with operators, whose truth is known: who does better, who does not.

Operators have very unlike clients. A few are truly better or worse for like clients, most are
not; paths accompanied by a network help a little, and are given to who needs more help. The truth
goes into `verita.json`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log
from pathlib import Path

from etl.demo.chance import Chance, Weighted
from etl.demo.companies import REFERENCE
from etl.demo.operators import draw_sites
from etl.demo.territory import Territory
from etl.demo.truth import Progress, Truth

# Doti lavoro – disabilità of 2017 and the metropolitan city's share: Regione Lombardia, 2017.
DOTI_A_YEAR = 10_847
METROPOLITAN, METROPOLITAN_SHARE = "015", 0.47
# Two periods of three years have been followed to their end by the reference day.
FIRST_DAY = date(2018, 1, 1)
EFFECT = 1.1
DIFFERENT_SHARE = 0.04
LEAST_DIFFERENT = 2
NETWORK_EFFECT = 0.25
LAG_DAYS = 60

HEADER = (
    "ID_DOTE", "COD_SOGGETTO", "ID_OPERATORE", "COD_PROVINCIA", "FASCIA", "TIPO_DISABILITA",
    "ANNO_NASCITA", "TITOLO_STUDIO", "DT_ISCRIZIONE_L68", "TIPO_PERCORSO", "STATO",
    "SERVIZI_EROGATI", "DT_ASSEGNAZIONE", "DT_PRIMO_SERVIZIO", "DT_AVVIAMENTO", "TIPO_CONTRATTO",
    "DT_CESSAZIONE", "OCC_6M", "OCC_12M", "OCC_12M_DA_AVV", "BENEFICIO_INGRESSO",
    "BENEFICIO_USCITA",
)  # fmt: skip
GROUPS = {"motoria": 310, "psichica": 215, "intellettiva": 145, "plurima": 175, "udito": 65,
          "vista": 50, "spettro_autistico": 40}  # fmt: skip
_SCHOOLING = Weighted({"licenza_media": 333, "qualifica_professionale": 222, "diploma": 350,
                       "laurea": 95})  # fmt: skip
_CONTRACTS = Weighted({"TI": 30, "TD>=12": 30, "TD<12": 28, "SOMM": 12})
_BAND_LOGIT = {1: 0.9, 2: 0.3, 3: -0.4, 4: -1.1}
_SCHOOLING_LOGIT = {"licenza_media": -0.3, "laurea": 0.35}
_GROUP_LOGIT = {"psichica": -0.3, "intellettiva": -0.2, "spettro_autistico": -0.2, "udito": 0.2}

REPLIES = (
    "Seguiamo soprattutto persone inviate dai servizi di salute mentale: servono più mesi.",
    "Nel 2022 due sedi sono state chiuse per lavori. Le persone sono state seguite a distanza.",
    "La cifra non conta i tirocini che diventano assunzioni dopo dodici mesi: sono molti.",
)
HOSTILE_REPLY = "<script>document.title='mirato-violato'</script> Replica di \"prova\" & altro."


@dataclass(frozen=True)
class _Operator:
    """An operator's planted truth, and how it works."""

    code: str
    size: float
    tilt: float
    effect: float
    focus: str
    wait: int
    answers: float
    network: float
    groups: Weighted[str]
    provinces: tuple[str, ...]


def write_doti(
    folder: Path, territory: Territory, truth: Truth, tell: Progress | None = None
) -> None:
    """Write `doti.csv` and `dichiarazioni-operatori.csv` as their senders would."""
    operators = _operators(territory, truth)
    at = {
        province: [one for one in operators if province in one.provinces]
        for province in territory.comuni
    }
    shares = _shares(territory, at)
    years = (REFERENCE - FIRST_DAY).days / 365.25
    count = round(DOTI_A_YEAR * years * truth.scale)
    choices = {
        province: Weighted({number: one.size for number, one in enumerate(group)})
        for province, group in at.items()
        if group
    }
    rows, load = (
        [],
        dict.fromkeys(((one.code, province) for one in operators for province in one.provinces), 0),
    )
    for index in range(count):
        chance = Chance(truth.seed, "dote", index)
        province = chance.pick(shares)
        operator = at[province][chance.pick(choices[province])]
        row = _dote(chance, operator, province, index)
        load[operator.code, province] += row[10] in ("IN CORSO", "ASSEGNATA")
        rows.append(row)
        if tell is not None and index % 5000 == 0:
            tell("doti", index, count)
    truth.doti = count
    _write(folder / "doti.csv", HEADER, rows)
    _write_declarations(folder / "dichiarazioni-operatori.csv", load, truth)
    if tell is not None:
        tell("doti", count, count)


def _operators(territory: Territory, truth: Truth) -> list[_Operator]:
    where: dict[str, set[str]] = {}
    for province, sites in draw_sites(territory, truth.scale, truth.seed).items():
        for site in sites:
            where.setdefault(site.operator.code, set()).add(province)
    sizes = {code: Chance(truth.seed, "grandezza", code).heavy_tail(10, 400, 0.9) for code in where}
    # those who differ have enough clients for it to be seen: the larger half of the operators
    larger = sorted(sizes, key=lambda code: (-sizes[code], code))[: max(2, len(sizes) // 2)]
    count = max(LEAST_DIFFERENT, round(DIFFERENT_SHARE * len(sizes)))
    chosen = Chance(truth.seed, "diversi").some(sorted(larger), count)
    effects = {code: EFFECT if place % 2 else -EFFECT for place, code in enumerate(chosen)}
    found = []
    for code in sorted(where):
        chance = Chance(truth.seed, "operatore doti", code)
        focus = chance.one(list(GROUPS)) if chance.happens(0.35) else ""
        weights = {
            group: share * (6.0 if group == focus else 1.0) for group, share in GROUPS.items()
        }
        found.append(
            _Operator(
                code=code,
                size=sizes[code],
                tilt=chance.share(-1.2, 1.2),
                effect=effects.get(code, 0.0),
                focus=focus,
                wait=chance.between(6, 45),
                answers=chance.share(0.3, 0.8),
                network=chance.share(0.0, 0.6),
                groups=Weighted(weights),
                provinces=tuple(sorted(where[code])),
            )
        )
        if effects.get(code):
            truth.plant("operatore_diverso", operatore=code, effetto_logit=effects[code],
                        esito="occupati_12_mesi")  # fmt: skip
        if focus:
            truth.plant("operatore_specializzato", operatore=code, gruppo=focus)
    truth.plant("percorso_accompagnato", effetto_logit=NETWORK_EFFECT, esito="occupati_12_mesi")
    return found


def _shares(territory: Territory, at: dict[str, list[_Operator]]) -> Weighted[str]:
    people = {
        code: float(sum(comune.popolazione for comune in comuni))
        for code, comuni in territory.comuni.items()
        if at[code]
    }
    if METROPOLITAN in people and len(people) > 1:
        rest = sum(people.values()) - people[METROPOLITAN]
        people[METROPOLITAN] = rest * METROPOLITAN_SHARE / (1 - METROPOLITAN_SHARE)
    return Weighted(people)


def _dote(chance: Chance, operator: _Operator, province: str, index: int) -> list[str]:
    band = max(1, min(4, round(2.5 + operator.tilt + chance.share(-1.3, 1.3))))
    group = chance.pick(operator.groups)
    assigned = FIRST_DAY + timedelta(days=chance.below((REFERENCE - FIRST_DAY).days + 1))
    born = assigned.year - chance.between(19, 63)
    schooling = chance.pick(_SCHOOLING)
    enrolled = assigned - timedelta(days=chance.heavy_tail(20, 5500, 0.4))
    network = chance.happens(min(0.9, operator.network * (0.6 + 0.2 * band)))
    logit = (
        -0.2
        + _BAND_LOGIT[band]
        + _SCHOOLING_LOGIT.get(schooling, 0.0)
        + _GROUP_LOGIT.get(group, 0.0)
        - (0.6 if assigned.year - born >= 55 else 0.0)
        - (0.4 if (assigned - enrolled).days > 4 * 365 else 0.0)
        + (NETWORK_EFFECT if network else 0.0)
        + operator.effect
    )
    works = chance.happens(1 / (1 + exp(-logit)))
    start = assigned + timedelta(days=int(-operator.wait * log(1 - 0.999 * chance.share(0, 1))))
    row = [
        f"FINTA-D{index:07d}", f"FINTA-P{index:07d}", operator.code, province, str(band), group,
        str(born), schooling, _day(enrolled), "RETE" if network else "INDIVIDUALE",
    ]  # fmt: skip
    services = chance.some(
        ("accoglienza", "presa_in_carico", "orientamento", "scouting", "tutoring_tirocinio",
         "coaching", "formazione", "inserimento_lavorativo"),
        chance.between(2, 6),
    )  # fmt: skip
    if start > REFERENCE:
        return [*row, "ASSEGNATA", "", _day(assigned), *[""] * 9]
    length = chance.between(240, 420)
    running = start + timedelta(days=length) > REFERENCE
    state = "IN CORSO" if running else ("INTERROTTA" if chance.happens(0.09) else "CONCLUSA")
    entry = round(chance.share(1.6, 4.0), 1)
    leaves = min(5.0, max(1.0, round(entry + chance.share(-0.7, 1.3), 1)))
    answered = state == "CONCLUSA" and chance.happens(operator.answers)
    return [
        *row, state, "|".join(services), _day(assigned), _day(start),
        *_work(chance, start, works), _score(entry), _score(leaves) if answered else "",
    ]  # fmt: skip


def _work(chance: Chance, start: date, works: bool) -> list[str]:
    """Return the contract and the three follow-ups; what has not happened yet is empty."""
    hired = works or chance.happens(0.25)
    wait = chance.between(5, 180) if chance.happens(0.82) else chance.between(181, 330)
    begun = start + timedelta(days=wait)
    contract = chance.pick(_CONTRACTS)
    early = hired and wait <= 180 and chance.happens(0.9 if works else 0.5)
    kept = hired and chance.happens(0.85 if works else 0.15)
    ended = begun + timedelta(
        days=chance.between(366, 1400) if works else chance.between(15, max(16, 340 - wait))
    )
    known = REFERENCE - timedelta(days=LAG_DAYS)
    hired = hired and begun <= known
    return [
        _day(begun) if hired else "",
        contract if hired else "",
        _day(ended) if hired and ended <= known and (not works or chance.happens(0.4)) else "",
        _answer(early, start + timedelta(days=183) <= known),
        _answer(works, start + timedelta(days=366) <= known),
        _answer(kept, begun + timedelta(days=366) <= known) if hired else "",
    ]


def _answer(yes: bool, known: bool) -> str:
    return ("S" if yes else "N") if known else ""


def _score(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _write_declarations(path: Path, load: dict[tuple[str, str], int], truth: Truth) -> None:
    rows = []
    replied = 0
    for code, province in sorted(load):
        chance = Chance(truth.seed, "dichiarazione", code, province)
        capacity = round(load[code, province] * chance.share(0.8, 1.8)) + chance.between(1, 6)
        reply = ""
        if chance.happens(0.08) or not replied:
            reply = REPLIES[replied % len(REPLIES)] if replied else HOSTILE_REPLY
            replied += 1
        rows.append([code, province, str(capacity), reply, "15/01/2026"])
    _write(
        path,
        ("Numero albo", "Provincia", "Posti contemporanei", "Replica", "Aggiornato al"),
        rows,
    )


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(buffer.getvalue().encode("cp1252"))
