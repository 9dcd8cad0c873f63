"""From doti to outcomes that can be counted: who entered when, followed for how long (F1–F6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

LAG_MONTHS = 2
FOLLOWED_MONTHS = 18
POOLED_YEARS = 3
# A source reaches back to a period if it has entries in as many of its first months.
_FIRST_MONTHS = 6
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
    """Whole calendar years of entry, `first` and `last` included."""

    first: int
    last: int

    @property
    def code(self) -> str:
        """The period as ISO months: 2021-01/2023-12."""
        return f"{self.first}-01/{self.last}-12"

    @property
    def years(self) -> list[Period]:
        """Each of its years as a period of its own."""
        return [Period(year, year) for year in range(self.first, self.last + 1)]


def pooled_periods(day: date, since: date | None) -> list[Period]:
    """Return the three-year periods whose people were all followed to the end, the latest first.

    Returns also arrive late: two months are left for them. The periods before the latest one end
    where the next begins, and reach back as far as a source with entries from `since` on does:
    two that overlapped would give away what happened in less than three years (decision 042).
    """
    reached = day.year * 12 + day.month - 1 + (1 if (day + pd.Timedelta(days=1)).day == 1 else 0)
    last = (reached - FOLLOWED_MONTHS - LAG_MONTHS) // 12 - 1
    found = [Period(last - POOLED_YEARS + 1, last)]
    while since is not None:
        end = found[-1].first - 1
        earlier = Period(end - POOLED_YEARS + 1, end)
        if since >= date(earlier.first, 1 + _FIRST_MONTHS, 1):
            break
        found.append(earlier)
    return found


def entries_since(doti: pd.DataFrame) -> date | None:
    """Return the day of the first service that is known, if any."""
    first = doti["data_primo_servizio"].min()
    return None if pd.isna(first) else pd.Timestamp(first).date()


def cohort(doti: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the doti that entered (first service) in the period, with their outcomes.

    Adds, as 0, 1 or missing where the question does not arise or nobody answered: one column an
    indicator's code. Whoever withdrew is in: they entered. A dote without a first service is out.
    """
    start = doti["data_primo_servizio"]
    rows: pd.DataFrame = doti[start.dt.year.between(period.first, period.last)].copy()
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
