"""The suppliers' monitoring returns, invented: one plain file, a row a figure.

What a measure's returns would hold stands in `datasets/<slug>/dimostrazione.toml`, beside its
contract, by the data set that they fill; a measure without that file has no invented figures.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from etl.contracts import DATASETS
from etl.demo.chance import Chance
from etl.demo.territory import Territory
from etl.demo.truth import Progress

HEADER = ("misura", "codice_provincia", "periodo", "categoria", "grandezza", "quantita", "codice")
Row = tuple[str, str, str, str, str, str, str]


def write_returns(path: Path, territory: Territory, seed: int, tell: Progress) -> int:
    """Write the returns of every measure to one CSV file; return how many rows it has."""
    rows = list(returns(territory, seed))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    tell("monitoraggio", len(rows), len(rows))
    return len(rows)


def returns(territory: Territory, seed: int, folder: Path = DATASETS) -> Iterator[Row]:
    """Yield the invented rows, measure by measure; the same seed gives the same rows.

    `territori` is «province», each with its share of the people, or «regione», or the list of
    province codes. `categorie` are (code, weight). Each of `valori` has either `media` (the whole
    region's mean in the first period) and `crescita`, or `parte_di` another one, between `da` and
    `a`, moved by `deriva` each period; or is drawn from `una_di`; or is `fisso`, with a `passo`
    each period; or is the `prodotto` of others. What is no number is a code drawn from `codici`,
    or the day that is `giorno` plus up to `entro` days; `manca` is how often nobody sends it. A
    data set of unlike categories has a list of plans.
    """
    for path in sorted(folder.glob("*/dimostrazione.toml")):
        plans = tomllib.loads(path.read_text(encoding="utf-8"))
        for slug in sorted(plans):
            several = plans[slug] if isinstance(plans[slug], list) else [plans[slug]]
            for plan in several:
                yield from _of_data_set(slug, plan, territory, seed)


def _of_data_set(
    slug: str, plan: Mapping[str, Any], territory: Territory, seed: int
) -> Iterator[Row]:
    categories = plan.get("categorie", {"": 1})
    if isinstance(categories, list):
        categories = dict.fromkeys(categories, 1.0)
    for place, weight in _places(plan.get("territori", "province"), territory).items():
        for category, part in categories.items():
            habits = Chance(seed, "monitoraggio", slug, place, category)
            own = {name: habits.share(0.85, 1.15) for name in plan["valori"]}
            for age, period in enumerate(plan["periodi"]):
                chance = Chance(seed, "monitoraggio", slug, place, period, category)
                values: dict[str, float] = {}
                for name, rule in plan["valori"].items():
                    if "codici" in rule or "giorno" in rule:
                        # the same in every period: it tells of one thing, or of one event
                        code = _code(rule, Chance(seed, slug, place, category, name))
                        if code:
                            yield slug, place, period, category, name, "", code
                        continue
                    values[name] = _value(rule, values, chance, own[name], weight * part, age)
                    amount = _written(values[name], rule)
                    yield slug, place, period, category, name, amount, ""


def _code(rule: Mapping[str, Any], chance: Chance) -> str:
    if chance.happens(rule.get("manca", 0)):
        return ""
    if "codici" in rule:
        return str(chance.one(rule["codici"]))
    days = timedelta(chance.between(0, rule["entro"]))
    return str(date.fromisoformat(rule["giorno"]) + days)


def _places(which: str | list[str], territory: Territory) -> dict[str, float]:
    if which == "regione":
        return {"": 1.0}
    if isinstance(which, list):
        return dict.fromkeys(which, 1 / len(which))
    people = {
        code: sum(comune.popolazione for comune in group)
        for code, group in territory.comuni.items()
    }
    return {code: count / sum(people.values()) for code, count in people.items()}


def _value(
    rule: Mapping[str, Any],
    values: Mapping[str, float],
    chance: Chance,
    habit: float,
    weight: float,
    age: int,
) -> float:
    if "fisso" in rule:
        return float(rule["fisso"]) + age * float(rule.get("passo", 0))
    if "una_di" in rule:
        return float(chance.one(rule["una_di"]))
    if "parte_di" in rule:
        part = chance.share(rule["da"], rule["a"]) + age * rule.get("deriva", 0.0)
        value = values[rule["parte_di"]] * min(max(part, 0.0), rule.get("al_piu", 1.0))
        return value if rule.get("decimali") else float(int(value))
    if "prodotto" in rule:
        return math.prod(values[name] for name in rule["prodotto"])
    mean = float(rule["media"] * (1 + rule.get("crescita", 0.0)) ** age)
    share = 1.0 if rule.get("non_ripartito") else weight
    return max(float(rule.get("minimo", 0)), mean * share * habit * chance.share(0.94, 1.06))


def _written(value: float, rule: Mapping[str, Any]) -> str:
    digits = rule.get("decimali", 0)
    return f"{value:.{digits}f}" if digits else str(round(value))
