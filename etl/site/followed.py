"""What the operators' pages say of activity, specialisation and outcomes: figures, then words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from etl.contracts import TOTAL, vocabulary
from etl.site.language import long_date, number
from etl.site.released import Released, Row

MUCH, MORE, LESS = 2.0, 1.25, 0.8
NOT_COMPARED = ("beneficio_percepito", "risposta_questionario")
COMPARED = (
    "occupati_12_mesi",
    "occupati_6_mesi",
    "avvio_180_giorni",
    "contratto_stabile",
    "mantenimento_12_mesi",
)


@dataclass(frozen=True)
class Period:
    """Months of entry, as the data write them: 2021-01/2023-12."""

    code: str

    @property
    def in_words(self) -> str:
        """As people say it: «da gennaio 2021 a dicembre 2023»."""
        first, last = self.code.split("/")
        return f"da {long_date(first)} a {long_date(last)}"

    @property
    def years(self) -> str:
        """Its years: «2021-2023», or «2022» where it is one."""
        first, last = (month[:4] for month in self.code.split("/"))
        return first if first == last else f"{first}-{last}"


@dataclass(frozen=True)
class Followed:
    """The released rows on operators' activity, specialisation and outcomes, by who and where."""

    released: Released

    @cached_property
    def activity(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By operator and province: doti by state, under way, capacity, waiting days, bands."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.released.rows("attivita-operatori"):
            item = found.setdefault(
                (row["id_operatore"], row["codice_provincia"]),
                {
                    "provincia": row["provincia"],
                    "stati": {},
                    "fasce": {},
                    "periodo": Period(row["periodo_ingresso"]).in_words,
                },
            )
            if row["fascia"] == TOTAL:
                item["stati"][row["stato_dote"]] = row["doti"]
            if row["stato_dote"] == TOTAL:
                item["fasce"][row["fascia"]] = row["doti"]
            if row["fascia"] == TOTAL and row["stato_dote"] == TOTAL:
                item["capacita"] = row["capacita"]
                item["attesa"] = row["giorni_attivazione_mediana"]
                item["attesa_lunga"] = row["giorni_attivazione_p90"]
        for item in found.values():
            waiting, going = (item["stati"].get(state) for state in ("assegnata", "in_corso"))
            item["carico"] = (waiting or 0) + (going or 0)
        return found

    @cached_property
    def specialisation(self) -> dict[tuple[str, str], list[Row]]:
        """By operator and territory: one row a kind of disability, in the vocabulary's order."""
        places = {code: place for place, code in enumerate(vocabulary("gruppi_disabilita"))}
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.released.rows("specializzazioni-operatori"):
            if row["gruppo_disabilita"] in places:
                found.setdefault((row["id_operatore"], row["codice_territorio"]), []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: places[row["gruppo_disabilita"]])
        return found

    @cached_property
    def periods(self) -> list[Period]:
        """The periods whose outcomes are shown, the latest first; they never overlap."""
        codes = {str(row["periodo_ingresso"]) for row in self.released.rows("esiti-operatori")}
        return [Period(code) for code in sorted(codes, reverse=True)]

    @cached_property
    def outcomes(self) -> dict[Period, dict[tuple[str, str], dict[str, Row]]]:
        """By period, then operator and province: one row an indicator."""
        found: dict[Period, dict[tuple[str, str], dict[str, Row]]] = {}
        for row in self.released.rows("esiti-operatori"):
            period = found.setdefault(Period(str(row["periodo_ingresso"])), {})
            key = (row["id_operatore"], row["codice_provincia"])
            period.setdefault(key, {})[row["indicatore_esito"]] = row
        return found

    def known_for(self, operator: str, territory: str) -> list[str]:
        """Return the kinds of disability that the operator follows clearly more than others do."""
        return [
            row["gruppo_disabilita"]
            for row in self.specialisation.get((operator, territory), [])
            if (row["quoziente_localizzazione"] or 0) >= MORE and (row["clienti"] or 0) > 0
        ]


def in_words(quotient: float | None) -> str:
    """Return a location quotient as people say it."""
    if quotient is None:
        return "troppo pochi per dirlo"
    if quotient >= MUCH:
        return "molto più che in regione"
    if quotient >= MORE:
        return "più che in regione"
    return "come in regione" if quotient >= LESS else "meno che in regione"


def concentration(rows: Iterable[Row]) -> str:
    """Return in words how concentrated an operator is on few groups (Herfindahl)."""
    for row in rows:
        index = row["herfindahl"]
        if index is None:
            return ""
        if index >= 0.5:
            return "Segue soprattutto un gruppo di persone."
        if index >= 0.25:
            return "Segue più gruppi, con uno o due che prevalgono."
        return "Segue persone con disabilità molto diverse tra loro."
    return ""


def percent(value: float | None) -> str:
    """Return a share as «36%»."""
    return "–" if value is None else f"{number(round(100 * value))}%"


def between(low: float | None, high: float | None) -> str:
    """Return an interval as «tra 31% e 42%»."""
    return "" if low is None or high is None else f"tra {percent(low)} e {percent(high)}"
