"""The law's numbers: dated, sourced, exact, and unknown where they are not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from etl.derive.quota.instruments import PROGRAMS
from etl.derive.quota.law import (
    FOLDER,
    ParameterError,
    category_scope,
    changes,
    histories,
    parameters,
)
from etl.derive.quota.rules import PROSPETTO

DAY = date(2025, 12, 31)


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "prova.toml").write_text(text, encoding="utf-8")
    return tmp_path


def entry(**more: str) -> str:
    body = {"valore": "7", "valid_from": "2020-01-01", "source": '"legge"', "verified": "true"}
    lines = [f"{key} = {value}" for key, value in (body | more).items()]
    return "\n".join(["[[uno.valori]]", *lines]) + "\n"


HEAD = '[uno]\ntitolo = "Uno"\nunita = "posti"\n'


def test_every_number_that_a_rule_reads_is_a_parameter() -> None:
    known = set(parameters(DAY).entries)
    for program in PROGRAMS:
        assert set(program.parameters()) <= known, program.name


def test_every_value_has_a_source_and_only_known_values_are_verified() -> None:
    for history in histories().values():
        for value in history.values:
            assert value.source, history.name
            assert value.known or not value.verified, history.name


def test_the_statement_needs_no_unknown_number_today() -> None:
    law = parameters(DAY)
    assert [name for name in PROSPETTO.parameters() if law[name] is None] == []


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        ("contributo_esonerativo", date(2007, 12, 31), 12_91),
        ("contributo_esonerativo", date(2008, 1, 1), 30_64),
        ("contributo_esonerativo", date(2021, 12, 31), 30_64),
        ("contributo_esonerativo", date(2022, 1, 1), 39_21),
        ("sanzione_scopertura_al_giorno", date(2015, 6, 1), 57_17),
        ("sanzione_scopertura_al_giorno", date(2016, 1, 1), 153_20),
        ("sanzione_scopertura_al_giorno", date(2022, 1, 1), 196_05),
        ("sanzione_prospetto_fissa", date(2022, 1, 1), 702_43),
        ("quota_percentuale", date(1999, 12, 31), None),
        ("quota_soglia_una_unita", date(2017, 12, 31), None),
        ("art14_percentuale_massima", DAY, None),
        ("art14_coefficiente", DAY, None),
        ("art14_modo", date(2021, 12, 31), "alternativo"),
        ("art14_modo", date(2022, 1, 1), None),
    ],
)
def test_a_value_is_that_of_its_day_or_unknown(
    name: str, day: date, value: int | str | None
) -> None:
    assert parameters(day)[name] == value


def test_five_times_the_daily_contribution_is_the_sanction() -> None:
    for day in (date(2016, 1, 1), DAY):
        law = parameters(day)
        contribution = law.number("contributo_esonerativo")
        assert contribution is not None
        assert law.number("sanzione_scopertura_al_giorno") == 5 * contribution


def test_what_is_not_verified_is_named() -> None:
    law = parameters(DAY)
    names = ["quota_percentuale", "art14_percentuale_massima", "convenzione12_percentuale"]
    assert law.unverified(names) == ["art14_percentuale_massima", "convenzione12_percentuale"]


def test_a_rule_that_has_ended_says_when() -> None:
    assert parameters(date(2022, 1, 1)).entries["art14_eta"].expired == date(2021, 12, 31)
    assert parameters(date(1990, 1, 1)).entries["quota_percentuale"].expired is None


def test_replacing_a_value_marks_it_as_an_example() -> None:
    law = parameters(DAY).with_values(quota_percentuale=9)
    assert law["quota_percentuale"] == 9
    assert not law.entries["quota_percentuale"].verified
    assert parameters(DAY)["quota_percentuale"] == 7
    with pytest.raises(KeyError):
        law.with_values(inventato=1)


def test_each_day_of_change_is_listed_once_in_order() -> None:
    days = changes()
    assert days == sorted(set(days))
    assert date(2022, 1, 1) in days
    before, after = parameters(date(2021, 12, 31)), parameters(date(2022, 1, 1))
    assert before.number("contributo_esonerativo") != after.number("contributo_esonerativo")


def test_an_excluded_category_without_a_known_code_counts_for_both() -> None:
    law = parameters(DAY)
    assert len(law.table("categorie_escluse")) == 20
    assert category_scope("9999", law) == "E"
    known = law.with_values(categorie_escluse=({"codice": "0001", "ambito": "D"},))
    assert category_scope("0001", known) == "D"
    assert category_scope("0002", known) == "E"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + entry(valore="7.5"), "tra virgolette"),
        (HEAD.replace("posti", "euro") + entry(valore='"39,21"'), "39.21"),
        (HEAD.replace("posti", "euro") + entry(valore='"39.2"'), "39.21"),
        (HEAD + entry(source='""'), "source"),
        (HEAD + entry(inventato="1"), "inventato"),
        (HEAD + entry() + entry(valid_from="2021-01-01"), "manca una data"),
        (
            HEAD + entry(valid_to="2021-01-01") + entry(valid_from="2021-01-01"),
            "lo stesso giorno",
        ),
        (HEAD.replace("titolo", "nome") + entry(), "manca titolo"),
        ("[uno\n", "prova.toml"),
    ],
)
def test_a_wrong_parameter_file_is_refused_and_says_why(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        histories(written(tmp_path, text))


def test_a_value_that_is_missing_cannot_be_verified(tmp_path: Path) -> None:
    body = HEAD + '[[uno.valori]]\nvalid_from = 2020-01-01\nsource = "x"\nverified = true\n'
    with pytest.raises(ParameterError, match="non può essere verificato"):
        histories(written(tmp_path, body))


def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, HEAD + entry())
    (folder / "altra.toml").write_text(HEAD + entry(), encoding="utf-8")
    with pytest.raises(ParameterError, match="due volte"):
        histories(folder)


def test_no_amount_or_percentage_of_the_law_stands_in_the_rules() -> None:
    # every number in the rules is 0, 1, the hundred of a percentage, or of the calendar
    allowed = {0, 1, 2, 100, 10000000}
    import ast

    tree = ast.parse((FOLDER.parent / "rules.py").read_text(encoding="utf-8"))
    found = {
        node.value
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name != "fascia"
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and type(node.value) is int
    }
    assert found <= allowed
