"""A small release, invented from the contracts themselves: whatever they promise is published.

Every free text is harmful in turn: a formula, markup, quotes and separators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import Any

import pandas as pd
from shapely.geometry import box

from etl.config import Config
from etl.contracts import Contract, ContractField, load_contracts, vocabulary
from etl.protect import ReleasableZone, Release
from etl.protect.tabular import shape
from etl.protect.zone import swap
from etl.publish import place, publish

DAY = date(2025, 12, 31)
BASE = "https://mirato.example/prova"
FORMULA = '=HYPERLINK("http://male.example";"clicca")'
MARKUP = "</script><img src=x onerror=alert(1)>"
HARMFUL = (FORMULA, MARKUP, "Coop. «È così», S.r.l.", "a|b;c", "@oggi")
PROVINCES = {"015": ("Milano", "MI"), "016": ("Bergamo", "BG"), "097": ("Lecco", "LC")}
CONTRACTS = {contract.slug: contract for contract in load_contracts()}
SLUGS = tuple(CONTRACTS)
ROWS = {"operatori": 4, "sedi-operatori": 8, "posti-disponibili": 30}
OTHERS = 12
Change = Callable[[dict[str, pd.DataFrame]], None]


def config(base: str = BASE) -> Config:
    """Return a portal of three provinces."""
    return Config.model_validate(
        {
            "portale": {
                "nome": "Mirato",
                "regione": "Lombardia",
                "codice_regione": "03",
                "province": list(PROVINCES),
                "url_base": base,
                "anno_geografia": 2023,
                "titolare": {
                    "nome": "Regione Lombardia (portale dimostrativo)",
                    "codice_ipa": "r_lombar",
                    "email": "opendata@mirato.example",
                    "sito": "https://mirato.example",
                },
            },
            "riservatezza": {
                "soglia_persone": 5,
                "soglia_persone_dettaglio": 10,
                "soglia_imprese": 3,
                "minimo_tassi": 20,
                "quota_massima_nascosta": 0.3,
            },
            "fonti": [
                {
                    "id": "prospetti",
                    "fornitore": "Sistema informativo regionale",
                    "contratto": "prospetti",
                    "formato": "pid-xml",
                    "frequenza": "annuale",
                    "percorso": "build/demo/prospetti",
                    "sintetica": True,
                }
            ],
        }
    )


def release(
    change: Change | None = None, day: date = DAY, only: Collection[str] = SLUGS
) -> Release:
    """Return the release; `change` may alter its tables before they are shaped."""
    comuni, province = _territory()
    contracts = {slug: contract for slug, contract in CONTRACTS.items() if slug in only}
    frames = {slug: _table(contract, comuni) for slug, contract in contracts.items()}
    if change:
        change(frames)
    return Release(
        date=day,
        synthetic=True,
        contracts=contracts,
        tables={slug: shape(contracts[slug], frame) for slug, frame in frames.items()},
        expectations=[],
        quality={"fonti": []},
        comuni=comuni,
        province=province,
    )


def with_contracts(original: Release, contracts: Mapping[str, Any]) -> Release:
    """Return the release with some contracts, and their tables' columns, replaced."""
    every = {**original.contracts, **contracts}
    tables = {
        slug: original.tables[slug].reindex(columns=every[slug].names) for slug in original.tables
    }
    return replace(original, contracts=every, tables=tables)


def write_zone(folder: Path, given: Release | None = None, base: str = BASE, **more: Any) -> Path:
    """Publish the release under `folder`; return the releasable zone."""
    zone = ReleasableZone(folder)
    publish(config(base), given or release(), zone, **more)
    swap([(zone.folder, zone.current)])
    return zone.current


def write_site(folder: Path, given: Release | None = None, base: str = BASE, **more: Any) -> Path:
    """Publish the release and put its files where a site serves them; return that folder."""
    zone = write_zone(folder, given, base, **more)
    site = folder / "sito"
    site.mkdir()
    place(zone, site)
    return site


def _territory() -> tuple[pd.DataFrame, pd.DataFrame]:
    comuni, province = [], []
    for position, (code, (name, sigla)) in enumerate(PROVINCES.items()):
        west = 9.0 + 0.4 * position
        province.append(
            {
                "codice_provincia": code,
                "provincia": name,
                "sigla": sigla,
                "slug": name.lower(),
                "popolazione": 1000 + position,
                "geometry": box(west, 45.2, west + 0.4, 45.8),
            }
        )
        for number in (1, 2):
            comuni.append(
                {
                    "codice_comune": f"{code}00{number}",
                    "comune": name if number == 1 else f"{name} d’Adda",
                    "codice_provincia": code,
                    "provincia": name,
                    "sigla": sigla,
                    "lat": round(45.3 + 0.1 * number, 4),
                    "lon": round(west + 0.1, 4),
                    "popolazione": 500 * number,
                }
            )
    return pd.DataFrame(comuni), pd.DataFrame(province)


def _table(contract: Contract, comuni: pd.DataFrame) -> pd.DataFrame:
    count, places = ROWS.get(contract.slug, OTHERS), comuni.to_dict("records")
    fields = {field.name: field for field in contract.campi}
    keys = list(islice(product(*(_keys(fields[name], count) for name in contract.chiave)), count))
    rows = []
    for number, key in enumerate(keys):
        known = dict(zip(contract.chiave, key, strict=True))
        home = places[number % len(places)]
        if "codice_provincia" in known:
            home = next(p for p in places if p["codice_provincia"] == known["codice_provincia"])
        row: dict[str, Any] = {name: home[name] for name in home if name in fields} | known
        for name, field in fields.items():
            row.setdefault(name, _value(contract, field, number))
        for name in contract.riservatezza.valori:
            hidden = number % 5 == 4 and name not in contract.chiave
            row[f"{name}_stato"] = "riservato" if hidden else "pubblicato"
            for other in [name, *contract.riservatezza.insieme.get(name, [])] if hidden else []:
                row[other] = None
        rows.append(row)
    return pd.DataFrame(rows)


def _keys(field: ContractField, count: int) -> list[Any]:
    definition = field.definizione
    if field.name == "codice_provincia":
        return list(PROVINCES)
    if definition.vocabolario:
        return list(vocabulary(definition.vocabolario))
    if definition.tipo == "testo" and not definition.formato:
        return [f"{field.name}-{number}" for number in range(count)]
    return [_plain(field, number) for number in range(count)]


def _value(contract: Contract, field: ContractField, number: int) -> Any:
    definition = field.definizione
    if field.name == "sintetico":
        return contract.slug != "cifre-pubblicate"
    if field.name == "id_operatore":
        return _plain(field, number % ROWS["operatori"])
    if definition.tipo == "elenco":
        codes = list(vocabulary(definition.vocabolario)) if definition.vocabolario else ["015"]
        return codes[: number % 3 + int(field.obbligatorio)]
    if not field.obbligatorio and number % 7 == 6:
        return None
    if definition.vocabolario:
        codes = list(vocabulary(definition.vocabolario))
        return codes[number % len(codes)]
    return _plain(field, number)


def _plain(field: ContractField, number: int) -> Any:
    definition = field.definizione
    low = definition.minimo or 0
    high = definition.massimo if definition.massimo is not None else low + 1000
    match definition.tipo:
        case "intero":
            return int(low + number % (high - low + 1))
        case "decimale":
            return min(low + number + 0.25, high)
        case "data":
            return f"2025-{1 + number % 12:02}-15"
        case "logico":
            return number % 2 == 0
    if definition.formato:
        return sample(definition.formato, number)
    return HARMFUL[number % len(HARMFUL)][: definition.lunghezza_massima]


def sample(pattern: str, number: int) -> str:
    """Return a text that the pattern accepts; different numbers give different texts.

    Digits of the number fill the classes from the right, as in a counter.
    """
    counter = [number]

    def parts(nodes: Any) -> str:
        return "".join(reversed([part(node) for node in reversed(list(nodes))]))

    def part(node: Any) -> str:
        kind, value = str(node[0]), node[1]
        match kind:
            case "LITERAL":
                return chr(value)
            case "ANY" | "NOT_LITERAL" | "CATEGORY":
                return "x"
            case "IN":
                choices = characters(value)
                counter[0], place = divmod(counter[0], len(choices))
                return choices[place]
            case "MAX_REPEAT":
                least, most, inner = value
                times = max(least, min(most, 4))
                return "".join(reversed([parts(inner) for _ in range(times)]))
            case "SUBPATTERN":
                return parts(value[-1])
            case "BRANCH":
                return parts(value[1][0])
        raise ValueError(f"{kind} in {pattern}")

    def characters(choices: Any) -> str:
        if str(choices[0][0]) == "NEGATE":
            return "x"
        found = ""
        for kind, value in choices:
            match str(kind):
                case "RANGE":
                    found += "".join(map(chr, range(value[0], value[1] + 1)))
                case "LITERAL":
                    found += chr(value)
                case _:
                    found += "x"
        return found

    text = parts(re._parser.parse(pattern))  # type: ignore[attr-defined]
    if not re.fullmatch(pattern, text):
        raise ValueError(f"«{text}» non segue {pattern}")
    return text
