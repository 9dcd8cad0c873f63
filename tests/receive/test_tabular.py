"""A supplier's columns and words made ours, and every fault told with its place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.config import Source
from etl.contracts import load_supplier_contract
from etl.problems import Problem, Responsible, Severity
from etl.receive.checks import Registers
from etl.receive.reading import read_source
from etl.receive.results import SourceResult, as_csv, group, safe_cell
from etl.receive.tabular import header_key, parse_date, parse_decimal, parse_integer
from etl.receive.texts import cell, one_line
from etl.receive.validation import table_schema
from tests.receive.conftest import CATALOGUE, configuration
from tests.receive.sheets import ods, ods_table

Write = Callable[[str, str | bytes], Path]

COLUMNS = {
    "codice_operatore": "N. albo",
    "denominazione_operatore": "Ente",
    "denominazione_sede": "Sede",
    "comune_dichiarato": "Comune",
    "servizi": "Servizi",
    "data_aggiornamento": "Aggiornato al",
}
HEADER = "N. albo;Ente;Sede;Comune;Servizi;Aggiornato al\n"
ROW = "A1;Coop Prova;Sede 1;Milano;coaching;31/12/2025\n"
Read = Callable[..., SourceResult]


@pytest.fixture
def read(write: Write, registers: Registers) -> Read:
    def make(content: str | bytes, name: str = "catalogo.csv", **more: Any) -> SourceResult:
        path = write(name, content)
        return read_source(source(path, **more), path, registers)

    return make


def source(path: Path, **more: Any) -> Source:
    usual = {
        "id": "catalogo",
        "formato": "csv",
        "percorso": str(path),
        "provincia": "015",
        "colonne": COLUMNS,
        "righe_rifiutate_massime": 1.0,
    }
    return configuration(usual | more).fonti[0]


def only(result: SourceResult) -> Problem:
    assert len(result.problems) == 1, [problem.line() for problem in result.problems]
    return result.problems[0]


def values(result: SourceResult, name: str) -> list[Any]:
    return list(result.tables[CATALOGUE][name])


# -- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("31/12/2025", "2025-12-31"),
        ("1/2/2025", "2025-02-01"),
        ("31-12-2025", "2025-12-31"),
        ("31.12.2025", "2025-12-31"),
        ("2025-12-31", "2025-12-31"),
        ("2025-12-31T00:00:00.000", "2025-12-31"),
        ("2025-12-31 08:30:00", "2025-12-31"),
        ("31/12/2025 08:30", "2025-12-31"),
        ("20251231", "2025-12-31"),
        ("46022", "2025-12-31"),
        ("46022.0", "2025-12-31"),
        ("31 dicembre 2025", "2025-12-31"),
        ("31/13/2025", None),
        ("30/02/2025", None),
        ("31/12/25", None),
        ("dicembre", None),
        ("12345", None),
    ],
)
def test_dates_are_read_as_people_and_spreadsheets_write_them(text: str, date: str | None) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", "12"), ("1.234", "1234"), ("2.187.601", "2187601"), ("1 234", "1234"), ("007", "7"),
     ("12,00", "12"), ("12.0", "12"), ("-3", "-3"), ("12,5", None), ("***", None), ("1e3", None),
     ("1.23", None), ("", None)],
)  # fmt: skip
def test_whole_numbers_may_have_dots_for_thousands(text: str, number: str | None) -> None:
    assert parse_integer(text) == number


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [("82,0", True, "82.0"), ("1.234,56", True, "1234.56"), ("1,234.56", False, "1234.56"),
     ("45.464", False, "45.464"), ("45.464", True, "45464"), ("1.234.567", False, "1234567"),
     ("1,234,567", False, "1234567"), ("12", True, "12"), ("1'234,5", True, "1234.5"),
     ("***", True, None), ("=1+1", False, None)],
)  # fmt: skip
def test_decimals_may_have_commas(text: str, comma: bool, number: str | None) -> None:
    assert parse_decimal(text, comma) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [('="028001"', "028001"), ("  a\n b\t", "a b"), ("Via\u00a0Roma", "Via Roma"),
     ("e\u0300", "è"), ("in\u200bvisi\u202ebile", "invisibile"), ("=1+1", "=1+1"),
     ("<script>", "<script>")],
)  # fmt: skip
def test_cells_are_cleaned_and_never_evaluated(text: str, expected: str) -> None:
    assert cell(text) == expected


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


def test_words_become_codes_and_lists_are_split(read: Read) -> None:
    result = read(
        "N. albo;Ente;Sede;Comune;Servizi;Aggiornato al;Forma;Lingue\n"
        "A1;x;S1;Milano;Coaching + Tutor+Formazione;46022;COOP. SOCIALE;italiano + LIS\n"
        "A1;x;S2;Milano;coaching;;Fondazione;\n",
        colonne=COLUMNS | {"natura_giuridica": "Forma", "lingue": "Lingue"},
        valori={
            "natura_giuridica": {"Coop. sociale": "cooperativa_sociale"},
            "servizi": {"tutor": "tutoring_tirocinio"},
            "lingue": {"LIS": "lis"},
        },
        elenchi={"servizi": " + ", "lingue": " + "},
    )
    assert result.problems == []
    assert values(result, "servizi")[0] == ("tutoring_tirocinio", "coaching", "formazione")
    assert values(result, "natura_giuridica") == ["cooperativa_sociale", "fondazione"]
    assert values(result, "lingue") == [("it", "lis"), ()]
    assert str(values(result, "data_aggiornamento")[0])[:10] == "2025-12-31"


def test_a_word_with_the_separator_inside_is_not_cut(read: Read) -> None:
    result = read(
        HEADER + "A1;x;S1;Milano;pre-selezione - coaching;\n",
        valori={"servizi": {"pre-selezione": "incrocio"}},
        elenchi={"servizi": " - "},
    )
    assert values(result, "servizi") == [("coaching", "incrocio")]


def test_hostile_texts_stay_data(read: Read) -> None:
    hostile = ["<script>alert(1)</script>", '=HYPERLINK("http://x")', "{{7*7}}", "[red]x[/red]"]
    rows = "".join(
        f"A{n};{t.replace(';', ' ')};S;Milano;coaching;\n" for n, t in enumerate(hostile)
    )
    result = read(HEADER + rows)
    assert result.problems == []
    assert values(result, "denominazione_operatore") == hostile


# -- headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "N. albo;Ente;Sede;Comune;Servizi;Aggiornato al",
        " n.  ALBO ;ENTE;sede;COMUNE;servizi;aggiornato AL",
        "N_ALBO;Ente;Sede;Cómune;Servizi;Aggiornato-al",
        '"N. \nalbo";Ente;Sede;Comune;Servizi;"Aggiornato\r\nal"',
        "Altro;N. albo;Ente;Sede;Comune;Servizi;Aggiornato al",
    ],
)
def test_headers_match_whatever_case_spaces_and_accents(header: str, read: Read) -> None:
    row = ("x;" if header.startswith("Altro") else "") + ROW
    result = read(f"{header}\n{row}")
    assert result.problems == []
    assert values(result, "codice_operatore") == ["A1"]


def test_a_missing_column_names_the_nearest_one(read: Read) -> None:
    result = read(HEADER.replace("Comune", "Comuni") + ROW)
    problem = only(result)
    assert result.refused
    assert (problem.code, problem.severity) == ("colonna-mancante", Severity.FILE)
    assert "«Comune»" in problem.message
    assert "«Comuni»" in problem.message
    assert problem.remedy


def test_many_missing_columns_end_with_the_headers_found(read: Read) -> None:
    result = read("a;b\n1;2\n")
    assert result.refused
    assert [p.code for p in result.problems].count("colonna-mancante") == len(COLUMNS)
    assert "«a», «b»" in result.problems[-1].message


def test_two_columns_of_the_same_name_are_refused(read: Read) -> None:
    result = read(HEADER.replace("Sede", "Ente").replace("\n", ";Sede\n") + ROW)
    assert only(result).code == "colonna-doppia"


def test_a_header_that_moved_is_found_and_told(read: Read) -> None:
    result = read("Catalogo provinciale\n;;\n" + HEADER + ROW)
    problem = only(result)
    assert (problem.code, problem.responsible) == ("intestazione-spostata", Responsible.PUBLISHER)
    assert "riga 3" in problem.message
    assert result.rows_accepted == 1


def test_merged_headers_are_read_with_what_stands_over_them(
    tmp_path: Path, registers: Registers
) -> None:
    path = ods(
        tmp_path / "catalogo.ods",
        ods_table(
            "Foglio1",
            [
                ["Catalogo"],
                ["Operatore", "<table:covered-table-cell/>", "Sede", "<table:covered-table-cell/>",
                 "Servizi"],
                ["Codice", "Nome", "Nome", "Comune"],
                ["A1", "Coop", "S1", "Milano", "coaching"],
            ],
        ),
    )  # fmt: skip
    fonte = source(
        path,
        formato="ods",
        riga_intestazione=2,
        righe_intestazione=2,
        colonne={
            "codice_operatore": "Operatore / Codice",
            "denominazione_operatore": "Operatore / Nome",
            "denominazione_sede": "Sede / Nome",
            "comune_dichiarato": "Comune",
            "servizi": "Servizi",
        },
    )
    result = read_source(fonte, path, registers)
    assert result.problems == []
    assert values(result, "denominazione_sede") == ["S1"]


def test_without_a_mapping_the_columns_have_our_names(read: Read) -> None:
    header = "codice_operatore,denominazione_operatore,denominazione_sede,comune_dichiarato,servizi"
    result = read(f"{header}\nA1,Coop,S1,Milano,coaching\n", colonne={})
    assert result.problems == []
    assert result.rows_accepted == 1


def test_a_mapping_without_a_required_field_is_the_publishers_fault(read: Read) -> None:
    wanted = {name: header for name, header in COLUMNS.items() if name != "servizi"}
    problem = only(read(HEADER + ROW, colonne=wanted))
    assert (problem.code, problem.responsible) == ("corrispondenza-mancante", Responsible.PUBLISHER)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "file-vuoto"), (HEADER, "nessuna-riga"), (";;;\n", "senza-intestazione")],
)
def test_a_file_without_data_is_refused(content: str, code: str, read: Read) -> None:
    result = read(content)
    assert result.refused
    assert result.problems[0].code == code


# -- rows -------------------------------------------------------------------------------------


BAD_ROWS = [
    ("A1;;S;Milano;coaching;", "valore-mancante", "Ente", None),
    ("A1;x;S;Milano;;", "valore-mancante", "Servizi", None),
    ("A1;x;S;Milano;coaching, volo;", "fuori-vocabolario", "Servizi", "volo"),
    ("A1;x;S;Milano;coaching;31/02/2025", "tipo-data", "Aggiornato al", "31/02/2025"),
    ("A1;" + "x" * 201 + ";S;Milano;coaching;", "lunghezza", "Ente", "x" * 201),
    ("A1;x;S;Millano;coaching;", "comune-sconosciuto", "Comune", "Millano"),
]


@pytest.mark.parametrize(("line", "code", "column", "found"), BAD_ROWS)
def test_a_bad_row_goes_aside_with_its_place_value_and_remedy(
    line: str, code: str, column: str, found: str | None, read: Read
) -> None:
    result = read(HEADER + ROW + line + "\n")
    problem = only(result)
    assert (problem.code, problem.severity) == (code, Severity.ROW)
    assert (problem.row, problem.column, problem.found) == (3, column, found)
    assert problem.remedy
    assert (result.rows_accepted, result.rows_quarantined) == (1, 1)
    assert result.refusals.rows[0][:2] == ["catalogo.csv", "3"]


def test_an_unknown_comune_suggests_the_nearest(read: Read) -> None:
    assert "«Milano»" in only(read(HEADER + ROW.replace("Milano", "Millano"))).message


def test_a_site_in_another_region_is_used_and_noticed(read: Read) -> None:
    result = read(HEADER + ROW.replace("Milano", "Piacenza"))
    assert only(result).severity is Severity.NOTICE
    assert result.rows_accepted == 1


def test_a_copy_is_left_out_and_a_contradiction_refuses_both(read: Read) -> None:
    result = read(
        HEADER
        + ROW
        + ROW
        + ROW.replace("A1", "B2")
        + ROW.replace("A1", "b2").replace("Coop", "Coop 2")
    )
    codes = [(problem.code, problem.row) for problem in result.problems]
    assert codes == [("riga-ripetuta", 3), ("chiave-ripetuta", 4), ("chiave-ripetuta", 5)]
    assert (result.rows_read, result.rows_accepted, result.rows_quarantined) == (4, 1, 2)


def test_ten_thousand_errors_are_all_counted_and_said_once(read: Read) -> None:
    rows = "".join(f"A{n};x;S;Milano;coaching;ieri\n" for n in range(10_000))
    result = read(HEADER + rows)
    assert result.rows_quarantined == 10_000
    groups = group(result.problems)
    assert len(groups) == 1
    assert groups[0].count == 10_000
    assert [problem.row for problem in groups[0].examples] == [2, 3, 4, 5, 6]


def test_a_source_with_too_many_refused_rows_is_refused_whole(read: Read) -> None:
    rows = ROW + ROW.replace("A1", "A2") + ROW.replace("31/12/2025", "ieri").replace("A1", "A3")
    assert not read(HEADER + rows, righe_rifiutate_massime=0.5).refused
    result = read(HEADER + rows, righe_rifiutate_massime=0.2)
    assert result.refused
    assert result.problems[-1].code == "troppe-righe-rifiutate"
    assert result.problems[-1].severity is Severity.FILE


def test_refused_rows_are_safe_to_open_in_a_spreadsheet(read: Read) -> None:
    result = read(HEADER + '=cmd|calc;"+1+1";@x;Milano;volo;-5\n')
    lines = as_csv(result.refusals).splitlines()
    assert lines[0].startswith("file,riga,motivi,N. albo,Ente")
    assert "'=cmd|calc" in lines[1]
    assert "'+1+1" in lines[1]
    assert "'@x" in lines[1]
    assert "'-5" in lines[1]
    assert safe_cell("Milano") == "Milano"


def test_a_doubtful_consent_does_not_hold(write: Write, registers: Registers) -> None:
    path = write(
        "consensi.csv",
        "codice_comunicazione,consenso,data_consenso\n"
        "AAAAAAAAAAAAAAAA,S,2026-01-10\n"
        "AAAAAAAAAAAAAAAA,N,ieri\n"
        "BBBBBBBBBBBBBBBB,S,2026-01-10\n"
        "CCCCCCCCCCCCCCCC,S,2026-01-10\n"
        "CCCCCCCCCCCCCCCC,N,2026-01-10\n"
        "DDDDDDDDDDDDDDDD,S,2026-01-10\n"
        "DDDDDDDDDDDDDDDD,N,2026-02-10\n",
    )
    fonte = source(path, contratto="consensi", colonne={})
    result = read_source(fonte, path, registers)
    kept = result.tables["consensi"]
    assert list(zip(kept["codice_comunicazione"].str[0], kept["consenso"], strict=True)) == [
        ("B", "S"),
        ("D", "S"),
        ("D", "N"),
    ]
    assert {p.code for p in result.problems} == {
        "tipo-data",
        "consenso-in-dubbio",
        "chiave-ripetuta",
    }


def test_the_schema_comes_from_the_contract() -> None:
    schema = table_schema(load_supplier_contract(CATALOGUE))
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["$schema"].endswith("/2.0/tableschema.json")
    assert schema["fieldsMatch"] == "exact"
    assert fields["codice_operatore"]["constraints"]["required"] is True
    assert "coaching" in fields["servizi"]["constraints"]["pattern"]
    assert fields["natura_giuridica"]["constraints"]["enum"][0] == "ente_pubblico"
    assert fields["data_aggiornamento"]["type"] == "date"


def test_header_keys_ignore_what_people_change() -> None:
    assert header_key("  N°  ALBO ") == header_key("n albo")
    assert header_key("Attività\n(codice)") == header_key("ATTIVITA CODICE")


def test_a_refused_row_on_a_person_is_told_by_its_place_alone(
    write: Write, registers: Registers
) -> None:
    contract = load_supplier_contract("iscritti")
    row = dict.fromkeys(contract.names, "") | {
        "id_persona": "SEGRETO-1",
        "comune_dichiarato": "Nascondiglio",
        "anno_nascita": "millenovecento",
    }
    path = write("iscritti.csv", ",".join(contract.names) + "\n" + ",".join(row.values()) + "\n")
    result = read_source(source(path, contratto="iscritti", colonne={}), path, registers)
    assert result.rows_quarantined == 1
    held = repr(result.problems) + as_csv(result.refusals)
    assert all(value not in held for value in row.values() if value)
    assert result.refusals.rows[0][:2] == ["iscritti.csv", "2"]
