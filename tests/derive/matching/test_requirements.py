"""What the free text of a vacancy is understood to ask."""

from __future__ import annotations

import tomllib

import pytest
from pydantic import ValidationError

from etl.demo.economy import DATA
from etl.derive.matching.criteria import capacity_bit
from etl.derive.matching.requirements import Pattern, plain, read_requirements
from etl.derive.matching.vacancies import required_bits

TEXTS = [
    ("Richiesta buona capacità visiva", {"vista": 3}, False, set(), set()),
    ("Ottima vista", {"vista": 3}, False, set(), set()),
    ("Non adatto a persone ipovedenti", {"vista": 2}, True, set(), set()),
    ("SCONSIGLIATO A CHI HA GRAVI LIMITAZIONI DELL’UDITO", {"udito": 2}, True, set(), set()),
    ("Uso continuo di entrambe le mani", {"motoria_superiore": 3}, False, set(), set()),
    ("Nessuna limitazione agli arti superiori", {"motoria_superiore": 4}, True, set(), set()),
    ("Lavoro in piedi", {"motoria_inferiore": 2, "resistenza": 2}, False, {"in_piedi"}, set()),
    ("Possibilità di alternare posizione seduta e in piedi", {}, False, set(), set()),
    ("Movimentazione manuale di carichi", {"motoria_superiore": 2}, False, {"pesi"}, set()),
    ("No a chi non può sollevare più di 5 kg", {"motoria_superiore": 2}, True, {"pesi"}, set()),
    ("Sollevamento occasionale di pesi leggeri", {"motoria_superiore": 2}, False, set(), set()),
    ("Nessuna movimentazione di pesi", {}, False, set(), set()),
    ("Senza contatto con il pubblico", {}, False, set(), set()),
    ("Non sono previsti turni di notte", {}, False, set(), set()),
    ("Turni notturni a rotazione", {}, False, {"turni_notturni"}, set()),
    ("Esclusivamente a contatto con i clienti", {"relazionale": 3}, False, {"pubblico"}, set()),
    ("Ambiente rumoroso", {}, False, {"rumore"}, set()),
    ("Celle frigorifere", {}, False, {"freddo"}, set()),
    ("Richiesta patente B", {}, False, set(), {"patente"}),
    ("Serve guidare un furgone", {}, False, {"guida"}, {"patente"}),
    ("Orario full time", {}, False, set(), {"tempo_pieno"}),
    ("Buona tolleranza allo stress", {"psichica": 3}, False, {"stress"}, set()),
    ("Nessuna controindicazione particolare", {}, False, set(), set()),
]


@pytest.mark.parametrize(
    ("text", "demand", "strict", "conditions", "abilities"), TEXTS, ids=[text for text, *_ in TEXTS]
)
def test_a_text_asks_what_it_says(
    text: str, demand: dict[str, int], strict: bool, conditions: set[str], abilities: set[str]
) -> None:
    reading = read_requirements(text)
    assert reading.demand == demand
    assert bool(reading.strict) == strict
    assert reading.conditions == conditions
    assert reading.abilities == abilities
    assert (reading.sentences, reading.unread) == (1, [])


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Part-time possibile", "orario"),
        ("Orario flessibile", "orario"),
        ("Affiancamento iniziale previsto", "sostegno"),
        ("Mansione adattabile alla persona", "adattamento"),
    ],
)
def test_what_the_employer_offers_is_an_opening(text: str, opening: str) -> None:
    assert read_requirements(text).openings == {opening}


def test_sentences_add_up_and_the_most_demanding_counts() -> None:
    reading = read_requirements(
        "Distinguere i colori. Buona vista; lavoro all'aperto - Uso di scale"
    )
    assert reading.demand == {"vista": 3}
    assert reading.conditions == {"aperto", "altezze"}
    assert reading.sentences == 4


def test_what_is_not_understood_is_counted_and_excludes_nobody() -> None:
    reading = read_requirements("Bella presenza. Ambiente rumoroso. Xyz 123!")
    assert reading.unread == ["bella presenza", "xyz 123"]
    assert reading.sentences == 3
    assert reading.conditions == {"rumore"}
    assert reading.demand == {}


@pytest.mark.parametrize("text", [None, "", " … ", "12 / 34"])
def test_a_text_without_words_asks_nothing(text: str | None) -> None:
    reading = read_requirements(text)
    assert (reading.sentences, reading.demand, reading.conditions) == (0, {}, set())


def test_every_phrase_of_the_demonstration_is_understood() -> None:
    phrases = tomllib.loads((DATA / "frasi.toml").read_text(encoding="utf-8"))
    texts = [text for group in phrases["capacita"].values() for text in group]
    texts += phrases["aperture"]["frasi"]
    assert len(texts) > 60
    assert [text for text in texts if read_requirements(text).unread] == []


def test_a_stated_capacity_may_fall_short_by_a_degree_and_a_contraindication_may_not() -> None:
    stated = read_requirements("Richiesta buona capacità visiva")
    assert required_bits(stated, 0) == capacity_bit("vista", 3)
    assert required_bits(stated, 1) == capacity_bit("vista", 2)
    adapted = read_requirements("Richiesta buona capacità visiva. Ausili disponibili")
    assert required_bits(adapted, 1) == capacity_bit("vista", 1)
    strict = read_requirements("Non adatta a non vedenti. Mansione adattabile")
    assert required_bits(strict, 2) == capacity_bit("vista", 2)


def test_accents_apostrophes_and_capitals_do_not_matter() -> None:
    assert plain("  L’ATTIVITÀ  è\tALL`APERTO ") == "l'attivita e all'aperto"


@pytest.mark.parametrize(
    "body",
    [
        {"espressione": "x", "chiede": {"olfatto": 2}},
        {"espressione": "x", "chiede": {"vista": 5}},
        {"espressione": "x", "condizioni": ["vento"]},
        {"espressione": "(", "condizioni": ["rumore"]},
        {"espressione": "x", "apertura": "cuore"},
    ],
)
def test_a_pattern_that_means_nothing_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Pattern.model_validate(body)
