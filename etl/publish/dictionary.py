"""What a data set says of itself in words: facts and fields, for sheets, text files and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from etl.config import Config
from etl.contracts import Contract, ContractField, vocabulary
from etl.publish.edition import LICENCE_NAME, LICENCE_URL, Edition

HEADER = ("campo", "titolo", "descrizione", "tipo", "unità", "obbligatorio", "chiave", "codici")
TYPES = {
    "testo": "testo",
    "intero": "numero intero",
    "decimale": "numero decimale",
    "data": "data (AAAA-MM-GG)",
    "logico": "vero o falso",
    "elenco": "elenco di codici",
}
_SPECIAL = re.compile(r"[\\.+*?()\[\]{}|^$]")
_COUNTED = {
    "persone": "persone",
    "imprese": "datori di lavoro",
    "denaro": "somme di denaro",
    "nulla": "né persone né datori di lavoro",
}


def facts(config: Config, edition: Edition) -> list[tuple[str, str]]:
    """Return what a reader must know of the data set: (what, text) pairs."""
    first, last = edition.period
    portal = config.portale
    rows = [
        ("Insieme di dati", edition.contract.titolo.it),
        ("Descrizione", edition.description),
        ("Versione", f"{edition.version} del {edition.day.isoformat()}"),
        ("Periodo", f"dal {first.isoformat()} al {last.isoformat()}"),
        ("Aggiornamento", edition.contract.frequenza),
        ("Righe", str(len(edition.table))),
        ("Titolare", f"{portal.titolare.nome} (codice IPA {portal.titolare.codice_ipa})"),
        ("Contatto", portal.titolare.email),
        ("Licenza", f"{LICENCE_NAME} (CC BY 4.0), {LICENCE_URL}"),
        ("Pagina", edition.page(config)),
        ("Dati dimostrativi", "sì" if edition.synthetic else "no"),
        ("Riservatezza", disclosure(config, edition.contract)),
    ]
    return [(what, text) for what, text in rows if text]


def disclosure(config: Config, contract: Contract) -> str:
    """Return how the data set's figures are protected, in one line."""
    policy = contract.riservatezza
    text = f"Il dato conta {_COUNTED[policy.conta]}. {policy.motivo.it}"
    if policy.metodo == "perturbazione":
        text += f" {perturbation_error(config)}"
    return text


def perturbation_error(config: Config) -> str:
    """Return how far a perturbed count may be from the true one, as people read it."""
    settings = config.riservatezza.perturbazione
    spread = f"{settings.deviazione_standard:.1f}".replace(".", ",")
    return (
        "Valore protetto: può differire di pochi casi da quello vero (deviazione standard "
        f"{spread}; mai più di {settings.massimo}). I valori da 1 a {settings.piccoli} non "
        "compaiono mai, e uno zero può voler dire pochi."
    )


def any_of(codes: Iterable[str]) -> str:
    """Return a regular expression for one of the codes, as XML Schema and Python read it."""
    return "|".join(_SPECIAL.sub(r"\\\g<0>", code) for code in codes)


def fields(contract: Contract) -> list[tuple[str, ...]]:
    """Return the dictionary, a row a field, in the columns of `HEADER`."""
    return [_row(contract, field) for field in contract.campi]


def _row(contract: Contract, field: ContractField) -> tuple[str, ...]:
    definition = field.definizione
    codes = vocabulary(definition.vocabolario) if definition.vocabolario else {}
    return (
        field.name,
        definition.titolo.it,
        definition.descrizione.it,
        TYPES[definition.tipo],
        definition.unita or "",
        "sì" if field.obbligatorio else "no",
        "sì" if field.name in contract.chiave else "no",
        "; ".join(f"{code} = {label.it}" for code, label in codes.items()),
    )
