"""What was received, accepted and refused, in counts that anyone may read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from slugify import slugify

from etl.contracts import load_supplier_contract
from etl.derive.datasets import Inputs
from etl.derive.quota.differences import counts


def quality_report(inputs: Inputs) -> dict[str, Any]:
    """Return counts by source and kind of problem; no value, row or file name of a supplier.

    Sources of people's profiles are left out: how many people a file holds is itself a figure to
    protect. `differenze_prospetti` counts, by kind and figure, the statements whose declared
    figures are not those that the law gives on their own data.
    """
    config, received = inputs.config, inputs.received
    restricted = {
        source.contratto
        for source in config.fonti
        if source.formato != "pid-xml" and load_supplier_contract(source.contratto).riservato
    }
    sources = []
    for source in sorted(config.fonti, key=lambda item: (item.fornitore, item.id)):
        if source.contratto in restricted:
            continue
        snapshots = [item for item in received.snapshots if item.id == source.id]
        kinds = Counter(
            (problem.code, problem.severity.value, problem.responsible.value)
            for problem in received.problems
            if problem.source == source.id
        )
        sources.append(
            {
                "id": source.id,
                "fornitore": source.fornitore,
                "fornitore_slug": slugify(source.fornitore),
                "contratto": source.contratto,
                "sintetica": source.sintetica,
                "frequenza": source.frequenza,
                "letti": sum(item.rows_read for item in snapshots),
                "accettati": sum(item.rows_accepted for item in snapshots),
                "rifiutati": sum(item.rows_quarantined for item in snapshots),
                "problemi": [
                    {
                        "codice": code,
                        "gravita": severity,
                        "responsabile": responsible,
                        "conteggio": count,
                    }
                    for (code, severity, responsible), count in sorted(kinds.items())
                ],
            }
        )
    differences = [
        {
            "tipo": str(row["tipo"]),
            "cifra": str(row["cifra"]),
            "conteggio": int(row["prospetti"]),
        }
        for row in counts(inputs.quota.differenze).to_dict("records")
    ]
    return {"fonti": sources, "differenze_prospetti": differences}
