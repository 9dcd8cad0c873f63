"""The rules' language refuses what the build and the browser would not do alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from etl.derive.quota.instruments import PROGRAMS
from etl.derive.quota.language import LanguageError, Program, Rule, read
from etl.derive.quota.law import parameters
from etl.derive.quota.scalar import Row, evaluate
from etl.derive.quota.to_js import module
from etl.derive.quota.vectorised import Rows, compiled
from etl.derive.quota.vectorised import evaluate as evaluate_columns
from etl.derive.quota.words import conta, data, decimale, euro, numero
from tests.derive.quota.test_law import DAY

LAW = parameters(DAY)


def float_division(a: int, b: int) -> float:
    return a / b


def power(a: int) -> int:
    return a**2


def decimal_constant(a: int) -> float:
    return a * 0.07


def subscript(a: tuple[int, ...]) -> int:
    return a[0]


def unknown_call(a: int) -> int:
    return len(str(a))


def two_returns(a: int) -> int:
    if a > 0:
        return 1
    return 0


def no_return(a: int) -> None:
    a + 1


def bare_number(a: int) -> str:
    return f"{a}"


def formatted(a: int) -> str:
    return f"{numero(a):>5}"


def taken(numero: int) -> int:
    return numero


def global_name(a: int) -> int:
    return a + LAW  # type: ignore[operator,no-any-return]


def method(a: int) -> int:
    return a.bit_length()


def comprehension(a: int) -> int:
    return max(b for b in (a, 1))


def condition_as_number(a: int) -> int:
    return a * (a > 1)


def number_as_condition(a: int) -> int:
    return 1 if a else 0


def default_value(a: int, b: int) -> int:
    return a or b


def condition_as_result(a: int) -> bool:
    return a > 1


def condition_kept(a: int) -> int:
    large = a > 1
    return large + 1


@pytest.mark.parametrize(
    "function",
    [
        condition_as_number,
        number_as_condition,
        default_value,
        condition_as_result,
        condition_kept,
        float_division,
        power,
        decimal_constant,
        subscript,
        unknown_call,
        two_returns,
        no_return,
        bare_number,
        formatted,
        taken,
        global_name,
        method,
        comprehension,
    ],
    ids=lambda function: function.__name__,
)
def test_what_is_outside_the_language_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(LanguageError):
        read(function)


def test_every_rule_and_every_sentence_is_inside_the_language() -> None:
    for program in PROGRAMS:
        for step in program.steps.values():
            if isinstance(step, Rule):
                assert read(step.function).arguments == step.arguments
        for sentence in program.sentences.values():
            read(sentence.function)


def mixed(a: int, b: int) -> int:
    c = a // b - b % 7
    d = -c if (a > b and not a in (3, 4)) or 1 < a <= 2 else min(a, b, 4)  # noqa: E713
    return d + abs(c) * (1 if a in (1, b) else 2)


def test_arrays_do_what_integers_do() -> None:
    values = np.arange(-9, 10)
    left, right = np.meshgrid(values, values[values > 0])
    found = compiled(mixed)(left, right)
    expected = [mixed(int(a), int(b)) for a, b in zip(left.ravel(), right.ravel(), strict=True)]
    assert np.asarray(found).ravel().tolist() == expected


def test_a_name_is_defined_once_and_before_it_is_used() -> None:
    program = Program("prova", ("tutto", "riga"))
    program.given("riga", "pezzi")
    with pytest.raises(LanguageError, match="due volte"):
        program.given("tutto", "pezzi")
    with pytest.raises(LanguageError, match="non è ancora definito"):
        program.total("somma", of="altro")
    program.total("somma", of="pezzi")
    with pytest.raises(LanguageError, match="livello sopra"):
        program.total("somma_di_somme", of="somma")
    with pytest.raises(LanguageError, match="livello"):
        program.given("colonna", "altri")
    with pytest.raises(LanguageError, match="livello sopra"):
        program.spread("parte", amount="pezzi", capacity="pezzi", first="pezzi")
    with pytest.raises(LanguageError, match="un solo livello"):
        program.choice("scelta", when="somma", then="pezzi", otherwise="somma")


def test_two_different_rules_of_one_name_are_refused() -> None:
    def shared(size: int) -> Program:
        program = Program(f"prova-{size}", ("tutto",))
        program.given("tutto", "pezzi")
        program.rule("tutto", "")(doubled if size == 1 else _other_doubled())
        return program

    assert "doubled" in module([shared(1)])
    with pytest.raises(LanguageError, match="due regole diverse"):
        module([shared(1), shared(2)])


def doubled(pezzi: int) -> int:
    return pezzi * 2


def _other_doubled() -> Callable[..., int]:
    def doubled(pezzi: int) -> int:
        return pezzi * 3

    return doubled


def spreading() -> Program:
    program = Program("riparto", ("tutto", "riga"))
    program.given("tutto", "quanto")
    program.given("riga", "capienza", "ordine")
    program.spread("parte", amount="quanto", capacity="capienza", first="ordine")
    return program


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (0, [0, 0, 0]),
        (2, [0, 2, 0]),
        (5, [1, 4, 0]),
        (6, [2, 4, 0]),
        (99, [3, 4, 2]),
        (-3, [0] * 3),
    ],
)
def test_an_amount_goes_first_where_the_order_is_greatest_up_to_what_each_holds(
    amount: int, parts: list[int]
) -> None:
    rows = [(3, 5), (4, 9), (2, 5)]
    program = spreading()
    whole = Row(
        {"quanto": amount},
        tuple(Row({"capienza": c, "ordine": o}, (), str(i)) for i, (c, o) in enumerate(rows)),
    )
    one = evaluate(program, whole, LAW)
    assert [row["parte"] for row in one.rows.values()] == parts
    many = evaluate_columns(
        program,
        Rows({"tutto": 2, "riga": 6}, {"riga": np.array([0, 0, 0, 1, 1, 1])}),
        {
            "quanto": np.array([7, amount]),
            "capienza": np.array([9, 9, 9, *(c for c, _ in rows)]),
            "ordine": np.array([1, 2, 3, *(o for _, o in rows)]),
        },
        LAW,
    )
    found = many["parte"]
    assert found is not None
    assert found.tolist() == [0, 0, 7, *parts]


def test_inputs_that_a_program_does_not_have_are_refused() -> None:
    program = spreading()
    with pytest.raises(ValueError, match="dato sconosciuto: altro"):
        evaluate(program, Row({"altro": 1}), LAW)
    program.given("tutto", "serve", default=None)
    with pytest.raises(ValueError, match="manca «serve»"):
        evaluate(program, Row({}), LAW)
    with pytest.raises(KeyError):
        evaluate_columns(
            program,
            Rows({"tutto": 1, "riga": 0}, {"riga": np.zeros(0, dtype=np.int64)}),
            {},
            LAW,
        )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numero(0), "0"),
        (numero(1234567), "1.234.567"),
        (numero(-1234), "−1.234"),
        (euro(69_009_60), "69.009,60 €"),
        (euro(5), "0,05 €"),
        (euro(-1_50), "−1,50 €"),
        (decimale(15, 2), "7,5"),
        (decimale(14, 2), "7"),
        (decimale(1, 3), "circa 0,33"),
        (decimale(-5, 2), "−2,5"),
        (conta(1, "posto", "posti"), "1 posto"),
        (conta(2000, "posto", "posti"), "2.000 posti"),
        (data(2026, 1, 31), "31 gennaio 2026"),
        (data(2026, 3, 1), "1º marzo 2026"),
    ],
)
def test_figures_are_written_as_italian_writes_them(written: str, expected: str) -> None:
    assert written == expected
