"""What an hour of each service costs, and which services enter the panel of effective ones."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import own_returns
from etl.indicators.estimates import byar
from etl.indicators.resources import (
    PanelRule,
    hourly_cost,
    panel_faults,
    staff_hour,
    updated_cost,
    with_flat_rate,
)

# A mean of fewer operators would tell each of them the others' costs.
FEWEST_OPERATORS = 3


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per service and year, from what each operator reports.

    In the returns the category is the service and the operator's number in its province
    («formazione/3»); territories are the provinces that they name. Costs are missing where fewer
    than three operators report; `_operatori` and `_resto` are restricted.
    """
    contract = load_contract("costi-standard")
    reported = _reported(inputs, contract.slug)
    if reported.empty:
        columns = [*(n for n in contract.names if not n.endswith("_stato")), "_operatori", "_resto"]
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
    prices = {
        str(period): float(group.iloc[0])
        for period, group in reported.groupby("periodo", sort=True)["indice_prezzi"]
    }
    latest = list(prices.values())[-1]
    rows = [
        _service(str(service), str(period), group, prices[str(period)], latest)
        for (service, period), group in reported.groupby(["servizio", "periodo"], sort=True)
    ]
    table = pd.DataFrame(rows)
    counted = ["operatori_considerati", "operatori_esclusi", "ore_validate", "_operatori", "_resto"]
    counted += ["territori_servizio"]
    counted += ["persone_servizio", "persone_risposte", "persone_migliorate"]
    return table.astype(dict.fromkeys(counted, "Int64"))


def _reported(inputs: Inputs, slug: str) -> pd.DataFrame:
    wide = own_returns(inputs.received, slug)
    if wide.empty:
        return wide
    wide = wide.dropna(subset=["ore", "costo"])
    wide["servizio"] = wide["categoria"].str.split("/").str[0]
    return wide[wide["ore"] > 0]


def _service(
    service: str, period: str, group: pd.DataFrame, price: float, latest: float
) -> dict[str, object]:
    cost = hourly_cost([float(v) for v in group["costo"]], [float(v) for v in group["ore"]])
    enough = len(group) >= FEWEST_OPERATORS
    people, answers, better = (
        int(group[name].sum()) for name in ("persone", "risposte", "migliorati")
    )
    given = set(group["codice_provincia"]) - {""}
    # a ratio of few people's outcomes would speak of them
    observed = _ratio(group, "occupati", "attesi") if people >= PanelRule().people else None
    low = (
        byar(float(group["occupati"].sum()), float(group["attesi"].sum()))[0] if observed else None
    )
    improved = better / answers if answers else None
    faults = panel_faults(people, low, improved, cost.variation, len(given))
    year = _ratio(group, "costo_personale", "unita_personale")
    hour = None if year is None or not enough else staff_hour(year)
    left = [gap for gap in (people - answers, answers - better) if gap > 0]
    return {
        "servizio": service,
        "periodo": period,
        "operatori_considerati": cost.operators,
        "operatori_esclusi": cost.excluded,
        "ore_validate": int(group["ore"].sum()),
        "costo_orario": round(cost.weighted, 2) if enough else None,
        "costo_orario_medio": round(cost.mean, 2) if enough else None,
        "costo_orario_mediano": round(cost.median, 2) if enough else None,
        "variazione_costo": round(cost.variation, 3) if enough and cost.variation else None,
        "costo_orario_aggiornato": (
            round(updated_cost(cost.weighted, latest, price), 2) if enough else None
        ),
        "costo_ora_personale": None if hour is None else round(hour, 2),
        "costo_ora_forfettario": None if hour is None else round(with_flat_rate(hour), 2),
        "territori_servizio": len(given),
        "persone_servizio": people,
        "persone_risposte": answers,
        "persone_migliorate": better,
        "rapporto_esiti": None if observed is None else round(observed, 2),
        "nel_panel": not faults,
        "motivi_panel": faults,
        "sintetico": bool(group["sintetico"].any()),
        "_operatori": len(group),
        "_resto": min(left, default=0),
    }


def _ratio(group: pd.DataFrame, above: str, below: str) -> float | None:
    """Return the ratio of two sums over the rows that give both; None where none does."""
    both = (
        group.dropna(subset=[above, below]) if {above, below} <= set(group.columns) else group[:0]
    )
    whole = float(both[below].sum()) if len(both) else 0.0
    return float(both[above].sum()) / whole if whole else None
