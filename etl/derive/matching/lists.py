"""The explained lists for who follows people: suggestions, with every reason, never decisions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from etl.config import Recipient
from etl.derive.matching.encode import Int
from etl.derive.matching.explanation import Explanation, explain, kilometres
from etl.derive.matching.region import RegionMatching
from etl.derive.matching.scoring import COMPONENTS

MOST_VACANCIES = 5
"""Vacancies listed for one person: the one suggested, then those that fit best."""

WARNING = (
    "Sono suggerimenti per chi decide, non decisioni. Nessuno va avviato o escluso soltanto perché "
    "compare, o non compare, in questo elenco (regolamento UE 2016/679, articolo 22). Ciò che non "
    "è in elenco si può proporre lo stesso. Contiene dati sulla salute: non inoltrare."
)
NOTHING = "Con le regole di oggi nessuna offerta è possibile per questa persona."

HEADER = (
    "id_persona",
    "suggerimento",
    "id_posto",
    "professione",
    "comune",
    "provincia_residenza",
    "provincia_posto",
    "posti",
    "distanza",
    "punteggio",
    "motivi_a_favore",
    "motivi_contro",
    "requisiti_scritti",
)


@dataclass(frozen=True)
class ExplainedList:
    """One recipient's list: people, and rows of `HEADER` (a dictionary a row)."""

    recipient: str
    people: int
    rows: list[dict[str, Any]]

    def as_csv(self) -> str:
        """Return the list as a table for spreadsheets (semicolons, UTF-8 with its mark)."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, HEADER, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({name: _safe(value) for name, value in row.items()} for row in self.rows)
        return "\ufeff" + buffer.getvalue()

    def as_json(self) -> str:
        """Return the list with its warning, for programs."""
        body = {"avvertenza": WARNING, "destinatario": self.recipient, "righe": self.rows}
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def explained_lists(
    matching: RegionMatching, recipients: list[Recipient]
) -> Iterator[ExplainedList]:
    """Yield each recipient's list: an office's residents, or the people whom an operator follows.

    For each person the vacancy that the regime in force suggests («sì»), then those that fit best
    («alternativa»), each with the reasons for and against. The order says nothing about people:
    it is that of their codes.
    """
    for recipient in recipients:
        people = _people_of(matching, recipient)
        order = sorted(people.tolist(), key=lambda one: matching.supply.ids[one])
        rows = [row for one in order for row in _rows(matching, one)]
        yield ExplainedList(recipient.name, len(order), rows)


def _people_of(matching: RegionMatching, recipient: Recipient) -> Int:
    of = matching.market
    if recipient.ufficio is not None:
        if recipient.ufficio not in of.places.provinces:
            return np.zeros(0, dtype=np.int64)
        province = of.places.provinces.index(recipient.ufficio)
        return np.flatnonzero(of.places.province[of.people.place] == province)
    operators = matching.supply.operators
    if recipient.operatore not in operators:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(of.people.operator == operators.index(str(recipient.operatore)))


def _rows(matching: RegionMatching, person: int) -> Iterator[dict[str, Any]]:
    of = matching.market
    suggested = int(matching.chosen.edge[person])
    first, after = int(of.graph.start[person]), int(of.graph.start[person + 1])
    edges = sorted(
        range(first, after), key=lambda edge: (edge != suggested, -int(of.score[edge]), edge)
    )
    home = of.places.provinces[of.places.province[of.people.place[person]]]
    base = dict.fromkeys(HEADER, "") | {
        "id_persona": matching.supply.ids[person],
        "provincia_residenza": home,
    }
    if not edges:
        yield base | {"suggerimento": "nessuno", "motivi_contro": NOTHING}
    for edge in edges[:MOST_VACANCIES]:
        lot = int(of.graph.lot[edge])
        row = matching.demand.rows.iloc[lot]
        why = explain(of.places, of.people, person, of.lots, lot, matching.rules)
        yield base | {
            "suggerimento": "sì" if edge == suggested else "alternativa",
            "id_posto": str(row["id_posto"]),
            "professione": str(row["professione"]),
            "comune": str(row["comune"]),
            "provincia_posto": of.places.provinces[of.places.province[of.lots.place[lot]]],
            "posti": int(of.lots.posts[lot]),
            "distanza": kilometres(why.distance),
            "punteggio": why.score,
            "motivi_a_favore": _reasons(why, full=True),
            "motivi_contro": _reasons(why, full=False),
            "requisiti_scritti": _text(row["capacita_controindicazioni"]),
        }


def _reasons(why: Explanation, full: bool) -> str:
    """Return the reasons that give every point (or, not `full`, those that take some away)."""
    assert len(why.points) == len(COMPONENTS)
    return "; ".join(
        f"{reason} ({given // 100} su {most // 100})"
        for _, given, most, reason in why.points
        if most and (given == most) == full
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _safe(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
