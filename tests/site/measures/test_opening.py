"""The first sentence of a page says what its figures say: growth, fall, no data, withheld."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.site.measures.declaration import Indicator, Target
from etl.site.measures.figures import Figure, by, series
from etl.site.measures.opening import Opening, Verdict, opening

UNKNOWN = "che cosa sarebbe successo senza la misura"
Row = dict[str, Any]


def indicator(**changes: Any) -> Indicator:
    facts = {"id": "prova", "formula": "F1", "titolo": "Persone al lavoro"}
    columns = {"numeratore": "occupati", "denominatore": "entrati"}
    return Indicator.model_validate({**facts, **columns, **changes})


def row(period: str, occupied: int | None, entered: int | None, **more: Any) -> Row:
    states = {
        f"{name}_stato": "pubblicato" if value is not None else "riservato"
        for name, value in (("occupati", occupied), ("entrati", entered))
    }
    return {"periodo": period, "occupati": occupied, "entrati": entered, **states, **more}


def said(rows: list[Row], **changes: Any) -> Opening:
    chosen = indicator(**changes)
    return opening(chosen, series(chosen, rows), UNKNOWN)


def test_growth_beyond_uncertainty_is_said_to_go_the_right_way() -> None:
    found = said([row("2020", 30, 100), row("2021", 60, 100)])
    assert found.verdict is Verdict.BETTER
    assert "nel 2021 vale 60% (60 su 100), era 30% nel 2020" in found.sentence
    assert found.sentence.endswith(f"non sappiamo {UNKNOWN}.")


def test_a_fall_is_said_to_go_the_wrong_way_and_the_right_way_where_less_is_better() -> None:
    rows = [row("2020", 60, 100), row("2021", 30, 100)]
    assert said(rows).verdict is Verdict.WORSE
    assert said(rows, verso="calare").verdict is Verdict.BETTER


def test_a_change_within_uncertainty_is_no_change() -> None:
    found = said([row("2020", 30, 100), row("2021", 33, 100)])
    assert found.verdict is Verdict.STILL
    assert "la differenza non è netta: era 30%" in found.sentence


def test_without_data_nothing_is_said_to_be_known() -> None:
    found = said([])
    assert found.verdict is Verdict.UNKNOWN
    assert "nessuno ha ancora inviato" in found.sentence
    assert "%" not in found.sentence


def test_a_withheld_figure_is_said_to_exist_and_not_to_be_zero() -> None:
    found = said([row("2020", 30, 100), row("2021", None, None)])
    assert found.verdict is Verdict.HIDDEN
    assert "c’è, ma riguarda così pochi casi" in found.sentence
    assert "30" not in found.sentence


def test_one_withheld_row_among_others_is_told_and_left_out_of_both_parts() -> None:
    found = said([row("2020", 30, 100), row("2021", 60, 100), row("2021", None, 500)])
    assert "60% (60 su 100)" in found.sentence
    assert "1 (su 2) cifre riservate" in found.sentence


def test_figures_that_nobody_sent_are_told_apart_from_withheld_ones() -> None:
    absent = row("2021", None, 500) | {"occupati_stato": "non_rilevato"}
    found = said([row("2020", 30, 100), row("2021", 60, 100), absent])
    assert "1 (su 2) cifre che nessuno ha inviato" in found.sentence
    assert "riservate" not in found.sentence


@pytest.mark.parametrize(
    ("occupied", "verdict"), [(60, Verdict.REACHED), (50, Verdict.REACHED), (49, Verdict.MISSED)]
)
def test_a_target_decides_whatever_the_year_before(occupied: int, verdict: Verdict) -> None:
    target = Target(valore=0.5, testo="almeno metà")
    found = said([row("2020", 70, 100), row("2021", occupied, 100)], obiettivo=target)
    assert found.verdict is verdict
    assert "l’obiettivo è almeno metà" in found.sentence


@pytest.mark.parametrize(
    ("now", "verdict", "value"),
    [(132, Verdict.REACHED, "+10%"), (110, Verdict.MISSED, "-8,3%"), (120, Verdict.MISSED, "0%")],
)
def test_a_plan_that_asks_for_an_increase_is_judged_on_its_baseline(
    now: int, verdict: Verdict, value: str
) -> None:
    found = said(
        [row("2012", 120, 0), row("2014", now, 0)],
        formula="F28",
        denominatore=None,
        partenza="2012",
        obiettivo=Target(valore=0, verso="piu_di", testo="che aumentino"),
    )
    assert found.verdict is verdict
    assert f"vale {value} ({now} contro 120)" in found.sentence


def test_a_baseline_that_is_withheld_leaves_nothing_to_compare() -> None:
    rows = [row("2012", None, 0), row("2014", 132, 0)]
    changes: dict[str, Any] = {"formula": "F28", "denominatore": None, "partenza": "2012"}
    found = said(rows, **changes)
    assert found.verdict is Verdict.HIDDEN
    assert "132" not in found.sentence


def test_few_cases_are_not_judged() -> None:
    found = said([row("2020", 3, 10), row("2021", 9, 10)])
    assert found.verdict is Verdict.FEW
    assert "10 casi in tutto" in found.sentence


def test_one_survey_alone_shows_no_change() -> None:
    found = said([row("2021", 60, 100)])
    assert found.verdict is Verdict.ONE
    assert "non c’è un periodo precedente" in found.sentence


def test_invented_figures_are_said_to_be_invented_in_the_sentence_itself() -> None:
    rows = [row("2020", 30, 100, sintetico=True), row("2021", 60, 100, sintetico=True)]
    assert "cifre dimostrative, inventate" in said(rows).sentence
    assert "dimostrative" not in said([row("2021", 60, 100)]).sentence


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400)).map(
            lambda pair: (min(pair), max(pair))
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_the_sentence_never_contradicts_the_figures(
    counts: list[tuple[int, int]], less_is_better: bool
) -> None:
    rows = [row(str(2015 + age), part, whole) for age, (part, whole) in enumerate(counts)]
    chosen = indicator(verso="calare" if less_is_better else "crescere")
    figures = series(chosen, rows)
    found = opening(chosen, figures, UNKNOWN)
    assert found.sentence.startswith(found.verdict)
    assert found.sentence.count(".") == 1 or found.sentence.endswith(".")
    values = [item.value for item in figures if item.value is not None]
    if found.verdict in (Verdict.BETTER, Verdict.WORSE):
        now, before = values[-1], values[-2]
        rose = now > before
        assert (found.verdict is Verdict.BETTER) == (rose != less_is_better)
    if found.verdict is Verdict.STILL:
        last = figures[-1]
        assert last.low is not None
        assert last.low <= values[-2] <= (last.high or 0)
    if not values:
        assert found.verdict is Verdict.UNKNOWN


def test_a_figure_without_a_period_names_none() -> None:
    chosen = indicator(per_periodo=False)
    figures = [Figure("", "pubblicato", 0.5, 50, 100, 0.4, 0.6)]
    assert "Persone al lavoro» vale 50%" in opening(chosen, figures, UNKNOWN).sentence


def paths(accompanied: tuple[int | None, int], alone: tuple[int | None, int]) -> list[Row]:
    return [
        row("2013", *accompanied, percorso="accompagnato"),
        row("2013", *alone, percorso="individuale"),
    ]


DIFFERENCE = {
    "formula": "P5",
    "dove": {"percorso": "accompagnato"},
    "confronto": {"percorso": "individuale"},
}


def test_a_difference_is_told_with_both_its_parts_and_its_sign() -> None:
    found = said(paths((56, 70), (48, 80)), **DIFFERENCE)
    assert "vale +20 punti percentuali (56 su 70 contro 48 su 80)" in found.sentence
    (figure,) = series(indicator(**DIFFERENCE), paths((48, 80), (56, 70)))
    assert figure.value == pytest.approx(-0.2)
    assert (round(figure.low or 0, 4), round(figure.high or 0, 4)) == (-0.3339, -0.0524)


def test_a_difference_with_a_withheld_side_is_withheld_and_with_few_people_is_not_judged() -> None:
    assert said(paths((None, 70), (48, 80)), **DIFFERENCE).verdict is Verdict.HIDDEN
    assert said(paths((56, 70), (3, 8)), **DIFFERENCE).verdict is Verdict.FEW


def test_what_an_indicator_does_not_take_has_no_bar_of_its_own() -> None:
    rows = paths((56, 70), (48, 80))
    chosen = indicator(dove={"percorso": "individuale"})
    assert list(by(chosen, rows, "percorso", str)) == ["individuale"]
