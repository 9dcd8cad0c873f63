"""The matching alone: read the sources, match, prove, protect the summary, publish nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from etl.config import Config
from etl.contracts import load_contracts
from etl.derive.datasets import Inputs, derive
from etl.derive.matching.distance import metres
from etl.derive.matching.region import RegionMatching
from etl.pipeline import secret
from etl.problems import ReleaseRefusedError
from etl.protect import protect_tables
from etl.receive import receive

PREFIX = "incrocio-"


@dataclass(frozen=True)
class Outcome:
    """The regime that was run, the protected tables by slug, and where the pairs were written."""

    regime: str
    tables: dict[str, pd.DataFrame]
    folder: Path


def match_only(
    config: Config, build: Path, regime: str | None, report: Callable[[str], None]
) -> Outcome:
    """Return the protected figures of the region's matching; write only in `build/riservato`.

    `abbinamenti.csv` (who is suggested which vacancy) and `prova.json` (what proves it) go to
    `build/riservato/incrocio/`, readable by their owner alone. A small region may hide more here
    than in a release. Raises InputRefusedError, or ReleaseRefusedError without profiles or proof.
    """
    if regime is not None:
        chosen = config.incrocio.model_copy(update={"regime": regime})
        config = config.model_copy(update={"incrocio": chosen})
    limits = config.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})
    config = config.model_copy(update={"riservatezza": limits})
    folder = build / "riservato" / "incrocio"
    _reuse(build / "riservato" / "ricevuti", folder / "lavoro" / "riservato" / "ricevuti")
    inputs = Inputs(config, receive(config, folder / "lavoro", progress=report), secret(config))
    report("Incrociare…")
    matching = inputs.matching
    if matching is None:
        raise ReleaseRefusedError(
            "L’incrocio non si può fare: nessun ufficio ha mandato i profili degli iscritti. "
            "Aggiungere in portale.toml le fonti con il contratto «iscritti»."
        )
    contracts = {one.slug: one for one in load_contracts() if one.slug.startswith(PREFIX)}
    derived = {slug: derive(inputs, contract) for slug, contract in contracts.items()}
    tables = protect_tables(config, contracts, derived, secret=inputs.secret).tables
    _write(folder / "abbinamenti.csv", _pairs(matching).to_csv(index=False))
    _write(folder / "prova.json", json.dumps(_proof(matching), ensure_ascii=False, indent=1) + "\n")
    return Outcome(config.incrocio.regime, tables, folder)


def _reuse(kept: Path, here: Path) -> None:
    """Let what the build read before serve again: unchanged sources are not read twice."""
    if kept.is_dir() and not here.exists():
        here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(kept, here, copy_function=os.link)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _pairs(matching: RegionMatching) -> pd.DataFrame:
    of = matching.market
    people = np.flatnonzero(matching.chosen.edge >= 0)
    edges = matching.chosen.edge[people]
    lots = of.graph.lot[edges]
    points = of.places.points
    homes, sites = points[of.people.place[people]], points[of.lots.place[lots]]
    return pd.DataFrame(
        {
            "id_persona": [matching.supply.ids[one] for one in people],
            "id_posto": matching.demand.rows["id_posto"].to_numpy()[lots],
            "punteggio": of.score[edges],
            "distanza_m": [
                int(metres(home, site)) for home, site in zip(homes, sites, strict=True)
            ],
        }
    ).sort_values("id_persona", ignore_index=True)


def _proof(matching: RegionMatching) -> dict[str, object]:
    """Return what was proven of the regime in force: each aim, and the total that it reaches."""
    one = matching.chosen
    if one.settled is None:
        return {"regime": one.regime, "coppie_che_si_preferirebbero": 0}
    pairs = one.edge[one.edge >= 0]
    return {
        "regime": one.regime,
        "scopi": [
            {"scopo": step.aim, "raggiunto": int(step.weight[pairs].astype(np.int64).sum())}
            for step in one.settled.steps
        ],
        "limite_dimostrato_uguale": True,
    }
