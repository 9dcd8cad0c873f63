"""The worked figures of the monitoring's formulas, one by one."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest

from etl.indicators import formulas
from etl.indicators.estimates import (
    Z95,
    Z998,
    byar,
    change,
    difference,
    dispersion,
    median,
    proportion,
    proportion_limits,
    quantile,
    ratio_limits,
    wilson,
)
from etl.indicators.outcomes import (
    activation_time,
    case_mix,
    concentration,
    funnel_limits,
    median_tenure,
    network_effectiveness,
    perceived_benefit,
    specialisation,
)
from etl.indicators.programmes import (
    achieved,
    agreement_use,
    by_criterion,
    cross_province_gain,
    days_to_open,
    growth_since,
    insertions,
    internships,
    mean_degree,
    net_uncovered,
    network_density,
    network_evidence,
    pilot_outputs,
    progress,
    promoters_per_hundred,
    replicability,
    share,
)
from etl.indicators.resources import (
    PanelRule,
    budget_flag,
    flat_rates,
    hourly_cost,
    panel_faults,
    saturation,
    staff_hour,
    updated_cost,
    with_flat_rate,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (12, 40, 0.1807, 0.4543),
        (0, 10, 0.0, 0.2775),
        (5, 20, 0.1119, 0.4687),
        (30, 30, 0.8865, 1.0),
    ],
)
def test_wilson_s_interval_is_the_published_one(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert [round(bound, 4) for bound in wilson(successes, trials)] == [low, high]


def test_fourteen_outcomes_where_fourteen_were_expected_are_as_expected() -> None:
    found = case_mix(14, [(0.5, 10), (0.3, 20), (0.1, 30)], overall=0.2)
    assert found.expected == pytest.approx(14)
    assert found.ratio == pytest.approx(1)
    assert (round(found.low, 4), round(found.high, 4)) == (0.5462, 1.6779)
    assert found.rate == pytest.approx(0.2)


def test_the_funnel_of_observed_over_expected_narrows_with_the_expected() -> None:
    assert [round(v, 4) for v in ratio_limits(14, 1.96)] == [0.4762, 1.5238]
    assert [round(v, 4) for v in ratio_limits(14, 3.09)] == [0.1742, 1.8258]
    assert funnel_limits(14, z=1.96) == ratio_limits(14, 1.96)


def test_the_funnel_of_a_proportion_stands_around_the_common_rate() -> None:
    assert [round(v, 3) for v in proportion_limits(0.30, 60, Z95)] == [0.184, 0.416]
    assert [round(v, 4) for v in proportion_limits(0.30, 60, Z998)] == [0.1172, 0.4828]
    assert funnel_limits(60, 0.30, Z95) == proportion_limits(0.30, 60, Z95)


def test_an_hour_has_three_costs_and_each_says_which_it_is() -> None:
    cost = hourly_cost([30_000, 28_000, 45_000], [1000, 800, 1500])
    assert round(cost.weighted, 4) == 31.2121
    assert round(cost.mean, 4) == 31.6667
    assert cost.median == 30.0
    assert (cost.operators, cost.excluded) == (3, 0)


def test_an_operator_that_costs_ten_times_the_others_is_left_out_and_counted() -> None:
    cost = hourly_cost([30, 31, 32, 33, 300], [1, 1, 1, 1, 1])
    assert (cost.operators, cost.excluded) == (4, 1)
    assert cost.weighted == 31.5


def test_an_hour_of_staff_is_a_year_s_cost_over_1720_hours() -> None:
    assert staff_hour(34_400) == 20.0
    assert with_flat_rate(20.0) == pytest.approx(28.0)
    assert flat_rates(direct=1000, staff=800) == {
        "indiretti_su_diretti": pytest.approx(70),
        "indiretti_su_personale": pytest.approx(120),
        "restanti_su_personale": pytest.approx(320),
    }
    assert updated_cost(30, 121, 110) == pytest.approx(33)


def test_a_group_twice_as_frequent_as_in_the_region_has_a_quotient_of_two() -> None:
    assert specialisation(30, 100, 900, 6000).value == 2.0
    assert round(concentration([0.5, 0.3, 0.2]) or 0, 2) == 0.38
    assert concentration([]) is None


@pytest.mark.parametrize(
    ("now", "percent", "reached"), [(132, 10.0, True), (110, -8.3, False), (120, 0.0, False)]
)
def test_a_plan_s_target_is_an_increase_since_2012(now: int, percent: float, reached: bool) -> None:
    found = growth_since(now, 120)
    assert round(100 * (found.change.value or 0), 1) == percent
    assert found.reached is reached


def test_without_a_denominator_there_is_no_value() -> None:
    assert proportion(0, 0).value is None
    assert change(5, 0).value is None
    assert growth_since(5, 0).reached is None


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 3), (float("nan"), 3)])
def test_a_part_that_cannot_be_is_refused(part: float, whole: float) -> None:
    with pytest.raises(ValueError, match=r"part|counts"):
        proportion(part, whole)


def test_a_proportion_says_whether_it_may_be_compared() -> None:
    assert not proportion(3, 19).comparable
    assert proportion(3, 20).weak
    assert not proportion(3, 50).weak


def test_94000_with_a_subsidy_are_a_quarter_of_367000() -> None:
    total = 94_000 + 273_000
    assert round(100 * (share(94_000, total).value or 0), 1) == 25.6
    assert round(100 * (share(273_000, total).value or 0), 1) == 74.4


def test_byar_s_lower_bound_of_nothing_is_zero() -> None:
    low, high = byar(0, 4)
    assert low == 0
    assert 0.5 < high < 1.5


def test_dispersion_never_makes_the_limits_narrower() -> None:
    assert dispersion([0.1, -0.1, 0.2]) == 1.0
    assert dispersion([3.0, -3.0, 3.0, -3.0]) == pytest.approx(9.0)
    assert dispersion([]) == 1.0


def test_the_median_tenure_counts_contracts_that_still_run() -> None:
    assert median_tenure([30, 60, 90, 120], [True, True, True, True]) == 60
    assert median_tenure([30, 60, 90, 120], [True, False, True, False]) == 90
    assert median_tenure([30, 60], [False, False]) is None
    assert median_tenure([], []) is None


def test_waiting_is_a_median_and_a_ninth_decile() -> None:
    found = activation_time([10, 20, 30, 40, 50])
    assert found is not None
    assert (found.median, found.p90, found.n) == (30, 46, 5)
    assert activation_time([]) is None
    assert (median([1, 2]), quantile([1, 2, 3], 1)) == (1.5, 3)


def test_a_benefit_is_told_with_how_many_answered() -> None:
    found = perceived_benefit([(2, 4), (3, 3), (4, 3), (1, 2)], asked=10)
    assert found.change == 0.5
    assert found.improved.value == 0.5
    assert found.response.value == 0.4
    with pytest.raises(ValueError, match="1 to 5"):
        perceived_benefit([(0, 3)], asked=1)


def test_a_network_s_index_is_the_weighted_sum_of_two_scores() -> None:
    rates, benefits = [0.2, 0.4], [0.6, 0.2]
    assert network_effectiveness(rates, benefits, 1) == pytest.approx([-1, 1])
    assert network_effectiveness(rates, benefits, 0) == pytest.approx([1, -1])
    assert network_effectiveness(rates, benefits, 0.5) == pytest.approx([0, 0])


def test_money_is_paid_of_what_is_committed_of_what_is_allocated() -> None:
    found = saturation(allocated=100, committed=80, paid=20)
    assert (found.committed.value, found.paid.value, found.left) == (0.8, 0.25, 20)
    with pytest.raises(ValueError, match="paid"):
        saturation(100, 120, 20)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"people": 29}, ["poche_persone"]),
        ({"ratio_low": 0.9, "improved": 0.4}, ["effetto_non_mostrato"]),
        ({"ratio_low": None, "improved": 0.6}, []),
        ({"variation": 0.31}, ["costo_disperso"]),
        ({"variation": None}, ["costo_disperso"]),
        ({"territories": 2}, ["pochi_territori"]),
    ],
)
def test_a_service_enters_the_panel_only_with_every_condition(
    changes: dict[str, float], faults: list[str]
) -> None:
    facts = {"people": 30, "ratio_low": 1.01, "improved": None, "variation": 0.3, "territories": 3}
    assert panel_faults(**{**facts, **changes}, rule=PanelRule()) == faults  # type: ignore[arg-type]


def test_the_programmes_own_counts() -> None:
    assert net_uncovered(10, 4, 3) == 3
    assert net_uncovered(2, 4, 3) == 0
    assert cross_province_gain(24_115, 21_000, 30_000).value == pytest.approx(0.1038, abs=1e-4)
    use = agreement_use(workers=40, quota=400, agreements=10, obliged=500, orders=800_000)
    assert (use.quota.value, use.companies.value, use.order.value) == (0.1, 0.02, 20_000)
    people = [frozenset({"eta"}), frozenset({"eta", "psichica"})]
    assert by_criterion(people, ["eta", "psichica", "altro"]) == {
        "eta": 2,
        "psichica": 1,
        "altro": 0,
    }
    assert days_to_open(date(2021, 3, 1), date(2021, 4, 1)) == 31
    assert promoters_per_hundred(6, 1200).value == 0.5
    assert replicability({"a": True, "b": False, "c": True}) == 2
    assert internships(9, districts=6).value == 0.75
    assert achieved(11, 11).value == 1
    assert network_density(3, 3).value == 1
    assert mean_degree(3, 3).value == 2
    found = insertions(persons=80, entries=100, social=25, protected=10)
    assert (found.social.value, found.protected.value) == (0.25, 0.1)
    states = progress(["conclusa", "in_corso", "in_corso", "sospesa"])
    assert [states[name].value for name in states] == [0.0, 0.5, 0.25, 0.25]
    assert pilot_outputs(30, 20, 12, 9).kept == 9


def test_outputs_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="outputs"):
        pilot_outputs(10, 5, 6, 7)
    with pytest.raises(ValueError, match="at least one insertion"):
        insertions(persons=5, entries=4, social=0, protected=0)
    with pytest.raises(ValueError, match="no fewer"):
        cross_province_gain(3, 4, 10)
    with pytest.raises(ValueError, match="before its act"):
        days_to_open(date(2021, 4, 1), date(2021, 3, 1))


def test_every_formula_from_f1_to_f34_has_a_text_and_functions_that_exist() -> None:
    assert list(formulas())[:34] == [f"F{number}" for number in range(1, 35)]
    for item in formulas().values():
        for name in (item.titolo, item.formula, item.fonte, item.unita):
            assert name.strip(), item.sigla
        for path in item.funzioni:
            module, function = path.split(".")
            found = getattr(import_module(f"etl.indicators.{module}"), function)
            assert found.__doc__, path


def test_a_formula_turns_a_numerator_and_a_denominator_into_its_value() -> None:
    assert formulas()["F28"].estimate(132, 120).value == pytest.approx(0.1)
    assert formulas()["F1"].estimate(12, 40).low == pytest.approx(0.1807, abs=1e-4)
    assert formulas()["F31"].estimate(12, 11).value == pytest.approx(12 / 11)
    assert formulas()["F20"].estimate(7, None).value == 7
    with pytest.raises(ValueError, match="F1 needs a denominator"):
        formulas()["F1"].estimate(7, None)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # the worked examples of Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_difference_of_two_proportions_has_newcombe_s_interval(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(*first, *second)
    assert found.value == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (low, high)


def test_there_is_no_difference_where_a_group_has_nobody() -> None:
    assert difference(1, 2, 0, 0).value is None
    assert difference(0, 0, 1, 2).low is None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((120, 60, 36.0, 70, 55), ("100_e_piu", "sopra", "mostrato", "due_criteri")),
        ((60, 20, 22.0, 40, 34), ("30_99", "in_linea", "mostrato", "un_criterio")),
        ((60, 20, 22.0, 40, 22), ("30_99", "in_linea", "non_mostrato", "nessuno")),
        ((60, 5, 22.0, 40, 22), ("30_99", "sotto", "non_mostrato", "nessuno")),
        (
            (29, 20, 8.0, 25, 24),
            ("meno_di_30", "non_confrontabile", "mostrato", "non_confrontabile"),
        ),
        ((60, 40, 22.0, 19, 19), ("30_99", "sopra", "non_confrontabile", "non_confrontabile")),
        ((None,) * 5, ("meno_di_30", *("non_confrontabile",) * 3)),
    ],
)
def test_a_network_is_judged_on_two_criteria_and_not_at_all_with_few_people(
    figures: tuple[float | None, ...], said: tuple[str, ...]
) -> None:
    found = network_evidence(*figures)
    assert (found.size, found.outcome, found.benefit, found.evidence) == said


@pytest.mark.parametrize(
    ("committed", "said"),
    [(80, "disponibili"), (89.99, "disponibili"), (90, "in_esaurimento"), (100, "esaurite")],
)
def test_a_budget_says_when_it_runs_out(committed: float, said: str) -> None:
    assert budget_flag(saturation(100, committed, 10)) == said
    assert budget_flag(saturation(0, 0, 0)) is None
