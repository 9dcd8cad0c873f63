"""A stranger with every table of one release, and each company that reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from etl.config import load_config
from etl.protect import protect_tables
from tests.attack import sources
from tests.attack.releases import CONTRACTS, SECRET, SLUGS, Month, derive_month, publish_month
from tests.attack.stranger import Figure, attack, read_pages

LIMITS = load_config().riservatezza
WIDTHS = {
    "imprese": LIMITS.soglia_imprese,
    "quota_riserva": LIMITS.soglia_persone,
    "scoperture": LIMITS.soglia_persone,
    "scoperture_con_segno": LIMITS.soglia_persone,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonti") / "demo"
    sources.write_demo(folder)
    return folder


@pytest.fixture(scope="module")
def released(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("rilascio")
    config = sources.small_region(demo, ("prospetti", "consensi"))
    derived = derive_month(config, folder / "build")
    tables = protect_tables(config, CONTRACTS, derived, secret=SECRET).tables
    publish_month(tables, folder / "dati")
    return Month(folder / "dati", derived)


@pytest.fixture(scope="module")
def naive(released: Month, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The same tables by somebody who hides the small rows, and nothing to protect them."""
    data = tmp_path_factory.mktemp("ingenuo") / "dati"
    tables = {}
    for slug, frame in released.derived.items():
        small = is_small(frame)
        columns = {
            name: frame[name].where(~small) for name in CONTRACTS[slug].riservatezza.valori
        } | {
            f"{name}_stato": small.map({True: "riservato", False: "pubblicato"}).astype("str")
            for name in CONTRACTS[slug].riservatezza.valori
        }
        tables[slug] = frame.assign(**columns)
    publish_month(tables, data)
    return Month(data, released.derived)


def is_small(frame: pd.DataFrame) -> pd.Series:
    """Return the rows that speak of few companies or people, or of every company alike."""
    few = frame["_imprese"].between(1, LIMITS.soglia_imprese - 1)
    people = frame["_persone"].between(1, LIMITS.soglia_persone - 1)
    owing = frame["_coperti"] + frame["_scoperti"] > 0
    alike = owing & ((frame["_coperti"] == 0) | (frame["_scoperti"] == 0))
    return (few | people | alike).astype("bool")


def small_figures(month: Month) -> dict[Figure, float]:
    """Return every figure that must not be known, and the width that its interval must keep."""
    found = {}
    for slug, frame in month.derived.items():
        policy = CONTRACTS[slug].riservatezza
        for row in frame[is_small(frame)].to_dict("records"):
            codes = tuple((name, str(row[name])) for name in sorted(policy.dimensioni))
            found |= {(column, codes): float(WIDTHS[column]) for column in policy.valori}
    return found


def hidden_figures(month: Month) -> dict[Figure, float]:
    return {
        name: float(WIDTHS[name[0]])
        for page in read_pages(month.data)
        for name, value in page.figures.items()
        if value is None
    }


def test_the_region_has_its_traps(demo: Path, released: Month) -> None:
    planted = json.loads((demo / "verita.json").read_text(encoding="utf-8"))["seminati"]
    for trap in ("persona_unica", "quota_coperta_da_uno", "unica_nel_settore_e_comune"):
        assert {where["provincia"] for where in planted[trap]["dove"]} == set(sources.PROVINCES)
    assert len(read_pages(released.data)) == len(SLUGS)
    fine = released.derived["scoperture-territoriali"]
    alone = fine[fine["_imprese"] == 1]
    assert set(alone["codice_provincia"]) == set(sources.PROVINCES)
    assert len(hidden_figures(released)) < len(released.parts())


def test_what_a_naive_protection_hides_is_found(naive: Month) -> None:
    small = small_figures(naive)
    narrow = attack(read_pages(naive.data)).narrow(small)
    exact = {name: low for name, (low, high) in narrow.items() if high - low < 0.5}
    truth = naive.parts()
    assert len(exact) > 20
    assert all(round(low) == truth[name].total() for name, low in exact.items())


def test_no_small_figure_is_shown(released: Month) -> None:
    assert set(small_figures(released)) <= set(hidden_figures(released))


def test_no_hidden_figure_is_found_nor_known_too_closely(released: Month) -> None:
    assert attack(read_pages(released.data)).narrow(hidden_figures(released)) == {}


def own_figures(month: Month, company: str) -> tuple[dict[Figure, tuple[float, float]], set]:
    """Return what a company knows of hidden figures, and those that are its own alone."""
    hidden = hidden_figures(month)
    known: dict[Figure, tuple[float, float]] = {}
    own = set()
    for name, parts in month.parts().items():
        if name not in hidden or company not in parts:
            continue
        least = -float("inf") if name[0].endswith("con_segno") else float(parts[company])
        known[name] = (least, float("inf"))
        if len(parts) == 1:
            own.add(name)
            known[name] = (float(parts[company]), float(parts[company]))
    return known, own


def lonely(month: Month) -> list[str]:
    """Return the companies that are the only one of some row."""
    return sorted({next(iter(parts)) for parts in month.parts().values() if len(parts) == 1})


def test_no_company_finds_another_out(released: Month) -> None:
    reader = attack(read_pages(released.data))
    small = small_figures(released)
    companies = lonely(released)
    assert len(companies) > 10
    for company in companies:
        known, own = own_figures(released, company)
        others = {name: width for name, width in small.items() if name not in own}
        assert reader.knowing(known).narrow(others) == {}


def test_a_company_finds_others_out_where_only_small_rows_are_hidden(naive: Month) -> None:
    reader = attack(read_pages(naive.data))
    small = small_figures(naive)
    plain = set(reader.narrow(small))

    def finds(company: str) -> bool:
        known, own = own_figures(naive, company)
        others = {name: width for name, width in small.items() if name not in own | plain}
        return bool(reader.knowing(known).narrow(others))

    assert any(finds(company) for company in lonely(naive))
