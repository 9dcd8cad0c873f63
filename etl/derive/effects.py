"""Outcomes of groups of doti, indicator by indicator: as they are, and for like people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from etl.derive.outcomes.cohorts import (
    INDICATORS,
    LAG_MONTHS,
    Indicator,
    Period,
    cohort,
)
from etl.derive.outcomes.comparison import WEAK_UNDER, compare
from etl.derive.paths import CHARACTERISTICS
from etl.indicators.estimates import wilson
from etl.indicators.outcomes import median_tenure

NOT_COMPARABLE = "non_confrontabile"
LEAST_EXPECTED = 5.0
ADJUSTED = [
    "attesi", "rapporto", "tasso_aggiustato", "tasso_aggiustato_min", "tasso_aggiustato_max",
    "tasso_stimato", "tasso_stimato_min", "tasso_stimato_max",
]  # fmt: skip
RAW = ["tasso", "tasso_min", "tasso_max"]


def outcomes(
    rows: pd.DataFrame, group: list[str], minimum: int, day: date, periods: Sequence[Period]
) -> pd.DataFrame:
    """Return one row a group, period and indicator; each period is compared by itself.

    Columns: `group`, periodo_ingresso, indicatore_esito, persone_osservate, con_esito, the rates,
    segnale, affidabilita, tasso_regione, sovradispersione, durata_mediana, variazione_beneficio,
    and what the protection needs: `_persone`, `_con`, `_senza`. `rows` are doti (`paths.doti`).
    """
    tables = [_in_period(rows, group, minimum, day, period) for period in periods]
    return pd.concat(tables, ignore_index=True)


def _in_period(
    rows: pd.DataFrame, group: list[str], minimum: int, day: date, period: Period
) -> pd.DataFrame:
    people = cohort(rows, period)
    people["_chi"] = pd.Series(
        [" ".join(map(str, key)) for key in people[group].itertuples(index=False)],
        index=people.index,
        dtype="str",
    )
    known = people[people[group].notna().all(axis=1)].drop_duplicates("_chi")
    keys = known.set_index("_chi")[group]
    tables = [_one(people, keys, indicator, minimum, day) for indicator in INDICATORS]
    table = pd.concat(tables, ignore_index=True)
    table["periodo_ingresso"] = period.code
    return _hide_together(table).merge(
        keys.reset_index(), on="_chi", how="inner", validate="many_to_one"
    )


def _one(
    people: pd.DataFrame, keys: pd.DataFrame, indicator: Indicator, minimum: int, day: date
) -> pd.DataFrame:
    code = indicator.code
    asked = people[people[code].notna()]
    flags = asked[code].astype("float64")
    counts = flags.groupby(asked["_chi"], sort=True).agg(["size", "sum"])
    counts = counts[counts.index.isin(keys.index)]
    rate = float(flags.mean()) if len(flags) else float("nan")
    table = pd.DataFrame(
        {
            "_chi": pd.Series(counts.index, dtype="str"),
            "indicatore_esito": code,
            "persone_osservate": counts["size"].to_numpy("int64"),
            "con_esito": counts["sum"].to_numpy("int64"),
            "tasso_regione": rate,
            "sovradispersione": pd.Series(pd.NA, index=range(len(counts)), dtype="Float64"),
        }
    )
    raw = [
        (hits / size, *wilson(int(hits), int(size)))
        for size, hits in zip(table["persone_osservate"], table["con_esito"], strict=True)
    ]
    table[RAW] = pd.DataFrame(raw, columns=RAW, index=table.index, dtype="float64").round(4)
    table[ADJUSTED] = float("nan")
    table["segnale"] = pd.Series(NOT_COMPARABLE, index=table.index, dtype="str")
    weak = table["persone_osservate"] < WEAK_UNDER
    table["affidabilita"] = weak.map({True: "debole", False: "piena"}).astype("str")
    if indicator.compared and len(table):
        _adjust(table, asked, code, minimum)
    table["_persone"] = table["persone_osservate"]
    table["_con"] = table["con_esito"]
    table["_senza"] = table["persone_osservate"] - table["con_esito"]
    table["durata_mediana"] = _stays(table, asked, day, minimum, code)
    table["variazione_beneficio"] = _gains(table, asked, code)
    return table


def _adjust(table: pd.DataFrame, asked: pd.DataFrame, code: str, minimum: int) -> None:
    result = compare(asked, "_chi", code, CHARACTERISTICS, minimum)
    own = result.table.reindex(table["_chi"])
    for name in ADJUSTED:
        # finer figures could be traced to who the people are
        table[name] = own[name].round(1 if name == "attesi" else 3).to_numpy()
    rest = table["persone_osservate"] - table["attesi"]
    # with so little to expect either way, chance alone covers any difference
    few = ~((table["attesi"] >= LEAST_EXPECTED) & (rest >= LEAST_EXPECTED))
    signals = pd.Series(own["segnale"].to_numpy(), index=table.index, dtype="str")
    table["segnale"] = signals.fillna(NOT_COMPARABLE).where(~few, NOT_COMPARABLE)
    table["sovradispersione"] = result.sigma


def _stays(
    table: pd.DataFrame, asked: pd.DataFrame, day: date, minimum: int, code: str
) -> pd.Series:
    empty = pd.Series(pd.NA, index=table.index, dtype="Int64")
    if code != "contratto_stabile" or not len(asked):
        return empty
    seen = pd.Timestamp(day) - pd.DateOffset(months=LAG_MONTHS)
    ended = asked["data_cessazione"].notna() & (asked["data_cessazione"] <= seen)
    days = (asked["data_cessazione"].where(ended, seen) - asked["data_avviamento"]).dt.days
    found = {
        str(who): median_tenure(days[part].clip(lower=0).tolist(), ended[part].tolist())
        for who, part in asked.groupby("_chi", sort=True).groups.items()
        if len(part) >= minimum
    }
    return table["_chi"].map(found).astype("Float64").astype("Int64")


def _gains(table: pd.DataFrame, asked: pd.DataFrame, code: str) -> pd.Series:
    if code != "beneficio_percepito":
        return pd.Series(pd.NA, index=table.index, dtype="Float64")
    gain = (asked["beneficio_uscita"] - asked["beneficio_ingresso"]).astype("float64")
    means = gain.groupby(asked["_chi"], sort=True).mean().round(2)
    return table["_chi"].map(means).astype("Float64")


def _hide_together(table: pd.DataFrame) -> pd.DataFrame:
    """Make the rows about who found work as small as the row from which their number is known.

    How many people a row on contracts observes is how many started within 180 days.
    """
    first = table[table["indicatore_esito"] == "avvio_180_giorni"].set_index("_chi")
    for name in ("_persone", "_con", "_senza"):
        about = table["indicatore_esito"].isin(["contratto_stabile", "mantenimento_12_mesi"])
        other = table["_chi"].map(first[name])
        least = pd.concat([table[name].astype("Float64"), other.astype("Float64")], axis=1)
        table[name] = table[name].astype("Float64").where(~about, least.min(axis=1)).astype("Int64")
    answers = table[table["indicatore_esito"] == "risposta_questionario"].set_index("_chi")
    about = table["indicatore_esito"] == "beneficio_percepito"
    for name in ("_con", "_senza"):
        other = table["_chi"].map(answers[name]).astype("Int64")
        table[name] = table[name].where(~about, pd.concat([table[name], other], axis=1).min(axis=1))
    return table
