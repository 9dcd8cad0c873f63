"""On regions whose truth is known: intervals cover it, chance is not flagged, differences are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from etl.derive.outcomes.comparison import compare
from etl.derive.outcomes.poisson_binomial import mid_p_of_groups
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


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    raw, adjusted, shrunken = [], [], []
    for seed in range(REGIONS):
        truth, table, rate = compared(seed, spread=0.4)
        operator = truth.people["operatore"].to_numpy()
        hoped = np.bincount(operator, weights=truth.chances)
        own_rate = hoped / table["persone"]
        raw.append(own_rate.between(table["tasso_min"], table["tasso_max"]))
        # what the rate would be, were the operator's clients the region's
        ratio = hoped / table["attesi"] * rate
        adjusted.append(ratio.between(table["tasso_aggiustato_min"], table["tasso_aggiustato_max"]))
        shrunken.append(ratio.between(table["tasso_stimato_min"], table["tasso_stimato_max"]))
    for found in (raw, adjusted, shrunken):
        assert np.concatenate(found).mean() == pytest.approx(0.95, abs=0.02)


def test_chance_alone_is_flagged_at_most_at_the_nominal_rate_in_every_size_class() -> None:
    flagged = np.zeros(4)
    p_values: list[list[float]] = [[] for _ in range(4)]
    for seed in range(REGIONS):
        truth, table, _ = compared(seed + 1000)
        for size in range(4):
            own = table[truth.classes == size]
            flagged[size] += own["segnale"].isin(SURELY).sum()
            p_values[size] += own["p"].tolist()
    for size in range(4):
        tests = np.array(p_values[size])
        assert flagged[size] / len(tests) <= 0.05
        for nominal in (0.05, 0.01):
            # three standard errors of the simulation itself
            tolerance = 3 * np.sqrt(nominal * (1 - nominal) / len(tests))
            assert (tests < nominal).mean() <= nominal + tolerance


def test_the_truly_different_are_found_more_often_than_by_raw_rates() -> None:
    ours, raw, false_ours, false_raw, different = 0, 0, 0, 0, 6
    for seed in range(60):
        truth, table, rate = compared(seed + 2000, different=different, shift=0.9)
        operator = truth.people["operatore"].to_numpy()
        plain = mid_p_of_groups(
            np.full(len(operator), rate), operator, table["con_esito"].to_numpy()
        )
        truly = truth.effects != 0
        right_way = np.sign(truth.effects) == np.sign(table["rapporto"] - 1)
        raw_way = np.sign(truth.effects) == np.sign(table["tasso"] - rate)
        # as many operators are looked at by each method as are truly different
        first = np.argsort(table["p"].to_numpy(), kind="stable")[:different]
        other = np.argsort(plain, kind="stable")[:different]
        ours += int((truly & right_way)[first].sum())
        raw += int((truly & raw_way)[other].sum())
        false_ours += int((table["segnale"].isin(SURELY) & ~truly).sum())
        false_raw += int(((plain < 0.05 / len(plain)) & ~truly).sum())
    assert ours > 1.5 * raw
    assert ours / (60 * different) > 0.6
    assert false_ours < false_raw / 5


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
