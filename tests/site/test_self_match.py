"""«Cerca lavoro»: what the page offers without scripts, what it sends, and how heavy it is."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import html

from etl.config import load_config
from etl.contracts import vocabulary
from etl.derive.matching.columns import columns
from etl.site.self_match import ASKED, WORKER, write_worker

PAGE = "cerca-lavoro/index.html"
BUDGET = 250_000
# What a whole region has: Lombardia's comuni and sites, and this many vacancies.
VACANCIES, SITES = 19_000, 1_000


def read(site: Path, page: str) -> html.HtmlElement:
    return html.document_fromstring((site / page).read_text(encoding="utf-8"))


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


def test_without_scripts_the_page_says_what_to_do_instead(site: Path) -> None:
    (notice,) = read(site, PAGE).xpath("//main//noscript")
    assert "ha bisogno di JavaScript" in notice.text_content()
    assert notice.xpath(".//a/@href") == [
        "../scoperture/#per-provincia",
        "../operatori/",
        "#uffici",
    ]
    shown = read(site, PAGE).xpath("//main//form|//main//*[@id='risultati']")
    assert len(shown) == 2
    assert all(part.get("hidden") is not None for part in shown)


def test_the_form_asks_for_every_area_condition_and_feature_of_the_vocabularies(
    site: Path,
) -> None:
    page = read(site, PAGE)
    areas = [name.removeprefix("d-") for name in page.xpath("//select/@name") if name[:2] == "d-"]
    assert areas == list(vocabulary("funzione_limitata"))
    conditions = page.xpath("//input[@name='no']/@value")
    assert ["turni_notturni", *conditions] == list(vocabulary("condizioni_lavoro"))
    assert len(page.xpath("//input[@name='accesso']")) == len(vocabulary("accessibilita"))


def test_the_points_are_those_of_the_configuration(site: Path) -> None:
    (section,) = read(site, PAGE).xpath("//section[@aria-labelledby='come']")
    text = " ".join(section.text_content().split())
    assert "il lavoro 35, le capacità 20, la vicinanza 20, l’aiuto sul lavoro 10" in text


def test_every_field_has_a_label_and_every_group_a_legend(site: Path) -> None:
    page = read(site, PAGE)
    labelled = set(page.xpath("//label/@for"))
    for field in page.xpath("//main//input[not(@type='radio' or @type='checkbox')]|//main//select"):
        assert field.get("id") in labelled, field.attrib
    for field in page.xpath("//main//input[@type='radio' or @type='checkbox']"):
        assert field.getparent().tag == "label", field.attrib
    for group in page.xpath("//main//fieldset"):
        assert group[0].tag == "legend"
    assert page.xpath("//form[@id='cerca']/@autocomplete") == ["off"]


def test_no_choice_can_be_sent(site: Path) -> None:
    (form,) = read(site, PAGE).xpath("//form[@id='cerca']")
    assert form.get("action") is None
    assert form.get("method") is None
    scripts = [path for path in ASKED if path.endswith((".js", ".mjs"))]
    for name in scripts:
        text = (site / name).read_text(encoding="utf-8")
        for word in ("XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "document.cookie"):
            assert word not in text, name
        asks = text.count("fetch(")
        assert asks == (1 if name == "tema/js/cerca-lavoro.js" else 0), name


def test_the_page_is_linked_from_the_menu_and_from_home(site: Path) -> None:
    home = read(site, "index.html")
    assert "./cerca-lavoro/" in home.xpath("//nav[@aria-label='Sezioni']//a/@href")
    assert len([one for one in home.xpath("//main//a/@href") if one == "./cerca-lavoro/"]) >= 2


def test_the_files_for_the_browser_are_those_that_were_released(site: Path, zone: Path) -> None:
    for name in ("incrocio.mjs", "posti.json"):
        sent = (site / "cerca-lavoro" / name).read_bytes()
        assert sent == (zone / "strumenti" / name).read_bytes()


def test_no_id_and_no_address_of_the_data_is_sent(site: Path) -> None:
    sent = (site / "cerca-lavoro" / "posti.json").read_text(encoding="utf-8")
    for word in ("id_posto", "id_sede", "sede-00", "via Esempio", "sede@operatore.example"):
        assert word not in sent


def test_the_worker_changes_with_every_file_that_the_page_asks_for(
    site: Path, tmp_path: Path
) -> None:
    for name in (*ASKED, WORKER):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / name, tmp_path / name)
    first = (tmp_path / WORKER).read_text(encoding="utf-8")
    write_worker(tmp_path)
    assert (tmp_path / WORKER).read_text(encoding="utf-8") == first
    assert "__" not in first
    seen = {first}
    for name in ASKED:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content + b" ")
        write_worker(tmp_path)
        seen.add((tmp_path / WORKER).read_text(encoding="utf-8"))
        (tmp_path / name).write_bytes(content)
    assert len(seen) == len(ASKED) + 1


@pytest.fixture(scope="module")
def whole_region() -> bytes:
    """What a region of real size would send, with texts as varied as the demonstration's."""
    draw = np.random.default_rng(11)
    config = load_config()
    spots = 1_500
    comuni = pd.DataFrame(
        {
            "codice_comune": [f"{place:06}" for place in range(spots)],
            "comune": [f"{_name(draw)} {_name(draw)}"[: 6 + place % 9] for place in range(spots)],
            "codice_provincia": [config.portale.province[place % 12] for place in range(spots)],
            "sigla": [f"P{place % 12}" for place in range(spots)],
            "lat": 44.7 + 2 * draw.random(spots),
            "lon": 8.5 + 3 * draw.random(spots),
        }
    )
    crowd = draw.lognormal(0, 1.3, spots)
    where = draw.choice(spots, VACANCIES, p=crowd / crowd.sum())
    job = np.minimum(draw.geometric(0.008, VACANCIES), 375)
    sentences = [f"{_name(draw)} {_name(draw)} {_name(draw)}" for _ in range(80)]
    often = 1 / np.arange(1, 81)
    count = draw.choice((1, 2, 3, 4), VACANCIES, p=(0.22, 0.34, 0.33, 0.11))
    texts = [
        ". ".join(draw.choice(sentences, size, replace=False, p=often / often.sum()))
        for size in count
    ]
    named = draw.random(VACANCIES) < 0.23
    company = [f"{_name(draw)} {_name(draw)}" for _ in range(2_000)]
    yes = {share: np.where(draw.random(VACANCIES) < share, "S", "N") for share in (0.15, 0.2, 0.8)}
    sectors = list(vocabulary("settore"))
    share = 1 / np.arange(1, len(sectors) + 1)
    vacancies = pd.DataFrame(
        {
            "id_posto": [f"{place:016x}" for place in range(VACANCIES)],
            "codice_provincia": comuni["codice_provincia"].to_numpy()[where],
            "codice_comune": comuni["codice_comune"].to_numpy()[where],
            "qualifica": [f"{1 + n % 8}.{1 + n // 8 % 8}.{1 + n // 64}.0.0" for n in job],
            "professione": [f"Professione {n} di {_name(np.random.default_rng(n))}" for n in job],
            "mansione": [
                f"Mansione {n}.{k}"
                for n, k in zip(job, draw.integers(0, 4, VACANCIES), strict=True)
            ],
            "mansione_stato": "pubblicato",
            "posti": draw.choice((1, 2, 3, 9), VACANCIES, p=(0.7, 0.2, 0.08, 0.02)),
            "categoria_soggetto": draw.choice(["D", "C"], VACANCIES, p=(0.94, 0.06)),
            "capacita_controindicazioni": texts,
            "capacita_controindicazioni_stato": "pubblicato",
            "barriere_architettoniche": yes[0.15],
            "turni_notturni": yes[0.2],
            "mezzi_pubblici": yes[0.8],
            "categoria_assunzione": draw.choice(["NO", "NU"], VACANCIES, p=(0.8, 0.2)),
            "settore": draw.choice(sectors, VACANCIES, p=share / share.sum()),
            "settore_stato": "pubblicato",
            "denominazione_azienda": [
                company[n] if shown else None
                for n, shown in zip(draw.integers(0, 2_000, VACANCIES), named, strict=True)
            ],
        }
    )
    groups, access = list(vocabulary("gruppi_disabilita")), list(vocabulary("accessibilita"))
    sites = pd.DataFrame(
        {
            "id_sede": [f"sede-{place:04}" for place in range(SITES)],
            "id_operatore": [f"operatore-{place % 400:03}" for place in range(SITES)],
            "denominazione_operatore": [f"{company[place % 400]} coop" for place in range(SITES)],
            "codice_comune": comuni["codice_comune"].to_numpy()[draw.integers(0, spots, SITES)],
            "gruppi_disabilita": [groups[: place % 7] for place in range(SITES)],
            "accessibilita": [access[: place % 8] for place in range(SITES)],
            "telefono": [f"02 {n}" for n in draw.integers(10**6, 10**7, SITES)],
        }
    )
    return columns(vacancies, sites, comuni, config).encode("utf-8")


def _name(draw: np.random.Generator) -> str:
    syllables = ("ca", "ro", "mi", "ver", "no", "la", "ti", "bel", "gra", "so", "pe", "du")
    return "".join(syllables[n] for n in draw.integers(0, 12, 3)).capitalize()


def test_a_whole_region_s_page_is_within_its_budget_compressed(
    site: Path, whole_region: bytes
) -> None:
    fixed = 0
    for name in (*ASKED, WORKER):
        content = (site / name).read_bytes()
        if name.endswith("posti.json"):
            continue
        fixed += len(content) if name.endswith(".woff2") else compressed(content)
    assert json.loads(whole_region)
    total = fixed + compressed(whole_region)
    assert total <= BUDGET, f"{fixed} + {compressed(whole_region)}"


def test_a_vacancy_costs_few_bytes(whole_region: bytes) -> None:
    content = json.loads(whole_region)
    rows = json.dumps(content["offerte"], separators=(",", ":")).encode()
    assert compressed(rows) / VACANCIES < 6
