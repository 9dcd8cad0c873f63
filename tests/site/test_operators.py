"""The operators' pages: choose, assign, evaluate; reasons, replies, and never an order of merit."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from lxml import html

from etl.contracts import vocabulary
from etl.site.choosing import NEEDS
from etl.site.followed import in_words
from etl.site.language import collation_key
from etl.site.sites import opening
from tests.site.fabricated import HOSTILE, PROVINCES

SECTION = "operatori"


def page(site: Path, address: str) -> Any:
    return html.parse(str(site / address / "index.html")).getroot()


def rows(zone: Path, slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(
        zone / "datasets" / slug / f"{slug}.parquet"
    ).to_pylist()
    return found


def lists_of_operators(site: Path) -> list[tuple[str, list[str]]]:
    """Return every list and table of operators on any page of the site, as names in order."""
    operators = {path.parent.name for path in (site / SECTION).glob("operatore-*/index.html")}
    assert len(operators) > 10
    found = []
    for path in sorted(site.rglob("*.html")):
        tree = html.parse(str(path)).getroot()
        for container in tree.xpath("//main//tbody | //main//ul | //main//ol | //main//dl"):
            names = []
            for item in container:
                links = [
                    link
                    for link in item.xpath(".//a")
                    if operators & set(link.get("href", "").split("#")[0].split("/"))
                ]
                names += [links[0].text_content().strip()] if links else []
            if len(names) > 1:
                assert container.tag != "ol", path
                found.append((str(path), names))
    return found


def test_every_list_of_operators_on_any_page_is_in_order_of_name(site: Path) -> None:
    lists = lists_of_operators(site)
    kinds = {Path(path).relative_to(site).parts[:2] for path, _ in lists}
    assert {(SECTION, name) for name in ("provincia", "uffici", "efficacia", "index.html")} <= kinds
    for path, names in lists:
        assert names == sorted(names, key=collation_key), path


MEASURES = re.compile(
    r"tasso|esit|attesa|attesi|rapporto|segnale|durata|beneficio|persone|clienti|doti"
)


def test_every_file_that_names_operators_is_in_order_of_id_or_name(site: Path, zone: Path) -> None:
    read = set()
    for path in sorted(site.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        who = ("id_operatore", "codice_operatore", "denominazione_operatore", "Operatore")
        columns = [name for name in who if table and name in table[0]]
        if not columns:
            continue
        read.add(path.relative_to(site).parts[0])
        orders = [[row[name].removeprefix("'") for row in table] for name in columns]
        assert any(
            values == sorted(values) or values == sorted(values, key=collation_key)
            for values in orders
        ), path
        assert not {"posizione", "rango", "punteggio", "voto", "classifica"} & set(table[0]), path
    assert read == {SECTION, "dati"}
    for slug in ("esiti-operatori", "attivita-operatori", "specializzazioni-operatori"):
        ids = [row["id_operatore"] for row in rows(zone, slug)]
        assert ids == sorted(ids)
    columns = json.loads((site / SECTION / "sedi.json").read_text("utf-8"))
    names = [columns["operatori"][place][1] for place in columns["sedi"]["operatore"]]
    assert names == sorted(names, key=collation_key)
    # the dashboard's file holds no outcome: of what is measured, only how long people wait
    assert {name for name in columns["sedi"] if MEASURES.search(name)} == {"attesa"}


def test_no_page_speaks_of_merit_but_to_say_that_there_is_no_ranking(site: Path) -> None:
    merit = re.compile(
        r"\b(miglior\w*|peggior\w*|primi? in classifica|podio|punteggio|top \d|voto|stelle|"
        r"posizione in|i più bravi)\b",
        re.IGNORECASE,
    )
    for path in sorted((site / SECTION).rglob("index.html")):
        text = html.parse(str(path)).getroot().xpath("string(//main)")
        assert not merit.search(text), path
        for word in re.finditer(r"classifica", text):
            assert "non è una " in text[max(0, word.start() - 12) : word.start()].casefold(), path


def test_no_list_can_be_sorted_by_outcome(site: Path) -> None:
    for path in sorted((site / SECTION).rglob("index.html")):
        tree = html.parse(str(path)).getroot()
        assert not tree.xpath("//main//*[@aria-sort]"), path
        assert not tree.xpath("//main//select[@name='ordine']"), path


@pytest.mark.parametrize("need", [None, "vista", "spettro_autistico"])
def test_each_province_and_need_has_a_whole_list_that_says_why(
    site: Path, zone: Path, need: str | None
) -> None:
    for code, folder in (("097", "lecco"), ("015", "milano")):
        wanted = [
            row
            for row in rows(zone, "sedi-operatori")
            if row["codice_provincia"] == code
            and (need is None or need in row["gruppi_disabilita"])
        ]
        address = f"operatori/provincia/{folder}" + (f"/{need.replace('_', '-')}" if need else "")
        tree = page(site, address)
        shown = tree.xpath("//li[@class='sede']")
        assert len(shown) == len(wanted)
        for item in shown:
            reason = item.xpath("string(p[@class='perche'])")
            assert reason.startswith("Perché lo vedi: È in provincia")
            if need:
                assert vocabulary("gruppi_disabilita")[need].it in reason


def test_every_need_has_a_page_in_every_province_in_easy_words(site: Path) -> None:
    assert set(NEEDS) == set(vocabulary("gruppi_disabilita"))
    folders = [path.parent for path in (site / "operatori/provincia").glob("*/index.html")]
    assert len(folders) == len(PROVINCES)
    for folder in folders:
        links = html.parse(str(folder / "index.html")).getroot().xpath("//nav[@class='vie']//a")
        assert len(links) == 1 + len(NEEDS)
        for code in NEEDS:
            assert (folder / code.replace("_", "-") / "index.html").is_file()


def test_the_guided_path_uses_short_sentences_from_its_first_page_to_the_list(site: Path) -> None:
    guide = page(site, "operatori/guida")
    steps = {"operatori/guida": "//main//h1 | //main//h2 | //main//p | //main//li"}
    for link in guide.xpath("//ul[@class='scelte']//a/@href"):
        province = "operatori/provincia/" + link.split("/")[-2]
        own = "//main//h1 | //main//h2 | //main//nav[@class='vie']//li | //main//p[not(@class)]"
        for folder in (province, f"{province}/vista", f"{province}/spettro-autistico"):
            steps[folder] = f"{own} | //main//p[@class='perche' or @class='affianca-aiuto']"
    assert len(steps) == 1 + 3 * len(PROVINCES)
    for address, parts in steps.items():
        for part in page(site, address).xpath(parts):
            for sentence in re.split(r"(?<=[.?!:])\s+|\n", part.text_content()):
                assert len(sentence.split()) <= 15, (address, sentence)


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        ("lun-ven 9:00-13:00", ["mattina"]),
        ("lun-ven 9:00-12:30 e 14:00-17:00", ["mattina", "pomeriggio"]),
        ("mar e gio 14:00-18:00", ["pomeriggio"]),
        ("su appuntamento", ["appuntamento"]),
        ("lun–ven 9–12", ["mattina"]),
        (None, []),
    ],
)
def test_opening_hours_are_read_as_far_as_they_say(hours: str | None, codes: list[str]) -> None:
    assert opening(hours) == codes


@pytest.mark.parametrize(
    ("quotient", "words"),
    [
        (2.0, "molto più che in regione"),
        (1.3, "più che in regione"),
        (1.0, "come in regione"),
        (0.5, "meno che in regione"),
        (None, "troppo pochi per dirlo"),
    ],
)
def test_a_location_quotient_is_told_in_words(quotient: float | None, words: str) -> None:
    assert in_words(quotient) == words


def test_an_office_finds_room_load_and_waiting_of_its_operators_and_no_person(
    site: Path, zone: Path
) -> None:
    with (site / "operatori/uffici/milano/operatori-milano.csv").open(newline="") as file:
        table = {row["id_operatore"]: row for row in csv.DictReader(file)}
    wanted = {
        row["id_operatore"]
        for row in rows(zone, "sedi-operatori")
        if row["codice_provincia"] == "015"
    }
    assert set(table) == wanted
    cells = {
        (row["id_operatore"], row["fascia"], row["stato_dote"]): row
        for row in rows(zone, "attivita-operatori")
        if row["codice_provincia"] == "015"
    }
    for operator, row in table.items():
        whole = cells[operator, "totale", "totale"]
        going = sum(cells[operator, "totale", state]["doti"] for state in ("assegnata", "in_corso"))
        assert row["doti_in_carico"] == str(going)
        assert row["capacita"] == ("" if whole["capacita"] is None else str(whole["capacita"]))
        assert row["giorni_attivazione_mediana"] == str(whole["giorni_attivazione_mediana"])
    assert not re.search("persona|cognome|nascita|fiscale", ",".join(next(iter(table.values()))))


@pytest.mark.parametrize(
    ("address", "period"),
    [
        ("operatori/efficacia", "2021-01/2023-12"),
        ("operatori/efficacia/2018-2020", "2018-01/2020-12"),
    ],
)
def test_outcomes_show_both_figures_intervals_people_and_what_cannot_be_compared(
    site: Path, zone: Path, address: str, period: str
) -> None:
    tree = page(site, address)
    shown = tree.xpath("//table[contains(@class, 'tabella-esiti')]/tbody/tr")
    own = [
        row
        for row in rows(zone, "esiti-operatori")
        if (row["indicatore_esito"], row["periodo_ingresso"]) == ("occupati_12_mesi", period)
    ]
    assert len(shown) == sum(row["con_esito"] is not None for row in own)
    for line in shown:
        people, raw, like = (line.xpath(f"string(td[{place}])") for place in (1, 2, 3))
        assert int(re.sub(r"\D", "", people.split("stima")[0])) >= 20
        assert "tra" in raw
        assert "tra" in like
        few = int(re.sub(r"\D", "", people.split("stima")[0])) < 50
        assert ("stima debole" in people) is few
    hidden = sum(row["con_esito"] is None for row in own)
    said = tree.xpath("//details[@class='provincia-esiti']/p[@class='nota']/text()")
    assert sum(int(text.split()[0]) for text in said) == hidden > 0
    named = tree.xpath("//ul[@class='non-confrontabili']/li/a/text()")
    assert sorted(named) == sorted(
        row["denominazione_operatore"] for row in own if row["con_esito"] is None
    )
    text = tree.xpath("string(//main)")
    for words in ("Non è una classifica", "ha risposto", "Tre anni insieme"):
        assert words in text
    assert tree.xpath("//svg//*[contains(@class, 'd-limite')]")
    current = tree.xpath("//nav[@aria-label='Di quali anni']//a[@aria-current]/text()")
    assert current == [f"{period[:4]}-{period[8:12]}"]


def test_paths_stand_side_by_side_year_by_year_and_never_as_a_cause(site: Path, zone: Path) -> None:
    tree = page(site, "operatori/efficacia")
    assert "non è una prova di causa ed effetto" in tree.xpath("string(//main)")
    lines = tree.xpath("//section[h2[@id='anni']]//tbody/tr")
    years = [line.xpath("string(th)") for line in lines]
    assert years == [str(year) for year in range(2018, 2024)]
    for line in lines:
        assert [cell.count("tra") for cell in line.xpath("td[position() > 1]/p/text()")] == [1, 1]
    shown = {
        (row["periodo_ingresso"][:4], row["tipo_percorso_dote"])
        for row in rows(zone, "esiti-percorsi")
        if row["con_esito"] is not None
    }
    assert len(shown) == 2 * len(years)


def test_an_operator_s_reply_stands_beside_its_figures_as_plain_text(
    site: Path, zone: Path
) -> None:
    replied = {r["id_operatore"] for r in rows(zone, "esiti-operatori") if r["replica"]}
    assert replied
    for operator in replied:
        tree = page(site, f"operatori/{operator}")
        assert HOSTILE[0] in tree.xpath("string(//section[h2[@id='esiti']])")
        assert not tree.xpath("//main//script")
    assert HOSTILE[0] in page(site, "operatori/efficacia").xpath("string(//dl[@class='repliche'])")


def test_an_operator_s_page_says_whom_it_follows_how_busy_it_is_and_what_followed(
    site: Path,
) -> None:
    tree = page(site, "operatori/operatore-03")
    for name in ("segue", "attivita", "esiti", "sedi"):
        assert tree.xpath(f"//h2[@id='{name}']")
    (mail,) = tree.xpath("//a[text()='Segnala un errore in questa scheda']/@href")
    assert mail.startswith("mailto:")
    assert "subject=" in mail
    assert "operatori/operatore-03/" in mail
    text = tree.xpath("string(//main)")
    assert "Catalogo di origine" in text
    assert "Metà dei contratti dura più di" in text
    assert "da gennaio 2018 a dicembre 2020" in tree.xpath(
        "string(//details[@class='periodo-esiti']/summary)"
    )


def test_distances_start_from_every_comune(site: Path, zone: Path) -> None:
    places = json.loads((site / "operatori/comuni.json").read_text("utf-8"))
    with (zone / "geografia/comuni.csv").open(encoding="utf-8", newline="") as file:
        assert len(places) == len(list(csv.DictReader(file)))
    assert ["Lecco", "LC"] in [place[:2] for place in places]
