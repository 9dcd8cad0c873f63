"""The measures' pages, in the small site: what each must have, and what the charts hand over."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from etl.config import ROOT
from etl.contracts import DATASETS, load_contracts, vocabulary
from etl.indicators import formulas
from etl.site.measures.declaration import Measure, load_measure, load_measures
from etl.site.measures.opening import Verdict
from etl.site.released import SiteError
from tests.site.conftest import site, zone

__all__ = ["site", "zone"]

OWN = [measure for measure in load_measures() if measure.pagina is None]


def read(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("measure", OWN, ids=lambda measure: measure.slug)
def test_a_measure_opens_with_a_verdict_and_says_what_nobody_knows(
    site: Path, measure: Measure
) -> None:
    page = read(site / measure.address / "index.html")
    first = text(page.xpath("//h1/following-sibling::p")[0])
    assert any(first.startswith(verdict) for verdict in Verdict), first
    assert "non sappiamo" in first
    assert str(measure.ignoto) in first


@pytest.mark.parametrize("measure", OWN, ids=lambda measure: measure.slug)
def test_every_indicator_shows_its_parts_its_formula_and_its_data(
    site: Path, measure: Measure
) -> None:
    page = read(site / measure.address / "index.html")
    cards = {card.get("id"): card for card in page.xpath("//li[@class='indicatore']")}
    assert list(cards) == [item.id for item in measure.indicatori]
    for item in measure.indicatori:
        card = cards[item.id]
        links = card.xpath(".//a/@href")
        assert f"../../monitoraggio/metodo/#{item.formula}" in links
        assert f"../../dati/{measure.data_set(item)}/" in links
        value = text(card.xpath("./p")[0])
        assert value, item.id
        terms = [text(term) for term in card.xpath(".//dt")]
        if item.kind != "conteggio" and value not in ("riservato", "non rilevato"):
            assert {"Numeratore", "Denominatore"} <= set(terms), item.id
        if item.obiettivo:
            assert item.obiettivo.testo in text(card)


@pytest.mark.parametrize("measure", OWN, ids=lambda measure: measure.slug)
def test_every_chart_has_its_figures_to_download(site: Path, measure: Measure) -> None:
    page = read(site / measure.address / "index.html")
    figures = page.xpath("//figure")
    assert [figure.get("id") for figure in figures] == [item.id for item in measure.grafici]
    for figure in figures:
        (name,) = figure.xpath(".//a[@download]/@href")
        rows = table(site / measure.address / name)
        assert rows[0] == [text(cell) for cell in figure.xpath(".//thead//th")]
        assert len(rows) - 1 == len(figure.xpath(".//tbody/tr"))


def test_invented_figures_are_said_to_be_invented_where_they_stand(site: Path) -> None:
    for measure in OWN:
        page = read(site / measure.address / "index.html")
        first = text(page.xpath("//h1/following-sibling::p")[0])
        for card in page.xpath("//li[@class='indicatore'][1]"):
            assert ("Dati dimostrativi" in text(card)) == ("inventate" in first), measure.slug


def test_the_index_leads_in_by_the_four_pillars_and_tells_the_state_of_each_objective(
    site: Path,
) -> None:
    page = read(site / "monitoraggio" / "index.html")
    heads = [text(head) for head in page.xpath("//main//h2")]
    assert heads == [label.it for label in vocabulary("pilastro").values()]
    linked = set(page.xpath("//main//a/@href"))
    for measure in load_measures():
        assert f"../{measure.address}" in linked, measure.slug
    for section in page.xpath("//section[@class='pilastro']"):
        assert section.xpath(".//tbody/tr")
        for row in section.xpath(".//tbody/tr"):
            assert text(row.xpath("./td[@data-colonna='Stato']")[0])


def test_the_method_explains_every_formula_at_its_own_address(site: Path) -> None:
    page = read(site / "monitoraggio" / "metodo" / "index.html")
    assert page.xpath("//tbody/tr/@id") == list(formulas())


def test_responsibilities_are_the_document_s_letters(site: Path) -> None:
    page = read(site / "monitoraggio" / "piani-di-zona" / "index.html")
    (figure,) = page.xpath("//figure[@id='chi-risponde']")
    letters = {text(cell) for cell in figure.xpath(".//tbody//td[position()>1]")}
    assert letters == {"", "A", "R", "A R"}
    facts = (DATASETS / "piani-di-zona" / "azioni.csv").read_text(encoding="utf-8")
    assert len(figure.xpath(".//tbody/tr")) == len(facts.splitlines()) - 1


def figure_rows(site: Path, measure: str, name: str) -> list[list[str]]:
    return table(site / "monitoraggio" / measure / f"{name}.csv")


def test_the_parts_of_the_spending_make_a_whole_and_are_those_of_the_plan(site: Path) -> None:
    header, *years = figure_rows(site, "piani-di-zona", "riparto-quote")
    assert len(header) == 3
    assert [row[0] for row in years] == ["2013", "2014", "2015"]
    for row in years:
        assert sum(map(float, row[1:])) == pytest.approx(100, abs=0.11)
    _, *items = figure_rows(site, "piani-di-zona", "riparto")
    assert {row[0].split(":")[0] for row in items} == {"Piano di Zona"}
    assert len(items) == 2 * len(years)


def test_a_chart_by_item_shows_only_the_items_of_its_measure(site: Path) -> None:
    _, *items = figure_rows(site, "dote-impresa", "risorse-per-asse")
    assert len(items) == 3
    assert all(row[0].startswith("Dote Impresa, asse") for row in items)


def test_a_grid_by_year_has_every_year(site: Path) -> None:
    header, *_ = figure_rows(site, "dote-impresa", "chi-la-riceve")
    assert header[1:] == ["2018", "2019", "2020", "2021"]


def test_contacted_and_involved_stand_in_two_rows_by_two_columns(site: Path) -> None:
    header, obliged, others = figure_rows(site, "promotore-68", "due-per-due")
    assert header == ["Gruppo", "Contattate", "Coinvolte", "Percento"]
    assert (obliged[0], others[0]) == ("in obbligo", "non in obbligo")
    for row in (obliged, others):
        assert float(row[3]) == pytest.approx(100 * float(row[2]) / float(row[1]), abs=0.06)


def test_the_six_districts_of_mantova_have_two_internships_each(site: Path) -> None:
    _, *districts = figure_rows(site, "rete-mantova", "ambiti")
    assert [row[1:] for row in districts] == [["2", "2"]] * 6


def test_monza_plans_eleven_meetings(site: Path) -> None:
    _, *meetings = figure_rows(site, "rete-monza", "previsto-realizzato")
    assert sorted(int(float(row[2])) for row in meetings) == [2, 2, 3, 4]


def test_the_map_of_farms_counts_every_farm_once_and_the_network_has_one_density(
    site: Path,
) -> None:
    farms = table(site / "dati/fattorie-sociali/fattorie-sociali.csv")[1:]
    _, *places = figure_rows(site, "agricoltura-sociale", "mappa")
    assert sum(int(row[2]) for row in places) == len(farms)
    links = table(site / "dati/legami-fattorie/legami-fattorie.csv")[1:]
    page = read(site / "monitoraggio" / "agricoltura-sociale" / "index.html")
    (card,) = page.xpath("//li[@id='densita']")
    density = 100 * 2 * len(links) / (len(farms) * (len(farms) - 1))
    assert text(card.xpath("./p")[0]) == f"{density:.1f}%".replace(".", ",")
    _, *nodes = figure_rows(site, "agricoltura-sociale", "nodi")
    assert sum(int(row[3]) for row in nodes) == 2 * len(links)


def test_linked_system_actions_stand_beside_each_action(site: Path) -> None:
    header, *actions = figure_rows(site, "piani-di-zona", "tavolo")
    assert {row[header.index("Azioni collegate")] for row in actions} == {"1.1, 2.1, 3.1"}


def test_the_index_of_diffusion_compares_each_province_with_all_of_them(site: Path) -> None:
    _, *rates = figure_rows(site, "articolo-14", "diffusione")
    _, *indices = figure_rows(site, "articolo-14", "indice-diffusione")
    last = {row[0]: row[-1] for row in rates}
    pairs = [(float(last[row[0]]), float(row[1])) for row in indices if row[1] != "riservato"]
    assert len(pairs) > 6
    common = {round(rate / index, 1) for rate, index in pairs}
    assert max(common) - min(common) <= 0.11


def test_a_state_that_nobody_knows_is_told_apart_from_a_measured_one(site: Path) -> None:
    index = read(site / "monitoraggio" / "index.html")
    said = {text(cell) for cell in index.xpath("//td[@data-colonna='Stato']")}
    assert {"Misurato", "Misurato su dati dimostrativi"} <= said


def test_the_shares_of_the_subsidised_are_those_of_the_document(site: Path) -> None:
    page = read(site / "monitoraggio" / "reti-di-partenariato" / "index.html")
    shown = {
        card.get("id"): text(card.xpath("./p")[0])
        for card in page.xpath("//li[@class='indicatore']")
    }
    assert shown["sussidiati"] == "25,6%"
    assert shown["non-sussidiati"] == "74,4%"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('formula = "F16"', 'formula = "F99"', "F99"),
        ('numeratore = "imprese_nuove"', 'numeratore = "inventata"', "non ha le colonne inventata"),
        ('pilastri = ["dote_art14"]', 'pilastri = ["quinto"]', "quinto"),
        ('ignoto = "', 'ignorato = "', "ignorato"),
        ('indicatori = ["imprese-nuove"]', 'indicatori = ["nessuno"]', "nuove-per-anno"),
    ],
)
def test_a_wrong_declaration_names_the_entry_to_correct(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    shutil.copytree(DATASETS, tmp_path / "datasets")
    path = tmp_path / "datasets" / "dote-impresa" / "misura.toml"
    body = path.read_text(encoding="utf-8")
    assert old in body
    path.write_text(body.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SiteError, match=said):
        load_measures(tmp_path / "datasets")


NEW = {
    "contratto.toml": """
titolo = { it = "Orti condivisi: i numeri", en = "Shared gardens" }
descrizione = { it = "Orti e persone.", en = "Gardens and people." }
domanda = { it = "Gli orti crescono?", en = "Do gardens grow?" }
frequenza = "annuale"
fonti = ["ritorni-monitoraggio"]
chiave = ["codice_provincia", "periodo"]
parole_chiave = ["orti"]
campi = ["codice_provincia", "provincia", "periodo", "orti_previsti", "orti_aperti", "sintetico"]
obbligatori = ["codice_provincia", "provincia", "periodo", "sintetico"]
[ritorno]
grandezze = ["orti_previsti", "orti_aperti"]
[riservatezza]
conta = "nulla"
metodo = "aperto"
motivo = { it = "Contano orti.", en = "They count gardens." }
""",
    "campi.toml": """
[orti_previsti]
tipo = "intero"
titolo = { it = "Orti previsti", en = "Gardens planned" }
descrizione = { it = "Orti previsti.", en = "Gardens planned." }
[orti_aperti]
tipo = "intero"
titolo = { it = "Orti aperti", en = "Gardens opened" }
descrizione = { it = "Orti aperti.", en = "Gardens opened." }
""",
    "dimostrazione.toml": """
[orti-condivisi]
periodi = ["2024", "2025"]
[orti-condivisi.valori]
orti_previsti = { media = 400 }
orti_aperti = { parte_di = "orti_previsti", da = 0.2, a = 0.3, deriva = 0.4 }
""",
    "misura.toml": """
titolo = "Orti condivisi"
ordine = 99
pilastri = ["fragilita"]
sommario = "Orti in cui si impara a lavorare."
ignoto = "se chi li frequenta trovi poi un lavoro"
[[indicatori]]
id = "aperti"
formula = "F31"
titolo = "Orti aperti, su quelli previsti"
numeratore = "orti_aperti"
denominatore = "orti_previsti"
come = "proporzione"
[[grafici]]
id = "aperti-province"
tipo = "province"
titolo = "Orti aperti"
descrizione = "Provincia per provincia."
indicatori = ["aperti"]
""",
    "impegni.csv": (
        "id_impegno,documento,pilastro,impegno,citazione,insieme_dati,formula,risposta\n"
        "prova/orti,linee-2021,fragilita,Aprire orti,orti,orti-condivisi,F31,#aperti\n"
    ),
}
# What two measures of Pordenone need: the others would only take time.
KEPT = {
    slug
    for measure in load_measures()
    if measure.slug in ("piani-di-zona", "agricoltura-sociale")
    for slug in (measure.slug, *measure.data_sets, *(item.insieme for item in measure.grafici))
} | {"azioni", "traguardi", "accordi"}
BUILD = """
import sys
from pathlib import Path
from etl.site import build_site
from tests.site import fabricated
folder = Path(sys.argv[1])
build_site(fabricated.config(), fabricated.write_zone(folder / "zona"), folder / "sito")
"""


def test_a_measure_added_in_one_folder_has_its_page_its_data_set_and_its_place_in_the_index(
    tmp_path: Path,
) -> None:
    project = tmp_path / "progetto"
    for name in ("etl", "datasets", "theme", "content", "tests"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "portale.toml", project / "portale.toml")
    (project / "node_modules").symlink_to(ROOT / "node_modules")
    (project / "build").mkdir()
    for contract in load_contracts():
        # the other measures would only take time here
        if contract.ritorno is not None and contract.slug not in KEPT:
            shutil.rmtree(project / "datasets" / contract.slug)
    own = project / "datasets" / "orti-condivisi"
    own.mkdir()
    for name, body in NEW.items():
        (own / name).write_text(body.lstrip(), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    page = read(tmp_path / "sito" / "monitoraggio" / "orti-condivisi" / "index.html")
    first = text(page.xpath("//h1/following-sibling::p")[0])
    assert first.startswith(Verdict.BETTER)
    assert len(page.xpath("//figure//tbody/tr")) == 12
    rows = table(tmp_path / "sito/dati/orti-condivisi/orti-condivisi.csv")
    assert len(rows) == 1 + 2 * 12
    index = read(tmp_path / "sito" / "monitoraggio" / "index.html")
    assert "../monitoraggio/orti-condivisi/" in index.xpath("//main//a/@href")
    (answered,) = index.xpath("//a[contains(@href, 'orti-condivisi/#aperti')]")
    entry = answered.xpath("ancestor::tr")[0]
    assert "Aprire orti" in text(entry)
    assert "Misurato su dati dimostrativi" in text(entry)


def test_a_declaration_that_is_no_toml_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "una" / "misura.toml"
    path.parent.mkdir()
    path.write_text("titolo = ", encoding="utf-8")
    with pytest.raises(SiteError, match=r"una/misura\.toml"):
        load_measure(path)
