"""A page that shows withheld values says what «riservato», zero and «non rilevato» mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHOWN_STATE = re.compile(
    r'class="riservato">(?:riservato|non rilevato)<|<code>\w+_stato</code></th>|>riservato</td>'
)
LEGEND = re.compile(r'<dl class="legenda-stati">.*?</dl>', re.DOTALL)


def pages(site: Path) -> list[Path]:
    # English pages show no figure's state
    return [
        path for path in sorted(site.rglob("*.html")) if path.relative_to(site).parts[0] != "en"
    ]


def test_every_page_that_shows_a_state_explains_the_three(site: Path) -> None:
    showing = [page for page in pages(site) if SHOWN_STATE.search(page.read_text("utf-8"))]
    assert len(showing) > 5
    lacking = [
        page.relative_to(site).as_posix()
        for page in showing
        if not LEGEND.search(page.read_text("utf-8"))
    ]
    assert lacking == []


@pytest.mark.parametrize("slug", ["iscritti-profili", "scoperture-province"])
def test_the_legend_says_what_zero_means_there(site: Path, slug: str) -> None:
    text = (site / "dati" / slug / "index.html").read_text("utf-8")
    found = LEGEND.search(text)
    assert found
    legend = found[0]
    for word in ("Riservato", "0 (zero)", "Non rilevato"):
        assert word in legend
    assert ("poche persone: il valore è protetto" in legend) == (slug == "iscritti-profili")
    assert ("può differire di pochi casi" in text) == (slug == "iscritti-profili")


def test_the_page_on_disclosure_states_the_parameters_and_the_limits(site: Path) -> None:
    text = (site / "qualita" / "riservatezza" / "index.html").read_text("utf-8")
    for said in ("deviazione standard è 1,7", "da 1 a 4", "più del 70 per cento", "sotto il 15"):
        assert said in text, said
    assert "Che cosa resta possibile" in text
