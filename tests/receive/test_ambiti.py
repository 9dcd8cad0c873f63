"""The register of ambiti: every comune of the portal in one ambito of its province, well named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.config import Source
from etl.problems import Problem, Severity
from etl.receive.checks import Registers
from etl.receive.geography import Geography
from etl.receive.reading import read_source
from etl.receive.results import SourceResult

Write = Callable[[str, str | bytes], Path]
HEADER = "codice_comune;codice_ambito;denominazione_ambito"
NAME = "Ambito di prova"


@pytest.fixture
def read(write: Write, registers: Registers) -> Callable[..., SourceResult]:
    source = Source(
        id="registro-ambiti", fornitore="Registro di prova", contratto="ambiti", formato="csv",
        frequenza="annuale", percorso="ambiti.csv", codifica="utf-8", separatore=";",
        righe_rifiutate_massime=1.0,
    )  # fmt: skip

    def run(*rows: str) -> SourceResult:
        return read_source(source, write("ambiti.csv", "\n".join([HEADER, *rows])), registers)

    return run


def refused(result: SourceResult) -> list[Problem]:
    return [problem for problem in result.problems if problem.severity is Severity.ROW]


def notices(result: SourceResult) -> list[Problem]:
    return [problem for problem in result.problems if problem.severity is Severity.NOTICE]


def whole_province(geography: Geography, ambito: str = "014-A01") -> list[str]:
    comuni = geography.comuni
    codes = comuni.loc[comuni["codice_provincia"] == ambito[:3], "codice_comune"]
    return [f"{code};{ambito};{NAME}" for code in codes]


def test_a_whole_province_is_accepted_without_a_word(
    read: Callable[..., SourceResult], geography: Geography
) -> None:
    rows = whole_province(geography)
    result = read(*rows)
    assert result.problems == []
    assert result.rows_accepted == len(rows) == len(result.tables["ambiti"])


@pytest.mark.parametrize(
    ("row", "code", "column", "expected"),
    [
        ("016999;016-A03;Ambito di prova", "comune-sconosciuto", "codice_comune", "codice Istat"),
        ("058091;058-A03;Ambito di prova", "comune-fuori", "codice_comune", "del portale"),
        ("015146;016-A03;Ambito di prova", "ambito-fuori-provincia", "codice_ambito", "«015-»"),
        ("16024;016-A03;Ambito di prova", "forma", "codice_comune", "015146"),
        ("016024;016A03;Ambito di prova", "forma", "codice_ambito", "016-A03"),
        ("016024;016-a03;Ambito di prova", "forma", "codice_ambito", "016-A03"),
        ("016024;016-ABCDEFGHILM;Ambito di prova", "forma", "codice_ambito", "016-A03"),
        ("016024;;Ambito di prova", "valore-mancante", "codice_ambito", "016-A03"),
        ('016024;016-A03;"=HYPERLINK(""x"")"', "forma", "denominazione_ambito", "un testo"),
        ("016024;016-A03;+39 Ambito", "forma", "denominazione_ambito", "un testo"),
        ("016024;016-A03;<b>Ambito</b>", "forma", "denominazione_ambito", "un testo"),
        ('016024;016-A03;Ambito" onclick', "forma", "denominazione_ambito", "un testo"),
        ("016024;016-A03;" + "A" * 101, "lunghezza", "denominazione_ambito", "100"),
    ],
)
def test_a_row_that_cannot_stand_is_put_aside_with_what_was_expected(
    read: Callable[..., SourceResult], row: str, code: str, column: str, expected: str
) -> None:
    result = read("016008;016-A01;Un altro ambito", row)
    (problem,) = refused(result)
    assert (problem.code, problem.column, problem.row) == (code, column, 3)
    assert expected in (problem.expected or "")
    assert problem.remedy
    assert result.tables["ambiti"]["codice_comune"].tolist() == ["016008"]
    assert result.rows_quarantined == 1


def test_a_comune_twice_in_the_register_stands_nowhere(read: Callable[..., SourceResult]) -> None:
    result = read("016024;016-A03;Uno", "016024;016-A04;Due", "016008;016-A05;Tre")
    assert [(p.code, p.row) for p in refused(result)] == [
        ("chiave-ripetuta", 2),
        ("chiave-ripetuta", 3),
    ]
    assert result.tables["ambiti"]["codice_ambito"].tolist() == ["016-A05"]


def test_former_comuni_of_one_comune_of_today_must_agree(
    read: Callable[..., SourceResult],
) -> None:
    agreed = read("013199;013-A01;Uno", "013228;013-A01;Uno")
    assert refused(agreed) == []
    result = read("013199;013-A01;Uno", "013228;013-A02;Due")
    assert [p.code for p in refused(result)] == ["comune-in-due-ambiti"] * 2
    assert "013256" in refused(result)[0].message


def test_the_name_that_most_rows_have_is_the_ambitos(read: Callable[..., SourceResult]) -> None:
    result = read(
        "016008;016-A03;Ambito Primo",
        "016024;016-A03;AMBITO  primo",
        "016004;016-A03;Ambito Secondo",
    )
    (problem,) = refused(result)
    assert (problem.code, problem.row) == ("ambito-con-due-nomi", 4)
    assert problem.found == "Ambito Secondo"
    assert problem.expected == "«Ambito Primo»"


def test_where_no_name_prevails_none_is_taken(read: Callable[..., SourceResult]) -> None:
    result = read("016008;016-A03;Ambito Primo", "016024;016-A03;Ambito Secondo")
    assert [p.code for p in refused(result)] == ["ambito-con-due-nomi"] * 2
    assert refused(result)[0].expected == "«Ambito Primo» oppure «Ambito Secondo»"


def test_a_province_with_a_comune_in_no_ambito_is_told_that_it_stays_without(
    read: Callable[..., SourceResult], geography: Geography
) -> None:
    rows = whole_province(geography)
    (lacking,) = notices(read(*rows[1:]))
    assert lacking.code == "provincia-senza-ambiti"
    name = geography.comuni.set_index("codice_comune").loc[rows[0][:6], "comune"]
    assert str(name) in lacking.message
    # a row that is refused places nobody
    (spoilt,) = notices(read(rows[0].replace(NAME, "<i>"), *rows[1:]))
    assert spoilt.message == lacking.message


def test_a_province_with_too_small_an_ambito_is_told_that_it_stays_without(
    read: Callable[..., SourceResult], geography: Geography
) -> None:
    first, *rest = whole_province(geography)
    (notice,) = notices(read(first.replace("A01", "A02"), *rest))
    assert notice.code == "provincia-senza-ambiti"
    assert "un ambito (014-A02)" in notice.message
