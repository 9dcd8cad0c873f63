"""«Cerca lavoro»: the page on which a person's choices meet vacancies, inside the browser alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from etl.config import Config
from etl.contracts import vocabulary
from etl.site.assets import THEME
from etl.site.page import Asset, Page
from etl.site.released import Released
from etl.site.tools import offices

FOLDER = "cerca-lavoro/"
WORKER = f"{FOLDER}servizio.js"
_WORKER_SOURCE = THEME / "servizio.js"

ASKED = (
    f"{FOLDER}index.html",
    f"{FOLDER}incrocio.mjs",
    f"{FOLDER}posti.json",
    "tema/css/cerca-lavoro.css",
    "tema/css/mirato.css",
    "tema/terze/bootstrap-italia.css",
    "tema/terze/font/titillium-400.woff2",
    "tema/terze/font/titillium-600.woff2",
    "tema/terze/font/titillium-700.woff2",
    "tema/img/mirato.svg",
    "tema/js/cerca-lavoro.js",
    "tema/js/cerca-memoria.js",
    "tema/js/cerca-modulo.js",
    "tema/js/cerca-risultati.js",
    "tema/js/elementi.js",
    "tema/js/pagine.js",
    "tema/js/parole.js",
)
"""Every file that the page asks for: what it needs to work without a network."""

# What each part of the score is called, to the person.
_PARTS = {
    "professione": "il lavoro",
    "capacita": "le capacità",
    "vicinanza": "la vicinanza",
    "orario": "l’orario",
    "sostegno": "l’aiuto sul lavoro",
    "preferenza": "l’ordine delle tue scelte",
    "formazione": "gli studi",
}
# Hours a week that the form offers below a full week.
SHORT_WEEKS = (30, 25, 20, 15, 10)


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the page."""
    conditions = {code: text.it for code, text in vocabulary("condizioni_lavoro").items()}
    yield Page(
        path=f"{FOLDER}index.html",
        template="cerca_lavoro",
        title="Cerca lavoro",
        description=(
            "Scegli che lavoro cerchi, da dove parti e di che cosa hai bisogno: vedi i posti e gli "
            "operatori adatti, con i motivi. Le tue scelte restano nel browser."
        ),
        context={
            "uffici": offices(config, released),
            "notte": conditions.pop("turni_notturni"),
            "condizioni": conditions,
            "aree": {code: text.it for code, text in vocabulary("funzione_limitata").items()},
            "titoli": {code: text.it for code, text in vocabulary("titolo_studio").items()},
            "gruppi": {code: text.it for code, text in vocabulary("gruppi_disabilita").items()},
            "accessi": {code: text.it for code, text in vocabulary("accessibilita").items()},
            "orari": SHORT_WEEKS,
            "viaggio": config.incrocio.viaggio,
            "pesi": sorted(
                (
                    (_PARTS[name], value)
                    for name, value in config.incrocio.pesi.model_dump().items()
                ),
                key=lambda part: -part[1],
            ),
        },
    )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield the rules compiled for the browser and the vacancies that they search."""
    yield Asset(f"{FOLDER}incrocio.mjs", source=released.tools.matching)
    yield Asset(f"{FOLDER}posti.json", source=released.tools.vacancies)


def write_worker(output: Path) -> None:
    """Write the service worker that keeps the page for when there is no network.

    Its bytes change when any file that the page asks for does: browsers then take all of them
    anew, together. Raises FileNotFoundError where one lacks.
    """
    digest = hashlib.sha256()
    for name in ASKED:
        digest.update(name.encode())
        digest.update((output / name).read_bytes())
    names = ["./" if name == f"{FOLDER}index.html" else f"../{name}" for name in ASKED]
    names = [name.replace(f"../{FOLDER}", "") for name in names]
    text = _WORKER_SOURCE.read_text(encoding="utf-8")
    text = text.replace("__VERSIONE__", digest.hexdigest()[:16])
    text = text.replace("__FILE__", json.dumps(names))
    (output / WORKER).write_text(text, encoding="utf-8", newline="\n")
