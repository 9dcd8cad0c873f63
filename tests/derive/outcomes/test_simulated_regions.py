"""On regions whose truth is known: intervals cover it, chance is not flagged, differences are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from etl.derive.outcomes.comparison import compare
from etl.derive.outcomes.poisson_binomial import discoveries, mid_p_of_groups
from etl.derive.outcomes.shrinkage import fit_effects

REGIONS = 200
CLASSES = ((20, 49), (50, 99), (100, 199), (200, 300))
PER_CLASS = (14, 10, 5, 3)
SURELY = ("sopra_atteso", "sotto_atteso")


@dataclass(frozen=True)
class Truth:
    """A region's people, each operator's size class and effect, each person's true chance."""

    people: pd.DataFrame
    classes: np.ndarray
    effects: np.ndarray
    chances: np.ndarray


def region(seed: int, spread: float = 0.0, different: int = 0, shift: float = 0.0) -> Truth:
    """Draw a region of 32 operators with very unlike clients; `different` of them truly so."""
    generator = np.random.default_rng([68, seed])
    classes = np.repeat(np.arange(4), PER_CLASS)
    sizes = np.array([generator.integers(*CLASSES[c], endpoint=True) for c in classes])
    operator = np.repeat(np.arange(len(sizes)), sizes)
    tilt = generator.normal(0, 1.1, len(sizes))
    band = np.clip(np.round(2.5 + tilt[operator] + generator.normal(0, 0.8, len(operator))), 1, 4)
    age = generator.integers(0, 3, len(operator))
    effects = generator.normal(0, spread, len(sizes)) if spread else np.zeros(len(sizes))
    if different:
        large = generator.permutation(np.nonzero(classes >= 1)[0])[:different]
        effects[large] = shift * np.where(np.arange(different) % 2, 1, -1)
    logits = 0.1 - 0.7 * (band - 2) - 0.3 * age + effects[operator]
    chances = 1 / (1 + np.exp(-logits))
    people = pd.DataFrame(
        {
            "operatore": operator,
            "fascia": band.astype(int),
            "eta": age,
            "esito": (generator.random(len(operator)) < chances).astype(float),
        }
    )
    return Truth(people, classes, effects, chances)


@cache
def compared(
    seed: int, spread: float = 0.0, different: int = 0, shift: float = 0.0
) -> tuple[Truth, pd.DataFrame, float]:
    truth = region(seed, spread, different, shift)
    result = compare(truth.people, "operatore", "esito", ["fascia", "eta"], minimum=20)
    return truth, result.table, result.rate


def truly_expected(truth: Truth) -> np.ndarray:
    """Return what each operator's clients would achieve with the region's average operator."""
    operator = truth.people["operatore"].to_numpy()
    base = np.log(truth.chances / (1 - truth.chances)) - truth.effects[operator]

    def excess(shift: float) -> float:
        return float((1 / (1 + np.exp(-(base + shift)))).sum() - truth.chances.sum())

    average = optimize.brentq(excess, -3, 3)
    return np.bincount(operator, weights=1 / (1 + np.exp(-(base + average))))


def test_intervals_cover_the_truth_as_often_as_they_say_in_every_size_class() -> None:
    covered: dict[str, list[np.ndarray]] = {}
    classes = []
    for seed in range(REGIONS):
        truth, table, rate = compared(seed, spread=0.4)
        hoped = np.bincount(truth.people["operatore"], weights=truth.chances)
        # what the rate would be, were the operator's clients the region's: first beside what was
        # estimated to be expected of them, then beside what truly was
        estimated = hoped / table["attesi"] * rate
        true = hoped / truly_expected(truth) * truth.chances.mean()
        for name, value, column in (
            ("as they are", hoped / table["persone"], "tasso"),
            ("adjusted", estimated, "tasso_aggiustato"),
            ("shrunken", estimated, "tasso_stimato"),
            ("adjusted, true", true, "tasso_aggiustato"),
        ):
            inside = (value >= table[f"{column}_min"]) & (value <= table[f"{column}_max"])
            covered.setdefault(name, []).append(inside.to_numpy())
        classes.append(truth.classes)
    size = np.concatenate(classes)
    for name, parts in covered.items():
        found = np.concatenate(parts)
        assert found.mean() == pytest.approx(0.95, abs=0.02), name
        for place in range(4):
            # a class alone has as few as 600 operators: a point more for chance; and the largest
            # are a tenth of their region, so that they weigh in what is expected of them
            slack = 0.04 if name == "adjusted, true" else 0.03
            assert found[size == place].mean() == pytest.approx(0.95, abs=slack), (name, place)


def test_chance_alone_is_flagged_at_most_at_the_nominal_rate_in_every_size_class() -> None:
    flagged, regions = np.zeros(4), 0
    p_values: list[list[float]] = [[] for _ in range(4)]
    for seed in range(REGIONS):
        truth, table, _ = compared(seed + 1000)
        signals = table["segnale"].isin(SURELY)
        regions += bool(signals.any())
        for size in range(4):
            flagged[size] += signals[truth.classes == size].sum()
            p_values[size] += table.loc[truth.classes == size, "p"].tolist()
    # where nobody differs, any signal is a false discovery: at most one region in twenty has one
    assert regions / REGIONS <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / REGIONS)
    for size in range(4):
        tests = np.array(p_values[size])
        assert flagged[size] / len(tests) <= 0.05
        for nominal in (0.05, 0.01, 0.002):
            # three standard errors of the simulation itself
            tolerance = 3 * np.sqrt(nominal * (1 - nominal) / len(tests))
            assert (tests < nominal).mean() <= nominal + tolerance
        # and silence is not the reason: chance is as rare as it should be, not absent
        assert (tests < 0.05).mean() > 0.025


def test_in_every_size_class_a_very_great_difference_is_flagged() -> None:
    found = np.zeros(4)
    for seed in range(20):
        truth = region(seed + 4000)
        for size in range(4):
            chosen = np.nonzero(truth.classes == size)[0][0]
            people = truth.people.copy()
            own = people["operatore"] == chosen
            people.loc[own, "esito"] = 1.0 - (np.arange(own.sum()) % 10 == 0)
            table = compare(people, "operatore", "esito", ["fascia", "eta"], minimum=20).table
            found[size] += table.loc[chosen, "segnale"] == "sopra_atteso"
    assert (found[1:] >= 18).all()
    assert found[0] >= 10  # with twenty to fifty people much stays unseen


def test_the_truly_different_are_found_more_often_than_by_raw_rates() -> None:
    ours = raw = signals = raw_signals = false = raw_false = 0
    different, regions = 6, 60
    for seed in range(regions):
        truth, table, rate = compared(seed + 2000, different=different, shift=0.9)
        operator = truth.people["operatore"].to_numpy()
        plain = mid_p_of_groups(
            np.full(len(operator), rate), operator, table["con_esito"].to_numpy()
        )
        truly = truth.effects != 0
        right_way = truly & (np.sign(truth.effects) == np.sign(table["rapporto"] - 1))
        raw_way = truly & (np.sign(truth.effects) == np.sign(table["tasso"] - rate))
        # as many operators are looked at by each method as are truly different
        ours += int(right_way[np.argsort(table["p"].to_numpy(), kind="stable")[:different]].sum())
        raw += int(raw_way[np.argsort(plain, kind="stable")[:different]].sum())
        # and what each would tell the public, with the same control of false discoveries
        told = table["segnale"].isin(SURELY).to_numpy()
        raw_told = discoveries(plain, 0.05)
        signals += int((told & right_way).sum())
        raw_signals += int((raw_told & raw_way).sum())
        false += int((told & ~truly).sum())
        raw_false += int((raw_told & ~truly).sum())
    assert ours > 1.5 * raw
    assert ours / (regions * different) > 0.6
    assert signals > raw_signals
    # of the signals at most one in twenty is false, within the simulation's own chance
    assert false / (signals + false) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / signals)
    assert raw_false / (raw_signals + raw_false) > 0.4


def test_where_nobody_differs_no_over_dispersion_is_seen_and_where_all_do_it_is_measured() -> None:
    found = []
    for seed in range(20):
        for spread in (0.0, 0.4):
            truth = region(seed + 3000, spread=spread)
            operator = truth.people["operatore"].to_numpy()
            base = np.log(truth.chances / (1 - truth.chances)) - truth.effects[operator]
            observed = np.bincount(operator, weights=truth.people["esito"]).astype(np.int64)
            chances = 1 / (1 + np.exp(-base))
            found.append(fit_effects(chances, operator, observed).sigma)
    assert np.median(found[0::2]) < 0.1
    assert np.mean(found[1::2]) == pytest.approx(0.4, abs=0.05)
