"""How well the data are described: the EU's metadata quality score, shown with its method."""

from __future__ import annotations

import json
from collections.abc import Iterator

from etl.config import Config
from etl.publish.metadata_quality import EXCELLENT
from etl.site.page import Asset, Page
from etl.site.released import Released


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the page of the score: total, by dimension and metric, by data set."""
    path = released.zone / "portale" / "dati" / "qualita-metadati.json"
    score = json.loads(path.read_text(encoding="utf-8"))
    yield Page(
        path="qualita/metadati/index.html",
        template="qualita_metadati",
        title="Qualità dei metadati",
        description="Il punteggio dei metadati con il metodo del portale europeo dei dati.",
        trail=(("qualita/", "Qualità"),),
        context={
            **{name: score[name] for name in ("punti", "massimo", "giudizio", "metodo")},
            "dimensioni": score["dimensioni"],
            "misure": score["misure"],
            "insiemi": [
                (slug, released.datasets[slug].contract.titolo.it, points)
                for slug, points in score["insiemi"].items()
            ],
            "ottimo": EXCELLENT,
        },
    )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield nothing: the score's file is the catalogue's."""
    yield from ()
