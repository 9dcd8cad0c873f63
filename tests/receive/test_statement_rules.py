"""Every rule of the ministry's format, one fault at a time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.problems import Severity
from etl.receive import pid
from etl.receive.pid import Statement, read_statement
from etl.receive.pid_rules import TABLES, columns, element_names, load_rules, restricted_columns
from tests.receive.statements import PERSON_VALUES, Province, Sample, post, worker


def read(xml: str) -> Statement:
    return read_statement([xml.encode()], "prova.xml", "prospetti")


def row(statement: Statement, table: str, index: int = 0) -> dict[str, object]:
    return dict(zip(columns(table), statement.tables[table][index], strict=True))


def test_a_good_statement_gives_its_rows_and_no_problem() -> None:
    second = Province("016", "A794", workers=60, posts=({}, {"mansione": "Magazzino"}))
    statement = read(Sample(provinces=(Province(), second)).xml())
    assert statement.problems == []
    assert {name: len(rows) for name, rows in statement.tables.items()} == {
        "prospetti": 1,
        "prospetti-province": 2,
        "prospetti-orari": 6,
        "prospetti-escluse": 2,
        "prospetti-compensazioni": 0,
        "prospetti-posti": 3,
        "prospetti-riepilogo": 3,
    }
    head = row(statement, "prospetti")
    assert head["codice_comunicazione"] == "2025ABCDEF000001"
    assert head["data_invio"] == "2026-01-20"
    assert head["lavoratori_nazionali"] == 140
    assert head["data_prima_assunzione"] is None
    province = row(statement, "prospetti-province", 1)
    assert (province["codice_provincia"], province["comune_sede"]) == ("016", "A794")
    assert (province["lavoratori"], province["disabili_tempo_pieno"]) == (60, 2)
    hours = [row(statement, "prospetti-orari", index) for index in range(6)]
    assert [item["gruppo_orario"] for item in hours[:3]] == [
        "disabili",
        "dipendenti",
        "intermittenti",
    ]
    assert [item["progressivo"] for item in hours] == [1, 2, 3, 4, 5, 6]
    assert (hours[0]["minuti_contratto"], hours[0]["minuti_svolti"]) == (2400, 1440)
    assert row(statement, "prospetti-posti", 2)["mansione"] == "Magazzino"
    assert row(statement, "prospetti-riepilogo")["codice_provincia"] is None
    assert row(statement, "prospetti-riepilogo", 2)["codice_provincia"] == "016"


def test_lines_say_where_each_row_begins() -> None:
    statement = read(Sample().xml())
    lines = Sample().xml().splitlines()
    at = statement.lines["prospetti-posti"][0]
    assert lines[at - 1].startswith("<postilavoro>")


FAULTS = [
    # what is replaced, with what, the problem, its element, whether the value is shown
    ("<capogruppo>N", "<capogruppo>X", "valore", "capogruppo", "X"),
    ("<datariferimento>2025-12-31", "<datariferimento>31/12/2025", "valore", "datariferimento",
     "31/12/2025"),
    ("<datariferimento>2025-12-31", "<datariferimento>2025-02-30", "valore", "datariferimento",
     "2025-02-30"),
    ("<nlavoratorinazionali>80", "<nlavoratorinazionali>ottanta", "valore",
     "nlavoratorinazionali", None),
    ("<nlavoratorinazionali>80", "<nlavoratorinazionali>1000000", "valore",
     "nlavoratorinazionali", None),
    ("<categoriaazienda>A", "<categoriaazienda>D", "valore", "categoriaazienda", "D"),
    ("<nessunaassunzioneaggiuntiva>S", "<nessunaassunzioneaggiuntiva>N",
     "assunzioni-aggiuntive", "nessunaassunzioneaggiuntiva", None),
    ("<tipologiadichiarante>A", "<tipologiadichiarante>E", "valore", "tipologiadichiarante", "E"),
    ("<codicefiscale>01234567890", "<codicefiscale>0123", "valore", "codicefiscale", None),
    ("<denominazione>Officine di Prova S.r.l.", "<denominazione>", "valore", "denominazione",
     None),
    ("<denominazione>Officine", "<denominazione>" + "O" * 101, "valore", "denominazione", None),
    ("<settore>25.62.00", "<settore>2562", "valore", "settore", "2562"),
    ("<ccnl>113", "<ccnl>1", "valore", "ccnl", "1"),
    ("<comunesedelegale>F205", "<comunesedelegale>Milano", "valore", "comunesedelegale",
     "Milano"),
    ("<PECemail>azienda@pec.invalid</PECemail>", "", "mancante", "PECemail", None),
    ("<provincia>015</provincia><sede", "<provincia>MI</provincia><sede", "valore", "provincia",
     "MI"),
    ("<comune>F205</comune><cap>20100</cap><indirizzo>via Prova 2",
     "<comune>205F</comune><cap>20100</cap><indirizzo>via Prova 2", "valore", "comune", "205F"),
    ("<nlavoratori>80", "<nlavoratori>", "valore", "nlavoratori", None),
    ("<disabili><nlavoratoritempopieno>2", "<disabili><nlavoratoritempopieno>due", "valore",
     "nlavoratoritempopieno", None),
    ("<categoria>0012", "<categoria>12", "valore", "categoria", "12"),
    ("<orariosettimanaleparttime>24:00", "<orariosettimanaleparttime>24.00", "valore",
     "orariosettimanaleparttime", "24.00"),
    ("<orariosettimanaleparttime>24:00", "<orariosettimanaleparttime>23:75", "valore",
     "orariosettimanaleparttime", "23:75"),
    ("<categorieprotette>1</categorieprotette>", "", "mancante", "categorieprotette", None),
    ("<telelavoro><nlavoratoritempopieno>0</nlavoratoritempopieno></telelavoro>", "", "mancante",
     "telelavoro", None),
    ("<qualificaprof>4.1.1.2.0.1", "<qualificaprof>4112", "valore", "qualificaprof", "4112"),
    ("<mansione>Inserimento dati", "<mansione>" + "è" * 201, "valore", "mansione", "è" * 201),
    ("<nposti>1", "<nposti>-1", "valore", "nposti", "-1"),
    ("<categoriasogg>D</categoriasogg><comuneass>", "<categoriasogg>E</categoriasogg><comuneass>",
     "valore", "categoriasogg", "E"),
    ("<turninotturni>N</turninotturni>", "", "mancante", "turninotturni", None),
    ("<mezzipubblici>S", "<mezzipubblici>sì", "valore", "mezzipubblici", "sì"),
    ("<categoriaass>NO</categoriaass></postilavoro>",
     "<categoriaass>NN</categoriaass></postilavoro>", "valore", "categoriaass", "NN"),
    ("<numLavBaseComputoArt3>60", "<numLavBaseComputoArt3>sessanta", "valore",
     "numLavBaseComputoArt3", None),
    ("<scoperturedisabili>1", "<scoperturedisabili>-1", "valore", "scoperturedisabili", None),
    ("<quotaesuberiArt18>0</quotaesuberiArt18>", "", "mancante", "quotaesuberiArt18", None),
    ("<tipocomunicazione>01", "<tipocomunicazione>1", "valore", "tipocomunicazione", "1"),
    ("<tipocomunicazione>01</tipocomunicazione>", "", "mancante", "tipocomunicazione", None),
    ('codicecomunicazione="2025ABCDEF000001"', 'codicecomunicazione="2025"', "valore",
     "codicecomunicazione", "2025"),
    ('codicecomunicazione="2025ABCDEF000001"', "", "mancante", "codicecomunicazione", None),
    ('dataInvio="2026-01-20T10:15:00"', 'dataInvio="2026-01-20"', "valore", "dataInvio",
     "2026-01-20"),
    ('versione="PIDISABILI001600"', 'versione="PIDISABILI001500"', "versione", "versione",
     "PIDISABILI001500"),
    ("<quadro1>", "<quadro1><sorpresa>1</sorpresa>", "elemento-sconosciuto", "sorpresa", None),
    ("<capogruppo>N</capogruppo>", "", "mancante", "capogruppo", None),
    ("<capogruppo>N</capogruppo>", "<capogruppo>N</capogruppo><capogruppo>N</capogruppo>",
     "ripetuto", "capogruppo", None),
    ("<settore>25.62.00</settore><ccnl>113</ccnl>", "<ccnl>113</ccnl><settore>25.62.00</settore>",
     "ordine", "settore", None),
    ("<nposti>1</nposti>", "<nposti><b/>1</nposti>", "valore", "nposti", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "element", "shown"), FAULTS)
def test_each_fault_is_named_with_its_element_and_refuses_the_statement(
    old: str, new: str, code: str, element: str, shown: str | None
) -> None:
    xml = Sample().xml()
    assert old in xml
    statement = read(xml.replace(old, new, 1))
    assert statement.refused
    assert all(rows == [] for rows in statement.tables.values())
    problem = statement.problems[0]
    assert (problem.code, problem.column) == (code, element)
    assert problem.found == shown
    assert problem.row
    assert problem.remedy
    assert problem.severity is Severity.ROW


@pytest.mark.parametrize(("old", "new"), [fault[:2] for fault in FAULTS])
def test_a_statement_read_as_a_stream_gives_the_same_problems(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Sample().xml().replace(old, new, 1).encode()
    whole = read_statement([data], "prova.xml", "prospetti")
    monkeypatch.setattr(pid, "SMALL", 0)
    pieces = [data[at : at + 101] for at in range(0, len(data), 101)]
    streamed = read_statement(pieces, "prova.xml", "prospetti")
    assert sorted(map(str, streamed.problems)) == sorted(map(str, whole.problems))
    assert streamed.tables == whole.tables


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 400), st.integers(0, 3), st.integers(0, 4))
def test_how_the_bytes_arrive_changes_nothing(size: int, persons: int, posts: int) -> None:
    provinces = (Province(persons=persons, posts=({},) * posts), Province("016", "A794"))
    data = Sample(provinces=provinces).xml().encode()
    whole = read_statement([data], "prova.xml", "prospetti")
    before = pid.SMALL
    pid.SMALL = 0
    try:
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert read_statement(pieces, "prova.xml", "prospetti") == whole
    finally:
        pid.SMALL = before


def test_vacancies_elsewhere_in_the_tree_are_not_taken_for_rows() -> None:
    xml = Sample().xml().replace("<quadro1>", f"<quadro1><boh>{post()}{worker()}</boh>", 1)
    statement = read(xml)
    assert [problem.code for problem in statement.problems] == ["elemento-sconosciuto"]


def test_free_texts_come_on_one_line_without_what_the_eye_does_not_see() -> None:
    text = "  Ca\u200brico\n e   sca\u202erico <!-- nota --> &lt;b&gt; "
    statement = read(Sample(provinces=(Province(posts=({"mansione": text},)),)).xml())
    assert row(statement, "prospetti-posti")["mansione"] == "Carico e scarico <b>"


def test_a_registered_office_abroad_is_accepted() -> None:
    statement = read(Sample(office="0000").xml())
    assert statement.problems == []


def test_a_file_with_a_thousand_faults_lists_some_and_counts_the_rest() -> None:
    posts = tuple({"nposti": "x"} for _ in range(1_000))
    statement = read(Sample(provinces=(Province(posts=posts),)).xml())
    assert len(statement.problems) == pid.MOST_PROBLEMS + 1
    assert "800" in statement.problems[-1].message


def test_more_rows_than_a_company_can_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pid, "MOST_ROWS", 20)
    statement = read(Sample(provinces=(Province(posts=({},) * 30),)).xml())
    assert [problem.code for problem in statement.problems] == ["troppe-righe"]


def test_no_value_of_a_person_is_in_what_is_read() -> None:
    statement = read(Sample(provinces=(Province(persons=5),)).xml())
    held = repr(statement)
    assert [value for value in PERSON_VALUES if value in held] == []


@pytest.mark.parametrize("broken", ["codicefiscale", "cognome", "datanascita", "lavoratore"])
def test_a_fault_inside_a_person_is_not_even_looked_at(broken: str) -> None:
    xml = Sample().xml()
    person = worker(0)
    damaged = person.replace(f"<{broken}>", f"<{broken}x>").replace(f"</{broken}>", f"</{broken}x>")
    statement = read(xml.replace(person, damaged))
    assert statement.problems == []


def test_figures_on_persons_with_disabilities_are_restricted() -> None:
    assert "disabili_tempo_pieno" in restricted_columns("prospetti-province")
    assert "numero" in restricted_columns("prospetti-orari")
    assert "denominazione_azienda" in restricted_columns("prospetti")
    assert "scoperture_disabili" in restricted_columns("prospetti-riepilogo")
    assert "mansione" not in restricted_columns("prospetti-posti")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_a_contract_comes_from_an_element(table: str) -> None:
    computed = {"codice_comunicazione", "codice_provincia", "progressivo", "gruppo_orario"}
    assert set(columns(table)) - computed <= set(element_names(table))


def test_persons_elements_are_marked_in_the_rules() -> None:
    rules = load_rules()
    quadro2 = {child.name: child for child in rules.root.children.values()}["quadro2"].block
    assert quadro2 is not None
    person = {child.name for child in quadro2.children.values() if child.person}
    assert person == {"lavoratoricomputabili"}
    assert {child.name for child in rules.attributes if child.person} == {
        "delegato",
        "e-mailDelegato",
    }
