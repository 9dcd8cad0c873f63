"""Good practices, blank forms and the glossary: what can be read, downloaded, and reused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree, html
from odf.opendocument import load
from odf.table import TableRow
from odf.text import H
from rdflib import Graph, Literal
from rdflib.namespace import RDF, SKOS

from etl.site.forms import load_forms, to_odt
from tests.site.conftest import site, zone

__all__ = ["site", "zone"]


def read(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def test_each_practice_says_how_many_of_the_five_conditions_hold(site: Path) -> None:
    page = read(site / "buone-pratiche" / "index.html")
    rows = page.xpath("//table//tbody/tr")
    assert len(rows) == 3
    for row in rows:
        cells = [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
        assert cells[-1] == f"{cells[:-1].count('sì')} su 5"
    assert "il documento non lo dice" in page.text_content()


def test_every_field_of_a_blank_form_is_labelled_and_nothing_can_be_sent(site: Path) -> None:
    for form in load_forms():
        page = read(site / "modelli" / form.nome / "index.html")
        assert not page.xpath("//main//form | //main//button | //main//script")
        for field in page.xpath("//main//input[@type='text'] | //main//textarea"):
            assert page.xpath(f"//label[@for='{field.get('id')}']")
            assert not field.get("name")
        for box in page.xpath("//main//input[@type='checkbox']"):
            assert box.getparent().tag == "label"
        fields = [field for part in form.parti for field in part.campi]
        shown = " ".join(page.text_content().split())
        assert all(field.etichetta in shown for field in fields)


def test_the_text_document_opens_elsewhere_and_asks_the_same(site: Path) -> None:
    for form in load_forms():
        content = (site / "modelli" / f"{form.nome}.odt").read_bytes()
        document = load(io.BytesIO(content))
        heads = [str(head) for head in document.getElementsByType(H)]
        assert heads == [form.titolo, *(part.titolo for part in form.parti)]
        rows = document.getElementsByType(TableRow)
        assert len(rows) == sum(len(part.campi) for part in form.parti)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.namelist()[0] == "mimetype"
            assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
            meta = etree.fromstring(archive.read("meta.xml"))
        assert meta.xpath("//*[local-name()='language']/text()") == ["it"]
        assert to_odt(form, "Regione Lombardia (portale dimostrativo)") == content


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_glossary_is_the_same_words_as_a_page_and_as_skos(site: Path) -> None:
    page = read(site / "glossario" / "index.html")
    words = {head.get("id"): head.text_content() for head in page.xpath("//main//h2")}
    graph = Graph().parse(site / "glossario" / "glossario.ttl", format="turtle")
    again = Graph().parse(site / "glossario" / "glossario.jsonld", format="json-ld")
    assert set(again) == set(graph)
    concepts = list(graph.subjects(RDF.type, SKOS.Concept))
    assert {str(item).split("#")[1] for item in concepts} == set(words)
    for item in concepts:
        label = Literal(words[str(item).split("#")[1]], lang="it")
        assert (item, SKOS.prefLabel, label) in graph
        assert len(list(graph.objects(item, SKOS.definition))) == 1
        wider = list(graph.objects(item, SKOS.broader))
        assert all((one, SKOS.narrower, item) in graph for one in wider)
        assert bool(wider) != bool(list(graph.objects(item, SKOS.topConceptOf)))


def test_words_that_other_pages_point_at_are_there(site: Path) -> None:
    page = read(site / "glossario" / "index.html")
    assert {"quota-di-riserva", "collocamento-mirato", "scopertura"} <= set(page.xpath("//h2/@id"))
