"""The law tools: the quota calculator, the art. 14 agreement, and the rules that both run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from etl.config import Config
from etl.site.language import MONTHS, collation_key, long_date, number
from etl.site.page import Asset, Page
from etl.site.released import Released

Entry = dict[str, Any]

UNKNOWN = "da verificare"
# The region whose notices and agreement are among the law's numbers.
REGION = "03"

# For whom a category of workers is left out of the base.
SCOPES = {"E": "per le due quote", "D": "per l’articolo 3", "C": "per l’articolo 18"}
# The law's numbers by subject, each with the beginnings of their names.
SUBJECTS = (
    ("La quota e la base di computo", ("quota_", "base_", "forza_", "categorie_")),
    ("Le altre categorie protette", ("art18_",)),
    ("Scadenze", ("prospetto_", "richiesta_")),
    ("Sospensione e gradualità", ("sospensione_", "gradualita_")),
    ("Esonero parziale e contributo", ("esonero_", "contributo_", "festivita_", "maggiorazione_")),
    ("Convenzioni degli articoli 12 e 12-bis", ("convenzione12",)),
    ("Incentivi dell’articolo 13", ("incentivo_",)),
    ("Dote Impresa", ("dote_",)),
    ("Sanzioni", ("sanzione_",)),
)
AGREEMENT = (("La convenzione dell’articolo 14", ("art14_",)),)


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the quota calculator and the page of the art. 14 agreement."""
    law = Law(released.tools.parameters, released.date)
    shared = {
        "uffici": offices(config, released),
        "legge": law,
        "altra_regione": config.portale.codice_regione != REGION,
    }
    yield Page(
        path="strumenti/quota/index.html",
        template="strumenti_quota",
        title="Calcola la quota di riserva",
        description=(
            "Quante persone con disabilità deve assumere un’azienda, quanti posti mancano, "
            "entro quando, con quali aiuti. Il calcolo resta nel browser."
        ),
        context={
            **shared,
            "province": released.provinces,
            "altre_province": _elsewhere(released),
            "soglie": _thresholds(law),
            "soglie18": _thresholds_18(law),
            "escluse": [row["descrizione"] for row in law.value("categorie_escluse") or []],
            "numeri": _by_subject(released.tools.parameters, SUBJECTS),
        },
    )
    yield Page(
        path="strumenti/articolo-14/index.html",
        template="strumenti_articolo14",
        title="La convenzione dell’articolo 14",
        description=(
            "Chi può lavorare in cooperativa sociale con una convenzione dell’articolo 14, "
            "e quanti posti della quota copre un’azienda con le sue commesse."
        ),
        context={
            **shared,
            "criteri": released.tools.parameters["art14_criteri"]["valori"][-1],
            "numeri": _by_subject(released.tools.parameters, AGREEMENT),
        },
    )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield the rules compiled for the browser."""
    yield Asset("strumenti/quota.mjs", source=released.tools.module)


class Law:
    """The law's numbers on one day."""

    def __init__(self, parameters: dict[str, Any], day: date) -> None:
        self._parameters = parameters
        self.day = day

    def value(self, name: str) -> Any:
        """Return the number in force, or None where it is not known."""
        on = self.day.isoformat()
        for entry in self._parameters[name]["valori"]:
            if (entry["dal"] or "") <= on <= (entry["al"] or on):
                return entry["valore"]
        return None

    def text(self, name: str) -> str:
        """Return the number as a page writes it, with its unit."""
        return _written(self.value(name), self._parameters[name]["unita"])


def _thresholds(law: Law) -> list[tuple[str, str]]:
    """Return each range of the base of computation and what it asks (art. 3 c. 1)."""
    one, two, share = (
        law.value(f"quota_soglia_{name}") for name in ("una_unita", "due_unita", "percentuale")
    )
    return [
        (_below(one), "nessun obbligo"),
        (_from_to(one, two), _posts(law.value("quota_unita_fascia_c"))),
        (_from_to(two, share), _posts(law.value("quota_unita_fascia_b"))),
        (_over(share), f"{law.text('quota_percentuale')} della base"),
    ]


def _thresholds_18(law: Law) -> list[tuple[str, str]]:
    """Return each range of the base and what it asks for the other protected categories."""
    one, share = (law.value(f"art18_soglia_{name}") for name in ("una_unita", "percentuale"))
    return [
        (_below(one), "nessun obbligo"),
        (_from_to(one, share), _posts(law.value("art18_unita"))),
        (_over(share), f"{law.text('art18_percentuale')} della base"),
    ]


def _below(bound: int | None) -> str:
    return UNKNOWN if bound is None else f"fino a {bound - 1}"


def _from_to(start: int | None, end: int | None) -> str:
    return UNKNOWN if start is None or end is None else f"da {start} a {end - 1}"


def _over(bound: int | None) -> str:
    return UNKNOWN if bound is None else f"oltre {bound - 1}"


def _posts(value: int | None) -> str:
    return UNKNOWN if value is None else "1 posto" if value == 1 else f"{value} posti"


def _by_subject(
    parameters: dict[str, Any], subjects: Iterable[tuple[str, tuple[str, ...]]]
) -> list[tuple[str, list[Entry]]]:
    """Return the law's numbers by subject, every value in time with its source."""
    return [
        (
            subject,
            [
                {
                    **entry,
                    "titolo": history["titolo"],
                    "testo": _written(entry["valore"], history["unita"]),
                }
                for name, history in parameters.items()
                if name.startswith(beginnings)
                for entry in history["valori"]
            ],
        )
        for subject, beginnings in subjects
    ]


def _written(value: Any, unit: str) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, str):
        return SCOPES.get(value, value)
    if unit == "euro":
        return f"{number(value // 100)},{value % 100:02d} €"
    if unit == "per cento":
        return f"{value}%"
    if unit == "mese":
        return MONTHS[value - 1]
    if unit.startswith("1 = "):
        return "sì" if value else "no"
    return f"{number(value)} {_singular(unit) if value == 1 else unit}"


def _listed(values: list[Any]) -> str:
    if all(isinstance(item, int) for item in values):
        return ", ".join(long_date(f"0000-{item // 100}-{item % 100}")[:-5] for item in values)
    return f"{len(values)} voci"


def _singular(unit: str) -> str:
    return {"posti": "posto", "persone": "persona", "giorni": "giorno", "anni": "anno"}.get(
        unit, unit
    )


def _elsewhere(released: Released) -> list[dict[str, str]]:
    others = [item for item in released.tools.provinces if item["codice"] not in released.by_code]
    return sorted(others, key=lambda item: collation_key(item["nome"]))


def offices(config: Config, released: Released) -> list[dict[str, Any]]:
    """Return each province's office, as the source of its catalogue names it."""
    known = {
        source.provincia: source
        for source in config.fonti
        if source.provincia and source.contratto == "catalogo-operatori"
    }
    return [
        {
            "codice": province.code,
            "provincia": province.name,
            "nome": known[province.code].fornitore if province.code in known else None,
            "pagina": known[province.code].pagina_ufficiale if province.code in known else None,
        }
        for province in released.provinces
    ]
