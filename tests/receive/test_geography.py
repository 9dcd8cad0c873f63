from __future__ import annotations

import tomllib

import pytest
import shapely
from codicefiscale.data import get_municipalities_data
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.receive.geography import MERGERS, Geography, load_geography, loose_key, name_key
from tests.receive.conftest import configuration

FACTS = tomllib.loads(MERGERS.read_text(encoding="utf-8"))


def name_of(geography: Geography, code: str | None) -> str:
    found = geography.comuni.set_index("codice_comune")["comune"]
    return str(found[code])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("015146", "Milano"),
        ("15146", "Milano"),
        ('="015146"', "Milano"),
        ("03015146", "Milano"),
        ("F205", "Milano"),
        ("f205", "Milano"),
        (" MILANO ", "Milano"),
        ("Milano (MI)", "Milano"),
        ("SANT`ANGELO LODIGIANO", "Sant'Angelo Lodigiano"),
        ("Sant’Angelo Lodigiano", "Sant'Angelo Lodigiano"),
        ("S. Angelo Lodigiano", "Sant'Angelo Lodigiano"),
        ("S.Angelo  Lodigiano", "Sant'Angelo Lodigiano"),
        ("sant angelo lodigiano", "Sant'Angelo Lodigiano"),
        ("Cantu'", "Cantù"),
        ("CANTU", "Cantù"),
        ("Zibido S. Giacomo", "Zibido San Giacomo"),
        ("Torre de Busi", "Torre de' Busi"),
        ("097080", "Torre de' Busi"),
        ("015004", "Aicurzio"),
        ("Godiasco", "Godiasco Salice Terme"),
        ("Gravedona", "Gravedona ed Uniti"),
        ("Bovisio Masciago", "Bovisio-Masciago"),
        ("L487", "Uggiate con Ronago"),
        ("Ronago", "Uggiate con Ronago"),
        ("M435", "Uggiate con Ronago"),
        ("018082", "Montalto Pavese"),
        ("Lirio", "Montalto Pavese"),
    ],
)
def test_a_comune_is_known_however_a_person_writes_it(
    geography: Geography, text: str, name: str
) -> None:
    found = geography.resolve(text)
    assert found.kind == "comune"
    assert name_of(geography, found.codice_comune) == name


@pytest.mark.parametrize(
    "text", ["Roma", "H501", "058091", "Bolzano", "Bozen", "Z110", "0000", "028108"]
)
def test_a_place_of_another_region_is_told_from_an_unknown_one(
    geography: Geography, text: str
) -> None:
    assert geography.resolve(text).kind == "fuori"


@pytest.mark.parametrize(
    "text", ["Milanoo", "ZZZ9", "Z999", "999999", "015999", "", "  ", "–", "«»"]
)
def test_an_unknown_place_is_said_to_be_unknown(geography: Geography, text: str) -> None:
    assert geography.resolve(text).kind == "sconosciuto"


def test_an_unknown_name_comes_with_the_nearest_ones(geography: Geography) -> None:
    assert "Milano" in geography.resolve("Milanno").similar


def test_the_province_decides_between_comuni_of_the_same_name() -> None:
    # Valverde: one in Catania; Samone: one in Torino, one in Trento
    geography = load_geography(configuration(provinces=["001", "022"]))
    assert geography.resolve("Samone").kind == "ambiguo"
    assert len(geography.resolve("Samone").similar) == 2
    assert geography.resolve("Samone", "022").codice_comune == "022165"
    assert geography.resolve("SAMONE (TO)").codice_comune == "001235"


def test_either_name_of_a_bilingual_comune_is_known() -> None:
    geography = load_geography(configuration(provinces=["021"]))
    codes = {
        geography.resolve(text).codice_comune for text in ("Bolzano", "Bozen", "BOLZANO/BOZEN")
    }
    assert codes == {"021008"}


def test_every_comune_suppressed_since_2009_resolves_to_a_present_one(
    geography: Geography,
) -> None:
    sigle = set(geography.province["sigla"])
    suppressed = {
        record["code"]
        for record in get_municipalities_data()
        if record["province"] in sigle and record["date_deleted"] >= "2009"
    }
    assert len(suppressed) > 100
    lost = sorted(code for code in suppressed if geography.resolve(code).kind != "comune")
    assert lost == []


def test_the_comuni_are_those_in_force_today(geography: Geography) -> None:
    sigle = set(geography.province["sigla"])
    active = {
        record["code"]
        for record in get_municipalities_data()
        if record["active"] and record["province"] in sigle
    }
    assert set(geography.comuni["belfiore"]) == active


def test_each_merger_names_its_source_and_only_comuni_that_are_gone(
    geography: Geography,
) -> None:
    present = set(geography.comuni["belfiore"])
    for fact in FACTS["fusioni"]:
        assert fact["fonte"], fact["comune"]
        assert fact["belfiore"] in present, fact["comune"]
        assert not set(fact["da"]) & present, fact["comune"]


def test_every_comune_has_a_point_inside_and_people(geography: Geography) -> None:
    comuni = geography.comuni
    assert comuni["codice_comune"].is_unique
    assert comuni["codice_comune"].str.fullmatch("[0-9]{6}").all()
    assert comuni[["lat", "lon", "popolazione"]].notna().all().all()
    assert (comuni["popolazione"] > 0).all()
    merged = comuni.set_index("belfiore").loc["M433"]
    assert merged["comune"] == "Bardello con Malgesso e Bregano"
    assert 3_000 < merged["popolazione"] < 4_500


def test_provinces_come_in_the_configured_order_and_share_their_borders(
    geography: Geography,
) -> None:
    provinces = geography.province
    assert list(provinces["codice_provincia"]) == configuration().portale.province
    assert list(provinces["slug"])[-1] == "monza-e-della-brianza"
    shapes = list(provinces["geometry"])
    overlaps = sum(
        shapely.intersection(one, other).area
        for place, one in enumerate(shapes)
        for other in shapes[place + 1 :]
    )
    assert overlaps < 1e-9
    assert sum(len(shape.wkb) for shape in shapes) < 80_000


def test_a_province_knows_its_region(geography: Geography) -> None:
    assert geography.region_of("015") == "03"
    assert geography.region_of("058") == "12"
    assert geography.region_of("999") is None


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_resolves_to_something(text: str) -> None:
    geography = load_geography(configuration())
    found = geography.resolve(text)
    assert (found.codice_comune is not None) == (found.kind == "comune")


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_keys_do_not_change_when_taken_twice(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
    assert loose_key(loose_key(text)) == loose_key(text)
