"""From the offices' profiles and the statements' vacancies to columns of numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.config import Matching, load_config
from etl.derive.matching.criteria import ABILITY_BIT, AREAS, CONDITION_BIT, capacity_bits
from etl.derive.matching.explanation import explain
from etl.derive.matching.identity import TIE_BITS, keys, tie_break
from etl.derive.matching.pairs import possible_pairs
from etl.derive.matching.profiles import Supply, five_digits, places_of, supply
from etl.derive.matching.scoring import scoring
from etl.derive.matching.vacancies import Demand, demand
from etl.receive.geography import Geography, load_geography
from etl.receive.occupations import load_occupations

DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def geography() -> Geography:
    return load_geography(load_config())


def profile(number: int = 1, **other: Any) -> dict[str, Any]:
    limits = {f"limitazione_{area}": 0 for area in AREAS}
    return {
        "id_persona": f"FINTA-{number:016d}",
        "comune_dichiarato": "Milano",
        "provincia_fornitore": "015",
        "anno_nascita": 1975,
        "sesso": "F",
        "gruppo_disabilita": "motoria",
        "lista": "D",
        "fascia_aiuto": 2,
        "data_iscrizione": pd.Timestamp("2020-12-31"),
        "titolo_studio": "diploma",
        "qualifiche_cercate": ("4.1.1.2.0", "4.2.2.1.0"),
        **limits,
        "condizioni_escluse": ("turni_notturni",),
        "distanza_massima_m": 12_000,
        "mezzo": "mezzi_pubblici",
        "ore_massime": 40,
        "disponibile": "S",
        "codice_operatore": "DIM-0007",
    } | other


def vacancy(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "id_posto": f"posto-{number}",
        "codice_comune": "015146",
        "qualifica": "4.1.1.2.0",
        "posti": 2,
        "categoria_soggetto": "D",
        "capacita_controindicazioni": "Uso del computer. Part-time possibile",
        "barriere_architettoniche": "N",
        "turni_notturni": "N",
        "mezzi_pubblici": "S",
        "categoria_assunzione": "NO",
    } | other


def people_of(geography: Geography, *rows: dict[str, Any]) -> Supply:
    return supply(pd.DataFrame(list(rows)), geography, load_occupations(), DAY)


def lots_of(geography: Geography, *rows: dict[str, Any], config: Matching | None = None) -> Demand:
    place_of = places_of(geography)[1]
    return demand(pd.DataFrame(list(rows)), place_of, config or Matching())


def test_a_profile_becomes_one_row_of_numbers(geography: Geography) -> None:
    found = people_of(geography, profile(limitazione_vista=3, ore_massime=20))
    people = found.people
    assert found.ids == ("FINTA-0000000000000001",)
    assert people.wants.tolist() == [[41120, 42210, 0, 0, 0]]
    assert people.capacity[0].tolist() == [4, 4, 1, 4, 4, 4, 4, 4, 4, 4]
    vision = capacity_bits("vista", 4)
    assert int(people.able[0]) & vision == capacity_bits("vista", 1)
    assert int(people.able[0]) & (ABILITY_BIT["patente"] | ABILITY_BIT["tempo_pieno"]) == 0
    assert int(people.excluded[0]) == (
        CONDITION_BIT["turni_notturni"]
        | CONDITION_BIT["senza_mezzi_pubblici"]
        | CONDITION_BIT["riservato_C"]
    )
    assert people.enrolled.tolist() == [1826]
    assert found.operators == ("DIM-0007",)
    assert people.operator.tolist() == [0]
    assert found.groups[people.group[0]] == "motoria"


def test_own_transport_and_the_other_list_change_what_is_excluded(geography: Geography) -> None:
    found = people_of(
        geography,
        profile(mezzo="proprio", lista="C", gruppo_disabilita=None, condizioni_escluse=()),
    )
    assert int(found.people.excluded[0]) == CONDITION_BIT["riservato_D"]
    assert int(found.people.able[0]) & ABILITY_BIT["patente"]
    assert found.people.group.tolist() == [-1]


def test_whoever_cannot_be_matched_is_left_out_and_counted(geography: Geography) -> None:
    found = people_of(
        geography,
        profile(1),
        profile(1, data_iscrizione=pd.Timestamp("2010-01-01"), provincia_fornitore="016"),
        profile(2, disponibile="N"),
        profile(3, comune_dichiarato="Napoli"),
        profile(4, qualifiche_cercate=("0.0.0.0.0",)),
    )
    assert len(found.people) == 1
    assert found.people.enrolled.tolist() == [1826]
    assert found.left_out == {
        "ripetuti": 1,
        "non disponibili": 1,
        "comune non riconosciuto": 1,
        "professione non riconosciuta": 1,
    }


def test_people_and_vacancies_stand_in_an_order_of_their_own(geography: Geography) -> None:
    rows = [profile(number) for number in range(1, 9)]
    posts = [vacancy(number) for number in range(1, 9)]
    assert people_of(geography, *rows).ids == people_of(geography, *rows[::-1]).ids
    one, other = lots_of(geography, *posts), lots_of(geography, *posts[::-1])
    assert one.lots.key.tolist() == other.lots.key.tolist()
    assert one.rows["id_posto"].tolist() == other.rows["id_posto"].tolist()


def test_a_vacancy_becomes_one_lot_with_its_text_read(geography: Geography) -> None:
    found = lots_of(
        geography,
        vacancy(
            capacita_controindicazioni="Buona vista. Ambiente rumoroso. Bella presenza",
            barriere_architettoniche="S",
            turni_notturni="S",
            mezzi_pubblici="N",
            categoria_assunzione="NU",
        ),
    )
    lots = found.lots
    assert lots.posts.tolist() == [2]
    assert lots.occupation.tolist() == [41120]
    assert lots.demand[0, AREAS.index("vista")] == 3
    assert int(lots.conditions[0]) == (
        CONDITION_BIT["rumore"]
        | CONDITION_BIT["barriere"]
        | CONDITION_BIT["turni_notturni"]
        | CONDITION_BIT["senza_mezzi_pubblici"]
        | CONDITION_BIT["riservato_D"]
    )
    assert lots.numeric.tolist() == [True]
    assert (found.sentences.tolist(), found.unread_in.tolist()) == ([3], [1])
    assert found.unread == {"bella presenza": 1}


def test_vacancies_elsewhere_or_without_posts_are_left_out(geography: Geography) -> None:
    found = lots_of(geography, vacancy(1), vacancy(2, codice_comune="063049"), vacancy(3, posti=0))
    assert found.rows["id_posto"].tolist() == ["posto-1"]


def test_a_person_fits_a_vacancy_nearby_in_the_next_province(geography: Geography) -> None:
    places, _ = places_of(geography)
    found = people_of(geography, profile(distanza_massima_m=25_000))
    posts = lots_of(geography, vacancy(1), vacancy(2, codice_comune="108033"))
    rules = scoring(Matching())
    pairs = possible_pairs(places, found.people, posts.lots, rules)
    assert len(pairs) == 2
    for lot, score in zip(pairs.lot.tolist(), pairs.score.tolist(), strict=True):
        assert explain(places, found.people, 0, posts.lots, lot, rules).score == score


def test_ids_that_are_the_same_are_refused_without_being_named() -> None:
    with pytest.raises(ValueError, match="two ids are the same") as caught:
        keys(["PERSONA-1", "PERSONA-1"])
    assert "PERSONA" not in str(caught.value)


def test_ties_are_broken_by_who_and_what_alone() -> None:
    people, lots = keys(f"p{n}" for n in range(300)), keys(f"l{n}" for n in range(300))
    ties = tie_break(people, lots, 0)
    assert ties.min() >= 0
    assert ties.max() < 2**TIE_BITS
    assert len(np.unique(ties)) == 300
    assert tie_break(people[::-1], lots[::-1], 0).tolist() == ties[::-1].tolist()
    assert tie_break(people, lots, 1).tolist() != ties.tolist()
    assert tie_break(lots, people, 0).tolist() != ties.tolist()
    # written down once: the same on every machine
    assert keys(["a"]).tolist() == [2340832890917691671]
    assert tie_break(np.array([1]), np.array([2]), 0).tolist() == [34801980279]


def test_occupation_codes_are_five_digits() -> None:
    assert five_digits("4.1.1.2.0") == 41120
    assert all(10_000 <= five_digits(code) < 100_000 for code in load_occupations()["qualifica"])
