"""From doti to outcomes that can be counted: who entered when, followed for how long (F1–F6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

LAG_MONTHS = 2
PERIOD_MONTHS = 36
PROMPT_DAYS = 180
STABLE = ("indeterminato", "determinato_12_mesi")


@dataclass(frozen=True)
class Indicator:
    """An outcome: its code, and whether it is compared among operators or only shown.

    `beyond` is how many months after entering it can be known.
    """

    code: str
    compared: bool
    beyond: int


INDICATORS = (
    Indicator("occupati_6_mesi", True, 6),
    Indicator("occupati_12_mesi", True, 12),
    Indicator("avvio_180_giorni", True, 6),
    Indicator("contratto_stabile", True, 6),
    Indicator("mantenimento_12_mesi", True, 18),
    Indicator("beneficio_percepito", False, 12),
    Indicator("risposta_questionario", False, 12),
)


@dataclass(frozen=True)
class Period:
    """Months of entry, first and last included, pooled into one period; `code` says which."""

    first: date
    last: date

    @property
    def code(self) -> str:
        """The period as ISO months: 2021-07/2024-06."""
        return f"{self.first:%Y-%m}/{self.last:%Y-%m}"


def complete_period(day: date, beyond: int = 18, months: int = PERIOD_MONTHS) -> Period:
    """Return the latest half-years whose people have all been followed for `beyond` months.

    Returns also arrive late: two months are left for them. Whole half-years only, so that a
    release does not differ from the one before by a month's few people.
    """
    reached = day.year * 12 + day.month - 1 + (1 if (day + pd.Timedelta(days=1)).day == 1 else 0)
    known = reached - beyond - LAG_MONTHS  # the first month that is not complete
    end = known - known % 6
    first = end - months
    last = pd.Timestamp(year=(end - 1) // 12, month=(end - 1) % 12 + 1, day=1)
    return Period(date(first // 12, first % 12 + 1, 1), (last + pd.offsets.MonthEnd(0)).date())


def cohort(doti: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the doti that entered (first service) in the period, with their outcomes.

    Adds, as 0, 1 or missing where the question does not arise or nobody answered: one column an
    indicator's code. Whoever withdrew is in: they entered. A dote without a first service is out.
    """
    start = doti["data_primo_servizio"]
    inside = start.between(pd.Timestamp(period.first), pd.Timestamp(period.last))
    rows = doti[inside].copy()
    wait = (rows["data_avviamento"] - rows["data_primo_servizio"]).dt.days
    hired = wait.between(0, PROMPT_DAYS)
    stable = rows["tipo_contratto_avviamento"].isin(STABLE)
    answered = rows["beneficio_ingresso"].notna() & rows["beneficio_uscita"].notna()
    better = rows["beneficio_uscita"] > rows["beneficio_ingresso"]
    return rows.assign(
        occupati_6_mesi=_flag(rows["occupato_6_mesi"]),
        occupati_12_mesi=_flag(rows["occupato_12_mesi"]),
        avvio_180_giorni=hired.astype("Float64"),
        contratto_stabile=stable.astype("Float64").where(hired),
        mantenimento_12_mesi=_flag(rows["occupato_12_mesi_da_avviamento"]).where(hired),
        beneficio_percepito=better.astype("Float64").where(answered),
        risposta_questionario=answered.astype("Float64"),
    )


def _flag(column: pd.Series) -> pd.Series:
    return column.map({"S": 1.0, "N": 0.0}).astype("Float64")


def activation_days(doti: pd.DataFrame) -> pd.Series:
    """Return the days from the dote's assignment to the first service (F5), missing before it."""
    return (doti["data_primo_servizio"] - doti["data_assegnazione"]).dt.days.astype("Int64")
