"""Perturbed tables as files: what the method never gives is found, and so are two values."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.audit.perturbed import check_perturbed
from etl.config import load_config
from etl.contracts import load_contract

LIMITS = load_config().riservatezza
CONTRACTS = [load_contract("iscritti-profili"), load_contract("iscritti-comuni")]


def write(folder: Path, slug: str, *rows: tuple[str, str, int | None, str]) -> None:
    frame = pd.DataFrame(
        [
            {
                "livello_territorio": "provincia",
                "codice_territorio": place,
                "codice_provincia": place,
                "gruppo_disabilita": group,
                "classe_eta": "totale",
                "sesso": "totale",
                "iscritti": value,
                "iscritti_stato": state,
            }
            for place, group, value, state in rows
        ]
    ).astype({"iscritti": "Int64"})
    (folder / slug).mkdir()
    frame.to_parquet(folder / slug / f"{slug}.parquet", index=False)


@pytest.mark.parametrize(
    ("detailed", "fine", "found"),
    [
        (("015", "vista", 40, "pubblicato"), ("015", "vista", 40, "pubblicato"), {}),
        (("015", "vista", 7, "pubblicato"), ("015", "vista", None, "riservato"), {}),
        (("015", "vista", 0, "pubblicato"), ("015", "udito", 12, "pubblicato"), {}),
        (("015", "vista", 3, "pubblicato"), ("015", "udito", 12, "pubblicato"), {"small": 1}),
        (("015", "vista", 7, "pubblicato"), ("015", "udito", 7, "pubblicato"), {"small": 1}),
        (("015", "vista", 40, "riservato"), ("015", "udito", 12, "pubblicato"), {"written": 1}),
        (("015", "vista", 40, "pubblicato"), ("015", "vista", 41, "pubblicato"), {"unlike": 1}),
    ],
)
def test_what_the_method_never_gives_is_found(
    tmp_path: Path,
    detailed: tuple[str, str, int | None, str],
    fine: tuple[str, str, int | None, str],
    found: dict[str, int],
) -> None:
    write(tmp_path, "iscritti-profili", detailed)
    write(tmp_path, "iscritti-comuni", fine)
    report = check_perturbed(tmp_path, CONTRACTS, LIMITS)
    assert report.tables == 2
    assert report.passed is not bool(found)
    wrong = {name: count for name, count in report.public().items() if count and name in WRONG}
    assert wrong == found


WRONG = ("small", "written", "unlike")
