"""Exact tables are published once a period, and no second version tells who has changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.contracts import load_contract
from etl.protect.periods import published_before

SLUG = "scoperture-province"
CONTRACT = load_contract(SLUG)
OWN = {SLUG: CONTRACT}


def derived(day: str, latest: int = 10, figure: int = 12) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(
        {
            "codice_provincia": ["016"],
            "imprese": [10],
            "scoperture": [figure],
            "data_riferimento": pd.to_datetime([day]),
            "_imprese": [10],
            "_recenti": [latest],
        }
    )
    return {SLUG: frame}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    row = dict.fromkeys(CONTRACT.names, pd.NA) | {
        "codice_provincia": "016",
        "scoperture": 12,
        "data_riferimento": date(2025, 12, 31).isoformat(),
    }
    (tmp_path / SLUG).mkdir()
    pd.DataFrame([row])[CONTRACT.names].to_parquet(tmp_path / SLUG / f"{SLUG}.parquet")
    return tmp_path


def test_a_late_statement_does_not_change_what_a_period_has_published(released: Path) -> None:
    tables = published_before(OWN, derived("2025-12-31", figure=14), released, 0.9)
    assert tables is not None
    assert list(tables[SLUG]["scoperture"]) == [12]


@pytest.mark.parametrize(("latest", "stands"), [(1, True), (8, True), (9, False), (10, False)])
def test_a_new_period_waits_until_most_employers_speak_of_it(
    released: Path, latest: int, stands: bool
) -> None:
    tables = published_before(OWN, derived("2026-12-31", latest), released, 0.9)
    assert (tables is not None) == stands


def test_where_nothing_was_released_tables_are_made(tmp_path: Path) -> None:
    assert published_before(OWN, derived("2025-12-31"), None, 0.9) is None
    assert published_before(OWN, derived("2025-12-31"), tmp_path, 0.9) is None


def test_where_the_contract_asks_other_columns_tables_are_made_anew(released: Path) -> None:
    path = released / SLUG / f"{SLUG}.parquet"
    pd.read_parquet(path).drop(columns="scoperture").to_parquet(path)
    assert published_before(OWN, derived("2025-12-31"), released, 0.9) is None


@pytest.mark.parametrize(
    ("day", "stands"), [("2026-02-28", True), ("2026-02-01", True), ("2026-03-31", False)]
)
def test_what_matching_says_is_published_once_a_month(
    tmp_path: Path, day: str, stands: bool
) -> None:
    slug = "incrocio-flussi"
    contract = load_contract(slug)
    row = dict.fromkeys(contract.names, pd.NA) | {"data_riferimento": "2026-02-28"}
    (tmp_path / slug).mkdir()
    pd.DataFrame([row])[contract.names].to_parquet(tmp_path / slug / f"{slug}.parquet")
    frame = pd.DataFrame({"data_riferimento": pd.to_datetime([day])})
    found = published_before({slug: contract}, {slug: frame}, tmp_path, 0.9)
    assert (found is not None) == stands
