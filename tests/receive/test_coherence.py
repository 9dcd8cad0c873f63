"""What the figures of one statement must say of one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.problems import Problem, Severity
from etl.receive.checks import Registers
from etl.receive.pid import read_statement
from etl.receive.reading import read_source
from tests.receive.conftest import configuration
from tests.receive.statements import Province, Sample

MILANO = Province(workers=80)
BERGAMO = Province("016", "A794", workers=60)
COMPENSATED = (("016", "E", 1, "D"),)
RETURNED = (("015", "R", 1, "D"),)


def problems(sample: Sample) -> list[Problem]:
    return read_statement([sample.xml().encode()], "prova.xml", "prospetti").problems


def both(first: Province, second: Province = BERGAMO, **more: object) -> Sample:
    return Sample(provinces=(first, second), **more)  # type: ignore[arg-type]


EXEMPTION = (
    "<esoneri><stato>E</stato><dataatto>{day}</dataatto><percentuale>{share}</percentuale>"
    "<numerolavoratori>1</numerolavoratori></esoneri>"
)
RISK = (
    "<esoneri60permille><dataautocertificazione>2024-05-01</dataautocertificazione>"
    "<numerolavoratori60permille>9</numerolavoratori60permille>"
    "<numerolavoratoriesonero>1</numerolavoratoriesonero></esoneri60permille>"
)
MOBILITY = (
    "<sospensionemobilita><sospensionepermobilita>S</sospensionepermobilita>{end}"
    "</sospensionemobilita>"
)

REFUSED = {
    "part-time as long as the contract": (
        Sample(provinces=(Province(part_time=((2, "40:00", "40:00"),)),)),
        "orario-incoerente",
    ),
    "part-time without hours": (
        Sample(provinces=(Province(part_time=((2, "40:00", "00:00"),)),)),
        "orario-incoerente",
    ),
    "a contract without hours": (
        Sample(provinces=(Province(on_call=((2, "00:00", "00:00"),)),)),
        "orario-incoerente",
    ),
    "on call longer than the contract": (
        Sample(provinces=(Province(on_call=((2, "40:00", "41:00"),)),)),
        "orario-incoerente",
    ),
    "more part-time heads than employees": (
        Sample(provinces=(Province(workers=5, part_time=((6, "40:00", "20:00"),)),), summary=""),
        "lavoratori-incoerenti",
    ),
    "more disabled employees than employees": (
        Sample(provinces=(Province(workers=8, disabled=8, part_time=()),), summary=""),
        "lavoratori-incoerenti",
    ),
    "more excluded than employees": (
        Sample(provinces=(Province(workers=10, excluded=(("0012", 6), ("0013", 5))),), summary=""),
        "lavoratori-incoerenti",
    ),
    "a province that compensates itself": (
        both(Province(compensations=(("015", "E", 1, "D"),))),
        "compensazione",
    ),
    "a compensation with a province that is not there": (
        both(Province(compensations=(("017", "E", 1, "D"),))),
        "compensazione",
    ),
    "excess and reduction for one list": (
        both(
            Province(compensations=(("016", "E", 1, "D"), ("016", "R", 1, "D"))),
            Province("016", "A794", compensations=RETURNED),
        ),
        "compensazione",
    ),
    "excess beside an exemption": (
        both(
            Province(compensations=COMPENSATED, extra=EXEMPTION.format(day="2024-01-01", share=50)),
            Province("016", "A794", compensations=RETURNED),
        ),
        "compensazione",
    ),
    "mobility without its end": (Sample(extra_one=MOBILITY.format(end="")), "sospensione"),
}

NOTICED = {
    "compensations that do not balance": (
        both(Province(compensations=COMPENSATED)),
        "compensazioni-sbilanciate",
    ),
    "an exemption over the limit": (
        Sample(provinces=(Province(extra=EXEMPTION.format(day="2024-01-01", share=70)),)),
        "esonero",
    ),
    "an exemption of the future": (
        Sample(provinces=(Province(extra=EXEMPTION.format(day="2026-01-05", share=60)),)),
        "esonero",
    ),
    "an exemption for a small base": (
        Sample(
            provinces=(Province(workers=50, extra=EXEMPTION.format(day="2024-01-01", share=60)),),
            category="C",
        ),
        "esonero",
    ),
    "a public body that certifies itself": (
        Sample(kind="C", provinces=(Province(extra=RISK),)),
        "esonero",
    ),
    "a late statement": (Sample(sent="2026-02-03T09:00:00"), "tardivo"),
    "a reference date inside the year": (Sample(reference="2025-06-30"), "data-riferimento"),
    "a reference date of two years ago": (Sample(reference="2024-12-31"), "data-riferimento"),
    "a base over the workers": (Sample(workers=30), "base-computo"),
    "a category that is not the base's": (Sample(category="B"), "categoria-azienda"),
}

GOOD = {
    "one province": Sample(),
    "balanced compensations": both(
        Province(compensations=COMPENSATED), Province("016", "A794", compensations=RETURNED)
    ),
    "on call without a call": Sample(provinces=(Province(on_call=((2, "40:00", "00:00"),)),)),
    "an exemption of a transport company": Sample(
        ateco="49.41.00",
        provinces=(Province(extra=EXEMPTION.format(day="2024-01-01", share=80)),),
    ),
    "mobility with its end": Sample(
        extra_one=MOBILITY.format(end="<datafinesospensione>2026-06-30</datafinesospensione>")
    ),
    "no summary": Sample(summary=""),
    "no province": Sample(provinces=(), summary="", workers=10),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_regional_systems_refuse_is_refused(case: str) -> None:
    sample, code = REFUSED[case]
    found = [problem for problem in problems(sample) if problem.severity is Severity.ROW]
    assert {problem.code for problem in found} == {code}
    assert all(problem.row and problem.remedy for problem in found)


@pytest.mark.parametrize("case", NOTICED)
def test_what_only_looks_odd_is_noticed(case: str) -> None:
    sample, code = NOTICED[case]
    assert [(p.code, p.severity) for p in problems(sample)] == [(code, Severity.NOTICE)]


@pytest.mark.parametrize("case", GOOD)
def test_what_is_coherent_is_left_alone(case: str) -> None:
    assert problems(GOOD[case]) == []


def test_messages_never_tell_how_many_persons_there_are() -> None:
    sample, _ = REFUSED["more disabled employees than employees"]
    for problem in problems(sample):
        assert problem.found is None
        assert "8" not in problem.message


@pytest.mark.parametrize(("other", "comune", "refused"), [("016", "A794", 0), ("058", "H501", 2)])
def test_a_public_body_compensates_inside_its_region_only(
    other: str, comune: str, refused: int, tmp_path: Path, registers: Registers
) -> None:
    sample = Sample(
        kind="C",
        provinces=(
            Province(compensations=((other, "E", 1, "D"),)),
            Province(other, comune, compensations=RETURNED),
        ),
    )
    path = tmp_path / "1.xml"
    path.write_text(sample.xml(), encoding="utf-8")
    source = configuration(
        {"id": "p", "contratto": "prospetti", "formato": "pid-xml", "percorso": str(path)}
    ).fonti[0]
    result = read_source(source, path, registers)
    assert [p.code for p in result.problems].count("compensazione") == refused


CASES: list[tuple[str, Callable[[], Sample], str, bool]] = [
    (
        "unknown comune of a vacancy",
        lambda: Sample(provinces=(Province(posts=({"comuneass": "Z999"}, {})),)),
        "posto-comune-sconosciuto",
        True,
    ),
    (
        "unknown occupation",
        lambda: Sample(provinces=(Province(posts=({"qualificaprof": "9.9.9.9.9.9"}, {})),)),
        "posto-professione-sconosciuta",
        True,
    ),
    (
        "no posts",
        lambda: Sample(provinces=(Province(posts=({"nposti": "0"}, {})),)),
        "posto-fuori-intervallo",
        True,
    ),
    (
        "unknown comune of the office",
        lambda: Sample(office="Z999"),
        "comune-sconosciuto",
        False,
    ),
    (
        "unknown province",
        lambda: Sample(provinces=(Province(code="999"),)),
        "provincia-sconosciuta",
        False,
    ),
    (
        "the same province twice",
        lambda: Sample(provinces=(Province(), Province(workers=70))),
        "chiave-ripetuta",
        False,
    ),
]


@pytest.mark.parametrize(("case", "make", "code", "alone"), CASES, ids=[c[0] for c in CASES])
def test_registers_refuse_a_vacancy_alone_and_a_statement_whole(
    case: str,
    make: Callable[[], Sample],
    code: str,
    alone: bool,
    tmp_path: Path,
    registers: Registers,
) -> None:
    path = tmp_path / "1.xml"
    path.write_text(make().xml(), encoding="utf-8")
    (tmp_path / "2.xml").write_text(Sample(code="2" * 16).xml(), encoding="utf-8")
    source = configuration(
        {
            "id": "p",
            "contratto": "prospetti",
            "formato": "pid-xml",
            "percorso": str(tmp_path),
            "righe_rifiutate_massime": 0.9,
        }
    ).fonti[0]
    result = read_source(source, tmp_path, registers)
    assert code in {problem.code for problem in result.problems}, case
    statements = set(result.tables["prospetti"]["codice_comunicazione"])
    assert ("2025ABCDEF000001" in statements) is alone
    posts = result.tables["prospetti-posti"]
    assert len(posts) == (2 if alone else 1)
    for table in result.tables.values():
        assert set(table["codice_comunicazione"]) <= statements
