"""Each statistic equals published worked examples, enumeration, or an independent program."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from etl.derive.outcomes.case_mix import by_strata, expected_chances
from etl.derive.outcomes.comparison import compare
from etl.derive.outcomes.intervals import odds_shift_interval
from etl.derive.outcomes.poisson_binomial import discoveries, distribution, mid_p
from etl.derive.outcomes.shrinkage import fit_effects
from etl.derive.outcomes.specialisation import herfindahl, location_quotients
from etl.indicators.estimates import Z95, wilson
from etl.indicators.funnel import interpolated_limits

CLOSE = 1e-6


# Newcombe (1998), «Two-sided confidence intervals for the single proportion», table I, method 3.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (12, 40, 0.1807, 0.4543),
        (30, 30, 0.8865, 1.0),
    ],
)
def test_wilson_s_interval_is_the_published_one(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_s_interval_is_where_the_score_is_z_in_exact_arithmetic() -> None:
    # the limits solve (x/n − p)² = z² p (1 − p) / n
    for successes, trials in ((81, 263), (15, 148), (1, 29), (12, 40), (5, 20)):
        for limit in wilson(successes, trials):
            left = (successes / trials - limit) ** 2
            assert left == pytest.approx(Z95**2 * limit * (1 - limit) / trials, rel=CLOSE)


@pytest.mark.parametrize("trials", [1, 7, 20, 49, 300])
def test_wilson_s_interval_is_that_of_statsmodels(trials: int) -> None:
    for successes in range(trials + 1):
        theirs = proportion_confint(successes, trials, method="wilson")
        assert wilson(successes, trials) == pytest.approx(theirs, rel=0, abs=CLOSE)


def test_indirect_standardisation_is_the_worked_example() -> None:
    rates, sizes = (0.5, 0.3, 0.1), (10, 20, 30)
    people = pd.DataFrame(
        [
            (stratum, float(n < rate * 100))
            for stratum, rate in enumerate(rates)
            for n in range(100)
        ],
        columns=["stratum", "esito"],
    )
    chances = by_strata(people, "esito", ["stratum"]).groupby(people["stratum"]).first()
    expected = sum(chances[stratum] * size for stratum, size in enumerate(sizes))
    assert 14 / expected == pytest.approx(1.0, rel=0, abs=CLOSE)


@pytest.mark.parametrize("trials", [20, 60])
def test_with_equal_chances_the_interval_of_unlike_people_is_wilson_s(trials: int) -> None:
    for successes in (0, 1, trials // 3, trials - 1, trials):
        low, high = odds_shift_interval(
            np.full(trials, 0.37), np.zeros(trials, np.int64), np.array([successes])
        )
        limits = wilson(successes, trials)
        assert (low[0] / trials, high[0] / trials) == pytest.approx(limits, abs=1e-9)


def test_the_interval_of_unlike_people_holds_where_the_score_is_z() -> None:
    chances = np.array([0.1] * 8 + [0.4] * 9 + [0.8] * 7)
    low, high = odds_shift_interval(chances, np.zeros(24, np.int64), np.array([11]))

    def score(shift: float) -> float:
        shifted = 1 / (1 + np.exp(-(np.log(chances / (1 - chances)) + shift)))
        return float((11 - shifted.sum()) / math.sqrt((shifted * (1 - shifted)).sum()))

    for limit, sign in ((low[0], 1), (high[0], -1)):
        shift = optimize.brentq(lambda s, sign=sign: score(s) - sign * Z95, -8, 8, xtol=1e-12)
        shifted = 1 / (1 + np.exp(-(np.log(chances / (1 - chances)) + shift)))
        assert limit == pytest.approx(shifted.sum(), rel=0, abs=CLOSE)


def test_the_poisson_binomial_equals_enumeration() -> None:
    for chances in ([0.2], [0.1, 0.9], [0.3, 0.5, 0.7], [0.05, 0.2, 0.5, 0.61, 0.9, 0.99]):
        counted = np.zeros(len(chances) + 1)
        for outcome in itertools.product([0, 1], repeat=len(chances)):
            counted[sum(outcome)] += math.prod(
                p if hit else 1 - p for p, hit in zip(chances, outcome, strict=True)
            )
        assert distribution(np.array(chances)) == pytest.approx(counted, abs=1e-12)


def test_with_equal_chances_the_poisson_binomial_is_the_binomial_and_its_mid_p() -> None:
    chances = np.full(40, 0.3)
    law = stats.binom(40, 0.3)
    assert distribution(chances) == pytest.approx(law.pmf(np.arange(41)), abs=1e-12)
    for seen in range(41):
        below = law.cdf(seen) - law.pmf(seen) / 2
        assert mid_p(seen, chances) == pytest.approx(
            min(1, 2 * min(below, 1 - below)), rel=0, abs=CLOSE
        )


def test_discoveries_are_those_of_benjamini_and_hochberg_s_paper() -> None:
    # Benjamini and Hochberg (1995), section 3.2: at 0.05 the first four of fifteen
    published = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
         0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    )  # fmt: skip
    assert discoveries(published, 0.05).sum() == 4
    generator = np.random.default_rng(5)
    for _ in range(50):
        values = generator.beta(0.4, 1, size=30).round(3)
        theirs = multipletests(values, alpha=0.05, method="fdr_bh")[0]
        assert (discoveries(values, 0.05) == theirs).all()


def test_funnel_limits_hold_the_nominal_share_and_near_the_normal_ones_for_many_people() -> None:
    # the normal limits of the worked example: 0.184 and 0.416
    low, high = interpolated_limits(0.3, np.array([60.0]), 0.025)
    assert (low[0], high[0]) == pytest.approx((0.184, 0.416), abs=0.012)
    low, high = interpolated_limits(0.3, np.array([60_000.0]), 0.025)
    half = Z95 * math.sqrt(0.21 / 60_000)
    assert (low[0], high[0]) == pytest.approx((0.3 - half, 0.3 + half), abs=1e-5)
    sizes = np.array([20.0, 60.0, 500.0])
    low, high = interpolated_limits(0.3, sizes, 0.025)
    law = stats.binom(sizes, 0.3)
    assert (law.cdf(np.floor(low * sizes)) <= 0.05).all()
    assert (law.cdf(np.ceil(high * sizes)) >= 0.975).all()
    assert np.diff(high - low).max() < 0
    wide_low, wide_high = interpolated_limits(0.3, sizes, 0.025, sigma=0.4)
    assert (wide_low < low).all()
    assert (wide_high > high).all()


def a_region(seed: int, people: int = 3000) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "fascia": generator.integers(1, 5, people),
            "eta": generator.choice(["giovane", "adulto", "anziano"], people),
            "operatore": generator.integers(0, 25, people),
        }
    )
    logit = -0.2 - 0.5 * (frame["fascia"] - 2) + 0.6 * (frame["eta"] == "giovane")
    frame["esito"] = (generator.random(people) < 1 / (1 + np.exp(-logit))).astype(float)
    return frame


def test_expected_chances_are_those_of_a_logistic_regression_person_by_person() -> None:
    import statsmodels.formula.api as smf

    people = a_region(1)
    theirs = smf.logit("esito ~ C(fascia) + C(eta)", people).fit(disp=0, tol=1e-14, maxiter=200)
    ours = expected_chances(people, "esito", ["fascia", "eta"])
    assert ours.to_numpy() == pytest.approx(theirs.predict(people).to_numpy(), rel=0, abs=CLOSE)


def test_what_is_expected_of_all_is_what_was_seen() -> None:
    people = a_region(2)
    for chances in (
        expected_chances(people, "esito", ["fascia", "eta"]),
        by_strata(people, "esito", ["fascia", "eta"]),
    ):
        assert chances.sum() == pytest.approx(people["esito"].sum(), rel=0, abs=CLOSE)
        assert chances.between(0, 1).all()


def test_a_thin_category_joins_the_most_frequent_one_and_one_way_outcomes_get_a_rate() -> None:
    people = a_region(3)
    people.loc[:3, "eta"] = "rara"
    chances = expected_chances(people, "esito", ["fascia", "eta"])
    usual = people["eta"].value_counts().idxmax()
    for row in range(4):
        same = (people["fascia"] == people.loc[row, "fascia"]) & (people["eta"] == usual)
        assert chances[row] == pytest.approx(chances[same].iloc[0], rel=0, abs=CLOSE)
    nobody = people.assign(esito=0.0)
    assert expected_chances(nobody, "esito", ["fascia"]).between(1e-9, 0.01).all()


def test_over_dispersion_is_where_the_marginal_likelihood_integrated_otherwise_is_largest() -> None:
    generator = np.random.default_rng(8)
    groups = np.repeat(np.arange(14), 45)
    chances = np.clip(generator.beta(2, 4, len(groups)).round(1), 0.1, 0.9)
    effect = generator.normal(0, 0.7, 14)
    logits = np.log(chances / (1 - chances))
    seen = generator.random(len(groups)) < 1 / (1 + np.exp(-(logits + effect[groups])))
    observed = np.bincount(groups, weights=seen).astype(np.int64)
    ours = fit_effects(chances, groups, observed)

    def minus(sigma: float) -> float:
        total = 0.0
        for group in range(14):
            own = logits[groups == group]

            def density(u: float, own: np.ndarray = own, group: int = group) -> float:
                inner = observed[group] * u - np.logaddexp(0, own + u).sum()
                return math.exp(inner + 30 - u * u / (2 * sigma**2)) / sigma

            total += math.log(integrate.quad(density, -5, 5, epsabs=0, epsrel=1e-11)[0])
        return -total

    theirs = optimize.minimize_scalar(minus, bounds=(0.05, 2), options={"xatol": 1e-9}).x
    assert minus(ours.sigma) == pytest.approx(minus(theirs), abs=1e-6)
    assert ours.sigma == pytest.approx(theirs, abs=1e-4)


def test_shrunken_rates_lie_between_the_adjusted_ones_and_the_mean() -> None:
    people = a_region(4)
    people["esito"] = people["esito"].where(people["operatore"] > 3, 1.0)
    result = compare(people, "operatore", "esito", ["fascia", "eta"], minimum=20)
    table = result.table
    assert result.sigma > 0
    assert len(table) == 25
    low = table["tasso_aggiustato"].clip(upper=result.rate)
    high = table["tasso_aggiustato"].clip(lower=result.rate)
    assert table["tasso_stimato"].between(low - 0.01, high + 0.01).all()
    assert (table["attesi"] - table["con_esito"]).sum() == pytest.approx(0, abs=1e-6)
    assert set(table["segnale"][:4]) == {"sopra_atteso"}


def test_nothing_under_twenty_people_is_compared_and_few_are_called_weak() -> None:
    people = a_region(6, people=400)
    people["operatore"] = np.repeat([0, 1, 2, 3], [19, 20, 49, 312])
    table = compare(people, "operatore", "esito", ["fascia"], minimum=20).table
    assert list(table.index) == [1, 2, 3]
    assert list(table["affidabilita"]) == ["debole", "debole", "piena"]
    nobody = compare(people.head(5), "operatore", "esito", ["fascia"], minimum=20)
    assert nobody.table.empty


def test_specialisation_is_the_worked_example() -> None:
    clients = pd.DataFrame(
        {
            "operatore": ["a", "a", "b", "b"],
            "gruppo": ["vista", "altri", "vista", "altri"],
            "persone": [30, 70, 870, 5030],
        }
    )
    quotients = location_quotients(clients, "operatore", "gruppo", "persone")
    assert quotients[0] == pytest.approx(0.3 / (900 / 6000), rel=0, abs=CLOSE)
    assert quotients[0] == pytest.approx(2.0, rel=0, abs=CLOSE)
    shares = pd.DataFrame({"operatore": ["a"] * 3, "persone": [50, 30, 20]})
    assert herfindahl(shares, "operatore", "persone").tolist() == pytest.approx([0.38] * 3)
    none = pd.DataFrame({"operatore": ["a"], "gruppo": ["g"], "persone": [0]})
    assert location_quotients(none, "operatore", "gruppo", "persone").isna().all()
    assert herfindahl(none, "operatore", "persone").isna().all()
